"""Camera poses as files give them: direction, axes and unit of translation differ; ours is `world_from_camera`.

Ours: OpenCV camera axes (x right, y down, z forward), metres. OpenGL cameras look along -z with y up.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from spacevista.errors import CaptureError, GeometryError
from spacevista.geometry.arrays import FloatArray
from spacevista.geometry.poses import Pose, orthogonality_error

EXACT_ROTATION = 1e-12  # rounding of float64 alone: a pose that we wrote is read back to the bit
OPENCV_FROM_OPENGL = np.diag([1.0, -1.0, -1.0, 1.0])

Direction = Literal["camera_to_world", "world_to_camera"]
Axes = Literal["opencv", "opengl"]


@dataclass(frozen=True)
class ReadPose:
    """A pose and how far its rotation was from orthonormal before it was replaced by the nearest rotation."""

    world_from_camera: Pose
    rotation_error: float


def pose_of(
    numbers: Iterable[float],
    name: str,
    direction: Direction = "camera_to_world",
    axes: Axes = "opencv",
    unit_m: float = 1.0,
) -> ReadPose:
    """Return the pose of 16 numbers, a 4 x 4 matrix row by row.

    Raises:
        CaptureError: not 16 finite numbers, mirrored, more than 1e-3 off a rotation; the message begins with `name`.
    """
    values = list(numbers)
    if len(values) != 16:
        raise CaptureError(f"{name}: expected a 4 x 4 pose (16 numbers), got {len(values)} numbers")
    matrix = np.array(values, dtype=np.float64).reshape(4, 4)
    matrix[:3, 3] *= unit_m
    try:
        pose, error = _checked(matrix)
    except GeometryError as problem:
        raise CaptureError(f"{name}: {problem}") from None
    if direction == "world_to_camera":
        pose = pose.inverse()
    if axes == "opengl":
        pose = Pose((pose.matrix @ OPENCV_FROM_OPENGL)[:3, :3], pose.translation_m)
    return ReadPose(pose, error)


def _checked(matrix: FloatArray) -> tuple[Pose, float]:
    with np.errstate(over="ignore", invalid="ignore"):
        error = orthogonality_error(matrix[:3, :3])
    if not np.isfinite(error):
        raise GeometryError(f"pose: expected finite numbers of a rotation, got {matrix[:3, :3].tolist()}")
    pose = Pose.from_matrix(matrix)
    if error <= EXACT_ROTATION:
        pose = Pose(matrix[:3, :3], matrix[:3, 3])
    return pose, error
