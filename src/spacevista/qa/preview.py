"""Items of the older preview of the released data, as records of the released form (items.py).

A preview row has messages and videos as the released form, and `extra_info` with the task, the input type and the
marks, in one of two spellings:

    input_point  {image_path, points}                      or  point_image_path, point_points
    input_bbox   {image_path, bboxes: [{x1, y1, x2, y2}]}  or  bbox_image_path, bbox_bboxes
                 {image_path_1, bbox_1, image_path_2, bboxes_2}, or each of them with bbox_ in front
    input_mask   {image_path, mask_path, object_ids}       or  mask_image_path, mask_mask_path, mask_object_ids

where the flattened values may be JSON inside a text. Source: dataset/readme.md and save_visualization.py of the
SpaceVista repository. Its loader takes points as [y, x]; the file does not say, so the caller must, and every point is
held against its frame. Masks are pickled arrays, which are never opened: a PNG file of the same name takes their place.
The n-th mark has the n-th colour of red, blue, green, yellow, as that loader draws it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import msgspec

from spacevista.errors import DatasetError
from spacevista.qa.check import FrameSize, frame_sizes, inside
from spacevista.qa.items import (
    MAX_JSON_BYTES,
    Annotations,
    CoordinateOrder,
    DualBoxes,
    InputType,
    Item,
    MaskFile,
    Message,
    PointOrBox,
    checked_item,
)
from spacevista.qa.record import COLORS

# Kind of mark -> its key in the nested spelling, and the names of its fields; flattened they are "kind_field".
FIELDS: dict[str, tuple[str, ...]] = {
    "point": ("image_path", "points"),
    "bbox": ("image_path", "bboxes", "image_path_1", "bbox_1", "image_path_2", "bboxes_2"),
    "mask": ("image_path", "mask_path", "object_ids"),
}
INPUT_TYPES: dict[frozenset[str], InputType] = {
    frozenset(): "image_text",
    frozenset({"point"}): "image_point_text",
    frozenset({"bbox"}): "image_bbox_text",
    frozenset({"mask"}): "image_mask_text",
    frozenset({"point", "bbox"}): "image_point_bbox_text",
}
SCALED_FOLDERS = ("images", "images_8")  # DL3DV holds its frames in several sizes, under these names


class _Row(msgspec.Struct, frozen=True):
    messages: list[Message]
    videos: list[list[str]]
    extra_info: dict[str, Any]
    problem_id: int | str | None = None


class _Corners(msgspec.Struct, frozen=True):
    x1: float
    y1: float
    x2: float
    y2: float


@dataclass(frozen=True)
class PreviewItems:
    """Items of a preview file, and (row, reason) of the rows that were left out."""

    items: tuple[Item, ...]
    dropped: tuple[tuple[str, str], ...]


def read_preview(path: Path, coordinate_order: CoordinateOrder) -> PreviewItems:
    """Read the items of a preview file (`meta.json`); frames and masks are looked for beside it.

    Args:
        coordinate_order: of the points of rows that do not state it.

    Raises:
        DatasetError: no file, too large, or not a JSON list. A row that cannot be used is in `dropped`.
    """
    if not path.is_file() or path.stat().st_size > MAX_JSON_BYTES:
        raise DatasetError(f"{path}: expected a file of at most {MAX_JSON_BYTES} bytes")
    try:
        rows = msgspec.json.decode(path.read_bytes(), type=list[msgspec.Raw])
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        raise DatasetError(f"{path}: expected a JSON list of items, got {error}") from error
    size_of = frame_sizes(path.parent)
    items, dropped = [], []
    for number, raw in enumerate(rows):
        try:
            item = _item(msgspec.json.decode(raw, type=_Row), number, path.parent, size_of)
            items.append(checked_item(item, coordinate_order, size_of))
        except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError, DatasetError) as error:
            dropped.append((f"{path.name}, row {number}", str(error)))
    return PreviewItems(tuple(items), tuple(dropped))


def _item(row: _Row, number: int, root: Path, size_of: FrameSize) -> Item:
    info = row.extra_info
    known = {f"input_{kind}" for kind in FIELDS} | {f"{kind}_{name}" for kind in FIELDS for name in FIELDS[kind]}
    frames = [str(PurePosixPath(frame)) for video in row.videos for frame in video]
    marks = {kind: found for kind in FIELDS if (found := _fields(info, kind))}
    pair = "bbox_1" in marks.get("bbox", {})
    annotations = Annotations(
        points=list(_points(marks["point"], frames, size_of)) if "point" in marks else None,
        bboxes=list(_boxes(marks["bbox"], frames, size_of)) if "bbox" in marks and not pair else None,
        masks=list(_masks(marks["mask"], frames, root)) if "mask" in marks else None,
        dual_bbox=_dual(marks["bbox"], frames) if pair else None,
    )
    problem = info.get("problem_id", number) if row.problem_id is None else row.problem_id
    rest = {key: value for key, value in info.items() if key not in known}
    return Item(
        id=f"preview__{problem}",
        input_type=_input_type(set(marks), info.get("input_type")),
        messages=row.messages,
        videos=[frames],
        annotations=annotations,
        metadata={"scene_source": None, "original_id": str(problem), **rest},
    )


def _fields(info: dict[str, Any], kind: str) -> dict[str, Any]:
    """Return the fields of a kind of mark under their plain names, whichever way they are spelt; {}: none."""
    nested = info.get(f"input_{kind}") or {}
    if not isinstance(nested, dict):
        raise DatasetError(f"expected input_{kind} with {', '.join(FIELDS[kind])}, got {str(nested)[:80]!r}")
    flat = {name: _plain(info.get(f"{kind}_{name}")) for name in FIELDS[kind]}
    both = {name: value for name, value in {**flat, **_given(nested)}.items() if name in FIELDS[kind]}
    return _given(both)


def _given(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value not in (None, "", [], {})}


def _plain(value: Any) -> Any:
    """Return what a text that starts as a JSON list or object holds; every other value as it is."""
    if not isinstance(value, str) or not value.strip().startswith(("[", "{")):
        return value
    try:
        return json.loads(value)
    except (ValueError, RecursionError) as error:
        raise DatasetError(f"expected JSON inside the text {value[:80]!r}, got {error}") from error


def _input_type(kinds: set[str], stated: Any) -> InputType:
    found = INPUT_TYPES.get(frozenset(kinds))
    told = set(str(stated or "").lower().split("+")) & set(FIELDS)
    if found is None or (stated and told != kinds):
        raise DatasetError(f"expected the marks of input type {str(stated)[:60]!r}, got {sorted(kinds) or 'none'}")
    return found


def _points(fields: dict[str, Any], frames: list[str], size_of: FrameSize) -> Iterator[PointOrBox]:
    points = _value(fields, "points", list[Any])
    if len(points) == 2 and all(isinstance(number, int | float) for number in points):
        points = [points]
    for number, point in enumerate(msgspec.convert(points, list[tuple[float, float]])):
        index, scale = _place(fields, "image_path", frames, size_of)
        yield PointOrBox([point[0] * scale, point[1] * scale], index, COLORS[number % len(COLORS)])


def _boxes(fields: dict[str, Any], frames: list[str], size_of: FrameSize) -> Iterator[PointOrBox]:
    for number, box in enumerate(_value(fields, "bboxes", list[_Corners])):
        index, scale = _place(fields, "image_path", frames, size_of)
        yield PointOrBox([edge * scale for edge in _edges(box)], index, COLORS[number % len(COLORS)])


def _dual(fields: dict[str, Any], frames: list[str]) -> DualBoxes:
    """Return a pair of pictures with boxes; both must be frames of the item, at their size."""
    images = [str(PurePosixPath(_value(fields, name, str))) for name in ("image_path_1", "image_path_2")]
    for image in images:
        if image not in frames:
            raise DatasetError(f"expected boxes on the item's frames, got {image[:120]!r}")
    source, targets = _value(fields, "bbox_1", _Corners), _value(fields, "bboxes_2", list[_Corners])
    return DualBoxes(images[0], _edges(source), images[1], [_edges(box) for box in targets])


def _masks(fields: dict[str, Any], frames: list[str], root: Path) -> Iterator[MaskFile]:
    image = str(PurePosixPath(_value(fields, "image_path", str)))
    if image not in frames:
        raise DatasetError(f"expected a mask on one of the item's frames, got {image[:120]!r}")
    paths = _value(fields, "mask_path", str | list[str])
    files: list[str] = paths if isinstance(paths, list) else [paths]
    ids = _object_ids(fields.get("object_ids"), len(files))
    for number, (file, own) in enumerate(zip(files, ids, strict=True)):
        yield MaskFile(image, _png_path(file, root), own, COLORS[number % len(COLORS)])


def _object_ids(stated: Any, files: int) -> list[list[int]]:
    """Return the ids of each mask file: a list for each, one for all, or [true], which is a mask of a single thing."""
    ids = stated if isinstance(stated, list) else [stated]
    for_each = ids if files > 1 and len(ids) == files else [ids] * files
    out = []
    for one in for_each:
        numbers = one if isinstance(one, list) else [one]
        if numbers == [True]:
            numbers = [1]
        if not all(type(number) is int for number in numbers) or not numbers:
            raise DatasetError(f"expected object ids as numbers, got {str(numbers)[:80]}")
        out.append(numbers)
    return out


def _png_path(path: str, root: Path) -> str:
    """Return the PNG file that holds a mask, beside the array of the same name; that array is not looked into."""
    file = PurePosixPath(path)
    png = str(file.with_suffix(".png"))
    if file.suffix.lower() != ".png" and not inside(root, png).is_file():
        raise DatasetError(
            f"expected a mask as PNG file, got {path[:120]!r}, which can run code when it is loaded, "
            f"and no {PurePosixPath(png).name} beside it"
        )
    return png


def _place(fields: dict[str, Any], key: str, frames: list[str], size_of: FrameSize) -> tuple[int, float]:
    """Return the index of the frame that a mark is on, and the scale from the picture it was made on to that frame.

    One scale serves both axes, for it is not said here which coordinate of a point is which.
    """
    image = PurePosixPath(_value(fields, key, str))
    if str(image) in frames:
        return frames.index(str(image)), 1.0
    for one, other in (SCALED_FOLDERS, SCALED_FOLDERS[::-1]):
        twin = str(PurePosixPath(*(other if part == one else part for part in image.parts)))
        if twin in frames:
            made_on, shown = size_of(str(image)), size_of(twin)
            if made_on is None or shown is None:
                raise DatasetError(f"expected {str(image)[:120]!r} and {twin[:120]!r} at hand to scale marks")
            return frames.index(twin), shown[0] / made_on[0]
    raise DatasetError(f"expected a mark on one of the item's frames, got {str(image)[:120]!r}")


def _value(fields: dict[str, Any], name: str, kind: Any) -> Any:
    if name not in fields:
        raise DatasetError(f"expected {name} beside {', '.join(sorted(fields))}, got none")
    return msgspec.convert(fields[name], kind)


def _edges(box: _Corners) -> tuple[float, float, float, float]:
    return box.x1, box.y1, box.x2, box.y2
