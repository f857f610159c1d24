"""The marks of SpaceVista-Bench: from its annotations to ours, checked against the frames that carry them.

Traps of the released files. Points are [x, y] in their description and [y, x] in their evaluation code: the order is
taken from the entry if it states one, else from which of the two lies on the frames (`point_order`). Only the marks of
the entry's input type are meant to be drawn. Masks are pickled arrays, which are never opened: a PNG file of the same
name beside one takes its place.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import msgspec
import numpy as np
from PIL import Image

from spacevista.captures.safe import PICKLE_SUFFIXES, SafeFile, check_present, inside
from spacevista.errors import DatasetError
from spacevista.geometry.arrays import BoolArray
from spacevista.geometry.cameras import MAX_SIDE_PX
from spacevista.qa.check import MAX_MARKS, FrameSize, picture_size
from spacevista.qa.items import Annotations, CoordinateOrder, MaskFile
from spacevista.qa.marks import check_on_frame
from spacevista.qa.masks import MAX_COUNTS_CHARS, MAX_PIXELS, decode_mask, encode_mask
from spacevista.qa.record import COLORS, Color, Mark

OVERHANG_PX = 2.0  # by which a box may leave its frame and is cut off: detectors round outwards
MAX_MASK_BYTES = 1 << 26
PNG = b"\x89PNG\r\n\x1a\n"

Size = tuple[int, int]  # width, height


@dataclass(frozen=True)
class Marked:
    """What an entry points at: `input_type` says which annotations count, `frames` are paths below `root`."""

    input_type: str
    annotations: Annotations
    frames: Sequence[str]
    root: Path
    order: CoordinateOrder | None


def point_order(entries: Iterable[Marked], size_of: FrameSize) -> tuple[CoordinateOrder, str]:
    """Return the order of coordinates of points that do not state it, and a note on how that was found ("" for none).

    On a frame wider than high some points [x, y] cannot be [y, x], and the other way round. The order that fewer points
    contradict is taken, [x, y] where there is no difference; points that contradict it are rejected with their entries.
    """
    points = only_xy = only_yx = 0
    for first, second, (width, height) in _unstated(entries, size_of):
        as_xy = 0 <= first < width and 0 <= second < height
        as_yx = 0 <= second < width and 0 <= first < height
        points += 1
        only_xy += as_xy and not as_yx
        only_yx += as_yx and not as_xy
    if not points:
        return "xy", ""
    order: CoordinateOrder = "yx" if only_yx > only_xy else "xy"
    shown = ", ".join(order)
    return order, f"points are read as [{shown}]: of {points}, {only_xy} fit only as [x, y] and {only_yx} as [y, x]"


def marks_of(marked: Marked, order: CoordinateOrder, size_of: FrameSize) -> tuple[Mark, ...]:
    """Return the marks of an entry.

    Args:
        order: of points, where the entry does not state it.

    Raises:
        DatasetError, CaptureError: a mark outside its frame, on no frame, of an unknown colour, or a mask in a file
            that is neither PNG nor JSON run lengths.
    """
    found = [*_points(marked, marked.order or order), *_boxes(marked), *_masks(marked)]
    if len(found) > MAX_MARKS:
        raise DatasetError(f"expected at most {MAX_MARKS} marks, got {len(found)}")
    if not found and marked.input_type != "image_text":
        raise DatasetError(f"expected the marks of input type {marked.input_type}, got none")
    for mark in found:
        if not 0 <= mark.frame_index < len(marked.frames):
            raise DatasetError(f"expected a mark on one of {len(marked.frames)} frames, got index {mark.frame_index}")
    return tuple(_fitted(mark, size_of(marked.frames[mark.frame_index])) for mark in found)


def _unstated(entries: Iterable[Marked], size_of: FrameSize) -> Iterator[tuple[float, float, Size]]:
    """Yield the coordinates of points whose entries state no order, with the size of their frames where it is known."""
    for marked in entries:
        if "point" not in marked.input_type or marked.order is not None:
            continue
        for note in marked.annotations.points or ():
            if len(note.coords) != 2 or not 0 <= note.image_index < len(marked.frames):
                continue
            try:
                size = size_of(marked.frames[note.image_index])
            except DatasetError:
                continue
            if size is not None:
                yield note.coords[0], note.coords[1], size


def _points(marked: Marked, order: CoordinateOrder) -> Iterator[Mark]:
    if "point" not in marked.input_type:
        return
    for number, note in enumerate(marked.annotations.points or ()):
        coords = note.coords[::-1] if order == "yx" else note.coords
        yield Mark("point", note.image_index, coords, "", _color(note.color, number), note.object_id)


def _boxes(marked: Marked) -> Iterator[Mark]:
    if "bbox" not in marked.input_type:
        return
    for number, note in enumerate(marked.annotations.bboxes or ()):
        yield Mark("box", note.image_index, note.coords, "", _color(note.color, number), note.object_id)
    if dual := marked.annotations.dual_bbox:
        source, target = (_frame_of(path, marked.frames) for path in (dual.source_image, dual.target_image))
        yield Mark("box", source, list(dual.source_bbox), "", _color(None, 0), -1)
        for number, box in enumerate(dual.target_bboxes, start=1):
            yield Mark("box", target, list(box), "", _color(None, number), -1)


def _masks(marked: Marked) -> Iterator[Mark]:
    if "mask" not in marked.input_type:
        return
    for number, note in enumerate(marked.annotations.masks or ()):
        rle = _mask_rle(marked.root, note)
        yield Mark("mask", _frame_of(note.image_path, marked.frames), [], rle, _color(note.color, number), -1)


def _color(stated: str | None, number: int) -> Color:
    """Return the stated colour; without one, the colour of the `number`-th thing that is mentioned."""
    if stated is None:
        return COLORS[number % len(COLORS)]
    for color in COLORS:
        if stated == color:
            return color
    raise DatasetError(f"expected a colour of {', '.join(COLORS)}, got {stated[:40]!r}")


def _frame_of(path: str, frames: Sequence[str]) -> int:
    """Return the index of a frame; a file of the same name in another folder may have another size, and is none."""
    normal = str(PurePosixPath(path))
    if normal not in frames:
        raise DatasetError(f"expected a mark on one of the entry's frames, got {path[:120]!r}")
    return frames.index(normal)


def _fitted(mark: Mark, size: Size | None) -> Mark:
    """Return a mark that lies on its frame; where the frame is missing (None), on the largest that there can be."""
    if mark.kind == "mask" and size is None:
        return mark
    known = size or (MAX_SIDE_PX, MAX_SIDE_PX)
    fitted = msgspec.structs.replace(mark, coords=_cut(mark.coords, known)) if mark.kind == "box" else mark
    check_on_frame(fitted, known, DatasetError)
    return fitted


def _cut(coords: list[float], size: Size) -> list[float]:
    """Return coordinates with those that overhang by no more than OVERHANG_PX moved to the border."""
    ends = [size[i % 2] for i in range(len(coords))]
    inside = [min(max(c, 0.0), float(end)) if math.isfinite(c) else c for c, end in zip(coords, ends, strict=True)]
    return [i if abs(i - c) <= OVERHANG_PX else c for i, c in zip(inside, coords, strict=True)]


def _mask_rle(root: Path, note: MaskFile) -> str:
    path = PurePosixPath(note.mask_path)
    if path.suffix.lower() in PICKLE_SUFFIXES | {".npy", ".npz"}:
        converted = inside(root, str(path.with_suffix(".png")))
        if not converted.path.is_file():
            raise DatasetError(
                f"{note.mask_path[:120]!r}: expected a mask as PNG or JSON run lengths, got a file that can run code "
                f"when it is loaded, and no {converted.name} beside it"
            )
        return encode_mask(_png_mask(converted, note.object_ids))
    file = inside(root, str(path))
    check_present(file, MAX_MASK_BYTES)
    with file.path.open("rb") as stream:
        start = stream.read(len(PNG))
    if start == PNG:
        return encode_mask(_png_mask(file, note.object_ids))
    if start[:1] == b"{" and file.path.stat().st_size <= MAX_COUNTS_CHARS:
        rle = file.path.read_text("utf-8", errors="replace")
        decode_mask(rle)
        return rle
    raise DatasetError(
        f"{file.name}: expected a mask as PNG or JSON run lengths, got a file that starts with {start!r}"
    )


def _png_mask(file: SafeFile, object_ids: Sequence[int]) -> BoolArray:
    """Return the pixels of the objects: of a picture with one value beside 0 that value, else those of the ids."""
    width, height = picture_size(file.path)
    if width * height > MAX_PIXELS:
        raise DatasetError(f"{file.name}: expected a mask of at most {MAX_PIXELS} pixels, got {width} x {height}")
    try:
        with Image.open(file.path, formats=("PNG",)) as picture:
            ids = np.asarray(picture if picture.mode in ("L", "P", "I;16", "I", "1") else picture.convert("L"))
    except (OSError, ValueError, SyntaxError, EOFError) as error:
        raise DatasetError(f"{file.name}: expected a mask as PNG file, got {error}") from error
    values = np.unique(ids)
    found = ids != 0 if len(values[values != 0]) <= 1 else np.isin(ids, object_ids)
    if not found.any():
        raise DatasetError(f"{file.name}: expected pixels of the objects {list(object_ids)[:8]}, got none")
    return np.asarray(found, dtype=np.bool_)
