"""Gaps: how far apart are two objects at their closest points, at most and at least?

At most: between the surfaces that were seen. At least: between the spaces that they might fill, on a grid over the
region where unobserved space of one could come nearer to the other than the seen surfaces are.
"""

from __future__ import annotations

import numpy as np

from spacevista.annotate.objects import MeasuredObject
from spacevista.annotate.space import Grid, PossibleSpace, possible_space
from spacevista.geometry.arrays import FloatArray
from spacevista.geometry.freespace import DepthView
from spacevista.geometry.points import closest_distance, closest_points
from spacevista.scenes.record import Gap

CELLS_PER_GAP = 24
MAX_CELLS = 300_000


def measure_gap(first: MeasuredObject, second: MeasuredObject, views: tuple[DepthView, ...]) -> Gap | None:
    """Return the gap of two objects, or None where one of them was not measured."""
    if first.space is None or second.space is None:
        return None
    one, two = closest_points(first.record.seen_m, second.record.seen_m)
    high = float(np.linalg.norm(one - two))
    low = least_distance(first, second, high, views) if high > 0 else 0.0
    spacing = max(point_spacing(first, one), point_spacing(second, two))
    return Gap(first.record.id, second.record.id, min(low, high), high, spacing, one, two)


def point_spacing(measured: MeasuredObject, at_m: FloatArray) -> float:
    """Return the distance from a seen point to its tenth neighbour over the root of ten: the spacing of a surface."""
    distances = np.sort(np.linalg.norm(measured.record.seen_m - at_m, axis=1))
    return float(distances[min(10, len(distances) - 1)]) / np.sqrt(10)


def least_distance(first: MeasuredObject, second: MeasuredObject, high_m: float, views: tuple[DepthView, ...]) -> float:
    """Return a lower bound of the distance of the spaces that two objects might fill."""
    grid = region_between(first.record.seen_m, second.record.seen_m, high_m)
    one = space_in(grid, first, views)
    two = space_in(grid, second, views)
    if not one.filled.any() or not two.filled.any():
        return 0.0
    if (one.filled & two.filled).any():
        return 0.0
    # A filled cell reaches up to half a cell beyond its centre, on both sides.
    return max(closest_distance(one.surface_cells(), two.surface_cells()) - float(grid.cell.max()), 0.0)


def region_between(first_m: FloatArray, second_m: FloatArray, high_m: float) -> Grid:
    """Return the grid over all points that lie within `high_m` of both objects' boxes."""
    low = np.maximum(first_m.min(axis=0), second_m.min(axis=0)) - high_m
    high = np.minimum(first_m.max(axis=0), second_m.max(axis=0)) + high_m
    cell = max(high_m / CELLS_PER_GAP, float(np.cbrt(np.prod(high - low) / MAX_CELLS)))
    return Grid.around(low, high, np.eye(3), np.full(3, cell))


def space_in(grid: Grid, measured: MeasuredObject, views: tuple[DepthView, ...]) -> PossibleSpace:
    """Flood the part of an object's possible space that lies in `grid`, from its surface and its own grid's cells."""
    seeds = np.empty((0, 3)) if measured.space is None else measured.space.surface_cells()
    return possible_space(grid, measured.record.id, views, measured.record.support, seeds)
