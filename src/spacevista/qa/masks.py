"""Masks as one text each: JSON with the size and the COCO run lengths; nothing is allocated before both are checked."""

from __future__ import annotations

import json

from spacevista.errors import DatasetError, SceneError
from spacevista.geometry.arrays import BoolArray
from spacevista.geometry.cameras import MAX_SIDE_PX
from spacevista.scenes import masks as runs

MAX_PIXELS = 100_000_000  # a mask is one frame's: more is damage or an attack
MAX_COUNTS_CHARS = 4_000_000


def encode_mask(mask: BoolArray) -> str:
    """Return a mask (H x W) as JSON text {"size": [H, W], "counts": ...}."""
    return json.dumps({"size": list(mask.shape), "counts": runs.encode_mask(mask)})


def mask_size(text: str) -> tuple[int, int]:
    """Return (width, height) in pixels as the text states them.

    Raises:
        DatasetError: not JSON of the form {"size": [H, W], "counts": text}, or of an absurd size.
    """
    return _parse(text)[:2]


def decode_mask(text: str) -> BoolArray:
    """Return the mask (H x W).

    Raises:
        DatasetError: as `mask_size`, or runs that do not fill the picture exactly.
    """
    width, height, counts = _parse(text)
    try:
        return runs.decode_mask(counts, height, width)
    except SceneError as error:
        raise DatasetError(str(error)) from error


def _parse(text: str) -> tuple[int, int, str]:
    if len(text) > MAX_COUNTS_CHARS:
        raise DatasetError(f"mask: expected at most {MAX_COUNTS_CHARS} characters, got {len(text)}")
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise DatasetError(f"mask: expected JSON text with size and counts, got {text[:40]!r}") from error
    match value:
        case {"size": [int(height), int(width)], "counts": str(counts)}:
            pass
        case _:
            raise DatasetError(f"mask: expected size [height, width] and counts as text, got {text[:40]!r}")
    if not (0 < height <= MAX_SIDE_PX and 0 < width <= MAX_SIDE_PX and height * width <= MAX_PIXELS):
        raise DatasetError(f"mask: expected at most {MAX_PIXELS} pixels, got {width} x {height}")
    return width, height, counts
