"""Items of the released JSON form, ours or anybody's: one list of messages, frames, annotations and metadata.

Files disagree on whether a point is [x, y] or [y, x]; so the order must be stated, by the metadata
("coordinate_order": "xy", as we write it) or by the caller, and every point is held against its frame where that is at
hand. Items come out as [x, y]. A mask that is a pickled array is refused: loading one runs whatever the file says.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Literal

import msgspec

from spacevista.errors import DatasetError
from spacevista.geometry.cameras import MAX_SIDE_PX
from spacevista.qa.check import MAX_FRAMES, FrameSize, check_box, check_point, check_relative, frame_sizes

VIDEO = "<video>\n"
MAX_JSON_BYTES = 1 << 31
MAX_NOTES = 1_024  # points, boxes or masks of one item, and boxes that may show one object
_REPLY = re.compile(r"\s*<think>(.*)</think>\s*<answer>(.*)</answer>\s*", re.DOTALL)

CoordinateOrder = Literal["xy", "yx"]
InputType = Literal["image_text", "image_point_text", "image_bbox_text", "image_mask_text", "image_point_bbox_text"]


class Message(msgspec.Struct, frozen=True):
    """One turn."""

    role: Literal["user", "assistant"]
    content: str


class PointOrBox(msgspec.Struct, frozen=True):
    """A point [x, y] or a box [x1, y1, x2, y2) on the frame at `image_index`; `object_id` -1: not said."""

    coords: list[float]
    image_index: int
    color: str | None = None
    object_id: int = -1


class MaskFile(msgspec.Struct, frozen=True):
    """A mask on the frame at `image_path`, in a PNG file; both relative to the data set's folder."""

    image_path: str
    mask_path: str
    object_ids: list[int]
    color: str | None = None


class DualBoxes(msgspec.Struct, frozen=True):
    """A box [x1, y1, x2, y2) in one picture and several in another that may show the same object.

    A picture is named by its path, or as the file's writer counts them; boxes are held against the frames that are
    there, others against the largest picture that we read.
    """

    source_image: str
    source_bbox: tuple[float, float, float, float]
    target_image: str
    target_bboxes: list[tuple[float, float, float, float]]


class Annotations(msgspec.Struct, frozen=True):
    """What the question points at."""

    points: list[PointOrBox] | None = None
    bboxes: list[PointOrBox] | None = None
    masks: list[MaskFile] | None = None
    dual_bbox: DualBoxes | None = None


class Item(msgspec.Struct, frozen=True):
    """One training item."""

    id: str
    input_type: InputType
    messages: list[Message]
    videos: list[list[str]]
    annotations: Annotations
    metadata: dict[str, Any]


def read_items(path: Path, coordinate_order: CoordinateOrder | None = None) -> list[Item]:
    """Read the items of a file; frames are looked for beside it.

    Args:
        coordinate_order: of the points of items whose metadata do not state it.

    Raises:
        DatasetError: not JSON of this form, no coordinate order, or an item that contradicts itself; names the row.
    """
    if path.stat().st_size > MAX_JSON_BYTES:
        raise DatasetError(f"{path}: expected at most {MAX_JSON_BYTES} bytes, got {path.stat().st_size}")
    try:
        rows = msgspec.json.decode(path.read_bytes(), type=list[msgspec.Raw])
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        raise DatasetError(f"{path}: expected a JSON list of items, got {error}") from error
    size_of = frame_sizes(path.parent)
    items = []
    for number, row in enumerate(rows):
        try:
            items.append(checked_item(msgspec.json.decode(row, type=Item), coordinate_order, size_of))
        except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError, DatasetError) as error:
            raise DatasetError(f"{path}, row {number}: {error}") from error
    return items


def reply_of(item: Item) -> tuple[str, str, str]:
    """Return what the user says after the frames, and the assistant's rationale and answer.

    Raises:
        DatasetError: these are not the two messages of the form.
    """
    roles = [message.role for message in item.messages]
    reply = _REPLY.fullmatch(item.messages[-1].content) if item.messages else None
    if roles != ["user", "assistant"] or not item.messages[0].content.startswith(VIDEO) or reply is None:
        raise DatasetError(
            "expected messages of a user, starting with <video>, and an assistant, "
            f"<think>..</think><answer>..</answer>, got roles {roles[:4]}"
        )
    return item.messages[0].content.removeprefix(VIDEO), reply[1], reply[2]


def checked_item(item: Item, coordinate_order: CoordinateOrder | None, size_of: FrameSize) -> Item:
    """Return an item with its points as [x, y]; raise DatasetError, without the row, if something is wrong with it.

    Args:
        coordinate_order: of its points, if its metadata do not state it.
        size_of: tells (width, height) of a frame where it is at hand.
    """
    order = item.metadata.get("coordinate_order", coordinate_order)
    if order not in ("xy", "yx"):
        raise DatasetError(f"expected coordinate_order xy or yx in the metadata or from the caller, got {order!r}")
    if len(item.videos) != 1 or not 1 <= len(item.videos[0]) <= MAX_FRAMES:
        raise DatasetError(f"expected one video of 1 to {MAX_FRAMES} frames, got {len(item.videos)} videos")
    notes, frames = item.annotations, item.videos[0]
    _check_files(notes, frames)
    points = [_turned(point) if order == "yx" else point for point in notes.points or ()]
    for point in points:
        check_point(point.coords, _size(point, frames, size_of))
    for box in notes.bboxes or ():
        check_box(box.coords, _size(box, frames, size_of))
    if notes.dual_bbox is not None:
        _check_dual(notes.dual_bbox, size_of)
    turned = msgspec.structs.replace(notes, points=points) if points else notes
    return msgspec.structs.replace(item, annotations=turned, metadata=item.metadata | {"coordinate_order": "xy"})


def _check_files(notes: Annotations, frames: list[str]) -> None:
    masks = notes.masks or ()
    for some in (notes.points or (), notes.bboxes or (), masks, *(mask.object_ids for mask in masks)):
        if len(some) > MAX_NOTES:
            raise DatasetError(f"expected at most {MAX_NOTES} of each kind of mark and object, got {len(some)}")
    for path in (*frames, *(m.image_path for m in masks), *(m.mask_path for m in masks)):
        check_relative(path)
    for mask in masks:
        if not mask.mask_path.lower().endswith(".png"):
            raise DatasetError(
                f"expected a mask as PNG file, got {mask.mask_path[:80]!r}; a pickled array can run code"
            )


def _check_dual(dual: DualBoxes, size_of: FrameSize) -> None:
    if not 1 <= len(dual.target_bboxes) <= MAX_NOTES:
        raise DatasetError(f"expected 1 to {MAX_NOTES} target boxes, got {len(dual.target_bboxes)}")
    for image, boxes in ((dual.source_image, [dual.source_bbox]), (dual.target_image, dual.target_bboxes)):
        check_relative(image)
        size = size_of(image) or (MAX_SIDE_PX, MAX_SIDE_PX)
        for box in boxes:
            check_box(list(box), size)


def _turned(point: PointOrBox) -> PointOrBox:
    return msgspec.structs.replace(point, coords=point.coords[::-1])


def _size(note: PointOrBox, frames: list[str], size_of: FrameSize) -> tuple[int, int]:
    if not 0 <= note.image_index < len(frames):
        raise DatasetError(f"expected a mark on one of {len(frames)} frames, got index {note.image_index}")
    return size_of(frames[note.image_index]) or (MAX_SIDE_PX, MAX_SIDE_PX)
