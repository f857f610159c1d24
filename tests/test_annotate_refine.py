"""Refinement: a wrong depth scale is found, noisy poses come closer to the truth, what cannot be told stays put."""

from dataclasses import replace

import numpy as np
import pytest

from small_captures import capture_of, scene_frames, with_depth_noise
from small_worlds import box, cylinder, orbit
from spacevista.annotate.refine import FACTOR_LEFT, refine
from spacevista.annotate.smooth import DepthError
from spacevista.geometry.poses import Pose, rotation_angle_deg
from spacevista.sim.noise import noisy_pose

SCALES = [1e-3, 1.0, 1e3]


def desk(metre=1.0):
    meshes = [
        box((1 * metre, 0.7 * metre, 0.5 * metre), (0, 0, 0.25 * metre), 30),
        box((0.4 * metre, 0.4 * metre, 1 * metre), (-0.9 * metre, 0.6 * metre, 0.5 * metre), 10),
        cylinder(0.3 * metre, 0.8 * metre, (1.2 * metre, 0, 0)),
    ]
    return capture_of(meshes, orbit(3 * metre, 2.5 * metre, 6, (0.2 * metre, 0, 0.2 * metre)), size=metre)


def refined(frames, length_sigma, depth_rel=0.001, seed=0):
    return refine(frames, DepthError(0.0, depth_rel), length_sigma, np.random.default_rng(seed))


@pytest.mark.parametrize("metre", SCALES)
@pytest.mark.parametrize("factor", [0.99, 1.01])
def test_a_depth_scale_one_percent_off_is_found(metre, factor):
    # Poses are exact and 3 m apart: depths must shrink or grow by 1 / factor for the views to agree. That poses might
    # be noisy, which has to be ruled out first, keeps up to a quarter of the error: 0.22 % after five rounds.
    frames = tuple(replace(f, depth_m=(f.depth_m * factor).astype(np.float32)) for f in scene_frames(desk(metre)))
    found = refined(frames, 0.01)
    assert found.factor == pytest.approx(1 / factor, rel=0.003)
    assert abs(found.factor * factor - 1) < 3 * found.scale_rel < 0.01
    assert found.scale_rel >= FACTOR_LEFT
    for before, after in zip(scene_frames(desk(metre)), found.frames, strict=True):
        assert after.depth_m == pytest.approx(before.depth_m, rel=0.003)


def relative_errors(poses, truths):
    """Root mean square errors of every pair's relative pose: degrees, metres."""
    turns, shifts = [], []
    for i in range(len(poses)):
        for j in range(i):
            error = (truths[i].inverse() @ truths[j]).inverse() @ (poses[i].inverse() @ poses[j])
            turns.append(rotation_angle_deg(error.rotation))
            shifts.append(np.linalg.norm(error.translation_m))
    return np.sqrt(np.mean(np.square(turns))), np.sqrt(np.mean(np.square(shifts)))


@pytest.mark.parametrize("metre", SCALES)
def test_pose_noise_is_reduced(metre):
    exact = scene_frames(with_depth_noise(desk(metre), 0.001))
    rng = np.random.default_rng(1)
    noisy = [noisy_pose(f.world_from_camera, 1.0, 4 * metre, rng) for f in exact]
    truths = [f.world_from_camera for f in exact]
    found = refined(tuple(replace(f, world_from_camera=p) for f, p in zip(exact, noisy, strict=True)), 0.0)
    before, after = (relative_errors(p, truths) for p in (noisy, [f.world_from_camera for f in found.frames]))
    assert after[0] < 0.5 * before[0]
    assert after[1] < 0.5 * before[1]


def test_a_bare_plane_leaves_slides_open_and_says_so():
    # Views of a floor alone hold heights and tilts, not shifts along it nor turns about its normal: there the poses'
    # own noise is left, 0.115 degrees about an axis and 4.6 mm along one (0.2 degrees, 8 mm in all), and is stated.
    floor = capture_of([], orbit(3.0, 2.5, 6, (0.2, 0, 0.2)), size=1.0)
    rng = np.random.default_rng(1)
    exact = scene_frames(with_depth_noise(floor, 0.001))
    noisy = [replace(f, world_from_camera=noisy_pose(f.world_from_camera, 1.0, 4.0, rng)) for f in exact]
    found = refined(tuple(noisy), 0.0)
    apart = np.hstack([-np.eye(6), np.zeros((6, 12)), np.eye(6), np.zeros((6, 12))])  # of frames 0 and 3
    errors = np.sqrt(np.diag(apart @ found.covariance @ apart.T))
    # Two poses are off to each other by sqrt(2) times 4.6 mm = 6.5 mm along the floor and 2.8 mrad about its normal.
    assert (errors[3:5] > 0.003).all()
    assert (errors[3:5] < 0.013).all()
    assert 0.0014 < errors[2] < 0.0056
    assert errors[:2].max() < errors[2] / 4
    off = apart @ np.concatenate(
        [
            np.append(np.zeros(3), one.world_from_camera.translation_m - other.world_from_camera.translation_m)
            for one, other in zip(found.frames, exact, strict=True)
        ]
    )
    # Six poses show their noise to a factor of about 1.5 only, so that the stated error is no sharp one.
    assert (np.abs(off[3:]) < 4 * errors[3:]).all()


def test_exact_frames_hardly_move():
    frames = scene_frames(desk())
    found = refined(frames, 0.0)
    assert found.factor == pytest.approx(1.0, abs=1e-5)
    truths = [f.world_from_camera for f in frames]
    turn, shift = relative_errors([f.world_from_camera for f in found.frames], truths)
    assert turn < 0.01
    assert shift < 5e-4


def test_one_frame_and_frames_that_share_nothing_come_back_as_they_were():
    frames = scene_frames(desk())
    alone = refined(frames[:1], 0.01)
    assert alone.frames == frames[:1]
    assert (alone.factor, alone.scale_rel) == (1.0, 0.01)
    away = replace(frames[1], world_from_camera=Pose.looking_at((500, 0, 3), (501, 0, 0)))
    apart = refined((frames[0], away), 0.01)
    assert apart.frames == (frames[0], away)


def test_the_same_seed_gives_the_same_poses():
    frames = scene_frames(with_depth_noise(desk(), 0.003))
    first, second = refined(frames, 0.01), refined(frames, 0.01)
    assert first.factor == second.factor
    for a, b in zip(first.frames, second.frames, strict=True):
        assert (a.world_from_camera.matrix == b.world_from_camera.matrix).all()
        assert a.depth_m.tobytes() == b.depth_m.tobytes()
