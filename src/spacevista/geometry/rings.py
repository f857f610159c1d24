"""Polygons in the plane as rings of corners (N, 2): areas, clipping to a rectangle, and coverage of pixels.

A region is a list of rings, outer ones and holes alike: a point is in it if it lies in an odd number of them.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from spacevista.geometry.arrays import Float32Array, FloatArray

SUBROWS = 8  # lines through each row of pixels; along a line coverage is exact


def ring_area(ring: FloatArray) -> float:
    """Return the area of a ring (N, 2) by the shoelace formula, 0 with fewer than 3 corners."""
    if len(ring) < 3:
        return 0.0
    x, y = (ring - ring[0]).T  # far from the origin products of coordinates would lose digits
    return abs(float(x @ np.roll(y, -1) - y @ np.roll(x, -1))) / 2


def clipped_ring(ring: FloatArray, low: FloatArray, high: FloatArray) -> FloatArray:
    """Return the part of a ring (N, 2) within a rectangle (Sutherland and Hodgman); (0, 2) where there is none.

    Parts of a ring that leaves the rectangle and comes back are joined along its border, which adds no area.
    """
    for axis in (0, 1):
        for sign, limit in ((1.0, low[axis]), (-1.0, -high[axis])):
            if not len(ring):
                return ring
            height = sign * ring[:, axis] - limit  # above 0: inside
            following, ahead = np.roll(ring, -1, axis=0), np.roll(height, -1)
            corners = []
            for start, end, a, b in zip(ring, following, height, ahead, strict=True):
                if a >= 0:
                    corners.append(start)
                if (a >= 0) != (b >= 0):
                    corners.append(start + (end - start) * a / (a - b))
            ring = np.array(corners).reshape(-1, 2)
    return ring


def coverage(rings: Sequence[FloatArray], width_px: int, height_px: int) -> Float32Array:
    """Return the share (H, W) of each pixel that a region covers; rings are in pixels, pixel centres at +0.5.

    Rows are cut into SUBROWS lines, whose pieces inside the region are measured exactly.
    """
    out = np.zeros((height_px, width_px + 1))
    starts = np.concatenate(rings)
    ends = np.concatenate([np.roll(ring, -1, axis=0) for ring in rings])
    first = max(int(np.floor(starts[:, 1].min())), 0)
    last = min(int(np.ceil(starts[:, 1].max())), height_px)
    for row in range(first, last):
        for line in range(SUBROWS):
            y = row + (line + 0.5) / SUBROWS
            crossed = (starts[:, 1] <= y) != (ends[:, 1] <= y)
            a, b = starts[crossed], ends[crossed]
            x = np.sort(a[:, 0] + (b[:, 0] - a[:, 0]) * (y - a[:, 1]) / (b[:, 1] - a[:, 1]))
            for left, right in zip(*np.clip(x, 0, width_px).reshape(-1, 2).T, strict=True):
                _add_piece(out[row], float(left), float(right))
    return np.asarray(out[:, :width_px] / SUBROWS, dtype=np.float32)


def _add_piece(row: FloatArray, left: float, right: float) -> None:
    """Add to a row of pixels the lengths of each that the piece from `left` to `right` covers."""
    first, last = int(left), int(right)
    if first == last:
        row[first] += right - left
        return
    row[first] += first + 1 - left
    row[first + 1 : last] += 1
    row[last] += right - last
