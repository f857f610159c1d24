"""Ways of an object over a table: where it is to end beside another, the way there, and ways that fail.

All in the axes of a `Workspace`. A place is that of the centre of the moved object's box.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Literal

import numpy as np

from spacevista.geometry.arrays import BoolArray, FloatArray
from spacevista.geometry.sweeps import Boxes, entered_at, fewest_moves
from spacevista.tasks.plans import Move, Plan, place, square
from spacevista.tasks.workspace import FACE_STEPS, GAP_STEPS, SIDE_NAMES, Workspace, path_meets, swept_free

TOLERANCE_STEPS = 2  # within which the right plan ends, along each axis
ELSEWHERE_STEPS = 5  # a plan that ends elsewhere does so by at least this much
NOTHING = 1e-6  # of a step: rounding of floating point
FACTORS = (-1.0, 0.5, 2.0)  # by which a wrong step is off
DEEP = 0.2  # of the moved object's least extent: so deep in its hull a point of another is hit
Steps = list[FloatArray]
# Side of the other object: axis, and which way along it.
SIDES: dict[str, tuple[int, int]] = {
    "left": (0, -1),
    "right": (0, 1),
    "front": (1, -1),
    "behind": (1, 1),
    "top": (2, 1),
}


@dataclass(frozen=True, eq=False)
class Goal:
    """Where the moved box's centre is to end, and where it is now."""

    start_m: FloatArray
    end_m: FloatArray


def goal_beside(space: Workspace, moved: int, other: int, side: str) -> Goal | str:
    """Return where an object is to be brought, or why that cannot be said."""
    if not (space.known[moved] and space.known[other]):
        return "unseen side without an end"
    if float(space.unsure_m()[[moved, other], :2].max()) > FACE_STEPS * space.step_m:
        return "interval too wide"
    foot_open = float(space.seen.low_m[moved, 2] - space.possible.low_m[moved, 2])
    if not np.isfinite(space.floor_m[moved]) and foot_open > FACE_STEPS * space.step_m:
        return "no support found"
    axis, sign = SIDES[side]
    own, target = middles(space).at(moved), middles(space).at(other)
    end = np.array([*target.centre_m[0, :2], own.centre_m[0, 2]])
    face = target.high_m[0, axis] if sign > 0 else target.low_m[0, axis]
    end[axis] = face + sign * (GAP_STEPS * space.step_m + own.size_m[0, axis] / 2)
    offset = space.possible.centre_m[moved] - own.centre_m[0]
    return Goal(space.possible.centre_m[moved], end + offset)


def middles(space: Workspace) -> Boxes:
    """Return boxes halfway between what was seen and what objects might fill."""
    return Boxes((space.seen.low_m + space.possible.low_m) / 2, (space.seen.high_m + space.possible.high_m) / 2)


def planned(space: Workspace, moved: int, goal: Goal) -> FloatArray | str:
    """Return the way points (K, 3) of a checked way of few moves, multiples of a step; or why there is none."""
    size, grown, unseen = space.possible.size_m[moved], space.obstacles(moved), space.unseen(moved)
    slack = NOTHING * space.step_m

    def is_free(low: FloatArray, high: FloatArray) -> BoolArray:
        met = (low[:, None] < grown.high_m - slack) & (high[:, None] > grown.low_m + slack)
        blocked: BoolArray = np.any(met.all(axis=2), axis=1)
        return unseen.is_free(low, high) & ~blocked

    ends = goal.start_m + rounded(goal.end_m - goal.start_m, space.step_m)
    boxes = [np.stack([p - size / 2, p + size / 2])[:, None] for p in (goal.start_m, ends)]
    if not is_free(*boxes[0])[0]:
        return "start inside an obstacle or not seen to be free"
    if not is_free(*boxes[1])[0]:
        return "target not seen to be free"
    way = fewest_moves(goal.start_m, ends, size, passing_lines(grown, size, goal.start_m, space.step_m), is_free)
    if way is None:
        return "no way seen to be free"
    if path_meets(space, moved, way) is not None or not swept_free(space, moved, way):
        return "way not free when checked"
    return way


def passing_lines(grown: Boxes, size_m: FloatArray, start_m: FloatArray, step_m: float) -> tuple[FloatArray, ...]:
    """Return, along each axis, where a box just passes an obstacle, moved outwards to the next whole step."""
    lines = []
    for k in range(3):
        below = (grown.low_m[:, k] - size_m[k] / 2 - start_m[k]) / step_m
        above = (grown.high_m[:, k] + size_m[k] / 2 - start_m[k]) / step_m
        steps = np.concatenate([np.floor(below + 1e-6), np.ceil(above - 1e-6)])
        steps = steps[np.isfinite(steps)]
        lines.append(start_m[k] + steps[steps >= 0 if k == 2 else slice(None)] * step_m)
    return tuple(lines)


def rounded(shift_m: FloatArray, step_m: float) -> FloatArray:
    """Return lengths rounded to whole steps, halves away from 0, so that a mirrored way is rounded alike."""
    return np.asarray(np.sign(shift_m) * np.floor(np.abs(shift_m) / step_m + 0.5) * step_m)


def plan_of(space: Workspace, way_m: FloatArray) -> Plan:
    """Return a way over points (K, 3), each stretch along one axis, as moves in words."""
    moves = []
    for step in np.diff(way_m, axis=0):
        axis = int(np.abs(step).argmax())
        moves.append(Move(SIDE_NAMES[axis][int(step[axis] < 0)], round_length(abs(float(step[axis])), space.step_m)))
    return Plan(tuple(moves), tuple(place(p) for p in space.to_world(way_m)))


