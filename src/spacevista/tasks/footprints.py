"""The area that an object covers seen from straight above, between hard bounds, counted in cells of the ground.

Frame: horizontal axes and up of the world, metres. A cell is surely covered where its middle lies under or over a patch
of the object's surface: between four neighbouring pixels of it. It may be covered where some of the plumb line through
its middle, over a thin layer on the support, was seen through by no camera. Where an object is hardly higher than that
layer, as a pond is, the ground beside it has to be seen itself.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numba
import numpy as np

from spacevista.geometry.arrays import BoolArray, ByteArray, FloatArray, IntArray
from spacevista.geometry.boxes import horizontal_axes
from spacevista.geometry.freespace import FREE, OTHER, OWN, SMOOTH_PIXELS, DepthView, observe
from spacevista.geometry.occupancy import FloorGrid, in_outline
from spacevista.geometry.points import hull_vertices
from spacevista.scenes.record import Scene, SceneFrame, SceneObject
from spacevista.tasks.facts import Interval
from spacevista.tasks.floor import outline
from spacevista.tasks.footprint_votes import Voted, voted

CELLS = 140  # along the longer side of what the object might fill
LEVELS = 24  # heights at which plumb lines are looked at
LAYER_CELLS = 1.0  # on the support
FLAT_CELLS = 3.0  # an object is flat up to this height
REACH_CELLS = 2.0  # from a surface, seen at a slant
STEP = 2.0  # times the change beside it: a change of inverse depth that is no slope
STEEP = 4.0  # pixels' footprints: neighbouring pixels farther apart, seen from above, are a patch on even slopes only,
STEEPEST = 40.0  # and beyond this none
EVEN = 1.3  # times the change on each side that there is: a slope that runs on, as a roof does that is seen at a slant
SLOPE = (5**0.5 - 1) / 2  # of the longest side against the grid: the golden ratio, far from all simple ones
COUNTING = 0.05  # cells along the border: what counting middles may be off
EDGE_PIXELS = 0.15  # footprints along the border: patches bridge what is narrower than a pixel
OUTER_PIXELS = 0.25  # between its outermost pixels and the next ones its border may lie anywhere
VOTED_PIXELS = 0.25  # one standard error, footprints: what frames that agree may be off along a border
FLAT_ERRORS = 10.0  # standard errors of depth: what is lower than this passes for flat
FLAT_PIXELS = 0.5  # footprints: by up to this much frames call the sides of what is flat, and the ground there, its top
THIN_PIXELS = 10.0  # parts this narrow, on average, are told from the gaps between them too badly


@dataclass(frozen=True)
class Footprint:
    """What is known of an area seen from above: hard bounds and one standard error, in square metres.

    `thin`: what was seen is full of gaps, or its parts are a few pixels wide.
    """

    bounds: Interval
    error_m2: float
    thin: bool


def footprint_of(scene: Scene, thing: SceneObject, views: tuple[DepthView, ...]) -> Footprint:
    """Return the bounds of the area that an object covers; `views` are the scene's frames."""
    axes = slanted_axes(thing, scene.up)
    seen, possible = thing.seen_m @ axes, np.concatenate([thing.seen_m, thing.possible_m]) @ axes
    low, high = possible.min(axis=0), possible.max(axis=0)
    cell_m = float((high - low)[:2].max()) / CELLS
    grid = FloorGrid.around(low[:2], high[:2], axes, cell_m)
    around = in_outline(grid.centres(), outline(possible[:, :2]))
    pixel = finest_m(scene, thing)
    if scene.noise.depth_rel > 0:
        found = voted(thing, grid, around, views, scene.noise.depth_rel)
        return by_votes(scene, thing, grid, found, pixel, float(low[2]))
    numbers = sum(patches(frame, thing.id, grid) for frame in scene.frames)
    assert not isinstance(numbers, int)
    covered = np.asarray(numbers > 0) & around
    might = covered.copy()
    places = np.argwhere(around & ~covered)
    ground = ground_heights(thing, grid, places, float(low[2]))
    empty = emptied(grid, places, ground, float(high[2]), thing.id, views, REACH_CELLS * cell_m)
    might[places[~empty, 0], places[~empty, 1]] = True
    corners = hull_vertices(seen[:, :2])
    around_m = float(np.linalg.norm(corners - np.roll(corners, 1, axis=0), axis=1).sum())
    edge_m = max(around_m, border_m(covered, cell_m))
    less = (COUNTING * cell_m + EDGE_PIXELS * pixel) * edge_m
    more = (COUNTING * cell_m + OUTER_PIXELS * pixel) * edge_m
    bounds = Interval(max(cell_m**2 * float(covered.sum()) - less, 0.0), cell_m**2 * float(might.sum()) + more)
    return Footprint(bounds, 0.0, is_thin(covered, cell_m, pixel))


