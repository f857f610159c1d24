"""The free floor of a scene: the ground that was seen, with the column of an agent's height over it seen through.

Frame: horizontal axes and up of the world, metres. The ground may rise and fall: its height is that of the lowest
background points around. Cells under what was seen of an object below the agent's head are not free; what was not
seen is not. Where the ground rises too far within its radius, on a steep slope or beside a step, no agent stands.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy.ndimage import distance_transform_edt, map_coordinates, maximum_filter
from scipy.spatial import cKDTree

from spacevista.geometry.arrays import BoolArray, FloatArray, IntArray
from spacevista.geometry.boxes import horizontal_axes
from spacevista.geometry.freespace import FREE, NOBODY, observe
from spacevista.geometry.occupancy import CELL_REACH, FloorGrid, Net, in_outline, room_in_cells
from spacevista.geometry.points import hull_vertices
from spacevista.scenes.kept import kept
from spacevista.scenes.record import Scene, SceneFrame, SceneObject
from spacevista.tasks.plans import Agent
from spacevista.tasks.rules import NINETY_PERCENT, enough_points
from spacevista.tasks.workspace import depth_views

MOST_CELLS = 240  # along the longer side
CELLS_PER_WIDTH = 5  # of the agent
BLOCK = 4  # cells along the side of a patch over which the ground is level
GROUND_SHARE = 0.1  # of a patch's background points lie lower than its ground
LEAST_POINTS = 4  # of a patch
GROUND_REACH = 3  # patches: farther from seen ground nothing is known
COLUMN = (0.2, 0.45, 0.7, 1.0)  # of the agent's height, where it is looked whether the column was seen through
REACH_WIDTHS, REACH_CELLS = 1.5, 4.0  # an agent whose middle is so near to an object is beside it
EDGE_WIDTHS = 5.0  # the floor reaches so far beyond the objects
HEAD = 0.9  # of the agent's height
STEEP = 0.15  # of the agent's height: it is said to climb a fifth; the ground is measured over patches
PIXEL_STEP = 2  # of the pixels used for the ground's height


@dataclass(frozen=True, eq=False)
class Floor:
    """A floor on which an agent may walk.

    Attributes:
        ground_m: (X, Y) height of the ground.
        standing: (X, Y) where the agent's middle may be; `net` leads over some of these cells.
        ids: objects whose place is known; `middles_m` are those of their footprints.
        seen_flat: their seen points from above: no nearer than the objects themselves.
        possible_flat: outlines (K, 2) of all they might fill, counter-clockwise: no farther than the objects.
        low_points: seen points (N, 2) below the agent's head: running into these is certain; `owners` (N) are the
            places in `ids` of their objects.
        reach_m: an agent whose middle is so near to a footprint is beside the object.
        margin_m: by how much noise may move anything.
    """

    grid: FloorGrid
    ground_m: FloatArray
    standing: BoolArray
    net: Net
    ids: tuple[int, ...]
    middles_m: tuple[FloatArray, ...]
    seen_flat: tuple[cKDTree, ...]
    possible_flat: tuple[FloatArray, ...]
    low_points: cKDTree
    owners: IntArray
    agent: Agent
    reach_m: float
    margin_m: float

    def distance_m(self, flat_m: FloatArray, number: int) -> float:
        """Return the distance of a place (2) from the nearest seen point of an object, from above."""
        return float(self.seen_flat[number].query(flat_m)[0])

    def least_distance_m(self, flat_m: FloatArray, number: int) -> float:
        """Return the distance of a place (2) from all that an object might fill, from above; 0 within it."""
        corners = self.possible_flat[number]
        if in_outline(flat_m[None, None], corners)[0, 0]:
            return 0.0
        sides = np.roll(corners, -1, axis=0) - corners
        lengths = np.maximum((sides**2).sum(axis=1), 1e-300)
        shares = np.clip(((flat_m - corners) * sides).sum(axis=1) / lengths, 0, 1)
        return float(np.linalg.norm(corners + shares[:, None] * sides - flat_m, axis=1).min())

    def to_world(self, flat_m: FloatArray) -> FloatArray:
        """Return places (N, 2) on the ground as world points (N, 3)."""
        cells, _ = self.grid.cells_of(flat_m)
        heights = self.ground_m[cells[:, 0], cells[:, 1]]
        return np.asarray(np.column_stack([flat_m, heights]) @ self.grid.axes.T)


@kept
def floor_of(scene: Scene, agent: Agent) -> Floor | str:
    """Return the free floor of a scene for an agent, or why there is none."""
    things = [
        t for t in scene.objects if enough_points(t) and np.isfinite(t.seen_m).all() and np.isfinite(t.possible_m).all()
    ]
    if len(things) < 2:
        return "fewer than two objects with enough points"
    axes = horizontal_axes(scene.up)
    grid = _grid_around(things, axes, agent)
    ground = ground_height(scene, grid)
    if ground is None:
        return "no floor"
    margin = NINETY_PERCENT * max(math.hypot(t.error_m, t.border_m) for t in things)
    level = np.where(np.isfinite(ground), ground, np.nanmin(ground))
    low = [_below_head(t, grid, level, agent) for t in things]
    free = seen_free(scene, grid, ground, agent)
    for points in low:
        free &= ~_covered(grid, points)
    if not free.any():
        return "no free floor"
    standing = room_in_cells(free) * grid.cell_m >= agent.width_m / 2 + margin + CELL_REACH * grid.cell_m
    standing &= rises_m(ground, agent.width_m / 2 / grid.cell_m + CELL_REACH) <= STEEP * agent.height_m
    reach = max(REACH_WIDTHS * agent.width_m, agent.width_m / 2 + margin + REACH_CELLS * grid.cell_m)
    flat = [t.seen_m @ axes[:, :2] for t in things]
    seen_flat = tuple(cKDTree(points) for points in flat)
    return Floor(
        grid=grid,
        ground_m=level,
        standing=standing,
        net=Net.of(standing, tuple(_ring(grid, standing, tree, reach) for tree in seen_flat)),
        ids=tuple(t.id for t in things),
        middles_m=tuple((points.min(axis=0) + points.max(axis=0)) / 2 for points in flat),
        seen_flat=seen_flat,
        possible_flat=tuple(outline(t.possible_m @ axes[:, :2]) for t in things),
        low_points=cKDTree(np.concatenate(low)),
        owners=np.repeat(np.arange(len(low)), [len(points) for points in low]),
        agent=agent,
        reach_m=reach,
        margin_m=margin,
    )


def ground_height(scene: Scene, grid: FloorGrid) -> FloatArray | None:
    """Return the height of the ground at the cells (X, Y), NaN far from any that was seen; None if none was."""
    points = np.concatenate([np.zeros((0, 3)), *(background_points(frame) for frame in scene.frames)]) @ grid.axes
    cells, inside = grid.cells_of(points[:, :2])
    points, cells = points[inside], cells[inside] // BLOCK
    shape = tuple(-(-n // BLOCK) for n in grid.shape)
    numbers = np.ravel_multi_index((cells[:, 0], cells[:, 1]), shape)
    by_height = np.argsort(points[:, 2])
    order = by_height[np.argsort(numbers[by_height], kind="stable")]
    first, counts = np.unique(numbers[order], return_index=True, return_counts=True)[1:]
    enough = counts >= LEAST_POINTS
    if not enough.any():
        return None
    patches = np.full(shape, np.nan)
    lowest = points[order, 2][first + (GROUND_SHARE * counts).astype(int)]
    patches.ravel()[numbers[order][first[enough]]] = lowest[enough]
    return _spread(patches, grid)


def background_points(frame: SceneFrame) -> FloatArray:
    """Return world points (N, 3) of what is no object, from every PIXEL_STEP-th row and column."""
    depth, ids = frame.depth_m[::PIXEL_STEP, ::PIXEL_STEP], frame.ids[::PIXEL_STEP, ::PIXEL_STEP]
    rows, columns = np.nonzero((ids == 0) & (depth > 0) & np.isfinite(depth))
    centres = np.stack([columns, rows], axis=1) * PIXEL_STEP + 0.5
    return frame.world_from_camera.apply(
        frame.camera.back_project(centres.astype(np.float64), depth[rows, columns].astype(np.float64))
    )


def _spread(patches: FloatArray, grid: FloorGrid) -> FloatArray:
    """Return heights of cells from heights of patches (NaN: not seen), which are filled from the nearest."""
    away, nearest = distance_transform_edt(np.isnan(patches), return_indices=True)
    filled = patches[tuple(nearest)]
    places = np.stack(np.meshgrid(*[(np.arange(n) + 0.5) / BLOCK - 0.5 for n in grid.shape], indexing="ij"))
    heights = map_coordinates(filled, places, order=1, mode="nearest")
    known = map_coordinates(away, places, order=0, mode="nearest") <= GROUND_REACH
    return np.where(known, heights, np.nan)


def rises_m(ground_m: FloatArray, radius_cells: float) -> FloatArray:
    """Return by how much known ground (X, Y; NaN: not known) within a radius is higher than each cell; NaN likewise."""
    reach = int(radius_cells)
    disc = np.hypot(*np.mgrid[-reach : reach + 1, -reach : reach + 1]) <= radius_cells
    known = np.where(np.isfinite(ground_m), ground_m, -np.inf)
    return np.asarray(maximum_filter(known, footprint=disc, mode="nearest") - ground_m)


def seen_free(scene: Scene, grid: FloorGrid, ground_m: FloatArray, agent: Agent) -> BoolArray:
    """Tell over which cells (X, Y) some view saw through the column of the agent's height, at each of its samples."""
    flat = grid.centres().reshape(-1, 2)
    known = np.isfinite(ground_m).ravel()
    free = known.copy()
    views = depth_views(scene)
    for share in COLUMN:
        asked = np.flatnonzero(free)
        heights = ground_m.ravel()[asked] + share * agent.height_m
        points = np.column_stack([flat[asked], heights]) @ grid.axes.T
        free[asked] = (observe(points, grid.cell_m, views, NOBODY) & FREE) != 0
    return free.reshape(grid.shape)


