"""Depth estimation: marked points, nearest points, comparisons within and across frames, every reason to decline."""

import math

import numpy as np
import pytest

from hand_scenes import CAMERA, brick, facts, picture, reasons, rng, scene_of
from spacevista.scenes.record import Noise
from spacevista.tasks.depth_estimation import (
    FRAMES,
    compare,
    depth_estimation,
    nearest_point,
    point_depth,
    point_depth_at,
    which_nearest,
)
from spacevista.tasks.facts import Decline, Interval
from spacevista.tasks.visible_surface import flattened, inner_point, nearest_bounds, patch_bounds

UNDECIDED = "not decided by 10 % over the intervals"


def patch_ids(number=1, rows=slice(14, 34), columns=slice(22, 42)):
    """Ids of one object in a square of 20 x 20 pixels around the picture's middle (32, 24)."""
    ids = np.zeros((48, 64), dtype=np.int32)
    ids[rows, columns] = number
    return ids


def two_ids():
    return patch_ids(1, columns=slice(5, 25)) + patch_ids(2, columns=slice(39, 59))


def ball(radius, distance):
    """Depth and ids of a ball straight ahead: a ray of direction d meets it at t with |t d - c|^2 = r^2."""
    rays = CAMERA.back_project(CAMERA.pixel_centres(), np.ones((48, 64)))
    a = (rays**2).sum(axis=2)
    root = distance**2 - a * (distance**2 - radius**2)
    hit = root > 0
    return np.where(hit, (distance - np.sqrt(np.maximum(root, 0))) / a, 0), hit.astype(np.int32)


@pytest.mark.parametrize("metre", [1e-3, 1.0, 1e3])
def test_a_point_on_a_wall_straight_ahead_has_the_walls_depth(metre):
    scene = scene_of(brick(1, (1, 1, 1)), frames=[picture(depth=2 * metre, ids=patch_ids())])
    fact = point_depth(scene, 0, 1, rng())
    assert fact.quantity == "depth"
    assert fact.values == pytest.approx((2 * metre,))
    assert fact.intervals[0].half_width == 0
    x, y = fact.candidate.point_px
    # Half the way from the border to the middle of a square of 20 pixels is 5 pixels inside.
    assert 22 + 4.5 <= x <= 42 - 4.5
    assert 14 + 4.5 <= y <= 34 - 4.5
    assert x % 1 == y % 1 == 0.5


def test_a_slanted_surface_leaves_the_point_half_a_pixel():
    # Depth grows by 0.02 a column: the 3 x 3 around a point spans 0.04, half a pixel's worth is 0.01.
    depth = 2 + 0.02 * np.arange(64)[None, :] * np.ones((48, 1))
    bounds = patch_bounds(picture(depth=depth, ids=patch_ids()), 1, (30.5, 20.5))
    assert bounds.middle == pytest.approx(2.6, rel=1e-6)
    assert bounds.half_width == pytest.approx(0.01, rel=1e-4)


def test_a_steep_surface_is_not_asked():
    # Depth times f a column leaves +-(f - 1 / f) / 4: 2.4 % at 1.05, 5.2 % at 1.11.
    for factor, asked in ((1.05, True), (1.11, False)):
        depth = 2 * factor ** np.arange(64)[None, :] * np.ones((48, 1))
        scene = scene_of(brick(1, (1, 1, 1)), frames=[picture(depth=depth, ids=patch_ids())])
        items = [point_depth(scene, 0, 1, rng(seed)) for seed in range(5)]
        assert all(isinstance(item, Decline) != asked for item in items)
        if not asked:
            assert {item.reason for item in items} == {"interval too wide"}


def test_a_hole_in_the_depth_and_a_mask_too_small_or_too_thin_decline():
    holes = np.full((48, 64), 2.0)
    holes[14:34, 22:42] = 0
    scene = scene_of(brick(1, (1, 1, 1)), frames=[picture(depth=holes, ids=patch_ids())])
    assert reasons(depth_estimation(scene, rng())) == {
        "depth edge or no depth at the point": 1,
        "too few pixels": 1,  # of the nearest point: none has a depth
    }
    for rows in (slice(20, 22), slice(10, 14)):  # 40 pixels are too few; 80 in four rows have no inside
        scene = scene_of(brick(1, (1, 1, 1)), frames=[picture(ids=patch_ids(rows=rows))])
        item = point_depth(scene, 0, 1, rng())
        assert item == Decline(item.candidate, "too few pixels")
        assert item.candidate.point_px is None


