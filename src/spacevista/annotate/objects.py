"""One object: seen surface, support, and the space it might fill."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from spacevista.annotate.barriers import SeenPlane, barriers
from spacevista.annotate.lift import FrameCloud, Lifted, lift_object, object_views
from spacevista.annotate.space import Grid, PossibleSpace, possible_space
from spacevista.annotate.support import support_plane, surroundings
from spacevista.geometry.arrays import BoolArray, FloatArray, IntArray
from spacevista.geometry.boxes import gravity_aligned_box, horizontal_axes
from spacevista.geometry.freespace import FREE, NOBODY, DepthView, observe
from spacevista.geometry.planes import Plane
from spacevista.geometry.points import (
    cell_keys,
    hull_numbers,
    hull_vertices,
    largest_cluster,
    onto_surface,
    outliers,
    thinned,
)
from spacevista.scenes.record import Noise, SceneFrame, SceneObject

MIN_POINTS = 50
MAX_POINTS = 12_000  # more seen points of one object change no extent and cost time
MARGIN = 0.12  # the grid looks this much beyond the seen extent: more would not be asked anyway
CELLS = 72  # along each axis: 1.7 % of the extent a cell
LAYER_STEPS = 2.0
CLUSTER_FOOTPRINTS = 8.0  # a step in depth wider than this parts what a ragged mask holds from the object
FUSED_FOOTPRINTS, FUSED_ERRORS = 3.0, 4.0  # views are averaged over this reach
FOOT_POINTS = 10
BORDER_FOOTPRINTS = 2.0  # one at each end: a mask that grew, or the farthest of many noisy points
SUPPORT_ERRORS = 5.0  # a point this many standard errors above the support is not the support's


@dataclass(frozen=True, eq=False)
class MeasuredObject:
    """An object with what gaps are measured from.

    Attributes:
        space: the grid behind its possible space; None with too few points.
        cells_m: surface cells of that space (N, 3).
        points_m: all points (N, 3) that may be its own, those apart from its largest group included, and with noise
            those that only some masks show or that look seen through: the ends of the object.
        footprint_m: of a pixel on it.
        walls: planes it does not cross, normals towards it.
    """

    record: SceneObject
    space: PossibleSpace | None
    cells_m: FloatArray
    points_m: FloatArray
    footprint_m: float
    walls: tuple[Plane, ...]


def measure_object(
    object_id: int,
    category: str | None,
    frames: tuple[SceneFrame, ...],
    clouds: tuple[FrameCloud, ...],
    sparse: tuple[FrameCloud, ...],
    planes: list[SeenPlane],
    views: tuple[DepthView, ...],
    up: FloatArray,
    noise: Noise,
    rng: np.random.Generator,
) -> MeasuredObject:
    """Fuse the views of one object; with fewer than MIN_POINTS consistent points it keeps what was seen, no more.

    `sparse` are thinned `clouds`: enough to fit planes to; `planes` are the dominant ones of the surroundings.
    """
    shown = object_views(frames, object_id)
    raw = lift_object(clouds, object_id)
    lifted = consistent(raw, views, noise)
    if len(lifted.points_m) < MIN_POINTS:
        empty = np.empty((0, 3))
        return MeasuredObject(
            SceneObject(object_id, category, lifted.points_m, empty, True, None, shown), None, empty, empty, 0.0, ()
        )
    footprint = float(np.median(lifted.footprint_m))
    support = find_support(object_id, lifted, sparse, up, point_error(lifted, noise), rng)
    lifted = above_support(lifted, support, noise)
    reach = float(np.ptp(lifted.points_m, axis=0).max())
    walls = barriers(planes, lifted.points_m, reach) + (() if support is None else (support,))
    points = lifted.points_m
    space = space_within(
        lambda beyond: object_grid(points, up, footprint, support, beyond),
        lambda grid: possible_space(grid, object_id, points, views, walls),
        reach,
    )
    seen = body_of(lifted, noise).points_m
    cells = space.surface_cells()
    own = possibly_own(raw, support, noise)
    corners = silhouette_corners(own, up, support)
    possible = hull_vertices(np.concatenate([corners, reachable_corners(space, cells, support)]))
    record = SceneObject(
        object_id,
        category,
        seen,
        possible,
        space.open_space,
        support,
        shown,
        extent_error(lifted, noise),
        BORDER_FOOTPRINTS * footprint if noise.depth_rel > 0 else 0.0,
    )
    return MeasuredObject(record, space, cells, with_ends(lifted, own, noise), footprint, walls)


def space_within(
    grid_of: Callable[[float], Grid], flood: Callable[[Grid], PossibleSpace], reach_m: float
) -> PossibleSpace:
    """Flood a grid around an object; what runs out of it is tried on one `reach_m` larger, then on a finer one."""
    space = flood(grid_of(0.0))
    if not space.open_space:
        return space
    space = flood(grid_of(reach_m))
    if space.open_space:
        return space
    finer = flood(space.tight_grid(CELLS))
    return space if finer.open_space else finer


def consistent(lifted: Lifted, views: tuple[DepthView, ...], noise: Noise) -> Lifted:
    """Leave out points that another view saw through or that stand alone, and fuse the views to a point a footprint.

    Corners of the hull are never thinned away: extents rest on them. Noisy points move onto the plane through all
    points around them, which averages the views.
    """
    kept = lifted.select((observe(lifted.points_m, 0.0, views, NOBODY) & FREE) == 0)
    if len(kept.points_m) < MIN_POINTS:
        return kept
    footprint = float(np.median(kept.footprint_m))
    if noise.depth_rel > 0:
        kept = kept.select(seen_twice(kept, 2 * footprint))
        if len(kept.points_m) < MIN_POINTS:
            return kept
    corners = hull_numbers(kept.points_m)
    few = kept.select(np.union1d(corners, fewer(kept.points_m, footprint)))
    if noise.depth_rel == 0:
        return few
    reach = max(FUSED_FOOTPRINTS * footprint, FUSED_ERRORS * point_error(kept, noise))
    few = replace(few, points_m=onto_surface(few.points_m, kept.points_m, reach))
    return few.select(~outliers(few.points_m))


def possibly_own(raw: Lifted, support: Plane | None, noise: Noise) -> Lifted:
    """Return all points that might be the object's: thin parts look seen through once depth is noisy."""
    if noise.depth_rel == 0:
        return raw
    twice = raw.select(seen_twice(raw, 2 * float(np.median(raw.footprint_m))))
    return above_support(twice, support, noise)


