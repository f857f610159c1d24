"""Gaps: how far apart are two objects at their closest points, at most and at least?

At most: between the surfaces that were seen. At least: between the spaces that they might fill, on a grid over the
region where unobserved space of one could come nearer to the other than the seen surfaces are.
"""

from __future__ import annotations

import math

import numpy as np

from spacevista.annotate.objects import MeasuredObject
from spacevista.annotate.space import Grid, behind, flooded, observed, reach_of
from spacevista.geometry.arrays import BoolArray, FloatArray
from spacevista.geometry.freespace import FREE, OTHER, OWN, SECOND, DepthView
from spacevista.geometry.points import closest_distance, closest_points
from spacevista.scenes.record import Gap

CELLS_PER_GAP = 24
MAX_CELLS = 200_000
CLOSE_ENOUGH = 0.95  # of the upper bound: a finer grid would not change what is asked


def measure_gap(first: MeasuredObject, second: MeasuredObject, views: tuple[DepthView, ...]) -> Gap | None:
    """Return the gap of two objects, or None where one of them was not measured."""
    if first.space is None or second.space is None:
        return None
    one, two = closest_points(first.record.seen_m, second.record.seen_m)
    high = float(np.linalg.norm(one - two))
    low = least_distance(first, second, high, views) if high > 0 else 0.0
    spacing = max(point_spacing(first, one), point_spacing(second, two))
    # The closest point may lie between two seen points, or at a silhouette half a pixel beyond the last one.
    low = max(min(low, high - spacing / 2) - (first.footprint_m + second.footprint_m) / 2, 0.0)
    return Gap(first.record.id, second.record.id, low, high, spacing, one, two, gap_error(first, second))


def gap_error(first: MeasuredObject, second: MeasuredObject) -> float:
    """Return one standard error of a gap: that of both surfaces."""
    return math.hypot(first.record.error_m, second.record.error_m)


def point_spacing(measured: MeasuredObject, at_m: FloatArray) -> float:
    """Return the distance from a seen point to its tenth neighbour over the root of ten: the spacing of a surface."""
    distances = np.linalg.norm(measured.record.seen_m - at_m, axis=1)
    place = min(10, len(distances) - 1)
    return float(np.partition(distances, place)[place] / np.sqrt(10))


def least_distance(first: MeasuredObject, second: MeasuredObject, high_m: float, views: tuple[DepthView, ...]) -> float:
    """Return a lower bound of the distance of the spaces that two objects might fill."""
    if all(thing.points_m is thing.record.seen_m for thing in (first, second)):
        seen = high_m  # which is that distance already
    else:
        seen = closest_distance(first.points_m, second.points_m)
    if not (first.record.open_space or second.record.open_space):
        coarse = seen
        if len(first.cells_m) and len(second.cells_m):
            coarse = min(seen, between(first.cells_m, second.cells_m, reaches(first) + reaches(second)))
        if coarse >= CLOSE_ENOUGH * high_m:
            return coarse
    grid = region_between(first.points_m, second.points_m, high_m)
    centres = grid.centres()
    closed = [behind(grid, centres, thing.walls) for thing in (first, second)]
    asked = ~(closed[0] & closed[1])
    flags = observed(centres, asked, reach_of(grid), views, first.record.id, second.record.id)
    free, other = (flags & FREE) != 0, (flags & OTHER) != 0
    one, two = (flags & OWN) != 0, (flags & SECOND) != 0
    filled = [
        flooded(grid, free, own | inside(grid, thing), other | rival, behind_walls)
        for thing, own, rival, behind_walls in (
            (first, one, two & ~one, closed[0]),
            (second, two, one & ~two, closed[1]),
        )
    ]
    if (filled[0].filled & filled[1].filled).any():
        return 0.0
    if not all(space.filled.any() for space in filled):
        return seen  # flat things fill no cells
    return min(between(filled[0].surface_cells(), filled[1].surface_cells(), float(grid.cell.max())), seen)


def between(first_m: FloatArray, second_m: FloatArray, reach_m: float) -> float:
    """Return the distance between two sets of cells that reach `reach_m` beyond their centres together."""
    return max(closest_distance(first_m, second_m) - reach_m, 0.0)


def reaches(measured: MeasuredObject) -> float:
    """Return half the longest side of the object's cells."""
    return float(measured.space.grid.cell.max()) / 2 if measured.space is not None else 0.0


def inside(grid: Grid, measured: MeasuredObject) -> BoolArray:
    """Tell which cells of `grid` hold the object's possible space, as its own grid found it."""
    out = np.zeros(int(np.prod(grid.counts)), dtype=bool)
    out[grid.cells_of(measured.cells_m)] = True
    return out


def region_between(first_m: FloatArray, second_m: FloatArray, high_m: float) -> Grid:
    """Return the grid over all points that lie within `high_m` of both objects' boxes."""
    low = np.maximum(first_m.min(axis=0), second_m.min(axis=0)) - high_m
    high = np.minimum(first_m.max(axis=0), second_m.max(axis=0)) + high_m
    cell = max(high_m / CELLS_PER_GAP, float(np.cbrt(np.prod(high - low) / MAX_CELLS)))
    # Two cells more on every side hold the surfaces that bound the gap, which lie at the border of the region.
    return Grid.around(low - 2 * cell, high + 2 * cell, np.eye(3), np.full(3, cell))