def test_another_objects_pixel_beside_the_point_is_an_edge():
    ids = patch_ids()
    ids[21, 31] = 9
    assert patch_bounds(picture(ids=ids), 1, (30.5, 20.5)) is None
    assert patch_bounds(picture(ids=ids), 1, (29.5, 20.5)) is not None


@pytest.mark.parametrize("metre", [1e-3, 1.0, 1e3])
def test_the_nearest_point_of_a_ball_lies_in_its_interval(metre):
    # The nearest point of a ball of radius 0.5 at 2 m is at 1.5 m, whatever pixel comes next to it.
    depth, ids = ball(0.5 * metre, 2 * metre)
    scene = scene_of(brick(1, (1, 1, 1)), frames=[picture(depth=depth, ids=ids)])
    fact = nearest_point(scene, 0, 1)
    (interval,) = fact.intervals
    assert interval.low <= 1.5 * metre <= interval.high
    assert fact.values == pytest.approx((1.5 * metre,), rel=1e-3)


def test_the_nearest_point_is_by_straight_line_not_by_depth():
    # A wall at depth 2, seen from column 50 on only: its nearest pixel centre is 18.5 px right of the middle and 0.5
    # off in height, at 2 sqrt(1 + (18.5^2 + 0.5^2) / 64^2) = 2.082.
    scene = scene_of(brick(1, (1, 1, 1)), frames=[picture(depth=2.0, ids=patch_ids(columns=slice(50, 64)))])
    high = nearest_point(scene, 0, 1).intervals[0].high
    assert high == pytest.approx(2 * math.sqrt(1 + (18.5**2 + 0.5**2) / 64**2), rel=1e-6)


def test_a_nearest_point_on_a_steep_surface_is_not_asked():
    # Ten percent of depth a column: what the surface gains within a pixel is capped at 10 %, a half-width of 5.3 %.
    depth = 2 * 1.1 ** np.arange(64)[None, :] * np.ones((48, 1))
    scene = scene_of(brick(1, (1, 1, 1)), frames=[picture(depth=depth, ids=patch_ids())])
    item = nearest_point(scene, 0, 1)
    assert item == Decline(item.candidate, "interval too wide")


def test_with_noise_a_stray_pixel_is_no_upper_bound():
    depth = np.full((48, 64), 2.0)
    depth[24, 32] = 1.0
    frame = picture(depth=depth, ids=patch_ids())
    assert nearest_bounds(frame, 1, 0.0).high == pytest.approx(1.0, rel=1e-3)
    assert nearest_bounds(frame, 1, 0.005).high == pytest.approx(2.0, rel=0.02)


def test_intervals_hold_the_truth_under_noise():
    # 0.5 % of noise left in the depth: 90 % intervals of a ball's nearest point (1.5 m) over 20 draws.
    depth, ids = ball(0.5, 2.0)
    held = []
    for seed in range(20):
        noisy = depth * (1 + 0.005 * np.random.default_rng(seed).standard_normal(depth.shape))
        scene = scene_of(brick(1, (1, 1, 1)), frames=[picture(depth=noisy, ids=ids)], noise=Noise(0.005, 0, 0))
        (interval,) = nearest_point(scene, 0, 1).intervals
        assert interval.statistical > 0
        held.append(interval.low <= 1.5 <= interval.high)
    assert np.mean(held) >= 0.8


def test_noise_widens_the_depth_of_a_point():
    # 1.645 (depth 0.3 %, scale 0.4 %: 0.5 % of 2 m) = 0.01645.
    noise = Noise(0.003, 0, 0.004)
    scene = scene_of(brick(1, (1, 1, 1)), frames=[picture(depth=2.0, ids=patch_ids())], noise=noise)
    assert point_depth(scene, 0, 1, rng()).intervals[0].half_width == pytest.approx(0.01645)


@pytest.mark.parametrize(("ratio", "choice"), [(1.101, "1"), (1.099, None), (1.0, None), (0.9, "2")])
def test_which_is_nearest_needs_ten_percent(ratio, choice):
    nearest = {(0, 1): Interval(1.0, 1.0), (0, 2): Interval(ratio, ratio)}
    item = compare(nearest, (1, 2), (0, 0), (0,))
    if choice is None:
        assert item == Decline(item.candidate, UNDECIDED)
    else:
        assert item.choice == choice
        assert item.options == ("1", "2")


