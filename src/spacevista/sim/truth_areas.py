"""The truth of areas seen from straight above: of all faces of a mesh, projected onto the level ground, their union.

Frame: world, metres, z up; float64. The union is measured along level lines: between two neighbouring corners its
length is linear in y but for edges that cross, so the strips between corners, cut into thin ones, are measured in the
middle of each.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numba as nb
import numpy as np

from spacevista.geometry.arrays import FloatArray
from spacevista.sim.world import Mesh

if TYPE_CHECKING:
    from spacevista.sim.truth import Truth

STRIPS = 800  # at least so many over the extent


def footprint(truth: Truth, aspect: str, objects: tuple[int, ...], frames: tuple[int, ...]) -> float:
    """Return the area that an object covers seen from straight above, square metres."""
    return footprint_m2(truth.body(objects[0]).mesh)


def footprint_m2(mesh: Mesh) -> float:
    """Return the area of the union of a mesh's faces, projected onto the ground."""
    flat = mesh.vertices_m[:, :2] - mesh.vertices_m[:, :2].mean(axis=0)
    triangles = flat[mesh.faces]
    used = np.unique(triangles[..., 1])
    extent = float(used[-1] - used[0])
    if extent <= 0:
        return 0.0
    return float(_union_area(triangles, used, extent / STRIPS))


@nb.njit(cache=True)
def _union_area(triangles: FloatArray, lines: FloatArray, thickest: float) -> float:
    total = 0.0
    count = len(triangles)
    lows, highs = np.empty(count), np.empty(count)
    for k in range(count):
        lows[k] = triangles[k, :, 1].min()
        highs[k] = triangles[k, :, 1].max()
    order = np.argsort(lows)
    spans = np.empty((count, 2))
    for k in range(len(lines) - 1):
        parts = int(np.ceil((lines[k + 1] - lines[k]) / thickest))
        height = (lines[k + 1] - lines[k]) / max(parts, 1)
        for part in range(parts):
            y = lines[k] + (part + 0.5) * height
            found = 0
            for number in order:
                if lows[number] > y:
                    break
                if highs[number] <= y:
                    continue
                a, b = np.inf, -np.inf
                for corner in range(3):
                    x1, y1 = triangles[number, corner]
                    x2, y2 = triangles[number, (corner + 1) % 3]
                    if (y1 <= y) != (y2 <= y):
                        x = x1 + (x2 - x1) * (y - y1) / (y2 - y1)
                        a, b = min(a, x), max(b, x)
                spans[found] = a, b
                found += 1
            total += height * _covered(spans[:found])
    return total


@nb.njit(cache=True)
def _covered(spans: FloatArray) -> float:
    """Return the length of the union of intervals (N, 2)."""
    total, reached = 0.0, -np.inf
    for number in np.argsort(spans[:, 0]):
        a, b = spans[number]
        if b > reached:
            total += b - max(a, reached)
            reached = b
    return total
