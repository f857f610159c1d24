"""Pictures that stay in files: decoded once to check them when a capture is read, then again when asked for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spacevista.captures.record import SKY_ID
from spacevista.captures.safe import NUMBER_KINDS, SafeFile, Size, read_color, read_number_map, read_rgba
from spacevista.errors import CaptureError, GeometryError
from spacevista.geometry.arrays import BoolArray, ByteArray, Float32Array, Int32Array
from spacevista.geometry.cameras import Camera

DEPTH_MODES = frozenset({"I;16", "I;16B", "I"})  # 16-bit PNG; 8 bits cannot hold a metric depth
LABEL_MODES = frozenset({"L", "P", "I;16", "I;16B", "I"})
SCORE_MODES = frozenset({"L", "I;16", "I;16B", "I"})
MIDDLE = (0.3, 0.7)  # of a picture's sides; for one of half or twice the size the centre lies outside

Note = tuple[str, str]  # what, reason


@dataclass(frozen=True)
class DepthFile:
    """Z-depth in a file: metres = value * unit_m; the values in `invalid` mean "none", as 0 does."""

    file: SafeFile
    unit_m: float = 1.0
    invalid: tuple[float, ...] = ()

    def read(self, size: Size) -> tuple[Float32Array, int]:
        """Return H x W float32 metres (0: none) and how many pixels were NaN, infinite or negative (now 0)."""
        raw = read_number_map(self.file, size, DEPTH_MODES, NUMBER_KINDS)
        with np.errstate(over="ignore", invalid="ignore"):
            depth = np.multiply(raw, self.unit_m, dtype=np.float64).astype(np.float32)
            bad = ~np.isfinite(depth) | (depth < 0)
        if self.invalid:
            declared = _equal_to_any(raw, self.invalid)
            depth[declared] = 0
            bad &= ~declared
        depth[bad] = 0
        return depth, int(bad.sum())


@dataclass(frozen=True)
class LabelFile:
    """Object ids as a map of integers; the values in `background` become 0, those in `sky` SKY_ID."""

    file: SafeFile
    background: tuple[int, ...] = (0,)
    sky: tuple[int, ...] = ()

    def read(self, size: Size) -> Int32Array:
        raw = read_number_map(self.file, size, LABEL_MODES, "iu")
        ids = raw.astype(np.int32)
        hidden, sky = _equal_to_any(raw, self.background), _equal_to_any(raw, self.sky)
        ids[hidden], ids[sky] = 0, SKY_ID
        wrong = ~hidden & ~sky & ((raw <= 0) | (raw > np.iinfo(np.int32).max))
        if wrong.any():
            raise CaptureError(f"{self.file.name}: expected ids of 1 to 2147483647, got {raw[wrong][0]}")
        return ids


@dataclass(frozen=True)
class PackedIdsFile:
    """Object ids of our own form: an RGBA PNG whose four bytes are one little-endian int32."""

    file: SafeFile

    def read(self, size: Size) -> Int32Array:
        packed = np.ascontiguousarray(read_rgba(self.file, size))
        ids = packed.view("<i4")[..., 0].astype(np.int32)
        if ids.min() < SKY_ID:
            raise CaptureError(f"{self.file.name}: expected ids of {SKY_ID} or more, got {ids.min()}")
        return ids


@dataclass(frozen=True)
class ScoreMap:
    """One object's score map: score = value / full_value; it may hold the object where the score is `threshold`."""

    object_id: int
    file: SafeFile
    threshold: float


@dataclass(frozen=True)
class ScoreFiles:
    """One score map for each object; a pixel goes to the highest score at or above its threshold, else to nothing."""

    maps: tuple[ScoreMap, ...]
    full_value: float

    def read(self, size: Size) -> Int32Array:
        best, ids = np.zeros(size, dtype=np.float32), np.zeros(size, dtype=np.int32)
        for score_map in self.maps:
            raw = read_number_map(score_map.file, size, SCORE_MODES, NUMBER_KINDS)
            score = np.divide(raw, self.full_value, dtype=np.float32)
            wins = (score >= score_map.threshold) & (score > best)  # NaN never wins
            best[wins], ids[wins] = score[wins], score_map.object_id
        return ids