def with_ends(lifted: Lifted, own: Lifted, noise: Noise) -> FloatArray:
    """Return an object's points (N, 3), with noise also those that might be `own`, one a footprint."""
    if noise.depth_rel == 0:
        return lifted.points_m
    ends = fewer(own.points_m, float(np.median(lifted.footprint_m)))
    return np.concatenate([lifted.points_m, own.points_m[ends]])


def silhouette_corners(lifted: Lifted, up: FloatArray, support: Plane | None) -> FloatArray:
    """Return the hull's corners and points half a pixel's footprint around them, none under the support.

    A silhouette ends anywhere between two pixel centres.
    """
    corners = lifted.select(hull_numbers(lifted.points_m))
    axes = horizontal_axes(up).T
    steps = np.concatenate([np.zeros((1, 3)), axes, -axes])
    around = (corners.points_m[:, None] + steps * corners.footprint_m[:, None, None] / 2).reshape(-1, 3)
    if support is not None:
        around = around - np.minimum(support.signed_distance(around), 0)[:, None] * support.normal
    return around


def body_of(lifted: Lifted, noise: Noise) -> Lifted:
    """Return what is surely the object: of noisy points the largest linked group, for masks hold pieces of others."""
    if noise.depth_rel == 0:
        return lifted
    footprint = float(np.median(lifted.footprint_m))
    return lifted.select(largest_cluster(lifted.points_m, CLUSTER_FOOTPRINTS * footprint))


def fewer(points_m: FloatArray, cell_m: float) -> IntArray:
    """Return the numbers of one point per cell of `cell_m`, or of as large a cell as leaves about MAX_POINTS."""
    numbers = thinned(points_m, cell_m)
    if len(numbers) <= MAX_POINTS:
        return numbers
    return thinned(points_m, cell_m * math.sqrt(len(numbers) / MAX_POINTS))


