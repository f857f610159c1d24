"""The truth of relations: by the middles of boxes along a camera's axes, by gravity, by distance, by size.

Frame: the camera of the candidate's first frame; heights: world, z up. Boxes are those of the full meshes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from spacevista.geometry.arrays import FloatArray
from spacevista.sim.truth_sightings import bodies_in_view

if TYPE_CHECKING:
    from spacevista.sim.truth import Truth

POSITIONS = ("left", "right", "above", "below", "nearer", "farther")
RELATIONS = (*POSITIONS, "taller", "shorter", "wider", "narrower")
REVERSED = {"right": "left", "below": "above", "farther": "nearer", "shorter": "taller", "narrower": "wider"}
TIE = 1e-3  # of the two extents together, or of the larger of two distances or sizes


def which(truth: Truth, aspect: str, objects: tuple[int, ...], frames: tuple[int, ...]) -> str | None:
    """Return the id of the one of two objects that is further left (right, above, ...); None for a tie."""
    holds = related(truth, aspect, objects[0], objects[1], frames[0])
    return None if holds is None else str(objects[0 if holds else 1])


def exists(truth: Truth, aspect: str, objects: tuple[int, ...], frames: tuple[int, ...]) -> str | None:
    """Return "yes" if an object of the first one's kind in view has the relation to the second, else "no"."""
    answers = answers_of_kind(truth, aspect, objects, frames)
    if True in answers:
        return "yes"
    return None if None in answers else "no"


def count_related(truth: Truth, aspect: str, objects: tuple[int, ...], frames: tuple[int, ...]) -> float | None:
    """Return how many objects of the first one's kind in view have the relation to the second; None with a tie."""
    answers = answers_of_kind(truth, aspect, objects, frames)
    return None if None in answers else float(answers.count(True))


def answers_of_kind(truth: Truth, aspect: str, objects: tuple[int, ...], frames: tuple[int, ...]) -> list[bool | None]:
    exemplar, anchor = objects
    there = bodies_in_view(truth, truth.body(exemplar).category, frames)
    return [related(truth, aspect, number, anchor, frames[0]) for number in there if number != anchor]


def related(truth: Truth, aspect: str, first: int, second: int, frame: int) -> bool | None:
    """Tell whether a relation of the first to the second object holds; None for a tie."""
    if aspect in REVERSED:
        return related(truth, REVERSED[aspect], second, first, frame)
    if aspect in ("taller", "wider"):
        one, other = (truth.sizes(i).height_m if aspect == "taller" else truth.sizes(i).length_m
                      for i in (first, second))  # fmt: skip
        return None if abs(one - other) <= TIE * max(one, other) else one > other
    boxes = [camera_box(truth, frame, i) for i in (first, second)]
    if aspect == "nearer":
        one, other = (float(np.linalg.norm(box.mean(axis=0))) for box in boxes)
        return None if abs(one - other) <= TIE * max(one, other) else one < other
    if aspect == "left":
        spans = [box[:, 0] for box in boxes]
    else:
        heights = [truth.body(i).mesh.vertices_m[:, 2] for i in (first, second)]
        spans = [-np.array([z.min(), z.max()]) for z in heights]
    apart = float(spans[0].mean() - spans[1].mean())
    return None if abs(apart) <= TIE * float(sum(np.ptp(span) for span in spans)) else apart < 0


def camera_box(truth: Truth, frame: int, object_id: int) -> FloatArray:
    """Return the lowest and highest corner (2, 3) of an object along the axes of a camera, from its place, metres."""
    pose = truth.world.path[frame]
    local = (truth.body(object_id).mesh.vertices_m - pose.translation_m) @ pose.rotation
    return np.stack([local.min(axis=0), local.max(axis=0)])
