"""Masks as COCO run lengths: columns first, runs of 0 and 1 in turn, each run coded in base 32 characters.

The decoder is our own because it must not trust the text: `pycocotools.mask.decode` returns uninitialised memory for
a text whose runs do not fill the picture (seen with 2.0.11), and the text may come from a foreign file.
"""

from __future__ import annotations

import numpy as np
from pycocotools import mask as coco_mask

from spacevista.errors import SceneError
from spacevista.geometry.arrays import BoolArray, Int32Array, IntArray

MAX_CHARACTERS_A_RUN = 7  # 5 bits each: runs below 2**34, more than any picture has pixels


def encode_masks(ids: Int32Array) -> dict[int, str]:
    """Return the mask of each value but 0 of an id map (H, W), in rising order of value."""
    values = [int(value) for value in np.unique(ids) if value != 0]
    return {value: encode_mask(ids == value) for value in values}


def encode_mask(mask: BoolArray) -> str:
    """Return the COCO run lengths of a mask (H, W)."""
    coded = coco_mask.encode(np.asfortranarray(mask, dtype=np.uint8))
    return str(coded["counts"], "ascii")


def decode_mask(text: str, height_px: int, width_px: int) -> BoolArray:
    """Return the mask (H, W) of COCO run lengths.

    Raises:
        SceneError: the text is not in the code, or its runs do not add up to the picture.
    """
    runs = run_lengths(text)
    pixels = height_px * width_px
    # No single run may pass the picture's size, or the sum could wrap around and still come out right.
    if (runs < 0).any() or (runs > pixels).any() or int(runs.sum()) != pixels:
        raise SceneError(
            f"mask: expected runs that fill {height_px} x {width_px} = {pixels} pixels, "
            f"got {int(runs.sum())} in {len(runs)} runs, the shortest {int(runs.min(initial=0))}"
        )
    inside = np.arange(len(runs)) % 2 == 1
    return np.repeat(inside, runs).reshape(width_px, height_px).T


def run_lengths(text: str) -> IntArray:
    """Return the runs that a text codes: background first, then in turn.

    A character carries 5 bits, lowest first, and a flag that more follow; the last one's top bit is the sign. From
    the fourth number on, the difference to the number two before it is stored.
    """
    codes = np.array([ord(letter) - 48 for letter in text], dtype=np.int64)
    if len(codes) == 0 or codes.min() < 0 or codes.max() > 63 or codes[-1] & 32:
        raise SceneError(f"mask: expected COCO run lengths, got {text[:40]!r}")
    ends = np.flatnonzero((codes & 32) == 0)
    starts = np.concatenate([[0], ends[:-1] + 1])
    if int((ends - starts).max()) >= MAX_CHARACTERS_A_RUN:
        raise SceneError(f"mask: expected at most {MAX_CHARACTERS_A_RUN} characters a run, got {text[:40]!r}")
    place = np.arange(len(codes)) - np.repeat(starts, ends - starts + 1)
    numbers = np.add.reduceat((codes & 31) << (5 * place), starts)
    negative = (codes[ends] & 16) != 0
    numbers[negative] -= 1 << (5 * (ends - starts + 1)[negative])
    numbers[1::2] = np.cumsum(numbers[1::2])
    numbers[2::2] = np.cumsum(numbers[2::2])
    return numbers
