"""Rigid transforms between frames, named target first: `world_from_camera @ camera_from_object`.

Axes and handedness are said once, in docs/conventions.md.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from spacevista.errors import GeometryError
from spacevista.geometry.arrays import FloatArray, frozen_floats

ROTATION_TOLERANCE = 1e-3  # above it a matrix is no rotation but a mistake (scale, shear, wrong axes)


@dataclass(frozen=True, eq=False)
class Pose:
    """A rotation followed by a translation: x_target = rotation @ x_source + translation_m.

    Attributes:
        rotation: 3 x 3, orthonormal with determinant +1.
        translation_m: 3, metres, in the target frame.
    """

    rotation: FloatArray
    translation_m: FloatArray

    def __post_init__(self) -> None:
        object.__setattr__(self, "rotation", frozen_floats(self.rotation, (3, 3), "rotation"))
        object.__setattr__(self, "translation_m", frozen_floats(self.translation_m, (3,), "translation"))
        error = orthogonality_error(self.rotation)
        if error > 1e-9:
            raise GeometryError(f"rotation: expected an orthonormal matrix, got one {error:.1e} off; use from_matrix")
        if np.linalg.det(self.rotation) < 0:
            raise GeometryError("rotation: expected determinant +1, got -1 (a mirror image)")

    @staticmethod
    def identity() -> Pose:
        return Pose(np.eye(3), np.zeros(3))

    @staticmethod
    def from_matrix(matrix: Any) -> Pose:
        """Read a 4 x 4 matrix; a rotation up to 1e-3 off orthonormal is replaced by the nearest rotation.

        Raises:
            GeometryError: wrong shape, not finite, last row not (0, 0, 0, 1), mirrored, or more than 1e-3 off.
        """
        array = frozen_floats(matrix, (4, 4), "pose")
        if not np.allclose(array[3], (0, 0, 0, 1), atol=1e-6):
            raise GeometryError(f"pose: expected last row 0 0 0 1, got {array[3].tolist()}")
        rotation = array[:3, :3]
        determinant = float(np.linalg.det(rotation))
        if determinant < 0:
            raise GeometryError(f"pose: expected a rotation with determinant +1, got {determinant:.4f} (mirrored)")
        error = orthogonality_error(rotation)
        if error > ROTATION_TOLERANCE:
            raise GeometryError(
                f"pose: expected a rotation (orthogonality error up to {ROTATION_TOLERANCE:g}), got {error:.2e}"
            )
        return Pose(nearest_rotation(rotation), array[:3, 3])

    @staticmethod
    def looking_at(eye_m: Any, target_m: Any, up: Any = (0.0, 0.0, 1.0)) -> Pose:
        """Return world_from_camera of a camera at `eye_m` that looks at `target_m` (x right, y down, z forward)."""
        eye = frozen_floats(eye_m, (3,), "eye")
        forward = frozen_floats(target_m, (3,), "target") - eye
        right = np.cross(forward, frozen_floats(up, (3,), "up"))
        if float(np.linalg.norm(right)) <= 1e-9 * float(np.linalg.norm(forward)):
            raise GeometryError("looking_at: expected a view direction that is neither zero nor along up")
        forward = forward / np.linalg.norm(forward)
        right = right / np.linalg.norm(right)
        return Pose(nearest_rotation(np.stack([right, np.cross(forward, right), forward], axis=1)), eye)

    @property
    def matrix(self) -> FloatArray:
        """The 4 x 4 matrix."""
        out = np.eye(4)
        out[:3, :3] = self.rotation
        out[:3, 3] = self.translation_m
        return out

    def inverse(self) -> Pose:
        return Pose(self.rotation.T, -self.rotation.T @ self.translation_m)

    def __matmul__(self, other: Pose) -> Pose:
        return Pose(
            nearest_rotation(self.rotation @ other.rotation), self.rotation @ other.translation_m + self.translation_m
        )

    def apply(self, points_m: FloatArray) -> FloatArray:
        """Transform points (..., 3)."""
        return points_m @ self.rotation.T + self.translation_m

    def rotate(self, directions: FloatArray) -> FloatArray:
        """Rotate directions (..., 3)."""
        return directions @ self.rotation.T


def orthogonality_error(rotation: FloatArray) -> float:
    """Return the largest entry of |R'R - 1|."""
    return float(np.abs(rotation.T @ rotation - np.eye(3)).max())


def nearest_rotation(matrix: FloatArray) -> FloatArray:
    """Return the rotation nearest to `matrix` in the Frobenius norm (its polar factor)."""
    left, _, right = np.linalg.svd(matrix)
    flip = np.diag([1.0, 1.0, float(np.sign(np.linalg.det(left @ right)))])
    return np.asarray(left @ flip @ right)


def rotation_about(axis: Any, angle_deg: float) -> FloatArray:
    """Return the 3 x 3 rotation by `angle_deg`, counter-clockwise about `axis` (Rodrigues' formula)."""
    unit = frozen_floats(axis, (3,), "axis")
    length = float(np.linalg.norm(unit))
    if length == 0:
        raise GeometryError("rotation axis: expected a direction, got zero")
    x, y, z = unit / length
    cross = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    angle = math.radians(angle_deg)
    return np.asarray(np.eye(3) + math.sin(angle) * cross + (1 - math.cos(angle)) * cross @ cross)


def rotation_angle_deg(rotation: FloatArray) -> float:
    """Return the angle of a rotation, 0 to 180 degrees; exact near both ends (atan2, not acos)."""
    vector = np.array(
        [rotation[2, 1] - rotation[1, 2], rotation[0, 2] - rotation[2, 0], rotation[1, 0] - rotation[0, 1]]
    )
    return math.degrees(math.atan2(float(np.linalg.norm(vector)), float(np.trace(rotation) - 1)))


def yaw_pitch_deg(rotation: FloatArray) -> tuple[float, float]:
    """Split first_from_second of two cameras into yaw (right positive), then pitch (up positive), in degrees.

    Read from the second camera's forward axis in the first camera's frame; roll is left out.
    """
    x, y, z = rotation[:, 2]
    return math.degrees(math.atan2(x, z)), math.degrees(math.atan2(-y, math.hypot(x, z)))
