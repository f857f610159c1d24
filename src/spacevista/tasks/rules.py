"""What all tasks share: when an interval is tight enough to ask, how noise widens it, when a choice is decided."""

from __future__ import annotations

import math
from collections.abc import Sequence

from spacevista.scenes.record import SceneObject
from spacevista.tasks.facts import Interval

MAX_HALF_WIDTH = 0.05  # relative: wider intervals are not asked
MIN_POINTS = 50  # fewer seen points do not carry an extent
APART = 0.10  # a comparison needs its two values this far apart
NINETY_PERCENT = 1.645  # standard errors on either side of a two-sided 90 % interval


def asked(interval: Interval) -> bool:
    """Tell whether the half-width is at most MAX_HALF_WIDTH of the middle."""
    return interval.low > 0 and interval.half_width <= MAX_HALF_WIDTH * interval.middle


def with_noise(bounds: Interval, error: float, length_rel: float = 0.0) -> Interval:
    """Widen hard bounds by the 90 % part of noise: `error` (one sigma, of the value) and the metric scale's error.

    `length_rel` is the scene's; leave it out where two lengths of one scene are compared, for it is common to both.
    """
    sigma = math.hypot(error, length_rel * bounds.middle)
    return bounds.widened(NINETY_PERCENT * sigma) if sigma else bounds


def enough_points(*things: SceneObject) -> bool:
    return all(len(thing.seen_m) >= MIN_POINTS and len(thing.possible_m) >= MIN_POINTS // 10 for thing in things)


def decided(larger: Interval, smaller: Interval) -> bool:
    """Tell whether `larger` exceeds `smaller` over both whole intervals, and by APART between their middles."""
    return larger.low > smaller.high and larger.middle >= (1 + APART) * smaller.middle


def extreme(intervals: Sequence[Interval], largest: bool) -> int | None:
    """Return which interval is the smallest (largest), decided against every other; None where none is."""
    order = sorted(range(len(intervals)), key=lambda k: intervals[k].middle, reverse=largest)
    best, others = intervals[order[0]], [intervals[k] for k in order[1:]]
    won = all(decided(best, other) if largest else decided(other, best) for other in others)
    return order[0] if won else None


def margin(intervals: Sequence[Interval], winner: int) -> float:
    """Return how far the winner is from its nearest rival, relative to the smaller of the two."""
    best = intervals[winner].middle
    ratios = [max(best, i.middle) / max(min(best, i.middle), 1e-12) for k, i in enumerate(intervals) if k != winner]
    return min(ratios) - 1