def test_comparisons_within_and_across_frames():
    # 1 is at 1 m in frame 0 and at 6 m in frame 1, 2 always at 3 m.
    near, far = np.full((48, 64), 3.0), np.full((48, 64), 3.0)
    near[:, :32], far[:, :32] = 1.0, 6.0
    frames = [picture("0", near, ids=two_ids()), picture("1", far, ids=two_ids())]
    scene = scene_of(brick(1, (1, 1, 1)), brick(2, (1, 1, 1)), frames=frames)
    drawn = [list(depth_estimation(scene, rng(seed))) for seed in range(10)]
    found = [i for items in drawn for i in facts(items) if i.candidate.aspect == "which_nearest"]
    within = {(i.candidate.frames, i.choice) for i in found if len(i.candidate.frames) == 1}
    assert within == {((0,), "1"), ((1,), "2")}
    distance = {(1, 0): 1.0, (1, 1): 6.0, (2, 0): 3.0, (2, 1): 3.0}
    across = [i for i in found if len(i.candidate.frames) == 2]
    assert across
    for item in across:
        pairs = zip(item.candidate.objects, item.candidate.frames, strict=True)
        assert item.choice == str(min(pairs, key=distance.__getitem__)[0])
        assert item.candidate.frames[0] != item.candidate.frames[1]


def test_what_others_ask_is_measured_as_what_the_task_draws():
    # As above: in frame 0 object 1 is at 1 m and object 2 at 3 m.
    near = np.full((48, 64), 3.0)
    near[:, :32] = 1.0
    scene = scene_of(brick(1, (1, 1, 1)), brick(2, (1, 1, 1)), frames=[picture("0", near, ids=two_ids())])
    drawn = facts(list(depth_estimation(scene, rng())))
    points = [item for item in drawn if item.candidate.aspect == "point_z"]
    groups = [item for item in drawn if item.candidate.aspect == "which_nearest"]
    assert len(points) == 2
    assert len(groups) == 1
    for item in points:
        assert point_depth_at(scene, 0, item.candidate.objects[0], item.candidate.point_px) == item
    assert which_nearest(scene, groups[0].candidate.objects, (0, 0), (0,)) == groups[0]
    assert which_nearest(scene, (1, 3), (0, 0), (0,)).reason == "too few pixels"


def test_candidates_cover_frames_drawn_evenly_and_only_objects_shown_there():
    frames = [picture(str(k), ids=two_ids() if k == 4 else patch_ids()) for k in range(11)]
    scene = scene_of(brick(1, (1, 1, 1)), brick(2, (1, 1, 1)), frames=frames)
    items = list(depth_estimation(scene, rng(1)))
    points = [(i.candidate.frames[0], i.candidate.objects[0]) for i in items if i.candidate.aspect == "point_z"]
    # 11 frames, FRAMES of them: every second; the second object is in frame 4 alone.
    assert FRAMES == 6
    assert points == [(0, 1), (2, 1), (4, 1), (4, 2), (6, 1), (8, 1), (10, 1)]
    assert items == list(depth_estimation(scene, rng(1)))
    assert items != list(depth_estimation(scene, rng(2)))
    # All stand at 2 m: a comparison of walls at one depth is open.
    assert reasons(items) == {UNDECIDED: sum(i.candidate.aspect == "which_nearest" for i in items)}


def test_a_point_is_drawn_from_all_of_the_inside():
    frame = picture(ids=patch_ids())
    points = {inner_point(frame, 1, rng(seed)) for seed in range(300)}
    # Pixels 5 or more from the border of 20 x 20: columns and rows 4 to 15 of the square, 12 x 12 of them.
    assert len(points) > 100
    assert min(p[0] for p in points) == 26.5
    assert max(p[1] for p in points) == 29.5


def test_a_ridge_that_averaging_set_back_is_allowed_for():
    # A roof of slope 1 mm a pixel, averaged over 7: the middle lies 2 (3 + 2 + 1) / 7 = 1.714 mm behind the tip, and 7
    # pixels away nothing is lost. The second difference is 2 * 7 - 2 * 1.714 = 10.571 mm, of which 0.1622 are 1.714.
    columns = np.arange(40.0)
    roof = 1 + 1e-3 * np.abs(columns - 20)
    averaged = np.array([roof[max(c - 3, 0) : c + 4].mean() for c in range(40)])
    distance = np.broadcast_to(averaged, (40, 40)).copy()
    assert averaged[20] - 1 == pytest.approx(12e-3 / 7)
    assert flattened(distance, 20, 20) == pytest.approx(12e-3 / 7)
    # Off the object, or where the surface is hollow, there is nothing to say.
    assert flattened(np.where(np.abs(columns - 20) < 7, distance, np.inf), 20, 20) == 0
    assert flattened(2 - distance, 20, 20) == 0
