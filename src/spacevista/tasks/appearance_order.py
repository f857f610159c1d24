"""Appearance order: in which order do objects first appear in a clip; which is the first, the last, the N-th?

Aspects: `order`, of all named objects; `first`, `last`, and of three or more `second`, of four `third`. Frame: the
clip's own sequence of frames, which may run backwards. Unit: none, a choice. Form: mc.
An object has appeared in the first frame that shows it clearly; at the earliest where it is FAINT_PX across, at the
latest where it is CLEAR_PX across. Candidates: CLIPS clips of 4 to 16 frames, start, length and direction drawn by the
scene's random numbers (cameras go one way, and what has a low id may be seen first); GROUPS groups each of two, three
and four objects that become clear in it, in drawn order, at most one of them there from the first frame on.
Declines: objects that appear in the same frame, or whose doubtful frames overlap; never clearly seen in the clip.
Source: VSI-Bench, appearance order; SpaceVista.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import permutations

import numpy as np

from spacevista.scenes.record import Scene
from spacevista.tasks.facts import Candidate, Decline, Fact, Interval
from spacevista.tasks.pairs import drawn_groups
from spacevista.tasks.visibility import CLEAR_PX, FAINT_PX, Spans, spans_of

CLIPS = 16
SHORTEST, LONGEST = 4, 16
GROUPS = 2
PLACES = {"first": 0, "second": 1, "third": 2, "last": -1}
UNSEEN = "not clearly seen in the clip"
TIED = "appearances in the same frame or in doubt"


def appearance_order(scene: Scene, rng: np.random.Generator) -> Iterator[Fact | Decline]:
    """Yield every aspect of the drawn groups of the drawn clips."""
    spans = spans_of(scene)
    for clip in drawn_clips(len(scene.frames), rng):
        for group in drawn_groups(newcomers(scene, clip, spans, rng), GROUPS, rng):
            for aspect in ("order", *asked_places(len(group))):
                yield decide(Candidate("appearance_order", aspect, group, clip), spans)


def measure(scene: Scene, candidate: Candidate) -> Fact | Decline:
    """Measure a given candidate, whose frames are a clip in the order in which it is shown."""
    return decide(candidate, spans_of(scene))


def decide(candidate: Candidate, spans: Spans) -> Fact | Decline:
    found = [appearance(number, candidate.frames, spans) for number in candidate.objects]
    intervals = tuple(interval for interval in found if interval is not None)
    if len(intervals) < len(found):
        return Decline(candidate, UNSEEN)
    order = sorted(range(len(intervals)), key=lambda k: intervals[k].low)
    ranks = range(len(order)) if candidate.aspect == "order" else [PLACES[candidate.aspect] % len(order)]
    gaps = [gap for rank in ranks for gap in gaps_beside(intervals, order, rank)]
    if min(gaps) <= 0:
        return Decline(candidate, TIED)
    margin = min(gaps) / len(candidate.frames)
    names = [str(number) for number in candidate.objects]
    if candidate.aspect == "order":
        options = tuple("-".join(chosen) for chosen in permutations(names))
        return Fact(candidate, "choice", (), intervals, "-".join(names[k] for k in order), options, margin)
    right = names[order[PLACES[candidate.aspect]]]
    return Fact(candidate, "choice", (), intervals, right, tuple(names), margin)


def newcomers(scene: Scene, clip: Sequence[int], spans: Spans, rng: np.random.Generator) -> list[int]:
    """Return the objects that appear in the course of a clip, and one, drawn, of those that are there at its start."""
    found = {thing.id: appearance(thing.id, clip, spans) for thing in scene.objects}
    at_start = [number for number, interval in found.items() if interval is not None and interval.low == 0]
    later = [number for number, interval in found.items() if interval is not None and interval.low > 0]
    chance = float(rng.random())
    return later + at_start[int(chance * len(at_start)) :][:1]


def asked_places(count: int) -> tuple[str, ...]:
    """Return the places that are asked about among so many objects."""
    return ("first", "last") if count < 3 else ("first", "second", "last") if count == 3 else tuple(PLACES)


def gaps_beside(intervals: Sequence[Interval], order: Sequence[int], rank: int) -> list[float]:
    """Return by how many frames the object of a rank surely comes after all before it, and before all after it."""
    own = intervals[order[rank]]
    earlier = [own.low - intervals[k].high for k in order[:rank]]
    return earlier + [intervals[k].low - own.high for k in order[rank + 1 :]]


def appearance(number: int, clip: Sequence[int], spans: Spans) -> Interval | None:
    """Return where in the clip an object appears, at the earliest and at the latest; None if never for certain."""
    at = [spans(frame, number) for frame in clip]
    clear = next((place for place, span in enumerate(at) if span.low >= CLEAR_PX), None)
    if clear is None:
        return None
    return Interval(next(place for place, span in enumerate(at) if span.high >= FAINT_PX), clear)


def drawn_clips(count: int, rng: np.random.Generator) -> list[tuple[int, ...]]:
    """Return clips of neighbouring frames, forwards or backwards."""
    clips = []
    for _ in range(CLIPS if count >= SHORTEST else 0):
        length = int(rng.integers(SHORTEST, min(LONGEST, count) + 1))
        start = int(rng.integers(count - length + 1))
        clip = tuple(range(start, start + length))
        clips.append(clip[::-1] if rng.random() < 0.5 else clip)
    return list(dict.fromkeys(clips))
