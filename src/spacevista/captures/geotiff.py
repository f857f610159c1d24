"""GeoTIFF tags: from pixels to metres on the ground (OGC GeoTIFF 1.1; keys by their numbers there).

Only projected reference systems whose lengths are those on the ground are taken, to about 0.1 % (UTM and national
grids): world maps such as Web Mercator stretch lengths by the latitude and are refused. Degrees are lengths only near
one place; a caller who wants that must say so.
"""

from __future__ import annotations

import math
import struct
import zlib
from dataclasses import dataclass
from typing import Any

import numpy as np
from PIL import Image

from spacevista.captures.safe import MAX_PIXELS, SafeFile, Size, check_present
from spacevista.errors import CaptureError
from spacevista.geometry.arrays import ByteArray, FloatArray, frozen_floats

PIXEL_SCALE, TIE_POINTS, TRANSFORMATION, KEYS, DOUBLES = 33550, 33922, 34264, 34735, 34736
MODEL_TYPE, RASTER_TYPE = 1024, 1025
GEOGRAPHIC, ANGULAR_UNIT, PROJECTED, LINEAR_UNIT, LINEAR_SIZE = 2048, 2054, 3072, 3076, 3077
PIXEL_IS_POINT = 2  # tie points are at pixel centres, not at corners
USER_DEFINED = 32767
LINEAR_UNITS_M = {9001: 1.0, 9002: 0.3048, 9003: 1200 / 3937}  # metre, foot, US survey foot
DEGREE = 9102
METRE_GRIDS = ((32601, 32660), (32701, 32760), (25828, 25838), (26901, 26923))  # UTM on WGS 84, ETRS89, NAD83
# Projections of the whole world, whose lengths are wrong by tens of per cent away from one parallel.
WORLD_MAPS = frozenset({3395, 3410, 3785, 3832, 3857, 3994, 4087, 4088, 6933, 8857, 8858, 8859, 32662, 32663})
WGS84_AXIS_M, WGS84_ECCENTRICITY2 = 6_378_137.0, 6.69437999014e-3
MAX_STRETCH = 0.005  # of a degree of longitude between the middle of a picture and its upper or lower edge
TIFF_ERRORS = (
    *(OSError, SyntaxError, ValueError, EOFError, struct.error, zlib.error, TypeError, KeyError, IndexError),
    *(OverflowError, RuntimeError, AttributeError, AssertionError, MemoryError),
)
COLOR_MODES = ("RGB", "RGBA", "L", "P", "I;16", "I;16B")
STRETCH = (2.0, 98.0)  # percentiles of 16-bit values that become black and white


@dataclass(frozen=True, eq=False)
class GroundMap:
    """Where a picture lies: (x, y) = `crs_from_pixel` (2, 3) @ (u, v, 1), in the system `crs`, EPSG code.

    `metres` are those of one unit of x and of y; for degrees they hold near the picture's middle.
    """

    crs: int
    crs_from_pixel: FloatArray
    metres: tuple[float, float]


def read_ground_map(file: SafeFile, degrees_to_metres: bool = False) -> tuple[Size, GroundMap]:
    """Return height and width of a GeoTIFF and where it lies.

    Args:
        degrees_to_metres: take a picture in degrees, with the metres of a degree at its middle (WGS 84).

    Raises:
        CaptureError: no TIFF, too large, without the tags, or in a system that has no metres.
    """
    with opened_tiff(file) as picture:
        size = (picture.height, picture.width)
        try:
            tags = {key: _numbers(picture, key) for key in (PIXEL_SCALE, TIE_POINTS, TRANSFORMATION, KEYS, DOUBLES)}
        except TIFF_ERRORS as error:
            raise CaptureError(f"{file.name}: damaged GeoTIFF tags ({error})") from None
    try:
        keys = _geo_keys(tags[KEYS], tags[DOUBLES])
        affine = _affine(tags, keys.get(RASTER_TYPE) == PIXEL_IS_POINT)
        crs, metres = _system(keys, affine, size, degrees_to_metres)
        return size, GroundMap(crs, affine, metres)
    except ValueError as error:
        raise CaptureError(f"{file.name}: {error}") from None


