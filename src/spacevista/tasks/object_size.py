"""Object size: how large is it?

Aspects: `longest`, the longest side of its minimum-volume box; `height`, the vertical extent as placed; `length` and
`width`, the sides of the minimum-area rectangle of its footprint. Frame: world, gravity up; metres. Forms: reg, mc,
free. Declines: too few points, unseen sides, interval wider than 5 %.
Source: SpaceVista, object size; minimum boxes instead of PCA, which gives 1.41 for a unit square seen from a corner.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from spacevista.scenes.record import Scene, SceneObject
from spacevista.tasks.extents import footprint_bounds, height_bounds, longest_bounds
from spacevista.tasks.facts import Candidate, Decline, Fact, Interval
from spacevista.tasks.rules import asked, enough_points, with_noise

ASPECTS = ("longest", "height", "length", "width")


def object_size(scene: Scene, rng: np.random.Generator) -> Iterator[Fact | Decline]:
    """Yield four candidates for every object of the scene."""
    for thing in scene.objects:
        yield from measure(scene, thing)


def measure(scene: Scene, thing: SceneObject) -> Iterator[Fact | Decline]:
    bounds = size_bounds(scene, thing)
    for aspect in ASPECTS:
        candidate = Candidate("object_size", aspect, (thing.id,))
        if bounds is None:
            yield Decline(candidate, "too few points")
        elif thing.open_space:
            yield Decline(candidate, "unseen side without an end")
        elif not asked(bounds[aspect]):
            yield Decline(candidate, "interval too wide")
        else:
            yield Fact(candidate, "length", (bounds[aspect].middle,), (bounds[aspect],))


def size_bounds(scene: Scene, thing: SceneObject) -> dict[str, Interval] | None:
    """Return the interval of every aspect, noise included; None with too few points."""
    if not enough_points(thing):
        return None
    length, width = footprint_bounds(thing, scene.up)
    hard = {
        "longest": longest_bounds(thing),
        "height": height_bounds(thing, scene.up),
        "length": length,
        "width": width,
    }
    return {aspect: with_noise(interval, thing.error_m, scene.noise.length_rel) for aspect, interval in hard.items()}
