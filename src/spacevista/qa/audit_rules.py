"""When counts, angles and places are right, and what a mark really lies on."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import replace

from spacevista.qa.audit_judged import (
    ANGLE_TOLERANCE,
    ANGLE_TOLERANCE_DEG,
    FLOAT_SLACK,
    LENGTH_TOLERANCE,
    Judged,
)
from spacevista.qa.naming import inner_point_px
from spacevista.scenes.record import Scene
from spacevista.sim.truth import Truth
from spacevista.tasks.facts import Candidate, Fact, Interval, Quantity
from spacevista.tasks.object_location import direction_of

Rule = Callable[[Judged, Fact, "float | tuple[float, ...]"], Judged]


def really_marked(scene: Scene, candidate: Candidate, truth: Truth) -> tuple[int, ...]:
    """Return the objects that a matching question would point at: those in the world under its marks, as annotated.

    A wrong id in the annotation marks another object than it says, and only the picture knows. Other tasks keep theirs.
    """
    if candidate.task != "object_matching":
        return candidate.objects
    marked = []
    for number, frame in zip(candidate.objects, candidate.frames, strict=True):
        x, y = inner_point_px(scene.frames[frame].ids == number)
        marked.append(truth.depth_m(frame, (x, y))[1])
    return tuple(marked)


def judged_count(judged: Judged, fact: Fact, true: float | tuple[float, ...]) -> Judged:
    """A count is right if it is equal."""
    assert isinstance(true, float)
    right = fact.values[0] == true
    return replace(judged, right=right, rel_error=abs(fact.values[0] - true) / max(true, 1.0), covered=float(right))


def judged_angle(judged: Judged, fact: Fact, true: float | tuple[float, ...]) -> Judged:
    """An angle is right within 5 degrees or 10 %."""
    assert isinstance(true, float)
    error = abs(fact.values[0] - true)
    right = error <= max(ANGLE_TOLERANCE_DEG, ANGLE_TOLERANCE * abs(true))
    return _with_interval(
        replace(judged, right=right, rel_error=error / max(abs(true), 1e-12)), fact.intervals[0], true
    )


def judged_place(judged: Judged, fact: Fact, true: float | tuple[float, ...]) -> Judged:
    """A place is right if the direction is the same word and the distance is within 10 %."""
    assert isinstance(true, tuple)
    error = abs(fact.values[0] - true[0]) / max(true[0], 1e-12)
    right = error <= LENGTH_TOLERANCE and direction_of(fact.values[1]) == direction_of(true[1])
    found = _with_interval(replace(judged, right=right, rel_error=error), fact.intervals[0], true[0])
    turn = fact.values[1] + math.remainder(true[1] - fact.values[1], 360)
    return replace(found, covered=(float(found.covered or 0.0) + _holds(fact.intervals[1], turn)) / 2)


def _with_interval(judged: Judged, interval: Interval, true: float) -> Judged:
    return replace(
        judged,
        half_width=interval.half_width / max(abs(true), 1e-12),
        covered=_holds(interval, true),
        noise_leads=interval.statistical > interval.half_width - interval.statistical,
    )


def _holds(interval: Interval, true: float) -> float:
    slack = FLOAT_SLACK * abs(true)
    return float(interval.low - slack <= true <= interval.high + slack)


RULES: Mapping[Quantity, Rule] = {"count": judged_count, "angle": judged_angle, "place": judged_place}
