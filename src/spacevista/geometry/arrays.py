"""Array types and the one check that turns input into a frozen array of a stated shape."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from spacevista.errors import GeometryError

FloatArray = NDArray[np.float64]
Float32Array = NDArray[np.float32]
IntArray = NDArray[np.int64]
Int32Array = NDArray[np.int32]
BoolArray = NDArray[np.bool_]
ByteArray = NDArray[np.uint8]


def frozen_floats(value: Any, shape: tuple[int | None, ...], what: str) -> FloatArray:
    """Return `value` as a read-only float64 array of `shape` (None: any length) with finite entries only."""
    array = np.array(value, dtype=np.float64)
    if array.ndim != len(shape) or any(
        want is not None and have != want for have, want in zip(array.shape, shape, strict=True)
    ):
        wanted = " x ".join("N" if n is None else str(n) for n in shape)
        raise GeometryError(f"{what}: expected an array of {wanted}, got shape {array.shape}")
    if not np.isfinite(array).all():
        raise GeometryError(f"{what}: expected finite numbers, got {array[~np.isfinite(array)][:3]}")
    array.setflags(write=False)
    return array
