"""The checks on a question that types cannot state, for rows from files that anybody may have written."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path, PurePosixPath

from PIL import Image

from spacevista.errors import DatasetError
from spacevista.geometry.cameras import MAX_SIDE_PX
from spacevista.qa.masks import decode_mask, mask_size
from spacevista.qa.options import LETTERS
from spacevista.qa.record import Mark, Question

MAX_TEXT = 20_000  # characters of one cell; the longest question we write has under a thousand
MAX_NAME_BYTES = 255  # of a file or folder; more raises OSError in every call that looks for it
MAX_PATH = 1_024  # characters; with the data set's own folder at most 4,096 bytes can be opened
MAX_FRAMES = 4_096
MAX_MARKS = 16

FrameSize = Callable[[str], tuple[int, int] | None]


def frame_sizes(root: Path) -> FrameSize:
    """Return a function that tells (width, height) in pixels of a frame below `root`, None if the file is not there.

    Only the header is read. The function raises DatasetError for a file that is no picture, or one of an absurd size.
    """

    @cache
    def size_of(path: str) -> tuple[int, int] | None:
        file = inside(root, path)
        if not file.is_file():
            return None
        return picture_size(file)

    return size_of


def picture_size(file: Path) -> tuple[int, int]:
    """Return (width, height) in pixels from a picture's header."""
    try:
        with Image.open(file, formats=("PNG", "JPEG")) as picture:
            width, height = picture.size
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise DatasetError(f"{file}: expected a picture, got {error}") from error
    if not (0 < width <= MAX_SIDE_PX and 0 < height <= MAX_SIDE_PX):
        raise DatasetError(f"{file}: expected sides of 1 to {MAX_SIDE_PX} px, got {width} x {height}")
    return width, height


def check_relative(path: str) -> None:
    """Raise DatasetError unless a path stays below the folder it is relative to, and is short enough for a file."""
    parts = PurePosixPath(path).parts
    longest = max((len(part.encode(errors="replace")) for part in parts), default=0)
    if longest > MAX_NAME_BYTES or len(path) > MAX_PATH:
        raise DatasetError(
            f"expected a path of at most {MAX_PATH} characters and {MAX_NAME_BYTES} bytes a name, "
            f"got {len(path)} and {longest}: {path[:80]!r}"
        )
    if not parts or path.startswith("/") or ".." in parts or re.search(r"[\\\x00-\x1f]|^[A-Za-z]:", path):
        raise DatasetError(f"expected a path below the data set's folder, got {path[:80]!r}")


def inside(root: Path, path: str) -> Path:
    """Return root / path; DatasetError if that leads out of `root`, by its words or by a link."""
    check_relative(path)
    file = root / path
    if not file.resolve().is_relative_to(root.resolve()):
        raise DatasetError(f"expected a path below {root}, got a link that leads out: {path[:80]!r}")
    return file


def check_question(question: Question, size_of: FrameSize) -> None:
    """Raise DatasetError, without the row, if a question contradicts itself or points outside its frames."""
    _check_texts(question)
    _check_form(question)
    if not 1 <= len(question.frames) <= MAX_FRAMES:
        raise DatasetError(f"expected 1 to {MAX_FRAMES} frames, got {len(question.frames)}")
    for path in question.frames:
        check_relative(path)
    numbers = (*question.value, question.margin, question.error)
    if not all(math.isfinite(n) for n in numbers) or question.margin < 0 or question.error < 0:
        raise DatasetError(f"expected finite values, margin and error, got {numbers[:8]}")
    if len(question.marks) > MAX_MARKS or bool(question.marks) != (question.prompt_type != "none"):
        raise DatasetError(f"expected marks as prompt type {question.prompt_type} has them, got {len(question.marks)}")
    for mark in question.marks:
        _check_mark(mark, question, size_of)


def _check_texts(question: Question) -> None:
    needed = ("id", "fact_id", "scene_id", "question", "answer", "version", "source", "licence")
    for name in needed:
        if not getattr(question, name).strip():
            raise DatasetError(f"expected a text as {name}, got an empty one")
    texts: Iterable[str] = (*(getattr(question, n) for n in needed), question.rationale, question.unit)
    longest = max(map(len, (*texts, *question.options, *question.frames)))
    if longest > MAX_TEXT:
        raise DatasetError(f"expected texts of at most {MAX_TEXT} characters, got {longest}")


def _check_form(question: Question) -> None:
    options = question.options
    if question.form != "mc":
        if options:
            raise DatasetError(f"expected no options in form {question.form}, got {len(options)}")
        return
    if not 2 <= len(options) <= len(LETTERS) or len(set(options)) < len(options):
        raise DatasetError(f"expected 2 to {len(LETTERS)} different options, got {options[:8]}")
    if question.answer not in tuple(LETTERS[: len(options)]):
        raise DatasetError(f"expected the letter of an option, got {question.answer[:40]!r}")


def _check_mark(mark: Mark, question: Question, size_of: FrameSize) -> None:
    if mark.kind != question.prompt_type:
        raise DatasetError(f"expected a {question.prompt_type} as mark, got a {mark.kind}")
    if not 0 <= mark.frame_index < len(question.frames):
        raise DatasetError(f"expected a mark on one of {len(question.frames)} frames, got index {mark.frame_index}")
    size = size_of(question.frames[mark.frame_index])
    if mark.kind == "mask":
        _check_mask(mark, size)
    elif mark.kind == "point":
        check_point(mark.coords, size or (MAX_SIDE_PX, MAX_SIDE_PX))
    else:
        check_box(mark.coords, size or (MAX_SIDE_PX, MAX_SIDE_PX))


def _check_mask(mark: Mark, size: tuple[int, int] | None) -> None:
    decode_mask(mark.mask_rle)
    if mark.coords:
        raise DatasetError(f"expected no coordinates beside a mask, got {mark.coords[:8]}")
    if size is not None and size != mask_size(mark.mask_rle):
        raise DatasetError(f"expected a mask of the frame's {size} pixels, got {mask_size(mark.mask_rle)}")


def check_point(coords: list[float], size: tuple[int, int]) -> None:
    """Raise DatasetError unless [x, y] lies in a frame of (width, height); says so if it would as [y, x]."""
    if len(coords) != 2 or not all(math.isfinite(c) for c in coords):
        raise DatasetError(f"expected 2 finite coordinates of a point, got {coords[:8]}")
    (x, y), (width, height) = coords, size
    if 0 <= x < width and 0 <= y < height:
        return
    hint = "; as [y, x] it would lie inside: is the order of its coordinates swapped?"
    swapped = 0 <= y < width and 0 <= x < height
    raise DatasetError(f"expected a point [x, y] within {width} x {height} pixels, got {coords}{hint * swapped}")


def check_box(coords: list[float], size: tuple[int, int]) -> None:
    """Raise DatasetError unless [x1, y1, x2, y2) lies in a frame of (width, height) and is not empty."""
    if len(coords) != 4 or not all(math.isfinite(c) for c in coords):
        raise DatasetError(f"expected 4 finite coordinates of a box, got {coords[:8]}")
    (x1, y1, x2, y2), (width, height) = coords, size
    if not (0 <= x1 < x2 <= width and 0 <= y1 < y2 <= height):
        raise DatasetError(f"expected a box [x1, y1, x2, y2) within {width} x {height} pixels, got {coords}")
