"""Parting: what stands on a level surface within a group of cells, and groups that look like two things."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import dijkstra
from scipy.spatial import cKDTree

from spacevista.annotate.segment_cells import Cells, groups, links, parted
from spacevista.annotate.segment_planes import REACH, Near, Room, ground, level_parts
from spacevista.geometry.arrays import FloatArray, IntArray
from spacevista.geometry.boxes import horizontal_axes
from spacevista.geometry.freespace import FREE, NOBODY, DepthView, observe
from spacevista.geometry.points import within_hull

LEAST_CELLS = 20  # of a level surface that carries something, and of what it carries
LAYER = 0.75  # in cells: as near to a surface a cell is that surface's
HELD = 2.0  # in cells: the part of a thing this near to the room touches it
FOOT = 3.0  # in cells: the part of a thing this near to what carries it is its foot
RING = 3  # in cells: around a foot, where the surface that carries it should be seen
HELD_SIDES = 3  # of a foot's four, the surface is seen on at least: the back of a chair has its seat on one
SEEN = 0.2  # of a side at least
ABOVE = 0.95  # of a thing's cells at least lie above the surface that carries it
PART = 0.1  # of a group's cells at least is each of two things
FEET = 6  # cells of a foot between which a neck is looked for
LINKS_PER_CELL = 3.0  # links that a cut through a surface crosses for each of its cells
NARROW = 0.3  # of the smaller part's width, a neck at most
WAIST = 0.5  # of the widest place on either side, a neck at most


def carried(
    cells: Cells, members: IntArray, up: FloatArray, views: tuple[DepthView, ...], enough: Callable[[IntArray], bool]
) -> list[IntArray]:
    """Return the groups among a group's cells that stand on a level surface of it, and are seen to be surrounded by it.

    Only those that are `enough` to be objects count. What a chair's seat has at its edge is the chair's; what stands
    amid a table's top is not the table's.
    """
    levels = level_parts(cells, members, up)
    heights = np.array([np.median(cells.centre_m[level] @ up) for level in levels])
    for number in range(len(levels)):
        alike = np.flatnonzero(np.abs(heights - heights[number]) <= LAYER * cells.size_m)
        level = np.sort(np.concatenate([levels[k] for k in alike]))  # what stands on a surface may part it
        if len(level) < LEAST_CELLS or alike[0] < number:
            continue
        top = ground(cells, level)
        height = heights_above(top, cells.centre_m[members], REACH * cells.size_m, up)
        rest = np.flatnonzero((np.abs(height) > LAYER * cells.size_m) & ~np.isin(members, level))
        found = []
        for own in parted(rest, groups(len(rest), links(cells.places[members[rest]]))):
            foot = own[(height[own] > 0) & (height[own] <= FOOT * cells.size_m)]
            above = float((height[own] > 0).mean())
            if above >= ABOVE and len(foot) and enough(members[own]) and amid(cells, members[foot], top, up, views):
                found.append(members[own])
        if found:
            return found
    return []


def heights_above(top: Room, points_m: FloatArray, reach_m: float, up: FloatArray) -> FloatArray:
    """Return the heights (N,) of points (N, 3) above a level surface, beyond its reach above its median height."""
    _, heights = top.heights(points_m, reach_m)
    nearest = np.take_along_axis(heights, np.abs(heights).argmin(axis=1)[:, None], axis=1)[:, 0]
    return np.where(np.isfinite(nearest), nearest, points_m @ up - np.median(top.points_m @ up))


def amid(cells: Cells, foot: IntArray, top: Room, up: FloatArray, views: tuple[DepthView, ...]) -> bool:
    """Tell whether a level surface is seen on at least three sides of a foot on it.

    A side is the surface's where more of it is seen there than is seen to be empty; what is hidden says nothing.
    """
    axes = horizontal_axes(up)
    turned = cells.centre_m[foot] @ axes[:, :2]
    middle = turned.mean(axis=0)
    own = np.linalg.svd(turned - middle, full_matrices=False)[2] if len(foot) > 2 else np.eye(2)
    half = np.ptp((turned - middle) @ own.T, axis=0) / 2
    middle = middle + own.T @ (((turned - middle) @ own.T).max(axis=0) - half)
    inner, outer = half + cells.size_m, half + (RING + 1) * cells.size_m
    counts = np.maximum(np.round(2 * outer / cells.size_m).astype(int), 2)
    lines = [np.linspace(-reach, reach, count) for reach, count in zip(outer, counts, strict=True)]
    ring = np.stack(np.meshgrid(*lines, indexing="ij"), axis=-1).reshape(-1, 2)
    ring = ring[(np.abs(ring) > inner).any(axis=1)]
    level = float(np.median(top.points_m @ axes[:, 2]))
    places = np.column_stack([ring @ own + middle, np.full(len(ring), level)]) @ axes.T
    there = cKDTree(top.points_m).query(places)[0] <= cells.size_m
    empty = ~there & ((observe(places, 0.0, views, NOBODY) & FREE) != 0)
    axis = (np.abs(ring) / outer).argmax(axis=1)
    sides = [(axis == k) & (np.sign(ring[:, k]) == sign) for k in (0, 1) for sign in (-1, 1)]
    held = [there[side].sum() > max(empty[side].sum(), SEEN * side.sum()) for side in sides]
    return sum(map(bool, held)) >= HELD_SIDES


def looks_like_two(cells: Cells, members: IntArray, near: Near, up: FloatArray) -> bool:
    """Tell whether a group has a narrow neck between two parts that each stand or hang, beside each other.

    Necks are looked for between up to FEET cells, far apart, of its foot and of where it touches the room: on the way
    from one to the other, cells are passed in the order of the difference of their distances from both along the
    surface, so that two things part exactly where they touch. A lamp's head touches nothing, a table's leg stands
    under its top.
    """
    group = groups(len(members), links(cells.places[members]))
    members = members[group == np.bincount(group).argmax()]  # legs may stand apart
    points = cells.centre_m[members]
    low = points @ up <= (points @ up).min() + FOOT * cells.size_m
    held = near.height_m[members] <= HELD * cells.size_m
    starts = far_apart(points, np.flatnonzero(low | held), FEET)
    pairs = links(cells.places[members])
    lengths = np.linalg.norm(cells.places[members[pairs[:, 0]]] - cells.places[members[pairs[:, 1]]], axis=1)
    graph = coo_array((lengths, (pairs[:, 0], pairs[:, 1])), shape=(len(members), len(members))).tocsr()
    distances = dijkstra(graph, directed=False, indices=starts)
    plan = points @ horizontal_axes(up)[:, :2]
    for one in range(len(starts)):
        for two in range(one):
            order = distances[one] - distances[two]
            at = narrowest_cut(order, pairs)
            places = plan if low[starts[one]] and low[starts[two]] else points
            if at is not None and beside(places[order <= at], places[order > at]):
                return True
    return False


def narrowest_cut(order: FloatArray, pairs: IntArray) -> float | None:
    """Return where along `order` a group of cells (N,) is cut most narrowly; None where no cut is a neck.

    A neck is narrow beside the root of the number of cells of its smaller side (for a box or a table they are about
    alike), and both sides are wider somewhere: a leg is as wide as where it ends.
    """
    ranked = np.sort(order)
    low, high = np.sort(order[pairs], axis=1).T
    at = np.unique(ranked)[:-1]
    before = np.searchsorted(ranked, at, side="right")
    crossed = np.searchsorted(np.sort(low), at, side="right") - np.searchsorted(np.sort(high), at, side="right")
    widest = np.minimum(np.maximum.accumulate(crossed), np.maximum.accumulate(crossed[::-1])[::-1])
    side = np.minimum(before, len(ranked) - before)
    width = crossed / LINKS_PER_CELL / np.sqrt(side)
    necks = (side >= PART * len(ranked)) & (crossed < WAIST * widest) & (width < NARROW)
    return float(at[necks][int(width[necks].argmin())]) if necks.any() else None


def beside(one: FloatArray, two: FloatArray) -> bool:
    """Tell whether neither of two sets of points (N, D), (M, D) has the other's middle within it."""
    return not (within_hull(np.median(two, axis=0), one) or within_hull(np.median(one, axis=0), two))


def far_apart(points_m: FloatArray, among: IntArray, most: int) -> IntArray:
    """Return up to `most` of the points numbered `among`, each the farthest from those before it."""
    chosen = [int(among[0])]
    nearest = np.linalg.norm(points_m[among] - points_m[among[0]], axis=1)
    while len(chosen) < most and float(nearest.max()) > 0:
        chosen.append(int(among[int(nearest.argmax())]))
        nearest = np.minimum(nearest, np.linalg.norm(points_m[among] - points_m[chosen[-1]], axis=1))
    return np.array(chosen)