def round_length(length_m: float, step_m: float) -> float:
    return round(length_m / step_m) * step_m


def failing(space: Workspace, moved: int, way_m: FloatArray, rng: np.random.Generator) -> list[Plan]:
    """Return plans like the right one that certainly fail, by two edits of it; see `plans.square`."""

    def failed(steps: Steps) -> Plan | None:
        wrong = _way(way_m[0], steps)
        if (
            len(wrong) < 2 or wrong[:, 2].min() < way_m[0, 2] - NOTHING * space.step_m
        ):  # stays, or goes through the table
            return None
        reason = why_it_fails(space, moved, wrong, way_m[-1])
        plan = plan_of(space, wrong)
        return None if reason is None else Plan(plan.moves, plan.points_m, *reason)

    steps = list(np.diff(way_m, axis=0))
    return square(steps, edits_of(steps, space.step_m), failed, plan_of(space, way_m), rng)


def edits_of(steps: Steps, step_m: float) -> list[Callable[[Steps], Steps]]:
    """Return edits of a way's steps that people might make: each keeps their number.

    One level step the other way, to the side, or of another length; two steps exchanged; nothing lifted.
    """
    edits: list[Callable[[Steps], Steps]] = []
    for number, step in enumerate(steps):
        if abs(step[2]) < NOTHING * step_m:
            edits += [partial(_longer, number=number, factor=factor, step_m=step_m) for factor in FACTORS]
            edits.append(partial(_aside, number=number))
        if number:
            edits.append(partial(_exchanged, number=number))
    if any(abs(step[2]) >= NOTHING * step_m for step in steps):
        edits.append(_level)
    return edits


def _longer(steps: Steps, number: int, factor: float, step_m: float) -> Steps:
    return [*steps[:number], rounded(factor * steps[number], step_m), *steps[number + 1 :]]


def _aside(steps: Steps, number: int) -> Steps:
    x, y, _ = steps[number]
    return [*steps[:number], np.array([y, x, 0.0]), *steps[number + 1 :]]


def _exchanged(steps: Steps, number: int) -> Steps:
    return [*steps[: number - 1], steps[number], steps[number - 1], *steps[number + 1 :]]


def _level(steps: Steps) -> Steps:
    return [step * np.array([1, 1, 0]) for step in steps]


def why_it_fails(
    space: Workspace, moved: int, way_m: FloatArray, end_m: FloatArray
) -> tuple[Literal["hits", "ends elsewhere"], int] | None:
    """Return how a way certainly fails: ("hits", object id) or ("ends elsewhere", 0); None where it may not."""
    hit = surely_hit(space, moved, way_m)
    if hit is not None:
        return "hits", space.ids[hit]
    elsewhere = float(np.abs(way_m[-1] - end_m).max()) >= ELSEWHERE_STEPS * space.step_m
    return ("ends elsewhere", 0) if elsewhere and path_meets(space, moved, way_m) is None else None


def surely_hit(space: Workspace, moved: int, way_m: FloatArray) -> int | None:
    """Return the first object of which a seen point comes deep into the moved object's hull on a level stretch.

    A level stretch, because one may be let down into the other without touching it.
    """
    planes = space.hulls[moved]
    if not len(planes):
        return None
    depth = DEEP * float(space.seen.size_m[moved].min())
    for start, end in itertools.pairwise(way_m):
        if abs(end[2] - start[2]) > NOTHING * space.step_m:
            continue
        met = np.isfinite(entered_at(start, end, space.possible.size_m[moved], space.seen))
        others = [n for n in space.others(moved) if met[n] and len(space.points_m[n])]
        offset = start - way_m[0]
        shares = [entered_by(planes, depth, space.points_m[n] - offset, end - start) for n in others]
        if shares and min(shares) <= 1:
            return others[int(np.argmin(shares))]
    return None


def entered_by(planes: FloatArray, depth_m: float, points_m: FloatArray, step_m: FloatArray) -> float:
    """Return the share of a step at which a hull first takes in one of the points (N, 3), inf where it never does.

    The hull, its planes (P, 4) moved inwards by `depth_m`, moves by `step_m`: against it, points move the other way,
    and each plane lets a point in from, or up to, one share of the step.
    """
    outside = points_m @ planes[:, :3].T + planes[:, 3] + depth_m
    speed = planes[:, :3] @ step_m  # by which what is outside of a plane becomes less
    with np.errstate(divide="ignore", invalid="ignore"):
        share = outside / speed
    enter = np.where(speed > 0, share, np.where((speed == 0) & (outside > 0), np.inf, -np.inf)).max(axis=1)
    leave = np.where(speed < 0, share, np.inf).min(axis=1)
    enter = np.maximum(enter, 0)
    return float(np.where(enter <= leave, enter, np.inf).min(initial=np.inf))


def _way(start_m: FloatArray, steps: Sequence[FloatArray]) -> FloatArray:
    """Return the places after steps along one axis each; none of no length, those along one axis joined."""
    joined: list[FloatArray] = []
    for step in steps:
        if not np.abs(step).max() > 0:
            continue
        if joined and int(np.abs(joined[-1]).argmax()) == int(np.abs(step).argmax()):
            joined[-1] = joined[-1] + step
        else:
            joined.append(np.asarray(step))
    joined = [step for step in joined if np.abs(step).max() > 1e-12]
    return np.concatenate([start_m[None], start_m + np.cumsum(joined, axis=0)]) if joined else start_m[None]
