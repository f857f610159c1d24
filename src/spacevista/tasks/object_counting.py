"""Object counting: how many objects of a kind do the frames show, of all or of those with a relation to another object?

Aspects: `class`, all of the kind, in one frame, in a run of frames or in all that are sent, where one seen twice counts
once; `left`, `right`, `nearer`, `farther` than the named object as the camera of one frame sees them; `taller`,
`shorter` than it, over all frames (relations.py). Unit: none, a count. Forms: reg, mc, free. Objects of a candidate:
one of the kind (it says which kind), then the named object. Candidates: each kind in FRAMES frames, in RUNS runs drawn
by the scene's random numbers, and in all frames; pairs as in existence.py.
Declines: any object of the kind between hidden (under 4 pixels across in every frame) and clearly seen (32 in one),
something without a name or with a similar name in view, the named object not clearly seen, a relation not decided.
Source: SpaceVista and VSI-Bench, object counting.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from spacevista.scenes.record import Scene
from spacevista.tasks.existence import Measured, answers_of, related
from spacevista.tasks.facts import Candidate, Decline, Fact, Interval
from spacevista.tasks.kinds import exemplars, of_kind
from spacevista.tasks.visibility import MOST_FRAMES, spread_frames

POSITIONS = ("left", "right", "nearer", "farther")
SIZES = ("taller", "shorter")
FRAMES = 4
RUNS = 2
GROUPS = 5
SIZED = 10


def object_counting(scene: Scene, rng: np.random.Generator) -> Iterator[Fact | Decline]:
    """Yield the counts of every kind, then those with a relation."""
    measured = Measured(scene)
    for frames in drawn_frames(scene, rng):
        for thing in exemplars(scene):
            yield decide(Candidate("object_counting", "class", (thing.id,), frames), measured)
    for candidate in related(scene, "object_counting", (POSITIONS, SIZES), (FRAMES, GROUPS, SIZED), rng):
        yield decide(candidate, measured)


def measure(scene: Scene, candidate: Candidate) -> Fact | Decline:
    """Measure a given candidate."""
    return decide(candidate, Measured(scene))


def decide(candidate: Candidate, measured: Measured) -> Fact | Decline:
    scene = measured.scene
    if candidate.aspect == "class":
        kind = scene.object(candidate.objects[0]).category
        found = of_kind(scene, kind, candidate.frames, measured.spans)
        return Decline(candidate, found) if isinstance(found, str) else counted(candidate, len(found))
    answers = answers_of(candidate, measured)
    if isinstance(answers, str):
        return Decline(candidate, answers)
    undecided = [answer for answer in answers if isinstance(answer, str)]
    return Decline(candidate, undecided[0]) if undecided else counted(candidate, answers.count(True))


def counted(candidate: Candidate, count: int) -> Fact:
    return Fact(candidate, "count", (float(count),), (Interval(count, count),))


def drawn_frames(scene: Scene, rng: np.random.Generator) -> list[tuple[int, ...]]:
    """Return single frames, runs of neighbouring frames, and all frames that are sent."""
    every = spread_frames(scene, MOST_FRAMES)
    sets: list[tuple[int, ...]] = [(frame,) for frame in spread_frames(scene, FRAMES)]
    for _ in range(RUNS):
        start, end = sorted(int(i) for i in rng.integers(len(every), size=2))
        sets.append(every[start : end + 1])
    return list(dict.fromkeys([*sets, every]))
