"""One object measured: what was seen and what it might fill must hold the truth, from all sides and from one."""

from functools import cache

import numpy as np
import pytest

from small_captures import capture_of, with_depth_noise
from small_worlds import box, cylinder, orbit
from spacevista.annotate.annotate import annotate
from spacevista.annotate.lift import Lifted
from spacevista.annotate.objects import with_ends
from spacevista.geometry.poses import Pose
from spacevista.scenes.record import Noise
from spacevista.tasks.extents import footprint_bounds, height_bounds, longest_bounds, volume_bounds
from spacevista.tasks.facts import Decline
from spacevista.tasks.object_size import object_size

ROUNDING = 1e-5  # depth is float32
SCALES = [1e-3, 1.0, 1e3]


def bounds_of(thing, up):
    length, width = footprint_bounds(thing, up)
    return {
        "longest": longest_bounds(thing),
        "height": height_bounds(thing, up),
        "length": length,
        "width": width,
        "volume": volume_bounds(thing)[0],
    }


def holds(interval, truth, rounding=ROUNDING):
    return interval.low <= truth * (1 + rounding) and truth * (1 - rounding) <= interval.high


def few_views(x, height, target=(0, 0, 0.5)):
    """Three cameras close together at (x, 0, height)."""
    return [Pose.looking_at((x, y, height), target) for y in (-0.1, 0.0, 0.1)]


@cache
def full_orbit(metre):
    return annotate(
        capture_of(
            [box((3 * metre, 2 * metre, metre), (0, 0, metre / 2), 30)],
            orbit(6 * metre, 5 * metre, 8, (0, 0, metre / 2)),
            fov_deg=45,
            size_px=(320, 240),
            size=metre,
        )
    )


@pytest.mark.parametrize("metre", SCALES)
def test_a_box_seen_from_all_sides_is_measured_to_two_percent(metre):
    scene = full_orbit(metre)
    (thing,) = scene.objects
    assert not thing.open_space
    assert thing.error_m == 0
    bounds = bounds_of(thing, scene.up)
    truths = {"longest": 3, "height": 1, "length": 3, "width": 2, "volume": 6}
    for aspect, truth in truths.items():
        power = 3 if aspect == "volume" else 1
        interval = bounds[aspect]
        assert holds(interval, truth * metre**power, power * ROUNDING), aspect
        assert interval.half_width <= 0.02 * power * interval.middle, aspect
    assert all(not isinstance(item, Decline) for item in object_size(scene, np.random.default_rng(0)))


@pytest.mark.parametrize("metre", SCALES)
def test_every_seen_point_lies_on_the_box_and_inside_the_possible_space(metre):
    (thing,) = full_orbit(metre).objects
    angle = np.radians(-30)
    turn = np.array([[np.cos(angle), -np.sin(angle), 0], [np.sin(angle), np.cos(angle), 0], [0, 0, 1]])
    local = thing.seen_m @ turn.T / metre - (0, 0, 0.5)
    outside = np.abs(local) - np.array([3, 2, 1]) / 2
    assert np.abs(outside.max(axis=1)).max() < 1e-5
    for direction in np.random.default_rng(0).standard_normal((50, 3)):
        assert (thing.seen_m @ direction).max() <= (thing.possible_m @ direction).max() + 1e-9 * metre


def test_views_say_where_each_frame_shows_it():
    scene = full_orbit(1.0)
    (thing,) = scene.objects
    assert [view.frame_index for view in thing.views] == list(range(8))
    for view in thing.views:
        mask = scene.frames[view.frame_index].ids == 1
        x1, y1, x2, y2 = view.box_px
        assert view.pixels == mask.sum() == mask[y1:y2, x1:x2].sum()
        assert mask[y1].any()
        assert mask[y2 - 1].any()
        assert mask[:, x1].any()
        assert mask[:, x2 - 1].any()
        assert not view.truncated


