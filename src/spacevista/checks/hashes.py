"""Pictures that look alike: a hash of 64 bits that survives another encoding and another size.

The hash is that of the lowest 8 x 8 frequencies (cosine transform) of the picture in grey at 32 x 32: one bit for each,
whether it is above the median of all but the mean. Two pictures look alike if at most MAX_DISTANCE of the 64 bits
differ; experiments/picture_hash measures what that finds and what it confuses.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy.fft import dctn

from spacevista.geometry.arrays import IntArray

MAX_DISTANCE = 4
MIN_SPREAD = 4.0  # grey levels: flatter pictures (a wall, fog) have a hash of noise, or that of all others like them
SIDE_PX, FREQUENCIES = 32, 8
CHUNK = 1 << 22  # pairs compared at once: 32 MB

Hashes = NDArray[np.uint64]


def picture_hash(picture: Image.Image) -> int | None:
    """Return the hash of a picture, None if there is too little in it."""
    grey = np.asarray(picture.convert("L").resize((SIDE_PX, SIDE_PX), Image.Resampling.LANCZOS), dtype=np.float64)
    if grey.std() < MIN_SPREAD:
        return None
    low = dctn(grey, norm="ortho")[:FREQUENCIES, :FREQUENCIES].ravel()
    return int.from_bytes(np.packbits(low > np.median(low[1:])).tobytes(), "big")


def distance(first: int, second: int) -> int:
    """Return how many bits of two hashes differ."""
    return (first ^ second).bit_count()


def near_pairs(first: Hashes, second: Hashes, most: int = MAX_DISTANCE) -> IntArray:
    """Return (i, j, distance) of all pairs of `first` and `second` with a distance of at most `most`, (N, 3)."""
    rows = max(1, CHUNK // max(len(second), 1))
    found: list[IntArray] = [np.empty((0, 3), dtype=np.int64)]
    for start in range(0, len(first), rows):
        apart = np.bitwise_count(first[start : start + rows, None] ^ second[None, :])
        i, j = np.nonzero(apart <= most)
        found.append(np.stack([i + start, j, apart[i, j].astype(np.int64)], axis=1))
    return np.concatenate(found)


def as_hashes(values: Sequence[int]) -> Hashes:
    """Return hashes as an array."""
    return np.array(values, dtype=np.uint64)
