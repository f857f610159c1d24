"""Masks as COCO run lengths: column by column, zeros first, packed five bits a character.

Decoding is our own, because the text may come from a hostile file: nothing is allocated before the runs are counted.
"""

from __future__ import annotations

import json
from typing import Any

import numpy as np
from pycocotools import mask as coco

from spacevista.errors import DatasetError
from spacevista.geometry.arrays import BoolArray
from spacevista.geometry.cameras import MAX_SIDE_PX

MAX_PIXELS = 100_000_000  # a mask is one frame's: more is damage or an attack
MAX_COUNTS_CHARS = 4_000_000
MAX_CHARS_PER_RUN = 7  # 35 bits hold any run of MAX_PIXELS and its sign


def encode_mask(mask: BoolArray) -> str:
    """Return a mask (H x W) as JSON text {"size": [H, W], "counts": ...}."""
    packed: dict[str, Any] = coco.encode(np.asfortranarray(mask, dtype=np.uint8))
    return json.dumps({"size": [int(n) for n in packed["size"]], "counts": packed["counts"].decode("ascii")})


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
    runs = _runs(counts)
    if any(run < 0 for run in runs) or sum(runs) != width * height:
        raise DatasetError(f"mask: expected runs that add up to {width} x {height} pixels, got {sum(runs)}")
    values = np.arange(len(runs)) % 2 == 1
    return np.ascontiguousarray(np.repeat(values, runs).reshape(width, height).T)


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


def _runs(counts: str) -> list[int]:
    """Unpack: low bits first, bit 5 says that more follow, the third run on is stored less the one two before it."""
    runs: list[int] = []
    value, used = 0, 0
    for character in counts:
        bits = ord(character) - 48
        if not 0 <= bits < 64 or used >= MAX_CHARS_PER_RUN:
            raise DatasetError(f"mask: expected packed runs, got {character!r} after {len(runs)} of them")
        value |= (bits & 31) << (5 * used)
        used += 1
        if bits & 32:
            continue
        if bits & 16:
            value -= 1 << (5 * used)
        runs.append(value + runs[-2] if len(runs) > 2 else value)
        value, used = 0, 0
    if used:
        raise DatasetError("mask: expected packed runs, got text that ends within one")
    return runs