def test_from_above_and_one_side_the_shadow_might_be_the_objects():
    # The shadow of the top back edge (-0.5, z = 1) from (8, z = 16) falls at slope 15 / 8.5 to 0.567 behind the box.
    scene = annotate(capture_of([box((1, 1, 1), (0, 0, 0.5))], few_views(8, 16), fov_deg=10))
    (thing,) = scene.objects
    bounds = bounds_of(thing, scene.up)
    # A pixel's footprint is 18 / 914 = 0.02, a cell of the grid up to 3.3 / 72 = 0.046.
    assert np.ptp(thing.possible_m[:, 0]) == pytest.approx(1.567, abs=0.07)
    assert np.ptp(thing.seen_m[:, 0]) == pytest.approx(1.0, abs=1e-3)
    for aspect in ("height", "length", "width"):
        assert holds(bounds[aspect], 1.0), aspect
    assert bounds["height"].half_width <= 0.02
    asked = {i.candidate.aspect: not isinstance(i, Decline) for i in object_size(scene, np.random.default_rng(0))}
    assert asked == {"longest": False, "height": True, "length": False, "width": False}


def test_from_a_level_view_what_is_behind_has_no_end():
    # Cameras under the box's top see only its front: the space behind it is hidden up to the end of the world.
    scene = annotate(capture_of([box((1, 1, 1), (0, 0, 0.5))], few_views(6, 0.6), fov_deg=25))
    (thing,) = scene.objects
    assert thing.open_space
    reasons = {i.reason for i in object_size(scene, np.random.default_rng(0)) if isinstance(i, Decline)}
    assert reasons == {"unseen side without an end"}


def test_what_the_pictures_border_cuts_has_no_end():
    path = [Pose.looking_at((x, -3, 3), (0, 0, 0.5)) for x in (-0.5, -0.2, 0.0, 0.2, 0.5)]
    scene = annotate(capture_of([box((6, 1, 1), (0, 0, 0.5))], path))
    (thing,) = scene.objects
    assert all(view.truncated for view in thing.views)
    assert thing.open_space
    assert bounds_of(thing, scene.up)["length"].low < 6
    assert all(isinstance(item, Decline) for item in object_size(scene, np.random.default_rng(0)))


def test_an_object_half_behind_another_is_not_measured_and_the_other_is_not_blamed():
    # A screen 1.2 high stands in front of a box 2 high: only the box's upper part is seen, and only the front.
    path = [Pose.looking_at((8, y, 2.5), (0, 0, 1)) for y in (-1, -0.5, 0, 0.5, 1)]
    scene = annotate(capture_of([box((1, 1, 2), (0, 0, 1)), box((0.2, 4, 1.2), (1.5, 0, 0.6))], path, fov_deg=40))
    hidden, screen = (scene.object(number) for number in (1, 2))
    height = bounds_of(hidden, scene.up)["height"]
    # From (8, z = 2.5) over the screen's top (1.6, 1.2) the ray meets the box's front, x = 0.5, at 2.5 - 7.5 * 1.3 /
    # 6.4 = 0.977: 1.023 of it is seen, to two pixels of 7.5 / 220 = 0.034.
    assert height.low == pytest.approx(1.023, abs=0.07)
    assert holds(height, 2.0)
    assert bounds_of(screen, scene.up)["height"].low == pytest.approx(1.2, abs=0.01)
    declined = [i for i in object_size(scene, np.random.default_rng(0)) if i.candidate.objects == (1,)]
    assert all(isinstance(item, Decline) for item in declined)


@pytest.mark.parametrize("metre", SCALES)
def test_the_support_is_found_on_a_raised_table(metre):
    # The table's top is at 0.7; the ground, which more points see, is at 0.
    table = box((1.2 * metre, 1.2 * metre, 0.7 * metre), (0, 0, 0.35 * metre))
    capture = capture_of(
        [box((0.3 * metre, 0.2 * metre, 0.3 * metre), (0, 0, 0.85 * metre), 20)],
        orbit(1.0 * metre, 1.4 * metre, 8, (0, 0, 0.8 * metre)),
        fov_deg=40,
        structure=[table],
        size=metre,
    )
    scene = annotate(capture)
    (thing,) = scene.objects
    assert thing.support is not None
    assert thing.support.normal == pytest.approx((0, 0, 1), abs=1e-5)
    assert thing.support.offset_m == pytest.approx(0.7 * metre, rel=1e-5)
    bounds = bounds_of(thing, scene.up)
    for aspect, truth in {"height": 0.3, "length": 0.3, "width": 0.2}.items():
        assert holds(bounds[aspect], truth * metre), aspect
        assert bounds[aspect].half_width <= 0.03 * bounds[aspect].middle, aspect


