"""Relative distance: which of two to four objects is closest to (farthest from) a given one?

Aspects: `closest`, `farthest`, by the distance between closest points. Frame: world. Form: mc. Candidates: for each
object as the anchor, up to GROUPS groups of two, three and four others, drawn by the scene's random numbers.
Declines: too few points, first and second not apart by 10 % over their whole intervals.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from spacevista.scenes.record import Gap, Scene
from spacevista.tasks.facts import Candidate, Decline, Fact, Interval
from spacevista.tasks.pairs import drawn_groups, gaps_by_pair
from spacevista.tasks.rules import extreme, margin, with_noise

GROUPS = 3


def relative_distance(scene: Scene, rng: np.random.Generator) -> Iterator[Fact | Decline]:
    """Yield both aspects for the drawn groups of every anchor."""
    gaps = gaps_by_pair(scene)
    numbers = [thing.id for thing in scene.objects]
    for anchor in numbers:
        others = [number for number in numbers if number != anchor]
        for group in drawn_groups(others, GROUPS, rng):
            for aspect in ("closest", "farthest"):
                yield measure(Candidate("relative_distance", aspect, (anchor, *group)), gaps)


def measure(candidate: Candidate, gaps: dict[tuple[int, int], Gap]) -> Fact | Decline:
    anchor, *others = candidate.objects
    found = [gaps.get((anchor, other)) for other in others]
    measured = [gap for gap in found if gap is not None]
    if len(measured) < len(found):
        return Decline(candidate, "too few points")
    intervals = [with_noise(Interval(gap.low_m, gap.high_m), gap.error_m) for gap in measured]
    winner = extreme(intervals, largest=candidate.aspect == "farthest")
    if winner is None:
        return Decline(candidate, "not decided by 10 % over the intervals")
    options = tuple(str(other) for other in others)
    return Fact(candidate, "choice", (), tuple(intervals), options[winner], options, margin(intervals, winner))
