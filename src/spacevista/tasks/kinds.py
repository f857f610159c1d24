"""The objects that go by one name, and which of them the frames show.

A kind is named by one of its objects, the exemplar. It cannot be asked about where something in view has no name, or
goes by a name that only ends the same ("box" beside "tissue box"): people would not agree whether it counts.
"""

from __future__ import annotations

from collections.abc import Sequence

from spacevista.scenes.record import Scene, SceneObject
from spacevista.tasks.visibility import Spans, in_view

UNNAMED = "something in view has no name"
SIMILAR = "another kind in view goes by a similar name"
IN_DOUBT = "an object between hidden and clearly seen"


def exemplars(scene: Scene) -> list[SceneObject]:
    """Return the first object of each kind that has a name."""
    first: dict[str, SceneObject] = {}
    for thing in scene.objects:
        if thing.category is not None:
            first.setdefault(thing.category, thing)
    return list(first.values())


def of_kind(scene: Scene, kind: str | None, frames: Sequence[int], spans: Spans) -> list[SceneObject] | str:
    """Return the objects of a kind that the frames show, or why that is not known."""
    if kind is None:
        return UNNAMED
    found = []
    for thing in scene.objects:
        seen = in_view(thing.id, frames, spans)
        if seen is False:
            continue
        if thing.category is None:
            return UNNAMED
        if thing.category != kind:
            if similar(thing.category, kind):
                return SIMILAR
            continue
        if seen is None:
            return IN_DOUBT
        found.append(thing)
    return found


def similar(first: str, second: str) -> bool:
    """Tell whether one of two names ends with the other: a "tissue box" is a box to some."""
    one, other = f" {first}".lower(), f" {second}".lower()
    return one.endswith(other) or other.endswith(one)