def test_a_wall_ends_the_space_behind_a_cupboard():
    # 0.5 deep, 1 wide, 1.5 high, its back to a wall; cameras in front, above its top. Nobody sees the back.
    path = [Pose.looking_at((4 * np.cos(a), 4 * np.sin(a), 2.6), (0.25, 0, 0.7)) for a in np.linspace(-1.2, 1.2, 8)]
    cupboard, wall = box((0.5, 1, 1.5), (0.25, 0, 0.75)), box((0.2, 8, 4), (-0.1, 0, 2))
    scene = annotate(capture_of([cupboard], path, size_px=(320, 240), structure=[wall]))
    (thing,) = scene.objects
    assert not thing.open_space
    bounds = bounds_of(thing, scene.up)
    for aspect, truth in {"longest": 1.5, "height": 1.5, "length": 1.0, "width": 0.5}.items():
        assert holds(bounds[aspect], truth, 2e-5), aspect
        assert bounds[aspect].half_width <= 0.03 * bounds[aspect].middle, aspect


def test_an_object_of_a_few_pixels_keeps_its_views_and_is_declined():
    # 0.05 at 8 m is a pixel of 8 / 171 = 0.047.
    capture = capture_of([box((1, 1, 1), (0, 0, 0.5)), box((0.05, 0.05, 0.05), (2, 0, 0.025))], orbit(6, 5, 8))
    scene = annotate(capture)
    small = scene.object(2)
    assert len(small.views) >= 5
    assert len(small.possible_m) == 0
    assert scene.gaps == ()
    items = [i for i in object_size(scene, np.random.default_rng(0)) if i.candidate.objects == (2,)]
    assert [item.reason for item in items if isinstance(item, Decline)] == ["too few points"] * 4


def test_with_noise_what_is_asked_is_near_the_truth_and_says_that_it_is_noisy():
    meshes = [box((1, 0.7, 0.5), (0, 0, 0.25), 30), cylinder(0.3, 1.0, (1.2, 0, 0))]
    exact = capture_of(meshes, orbit(3, 2.5, 8, (0.5, 0, 0.3)), fov_deg=45, size_px=(320, 240))
    scene = annotate(with_depth_noise(exact, 0.003))
    assert 0 < scene.noise.depth_rel < 0.003  # averaged
    assert all(thing.error_m > 0 for thing in scene.objects)
    items = {(i.candidate.objects[0], i.candidate.aspect): i for i in object_size(scene, np.random.default_rng(0))}
    truths = {(1, "height"): 0.5, (1, "length"): 1.0, (1, "width"): 0.7, (2, "height"): 1.0, (2, "length"): 0.6}
    asked = {key: items[key] for key in truths if not isinstance(items[key], Decline)}
    assert asked
    for key, fact in asked.items():
        assert fact.values[0] == pytest.approx(truths[key], rel=0.1), key  # what the audit calls right
        assert fact.intervals[0].statistical > 0


def test_with_noise_the_ends_that_few_masks_show_may_come_nearer_to_others():
    # A bar fused from x = 0 to 1, which masks show up to 1.08; pixels 0.02 wide. Exact masks show all there is.
    def along(xs):
        points = np.column_stack([xs, np.zeros((len(xs), 2))])
        return Lifted(points, np.zeros(len(xs), dtype=np.int64), np.full(len(xs), 5.0), np.full(len(xs), 0.02))

    fused, shown = along(np.linspace(0, 1, 101)), along(np.linspace(0, 1.08, 1001))
    assert with_ends(fused, shown, Noise(0.0, 0.0, 0.0))[:, 0].max() == 1.0
    ends = with_ends(fused, shown, Noise(0.01, 0.0, 0.0))
    assert ends[:, 0].max() == pytest.approx(1.08, abs=0.02)  # within the pixel
    assert len(ends) == 101 + 55  # one of each of 1.08 / 0.02 = 54 pixels, and the last point begins another
