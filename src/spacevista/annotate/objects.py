"""One object: seen surface, support, and the space it might fill."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from spacevista.annotate.lift import FrameCloud, Lifted, lift_object, object_views
from spacevista.annotate.space import Grid, PossibleSpace, possible_space
from spacevista.annotate.support import support_plane, surroundings
from spacevista.geometry.arrays import FloatArray
from spacevista.geometry.boxes import gravity_aligned_box
from spacevista.geometry.freespace import FREE, DepthView, observe
from spacevista.geometry.planes import Plane
from spacevista.geometry.points import hull_numbers, hull_vertices, outliers, thinned
from spacevista.scenes.record import SceneFrame, SceneObject

MIN_POINTS = 50
MARGIN = 0.12  # the grid looks this much beyond the seen extent: more would not be asked anyway
CELLS = 96  # along each axis: 1.3 % of the extent a cell
LAYER_STEPS = 2.0


@dataclass(frozen=True, eq=False)
class MeasuredObject:
    """An object with the grid behind its possible space (None where there were too few points)."""

    record: SceneObject
    space: PossibleSpace | None


def measure_object(
    object_id: int,
    category: str | None,
    frames: tuple[SceneFrame, ...],
    clouds: tuple[FrameCloud, ...],
    views: tuple[DepthView, ...],
    up: FloatArray,
    rng: np.random.Generator,
) -> MeasuredObject:
    """Fuse the views of one object; with fewer than MIN_POINTS consistent points it keeps what was seen, no more."""
    shown = object_views(frames, object_id)
    lifted = consistent(lift_object(clouds, object_id), views)
    if len(lifted.points_m) < MIN_POINTS:
        empty = np.empty((0, 3))
        return MeasuredObject(SceneObject(object_id, category, lifted.points_m, empty, True, None, shown), None)
    footprint = float(np.median(lifted.footprint_m))
    support = find_support(object_id, lifted, clouds, up, rng)
    grid = object_grid(lifted.points_m, up, footprint, support)
    space = possible_space(grid, object_id, views, support, np.empty((0, 3)))
    corners = hull_vertices(lifted.points_m)
    possible = hull_vertices(np.concatenate([corners, reachable_corners(space, support)]))
    record = SceneObject(object_id, category, lifted.points_m, possible, space.open_space, support, shown)
    return MeasuredObject(record, space)


def consistent(lifted: Lifted, views: tuple[DepthView, ...]) -> Lifted:
    """Leave out points that another view saw through or that stand alone, and thin what is left to one a footprint.

    Corners of the hull are never thinned away: extents rest on them.
    """
    kept = lifted.select((observe(lifted.points_m, 0.0, 0, views) & FREE) == 0)
    if len(kept.points_m) < MIN_POINTS:
        return kept
    corners = hull_numbers(kept.points_m)
    few = kept.select(np.union1d(corners, thinned(kept.points_m, float(np.median(kept.footprint_m)))))
    return few.select(~outliers(few.points_m))


def find_support(
    object_id: int, lifted: Lifted, clouds: tuple[FrameCloud, ...], up: FloatArray, rng: np.random.Generator
) -> Plane | None:
    """Return the level plane under the object, if its foot comes within a few pixels of it."""
    box = gravity_aligned_box(lifted.points_m, up)
    footprint = float(np.median(lifted.footprint_m))
    plane = support_plane(surroundings(clouds, object_id, box, rng), up, footprint / 2, rng)
    if plane is None:
        return None
    clearance = float(plane.signed_distance(lifted.points_m).min())
    reach = 4 * footprint + 0.1 * float(box.size_m[2])
    return plane if abs(clearance) <= reach else None


def object_grid(points_m: FloatArray, up: FloatArray, footprint_m: float, support: Plane | None) -> Grid:
    """Return the grid along the object's own sides, MARGIN beyond them, and from just under its support."""
    box = gravity_aligned_box(points_m, up)
    axes = box.world_from_box.rotation
    extent = np.maximum(box.size_m, 4 * footprint_m)
    middle = box.world_from_box.translation_m @ axes
    low, high = middle - extent * (0.5 + MARGIN), middle + extent * (0.5 + MARGIN)
    if support is not None:
        foot = box.world_from_box.translation_m
        foot = foot - support.normal * support.signed_distance(foot)
        low[2] = min(low[2], float((foot @ axes)[2]) - extent[2] * MARGIN / 4)
    return Grid.around(low, high, axes, (high - low) / CELLS)


def reachable_corners(space: PossibleSpace, support: Plane | None) -> FloatArray:
    """Return the corners of the outermost cells an object might fill, let down to its support where they touch it."""
    cells = space.surface_cells()
    if not len(cells):
        return cells
    outer = hull_vertices(cells)
    half = space.grid.cell / 2
    signs = np.array([[x, y, z] for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)])
    corners = (outer[:, None, :] + (signs * half) @ space.grid.axes.T).reshape(-1, 3)
    if support is None:
        return corners
    height = support.signed_distance(corners)
    near = np.abs(height) < LAYER_STEPS * space.grid.cell[2]
    return np.concatenate([corners, corners[near] - height[near, None] * support.normal])