def by_votes(
    scene: Scene, thing: SceneObject, grid: FloorGrid, found: Voted, pixel_m: float, lowest_m: float
) -> Footprint:
    """Return the bounds that the votes of noisy frames leave."""
    count, more = float(found.covered.sum()), float(found.open.sum())
    around_m = border_m(found.covered, grid.cell_m)
    ground = ground_heights(thing, grid, np.argwhere(found.covered), lowest_m)
    height_m = found.top_m - float(np.median(ground)) if len(ground) else 0.0
    flat = height_m <= FLAT_ERRORS * scene.noise.depth_rel * farthest_m(scene, thing)
    less = FLAT_PIXELS * pixel_m * around_m if flat else 0.0
    bounds = Interval(max(grid.cell_m**2 * count - less, 0.0), grid.cell_m**2 * (count + more))
    error = math.hypot(grid.cell_m**2 * found.error_cells, VOTED_PIXELS * pixel_m * around_m)
    return Footprint(bounds, error, is_thin(found.covered, grid.cell_m, pixel_m))


def is_thin(covered: BoolArray, cell_m: float, pixel_m: float) -> bool:
    """Tell whether what is covered (X, Y) is full of gaps, or its parts are a few pixels wide."""
    return cell_m**2 * float(covered.sum()) < THIN_PIXELS / 2 * pixel_m * border_m(covered, cell_m)


def slanted_axes(thing: SceneObject, up: FloatArray) -> FloatArray:
    """Return level axes and up (3, 3; columns) at a slant to an object's sides.

    Along a side at this slope the middles of cells lie evenly on both sides of it, so that counting them is exact to a
    small part of a cell; along a side on the grid all of them may lie on one side of it.
    """
    axes = horizontal_axes(up)
    corners = hull_vertices(thing.seen_m @ axes[:, :2])
    sides = np.roll(corners, -1, axis=0) - corners
    along = sides[int(np.linalg.norm(sides, axis=1).argmax())]
    angle = math.atan2(float(along[1]), float(along[0])) + math.atan(SLOPE)
    cosine, sine = math.cos(angle), math.sin(angle)
    return np.asarray(axes @ np.array([[cosine, -sine, 0.0], [sine, cosine, 0.0], [0.0, 0.0, 1.0]]))


def finest_m(scene: Scene, thing: SceneObject) -> float:
    """Return the footprint of a pixel on an object in the frame that shows it from nearest by."""
    middle = thing.seen_m.mean(axis=0)
    frames = [scene.frames[view.frame_index] for view in thing.views]
    away = (float(np.linalg.norm(middle - f.world_from_camera.translation_m)) / f.camera.fx_px for f in frames)
    return min(away, default=0.0)


def farthest_m(scene: Scene, thing: SceneObject) -> float:
    """Return the largest distance of an object's middle from a camera that shows it."""
    middle = thing.seen_m.mean(axis=0)
    eyes = [scene.frames[view.frame_index].world_from_camera.translation_m for view in thing.views]
    return max((float(np.linalg.norm(middle - eye)) for eye in eyes), default=0.0)


def border_m(covered: BoolArray, cell_m: float) -> float:
    """Return the length of the border of cells (X, Y), of sides in all directions alike."""
    padded = np.pad(covered, 1)
    sides = sum(int((np.diff(padded.astype(np.int8), axis=axis) != 0).sum()) for axis in (0, 1))
    return math.pi / 4 * cell_m * sides


def is_flat(grid: FloorGrid, ground_m: FloatArray, top_m: float) -> bool:
    return len(ground_m) > 0 and top_m - float(ground_m.min()) <= FLAT_CELLS * grid.cell_m


def ground_heights(thing: SceneObject, grid: FloorGrid, places: IntArray, lowest_m: float) -> FloatArray:
    """Return the height (N) of an object's support under cells (N, 2), its lowest point where it has none."""
    if thing.support is None:
        return np.full(len(places), lowest_m)
    flat = grid.low_m + (places + 0.5) * grid.cell_m
    x, y, up = thing.support.normal @ grid.axes
    return np.asarray((thing.support.offset_m - flat @ np.array([x, y])) / up)


