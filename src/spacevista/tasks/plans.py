"""What a planning task yields beside a plain fact: the right plan and the plans that fail, each for a named reason.

A plan is a list of moves as a person is told them, and the way points that one gets to by following them, as they are
after rounding. What is checked, written and judged is the same rounded plan.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, TypeVar

import numpy as np

from spacevista.scales import Scale
from spacevista.tasks.facts import Candidate, Fact

PLANNING = ("route_planning", "navigation", "manipulation_planning", "destination_location", "obstacles_location")
MOST_WRONG = 3
MOST_TRIED = 24  # pairs of edits
NICE = (1.0, 2.0, 5.0)
RIGHT_PLAN = 0  # its place in `PlanFact.plans`

T = TypeVar("T")
MoveKind = Literal["right", "left", "forward", "back", "up", "down", "turn", "heading"]


@dataclass(frozen=True)
class Move:
    """One move.

    Attributes:
        kind: along an axis of the frame that the task names; "turn" where the agent turns and then goes forward;
            "heading" where it goes in a direction.
        length_m: how far, metres, after rounding.
        turn: of a turn, "left", "right", "back" or "straight".
        heading_deg: of a heading, clockwise from the direction that the task names, whole degrees.
        until: the object beside which the move ends, 0 if none is named.
    """

    kind: MoveKind
    length_m: float
    turn: str = ""
    heading_deg: int = 0
    until: int = 0


@dataclass(frozen=True)
class Plan:
    """Moves, the way points (world, metres) that they lead over, and why they fail: "" if they do not.

    `points_m` are places of the moved object's box centre, or of an agent's foot; for an obstacle that is located,
    lowest and highest corner of its box, right, forward and up of the moved object's foot. `hits` is the object that
    the plan runs into (0: none is named), where `fails` says so.
    """

    moves: tuple[Move, ...]
    points_m: tuple[tuple[float, float, float], ...]
    fails: Literal["", "hits", "ends elsewhere"] = ""
    hits: int = 0


@dataclass(frozen=True)
class PlanFact(Fact):
    """A fact about plans: `plans[0]` is right, all others fail.

    Attributes:
        tolerance_m: how far from the named place the right plan may end.
        agent: who moves on the floor; None where an object is moved.
        reach_m: how far from its goal an agent still counts as beside it; how far apart the moved object stops.
    """

    plans: tuple[Plan, ...] = ()
    tolerance_m: float = 0.0
    agent: Agent | None = None
    reach_m: float = 0.0


@dataclass(frozen=True)
class Agent:
    """Who moves on the floor: an upright cylinder, metres."""

    name: str
    width_m: float
    height_m: float


AGENTS: dict[Scale, Agent] = {
    Scale.INDOOR: Agent("robot", 0.3, 0.5),
    Scale.OUTDOOR: Agent("delivery robot", 0.6, 1.2),
    Scale.DRONE: Agent("car", 2.5, 2.0),
}


def plan_fact(
    candidate: Candidate,
    plans: Sequence[Plan],
    *,
    tolerance_m: float,
    reach_m: float,
    margin: float,
    agent: Agent | None = None,
) -> PlanFact:
    """Return a fact whose right choice is the first plan; options are called by their places, "0", "1", ..."""
    options = tuple(str(place) for place in range(len(plans)))
    return PlanFact(
        candidate, "choice", (), (), options[RIGHT_PLAN], options, margin,
        plans=tuple(plans), tolerance_m=tolerance_m, agent=agent, reach_m=reach_m,
    )  # fmt: skip


def square(
    right: T, edits: Sequence[Callable[[T], T]], failed: Callable[[T], Plan | None], had: Plan, rng: np.random.Generator
) -> list[Plan]:
    """Return three wrong plans that differ from each other and from the right one by the same two edits; or one.

    Were each wrong plan one edit away from the right one, the plan most like the others would be the right one. With
    two edits, each alone and both together, none stands out. Drawn at random, one that hits something if there is any;
    where no such three fail for certain, one plan that does; none if none does.
    """
    best: list[Plan] = []
    single: list[Plan] = []
    count = len(edits)
    for turn in rng.permutation(count * count)[:MOST_TRIED]:
        first, second = edits[turn // count], edits[turn % count]
        plans: list[Plan] = []
        for wrong in (first(right), second(right), second(first(right))):
            plan = failed(wrong)
            if plan is None or any(plan.moves == other.moves for other in (had, *plans)):
                break
            plans.append(plan)
        single = single or plans[:1]
        if len(plans) == MOST_WRONG:
            best = best or plans
            if any(plan.fails == "hits" for plan in plans):
                return plans
    return best or single


def nice_below(length_m: float) -> float:
    """Return the largest of 1, 2, 5 times a power of ten that is at most `length_m`."""
    power = 10.0 ** math.floor(math.log10(length_m) + 1e-9)
    return max(n * power for n in NICE if n * power <= length_m * (1 + 1e-9))


def place(point: Sequence[float]) -> tuple[float, float, float]:
    x, y, z = (float(c) for c in point)
    return x, y, z
