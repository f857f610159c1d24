"""Position comparison: which of two objects is further left, right, above, below, nearer, farther?

Frame: the camera of the reference frame. One frame: both objects are seen in it. Two frames: each object is seen in its
own, and the first object's is the reference. Truth: the middles of the objects' boxes along the camera's axes; heights
along gravity; straight-line distances from the camera. Unit: none, a choice. Forms: mc, free.
Candidates: PAIRS pairs in each of FRAMES frames and ACROSS pairs in two frames, drawn with their order and with the
word of each axis (left or right) by the scene's random numbers.
Declines: too few points, points that are no numbers, unseen sides, an object not wholly in front of the camera or
around it, and readings that disagree: in columns of the picture and in metres, both ends and the middle, and, for
heights, up in the picture and up against gravity must all say the same, with the middles a quarter of both extents
apart; distances must agree for nearest, middle and farthest points, the middles 10 % apart.
Source: SpaceVista, position comparison, within a frame and across frames.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations

import numpy as np

from spacevista.scenes.record import Scene
from spacevista.tasks.facts import Candidate, Decline, Fact
from spacevista.tasks.pairs import in_drawn_order
from spacevista.tasks.placement import Placements, placements
from spacevista.tasks.relations import OPPOSITE, UNDECIDED, position_margin
from spacevista.tasks.visibility import FAINT_PX, shown, spans_px, spread_frames

AXES = (("left", "right"), ("above", "below"), ("nearer", "farther"))
FRAMES = 6
PAIRS = 10
ACROSS = 20


def position_comparison(scene: Scene, rng: np.random.Generator) -> Iterator[Fact | Decline]:
    """Yield the three axes of every drawn pair."""
    places = placements(scene)
    for pair, frames in (*drawn_pairs(scene, rng), *drawn_across(scene, rng)):
        for words in AXES:
            word = words[int(rng.integers(2))]
            yield decide(Candidate("position_comparison", word, pair, frames), places)


def measure(scene: Scene, candidate: Candidate) -> Fact | Decline:
    """Measure a given candidate."""
    return decide(candidate, placements(scene))


def decide(candidate: Candidate, places: Placements) -> Fact | Decline:
    one, other = (places(candidate.frames[0], number) for number in candidate.objects)
    if isinstance(one, str):
        return Decline(candidate, one)
    if isinstance(other, str):
        return Decline(candidate, other)
    options = tuple(str(number) for number in candidate.objects)
    for winner, word in enumerate((candidate.aspect, OPPOSITE[candidate.aspect])):
        margin = position_margin(word, one, other)
        if margin is not None:
            return Fact(candidate, "choice", (), (), options[winner], options, margin)
    return Decline(candidate, UNDECIDED)


def drawn_pairs(scene: Scene, rng: np.random.Generator) -> Iterator[tuple[tuple[int, int], tuple[int, ...]]]:
    """Yield pairs that one frame shows, in drawn order, with the frame."""
    for frame in spread_frames(scene, FRAMES):
        for pair in drawn(list(combinations(shown(scene, frame), 2)), PAIRS, rng):
            yield in_drawn_order(pair, rng), (frame,)


def drawn_across(scene: Scene, rng: np.random.Generator) -> Iterator[tuple[tuple[int, int], tuple[int, ...]]]:
    """Yield pairs of objects, each with a frame of its own that shows it."""
    frames = {thing.id: [f for f, span in spans_px(thing).items() if span >= FAINT_PX] for thing in scene.objects}
    seen = [number for number, own in frames.items() if own]
    for first, second in drawn(list(combinations(seen, 2)), ACROSS, rng):
        pair = in_drawn_order((first, second), rng)
        own = tuple(int(rng.choice(frames[number])) for number in pair)
        if own[0] != own[1]:
            yield pair, own


def drawn(pairs: Sequence[tuple[int, int]], most: int, rng: np.random.Generator) -> list[tuple[int, int]]:
    """Return up to `most` of the pairs, at random."""
    return [pairs[i] for i in rng.permutation(len(pairs))[:most]]
