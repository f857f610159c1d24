"""Support planes: the level plane an object stands on, fitted to what is seen around its foot."""

from __future__ import annotations

import numpy as np

from spacevista.annotate.lift import FrameCloud
from spacevista.geometry.arrays import FloatArray
from spacevista.geometry.boxes import Box3d
from spacevista.geometry.planes import Plane, find_plane

LEVEL_DEG = 8.0  # a support leans at most this much
MIN_POINTS = 60
POINTS_PER_FRAME = 1500


def surroundings(clouds: tuple[FrameCloud, ...], object_id: int, box: Box3d, rng: np.random.Generator) -> FloatArray:
    """Return points (N, 3) of anything else around and under the foot of the object's box (third axis: up)."""
    size = box.size_m
    reach = 0.3 * float(size[:2].max())
    below = max(0.3 * float(size[2]), reach)
    box_from_world = box.world_from_box.inverse()
    parts = [np.empty((0, 3))]
    for cloud in clouds:
        close = cloud.near(box.world_from_box.translation_m, float(np.linalg.norm(size)) / 2 + reach + below)
        local = box_from_world.apply(cloud.points_m[close])
        near = (np.abs(local[:, :2]) <= size[:2] / 2 + reach).all(axis=1) & (cloud.ids[close] != object_id)
        near &= (local[:, 2] >= -size[2] / 2 - below) & (local[:, 2] <= -size[2] / 2 + 0.25 * size[2])
        found = cloud.points_m[close][near]
        if len(found) > POINTS_PER_FRAME:
            found = found[rng.choice(len(found), POINTS_PER_FRAME, replace=False)]
        parts.append(found)
    return np.concatenate(parts)


def support_plane(around_m: FloatArray, up: FloatArray, tolerance_m: float, rng: np.random.Generator) -> Plane | None:
    """Return the level plane that holds most of the surrounding points (N, 3) within `tolerance_m`, or None."""
    left = around_m
    for _ in range(4):
        found = find_plane(left, tolerance_m, rng)
        if found is None or found[1].sum() < MIN_POINTS:
            return None
        plane, inliers = found
        plane = plane.facing(up)
        if float(plane.normal @ up) >= np.cos(np.radians(LEVEL_DEG)):
            return plane
        left = left[~inliers]
    return None