IdsSource = LabelFile | PackedIdsFile | ScoreFiles


@dataclass(frozen=True)
class FileImages:
    """The pictures of one frame in files, each decoded when it is asked for."""

    size: Size
    color_file: SafeFile
    depth_file: DepthFile | None
    ids_source: IdsSource | None

    def color(self) -> ByteArray:
        return read_color(self.color_file, self.size)

    def depth_m(self) -> Float32Array | None:
        return None if self.depth_file is None else self.depth_file.read(self.size)[0]

    def ids(self) -> Int32Array | None:
        return None if self.ids_source is None else self.ids_source.read(self.size)

    def check(self) -> list[Note]:
        """Decode everything once; return what had to be corrected.

        Raises:
            CaptureError: a file is missing, damaged or of the wrong kind or size, or no pixel has depth
                though not all are sky.
        """
        read_color(self.color_file, self.size)
        ids = None if self.ids_source is None else self.ids_source.read(self.size)
        if self.depth_file is None:
            return []
        return check_maps(self.depth_file, *self.depth_file.read(self.size), ids)


def check_maps(file: DepthFile, depth_m: Float32Array, bad: int, ids: Int32Array | None) -> list[Note]:
    """Return a note on the `bad` pixels of a depth map, if any.

    Raises:
        CaptureError: no pixel has depth though not all are sky.
    """
    name = file.file.name
    if not depth_m.any() and (ids is None or (ids != SKY_ID).any()):  # a picture of the sky alone has seen free space
        rest = max(depth_m.size - bad, 0)
        raise CaptureError(f"{name}: no usable depth, {bad} pixels are NaN, infinite or negative, {rest} have none")
    return [(name, f"{bad} pixels of depth were NaN, infinite or negative: set to none")] if bad else []


def _equal_to_any(raw: NDArray[Any], values: Iterable[float]) -> BoolArray:
    found = np.zeros(raw.shape, dtype=np.bool_)
    for value in values:
        found |= raw == value
    return found


def camera_from_matrix(matrix: list[float], size: Size, name: str, first_pixel_centre: float = 0.5) -> Camera:
    """Return the camera of a 3 x 3 (9 numbers) or 4 x 4 (16) intrinsic matrix, row by row, in pixels.

    `first_pixel_centre` is where the source puts the centre of its top left pixel: 0.5 as here, or 0.
    """
    if len(matrix) not in {9, 16}:
        raise CaptureError(f"{name}: expected a 3 x 3 or 4 x 4 intrinsic matrix, got {len(matrix)} numbers")
    k = np.array(matrix).reshape(3, 3) if len(matrix) == 9 else np.array(matrix).reshape(4, 4)[:3, :3]
    if not np.allclose([k[0, 1], k[1, 0], *k[2]], [0, 0, 0, 0, 1], rtol=0, atol=1e-6):
        raise CaptureError(f"{name}: expected intrinsics without skew and a last row 0 0 1, got {k.tolist()}")
    return make_camera(size, (k[0, 0], k[1, 1], k[0, 2], k[1, 2]), name, first_pixel_centre)


def make_camera(size: Size, numbers: tuple[float, ...], name: str, first_pixel_centre: float = 0.5) -> Camera:
    """Return the camera of `numbers` fx, fy, cx, cy; an error names `name`."""
    shift = 0.5 - first_pixel_centre
    fx, fy, cx, cy = (float(n) for n in numbers)
    try:
        return Camera(size[1], size[0], fx, fy, cx + shift, cy + shift)
    except GeometryError as error:
        raise CaptureError(f"{name}: {error}") from None


def check_centre(camera: Camera, name: str) -> None:
    """Raise CaptureError where the principal point is far from the middle: intrinsics of another picture size."""
    for centre, side in ((camera.cx_px, camera.width_px), (camera.cy_px, camera.height_px)):
        if not MIDDLE[0] * side < centre < MIDDLE[1] * side:
            raise CaptureError(
                f"{name}: expected a centre near the middle of {camera.width_px} x {camera.height_px} px, "
                f"got {camera.cx_px:g}, {camera.cy_px:g}: intrinsics of another size"
            )
