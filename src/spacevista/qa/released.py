"""Questions in the released JSON form (items.py), and back.

What the form has no field for is added: the colour and object of a mark under keys of their own, the rest of a row in
the metadata. Masks are PNG files in masks/ beside the JSON file, never pickled arrays.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Literal

import msgspec
import numpy as np
from PIL import Image

from spacevista.errors import DatasetError
from spacevista.geometry.arrays import BoolArray
from spacevista.qa.check import MAX_MARKS, check_question, frame_sizes, inside, picture_size
from spacevista.qa.items import VIDEO, Annotations, InputType, Item, MaskFile, Message, PointOrBox, read_items, reply_of
from spacevista.qa.masks import MAX_PIXELS, decode_mask, encode_mask
from spacevista.qa.record import Color, Form, Mark, PromptType, Question, ScaleName, Split, TaskName

INPUT_TYPES: dict[PromptType, InputType] = {
    "none": "image_text",
    "point": "image_point_text",
    "box": "image_bbox_text",
    "mask": "image_mask_text",
}


class Metadata(msgspec.Struct, frozen=True):
    """What a row holds beside its messages, frames and marks."""

    scene_source: str
    original_id: str
    coordinate_order: Literal["xy"]
    fact_id: str
    scene_id: str
    split: Split
    task: TaskName
    scale: ScaleName
    form: Form
    prompt_type: PromptType
    options: list[str]
    value: list[float]
    unit: str
    margin: float
    error: float
    seed: int
    version: str
    licence: str


def write_released(path: Path, questions: Iterable[Question]) -> None:
    """Write questions as JSON to `path`, their masks to masks/ beside it (a mask used twice is one file).

    One question is in memory at a time.
    """
    between = b"[\n "
    with path.open("wb") as file:
        for question in questions:
            for mark in question.marks:
                if mark.kind == "mask":
                    _write_mask(path.parent / _mask_path(mark), mark)
            item = msgspec.json.format(msgspec.json.encode(item_of(question)), indent=1)
            file.write(between + item.replace(b"\n", b"\n "))  # within texts a line end is written as \\n
            between = b",\n "
        file.write(b"[]" if between.startswith(b"[") else b"\n]")


def read_released(path: Path) -> list[Question]:
    """Read questions that `write_released` wrote.

    Raises:
        DatasetError: not JSON of this form, or a row that is not one of our questions; names the file and the row.
    """
    size_of = frame_sizes(path.parent)
    questions = []
    for number, item in enumerate(read_items(path)):
        try:
            question = question_of(item, path.parent)
            check_question(question, size_of)
        except (msgspec.ValidationError, DatasetError) as error:
            raise DatasetError(f"{path}, row {number}: {error}") from error
        questions.append(question)
    return questions


def item_of(question: Question) -> Item:
    """Return a question in the released form; its masks are files that `write_released` writes."""
    row: dict[str, Any] = msgspec.to_builtins(question)
    extra = {"scene_source": question.source, "original_id": question.id, "coordinate_order": "xy"}
    source = re.sub(r"[^A-Za-z0-9.]+", "-", question.source).strip("-")
    return Item(
        id=f"{source}__{question.id}",
        input_type=INPUT_TYPES[question.prompt_type],
        messages=[
            Message("user", VIDEO + question.question),
            Message("assistant", f"<think>{question.rationale}</think><answer>{question.answer}</answer>"),
        ],
        videos=[question.frames],
        annotations=_annotations(question),
        metadata={k: v for k, v in (row | extra).items() if k in Metadata.__struct_fields__},
    )


def question_of(item: Item, root: Path) -> Question:
    """Return the question of an item whose paths are relative to `root`; not yet checked against its frames."""
    prompt, rationale, answer = reply_of(item)
    meta = msgspec.convert(item.metadata, Metadata)
    if item.input_type != INPUT_TYPES[meta.prompt_type]:
        raise DatasetError(f"expected input type {INPUT_TYPES[meta.prompt_type]}, got {item.input_type[:40]!r}")
    shared = {k: getattr(meta, k) for k in Metadata.__struct_fields__ if k in Question.__struct_fields__}
    return Question(
        id=meta.original_id,
        source=meta.scene_source,
        question=prompt,
        answer=answer,
        rationale=rationale,
        frames=item.videos[0],
        marks=_marks(item, root),
        **shared,
    )


def _annotations(question: Question) -> Annotations:
    marks = question.marks
    if question.prompt_type == "mask":
        files = [MaskFile(question.frames[m.frame_index], _mask_path(m), [m.object_id], m.color) for m in marks]
        return Annotations(masks=files)
    placed = [PointOrBox(m.coords, m.frame_index, m.color, m.object_id) for m in marks]
    if question.prompt_type == "point":
        return Annotations(points=placed)
    return Annotations(bboxes=placed) if placed else Annotations()


def _marks(item: Item, root: Path) -> list[Mark]:
    """Return the marks of an item; they are counted before any mask is decoded."""
    notes = item.annotations
    count = sum(len(some or ()) for some in (notes.points, notes.bboxes, notes.masks))
    if count > MAX_MARKS:
        raise DatasetError(f"expected at most {MAX_MARKS} marks, got {count}")
    points = [_placed("point", note) for note in notes.points or ()]
    boxes = [_placed("box", note) for note in notes.bboxes or ()]
    return points + boxes + [_mask_mark(note, item.videos[0], root) for note in notes.masks or ()]


def _placed(kind: Literal["point", "box"], note: PointOrBox) -> Mark:
    return Mark(kind, note.image_index, note.coords, "", msgspec.convert(note.color, Color), note.object_id)


def _mask_mark(note: MaskFile, frames: Sequence[str], root: Path) -> Mark:
    if note.image_path not in frames or len(note.object_ids) != 1:
        raise DatasetError(f"expected a mask of one object on one of the frames, got {note.image_path[:80]!r}")
    rle = encode_mask(_read_mask(root, note.mask_path))
    color = msgspec.convert(note.color, Color)
    return Mark("mask", frames.index(note.image_path), [], rle, color, note.object_ids[0])


def _mask_path(mark: Mark) -> str:
    return f"masks/{hashlib.sha256(mark.mask_rle.encode()).hexdigest()[:24]}.png"


def _write_mask(file: Path, mark: Mark) -> None:
    if not file.exists():
        file.parent.mkdir(exist_ok=True)
        Image.fromarray(decode_mask(mark.mask_rle)).save(file)


def _read_mask(root: Path, path: str) -> BoolArray:
    file = inside(root, path)
    width, height = picture_size(file)
    if width * height > MAX_PIXELS:
        raise DatasetError(f"{file}: expected a mask of at most {MAX_PIXELS} pixels, got {width} x {height}")
    try:
        with Image.open(file, formats=("PNG",)) as picture:
            return np.asarray(picture.convert("L")) > 0
    except (OSError, ValueError, SyntaxError) as error:
        raise DatasetError(f"{file}: expected a mask as PNG file, got {error}") from error
