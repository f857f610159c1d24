"""Poses form a group; conventions of angles; near-degenerate rotations; float32 around a centre."""

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from geometry_strategies import SCALES_M, directions, poses, rotations, vectors
from spacevista.errors import GeometryError
from spacevista.geometry.poses import (
    Pose,
    nearest_rotation,
    orthogonality_error,
    rotation_about,
    rotation_angle_deg,
    yaw_pitch_deg,
)

ROUNDING = 1e-14  # some tens of float64 roundings, for numbers around 1


def assert_same(left: Pose, right: Pose, metres: float) -> None:
    assert np.abs(left.rotation - right.rotation).max() < ROUNDING
    assert np.abs(left.translation_m - right.translation_m).max() < ROUNDING * metres


@pytest.mark.parametrize("metres", SCALES_M)
@given(data=st.data())
def test_group_axioms(metres: float, data: st.DataObject) -> None:
    a, b, c = (data.draw(poses(metres)) for _ in range(3))
    assert_same((a @ b) @ c, a @ (b @ c), metres)
    assert_same(a @ Pose.identity(), a, metres)
    assert_same(Pose.identity() @ a, a, metres)
    assert_same(a @ a.inverse(), Pose.identity(), metres)
    assert_same(a.inverse() @ a, Pose.identity(), metres)
    assert_same(a.inverse().inverse(), a, metres)
    assert_same((a @ b).inverse(), b.inverse() @ a.inverse(), metres)


@pytest.mark.parametrize("metres", SCALES_M)
@given(data=st.data())
def test_composition_is_application_in_turn_and_keeps_distances(metres: float, data: st.DataObject) -> None:
    a, b = data.draw(poses(metres)), data.draw(poses(metres))
    points = np.stack([data.draw(vectors(metres)) for _ in range(4)])
    assert np.abs((a @ b).apply(points) - a.apply(b.apply(points))).max() < ROUNDING * metres
    assert np.abs(a.inverse().apply(a.apply(points)) - points).max() < ROUNDING * metres
    assert np.abs(a.apply(points[1:]) - a.apply(points[:1]) - a.rotate(points[1:] - points[:1])).max() < (
        ROUNDING * metres
    )
    before = np.linalg.norm(points[1:] - points[0], axis=1)
    after = np.linalg.norm(a.apply(points)[1:] - a.apply(points)[0], axis=1)
    assert np.abs(after - before).max() < ROUNDING * metres


@given(poses())
def test_matrix_round_trip(pose: Pose) -> None:
    assert_same(Pose.from_matrix(pose.matrix), pose, 1.0)
    point = np.array([1.0, 2.0, 3.0])
    assert np.abs((pose.matrix @ [*point, 1.0])[:3] - pose.apply(point)).max() < ROUNDING * 4


def test_a_long_chain_stays_a_rotation() -> None:
    # 1,000 steps of 0.36 degrees are one full turn; the chain is re-orthonormalised at every step.
    step, pose = Pose(rotation_about([1, 2, 3], 0.36), np.zeros(3)), Pose.identity()
    for _ in range(1000):
        pose = step @ pose
    assert orthogonality_error(pose.rotation) < 1e-14
    assert np.abs(pose.rotation - np.eye(3)).max() < 1e-11


@given(rotations(), st.floats(0, 9e-4), st.integers(0, 2**32 - 1))
def test_from_matrix_mends_small_errors(rotation: Any, size: float, seed: int) -> None:
    matrix = np.eye(4)
    noise = np.random.default_rng(seed).uniform(-1, 1, (3, 3))
    # Each entry of R'R - 1 is then below 2 * 3 * size / 6 + O(size^2) = size.
    matrix[:3, :3] = rotation + noise * size / 6
    mended = Pose.from_matrix(matrix)
    assert orthogonality_error(mended.rotation) < ROUNDING
    assert np.abs(mended.rotation - rotation).max() < size + ROUNDING


@pytest.mark.parametrize(
    ("matrix", "message"),
    [
        (np.eye(3), "4 x 4"),
        (np.diag([1, 1, 1, 2]), "last row"),
        (np.diag([1, 1, -1, 1]), "mirrored"),
        (np.diag([1, 1, 1.01, 1]), "orthogonality error"),
        (np.diag([0, 0, 0, 1]), "orthogonality error"),
        (np.full((4, 4), np.nan), "finite"),
        (np.ones((4, 4)) * 1e200, "last row"),
    ],
)
def test_what_is_no_pose_is_refused(matrix: Any, message: str) -> None:
    with pytest.raises(GeometryError, match=message):
        Pose.from_matrix(matrix)


def test_a_pose_is_frozen_and_copies_its_input() -> None:
    translation = np.zeros(3)
    pose = Pose(np.eye(3), translation)
    translation[0] = 1
    assert pose.translation_m[0] == 0
    with pytest.raises(ValueError, match="read-only"):
        pose.rotation[0, 0] = 2


@given(directions(), st.floats(0, 180))
def test_angle_of_a_rotation(axis: Any, angle: float) -> None:
    # atan2 keeps about 1e-14 rad = 6e-13 degrees everywhere, also near 0 and 180; acos would lose half the digits.
    assert rotation_angle_deg(rotation_about(axis, angle)) == pytest.approx(angle, abs=1e-11)


