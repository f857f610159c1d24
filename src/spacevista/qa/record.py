"""The row of a data set: one question for a fact, a form and a prompt type.

Pixels are of the full-size frame, [x, y], pixel centres at +0.5, boxes half-open [x1, y1, x2, y2).
"""

from __future__ import annotations

from typing import Literal, get_args

import msgspec

Split = Literal["train", "val", "test"]
Form = Literal["mc", "reg", "free"]
PromptType = Literal["none", "point", "box", "mask"]
MarkKind = Literal["point", "box", "mask"]
Color = Literal["red", "blue", "green", "yellow"]
UnitPolicy = Literal["native", "free"]
TaskName = Literal[
    "object_size",
    "size_comparison",
    "absolute_distance",
    "relative_distance",
    "depth_estimation",
    "view_change",
    "position_comparison",
    "existence",
    "object_counting",
    "appearance_order",
    "object_matching",
    "rotation_estimation",
    "object_location",
    "route_planning",
    "navigation",
    "manipulation_planning",
    "destination_location",
    "obstacles_location",
    "room_size",
    "area_estimation",
    "spatial_relation",
]
ScaleName = Literal["tiny_tabletop", "tabletop", "indoor", "outdoor", "drone"]

COLORS: tuple[Color, ...] = get_args(Color)  # in order of mention
MARK_KINDS: tuple[MarkKind, ...] = get_args(MarkKind)
QA_VERSION = 5  # raise it when wording, options, marks or the choice of the same facts come out differently


class Mark(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where a frame points at an object.

    Attributes:
        frame_index: counts from 0 in the question's `frames`.
        coords: [x, y] of a point, [x1, y1, x2, y2) of a box, empty for a mask.
        mask_rle: the mask as COCO run lengths, JSON text {"size": [height, width], "counts": ...}; else empty.
    """

    kind: MarkKind
    frame_index: int
    coords: list[float]
    mask_rle: str
    color: Color
    object_id: int


class Question(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One question with its answer and where both come from.

    Attributes:
        id: `fact_id` with form and prompt type; `fact_id` spells out scene, task, aspect, objects, frames and point.
        question: all that the user says after the frames: the question, the options, the form of the answer.
        answer: the letter of the right option (mc), a number or numbers (reg), a sentence (free).
        value: the numbers of the answer before rounding, in `unit`; of a motion right, up, forward in `unit`, then yaw
            and pitch in degrees; empty for a choice (`unit` is then "").
        frames: paths below the data set's folder, in the order in which they are sent.
        rationale: reasoning that leads to the answer, "" if there is none.
        margin: by how much a choice is decided, relative.
        error: half-width of the value's interval, relative; of a motion, of its path (or in radians, if that is more).
        version: of the task's computation and of the wording, "1.1".
    """

    id: str
    fact_id: str
    scene_id: str
    split: Split
    task: TaskName
    scale: ScaleName
    form: Form
    prompt_type: PromptType
    question: str
    options: list[str]
    answer: str
    value: list[float]
    unit: str
    frames: list[str]
    marks: list[Mark]
    rationale: str
    margin: float
    error: float
    seed: int
    version: str
    source: str
    licence: str