def read_tiff_color(file: SafeFile, size: Size) -> ByteArray:
    """Return H x W x 3 bytes; 16-bit values are stretched from percentiles STRETCH to 0 and 255.

    Raises:
        CaptureError: damaged, of another size, or neither 8-bit colour or grey nor 16-bit grey.
    """
    with opened_tiff(file) as picture:
        if (picture.height, picture.width) != size:
            raise CaptureError(
                f"{file.name}: expected {size[0]} x {size[1]} pixels, got {picture.height} x {picture.width}"
            )
        if picture.mode not in COLOR_MODES:
            raise CaptureError(f"{file.name}: expected a picture of mode {', '.join(COLOR_MODES)}, got {picture.mode}")
        try:
            if not picture.mode.startswith("I"):
                return np.array(picture.convert("RGB"))
            picture.tile = [_one_plane(tile, picture.mode) for tile in picture.tile]  # type: ignore[attr-defined]
            values = np.array(picture, dtype=np.float32)
        except TIFF_ERRORS as error:
            raise CaptureError(f"{file.name}: truncated or damaged ({error})") from None
    low, high = np.percentile(values, STRETCH)
    grey = np.clip((values - low) * (255 / max(high - low, 1.0)), 0, 255).astype(np.uint8)
    return np.repeat(grey[..., None], 3, axis=2)


def opened_tiff(file: SafeFile) -> Image.Image:
    """Return the opened first picture of a TIFF file, its size checked and nothing of it decoded."""
    check_present(file)
    try:
        picture = Image.open(file.path, formats=("TIFF",))
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise CaptureError(f"{file.name}: expected at most {MAX_PIXELS} pixels ({error})") from None
    except TIFF_ERRORS as error:
        raise CaptureError(f"{file.name}: expected a TIFF picture of 8 or 16 bits, got another ({error})") from None
    if not 0 < picture.width * picture.height <= MAX_PIXELS:
        picture.close()
        raise CaptureError(f"{file.name}: expected 1 to {MAX_PIXELS} pixels, got {picture.width} x {picture.height}")
    return picture


def _one_plane(tile: Any, mode: str) -> Any:
    """Return a tile to be read in `mode`: in files with a plane for each band Pillow takes the mode's first letter."""
    plain = tile.codec_name == "raw" and tile.args[0] == mode[0]
    return tile._replace(args=(mode, *tile.args[1:])) if plain else tile


def _numbers(picture: Image.Image, key: int) -> tuple[float, ...]:
    value: Any = picture.tag_v2.get(key, ())  # type: ignore[attr-defined]  # of TIFF pictures only
    return tuple(float(number) for number in (value if isinstance(value, tuple) else (value,)))


def _geo_keys(directory: tuple[float, ...], doubles: tuple[float, ...]) -> dict[int, float]:
    """Return the numbers of a key directory; text keys are left out."""
    if len(directory) < 4 or len(directory) < 4 + 4 * directory[3]:
        raise CaptureError("expected a GeoTIFF key directory, got none or a short one; is the picture georeferenced?")
    keys: dict[int, float] = {}
    for number in range(int(directory[3])):
        key, place, count, value = (int(n) for n in directory[4 + 4 * number : 8 + 4 * number])
        if place == 0:
            keys[key] = value
        elif place == DOUBLES and count == 1:
            if value >= len(doubles):
                raise CaptureError(f"expected key {key} among {len(doubles)} numbers, got place {value}")
            keys[key] = doubles[value]
    return keys