def seen_twice(lifted: Lifted, cell_m: float) -> BoolArray:
    """Tell which points share a cubic cell with a point of another frame, as points of a swapped id do not."""
    _, inverse = np.unique(cell_keys(lifted.points_m, cell_m), return_inverse=True)
    lowest = np.full(int(inverse.max()) + 1, np.iinfo(np.int64).max)
    highest = np.full(len(lowest), -1)
    np.minimum.at(lowest, inverse, lifted.frame)
    np.maximum.at(highest, inverse, lifted.frame)
    return np.asarray((highest > lowest)[inverse])


def point_error(lifted: Lifted, noise: Noise) -> float:
    """Return one standard error of a point's position in metres, from depth and poses, at the object's depth."""
    return float(np.median(lifted.depth_m)) * float(np.hypot(noise.depth_rel, noise.pose_rel))


def extent_error(lifted: Lifted, noise: Noise) -> float:
    """Return one standard error of an extent: a point at each end, and half a pixel of ragged mask."""
    if noise.depth_rel == 0:
        return 0.0
    footprint = float(np.median(lifted.footprint_m))
    return math.hypot(point_error(lifted, noise), footprint / 2)


def find_support(
    object_id: int,
    lifted: Lifted,
    clouds: tuple[FrameCloud, ...],
    up: FloatArray,
    noise_m: float,
    rng: np.random.Generator,
) -> Plane | None:
    """Return the level plane under the object, if its foot comes within a few pixels of it."""
    box = gravity_aligned_box(lifted.points_m, up)
    footprint = float(np.median(lifted.footprint_m))
    plane = support_plane(surroundings(clouds, object_id, box, rng), up, max(footprint / 2, 2 * noise_m), rng)
    if plane is None:
        return None
    clearance = float(plane.signed_distance(lifted.points_m).min())
    reach = 4 * footprint + 0.1 * float(box.size_m[2])
    return plane if abs(clearance) <= reach else None


def above_support(lifted: Lifted, support: Plane | None, noise: Noise) -> Lifted:
    """Leave out noisy points that lie on the support: ragged masks hold pixels of it. Thin objects keep all points.

    Where the object is seen right down to that layer it stands on its support: its foot is the plane itself.
    """
    if support is None or noise.depth_rel == 0:
        return lifted
    layer = SUPPORT_ERRORS * point_error(lifted, noise) + float(np.median(lifted.footprint_m)) / 2
    height = support.signed_distance(lifted.points_m)
    kept = height > layer
    if float(height.max()) <= 3 * layer or kept.sum() < MIN_POINTS:
        return lifted
    foot = kept & (height <= 2 * layer)
    if foot.sum() < FOOT_POINTS:
        return lifted.select(kept)
    numbers = np.concatenate([np.flatnonzero(kept), np.flatnonzero(foot)])
    standing = lifted.select(numbers)
    drop = np.concatenate([np.zeros(int(kept.sum())), height[foot]])
    return replace(standing, points_m=standing.points_m - drop[:, None] * support.normal)


def object_grid(
    points_m: FloatArray, up: FloatArray, footprint_m: float, support: Plane | None, margin_m: float
) -> Grid:
    """Return the grid along the object's own sides: MARGIN and `margin_m` beyond them, and from under its support."""
    box = gravity_aligned_box(points_m, up)
    axes = box.world_from_box.rotation
    extent = np.maximum(box.size_m, 4 * footprint_m)
    middle = box.world_from_box.translation_m @ axes
    low, high = middle - extent * (0.5 + MARGIN) - margin_m, middle + extent * (0.5 + MARGIN) + margin_m
    if support is not None:
        foot = box.world_from_box.translation_m
        foot = foot - support.normal * support.signed_distance(foot)
        low[2] = min(low[2], float((foot @ axes)[2]) - extent[2] * MARGIN / 4)
    return Grid.around(low, high, axes, (high - low) / CELLS)


def reachable_corners(space: PossibleSpace, cells: FloatArray, support: Plane | None) -> FloatArray:
    """Return the corners of the outermost cells an object might fill, let down to its support where they touch it."""
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
