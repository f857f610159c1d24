"""What one frame shows of an object: a point well inside its mask, depths around it, the nearest visible point."""

from __future__ import annotations

import numpy as np
from scipy.ndimage import distance_transform_edt

from spacevista.geometry.arrays import FloatArray
from spacevista.scenes.record import SceneFrame
from spacevista.tasks.facts import Interval

MIN_PIXELS = 60  # a smaller mask is too ragged to point at
INSIDE_PX = 2.5  # a marked point keeps this distance from the mask's border


def inner_point(frame: SceneFrame, number: int, rng: np.random.Generator) -> tuple[float, float] | None:
    """Return a pixel centre (x, y) well inside the object's mask, drawn at random; None if no pixel is."""
    mask = frame.ids == number
    if int(mask.sum()) < MIN_PIXELS:
        return None
    rows, columns = np.nonzero(mask)
    top, left = rows.min(), columns.min()
    crop = np.pad(mask[top : rows.max() + 1, left : columns.max() + 1], 1)
    inside = distance_transform_edt(crop)[1:-1, 1:-1]
    limit = max(INSIDE_PX, 0.5 * float(inside.max()))
    good = np.argwhere(inside >= limit)
    if not len(good):
        return None
    row, column = good[int(rng.integers(len(good)))]
    return float(left + column) + 0.5, float(top + row) + 0.5


def patch_bounds(frame: SceneFrame, number: int, point_px: tuple[float, float]) -> Interval | None:
    """Return the bounds of z-depth (m) within a pixel of the point; None off the object or without depth."""
    column, row = int(point_px[0]), int(point_px[1])
    patch = (slice(max(row - 1, 0), row + 2), slice(max(column - 1, 0), column + 2))
    depth = frame.depth_m[patch].astype(np.float64)
    if (frame.ids[patch] != number).any() or (depth <= 0).any() or depth.shape != (3, 3):
        return None
    half = float(np.ptp(depth)) / 4  # the point is within half a pixel of its depth's centre
    return Interval(float(depth[1, 1]) - half, float(depth[1, 1]) + half)


def nearest_bounds(frame: SceneFrame, number: int) -> Interval | None:
    """Return the bounds of the straight-line distance (m) to the nearest visible point of the object.

    At most: the nearest pixel centre. At least: that less what the surface still gains within a pixel, taken from the
    slope around the nearest pixel.
    """
    mask = (frame.ids == number) & (frame.depth_m > 0)
    if int(mask.sum()) < MIN_PIXELS:
        return None
    rows, columns = np.nonzero(mask)
    box = (slice(rows.min(), rows.max() + 1), slice(columns.min(), columns.max() + 1))
    distance = np.where(mask[box], frame.depth_m[box] * ray_lengths(frame)[box], np.inf)
    row, column = np.unravel_index(int(distance.argmin()), distance.shape)
    high = float(distance[row, column])
    around = distance[max(row - 1, 0) : row + 2, max(column - 1, 0) : column + 2]
    slope = float(np.median(around[np.isfinite(around)]) - high)
    return Interval(high - min(2 * slope, 0.1 * high), high)


def ray_lengths(frame: SceneFrame) -> FloatArray:
    """Return straight-line distance over z-depth for every pixel (H, W)."""
    return np.asarray(np.linalg.norm(frame.camera.rays(), axis=2))
