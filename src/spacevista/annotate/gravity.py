"""Gravity: which way is up, where the capture does not say?

People hold cameras upright and look at things that stand on level planes. Up is the normal of the dominant plane
nearest to the mean up direction of the cameras; no plane within LEVEL_DEG of it: the question stays open.
"""

from __future__ import annotations

import numpy as np

from spacevista.annotate.barriers import SeenPlane
from spacevista.errors import CaptureError
from spacevista.geometry.arrays import FloatArray
from spacevista.scenes.record import SceneFrame

LEVEL_DEG = 50.0  # between the cameras' mean up and the normal of level planes: people tilt cameras down at tables


def estimate_up(frames: tuple[SceneFrame, ...], planes: list[SeenPlane]) -> FloatArray:
    """Return the unit vector against gravity, in the world frame.

    Raises:
        CaptureError: no dominant plane is level with the cameras; state `up` with the capture.
    """
    mean = -np.sum([frame.world_from_camera.rotation[:, 1] for frame in frames], axis=0)
    length = float(np.linalg.norm(mean))
    normals = [seen.plane.facing(mean).normal for seen in planes]
    level = [normal for normal in normals if float(normal @ mean) > np.cos(np.radians(LEVEL_DEG)) * length]
    if length < 0.5 * len(frames) or not level:
        raise CaptureError("gravity: no dominant plane is level with the cameras; state `up` with the capture")
    return max(level, key=lambda normal: float(normal @ mean))
