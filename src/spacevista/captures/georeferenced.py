"""Georeferenced pictures: a GeoTIFF seen by an orthographic camera, with objects on the ground.

A record of its own, for a `Capture` is posed frames with pinhole cameras and depth, and everything after it measures
along their rays. Here is no depth and no height; what can be measured lies in the plane: lengths and areas, with the
camera alone. They are lengths on the map grid, which differ from those on the ground by up to 0.1 % (UTM).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from spacevista.captures.frame_files import Note
from spacevista.captures.geotiff import GroundMap, read_ground_map, read_tiff_color
from spacevista.captures.ground_objects import Found, GroundObject, category_of, read_box_rows, read_geojson
from spacevista.captures.names import check_capture_id
from spacevista.captures.safe import SafeFile, inside
from spacevista.errors import CaptureError, GeometryError
from spacevista.geometry.arrays import ByteArray, Float32Array, FloatArray
from spacevista.geometry.boxes import Rectangle, minimum_area_rectangle
from spacevista.geometry.orthographic import OrthographicCamera
from spacevista.geometry.rings import coverage
from spacevista.scales import Scale

PICTURE_SUFFIXES = (".tif", ".tiff")
LABEL_SUFFIXES = (".geojson", ".csv")


@dataclass(frozen=True, eq=False)
class GeoreferencedImage:
    """A picture of the ground from straight above.

    Attributes:
        camera: its world has its origin at the middle of the picture, x east, y north, metres.
        crs: EPSG code of the reference system; `origin` are its coordinates of the world's origin, in its own unit.
        objects: on the ground; they may overlap.
        dropped: (what, reason) of everything the reader left out.
    """

    id: str
    scale: Scale
    color_file: SafeFile
    camera: OrthographicCamera
    crs: int
    origin: tuple[float, float]
    objects: tuple[GroundObject, ...]
    licence: str
    source: str
    dropped: tuple[Note, ...]

    def color(self) -> ByteArray:
        """Return H x W x 3 bytes; 16-bit pictures are stretched."""
        return read_tiff_color(self.color_file, (self.camera.height_px, self.camera.width_px))

    def coverage(self, thing: GroundObject) -> Float32Array:
        """Return the share (H, W) of each pixel that an object covers."""
        rings = [ring for part in thing.parts_px for ring in part]
        return coverage(rings, self.camera.width_px, self.camera.height_px)

    def area_m2(self, thing: GroundObject) -> float:
        """Return the ground area of an object, of one that is cut the part in the picture."""
        return thing.area_px * self.camera.pixel_area_m2

    def rectangle(self, thing: GroundObject) -> Rectangle | None:
        """Return the smallest rectangle around an object on the ground; None if the picture's edge cuts it."""
        if thing.cut:
            return None
        outlines = np.concatenate([part[0] for part in thing.parts_px])
        return minimum_area_rectangle(self.camera.to_world(outlines))


def read_georeferenced(
    folder: Path, licence: str, source: str, category: str = "", degrees_to_metres: bool = False
) -> GeoreferencedImage:
    """Read a folder with one GeoTIFF and at most one file of objects (.geojson or .csv).

    Args:
        licence, source: in public words; GeoTIFF has no field for them.
        category: of the objects of a GeoJSON file, in plain words; a CSV file names them itself.
        degrees_to_metres: take a picture in degrees, with the metres of a degree at its middle.

    Raises:
        CaptureError: not one picture, or more than one file of objects; a file that cannot be used. Objects that
            cannot be used are in `dropped`.
    """
    picture = _only(folder, PICTURE_SUFFIXES)
    if picture is None:
        raise CaptureError(f"{folder.name}: expected one GeoTIFF ({', '.join(PICTURE_SUFFIXES)}), got none")
    size, ground = read_ground_map(picture, degrees_to_metres)
    read_tiff_color(picture, size)
    capture_id = re.sub(r"[^A-Za-z0-9_-]", "-", Path(picture.name).stem)
    check_capture_id(capture_id, picture.name)
    middle = np.array([size[1] / 2, size[0] / 2])
    x, y = ground.crs_from_pixel[:, :2] @ middle + ground.crs_from_pixel[:, 2]
    found = _objects(_only(folder, LABEL_SUFFIXES), picture.name, ground, size, category_of(category))
    return GeoreferencedImage(
        id=capture_id,
        scale=Scale.DRONE,
        color_file=picture,
        camera=_camera(ground, size, middle, picture.name),
        crs=ground.crs,
        origin=(float(x), float(y)),
        objects=found.objects,
        licence=licence,
        source=source,
        dropped=found.dropped,
    )


def _only(folder: Path, suffixes: tuple[str, ...]) -> SafeFile | None:
    names = sorted(path.name for path in folder.iterdir() if path.suffix.lower() in suffixes)
    if len(names) > 1:
        raise CaptureError(f"{folder.name}: expected one file of {', '.join(suffixes)}, got {', '.join(names[:4])}")
    return inside(folder, names[0]) if names else None


def _objects(file: SafeFile | None, picture: str, ground: GroundMap, size: tuple[int, int], category: str) -> Found:
    if file is None:
        return Found((), ())
    if file.name.lower().endswith(".csv"):
        return read_box_rows(file, picture, size)
    return read_geojson(file, ground, size, category)


def _camera(ground: GroundMap, size: tuple[int, int], middle_px: FloatArray, name: str) -> OrthographicCamera:
    metres = np.diag(ground.metres)
    linear = metres @ ground.crs_from_pixel[:, :2]
    try:
        return OrthographicCamera(size[1], size[0], np.column_stack([linear, -linear @ middle_px]))
    except GeometryError as error:
        raise CaptureError(f"{name}: {error}") from None