@pytest.mark.parametrize("angle", [0, 1e-9, 1e-5, 179.99999, 180 - 1e-9, 180])
def test_angle_near_both_ends(angle: float) -> None:
    assert rotation_angle_deg(rotation_about([3, -2, 1], angle)) == pytest.approx(angle, abs=1e-11)


def test_rotation_is_counter_clockwise() -> None:
    # A quarter turn about z takes x to y.
    assert rotation_about([0, 0, 5], 90) @ [1, 0, 0] == pytest.approx([0, 1, 0], abs=ROUNDING)
    with pytest.raises(GeometryError, match="direction"):
        rotation_about([0, 0, 0], 90)


@given(rotations())
def test_nearest_rotation_of_a_scaled_rotation(rotation: Any) -> None:
    assert np.abs(nearest_rotation(rotation * 1.7) - rotation).max() < ROUNDING


@given(st.floats(-179, 179), st.floats(-89, 89))
def test_yaw_and_pitch_of_a_turned_camera(yaw: float, pitch: float) -> None:
    # Camera axes: y is down, so a turn to the right is a positive rotation about y; up is a positive one about x.
    rotation = rotation_about([0, 1, 0], yaw) @ rotation_about([1, 0, 0], pitch)
    assert yaw_pitch_deg(rotation) == pytest.approx((yaw, pitch), abs=1e-10)


def test_signs_of_yaw_and_pitch() -> None:
    # The first camera stands at the origin and looks north (world y); x is east, z is up.
    first = Pose.looking_at([0, 0, 0], [0, 1, 0])
    right = Pose.looking_at([0, 0, 0], [1, 1, 0])
    above = Pose.looking_at([0, 0, 0], [0, 1, 1])
    assert yaw_pitch_deg((first.inverse() @ right).rotation) == pytest.approx((45, 0), abs=1e-10)
    assert yaw_pitch_deg((first.inverse() @ above).rotation) == pytest.approx((0, 45), abs=1e-10)


@pytest.mark.parametrize("metres", SCALES_M)
@given(data=st.data())
def test_looking_at_puts_the_target_ahead_and_the_horizon_level(metres: float, data: st.DataObject) -> None:
    eye, target = data.draw(vectors(metres)), data.draw(vectors(metres))
    away = target - eye
    flat = math.hypot(away[0], away[1])
    assume(flat > 1e-3 * metres)
    pose = Pose.looking_at(eye, target)
    seen = pose.inverse().apply(target)
    # Up to the rounding of the direction, which is 1 / 1e-3 times worse where the view is nearly along up.
    assert seen == pytest.approx([0, 0, np.linalg.norm(away)], abs=1e-11 * metres)
    assert pose.rotate(np.array([1.0, 0, 0]))[2] == pytest.approx(0, abs=1e-11)
    assert pose.rotate(np.array([0, 1.0, 0]))[2] < 0


@pytest.mark.parametrize("target", [(0, 0, 1), (0, 0, -3), (0, 0, 0)])
def test_looking_along_up_is_refused(target: Any) -> None:
    with pytest.raises(GeometryError, match="along up"):
        Pose.looking_at((0, 0, 0), target)


@pytest.mark.parametrize("metres", SCALES_M)
def test_float32_holds_where_the_scene_is_centred(metres: float) -> None:
    # float32 rounds to 2**-24 of a number: 1.2e-7 of the scene's half side at most, after the pose too.
    rng = np.random.default_rng(3)
    points = rng.uniform(-metres, metres, (1000, 3))
    pose = Pose(rotation_about(rng.normal(size=3), 77), rng.uniform(-metres, metres, 3))
    exact = pose.apply(points)
    single = points.astype(np.float32) @ pose.rotation.T.astype(np.float32) + pose.translation_m.astype(np.float32)
    assert single.dtype == np.float32
    assert np.abs(single - exact).max() < 8 * 2**-24 * metres


def test_float32_fails_far_from_the_origin() -> None:
    # Why scenes are centred: at 5 km float32 steps are 2**-11 m = 0.49 mm, half a tiny world.
    points = 5000 + np.random.default_rng(3).uniform(-1e-3, 1e-3, (1000, 3))
    assert np.abs(points.astype(np.float32) - points).max() > 1e-4


@given(poses(), vectors())
def test_conversions_as_the_conventions_page_states_them(world_from_camera: Pose, point: Any) -> None:
    right, down, forward = world_from_camera.inverse().apply(point)
    gl = Pose.from_matrix(world_from_camera.matrix @ np.diag([1, -1, -1, 1]))
    assert gl.inverse().apply(point) == pytest.approx([right, -down, -forward], abs=ROUNDING)
    rotation = world_from_camera.rotation @ np.diag([-1, -1, 1])
    translation = -world_from_camera.translation_m @ rotation
    assert point @ rotation + translation == pytest.approx([-right, -down, forward], abs=ROUNDING)  # PyTorch3D
    colmap = world_from_camera.inverse()
    assert colmap.rotation @ point + colmap.translation_m == pytest.approx([right, down, forward], abs=ROUNDING)
