"""Names that travel: a capture's id becomes a folder's name, so both ids and frame names are kept plain."""

from __future__ import annotations

import re
from collections.abc import Iterable

from spacevista.errors import CaptureError

ID_PATTERN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")
MAX_CATEGORY_LENGTH = 200  # a category is a few words of a sentence
MAX_FRAME_NAME = 300


def check_capture_id(capture_id: str, where: str) -> None:
    """Raise CaptureError unless the id can be a folder's name on every system."""
    if not ID_PATTERN.fullmatch(capture_id) or capture_id.endswith("."):
        raise CaptureError(f"{where}: expected an id of letters, digits, . _ and -, got {capture_id!r}")


def check_frame_names(names: Iterable[str], where: str) -> None:
    """Raise CaptureError where a name is empty, unprintable, leads out of a folder, or comes twice."""
    seen: set[str] = set()
    for name in names:
        parts = name.split("/")
        if not (0 < len(name) <= MAX_FRAME_NAME and name.isprintable()) or "\\" in name or {"", ".", ".."} & {*parts}:
            raise CaptureError(f"{where}: expected a plain relative frame name, got {name!r}")
        if name in seen:
            raise CaptureError(f"{where}: frame {name!r} is there twice")
        seen.add(name)


def category_table(rows: Iterable[tuple[int, str]], where: str) -> dict[int, str]:
    """Return id -> category of (id, category) rows; an empty category leaves its id unnamed.

    Raises:
        CaptureError: an id that is not positive, or is there twice; a category that is no short printable text.
    """
    table: dict[int, str] = {}
    seen: dict[int, str] = {}
    for object_id, category in rows:
        if not 0 < object_id < 2**31:
            raise CaptureError(f"{where}: expected object ids of 1 to 2147483647, got {object_id}")
        if object_id in seen:
            raise CaptureError(f"{where}: id {object_id} is there twice ({seen[object_id]!r} and {category!r})")
        if not category.isprintable() or len(category) > MAX_CATEGORY_LENGTH:
            raise CaptureError(f"{where}: id {object_id}: expected a category in plain words, got {category[:40]!r}")
        seen[object_id] = category
        if category.strip():
            table[object_id] = category.strip()
    return table
