"""The area that an object covers seen from straight above where masks and depths are noisy: frames vote on each cell.

A mask's border is off by a pixel or two in every frame, to either side: the union of all frames' masks is too large by
far. So each frame says for each cell whether the object is there at the height of its top: yes, if the pixel there is
the object's own; no, if it is another's or lies farther off; nothing, if something nearer hides the place. Most votes
win. How far single frames' areas are from the winning one tells the standard error.
Frame: horizontal axes and up of the world, metres.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import distance_transform_edt, gaussian_filter, median_filter
from scipy.spatial import cKDTree

from spacevista.geometry.arrays import BoolArray, FloatArray, IntArray
from spacevista.geometry.freespace import DepthView
from spacevista.geometry.occupancy import FloorGrid
from spacevista.scenes.record import SceneObject

NEAREST = 12  # seen points that tell the height of the top over a cell
TOP = 0.9  # their quantile: walls under the edge of a roof are among them
ERRORS = 3.0  # standard errors of depth: what is nearer by more hides a place, what is farther off lies behind it
LEAST_VOTES = 3
MOST_PIXELS = 0.5  # footprints: a view does not vote where a wall facing it might pass for the roof from farther off
SMOOTH_CELLS = 1.5  # over which the border's direction is taken
MEDIAN = 1.2533  # standard error of a median over that of the mean: the square root of pi / 2


@dataclass(frozen=True, eq=False)
class Voted:
    """What the frames say of a grid's cells (X, Y): covered, open (too few can tell), and the error of the count.

    `error_cells` is one standard error of the number of covered cells; `top_m` the median height of the object's top.
    """

    covered: BoolArray
    open: BoolArray
    error_cells: float
    top_m: float


def voted(
    thing: SceneObject, grid: FloorGrid, around: BoolArray, views: tuple[DepthView, ...], depth_rel: float
) -> Voted:
    """Let all views vote on the cells `around` (X, Y) an object."""
    places = np.argwhere(around)
    tops = top_heights(thing, grid, places, views, depth_rel)
    flat = grid.low_m + (places + 0.5) * grid.cell_m
    points = np.column_stack([flat, tops])
    votes = np.stack([vote(points @ grid.axes.T, view, thing.id, depth_rel) for view in views])
    first = on_grid(grid, places, votes.sum(axis=0) > 0)
    outwards = outward(first)[:, places[:, 0], places[:, 1]].T
    for number, view in enumerate(views):
        towards = view.camera_from_world.inverse().translation_m @ grid.axes - points
        facing = (towards[:, :2] * outwards).sum(axis=1) / np.linalg.norm(towards, axis=1)
        votes[number, facing * ERRORS * depth_rel * view.camera.fx_px > MOST_PIXELS] = 0
    told = (votes != 0).sum(axis=0)
    yes = votes.sum(axis=0) > 0
    covered = median_filter(on_grid(grid, places, yes), 3)
    is_open = on_grid(grid, places, told < LEAST_VOTES) & ~covered
    return Voted(covered, is_open, error_cells(votes, yes), float(np.median(tops)))


def on_grid(grid: FloorGrid, places: IntArray, values: BoolArray) -> BoolArray:
    """Return values (N) of cells (N, 2) on the whole grid (X, Y), False elsewhere."""
    out = np.zeros(grid.shape, dtype=bool)
    out[places[:, 0], places[:, 1]] = values
    return out


def outward(covered: BoolArray) -> FloatArray:
    """Return the level directions (2, X, Y) straight away from what is covered (X, Y)."""
    away = distance_transform_edt(~np.pad(covered, 1)) - distance_transform_edt(np.pad(covered, 1))
    slopes = np.stack(np.gradient(gaussian_filter(away, SMOOTH_CELLS)))[:, 1:-1, 1:-1]
    return np.asarray(slopes / np.maximum(np.linalg.norm(slopes, axis=0), 1e-9))


def top_heights(
    thing: SceneObject, grid: FloorGrid, places: IntArray, views: tuple[DepthView, ...], depth_rel: float
) -> FloatArray:
    """Return the height (N) of an object's top over cells (N, 2), that of its nearest part beside it."""
    seen = thing.seen_m @ grid.axes
    flat = grid.low_m + (places + 0.5) * grid.cell_m
    _, nearest = cKDTree(seen[:, :2]).query(flat, k=min(NEAREST, len(seen)))
    heights = seen[nearest.reshape(len(flat), -1), 2]
    away = np.median([np.linalg.norm(v.camera_from_world.apply(thing.seen_m.mean(axis=0)[None])) for v in views])
    least = np.quantile(heights, TOP, axis=1) - 2 * ERRORS * depth_rel * away
    return np.asarray(np.nanmedian(np.where(heights >= least[:, None], heights, np.nan), axis=1))


def vote(points_m: FloatArray, view: DepthView, number: int, depth_rel: float) -> IntArray:
    """Return what a view says of points (N, 3): 1, the object's top is there; -1, it is not; 0, it cannot tell."""
    out = np.zeros(len(points_m), dtype=np.int64)
    height, width = view.ids.shape
    pixels, depth = view.camera.project(view.camera_from_world.apply(points_m))
    with np.errstate(invalid="ignore"):
        inside = (depth > 0) & (pixels >= 0).all(axis=1) & (pixels < [width, height]).all(axis=1)
    columns, rows = pixels[inside].astype(np.int64).T
    relative = view.inverse_depth[rows, columns] * depth[inside]  # over 1: nearer than the point; NaN: not measured
    own = view.ids[rows, columns] == number
    open_to = relative <= 1 + ERRORS * depth_rel
    there = own & (relative >= 1 - ERRORS * depth_rel)
    out[np.flatnonzero(inside)] = np.where(there, 1, -1) * open_to
    return out


def error_cells(votes: IntArray, yes: BoolArray) -> float:
    """Return the standard error of the number of cells that most of the votes (views, N) give to the object.

    A view is as far off as the cells in which it is outvoted, those to one side less those to the other.
    """
    off = ((votes == 1) & ~yes).sum(axis=1) - ((votes == -1) & yes).sum(axis=1)
    disputed = ((votes == 1).any(axis=0) & (votes == -1).any(axis=0)).nonzero()[0]
    if not len(disputed):
        return 0.0
    count = float((votes[:, disputed] != 0).sum(axis=0).mean())
    return MEDIAN * float(np.sqrt((off.astype(np.float64) ** 2).sum())) / count
