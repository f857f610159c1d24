"""Which areas seen from above the views decide: by what was seen of an object, and what unseen space could add.

Along plumb lines through a grid: an object is seen there if some camera sees any of its surface on the line; it might
be there if the line meets it, or if some of the line, over a thin layer on the ground, was seen by no camera. Where an
object is hardly higher than that layer, the ground itself has to be seen beside it. Pictures are of pixels: along all
its border, that of gaps and thin parts included, a share of the finest pixel's footprint is open either way.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.spatial import Delaunay

from spacevista.geometry.arrays import BoolArray, FloatArray
from spacevista.sim.oracle_bounds import Bounds
from spacevista.sim.raycast import MISS

if TYPE_CHECKING:
    from spacevista.sim.oracle import Oracle

CELLS = 110  # along the longer side
LEVELS = 8
MOST_HITS = 6  # of one line
HALF_WIDTH = 0.03
FLAT_CELLS = 3.0
EDGE_PIXELS = 0.2  # footprints


def decides_area(oracle: Oracle, aspect: str, objects: tuple[int, ...], frames: tuple[int, ...]) -> bool:
    """Tell whether what was seen and what might be there agree within 3 %, the pixels along its border included."""
    if not oracle.measurable(objects[0]):
        return False
    if objects[0] not in oracle.areas:
        oracle.areas[objects[0]] = area_bounds(oracle, objects[0])
    bounds = oracle.areas[objects[0]]
    return bounds.low > 0 and bounds.half_width <= HALF_WIDTH


def area_bounds(oracle: Oracle, object_id: int) -> Bounds:
    """Return the area of the visible part and of all that might be there, in cells."""
    space = oracle.space(object_id)
    low, high = space.possible_m.min(axis=0), space.possible_m.max(axis=0)
    cell = float((high - low)[:2].max()) / CELLS
    lines = [np.arange(a + cell / 2, b, cell) for a, b in zip(low[:2], high[:2], strict=True)]
    places = np.stack(np.meshgrid(*lines), axis=-1)
    around = Delaunay(space.possible_m[:, :2]).find_simplex(places.reshape(-1, 2)) >= 0
    flat = places.reshape(-1, 2)[around]
    met, seen = _met(oracle, object_id, flat, float(high[2]) + cell)
    might = met.copy()
    beside = np.flatnonzero(~met)
    might[beside] = ~_empty(oracle, flat[beside], float(low[2]), float(high[2]), cell)
    covered = np.zeros(places.shape[:2], dtype=bool)
    covered.ravel()[around] = met
    edge = EDGE_PIXELS * finest_m(oracle, object_id) / cell * border_cells(covered)
    return Bounds(max(float(seen.sum()) - edge, 0.0), max(float(might.sum()), 1.0) + edge)


def finest_m(oracle: Oracle, object_id: int) -> float:
    """Return the footprint of a pixel on an object's middle from the nearest camera."""
    world = oracle.truth.world
    middle = oracle.truth.body(object_id).mesh.vertices_m.mean(axis=0)
    return min(float(np.linalg.norm(middle - pose.translation_m)) for pose in world.path) / world.camera.fx_px


def border_cells(covered: BoolArray) -> float:
    """Return the length, in cells, of the border of cells (X, Y); counted along the grid it is 4 / pi too long."""
    padded = np.pad(covered, 1)
    sides = (padded[1:] != padded[:-1]).sum() + (padded[:, 1:] != padded[:, :-1]).sum()
    return float(np.pi / 4 * sides)


def _met(oracle: Oracle, object_id: int, flat_m: FloatArray, top_m: float) -> tuple[BoolArray, BoolArray]:
    """Tell which plumb lines (N) meet an object, and on which of them its surface is seen."""
    rays = oracle.truth.views.rays_of(object_id)
    met, seen = np.zeros(len(flat_m), dtype=bool), np.zeros(len(flat_m), dtype=bool)
    starts, asked = np.column_stack([flat_m, np.full(len(flat_m), top_m)]), np.arange(len(flat_m))
    for _ in range(MOST_HITS):
        if not len(asked):
            break
        hits = rays.hits(starts[asked], np.tile([0.0, 0.0, -1.0], (len(asked), 1)))
        hit = hits.distance < MISS
        asked, distance, normal = asked[hit], hits.distance[hit].astype(np.float64), hits.normal[hit]
        points = starts[asked] - np.column_stack([np.zeros((len(asked), 2)), distance])
        met[asked] = True
        seen[asked] |= oracle.carver.visible(points, np.zeros_like(normal, dtype=np.float64))
        starts[asked] = points - np.array([0, 0, 1e-4 * max(top_m - float(points[:, 2].min(initial=top_m)), 1e-9)])
        asked = asked[~seen[asked]]
    return met, seen


def _empty(oracle: Oracle, flat_m: FloatArray, low_m: float, high_m: float, cell_m: float) -> BoolArray:
    """Tell over which places (N, 2) cameras saw that no part of an object is there."""
    empty = np.ones(len(flat_m), dtype=bool)
    if high_m - low_m <= FLAT_CELLS * cell_m:
        starts = np.column_stack([flat_m, np.full(len(flat_m), high_m + cell_m)])
        hits = oracle.truth.views.rays.hits(starts, np.tile([0.0, 0.0, -1.0], (len(flat_m), 1)))
        there = hits.distance < MISS
        points = starts - np.column_stack([np.zeros((len(flat_m), 2)), np.where(there, hits.distance, 0)])
        return np.asarray(there & oracle.carver.visible(points, np.zeros_like(points)))
    for level in low_m + cell_m + (high_m - low_m - cell_m) * np.arange(LEVELS) / (LEVELS - 1):
        asked = np.flatnonzero(empty)
        empty[asked] = oracle.carver.carved(np.column_stack([flat_m[asked], np.full(len(asked), level)]))
    return empty
