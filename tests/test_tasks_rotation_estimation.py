"""Rotation estimation: net and swept headings and orbits, attitudes, signs, every reason to decline."""

from dataclasses import replace

import numpy as np
import pytest

from hand_scenes import (
    brick,
    facts,
    few_points,
    mirrored,
    picture,
    pose_errors,
    rng,
    scaled,
    scene_of,
    spun,
    with_spans,
)
from spacevista.geometry.poses import Pose, rotation_about
from spacevista.tasks.facts import Candidate, Decline, Fact
from spacevista.tasks.rotation_estimation import (
    BIG_STEP,
    MAX_STEP_DEG,
    STEEP,
    TOO_CLOSE,
    clip_between,
    drawn_spans,
    measure,
    rotation_estimation,
)  # fmt: skip
from spacevista.tasks.rules import NINETY_PERCENT
from spacevista.tasks.visibility import MOST_FRAMES

NEAR_HALF = "near a half turn: its sign is in doubt"
DEAD = "below the dead zone"


def panned(*headings_deg, down_deg=20.0):
    """A camera at one place that looks down a little, its heading turned counter-clockwise from +y."""
    ways = np.radians(np.array(headings_deg, dtype=float) + 90)
    fall = -np.tan(np.radians(down_deg))
    poses = [Pose.looking_at((0, 0, 2), (np.cos(a), np.sin(a), 2 + fall)) for a in ways]
    return scene_of(brick(1, (1, 1, 1)), frames=[picture(str(k), 2.0, pose) for k, pose in enumerate(poses)])


def circled(*azimuths_deg, radius=5.0, target=(1.0, 2.0, 0.0), sides=(1, 1, 1), **changes):
    """A camera that goes around a box and looks at its middle."""
    ways = np.radians(np.array(azimuths_deg, dtype=float))
    eyes = [np.add(target, (radius * np.cos(a), radius * np.sin(a), 3)) for a in ways]
    frames = [picture(str(k), 2.0, Pose.looking_at(eye, target)) for k, eye in enumerate(eyes)]
    scene = scene_of(brick(1, sides, at=target, **changes), frames=frames)
    return with_spans(scene, {1: dict.fromkeys(range(len(frames)), 40)})


def angle(scene, aspect, frames=None, objects=None):
    objects = ((1,) if aspect.startswith("around") else ()) if objects is None else objects
    frames = (0, len(scene.frames) - 1) if frames is None else frames
    return measure(scene, Candidate("rotation_estimation", aspect, objects, frames))


@pytest.mark.parametrize("metre", [1e-3, 1.0, 1e3])
def test_left_is_positive_and_back_and_forth_cancels(metre):
    scene = scaled(panned(0, 30, 70, 50), metre)
    assert angle(scene, "turn_net").values == pytest.approx((50,))
    assert angle(scene, "turn_swept").values == pytest.approx((50,))
    assert angle(scene, "turn_net", (3, 0)).values == pytest.approx((-50,))
    assert angle(scene, "turn_net", (2, 3)).values == pytest.approx((-20,))


def test_swept_goes_past_a_half_turn_and_net_does_not():
    scene = panned(*range(0, 451, 50))
    assert angle(scene, "turn_swept").values == pytest.approx((450,))
    assert angle(scene, "turn_net").values == pytest.approx((90,))
    assert angle(scene, "turn_swept", (9, 0)).values == pytest.approx((-450,))
    assert angle(scene, "turn_net", (9, 0)).values == pytest.approx((-90,))


@pytest.mark.parametrize("metre", [1e-3, 1.0, 1e3])
def test_around_an_object(metre):
    scene = scaled(circled(*range(0, 271, 30)), metre)
    assert angle(scene, "around_swept").values == pytest.approx((270,))
    assert angle(scene, "around_net").values == pytest.approx((-90,))
    assert angle(scene, "around_net", (0, 4)).values == pytest.approx((120,))
    # Looking at it all the time, the camera turns as it goes.
    assert angle(scene, "turn_swept").values == pytest.approx((270,))


def test_the_attitude_counts_roll_and_tilt():
    first = Pose.looking_at((0, 0, 0), (0, 1, 0))
    rolled = Pose(first.rotation @ rotation_about((0, 0, 1), 30), np.zeros(3))
    tilted = Pose(first.rotation @ rotation_about((1, 0, 0), -40), np.zeros(3))
    scene = scene_of(frames=[picture("0", 2, first), picture("1", 2, rolled), picture("2", 2, tilted)])
    assert angle(scene, "attitude", (0, 1)).values == pytest.approx((30,))
    assert angle(scene, "attitude", (2, 0)).values == pytest.approx((40,))
    assert angle(scene, "turn_net", (0, 1)).reason == DEAD


def test_the_dead_zone_and_the_half_turn():
    for still in (4.99, -4.99):
        assert angle(panned(0, still), "turn_net").reason == DEAD
    assert isinstance(angle(panned(0, -5.01), "turn_net"), Fact)
    assert angle(panned(0, 50, 100, 150, 171), "turn_net").reason == NEAR_HALF
    assert angle(panned(0, 50, 100, 150, 171), "turn_swept").values == pytest.approx((171,))
    assert angle(panned(0, 50, 100, 150, 169), "turn_net").values == pytest.approx((169,))


def test_a_step_too_large_to_follow_declines():
    assert MAX_STEP_DEG == 60
    assert angle(panned(0, 59, 118), "turn_swept").values == pytest.approx((118,))
    assert angle(panned(0, 61, 80), "turn_swept").reason == BIG_STEP
    assert angle(circled(0, 61), "around_swept").reason == BIG_STEP


