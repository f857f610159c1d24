"""From the id of a question to its candidate, and from a candidate to what one annotated scene says about it.

Tasks draw which groups, frames and points they ask about; a question of the benchmark was drawn from another scene. So
nothing is looked up among a scene's own candidates: each candidate is measured by its task's measuring function.
Frame numbers are those of the world; a scene that dropped a frame counts its own differently.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace

from spacevista.errors import DatasetError
from spacevista.qa.patterns import SLOTS
from spacevista.scenes.record import Scene
from spacevista.tasks import (
    absolute_distance,
    appearance_order,
    area_estimation,
    depth_estimation,
    existence,
    object_counting,
    object_location,
    object_matching,
    object_size,
    position_comparison,
    relative_distance,
    room_size,
    rotation_estimation,
    spatial_relation,
    view_change,
)
from spacevista.tasks.facts import Candidate, Decline, Fact
from spacevista.tasks.pairs import gaps_by_pair
from spacevista.tasks.size_comparison import comparable_bounds, compare

_FACT = re.compile(r"([a-z_]+):([a-z_]+)(?::o([\d-]+))?(?::f([\d-]+))?(?::p([\d.e+-]+)-([\d.e+-]+))?")
MEASURES: Mapping[str, Callable[[Scene, Candidate], Fact | Decline]] = {
    "position_comparison": position_comparison.measure,
    "existence": existence.measure,
    "object_counting": object_counting.measure,
    "appearance_order": appearance_order.measure,
    "object_matching": object_matching.measure,
    "rotation_estimation": rotation_estimation.measure,
    "object_location": object_location.measure,
    "room_size": room_size.measure,
    "area_estimation": area_estimation.measure,
    "spatial_relation": spatial_relation.measure,
}
UNKNOWN = "no measurement for this kind of question"
NO_FRAME = "frame not in the annotated scene"
NO_OBJECT = "object not found in the annotated scene"


def candidate_of(question_id: str, scene_id: str) -> Candidate:
    """Return the candidate that a question's id spells out: "scene:task:aspect:o1-2:f3:p120.5-33.5:form:prompt type".

    Raises:
        DatasetError: it is not such an id, or not of this scene.
    """
    body, _, _ = question_id.removeprefix(f"{scene_id}:").rpartition(":")
    body, _, _ = body.rpartition(":")
    found = _FACT.fullmatch(body) if question_id.startswith(f"{scene_id}:") else None
    try:
        if found is None:
            raise ValueError
        task, aspect, objects, frames, x, y = found.groups()
        point = (float(x), float(y)) if x is not None else None
        return Candidate(task, aspect, _numbers(objects), _numbers(frames), point)
    except ValueError:
        raise DatasetError(
            f"question {question_id[:200]!r}: expected an id of scene {scene_id} with its task, aspect, objects, "
            "frames, form and prompt type"
        ) from None


def _numbers(text: str | None) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split("-")) if text else ()


def measured(scene: Scene, candidate: Candidate) -> Fact | Decline:
    """Measure one candidate, asked of a world, in one annotated scene of it; the fact keeps the world's numbers.

    Declines for the task's own reasons, and where the scene has no such object or frame.
    """
    numbers = {frame.name: number for number, frame in enumerate(scene.frames)}
    frames = tuple(numbers.get(f"{frame:06d}", -1) for frame in candidate.frames)
    if -1 in frames:
        return Decline(candidate, NO_FRAME)
    if not {thing.id for thing in scene.objects}.issuperset(candidate.objects):
        return Decline(candidate, NO_OBJECT)
    return replace(measured_candidate(scene, replace(candidate, frames=frames)), candidate=candidate)


def measured_candidate(scene: Scene, c: Candidate) -> Fact | Decline:
    """Measure one candidate whose frames count in `scene`, which has its objects; declines as its task does."""
    if (c.task, c.aspect) not in SLOTS:
        return Decline(c, UNKNOWN)
    if c.task in MEASURES:
        return MEASURES[c.task](scene, c)
    match c.task, c.objects, c.frames:
        case "object_size", (number,), ():
            return _of_aspect(c, list(object_size.measure(scene, scene.object(number))))
        case "size_comparison", (first, second), ():
            bounds = [comparable_bounds(scene, scene.object(number)) for number in (first, second)]
            return compare(c, *bounds)
        case "absolute_distance", (first, second), ():
            return absolute_distance.measure(scene, c, gaps_by_pair(scene).get((first, second)))
        case "relative_distance", (_, _, _, *_), ():
            return relative_distance.measure(c, gaps_by_pair(scene))
        case "depth_estimation", (_, *_), (_, *_):
            return _depth(scene, c)
        case "view_change", (), (first, second):
            return _of_aspect(c, list(view_change.measure(scene, first, second)))
    return Decline(c, UNKNOWN)


def _of_aspect(candidate: Candidate, items: list[Fact | Decline]) -> Fact | Decline:
    return next((item for item in items if item.candidate.aspect == candidate.aspect), Decline(candidate, UNKNOWN))


def _depth(scene: Scene, c: Candidate) -> Fact | Decline:
    match c.aspect:
        case "point_z" if c.point_px is not None:
            return depth_estimation.point_depth_at(scene, c.frames[0], c.objects[0], c.point_px)
        case "nearest_point":
            return depth_estimation.nearest_point(scene, c.frames[0], c.objects[0])
        case "which_nearest" if len(c.frames) in (1, len(c.objects)):
            own = c.frames * len(c.objects) if len(c.frames) == 1 else c.frames
            return depth_estimation.which_nearest(scene, c.objects, own, c.frames)
    return Decline(c, UNKNOWN)