def emptied(
    grid: FloorGrid,
    places: IntArray,
    ground_m: FloatArray,
    top_m: float,
    number: int,
    views: tuple[DepthView, ...],
    reach_m: float,
) -> BoolArray:
    """Tell which cells (N, 2) an object surely does not cover."""
    flat = grid.low_m + (places + 0.5) * grid.cell_m
    if not len(places):
        return np.zeros(0, dtype=bool)
    layer = LAYER_CELLS * grid.cell_m
    if is_flat(grid, ground_m, top_m):
        flags = observe(np.column_stack([flat, ground_m]) @ grid.axes.T, reach_m, views, number)
        return np.asarray(((flags & (FREE | OTHER)) != 0) & ((flags & OWN) == 0))
    empty = np.ones(len(flat), dtype=bool)
    for share in np.arange(LEVELS) / (LEVELS - 1):
        asked = np.flatnonzero(empty)
        heights = ground_m[asked] + layer + share * np.maximum(top_m - ground_m[asked] - layer, 0)
        points = np.column_stack([flat[asked], heights]) @ grid.axes.T
        empty[asked] = (observe(points, 0.0, views, number) & FREE) != 0
    return empty


def patches(frame: SceneFrame, number: int, grid: FloorGrid) -> IntArray:
    """Return 1 for each cell (X, Y) whose middle lies over or under a patch of an object that a frame shows, else 0."""
    out = np.zeros(grid.shape, dtype=np.int64)
    own = (frame.ids == number) & (frame.depth_m > 0)
    rows, columns = np.nonzero(own)
    if not len(rows):
        return out
    flat = np.full((*own.shape, 2), np.nan)
    depth = frame.depth_m[rows, columns].astype(np.float64)
    centres = np.stack([columns + 0.5, rows + 0.5], axis=1)
    points = frame.world_from_camera.apply(frame.camera.back_project(centres, depth)) @ grid.axes
    flat[rows, columns] = (points[:, :2] - grid.low_m) / grid.cell_m - 0.5
    most = STEEP * float(np.median(depth)) / frame.camera.fx_px / grid.cell_m
    box = np.s_[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
    inverse = np.full(own.shape, np.nan)
    inverse[rows, columns] = 1 / depth
    limit = SMOOTH_PIXELS / frame.camera.fx_px * float(np.median(inverse[rows, columns]))
    across, down = steps(inverse[box], limit), steps(inverse[box].T, limit).T
    far = max(most, 1.0), max(most * STEEPEST / STEEP, 1.0)
    _fill(flat[box], np.ascontiguousarray(across), np.ascontiguousarray(down), *far, out)
    return out


def steps(inverse: FloatArray, limit: float) -> ByteArray:
    """Tell between which neighbours in a row (H, W - 1) the surface breaks off, from inverse depths (H, W; NaN: none).

    0: not; 1: the slope is not even, so that it may; 2: it does. On a plane inverse depth changes evenly; at a step it
    changes by much more than on either side of it.
    """
    change = np.abs(np.diff(inverse, axis=1))
    left, right = np.full_like(change, np.nan), np.full_like(change, np.nan)
    left[:, 1:], right[:, :-1] = change[:, :-1], change[:, 1:]
    most, least = np.nan_to_num(np.fmax(left, right)), np.nan_to_num(np.fmin(left, right))
    here = np.nan_to_num(change)
    return np.asarray((here > EVEN * least).astype(np.uint8) + (here > limit + STEP * most))


@numba.njit(cache=True)
def _fill(flat: Any, across: Any, down: Any, most: float, farthest: float, out: Any) -> None:
    """Mark the cells whose middles lie in one of the two triangles of four neighbouring pixels (H, W, 2)."""
    for row in range(len(flat) - 1):
        for column in range(flat.shape[1] - 1):
            for half in range(2):
                doubt = max(across[row + half, column], down[row, column + half])
                if doubt > 1:
                    continue
                reach = most if doubt else farthest
                ax, ay = flat[row + half, column + half]
                bx, by = flat[row, column + 1]
                cx, cy = flat[row + 1, column]
                low_x, high_x = min(ax, bx, cx), max(ax, bx, cx)
                low_y, high_y = min(ay, by, cy), max(ay, by, cy)
                if not (high_x - low_x <= reach and high_y - low_y <= reach):
                    continue  # no patch, or a pixel without a point: NaN
                for i in range(max(int(np.ceil(low_x)), 0), min(int(np.floor(high_x)) + 1, out.shape[0])):
                    for j in range(max(int(np.ceil(low_y)), 0), min(int(np.floor(high_y)) + 1, out.shape[1])):
                        p = (bx - ax) * (j - ay) - (by - ay) * (i - ax)
                        q = (cx - bx) * (j - by) - (cy - by) * (i - bx)
                        r = (ax - cx) * (j - cy) - (ay - cy) * (i - cx)
                        if (p >= 0 and q >= 0 and r >= 0) or (p <= 0 and q <= 0 and r <= 0):
                            out[i, j] = 1
