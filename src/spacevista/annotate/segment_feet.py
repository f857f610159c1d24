"""Feet: what touches the room, and which pieces that touch nothing stand on legs whose tops are out of sight."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.spatial import ConvexHull, QhullError, cKDTree

from spacevista.annotate.segment_cells import Cells
from spacevista.annotate.segment_planes import REACH, Room
from spacevista.geometry.arrays import BoolArray, FloatArray, IntArray
from spacevista.geometry.boxes import horizontal_axes
from spacevista.geometry.points import within_hull

CONTACTS = 3  # cells of a piece that touch the room
LEG_CELLS = 4  # of a leg at least
LEG_SHARE = 0.2  # of what it holds, in cells: more is a thing of its own
LEG_GAP = 0.15  # of the extent of what it holds, at most, is out of sight between them
FRAME_GAP = 0.05  # the same for a larger piece, such as a table's frame under its top
STEEP_DEG = 45.0  # surfaces nearer to the vertical are walls
COMPACT = 0.7  # of the hull of its outline on the wall, a thing that hangs fills at least


@dataclass(frozen=True, eq=False)
class Standing:
    """Pieces that touch the room, with their legs, and how many others: with nothing below, or with what may be theirs.

    Attributes:
        pieces: numbers of the cells of each.
        doubtful: pieces below one that touches nothing: either may be a part of the other.
    """

    pieces: tuple[IntArray, ...]
    floating: tuple[IntArray, ...]
    doubtful: tuple[IntArray, ...]


def touches(cells: Cells, room: Room, pieces: list[IntArray]) -> BoolArray:
    """Tell which pieces touch the room."""
    if not len(room.points_m):
        return np.zeros(len(pieces), dtype=bool)
    tree = cKDTree(room.points_m)
    reach = REACH * cells.size_m
    near = [np.isfinite(tree.query(cells.centre_m[p], distance_upper_bound=reach)[0]).sum() for p in pieces]
    return np.array(near) >= CONTACTS


def on_feet(cells: Cells, room: Room, pieces: list[IntArray], large: BoolArray, up: FloatArray) -> Standing:
    """Give the `large` pieces that touch nothing the legs below them.

    A leg is a small piece that touches the room, lies below the other in plan and ends close under it. A larger one
    might be the pole of a lamp as well as a stool under a table: both pieces are doubtful.
    """
    foot = touches(cells, room, pieces)
    whole: list[IntArray] = [p for p, f, big in zip(pieces, foot, large, strict=True) if big and f]
    standing = [number for number in np.flatnonzero(foot) if len(pieces[number]) >= LEG_CELLS]
    used: set[int] = set()
    doubtful: set[int] = set()
    floating = []
    for number in np.flatnonzero(large & ~foot):
        below = [k for k in standing if k not in used and is_below(cells, pieces[k], pieces[number], up)]
        legs = [k for k in below if is_leg(cells, pieces[k], pieces[number], up)]
        if legs:
            used.update(legs)
            whole.append(np.concatenate([pieces[number], *(pieces[k] for k in legs)]))
        else:
            doubtful.update(below)
            floating.append(pieces[number])
    doubted = [pieces[k] for k in sorted(doubtful) if large[k]]
    gone = {id(pieces[k]) for k in used | doubtful}
    return Standing(tuple(p for p in whole if id(p) not in gone), tuple(floating), tuple(doubted))


def is_leg(cells: Cells, piece: IntArray, above: IntArray, up: FloatArray) -> bool:
    """Tell whether a piece is small beside what is above it and ends close to it, or is its frame and nearly meets it.

    What is wider in plan than what it would hold is no leg: a cupboard under a television.
    """
    axes = horizontal_axes(up)[:, :2]
    if plan_area(cells.centre_m[piece] @ axes) > plan_area(cells.centre_m[above] @ axes):
        return False
    extent = float(np.linalg.norm(np.ptp(cells.centre_m[above], axis=0)))
    gap = float(cKDTree(cells.centre_m[above]).query(cells.centre_m[piece])[0].min())
    return gap <= (LEG_GAP if len(piece) <= LEG_SHARE * len(above) else FRAME_GAP) * extent


def hangs_loosely(cells: Cells, members: IntArray, room: Room, up: FloatArray) -> bool:
    """Tell whether a group touches walls only and fills less than COMPACT of its outline on them.

    What hangs is a plate, a box or a board; papers on a wall and things on a shelf that run into each other are not.
    """
    steep = np.abs(room.normal @ up) < np.sin(np.radians(STEEP_DEG))
    points = cells.centre_m[members]
    near = [nearest_within(room.points_m[chosen], points, REACH * cells.size_m) for chosen in (steep, ~steep)]
    hung, stood = (np.flatnonzero(numbers >= 0) for numbers in near)
    if len(stood) >= CONTACTS or len(hung) < CONTACTS:
        return False
    normal = room.normal[steep][near[0][hung]].mean(axis=0)
    flat = points @ horizontal_axes(normal)[:, :2]
    taken = len(np.unique(np.floor(flat / cells.size_m).astype(np.int64), axis=0)) * cells.size_m**2
    return taken < COMPACT * plan_area(flat)


def nearest_within(points_m: FloatArray, queries_m: FloatArray, reach_m: float) -> IntArray:
    """Return the number of the point (N, 3) nearest to each query (M, 3), -1 beyond reach."""
    if not len(points_m):
        return np.full(len(queries_m), -1)
    distances, numbers = cKDTree(points_m).query(queries_m, distance_upper_bound=reach_m)
    return np.asarray(np.where(np.isfinite(distances), numbers, -1), dtype=np.int64)


def plan_area(flat_m: FloatArray) -> float:
    """Return the area of the hull of points (N, 2), 0 for those on a line."""
    try:
        return float(ConvexHull(flat_m - flat_m.mean(axis=0)).volume)  # of a flat hull: its area
    except (QhullError, ValueError):
        return 0.0


def is_below(cells: Cells, piece: IntArray, above: IntArray, up: FloatArray) -> bool:
    """Tell whether a piece ends below the top of another one, within its plan."""
    axes = horizontal_axes(up)
    low, high = cells.centre_m[piece] @ axes, cells.centre_m[above] @ axes
    if low[:, 2].max() > high[:, 2].max():
        return False
    return bool(within_hull(np.median(low[:, :2], axis=0), high[:, :2]))