def test_a_camera_that_looks_straight_down_has_no_heading():
    assert angle(panned(0, 30, down_deg=71), "turn_net").reason == STEEP
    assert isinstance(angle(panned(0, 30, down_deg=69), "turn_net"), Fact)
    assert isinstance(angle(panned(0, 30, down_deg=71), "attitude"), Fact)


def test_a_camera_above_or_inside_the_object_declines():
    # Half the diagonal of a footprint of 8 x 6 is 5.
    assert angle(circled(0, 40, sides=(8, 6, 1), radius=4.9), "around_net").reason == TOO_CLOSE
    assert isinstance(angle(circled(0, 40, sides=(8, 6, 1), radius=5.1), "around_net"), Fact)


def test_where_the_middle_may_be_widens_the_angle():
    # Seen surface 1 x 1, possible space 1.4 m longer on one side: the middle may move by 0.7 towards one camera.
    scene = circled(0, 20, 40)
    thing = scene.objects[0]
    larger = replace(thing, possible_m=thing.possible_m + np.where(thing.possible_m[:, :1] > 1, 1, 0) * (1.4, 0, 0))
    item = angle(replace(scene, objects=(larger,)), "around_net")
    assert item.reason == "interval too wide"
    slightly = replace(thing, possible_m=thing.possible_m + np.where(thing.possible_m[:, :1] > 1, 1, 0) * (0.2, 0, 0))
    item = angle(replace(scene, objects=(slightly,)), "around_net")
    assert item.intervals[0].low - 1e-9 <= 40 < item.intervals[0].high
    assert 0 < item.intervals[0].half_width < 2.5


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"seen_m": np.zeros((10, 3))}, "too few points"),
        ({"seen_m": np.full((64, 3), np.nan)}, "points that are no numbers"),
        ({"open_space": True}, "unseen side without an end"),
    ],
)
def test_an_object_that_is_not_measured_declines(change, reason):
    scene = circled(0, 40)
    broken = replace(scene, objects=(replace(scene.objects[0], **change),))
    assert angle(broken, "around_net").reason == reason


def test_noisy_poses_widen_the_interval():
    # Two poses, each known to 0.5 degrees about every axis; the tilt of 20 degrees adds tan(20) of two other axes:
    # 0.5 sqrt(2) sqrt(1 + tan^2 20) = 0.7525.
    scene = replace(panned(0, 40), pose_covariance=pose_errors(2, 0.5, 0.0))
    item = angle(scene, "turn_net")
    expected = NINETY_PERCENT * 0.5 * np.sqrt(2) / np.cos(np.radians(20))
    assert item.intervals[0].half_width == pytest.approx(expected, rel=1e-6)
    assert item.intervals[0].statistical == pytest.approx(expected, rel=1e-6)
    assert angle(scene, "attitude").intervals[0].half_width == pytest.approx(
        NINETY_PERCENT * 0.5 * np.sqrt(2), rel=1e-6
    )
    noisy = replace(panned(0, 40), pose_covariance=pose_errors(2, 1.1, 0.0))
    assert angle(noisy, "turn_net").reason == "interval too wide"
    # Places known to 0.1 m at a distance of 5: 0.1 / 5 sqrt(2) rad.
    item = angle(replace(circled(0, 40), pose_covariance=pose_errors(2, 0.0, 0.05)), "around_net")
    assert item.intervals[0].half_width == pytest.approx(NINETY_PERCENT * np.degrees(0.01 * np.sqrt(2)), rel=1e-6)


def test_clips_run_either_way_and_hold_no_more_frames_than_are_sent():
    assert clip_between((2, 5)) == (2, 3, 4, 5)
    assert clip_between((5, 2)) == (5, 4, 3, 2)
    spans = [span for seed in range(20) for span in drawn_spans(48, rng(seed))]
    assert max(len(clip_between(span)) for span in spans) == MOST_FRAMES
    forwards = np.mean([first < last for first, last in spans])
    assert abs(forwards - 0.5) < 4 * 0.5 / np.sqrt(len(spans))
    assert drawn_spans(1, rng()) == []


def test_in_the_mirror_every_turn_goes_the_other_way():
    scene = circled(*range(0, 200, 20))
    for before, after in zip(
        rotation_estimation(scene, rng()), rotation_estimation(mirrored(scene), rng()), strict=True
    ):
        assert type(before) is type(after)
        if isinstance(before, Fact):
            sign = 1 if before.candidate.aspect == "attitude" else -1
            assert after.values == pytest.approx((sign * before.values[0],), abs=1e-6)


@pytest.mark.parametrize("change", [lambda s: scaled(s, 1e-3), lambda s: scaled(s, 1e3), lambda s: spun(s, 77)])
def test_size_and_heading_of_the_world_change_no_angle(change):
    scene = circled(*range(0, 300, 25))
    before, after = list(rotation_estimation(scene, rng())), list(rotation_estimation(change(scene), rng()))
    assert len(facts(before)) > 20
    for one, other in zip(before, after, strict=True):
        assert one.candidate == other.candidate
        if isinstance(one, Fact):
            assert other.values == pytest.approx(one.values, abs=1e-6)


def test_scenes_with_little_in_them():
    assert list(rotation_estimation(scene_of(), rng())) == []
    assert list(rotation_estimation(scene_of(frames=[picture()]), rng())) == []
    two = with_spans(replace(panned(0, 30), objects=(few_points(1),)), {1: {0: 40, 1: 40}})
    items = {item.candidate.aspect: item for item in rotation_estimation(two, rng())}
    assert isinstance(items["turn_net"], Fact)
    assert isinstance(items["around_net"], Decline)
