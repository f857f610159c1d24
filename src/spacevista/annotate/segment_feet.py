"""Feet: what touches the room, and which pieces that touch nothing stand on legs whose tops are out of sight."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.spatial import ConvexHull, QhullError, cKDTree

from spacevista.annotate.segment_cells import Cells
from spacevista.annotate.segment_planes import Near, Room
from spacevista.geometry.arrays import BoolArray, FloatArray, IntArray
from spacevista.geometry.boxes import horizontal_axes
from spacevista.geometry.points import within_hull

CONTACTS = 3  # cells of a piece that touch the room
LEG_CELLS = 4  # of a leg at least
LEG_SHARE = 0.2  # of what it holds, in cells: more is a thing of its own
LEG_GAP = 0.15  # of the extent of what it holds, at most, is out of sight between them
THIN = 0.05  # in plan, of what is above it
FRAME_GAP = 0.05  # the same for a larger piece, such as a table's frame under its top, and for the room below a foot
STEEP_DEG = 45.0  # surfaces nearer to the vertical are walls
COMPACT = 0.7  # of the hull of its outline on the wall, a thing that hangs fills at least,
TOUCHED = 0.5  # and touches the wall over so much


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


def touches(near: Near, pieces: list[IntArray]) -> BoolArray:
    """Tell which pieces touch the room."""
    return np.array([np.isfinite(near.height_m[piece]).sum() >= CONTACTS for piece in pieces], dtype=bool)


def on_feet(cells: Cells, room: Room, near: Near, pieces: list[IntArray], large: BoolArray, up: FloatArray) -> Standing:
    """Give the `large` pieces that touch nothing the legs below them.

    A leg is a small piece that touches the room, lies below the other in plan and ends close under it. A larger one
    might be the pole of a lamp as well as a stool under a table: both pieces are doubtful.
    """
    foot = touches(near, pieces)
    whole: list[IntArray] = [p for p, f, big in zip(pieces, foot, large, strict=True) if big and f]
    standing = [number for number in np.flatnonzero(foot).tolist() if len(pieces[number]) >= LEG_CELLS]
    used: set[int] = set()
    doubtful = {
        number
        for number in np.flatnonzero(large & foot).tolist()
        if any(is_thin_below(cells, pieces[number], other, up) for other in whole if other is not pieces[number])
    }
    floating = []
    for number in np.flatnonzero(large & ~foot).tolist():
        below = [k for k in standing if k not in used and is_below(cells, pieces[k], pieces[number], up)]
        legs = [k for k in below if is_leg(cells, pieces[k], pieces[number], up)]
        if legs:
            used.update(legs)
            whole.append(np.concatenate([pieces[number], *(pieces[k] for k in legs)]))
        elif not below and hides_its_foot(cells, room, pieces[number], up):
            whole.append(pieces[number])
        else:
            doubtful.update(below)
            floating.append(pieces[number])
    doubted = [pieces[k] for k in sorted(doubtful - used) if large[k]]
    gone = {id(pieces[k]) for k in used | doubtful}
    return Standing(tuple(p for p in whole if id(p) not in gone), tuple(floating), tuple(doubted))


def hides_its_foot(cells: Cells, room: Room, piece: IntArray, up: FloatArray) -> bool:
    """Tell whether a piece ends so little above the room that it stands there: a bowl, seen from above."""
    if not len(room.points_m):
        return False
    points = cells.centre_m[piece]
    distance, at = cKDTree(room.points_m).query(points)
    nearest = int(distance.argmin())
    lower = float(room.points_m[at[nearest]] @ up) <= float((points @ up).min())
    return lower and float(distance[nearest]) <= FRAME_GAP * float(np.linalg.norm(np.ptp(points, axis=0)))


def is_thin_below(cells: Cells, piece: IntArray, above: IntArray, up: FloatArray) -> bool:
    """Tell whether a piece below another is so thin beside it that it may be its leg, the joint out of sight."""
    axes = horizontal_axes(up)[:, :2]
    thin = plan_area(cells.centre_m[piece] @ axes) <= THIN * plan_area(cells.centre_m[above] @ axes)
    return thin and is_below(cells, piece, above, up)


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


def hangs_loosely(cells: Cells, members: IntArray, room: Room, near: Near, up: FloatArray) -> bool:
    """Tell whether a group touches walls only, and does not lie against them as one plate, box or board does.

    Such a one fills its outline on the wall and touches the wall over most of it: papers that run into each other do
    not fill it, and what stands on something unseen in front of a wall does not touch it.
    """
    steep = np.append(np.abs(room.normal @ up) < np.sin(np.radians(STEEP_DEG)), False)  # the last: no surface
    surfaces = near.surfaces[members]
    hung = steep[surfaces].any(axis=1)
    stood = ((surfaces >= 0) & ~steep[surfaces]).any(axis=1)
    if stood.sum() >= CONTACTS or not hung.any():
        return False
    normal = room.normal[surfaces[hung][steep[surfaces[hung]]]].mean(axis=0)
    flat = cells.centre_m[members] @ horizontal_axes(normal)[:, :2]
    taken = len(np.unique(np.floor(flat / cells.size_m).astype(np.int64), axis=0)) * cells.size_m**2
    outline = plan_area(flat)
    return taken < COMPACT * outline or plan_area(flat[hung]) < TOUCHED * outline


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
