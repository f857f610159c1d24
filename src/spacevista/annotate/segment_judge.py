"""Judging: which groups of cells are one whole object each, and why the others are not."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np

from spacevista.annotate.segment_cells import Cells, groups, links, parted
from spacevista.annotate.segment_feet import hangs_loosely, on_feet
from spacevista.annotate.segment_parts import LEAST_CELLS, carried, looks_like_two
from spacevista.annotate.segment_planes import Near, Room
from spacevista.geometry.arrays import FloatArray, Int32Array, IntArray
from spacevista.geometry.freespace import DepthView

LEAST_SPAN_PX = 20  # of an object in the frame that shows it best
LEAST_VIEWS = 2
MOST_EXTENT = 0.5  # of what was looked at: larger is a part of the room
CUT = 0.1  # of an object's cells at most lie where the frames end
UNSURE = 0.4  # of its pixels, at most as many lie in cells beside it that were seen from one frame only
SKIN, SKIN_SHARE = 1.5, 0.9  # in cells: so thin over most of its cells, a group may be a fault of a plane


@dataclass(frozen=True, eq=False)
class Stage:
    """What groups of cells are judged by.

    Attributes:
        up: unit vector against gravity.
        pixels: (frames, cells), of each cell those that lie off the room's surfaces.
        views: the frames for carving; without them, nothing that stands on something else is parted from it.
    """

    cells: Cells
    room: Room
    near: Near
    up: FloatArray
    pixels: Int32Array
    views: tuple[DepthView, ...]

    def is_large(self, members: IntArray) -> bool:
        best = int(self.pixels[:, members].sum(axis=1).max())
        return len(members) >= LEAST_CELLS and best >= LEAST_SPAN_PX**2


@dataclass(frozen=True, eq=False)
class Pieces:
    """Groups of cells that are one whole object each, largest first, and how many others there are, by reason."""

    objects: tuple[IntArray, ...]
    rejected: tuple[tuple[str, int], ...]


def judged(stage: Stage, sure: IntArray, unsure: IntArray) -> Pieces:
    """Group the cells that are `sure`, part what stands on something else, and judge every group.

    `unsure` cells were seen from one frame only; they belong to no object, but tell where one is not whole.
    """
    cells = stage.cells
    every = parted(sure, groups(len(sure), links(cells.places[sure])))
    most = MOST_EXTENT * extent(cells.centre_m)
    groups_of = [members for members in every if extent(cells.centre_m[members]) <= most]
    sizeable = np.array([stage.is_large(members) for members in groups_of], dtype=bool)
    standing = on_feet(cells, stage.room, stage.near, groups_of, sizeable, stage.up)
    reasons = Counter({"too small": int((~sizeable).sum()), "too large": len(every) - len(groups_of)})
    reasons["touches no plane"] += len(standing.floating)
    reasons["may belong to what is above it"] += len(standing.doubtful)
    beside = unsure_beside(stage, sure, unsure)
    waiting, objects = list(standing.pieces), []
    while waiting:
        members = waiting.pop()
        parts = carried(cells, members, stage.up, stage.views, stage.is_large) if stage.views else []
        if parts:
            waiting += [members[~np.isin(members, np.concatenate(parts))], *parts]
            continue
        reason = why_not(stage, members, beside)
        if reason:
            reasons[reason] += 1
        else:
            objects.append(members)
    objects.sort(key=lambda members: (-len(members), int(members[0])))
    return Pieces(tuple(objects), tuple(sorted((+reasons).items())))


def unsure_beside(stage: Stage, sure: IntArray, unsure: IntArray) -> Int32Array:
    """Return for every cell (N,) the pixels of unsure cells around it; each of these counts for one sure cell only."""
    both = np.sort(np.concatenate([sure, unsure]))
    is_unsure = np.isin(both, unsure)
    pairs = links(stage.cells.places[both])
    pairs = np.concatenate([pairs, pairs[:, ::-1]])
    pairs = both[pairs[is_unsure[pairs[:, 0]] & ~is_unsure[pairs[:, 1]]]]
    _, first = np.unique(pairs[:, 0], return_index=True)
    out = np.zeros(len(stage.cells.places), dtype=np.int32)
    np.add.at(out, pairs[first, 1], stage.pixels[:, pairs[first, 0]].sum(axis=0))
    return out


def why_not(stage: Stage, members: IntArray, beside: Int32Array) -> str:
    """Return why a group of cells is no object, or an empty text; `beside` is as `unsure_beside` returns it."""
    if not stage.is_large(members):
        return "too small"
    shown = stage.pixels[:, members].sum(axis=1)
    few = len(shown) > 1 and int((shown >= (LEAST_SPAN_PX / 2) ** 2).sum()) < LEAST_VIEWS
    if few or int(beside[members].sum()) > UNSURE * int(shown.sum()):
        return "seen from too few frames"
    if float((~stage.cells.inner[members]).mean()) > CUT:
        return "cut by the border of what was looked at"
    if is_skin(stage, members):
        return "no thicker than the room's surfaces"
    if hangs_loosely(stage.cells, members, stage.room, stage.near, stage.up):
        return "hangs loosely"
    if looks_like_two(stage.cells, members, stage.near, stage.up):
        return "looks like two things that touch"
    return ""


def extent(points_m: FloatArray) -> float:
    """Return the diagonal of the box around points (N, 3), without the last 2 % at each side."""
    return float(np.linalg.norm(np.subtract(*np.percentile(points_m, [98, 2], axis=0))))


def is_skin(stage: Stage, members: IntArray) -> bool:
    """Tell whether a group keeps so close to the room's surfaces that it may be a fault of theirs."""
    return float((stage.near.height_m[members] < SKIN * stage.cells.size_m).mean()) >= SKIN_SHARE
