"""What one frame shows of an object: a point well inside its mask, depths around it, the nearest visible point."""

from __future__ import annotations

import numpy as np
from scipy.ndimage import distance_transform_edt, median_filter

from spacevista.geometry.arrays import FloatArray
from spacevista.scenes.record import SceneFrame
from spacevista.tasks.facts import Interval

MIN_PIXELS = 60  # a smaller mask is too ragged to point at
STRAY_PX = 5
RAGGED_PX = 6  # a noisy mask misses up to two of the last pixels, and depth is worst at the edge
SMOOTHED_PX = 7  # depth was averaged over so many pixels each way
LUCKY = 1.5  # expected minimum of about ten independent standard normal errors
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


def nearest_bounds(frame: SceneFrame, number: int, error_rel: float) -> Interval | None:
    """Return the bounds of the straight-line distance (m) to the nearest visible point of the object.

    At most: the nearest pixel centre. At least: that less what the surface still gains within a pixel, taken from the
    slope around the nearest pixel. With a relative depth error, the upper bound is taken where stray pixels are
    filtered out, as LUCKY errors farther than it looks; the lower one is the nearest pixel of all, less what a
    ragged mask may miss.
    """
    mask = (frame.ids == number) & (frame.depth_m > 0)
    if int(mask.sum()) < MIN_PIXELS:
        return None
    rows, columns = np.nonzero(mask)
    box = (slice(int(rows.min()), int(rows.max()) + 1), slice(int(columns.min()), int(columns.max()) + 1))
    distance = np.where(mask[box], frame.depth_m[box] * ray_lengths(frame, box), np.inf)
    nearest = float(distance.min())
    if error_rel > 0:
        distance = median_filter(distance, STRAY_PX, mode="constant", cval=np.inf) * (1 + LUCKY * error_rel)
        if not np.isfinite(distance).any():
            return None
    row, column = np.unravel_index(int(distance.argmin()), distance.shape)
    high = float(distance[row, column])
    around = distance[max(row - 1, 0) : row + 2, max(column - 1, 0) : column + 2]
    slope = float(np.median(around[np.isfinite(around)]) - high)
    ragged = RAGGED_PX * slope + flattened(distance, int(row), int(column)) if error_rel > 0 else 0.0
    return Interval(min(high - min(2 * slope, 0.1 * high), nearest) - ragged, high)


def flattened(distance: FloatArray, row: int, column: int) -> float:
    """Return how far at most averaging over SMOOTHED_PX each way set back a ridge that runs through a pixel, metres.

    Nearest points tend to lie on edges that point at the camera, and there the plane that is fitted to noisy depth
    cuts off the tip: under a roof with slope s a pixel it lies s (n^2 - 1) / 4n behind the tip, and the second
    difference over n pixels of what was averaged is 2 s n less twice that. Rounder surfaces lose less of the same
    second difference. Directions that leave the object say nothing.
    """
    n = SMOOTHED_PX
    back = (n * n - 1) / (4 * n)
    lost = 0.0
    for line, at in ((distance[row], column), (distance[:, column], row)):
        if at >= n and at + n < len(line) and np.isfinite(line[[at - n, at + n]]).all():
            lost += max(float(line[at - n] + line[at + n] - 2 * line[at]), 0.0) * back / (2 * (n - back))
    return lost


def ray_lengths(frame: SceneFrame, box: tuple[slice, slice]) -> FloatArray:
    """Return straight-line distance over z-depth for the pixels of `box` (rows, columns)."""
    camera = frame.camera
    x = (np.arange(box[1].start, box[1].stop) + 0.5 - camera.cx_px) / camera.fx_px
    y = (np.arange(box[0].start, box[0].stop) + 0.5 - camera.cy_px) / camera.fy_px
    return np.asarray(np.sqrt(1 + x[None, :] ** 2 + y[:, None] ** 2))
