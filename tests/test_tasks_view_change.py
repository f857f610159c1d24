"""View change: motions in the first camera's axes, the dead zone, the main direction, every reason to decline."""

import math

import numpy as np
import pytest

from hand_scenes import EXACT, picture, reasons, rng, scene_of
from spacevista.geometry.poses import Pose, rotation_about
from spacevista.scenes.record import Noise
from spacevista.tasks.facts import Decline
from spacevista.tasks.rules import NINETY_PERCENT
from spacevista.tasks.view_change import view_change

NO_LEAD = "no direction 10 % ahead of the others"
# The first camera stands anywhere: its axes count, not the world's.
START = Pose(rotation_about((1, 2, 3), 75), np.array([5.0, -3.0, 2.0]))


def moved(right=0.0, up=0.0, forward=0.0, yaw=0.0, pitch=0.0, noise=EXACT, depth=2.0, start=START):
    """Vector and direction of one motion; yaw turns about the camera's y axis (down), pitch then about its x axis."""
    rotation = rotation_about((0, 1, 0), yaw) @ rotation_about((1, 0, 0), pitch)
    step = Pose(rotation, np.array([right, -up, forward]))
    scene = scene_of(frames=[picture("0", depth, start), picture("1", depth, start @ step)], noise=noise)
    vector, direction = view_change(scene, rng())
    assert (vector.candidate.aspect, direction.candidate.aspect) == ("vector", "direction")
    assert vector.candidate.frames == (0, 1)
    return vector, direction


@pytest.mark.parametrize("metre", [1e-3, 1.0, 1e3])
def test_a_motion_in_the_first_cameras_axes(metre):
    start = Pose(START.rotation, START.translation_m * metre)
    vector, direction = moved(0.3 * metre, -0.1 * metre, 1.2 * metre, -20, 8, depth=2 * metre, start=start)
    assert vector.quantity == "motion"
    assert vector.values[:3] == pytest.approx((0.3 * metre, -0.1 * metre, 1.2 * metre), rel=1e-9)
    assert vector.values[3:] == pytest.approx((-20, 8), abs=1e-9)
    assert all(i.half_width == 0 for i in vector.intervals)
    assert direction.choice == "forward"
    assert direction.margin == pytest.approx(1.2 / 0.3 - 1)


@pytest.mark.parametrize(
    ("motion", "word"),
    [
        ({"right": 1}, "right"), ({"right": -1}, "left"), ({"up": 1}, "up"),
        ({"up": -1}, "down"), ({"forward": 1}, "forward"), ({"forward": -1}, "back"),
    ],
)  # fmt: skip
def test_each_direction_has_its_word(motion, word):
    direction = moved(**motion)[1]
    assert direction.choice == word
    assert set(direction.options) == {"right", "left", "up", "down", "forward", "back"}


@pytest.mark.parametrize("sign", [1, -1])
def test_the_main_direction_leads_by_ten_percent(sign):
    assert moved(right=sign * 1.101, forward=1.0)[1].choice == ("right" if sign > 0 else "left")
    vector, direction = moved(right=sign * 1.099, forward=1.0)
    assert vector.values[0] == pytest.approx(sign * 1.099)
    assert direction == Decline(direction.candidate, NO_LEAD)


def test_the_dead_zone_is_two_percent_of_the_depth_and_two_degrees():
    # 2 % of 2 m is 0.04 m.
    for still in (moved(right=0.0399), moved(yaw=1.99), moved(pitch=-1.99), moved(right=0.0399, yaw=1.99)):
        assert [item.reason for item in still] == ["below the dead zone"] * 2
    vector, direction = moved(right=0.0401)
    assert vector.values[0] == pytest.approx(0.0401)
    assert direction.choice == "right"
    # A turn alone is asked as a vector; where the camera went is not.
    vector, direction = moved(yaw=2.01)
    assert vector.values[3] == pytest.approx(2.01)
    assert direction == Decline(direction.candidate, "below the dead zone")


def test_noisy_poses_widen_the_intervals():
    # Two poses of 0.1 degrees and 3 mm each: sqrt(2) of both; over a path of 1 m the first pose's turn adds 1.7 mm.
    vector, _ = moved(forward=1.0, noise=Noise(0, 0, 0.1, 0.003, 0))
    error_m = math.hypot(math.sqrt(2) * 0.003, math.radians(0.1))
    assert vector.intervals[2].half_width == pytest.approx(NINETY_PERCENT * error_m)
    assert vector.intervals[2].statistical == pytest.approx(vector.intervals[2].half_width)
    assert vector.intervals[3].half_width == pytest.approx(NINETY_PERCENT * math.sqrt(2) * 0.1)


def test_poses_too_noisy_for_the_motion_decline():
    # 1.645 sqrt(2) sigma is over 2.5 degrees from 1.0747 on; over 5 % of 1 m from 0.0215 m on (no turn).
    assert [i.reason for i in moved(forward=1.0, noise=Noise(0, 0, 1.08, 0, 0))] == ["angle too noisy"] * 2
    assert [i.reason for i in moved(forward=1.0, noise=Noise(0, 0, 0, 0.0216, 0))] == ["path too noisy"] * 2
    assert not isinstance(moved(forward=1.0, noise=Noise(0, 0, 0, 0.0214, 0))[0], Decline)
    # A pure turn has a path of nothing, which no noise is 5 % of.
    assert moved(yaw=30, noise=Noise(0, 0, 0.01, 1e-4, 0))[0].reason == "path too noisy"


def test_every_frame_is_held_against_those_one_two_and_four_later():
    path = [Pose(np.eye(3), np.array([0.1 * k, 0.0, 0.0])) for k in range(6)]
    scene = scene_of(frames=[picture(str(k), 2.0, pose) for k, pose in enumerate(path)])
    items = list(view_change(scene, rng()))
    pairs = [item.candidate.frames for item in items if item.candidate.aspect == "vector"]
    # One later: 5, two later: 4, four later: 2.
    assert sorted(pairs) == sorted([(k, k + s) for s, n in ((1, 5), (2, 4), (4, 2)) for k in range(n)])
    assert reasons(items) == {}
    for item in items:
        first, second = item.candidate.frames
        if item.candidate.aspect == "vector":
            assert item.values == pytest.approx((0.1 * (second - first), 0, 0, 0, 0), abs=1e-12)
    assert items == list(view_change(scene, rng(9)))


def test_one_frame_is_no_motion():
    assert list(view_change(scene_of(frames=[picture()]), rng())) == []
