"""Existence: is there an object of a kind with a relation to the named object, in the frames given?

Aspects: `left`, `right`, `above`, `below`, `nearer`, `farther`, as the camera of one frame sees them (relations.py), of
the objects of the kind that this frame shows; `taller`, `shorter` by the vertical extent as placed, `wider`, `narrower`
by the longer side of the footprint, of those that any of the frames sent shows. Unit: none, yes or no. Forms: mc, free.
Objects of a candidate: one of the kind (it says which kind), then the named object. Candidates: GROUPS pairs in each of
FRAMES frames, all six positions; SIZED pairs over all frames, all four sizes; drawn by the scene's random numbers.
"Yes" needs one object with the relation; "no" needs the opposite relation of every object of the kind.
Declines: an object between hidden and clearly seen, something without a name or with a similar name in view, the named
object not clearly seen, and no "yes" while one of the kind was not measured or is not decided.
Source: SpaceVista, existence.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import numpy as np

from spacevista.scenes.record import Scene
from spacevista.tasks.facts import Candidate, Decline, Fact, Interval
from spacevista.tasks.kinds import exemplars, of_kind, similar
from spacevista.tasks.placement import Placements, placements, unusable
from spacevista.tasks.relations import POSITIONS, SIZES, SizeBounds, position_answer, size_answer
from spacevista.tasks.size_comparison import comparable_bounds
from spacevista.tasks.visibility import MOST_FRAMES, Spans, in_view, shown, spans_of, spread_frames

ANSWERS = ("yes", "no")
FRAMES = 4
GROUPS = 8
SIZED = 20
ANCHOR_UNSEEN = "the named object is not clearly seen"


class Measured:
    """The sizes and placements of a scene's objects, each computed once, when it is first asked for."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.places: Placements = placements(scene)
        self.spans: Spans = spans_of(scene)
        self._sizes = cache(lambda number: usable_sizes(scene, number))

    def answer(self, candidate: Candidate, number: int) -> bool | str:
        """Tell whether an object has the relation to the candidate's second one, or its opposite, or why not."""
        anchor = candidate.objects[1]
        if candidate.aspect in POSITIONS:
            return position_answer(candidate.aspect, candidate.frames[0], number, anchor, self.places)
        sizes: SizeBounds = {i: self._sizes(i) for i in (number, anchor)}
        return size_answer(candidate.aspect, number, anchor, sizes)


def usable_sizes(scene: Scene, number: int) -> dict[str, Interval] | str:
    """Return the intervals of an object's sizes, or why there are none."""
    thing = scene.object(number)
    return unusable(thing) or comparable_bounds(scene, thing)


def existence(scene: Scene, rng: np.random.Generator) -> Iterator[Fact | Decline]:
    """Yield the candidates of FRAMES frames, then those of sizes."""
    measured = Measured(scene)
    for candidate in related(scene, "existence", (POSITIONS, SIZES), (FRAMES, GROUPS, SIZED), rng):
        yield decide(candidate, measured)


def measure(scene: Scene, candidate: Candidate) -> Fact | Decline:
    """Measure a given candidate."""
    return decide(candidate, Measured(scene))


def decide(candidate: Candidate, measured: Measured) -> Fact | Decline:
    answers = answers_of(candidate, measured)
    if isinstance(answers, str):
        return Decline(candidate, answers)
    if True in answers:
        return Fact(candidate, "choice", (), (), "yes", ANSWERS)
    undecided = [answer for answer in answers if isinstance(answer, str)]
    return Decline(candidate, undecided[0]) if undecided else Fact(candidate, "choice", (), (), "no", ANSWERS)


def answers_of(candidate: Candidate, measured: Measured) -> list[bool | str] | str:
    """Return the answer for each object of the kind that the frames show, or why they are not known."""
    scene, (exemplar, anchor) = measured.scene, candidate.objects
    if not in_view(anchor, candidate.frames, measured.spans):
        return ANCHOR_UNSEEN
    found = of_kind(scene, scene.object(exemplar).category, candidate.frames, measured.spans)
    return found if isinstance(found, str) else [measured.answer(candidate, thing.id) for thing in found]


def related(
    scene: Scene,
    task: str,
    aspects: tuple[tuple[str, ...], tuple[str, ...]],
    counts: tuple[int, int, int],
    rng: np.random.Generator,
) -> Iterator[Candidate]:
    """Yield candidates of a kind and an object of another kind.

    Args:
        aspects: those of position, asked in one frame, and those of size, asked of all frames that are sent.
        counts: how many frames, pairs a frame, and pairs of sizes are drawn.
    """
    frames, groups, sized = counts
    named = [thing for thing in scene.objects if thing.category is not None]
    pairs = [
        (kind.id, thing.id)
        for kind in exemplars(scene)
        for thing in named
        if not similar(str(kind.category), str(thing.category))
    ]
    for frame in spread_frames(scene, frames):
        there = set(shown(scene, frame))
        seen = [pair for pair in pairs if pair[1] in there]
        for i in rng.permutation(len(seen))[:groups]:
            yield from (Candidate(task, aspect, seen[i], (frame,)) for aspect in aspects[0])
    clip = spread_frames(scene, MOST_FRAMES)
    for i in rng.permutation(len(pairs))[:sized]:
        yield from (Candidate(task, aspect, pairs[i], clip) for aspect in aspects[1])
