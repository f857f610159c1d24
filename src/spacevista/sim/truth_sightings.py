"""The truth of what frames show: how many of a kind, in which order objects appear, which marks mean one object.

An object counts as seen in a frame from SEEN_PX across on, the geometric middle of what the tasks hold to be in doubt
(10 to 32 pixels): so a label that rests on plain sight is not called wrong for a pixel more or less.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from spacevista.sim.truth import Truth

SEEN_PX = 18.0
PLACES = {"first": 0, "second": 1, "third": 2, "last": -1}


def bodies_in_view(truth: Truth, category: str, frames: Sequence[int]) -> list[int]:
    """Return the ids of the objects of a category that any of the frames shows."""
    alike = [body.id for body in truth.world.objects if body.category == category]
    return [i for i in alike if any(truth.views.span_px(frame, i) >= SEEN_PX for frame in frames)]


def count(truth: Truth, aspect: str, objects: tuple[int, ...], frames: tuple[int, ...]) -> float:
    """Return how many objects of the first one's kind the frames show; one in several frames counts once."""
    return float(len(bodies_in_view(truth, truth.body(objects[0]).category, frames)))


def order(truth: Truth, aspect: str, objects: tuple[int, ...], frames: tuple[int, ...]) -> str | None:
    """Return the ids in the order of their first frames in the clip, "3-1-2"; None where two share one."""
    ranked = _ranked(truth, objects, frames)
    return None if ranked is None else "-".join(map(str, ranked))


def nth(truth: Truth, aspect: str, objects: tuple[int, ...], frames: tuple[int, ...]) -> str | None:
    """Return the id of the object that appears first (second, third, last); None where another shares its frame."""
    firsts = [_first(truth, i, frames) for i in objects]
    known = [first for first in firsts if first is not None]
    if len(known) < len(objects):
        return None
    wanted = sorted(known)[PLACES[aspect]]
    return str(objects[firsts.index(wanted)]) if known.count(wanted) == 1 else None


def same(truth: Truth, aspect: str, objects: tuple[int, ...], frames: tuple[int, ...]) -> str:
    """Return "yes" if both marked objects are one, else "no"."""
    return "yes" if objects[0] == objects[1] else "no"


def which(truth: Truth, aspect: str, objects: tuple[int, ...], frames: tuple[int, ...]) -> str | None:
    """Return the place, counted from 1, of the object marked first among the others; None unless it is there once."""
    target, *others = objects
    return str(others.index(target) + 1) if others.count(target) == 1 else None


def _ranked(truth: Truth, objects: tuple[int, ...], frames: tuple[int, ...]) -> list[int] | None:
    firsts = {i: _first(truth, i, frames) for i in objects}
    known = {i: first for i, first in firsts.items() if first is not None}
    if len(set(known.values())) < len(objects):
        return None
    return sorted(known, key=lambda i: known[i])


def _first(truth: Truth, object_id: int, frames: tuple[int, ...]) -> int | None:
    seen = (place for place, frame in enumerate(frames) if truth.views.span_px(frame, object_id) >= SEEN_PX)
    return next(seen, None)
