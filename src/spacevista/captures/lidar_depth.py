"""Sparse depth from LiDAR: its points, seen through a camera that stands beside it.

Camera and scanner look from different places, so the scanner sees past the edges of near things to what the camera has
hidden behind them. Such points would put depth, and thus free space, where the camera sees the near thing. A point is
taken as hidden where clearly nearer points lie on both sides of it, left and right or above and below.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import minimum_filter1d

from spacevista.geometry.arrays import BoolArray, Float32Array, FloatArray, Int32Array, IntArray
from spacevista.geometry.cameras import Camera

REACH_COLUMNS, REACH_ROWS = 4, 8  # to the next point of the same surface: 64 lines over 27 degrees lie 4 to 7 px apart
CLEARLY_NEARER = 0.9  # of the depth: well over range noise, and under the depth of what people stand in front of


@dataclass(frozen=True, eq=False)
class Projected:
    """Points on pixels, one a pixel: `depth_m` (H, W; 0: none), `ids` of the points (0: none), how many were hidden."""

    depth_m: Float32Array
    ids: Int32Array
    hidden: int


def project_points(points_camera_m: FloatArray, ids: Int32Array, camera: Camera) -> Projected:
    """Return the nearest point (N, 3) on every pixel, without those that the camera cannot see.

    Args:
        points_camera_m: in the camera's frame.
        ids: of the objects that the points (N,) belong to, 0: none.
    """
    pixels, z = camera.project(points_camera_m)
    shown = (z > 0) & camera.contains(pixels)
    order = np.flatnonzero(shown)[np.argsort(-z[shown], kind="stable")]  # the nearest is written last
    columns, rows = pixels[order].astype(np.int64).T
    depth = np.full((camera.height_px, camera.width_px), np.inf, dtype=np.float32)
    marks = np.zeros(depth.shape, dtype=np.int32)
    depth[rows, columns], marks[rows, columns] = z[order], ids[order]
    hidden = surrounded(depth)
    depth[hidden | np.isinf(depth)] = 0
    marks[depth == 0] = 0
    return Projected(depth, marks, int(hidden.sum()))


def surrounded(depth_m: Float32Array) -> BoolArray:
    """Tell which pixels have clearly nearer points on both sides, along rows or along columns (inf: no point)."""
    out = np.zeros(depth_m.shape, dtype=np.bool_)
    for axis, reach in ((1, REACH_COLUMNS), (0, REACH_ROWS)):
        across = minimum_filter1d(depth_m, 3, axis=1 - axis, mode="constant", cval=np.inf)
        sides = np.maximum(_before(across, reach, axis), np.flip(_before(np.flip(across, axis), reach, axis), axis))
        with np.errstate(invalid="ignore"):
            out |= np.isfinite(depth_m) & (sides < CLEARLY_NEARER * depth_m)
    return out


def _before(depth_m: Float32Array, reach: int, axis: int) -> Float32Array:
    """Return the lowest depth of the `reach` pixels before each along an axis, inf where there is none."""
    padding = [(0, 0), (0, 0)]
    padding[axis] = (reach, 0)
    padded = np.pad(depth_m, padding, constant_values=np.inf)
    windows = np.lib.stride_tricks.sliding_window_view(padded, reach, axis=axis)
    kept = [slice(None), slice(None), slice(None)]
    kept[axis] = slice(0, depth_m.shape[axis])
    return np.asarray(windows[tuple(kept)].min(axis=-1))


def point_counts(ids: Int32Array) -> dict[int, int]:
    """Return id -> number of pixels, background left out."""
    values, counts = np.unique(ids[ids > 0], return_counts=True)
    numbers: IntArray = values.astype(np.int64)
    return {int(value): int(count) for value, count in zip(numbers, counts, strict=True)}
