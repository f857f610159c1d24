"""Object matching: are the objects marked in two frames the same; which of several marked ones is the marked one?

Aspects: `same`, yes or no, for two marks; `which`, the one of two or three marks in the second frame that is on the
object marked in the first. Frames: each object has its own. Unit: none. Form: mc. The objects are only ever pointed at:
their names would give the answer away. Options of `which` are places among the candidates ("1", "2", "3").
Candidates: PAIRS pairs of frames, in drawn order, in each up to OBJECTS objects that both show clearly; wrong ones of
the same kind first, then any other; the coin of `same` and all orders by the scene's random numbers.
Declines: an object not clearly seen in its frame; views too much alike (the two cameras within ALIKE_DEG of each other,
as seen from the object).
Source: SpaceVista, object matching; SPAR-Bench, position matching.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np

from spacevista.scenes.record import Scene
from spacevista.tasks.facts import Candidate, Decline, Fact
from spacevista.tasks.visibility import CLEAR_PX, ragged_px, shown, spans_px

PAIRS = 10
OBJECTS = 3
WRONG = 2  # of `which`
ALIKE_DEG = 5.0
UNCLEAR = "not clearly seen in its frame"
ALIKE = "views too much alike"


def object_matching(scene: Scene, rng: np.random.Generator) -> Iterator[Fact | Decline]:
    """Yield both aspects for the drawn objects of the drawn pairs of frames."""
    count = len(scene.frames)
    for _ in range(PAIRS if count > 1 else 0):
        first, second = (int(n) for n in rng.choice(count, 2, replace=False))
        both = set(shown(scene, first)) & set(shown(scene, second))
        there = [thing.id for thing in scene.objects if thing.id in both]
        for target in [there[i] for i in rng.permutation(len(there))[:OBJECTS]]:
            yield from measured_pair(scene, target, (first, second), rng)


def measured_pair(
    scene: Scene, target: int, frames: tuple[int, int], rng: np.random.Generator
) -> Iterator[Fact | Decline]:
    """Yield `same` and `which` for an object that both frames show, where there is another to mistake it for."""
    wrong = distractors(scene, target, frames[1], rng)
    if not wrong:
        return
    other = target if rng.random() < 0.5 else wrong[0]
    yield measure(scene, Candidate("object_matching", "same", (target, other), frames))
    group = [target, *wrong[:WRONG]]
    mixed = tuple(group[i] for i in rng.permutation(len(group)))
    own = (frames[0], *(frames[1] for _ in mixed))
    yield measure(scene, Candidate("object_matching", "which", (target, *mixed), own))


def measure(scene: Scene, candidate: Candidate) -> Fact | Decline:
    """Measure a given candidate: which marks are on one object is known from the ids."""
    spans = [
        spans_px(scene.object(number)).get(frame, 0.0)
        for number, frame in zip(candidate.objects, candidate.frames, strict=True)
    ]
    if min(spans) < CLEAR_PX + ragged_px(scene):
        return Decline(candidate, UNCLEAR)
    target, *others = candidate.objects
    angle_deg = parallax_deg(scene, target, candidate.frames[0], candidate.frames[1])
    if not angle_deg > ALIKE_DEG:  # also where it is no number
        return Decline(candidate, ALIKE)
    margin = min(spans) / CLEAR_PX - 1
    if candidate.aspect == "same":
        right = "yes" if others[0] == target else "no"
        return Fact(candidate, "choice", (), (), right, ("yes", "no"), margin)
    places = tuple(str(place) for place in range(1, len(others) + 1))
    return Fact(candidate, "choice", (), (), places[others.index(target)], places, margin)


def distractors(scene: Scene, target: int, frame: int, rng: np.random.Generator) -> list[int]:
    """Return the other objects that a frame shows clearly, those of the target's kind first, else at random."""
    least_px = CLEAR_PX + ragged_px(scene)
    others = [number for number in shown(scene, frame, least_px) if number != target]
    mixed = [others[i] for i in rng.permutation(len(others))]
    kind = scene.object(target).category
    return sorted(mixed, key=lambda number: kind is None or scene.object(number).category != kind)


def parallax_deg(scene: Scene, number: int, first: int, second: int) -> float:
    """Return the angle between the ways from the mean of an object's seen points to two cameras."""
    seen = scene.object(number).seen_m
    if not len(seen):
        return math.nan
    middle = seen.mean(axis=0)
    ways = [scene.frames[frame].world_from_camera.translation_m - middle for frame in (first, second)]
    cross = float(np.linalg.norm(np.cross(*ways)))
    return math.degrees(math.atan2(cross, float(ways[0] @ ways[1])))
