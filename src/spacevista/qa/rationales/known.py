"""What a scene knows in numbers, for a rationale's numbers to be held against.

All in metres, square metres, cubic metres and degrees. Directions are left to words: a length or an angle is compared
without its sign.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

from spacevista.qa.rationales.plan_numbers import lengths_and_angles
from spacevista.qa.told import told
from spacevista.scenes.record import Scene, SceneObject
from spacevista.scoring.units import Dimension
from spacevista.tasks.facts import Candidate, Fact, Interval
from spacevista.tasks.object_size import size_bounds
from spacevista.tasks.pairs import gaps_by_pair
from spacevista.tasks.plans import RIGHT_PLAN, Plan, PlanFact

TOLERANCE = 0.10  # relative, beyond the interval: what counts as right in the audit
TOLERANCE_DEG = 5.0  # of an angle, where that is more
DIMENSIONS: dict[str, Dimension] = {
    **dict.fromkeys(("length", "distance", "depth", "place"), "length"),
    "area": "area",
    "volume": "volume",
    "angle": "angle",
}
NumbersOf = Callable[[Candidate, Sequence[int], str], "tuple[Known, ...]"]
# What the intervals of a choice are; of other tasks' choices nothing is known.
COMPARED: dict[tuple[str, str], Dimension] = {
    ("size_comparison", "height"): "length",
    ("size_comparison", "width"): "length",
    ("size_comparison", "volume"): "volume",
    ("relative_distance", "closest"): "length",
    ("relative_distance", "farthest"): "length",
    ("depth_estimation", "which_nearest"): "length",
}


@dataclass(frozen=True)
class Known:
    """A quantity of a scene, between bounds; said of it is what lies within `slack` of them."""

    dimension: Dimension
    low: float
    high: float
    slack: float

    def allows(self, value: float) -> bool:
        return self.low - self.slack <= value <= self.high + self.slack


def known_of_fact(fact: Fact) -> tuple[Known, ...]:
    """Return what a fact itself says: its values, what its choice compares, or what leads to its plan."""
    task, aspect = fact.candidate.task, fact.candidate.aspect
    if fact.quantity == "motion" or (task, aspect) == ("view_change", "direction"):
        return tuple(_motion(fact.intervals))
    if isinstance(fact, PlanFact):
        return tuple(_of_plan(fact.plans[RIGHT_PLAN]))
    if fact.quantity == "choice":
        dimension = COMPARED.get((task, aspect))
        return () if dimension is None else tuple(_around(dimension, i) for i in fact.intervals)
    found = DIMENSIONS.get(fact.quantity)
    values = fact.intervals[:1] if fact.quantity == "place" else fact.intervals  # an azimuth is told by a word
    return () if found is None else tuple(_around(found, interval) for interval in values)


def numbers_of(scene: Scene) -> NumbersOf:
    """Return a function that tells what a scene says of a question's objects, and of those whose names are in a text.

    Of each object its extents and how far its seen points are from the cameras of the frames; of each pair of the
    question's objects the gap between them. The function takes the candidate, the frames and the text in lower case.
    """
    extents = cache(lambda number: tuple(_extents(scene, scene.object(number))))
    gaps = gaps_by_pair(scene)

    def of(candidate: Candidate, frames: Sequence[int], text: str) -> tuple[Known, ...]:
        asked = set(told(candidate).objects)
        things = [t for t in scene.objects if t.id in asked or (t.category or "\n").lower() in text]
        return (
            *(known for thing in things for known in extents(thing.id)),
            *(known for thing in things for known in _distances(scene, thing, frames)),
            *(_around("length", Interval(g.low_m, g.high_m)) for pair, g in gaps.items() if asked.issuperset(pair)),
        )

    return of


def _around(dimension: Dimension, interval: Interval) -> Known:
    low, high = sorted((abs(interval.low), abs(interval.high)))
    least = 0.0 if interval.low < 0 < interval.high else low
    slack = TOLERANCE * (low + high) / 2
    return Known(dimension, least, high, max(slack, TOLERANCE_DEG) if dimension == "angle" else slack)


def _motion(intervals: Sequence[Interval]) -> Iterator[Known]:
    """Yield the parts of a way and the way itself, all within a tenth of the way, then the turns if there are any."""
    if not intervals:
        return
    path = math.hypot(*(i.middle for i in intervals[:3]))
    slack = TOLERANCE * path
    for part in (_around("length", interval) for interval in intervals[:3]):
        yield Known("length", part.low, part.high, slack)
    yield Known("length", path, path, slack)
    yield from (_around("angle", interval) for interval in intervals[3:])


def _of_plan(plan: Plan) -> Iterator[Known]:
    lengths, angles = lengths_and_angles(plan)
    yield from (_around("length", Interval(v, v)) for v in lengths)
    yield from (_around("angle", Interval(v, v)) for v in angles)


def _extents(scene: Scene, thing: SceneObject) -> Iterator[Known]:
    for bounds in (size_bounds(scene, thing) or {}).values():
        known = _around("length", bounds)
        yield Known("length", known.low, math.inf if thing.open_space else known.high, known.slack)


def _distances(scene: Scene, thing: SceneObject, frames: Sequence[int]) -> Iterator[Known]:
    for view in thing.views if len(thing.seen_m) else ():
        if view.frame_index in frames:
            eye = scene.frames[view.frame_index].world_from_camera.translation_m
            away = np.linalg.norm(thing.seen_m - eye, axis=1)
            yield _around("length", Interval(float(away.min()), float(away.max())))
