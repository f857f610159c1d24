"""How a question refers to its objects: by name or by a mark, with colours in order of mention.

With more objects than colours, those that can be named stay without a mark.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from spacevista.qa.naming import Sightings, mark_object, sightings_of
from spacevista.qa.record import COLORS, Mark, MarkKind, PromptType
from spacevista.qa.wording import Reference, named, pointed, spot
from spacevista.scenes.record import Scene
from spacevista.tasks.facts import Candidate
from spacevista.tasks.rotation_estimation import clip_between

MOST_FRAMES = 32  # as many as the source's model is sent
# Clips that are sent in the order in which they are asked about, which may be backwards.
AS_SHOWN: Mapping[str, Callable[[tuple[int, ...]], tuple[int, ...]]] = {
    "view_change": tuple,
    "appearance_order": tuple,
    "rotation_estimation": clip_between,
}
WITH_OWN_FRAMES = ("depth_estimation", "position_comparison", "object_matching")


@dataclass(frozen=True, eq=False)
class Stage:
    """A scene and what its frames show, counted once."""

    scene: Scene
    sightings: Sightings

    @staticmethod
    def of(scene: Scene) -> Stage:
        return Stage(scene, sightings_of(scene))


@dataclass(frozen=True)
class Cast:
    """References to a candidate's objects, in its order, and the marks they need, in order of mention."""

    references: tuple[Reference, ...]
    marks: tuple[Mark, ...]


def sent_frames(candidate: Candidate, sightings: Sightings) -> tuple[int, ...]:
    """Return the frames that go with a question, in order.

    Those the candidate is about; else all of the scene, thinned evenly to 32, with the best view of each object kept.
    """
    if candidate.task in AS_SHOWN:
        return AS_SHOWN[candidate.task](candidate.frames)
    if candidate.frames:
        return tuple(sorted(set(candidate.frames)))
    every = range(len(sightings.pixels))
    if len(every) <= MOST_FRAMES:
        return tuple(every)
    best = {f for o in candidate.objects if (f := sightings.best_frame(o, every)) is not None}
    spread = np.linspace(0, len(every) - 1, MOST_FRAMES - len(best)).round().astype(int).tolist()
    return tuple(sorted(best | set(spread)))


def own_frames(candidate: Candidate) -> bool:
    """Tell whether each object of a candidate has a frame of its own, in which it is meant."""
    each = len(candidate.frames) > 1 and len(candidate.frames) == len(candidate.objects)
    return each and candidate.task in WITH_OWN_FRAMES


def cast_of(
    candidate: Candidate, mentioned: Sequence[int], prompt_type: PromptType, stage: Stage, rng: np.random.Generator
) -> Cast | None:
    """Refer to the objects of a candidate; None if one can be neither named nor pointed at as asked.

    `mentioned` holds the places of the objects in `candidate.objects`, in the order in which the sentence has them.
    """
    frames = sent_frames(candidate, stage.sightings)
    names = [stage.sightings.name(o, frames) for o in candidate.objects]
    homes = [_home(candidate, place, frames, stage.sightings) for place in range(len(candidate.objects))]
    to_mark = _marked_places(mentioned, names, prompt_type)
    if to_mark is None:
        return None
    references: dict[int, Reference] = {}
    marks: list[Mark] = []
    for place in mentioned:
        home, name = homes[place], names[place]
        if home is None:
            return None
        where = f"in picture {frames.index(home) + 1}" if own_frames(candidate) and len(frames) > 1 else ""
        if place not in to_mark and name is not None:
            references[place] = named(name, where)
        elif prompt_type != "none":
            marks.append(_mark(candidate, place, home, frames.index(home), prompt_type, len(marks), stage.scene))
            references[place] = _reference_to(marks[-1], candidate, where, rng)
    return Cast(tuple(references[place] for place in range(len(candidate.objects))), tuple(marks))


def _marked_places(mentioned: Sequence[int], names: Sequence[str | None], prompt_type: PromptType) -> list[int] | None:
    """Return which places get a mark: none, all, or as many as there are colours; None if that does not work out."""
    if prompt_type == "none":
        return None if None in names else []
    spare = max(0, len(mentioned) - len(COLORS))
    unmarked = [place for place in mentioned if names[place] is not None][:spare]
    return None if len(unmarked) < spare else [place for place in mentioned if place not in unmarked]


def _home(candidate: Candidate, place: int, frames: Sequence[int], sightings: Sightings) -> int | None:
    """Return the frame on which an object is pointed at: its own in the candidate, else the one that shows it best."""
    if own_frames(candidate):
        frames = (candidate.frames[place],)
    return sightings.best_frame(candidate.objects[place], frames)


def _mark(
    candidate: Candidate, place: int, home: int, sent_index: int, kind: MarkKind, color_index: int, scene: Scene
) -> Mark:
    object_id, color = candidate.objects[place], COLORS[color_index]
    if candidate.point_px is not None:
        return Mark("point", sent_index, list(candidate.point_px), "", color, object_id)
    return mark_object(scene.frames[home], sent_index, object_id, kind, color)


def _reference_to(mark: Mark, candidate: Candidate, where: str, rng: np.random.Generator) -> Reference:
    if candidate.point_px is not None:
        return spot(mark.color, rng)
    return pointed(mark.kind, mark.color, rng, where)
