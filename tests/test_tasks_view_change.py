"""View change: motions in the first camera's axes, the dead zone, the main direction, every reason to decline."""

import math
from dataclasses import replace

import numpy as np
import pytest

from hand_scenes import picture, pose_errors, reasons, rng, scene_of
from spacevista.geometry.poses import Pose, rotation_about
from spacevista.tasks.facts import Decline
from spacevista.tasks.rules import NINETY_PERCENT
from spacevista.tasks.view_change import camera_motion, measure, motion_errors, view_change

NO_LEAD = "no direction 10 % ahead of the others"
# The first camera stands anywhere: its axes count, not the world's.
START = Pose(rotation_about((1, 2, 3), 75), np.array([5.0, -3.0, 2.0]))


def moved(right=0.0, up=0.0, forward=0.0, yaw=0.0, pitch=0.0, errors=None, depth=2.0, start=START):
    """Vector and direction of one motion; yaw turns about the camera's y axis (down), pitch then about its x axis."""
    rotation = rotation_about((0, 1, 0), yaw) @ rotation_about((1, 0, 0), pitch)
    step = Pose(rotation, np.array([right, -up, forward]))
    scene = scene_of(frames=[picture("0", depth, start), picture("1", depth, start @ step)])
    if errors is not None:
        scene = replace(scene, pose_covariance=pose_errors(2, *errors))
    vector, direction = measure(scene, 0, 1)
    assert (vector.candidate.aspect, direction.candidate.aspect) == ("vector", "direction")
    assert vector.candidate.frames == direction.candidate.frames == (0, 1)
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
    # It moves the end of the path sideways and up, not along it.
    vector, _ = moved(forward=1.0, errors=(0.1, 0.003))
    along_m = math.sqrt(2) * 0.003
    across_m = math.hypot(along_m, math.radians(0.1))
    for number, error_m in enumerate((across_m, across_m, along_m)):
        assert vector.intervals[number].half_width == pytest.approx(NINETY_PERCENT * error_m)
    assert vector.intervals[2].statistical == pytest.approx(vector.intervals[2].half_width)
    assert vector.intervals[3].half_width == pytest.approx(NINETY_PERCENT * math.sqrt(2) * 0.1)


def disturbed(pose, error):
    """A pose turned about its own centre by a small rotation vector, then shifted, both in world axes."""
    angle_deg = math.degrees(float(np.linalg.norm(error[:3])))
    return Pose(rotation_about(error[:3], angle_deg) @ pose.rotation, pose.translation_m + error[3:])


@pytest.mark.parametrize("metre", [1e-3, 1.0, 1e3])
def test_errors_follow_the_covariance_of_both_poses(metre):
    # Twelve correlated errors of two poses, drawn 4,000 times: the spread of what is measured is known to 1.1 %, of
    # which six are allowed here.
    generator = np.random.default_rng(3)
    mixing = generator.normal(size=(12, 12)) * np.tile([2e-4] * 3 + [3e-4 * metre] * 3, 2)[:, None]
    step = Pose(rotation_about((0, 1, 0), 70) @ rotation_about((1, 0, 0), -20), np.array([1.0, 0.2, 0.7]) * metre)
    poses = (Pose(START.rotation, START.translation_m * metre), START @ step)
    frames = [picture(str(number), 2.0 * metre, pose) for number, pose in enumerate(poses)]
    scene = replace(scene_of(frames=frames), pose_covariance=mixing @ mixing.T)
    drawn = []
    for errors in generator.normal(size=(4_000, 12)) @ mixing.T:
        noisy = [
            replace(frame, world_from_camera=disturbed(frame.world_from_camera, errors[6 * k : 6 * k + 6]))
            for k, frame in enumerate(frames)
        ]
        drawn.append(camera_motion(*noisy))
    assert motion_errors(scene, 0, 1) == pytest.approx(np.std(drawn, axis=0), rel=0.066)


def test_poses_too_noisy_for_the_motion_decline():
    # 1.645 sqrt(2) sigma is over 2.5 degrees from 1.0747 on; over 5 % of 1 m from 0.0215 m on.
    assert [i.reason for i in moved(forward=1.0, errors=(1.08, 0))] == ["angle too noisy"] * 2
    assert [i.reason for i in moved(forward=1.0, errors=(0, 0.0216))] == ["path too noisy"] * 2
    assert not isinstance(moved(forward=1.0, errors=(0, 0.0214))[0], Decline)
    # A pure turn has a path of nothing, which no noise is 5 % of.
    assert moved(yaw=30, errors=(0.01, 1e-4))[0].reason == "path too noisy"


def sideways(count):
    """Cameras in a row to the right, 0.1 m apart."""
    path = [Pose(np.eye(3), np.array([0.1 * k, 0.0, 0.0])) for k in range(count)]
    return scene_of(frames=[picture(str(k), 2.0, pose) for k, pose in enumerate(path)])


def test_every_frame_is_held_against_those_one_two_and_four_later():
    items = list(view_change(sideways(6), rng()))
    pairs = [item.candidate.frames for item in items if item.candidate.aspect == "vector"]
    assert pairs == [item.candidate.frames for item in items if item.candidate.aspect == "direction"]
    # One later: 5, two later: 4, four later: 2; each pair once, whichever of its frames comes first.
    assert sorted(map(sorted, pairs)) == sorted([k, k + s] for s, n in ((1, 5), (2, 4), (4, 2)) for k in range(n))
    assert reasons(items) == {}
    for item in items:
        first, second = item.candidate.frames
        if item.candidate.aspect == "vector":
            assert item.values == pytest.approx((0.1 * (second - first), 0, 0, 0, 0), abs=1e-12)
        else:
            assert item.choice == ("right" if second > first else "left")
    assert items == list(view_change(sideways(6), rng()))


def test_a_path_that_runs_one_way_is_asked_both_ways_alike():
    # 39 + 38 + 36 = 113 pairs that all go right when asked forwards; 37 to 76 of 113 fair coins is +-3.7 errors of 5.3.
    items = [item for item in view_change(sideways(40), rng()) if item.candidate.aspect == "direction"]
    assert len(items) == 113
    assert 37 <= sum(item.choice == "right" for item in items) <= 76


def test_the_order_is_drawn_for_declined_pairs_too():
    # Noise declines every pair; what is asked of the others stays as it was.
    noisy = replace(sideways(6), pose_covariance=pose_errors(6, 1.08, 0))
    items = list(view_change(noisy, rng()))
    assert all(isinstance(item, Decline) for item in items)
    assert [i.candidate for i in items] == [i.candidate for i in view_change(sideways(6), rng())]


def test_one_frame_is_no_motion():
    assert list(view_change(scene_of(frames=[picture()]), rng())) == []