def _covered(grid: FloorGrid, low_m: FloatArray) -> BoolArray:
    """Return the cells (X, Y) in the outline of what was seen of an object below the agent's head.

    What was not seen of it is in columns that were not seen through; but flat things are under columns that were.
    """
    out = in_outline(grid.centres(), outline(low_m)) if len(low_m) else np.zeros(grid.shape, dtype=bool)
    cells, inside = grid.cells_of(low_m)
    out[cells[inside, 0], cells[inside, 1]] = True
    return out


def outline(flat_m: FloatArray) -> FloatArray:
    """Return the hull (N, 2) of points (N, 2), counter-clockwise."""
    corners = hull_vertices(flat_m)
    x, y = corners.T
    doubled = float(x @ np.roll(y, -1) - y @ np.roll(x, -1))
    return corners if doubled >= 0 else corners[::-1]


def _grid_around(things: list[SceneObject], axes: FloatArray, agent: Agent) -> FloorGrid:
    flat = np.concatenate([t.seen_m @ axes[:, :2] for t in things])
    edge = EDGE_WIDTHS * agent.width_m
    low, high = flat.min(axis=0) - edge, flat.max(axis=0) + edge
    cell = max(agent.width_m / CELLS_PER_WIDTH, float((high - low).max()) / MOST_CELLS)
    return FloorGrid.around(low, high, axes, cell)


def _ring(grid: FloorGrid, standing: BoolArray, seen: cKDTree, reach_m: float) -> BoolArray:
    """Return the cells (X, Y) on which an agent may stand with a seen point within reach."""
    out = np.zeros(grid.shape, dtype=bool)
    cells = np.argwhere(standing)
    places = grid.low_m + (cells + 0.5) * grid.cell_m
    near = ((places >= seen.mins - reach_m) & (places <= seen.maxes + reach_m)).all(axis=1)
    cells, places = cells[near], places[near]
    found = cells[np.isfinite(seen.query(places, distance_upper_bound=reach_m)[0])]
    out[found[:, 0], found[:, 1]] = True
    return out


def _below_head(thing: SceneObject, grid: FloorGrid, ground_m: FloatArray, agent: Agent) -> FloatArray:
    local = thing.seen_m @ grid.axes
    cells, _ = grid.cells_of(local[:, :2])
    low = local[:, 2] - ground_m[cells[:, 0], cells[:, 1]] < HEAD * agent.height_m
    return np.asarray(local[low, :2])
