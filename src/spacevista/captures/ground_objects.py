"""Objects of a georeferenced picture: polygons from GeoJSON, boxes in pixels from CSV.

GeoJSON (RFC 7946, and the older form with a `crs` member): Polygon and MultiPolygon features, in the picture's own
reference system. CSV (DeepForest's columns): image_path, xmin, ymin, xmax, ymax, label, in pixels with the top left
corner of the picture at (0, 0), so that a box is [xmin, ymin, xmax, ymax).
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import msgspec
import numpy as np

from spacevista.captures.frame_files import Note
from spacevista.captures.geotiff import GroundMap
from spacevista.captures.names import MAX_CATEGORY_LENGTH
from spacevista.captures.safe import SafeFile, Size, read_bytes, read_text
from spacevista.errors import CaptureError
from spacevista.geometry.arrays import FloatArray, frozen_floats
from spacevista.geometry.rings import clipped_ring, ring_area

COLUMNS = ("image_path", "xmin", "ymin", "xmax", "ymax", "label")
CRS_NAME = re.compile(r"(?:urn:ogc:def:crs:)?EPSG:(?:[\d.]*:)?(\d{4,6})")
DEGREES = 4326  # what GeoJSON is in if it does not say otherwise, longitude first
DEGREES_NAME = re.compile(r"urn:ogc:def:crs:OGC:(?:[\d.]*:)?CRS84")
MAX_OBJECTS = 100_000
MAX_CORNERS = 100_000  # of one object
FARTHEST_PX = 1e9  # a corner beyond it is damage; areas would lose their digits
BORDER_PX = 0.5  # an outline this near to the border may have been cut there by whoever drew it
LEAST_PX = 1e-6  # of area: less is a line or a point

Polygon = tuple[FloatArray, ...]  # outline, holes
Row = TypeVar("Row")


@dataclass(frozen=True, eq=False)
class GroundObject:
    """One object on the ground.

    Attributes:
        id: number of its feature or row, from 1.
        category: in plain words, or empty.
        parts_px: its polygons, each an outline and then its holes, (N, 2) in pixels of the picture.
        area_px: of the part in the picture, in pixels, exact.
        cut: it reaches the picture's border or beyond, so that its whole size is not known.
    """

    id: int
    category: str
    parts_px: tuple[Polygon, ...]
    area_px: float
    cut: bool


@dataclass(frozen=True)
class Found:
    """Objects of a file, and what was left out."""

    objects: tuple[GroundObject, ...]
    dropped: tuple[Note, ...]


class _Crs(msgspec.Struct, frozen=True):
    properties: dict[str, Any]


class _Collection(msgspec.Struct, frozen=True):
    features: list[msgspec.Raw]
    crs: _Crs | None = None


class _Geometry(msgspec.Struct, frozen=True):
    type: str
    coordinates: Any = None


class _Feature(msgspec.Struct, frozen=True):
    geometry: _Geometry | None
    properties: dict[str, Any] | None = None


def read_geojson(file: SafeFile, ground: GroundMap, size: Size, category: str = "") -> Found:
    """Read the polygons of a file as objects of one `category`.

    Raises:
        CaptureError: no GeoJSON collection, or one in another reference system than the picture. A feature that cannot
            be used, or lies outside the picture, is in `dropped`.
    """
    try:
        collection = msgspec.json.decode(read_bytes(file), type=_Collection)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        raise CaptureError(f"{file.name}: expected a GeoJSON FeatureCollection ({error})") from None
    code = _crs_of(collection, file.name)
    if code != ground.crs:
        raise CaptureError(
            f"{file.name}: expected coordinates in the picture's EPSG:{ground.crs}, got EPSG:{code}: convert them first"
        )
    pixel_from_crs = np.linalg.inv(np.vstack([ground.crs_from_pixel, [0, 0, 1]]))[:2]

    def load(row: msgspec.Raw) -> tuple[str, tuple[Polygon, ...]]:
        parts = _polygons(msgspec.json.decode(row, type=_Feature))
        return category, tuple(
            tuple(ring @ pixel_from_crs[:, :2].T + pixel_from_crs[:, 2] for ring in part) for part in parts
        )

    return _gathered(collection.features, load, f"{file.name}, feature", size)


def read_box_rows(file: SafeFile, picture: str, size: Size) -> Found:
    """Read the boxes of a CSV file that are of the file `picture`.

    Raises:
        CaptureError: no CSV with these columns. A row that cannot be used, of another picture or outside it, is in
            `dropped`.
    """
    try:
        table = csv.DictReader(io.StringIO(read_text(file)))
        columns, rows = table.fieldnames or (), list(table)
    except csv.Error as error:
        raise CaptureError(f"{file.name}: expected comma-separated values ({error})") from None
    if not set(COLUMNS) <= set(columns):
        raise CaptureError(f"{file.name}: expected the columns {', '.join(COLUMNS)}, got {str(list(columns))[:120]}")

    def load(row: dict[str, str | None]) -> tuple[str, tuple[Polygon, ...]]:
        if row["image_path"] != picture:
            raise CaptureError(f"of another picture ({str(row['image_path'])[:80]!r})")
        x1, y1, x2, y2 = (float(row[name] or "nan") for name in COLUMNS[1:5])
        if not (x1 < x2 and y1 < y2):
            raise CaptureError(f"expected a box xmin, ymin, xmax, ymax, got {[x1, y1, x2, y2]}")
        corners = frozen_floats([[x1, y1], [x2, y1], [x2, y2], [x1, y2]], (4, 2), "box")
        return category_of(row["label"] or ""), ((corners,),)

    return _gathered(rows, load, f"{file.name}, row", size)


def category_of(text: str) -> str:
    """Return a label as words of a sentence ("Tree" becomes "tree"); CaptureError for what is no short text."""
    if not text.isprintable() or len(text) > MAX_CATEGORY_LENGTH:
        raise CaptureError(f"expected a category in plain words, got {text[:40]!r}")
    return text.strip().lower()


def _gathered(
    rows: Sequence[Row], load: Callable[[Row], tuple[str, tuple[Polygon, ...]]], where: str, size: Size
) -> Found:
    if len(rows) > MAX_OBJECTS:
        raise CaptureError(f"{where}: expected at most {MAX_OBJECTS}, got {len(rows)}")
    objects: list[GroundObject] = []
    dropped: list[Note] = []
    for number, row in enumerate(rows, start=1):
        try:
            objects.append(_placed(number, *load(row), size))
        except (
            ValueError,
            RecursionError,
        ) as error:  # ours and msgspec's errors are ValueErrors
            dropped.append((f"{where} {number}", str(error)))
    return Found(tuple(objects), tuple(dropped))


def _placed(number: int, category: str, parts: tuple[Polygon, ...], size: Size) -> GroundObject:
    corners = sum(len(ring) for part in parts for ring in part)
    if corners > MAX_CORNERS:
        raise CaptureError(f"expected at most {MAX_CORNERS} corners, got {corners}")
    if max(float(np.abs(ring).max()) for part in parts for ring in part) > FARTHEST_PX:
        raise CaptureError("outside the picture")
    low, high = np.zeros(2), np.array([size[1], size[0]], dtype=np.float64)
    whole = sum(map(polygon_area, parts))
    inside = sum(polygon_area(tuple(clipped_ring(ring, low, high) for ring in part)) for part in parts)
    if not whole > LEAST_PX:
        raise CaptureError("expected a polygon with an area, got a line, a point or a hole larger than its outline")
    if not inside > LEAST_PX:
        raise CaptureError("outside the picture")
    outlines = np.concatenate([part[0] for part in parts])
    cut = bool((outlines < low + BORDER_PX).any() or (outlines > high - BORDER_PX).any())
    return GroundObject(number, category, parts, inside, cut)


def polygon_area(polygon: Polygon) -> float:
    """Return the area of an outline without its holes."""
    outline, *holes = map(ring_area, polygon)
    return outline - sum(holes)


def _crs_of(collection: _Collection, name: str) -> int:
    if collection.crs is None:
        return DEGREES
    stated = str(collection.crs.properties.get("name", ""))
    if DEGREES_NAME.fullmatch(stated):
        return DEGREES
    match = CRS_NAME.fullmatch(stated)
    if match is None:
        raise CaptureError(f"{name}: expected a crs such as urn:ogc:def:crs:EPSG::32616, got {stated[:80]!r}")
    return int(match[1])


def _polygons(feature: _Feature) -> tuple[Polygon, ...]:
    shape = feature.geometry
    if shape is None or shape.type not in ("Polygon", "MultiPolygon"):
        raise CaptureError(f"expected a Polygon or MultiPolygon, got {shape.type[:40] if shape else 'no geometry'}")
    nested = [shape.coordinates] if shape.type == "Polygon" else shape.coordinates
    parts = msgspec.convert(nested, list[list[list[list[float]]]])
    if not parts or not all(parts):
        raise CaptureError(f"expected the rings of a {shape.type}, got none")
    return tuple(tuple(_ring(ring) for ring in part) for part in parts)


def _ring(corners: list[list[float]]) -> FloatArray:
    """Return a closed ring of GeoJSON, whose last corner repeats the first, without that; heights are left out."""
    if len(corners) < 4 or corners[0] != corners[-1] or not all(len(corner) in (2, 3) for corner in corners):
        raise CaptureError(f"expected a closed ring of 4 or more corners [x, y], got {len(corners)}")
    return frozen_floats([corner[:2] for corner in corners[:-1]], (None, 2), "ring")
