"""Numbers that lead to a plan: its way in all, where it goes straight, its bends; the size and middle of a box."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import pairwise

import numpy as np

from spacevista.geometry.arrays import FloatArray
from spacevista.qa.numbers import MOTION_WORDS
from spacevista.tasks.plans import Plan

NOTHING = 1e-6  # relative: sums of rounded lengths that ought to be 0
AXES = (MOTION_WORDS[0], MOTION_WORDS[2], MOTION_WORDS[1])  # right, forward, up: x, y, z of the first picture


def way_m(plan: Plan) -> float:
    """Return the length of a plan's moves."""
    return math.fsum(move.length_m for move in plan.moves)


def shift_m(plan: Plan) -> FloatArray:
    """Return where moves along axes lead, right, forward and up (3); (nearly) nothing counts as nothing."""
    shift = np.zeros(3)
    for move in plan.moves:
        for axis, (ahead, back) in enumerate(AXES):
            shift[axis] += move.length_m * ((move.kind == ahead) - (move.kind == back))
    return np.where(np.abs(shift) > NOTHING * way_m(plan), shift, 0.0)


def straight_m(plan: Plan) -> float:
    """Return how far the end of a walk is from its start; not farther than its way, whose stretches are rounded."""
    if plan.moves[0].kind == "heading":
        return math.hypot(*_east_north(plan))
    points = np.array(plan.points_m)
    return min(float(np.linalg.norm(points[-1] - points[0])), way_m(plan))


def bearing_deg(plan: Plan) -> int:
    """Return in which direction a walk with headings ends, clockwise, whole degrees from 0 to 359."""
    return round(math.degrees(math.atan2(*_east_north(plan)))) % 360


def bends_deg(plan: Plan) -> list[int]:
    """Return by how much a walk turns at each corner, left or right, whole degrees; none if they are not known."""
    legs = np.diff(np.array(plan.points_m), axis=0)
    if len(legs) != len(plan.moves):
        return []
    ways = legs / np.linalg.norm(legs, axis=1)[:, None]
    return [round(math.degrees(math.acos(float(np.clip(a @ b, -1, 1))))) for a, b in pairwise(ways)]


def box_m(plan: Plan) -> tuple[FloatArray, FloatArray]:
    """Return the sides of a box that a plan locates, and its middle: right, forward and up of a foot."""
    low, high = np.array(plan.points_m)
    return high - low, (low + high) / 2


def lengths_and_angles(plan: Plan) -> tuple[list[float], list[float]]:
    """Return all numbers that a rationale may say of a right plan, metres and degrees, without signs."""
    if not plan.moves:
        return [abs(float(v)) for v in np.concatenate(box_m(plan))], []
    lengths = [*(move.length_m for move in plan.moves), way_m(plan)]
    match plan.moves[0].kind:
        case "heading":
            headings = [float(move.heading_deg) for move in plan.moves]
            return [*lengths, straight_m(plan)], [*headings, float(bearing_deg(plan))]
        case "turn":
            return [*lengths, straight_m(plan)], [float(bend) for bend in bends_deg(plan)]
    shift = shift_m(plan)
    return [*lengths, *(abs(float(v)) for v in shift), float(np.linalg.norm(shift))], []


def _east_north(plan: Plan) -> tuple[float, float]:
    """Return where headings lead, to the right and ahead of the direction that they count from."""
    turns: Iterator[tuple[float, float]] = ((m.length_m, math.radians(m.heading_deg)) for m in plan.moves)
    legs = [(length * math.sin(angle), length * math.cos(angle)) for length, angle in turns]
    return math.fsum(x for x, _ in legs), math.fsum(y for _, y in legs)
