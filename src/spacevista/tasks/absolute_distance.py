"""Absolute distance: how far apart are two objects at their closest points?

Frame: world, metres. Truth: nearest points of the two surfaces (as VSI-Bench; the source's text compares centroids).
Forms: reg, mc, free. Declines: touching pairs, a gap below ten point spacings or five sigmas of the noise, unseen
sides, interval wider than 5 %.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from spacevista.scenes.record import Gap, Scene
from spacevista.tasks.facts import Candidate, Decline, Fact, Interval
from spacevista.tasks.pairs import gaps_by_pair, object_pairs
from spacevista.tasks.rules import asked, with_noise

SPACINGS = 10  # a gap under this many point spacings may be a contact
NOISE_SIGMAS = 5


def absolute_distance(scene: Scene, rng: np.random.Generator) -> Iterator[Fact | Decline]:
    """Yield one candidate for each pair of objects."""
    gaps = gaps_by_pair(scene)
    for pair in object_pairs(scene):
        yield measure(scene, Candidate("absolute_distance", "closest", pair), gaps.get(pair))


def measure(scene: Scene, candidate: Candidate, gap: Gap | None) -> Fact | Decline:
    if gap is None:
        return Decline(candidate, "too few points")
    if gap.high_m < SPACINGS * gap.spacing_m:
        return Decline(candidate, "touching or below ten point spacings")
    if gap.high_m < NOISE_SIGMAS * gap.error_m:
        return Decline(candidate, "below five sigmas of the noise")
    interval = with_noise(Interval(gap.low_m, gap.high_m), gap.error_m, scene.noise.length_rel)
    if not asked(interval):
        return Decline(candidate, "interval too wide")
    return Fact(candidate, "distance", (interval.middle,), (interval,))
