"""When a planning fact is right: the right plan, followed as it is told, is free in the world's own meshes and ends
where it should, and every wrong one truly fails.
"""

from __future__ import annotations

import numpy as np

from spacevista.geometry.arrays import FloatArray
from spacevista.sim.truth import Truth
from spacevista.sim.truth_floor import Walks, turns_deg, walk_of
from spacevista.sim.truth_moves import box_seen_from, first_hit, in_the_way, shifts_of, side_reached
from spacevista.tasks.facts import Fact
from spacevista.tasks.obstacles_location import NOTHING
from spacevista.tasks.plans import Plan, PlanFact
from spacevista.tasks.route_planning import TURNS

TURN_DEG = 45.0  # a named turn is the nearest of the four
REACH_SLACK = 1.1  # an agent is beside an object within so many reaches


def plan_is_right(fact: Fact, frame: int, truth: Truth) -> bool:
    """Tell whether a planning fact agrees with the truth; `frame` is the first picture's, as the world counts."""
    match fact:
        case PlanFact(candidate=c) if c.task == "manipulation_planning":
            return _moves_right(fact, frame, truth)
        case PlanFact(candidate=c) if c.task == "destination_location":
            return fact.choice == c.aspect and _ends(fact.plans[0], fact, frame, truth) == fact.choice
        case PlanFact(candidate=c) if c.task == "obstacles_location":
            return _box_right(fact, frame, truth)
        case PlanFact(candidate=c) if c.task == "navigation":
            return _walks_right(fact, frame, truth)
        case PlanFact():
            return _turns_right(fact, truth)
    moved, towards, *asked = fact.candidate.objects
    found = [number for number in in_the_way(truth, frame, moved, towards) if number in asked]
    return [fact.choice] == ([str(number) for number in found] or [NOTHING])


def _moves_right(fact: PlanFact, frame: int, truth: Truth) -> bool:
    side = fact.candidate.aspect
    ends = [_ends(plan, fact, frame, truth) for plan in fact.plans]
    return ends[0] == side and all(end != side for end in ends[1:])


def _ends(plan: Plan, fact: PlanFact, frame: int, truth: Truth) -> str | None:
    """Return the side at which a plan, followed by its moves, ends; None if it hits something or ends at none."""
    moved, other = fact.candidate.objects[:2]
    shifts = shifts_of(truth, frame, [m.kind for m in plan.moves], [m.length_m for m in plan.moves])
    if first_hit(truth, moved, shifts) is not None:
        return None
    return side_reached(truth, frame, (moved, other), shifts[-1], fact.reach_m, fact.tolerance_m)


def _box_right(fact: PlanFact, frame: int, truth: Truth) -> bool:
    """Tell whether the right box is the only obstacle's within the tolerance, and no other box is."""
    moved = fact.candidate.objects[0]
    found = in_the_way(truth, frame, *fact.candidate.objects[:2])
    if len(found) != 1:
        return False
    low, high = box_seen_from(truth, frame, moved)
    foot = np.array([*(low + high)[:2] / 2, low[2]])
    true = box_seen_from(truth, frame, found[0]) - foot
    off = [float(np.abs(np.array(plan.points_m) - true).max()) for plan in fact.plans]
    return off[0] <= fact.tolerance_m < min(off[1:])


def _walks_right(fact: PlanFact, frame: int, truth: Truth) -> bool:
    start = np.array(fact.plans[0].points_m[0][:2])
    fails = []
    for plan in fact.plans:
        headings, lengths = [m.heading_deg for m in plan.moves], [m.length_m for m in plan.moves]
        fails.append(_walk_fails(fact, walk_of(truth, frame, start, headings, lengths), truth))
    return not fails[0] and all(fails[1:])


def _turns_right(fact: PlanFact, truth: Truth) -> bool:
    ways = [np.array(plan.points_m)[:, :2] for plan in fact.plans]
    turns = turns_deg(truth, ways[0], fact.candidate.objects[1])
    off = [abs((t - TURNS[m.turn] + 180) % 360 - 180) for t, m in zip(turns, fact.plans[0].moves, strict=True)]
    fails = [_walk_fails(fact, way, truth) for way in ways]
    return max(off) < TURN_DEG and not fails[0] and all(fails[1:])


def _walk_fails(fact: PlanFact, way_m: FloatArray, truth: Truth) -> bool:
    """Tell whether an agent runs into something on a way, or does not end beside its goal."""
    agent = fact.agent
    assert agent is not None, "somebody walks"
    walks = Walks(truth, agent.width_m, agent.height_m)
    far = walks.distance_m(way_m[-1], fact.candidate.objects[-1]) > REACH_SLACK * fact.reach_m
    return far or walks.first_hit(way_m) is not None
