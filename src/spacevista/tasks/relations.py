"""Relations of one object to another: by position as a camera sees them, by size as they stand.

A relation holds, or its opposite does, only where every reading of the word agrees; else nothing is said.
"""

from __future__ import annotations

from collections.abc import Mapping

from spacevista.tasks.facts import Interval
from spacevista.tasks.placement import Extent, Placed, Placements
from spacevista.tasks.rules import APART, decided

POSITIONS = ("left", "right", "above", "below", "nearer", "farther")
SIZES = ("taller", "shorter", "wider", "narrower")
OPPOSITE = {
    "left": "right",
    "above": "below",
    "nearer": "farther",
    "taller": "shorter",
    "wider": "narrower",
}
OPPOSITE |= {second: first for first, second in OPPOSITE.items()}
SIZE_ASPECT = {"taller": "height", "shorter": "height", "wider": "width", "narrower": "width"}
SHARE_APART = 0.25  # middles lie at least this share of both extents together apart: half of one overlaps at most
UNDECIDED = "readings of the relation disagree or lie too close"

SizeBounds = Mapping[int, "dict[str, Interval] | str"]


def position_margin(relation: str, first: Placed, second: Placed) -> float | None:
    """Return by how much `first` is, say, further left than `second`; None unless it is by all readings."""
    match relation:
        case "left":
            return _least(before(first.right, second.right), before(first.column, second.column))
        case "below":
            return _least(before(first.height, second.height), before(first.row, second.row))
        case "nearer":
            return nearer(first, second)
    return position_margin(OPPOSITE[relation], second, first)


def position_answer(relation: str, frame: int, first: int, second: int, places: Placements) -> bool | str:
    """Tell whether a relation holds (True) or its opposite (False) between two objects, or why that is not known."""
    one, other = places(frame, first), places(frame, second)
    if isinstance(one, str):
        return one
    if isinstance(other, str):
        return other
    if position_margin(relation, one, other) is not None:
        return True
    return False if position_margin(relation, other, one) is not None else UNDECIDED


def size_answer(relation: str, first: int, second: int, sizes: SizeBounds) -> bool | str:
    """As `position_answer`, for a size."""
    one, other = sizes[first], sizes[second]
    if isinstance(one, str):
        return one
    if isinstance(other, str):
        return other
    larger = relation in ("taller", "wider")
    aspect = SIZE_ASPECT[relation]
    if decided(one[aspect], other[aspect]):
        return larger
    return not larger if decided(other[aspect], one[aspect]) else UNDECIDED


def before(first: Extent, second: Extent) -> float | None:
    """Return how far the middle of `first` lies before that of `second`, relative to their mean extent.

    None unless both of its ends come before those of the other, and their middles are SHARE_APART apart.
    """
    if first.low.high >= second.low.low or first.high.high >= second.high.low:
        return None
    together = first.most + second.most
    gap = second.middle.low - first.middle.high
    return 2 * gap / together if gap >= SHARE_APART * together else None


def nearer(first: Placed, second: Placed) -> float | None:
    """Return by how much the middle of `second` is farther; None unless its nearest and farthest points are too."""
    ends = first.nearest.high < second.nearest.low and first.farthest.high < second.farthest.low
    if not ends or not decided(second.centre, first.centre):
        return None
    return max(second.centre.middle / max(first.centre.middle, 1e-300) - 1, APART)


def _least(*margins: float | None) -> float | None:
    known: list[float] = [margin for margin in margins if margin is not None]
    return min(known) if len(known) == len(margins) else None
