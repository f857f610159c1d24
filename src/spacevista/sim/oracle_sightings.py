"""What the frames plainly show, as an oracle with the true pictures knows it: kinds, appearances, matches."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from spacevista.sim.truth_rotation import clip
from spacevista.sim.truth_sightings import PLACES

if TYPE_CHECKING:
    from spacevista.sim.oracle import Oracle

PLAIN_PX, FAINT_PX, HIDDEN_PX = 32.0, 10.0, 4.0
ALIKE_DEG = 5.0


def decides_order(oracle: Oracle, aspect: str, objects: tuple[int, ...], frames: tuple[int, ...]) -> bool:
    """Tell whether the frames asked about come before and after all others, wherever in doubt they lie."""
    spans = [[oracle.truth.views.span_px(frame, i) for frame in frames] for i in objects]
    sights = []
    for at in spans:
        plain = [place for place, span in enumerate(at) if span >= PLAIN_PX]
        if not plain:
            return False
        sights.append((min(place for place, span in enumerate(at) if span >= FAINT_PX), plain[0]))
    sights.sort()
    if aspect == "order":
        return all(one[1] < other[0] for one, other in pairwise(sights))
    place = PLACES[aspect] % len(sights)
    earliest, latest = sights[place]
    return all(s[1] < earliest for s in sights[:place]) and all(latest < s[0] for s in sights[place + 1 :])


def decides_match(oracle: Oracle, aspect: str, objects: tuple[int, ...], frames: tuple[int, ...]) -> bool:
    """Tell whether every marked object is plain in its frame, and the two views of the first differ."""
    if any(oracle.truth.views.span_px(frame, i) < PLAIN_PX for frame, i in zip(frames, objects, strict=True)):
        return False
    middle = oracle.truth.middle_m(objects[0])
    ways = [oracle.world.path[frame].translation_m - middle for frame in frames[:2]]
    cosine = float(ways[0] @ ways[1]) / float(np.prod([np.linalg.norm(way) for way in ways]))
    return math.degrees(math.acos(min(max(cosine, -1.0), 1.0))) > ALIKE_DEG


def kind_in_view(oracle: Oracle, exemplar: int, frames: Sequence[int]) -> list[int] | None:
    """Return the objects of a kind in view; None where one is in doubt, or a similar name is in view."""
    kind, found = oracle.truth.body(exemplar).category, []
    for body in oracle.world.objects:
        largest = max(oracle.truth.views.span_px(frame, body.id) for frame in frames)
        if largest < HIDDEN_PX:
            continue
        if body.category == kind:
            if largest < PLAIN_PX:
                return None
            found.append(body.id)
        elif body.category.endswith(f" {kind}") or kind.endswith(f" {body.category}"):
            return None
    return found


def each_in_its_frame(oracle: Oracle, aspect: str, objects: tuple[int, ...], frames: tuple[int, ...]) -> bool:
    """Tell whether each object has a pixel in its own frame, or all in the only one."""
    own = frames * len(objects) if len(frames) == 1 else frames
    return all(oracle.pixels(frame, i) > 0 for frame, i in zip(own, objects, strict=True))


def all_shown(oracle: Oracle, aspect: str, objects: tuple[int, ...], frames: tuple[int, ...]) -> bool:
    """Tell whether each object has a pixel in some of the frames."""
    return all(any(oracle.pixels(frame, i) > 0 for frame in frames) for i in objects)


def anchor_shown(oracle: Oracle, aspect: str, objects: tuple[int, ...], frames: tuple[int, ...]) -> bool:
    """Tell whether the named object has a pixel in some of the frames; there is none where a kind alone is asked."""
    return all_shown(oracle, aspect, objects[1:], frames)


def shown_in_clip(oracle: Oracle, aspect: str, objects: tuple[int, ...], frames: tuple[int, ...]) -> bool:
    """Tell whether the object, if there is one, has a pixel in some frame of the clip."""
    return all_shown(oracle, aspect, objects, tuple(clip(frames)))
