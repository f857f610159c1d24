"""Manipulation planning: by which moves is an object brought beside another without touching any?

Aspects: `left`, `right`, `front`, `behind`, `top` of the other object, the gap and the end tolerance stated. Frame: the
first picture's camera, levelled: right, forward, up; lengths in the scale's unit. Forms: mc (a path that is free among
paths that fail: they hit an object or end elsewhere), free. Candidates: PAIRS ordered pairs drawn by the scene's random
numbers, all aspects. The object is not turned; the others are the boxes around all that they might fill, grown by its
own; what was not seen is occupied. Planned with the fewest moves on the lattice of places where it just passes an
obstacle (geometry/sweeps.py), rounded, then checked by exact sweeps. Source: SpaceVista, manipulation planning.
Declines: fewer than two objects, too few points, no support, unseen sides, interval too wide, start or target not free,
no way, no wrong path that certainly fails.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from spacevista.scales import Scale
from spacevista.scenes.record import Scene
from spacevista.tasks.facts import Candidate, Decline, Fact
from spacevista.tasks.plans import plan_fact
from spacevista.tasks.table_paths import SIDES, TOLERANCE_STEPS, failing, goal_beside, plan_of, planned
from spacevista.tasks.workspace import GAP_STEPS, Workspace, workspace_of

SCALES = (Scale.TABLETOP, Scale.TINY_TABLETOP)
PAIRS = 6
MOST_MOVES = 6  # nobody follows more


def manipulation_planning(scene: Scene, rng: np.random.Generator) -> Iterator[Fact | Decline]:
    """Yield all aspects for drawn pairs (moved, other)."""
    yield from planned_pairs(scene, "manipulation_planning", rng)


def planned_pairs(scene: Scene, task: str, rng: np.random.Generator) -> Iterator[Fact | Decline]:
    """Yield the candidates of a task that brings one object beside another."""
    pairs = drawn_pairs(scene, rng) if scene.scale in SCALES else []
    space = workspace_of(scene) if pairs else ""
    for moved, other in pairs:
        for side in SIDES:
            candidate = Candidate(task, side, (moved, other))
            yield Decline(candidate, space) if isinstance(space, str) else measure(space, candidate, rng)


def drawn_pairs(scene: Scene, rng: np.random.Generator) -> list[tuple[int, int]]:
    """Return up to PAIRS ordered pairs of objects."""
    ids = [thing.id for thing in scene.objects]
    pairs = [(a, b) for a in ids for b in ids if a != b]
    return [pairs[i] for i in rng.permutation(len(pairs))[:PAIRS]]


def measure(space: Workspace, candidate: Candidate, rng: np.random.Generator) -> Fact | Decline:
    """Plan one candidate; `rng` is drawn from only where there is a way."""
    moved, other = (space.number(number) for number in candidate.objects)
    goal = goal_beside(space, moved, other, candidate.aspect)
    if isinstance(goal, str):
        return Decline(candidate, goal)
    way = planned(space, moved, goal)
    if isinstance(way, str):
        return Decline(candidate, way)
    if len(way) > MOST_MOVES + 1:
        return Decline(candidate, "too many moves")
    wrong = failing(space, moved, way, rng)
    if not wrong:
        return Decline(candidate, "no wrong path that certainly fails")
    return plan_fact(
        candidate,
        [plan_of(space, way), *wrong],
        tolerance_m=TOLERANCE_STEPS * space.step_m,
        reach_m=GAP_STEPS * space.step_m,
        margin=1.0,
    )
