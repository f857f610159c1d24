"""Size comparison: which of two objects is taller, wider, larger?

Aspects: `height` along gravity; `width`, the longer side of the footprint; `volume` of the convex hull. Frame: world.
Forms: mc, free. Candidates: each pair, in an order drawn by the scene's random numbers, for ids may go with sizes.
Declines: too few points, unseen sides, not decided by 10 % over both whole intervals.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from spacevista.scenes.kept import kept
from spacevista.scenes.record import Scene, SceneObject
from spacevista.tasks.extents import footprint_bounds, height_bounds, volume_bounds
from spacevista.tasks.facts import Candidate, Decline, Fact, Interval
from spacevista.tasks.pairs import in_drawn_order, object_pairs
from spacevista.tasks.rules import enough_points, extreme, margin, with_noise

ASPECTS = ("height", "width", "volume")


def size_comparison(scene: Scene, rng: np.random.Generator) -> Iterator[Fact | Decline]:
    """Yield three candidates for each pair of objects; `rng` gives one number for each pair, whatever is declined."""
    bounds = {thing.id: comparable_bounds(scene, thing) for thing in scene.objects}
    for pair in object_pairs(scene):
        first, second = in_drawn_order(pair, rng)
        for aspect in ASPECTS:
            candidate = Candidate("size_comparison", aspect, (first, second))
            yield compare(candidate, bounds[first], bounds[second])


def compare(
    candidate: Candidate, first: dict[str, Interval] | str, second: dict[str, Interval] | str
) -> Fact | Decline:
    """Decide a pair from the intervals of both, or decline with the reason that stands in their place."""
    for bounds in (first, second):
        if isinstance(bounds, str):
            return Decline(candidate, bounds)
    intervals = [bounds[candidate.aspect] for bounds in (first, second) if not isinstance(bounds, str)]
    winner = extreme(intervals, largest=True)
    if winner is None:
        return Decline(candidate, "not decided by 10 % over both intervals")
    options = tuple(str(number) for number in candidate.objects)
    return Fact(candidate, "choice", (), tuple(intervals), options[winner], options, margin(intervals, winner))


@kept
def comparable_bounds(scene: Scene, thing: SceneObject) -> dict[str, Interval] | str:
    """Return the interval of every aspect, or why there is none."""
    if not enough_points(thing):
        return "too few points"
    if thing.open_space:
        return "unseen side without an end"
    volume, half_area = volume_bounds(thing)
    return {
        "height": with_noise(height_bounds(thing, scene.up), thing.error_m),
        "width": with_noise(footprint_bounds(thing, scene.up)[0], thing.error_m),
        "volume": with_noise(volume, half_area * thing.error_m),
    }