def _affine(tags: dict[int, tuple[float, ...]], at_centres: bool) -> FloatArray:
    """Return crs_from_pixel (2, 3) of pixels with centres at +0.5."""
    scale, ties, matrix = tags[PIXEL_SCALE], tags[TIE_POINTS], tags[TRANSFORMATION]
    if matrix:
        if len(matrix) != 16:
            raise CaptureError(f"expected a transformation of 16 numbers, got {len(matrix)}")
        affine = np.array(matrix).reshape(4, 4)[:2, [0, 1, 3]]
    elif len(scale) in (2, 3) and len(ties) == 6:
        column, row, _, x, y, _ = ties
        affine = np.array([[scale[0], 0, x - column * scale[0]], [0, -scale[1], y + row * scale[1]]])
    else:
        raise CaptureError(
            "expected a pixel scale with one tie point, or a transformation, "
            f"got {len(scale)} numbers of scale and {len(ties) // 6} tie points"
        )
    if at_centres:
        affine[:, 2] -= affine[:, :2] @ (0.5, 0.5)
    return frozen_floats(affine, (2, 3), "the map from pixels")


def _system(
    keys: dict[int, float], affine: FloatArray, size: Size, degrees_to_metres: bool
) -> tuple[int, tuple[float, float]]:
    """Return the EPSG code of the reference system and the metres of one unit of x and y."""
    kind = keys.get(MODEL_TYPE)
    if kind == 1:
        unit = _linear_unit(keys)
        return int(keys[PROJECTED]), (unit, unit)
    if kind != 2:
        raise CaptureError(f"expected a projected system (model type 1), got model type {kind}")
    if not degrees_to_metres:
        raise CaptureError(
            "coordinates are degrees, which are no lengths: project the picture, or ask for local metres"
        )
    if keys.get(ANGULAR_UNIT, DEGREE) != DEGREE:
        raise CaptureError(f"expected degrees (unit {DEGREE}), got unit {keys[ANGULAR_UNIT]}")
    return int(keys.get(GEOGRAPHIC, USER_DEFINED)), _metres_of_degrees(affine, size)


def _linear_unit(keys: dict[int, float]) -> float:
    code = int(keys.get(PROJECTED, USER_DEFINED))
    if not 1024 <= code < USER_DEFINED:
        raise CaptureError(f"expected the EPSG code of a projected system, got {code} (user-defined)")
    if code in WORLD_MAPS:
        raise CaptureError(f"EPSG:{code} is a map of the whole world, on which lengths are not those on the ground")
    unit = keys.get(LINEAR_UNIT)
    if unit is None and any(low <= code <= high for low, high in METRE_GRIDS):
        return 1.0
    if unit == USER_DEFINED and 0 < keys.get(LINEAR_SIZE, 0) < math.inf:
        return keys[LINEAR_SIZE]
    if unit not in LINEAR_UNITS_M:
        raise CaptureError(f"expected a linear unit of {sorted(LINEAR_UNITS_M)}, got {unit}")
    return LINEAR_UNITS_M[int(unit)]


def _metres_of_degrees(affine: FloatArray, size: Size) -> tuple[float, float]:
    """Return the metres of a degree of longitude and latitude at the picture's middle, on the WGS 84 ellipsoid."""
    height, width = size
    latitudes = affine[1, :2] @ np.array([[0, width, 0, width], [0, 0, height, height]]) + affine[1, 2]
    middle = math.radians(float(latitudes.mean()))
    reach = math.radians(float(np.ptp(latitudes)) / 2)
    if not abs(middle) + reach < math.radians(89) or math.tan(abs(middle)) * reach > MAX_STRETCH:
        raise CaptureError("expected a picture so small that a degree has one length on it: project it instead")
    curved = 1 - WGS84_ECCENTRICITY2 * math.sin(middle) ** 2
    along = WGS84_AXIS_M * math.cos(middle) / math.sqrt(curved)
    across = WGS84_AXIS_M * (1 - WGS84_ECCENTRICITY2) / curved**1.5
    return math.radians(along), math.radians(across)
