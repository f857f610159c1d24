"""Which relations the views decide: an oracle compares the ends of what is seen and of what might be there.

Frame: the camera of the candidate's first frame; heights: world. Ends are kept SLACK of the extent farther apart than
the tasks need, so that what is decidable here is decidable to an honest measurement.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from spacevista.geometry.arrays import FloatArray
from spacevista.sim.oracle_bounds import Bounds
from spacevista.sim.oracle_sightings import kind_in_view
from spacevista.sim.truth_positions import POSITIONS, REVERSED

if TYPE_CHECKING:
    from spacevista.sim.oracle import Oracle

SLACK = 0.03  # of the extent, at both ends
QUARTER = 0.25  # middles are this share of both extents apart
APART = 0.10
Ends = tuple[Bounds, Bounds]  # of the lower and of the upper end


@dataclass(frozen=True)
class Placed:
    """The ends of an object to the right, in columns and rows (tangents) and downwards in the world; its distances."""

    right: Ends
    column: Ends
    row: Ends
    depth_down: Ends
    distances: tuple[Bounds, Bounds, Bounds]


def decides_which(oracle: Oracle, aspect: str, objects: tuple[int, ...], frames: tuple[int, ...]) -> bool:
    """Tell whether one of two objects is further left (right, above, ...) for certain."""
    return answer(oracle, aspect, objects[0], objects[1], frames[0]) is not None


def decides_existence(oracle: Oracle, aspect: str, objects: tuple[int, ...], frames: tuple[int, ...]) -> bool:
    """Tell whether one of the kind has the relation for certain, or all of it have the opposite one."""
    answers = _answers(oracle, aspect, objects, frames)
    return answers is not None and (True in answers or None not in answers)


def decides_count(oracle: Oracle, aspect: str, objects: tuple[int, ...], frames: tuple[int, ...]) -> bool:
    """Tell whether all of a kind are plainly in view or plainly hidden, and each has the relation or its opposite."""
    if aspect == "class":
        return kind_in_view(oracle, objects[0], frames) is not None
    answers = _answers(oracle, aspect, objects, frames)
    return answers is not None and None not in answers


def _answers(
    oracle: Oracle, aspect: str, objects: tuple[int, ...], frames: tuple[int, ...]
) -> list[bool | None] | None:
    exemplar, anchor = objects
    there = kind_in_view(oracle, exemplar, frames)
    if there is None or not oracle.plain(anchor, frames):
        return None
    return [answer(oracle, aspect, number, anchor, frames[0]) for number in there]


def answer(oracle: Oracle, aspect: str, first: int, second: int, frame: int) -> bool | None:
    """Tell whether a relation holds (True) or its opposite does (False) for certain; None where it is open."""
    if aspect in REVERSED:
        return answer(oracle, REVERSED[aspect], second, first, frame)
    if not (oracle.measurable(first) and oracle.measurable(second)):
        return None
    compare = _precedes if aspect in POSITIONS else _exceeds
    if compare(oracle, aspect, first, second, frame):
        return True
    return False if compare(oracle, aspect, second, first, frame) else None


def _exceeds(oracle: Oracle, aspect: str, first: int, second: int, frame: int) -> bool:
    size = "height" if aspect == "taller" else "length"
    one, other = oracle.sizes(first), oracle.sizes(second)
    return one is not None and other is not None and one[size].low >= (1 + APART) * other[size].high


def _precedes(oracle: Oracle, aspect: str, first: int, second: int, frame: int) -> bool:
    """Tell whether the first object is further left, higher or nearer, by every reading."""
    one, other = placed(oracle, first, frame), placed(oracle, second, frame)
    if one is None or other is None:
        return False
    if aspect == "nearer":
        return _is_nearer(one.distances, other.distances)
    if aspect == "left":
        return _comes_before(one.right, other.right) and _comes_before(one.column, other.column)
    return _comes_before(one.depth_down, other.depth_down) and _comes_before(one.row, other.row)


def placed(oracle: Oracle, object_id: int, frame: int) -> Placed | None:
    """Return where a camera finds an object, looked at once; None where some of it is not before the camera."""
    if (object_id, frame) not in oracle.placed:
        oracle.placed[object_id, frame] = _placed(oracle, object_id, frame)
    return oracle.placed[object_id, frame]


def _placed(oracle: Oracle, object_id: int, frame: int) -> Placed | None:
    pose, space = oracle.world.path[frame], oracle.space(object_id)
    seen, possible = ((p - pose.translation_m) @ pose.rotation for p in (space.seen_m, space.possible_m))
    if seen[:, 2].min() <= 0 or possible[:, 2].min() <= 0:
        return None
    return Placed(
        right=ends(seen[:, 0], possible[:, 0]),
        column=ends(seen[:, 0] / seen[:, 2], possible[:, 0] / possible[:, 2]),
        row=ends(seen[:, 1] / seen[:, 2], possible[:, 1] / possible[:, 2]),
        depth_down=ends(-space.seen_m[:, 2], -space.possible_m[:, 2]),
        distances=_distances(seen, possible),
    )


def ends(seen: FloatArray, possible: FloatArray) -> Ends:
    """Return bounds of the lower and the upper end of an object along a direction."""
    low, high = float(seen.min()), float(seen.max())
    return Bounds(min(low, float(possible.min())), low), Bounds(high, max(high, float(possible.max())))


def _comes_before(one: Ends, other: Ends) -> bool:
    extents = [pair[1].high - pair[0].low for pair in (one, other)]
    slack = SLACK * max(extents)
    ordered = all(mine.high + slack < theirs.low for mine, theirs in zip(one, other, strict=True))
    gap = (other[0].low + other[1].low) / 2 - (one[0].high + one[1].high) / 2
    return ordered and gap >= QUARTER * sum(extents) + slack


def _is_nearer(one: tuple[Bounds, Bounds, Bounds], other: tuple[Bounds, Bounds, Bounds]) -> bool:
    ordered = one[0].high < other[0].low and one[1].high < other[1].low
    return ordered and one[2].high * (1 + APART) <= other[2].low


def _distances(seen: FloatArray, possible: FloatArray) -> tuple[Bounds, Bounds, Bounds]:
    """Return bounds of the distances of the nearest and the farthest point, and of the middle of the box."""
    sides = [ends(seen[:, k], possible[:, k]) for k in range(3)]
    corner = np.array([0.5 * (low.low + high.high) for low, high in sides])
    plane = float((possible @ corner).min() / np.linalg.norm(corner))  # all lies beyond a plane across the way to it
    lengths = np.linalg.norm(seen, axis=1)
    near = Bounds(min(plane, float(lengths.min())), float(lengths.min()))
    far = Bounds(float(lengths.max()), max(float(lengths.max()), float(np.linalg.norm(possible, axis=1).max())))
    middles = [((low.low + high.low) / 2, (low.high + high.high) / 2) for low, high in sides]
    least = [0.0 if a <= 0 <= b else min(abs(a), abs(b)) for a, b in middles]
    most = [max(abs(a), abs(b)) for a, b in middles]
    return near, far, Bounds(float(np.linalg.norm(least)), float(np.linalg.norm(most)))
