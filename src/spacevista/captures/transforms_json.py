"""Reader of nerfstudio's and instant-ngp's `transforms.json` with depth files.

Facts from nerfstudio's documentation ("Data conventions") and both projects' loaders: `transform_matrix` is camera to
world with OpenGL camera axes; pixel centres lie at +0.5, as here (nerfstudio subtracts 0.5 from cx and cy before it
calls OpenCV); a value of a frame stands before the one for all frames. Depth is z-depth under the colour picture's
lens, `depth_file_path` times `depth_unit_scale_factor` (0.001 where it is not given) or instant-ngp's `depth_path`
times `integer_depth_scale`, in metres. `applied_transform` and `applied_scale`, which were applied to the poses but
not to the depth, are undone: the world is that of the source, in metres if its poses were.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from spacevista.captures.about import capture_of, read_about, refuse_calibration
from spacevista.captures.frame_files import DepthFile, check_centre, make_camera
from spacevista.captures.gather import Loaded, checked_frame, gather
from spacevista.captures.names import check_frame_names
from spacevista.captures.patterns import in_order
from spacevista.captures.pinhole import LensCamera, lens_of, pinhole_images
from spacevista.captures.pose_files import pose_of
from spacevista.captures.record import Capture
from spacevista.captures.safe import SafeFile, Size, inside, number_map_size, picture_size, read_text
from spacevista.errors import CaptureError
from spacevista.geometry.arrays import FloatArray
from spacevista.geometry.lenses import Lens

TRANSFORMS_FILE = "transforms.json"
DEFAULT_DEPTH_UNIT_M = 1e-3  # nerfstudio's
BROWN_MODELS = {"OPENCV", "RADIAL", "SIMPLE_RADIAL"}
PINHOLE_MODELS = {"PINHOLE", "SIMPLE_PINHOLE"}

Matrix = tuple[tuple[float, ...], ...]


class Optics(msgspec.Struct, frozen=True, kw_only=True):
    """Intrinsics as they stand at the top of the file, in a frame, or partly in both; keys we do not know are left."""

    camera_model: str | None = None
    is_fisheye: bool | None = None
    w: float | None = None
    h: float | None = None
    fl_x: float | None = None
    fl_y: float | None = None
    cx: float | None = None
    cy: float | None = None
    camera_angle_x: float | None = None
    camera_angle_y: float | None = None
    k1: float | None = None
    k2: float | None = None
    k3: float | None = None
    k4: float | None = None
    p1: float | None = None
    p2: float | None = None


class TransformFrame(Optics, frozen=True, kw_only=True):
    """One frame; paths are relative to the folder."""

    file_path: str
    transform_matrix: Matrix
    depth_file_path: str | None = None
    depth_path: str | None = None


class Transforms(Optics, frozen=True, kw_only=True):
    """What is used of `transforms.json`."""

    frames: tuple[TransformFrame, ...]
    depth_unit_scale_factor: float | None = None
    integer_depth_scale: float | None = None
    applied_transform: Matrix | None = None
    applied_scale: float | None = None


def is_transforms(folder: Path) -> bool:
    """Tell whether a folder holds a `transforms.json`."""
    return (folder / TRANSFORMS_FILE).is_file()


def read_transforms(folder: Path, about_file: Path | None = None) -> Capture:
    """Read such a folder; pictures are decoded once and read again only when asked for.

    Raises:
        CaptureError: the file is damaged or has a lens that is not read, a path leaves the folder, a frame is there
            twice, nothing says the capture's scale and licence, or no frame is usable. A frame with a missing or
            faulty file, pose or camera is in `Capture.dropped`.
    """
    about = read_about(folder, about_file, None)
    refuse_calibration(about, TRANSFORMS_FILE)
    record = _read_record(folder)
    files = [inside(folder, frame.file_path) for frame in record.frames]
    check_frame_names((file.name for file in files), TRANSFORMS_FILE)
    depths = [_depth_file(folder, frame, record) for frame in record.frames]
    undo = _source_from_file(record)
    sources = {
        file.name: _Source(record, frame, file, depth, undo)
        for file, depth, frame in zip(files, depths, record.frames, strict=True)
    }
    some_depth = any(depth is not None for depth in depths)
    gathered = gather(in_order(set(sources)), lambda name: sources[name].load(some_depth), folder.name)
    return capture_of(folder, "transforms", about, gathered)


def _read_record(folder: Path) -> Transforms:
    file = inside(folder, TRANSFORMS_FILE)
    try:  # the json module reads the NaN that Python programs write: it then costs one frame, not all
        return msgspec.convert(json.loads(read_text(file)), type=Transforms)
    except (ValueError, RecursionError) as error:
        raise CaptureError(f"{file.name}: expected frames with file_path and transform_matrix: {error}") from None


def _depth_file(folder: Path, frame: TransformFrame, record: Transforms) -> DepthFile | None:
    if frame.depth_file_path is not None:
        path, unit_m = frame.depth_file_path, record.depth_unit_scale_factor
        unit_m = DEFAULT_DEPTH_UNIT_M if unit_m is None else unit_m
    elif frame.depth_path is not None:
        path, unit_m = frame.depth_path, record.integer_depth_scale
    else:
        return None
    if unit_m is None or not (math.isfinite(unit_m) and unit_m > 0):
        raise CaptureError(f"{TRANSFORMS_FILE}: expected a positive unit of the depth of {path}, got {unit_m}")
    return DepthFile(inside(folder, path), unit_m)


def _source_from_file(record: Transforms) -> FloatArray:
    """Return the 4 x 4 inverse of `applied_transform` (the file's poses are that times the source's)."""
    if record.applied_transform is None:
        return np.eye(4)
    where = f"{TRANSFORMS_FILE}: applied_transform"
    matrix = _four_by_four(record.applied_transform, where)
    try:
        return np.asarray(np.linalg.inv(matrix))
    except np.linalg.LinAlgError:
        raise CaptureError(f"{where}: expected an invertible matrix, got {matrix.tolist()}") from None


def _four_by_four(rows: Matrix, where: str) -> FloatArray:
    """Return a 3 x 4 or 4 x 4 matrix of finite numbers as 4 x 4."""
    shape = [len(row) for row in rows]
    if shape not in ([4] * 3, [4] * 4):
        raise CaptureError(f"{where}: expected a matrix of 3 or 4 rows of 4 numbers, got rows of {shape[:8]}")
    matrix = np.array([*rows, (0.0, 0.0, 0.0, 1.0)][:4] if len(rows) == 3 else rows)
    if not np.isfinite(matrix).all():
        raise CaptureError(f"{where}: expected finite numbers, got {matrix.tolist()}")
    return matrix


@dataclass(frozen=True)
class _Source:
    """What is needed to load one frame."""

    record: Transforms
    frame: TransformFrame
    color: SafeFile
    depth: DepthFile | None
    source_from_file: FloatArray

    def load(self, some_depth: bool) -> Loaded:
        where = f"{TRANSFORMS_FILE}, frame {self.color.name}"
        if some_depth and self.depth is None:
            raise CaptureError(f"{where}: expected a depth file as other frames have one, got none")
        matrix = _four_by_four(self.frame.transform_matrix, where)
        scale = 1.0 if self.record.applied_scale is None else self.record.applied_scale
        if not (math.isfinite(scale) and scale > 0):
            raise CaptureError(f"{TRANSFORMS_FILE}: expected a positive applied_scale, got {scale}")
        matrix[:3, 3] /= scale
        pose = pose_of((self.source_from_file @ matrix).ravel().tolist(), where, axes="opengl")
        size = picture_size(self.color)
        view = _view(_merged(self.record, self.frame), size, where)
        depth_view = view if self.depth is None else _at_size(view, number_map_size(self.depth.file), self.depth.file)
        camera, images = pinhole_images(view, depth_view, self.color, self.depth)
        return checked_frame(self.color.name, camera, pose, images)


def _merged(record: Transforms, frame: TransformFrame) -> Optics:
    """Return the frame's own values and, where it has none, those for all frames."""

    def value(key: str) -> Any:
        own = getattr(frame, key)
        return getattr(record, key) if own is None else own

    return Optics(**{key: value(key) for key in Optics.__struct_fields__})


def _view(optics: Optics, size: Size, where: str) -> LensCamera:
    """Return the camera of a picture of `size`; without cx, cy the middle, without fl_y square pixels (instant-ngp)."""
    height, width = size
    stated = (optics.h or height, optics.w or width)
    if stated != size:
        raise CaptureError(f"{where}: expected a picture of w, h {stated[1]:g} x {stated[0]:g}, got {width} x {height}")
    fx = _focal(optics.fl_x, optics.camera_angle_x, width)
    fy = _focal(optics.fl_y, optics.camera_angle_y, height) or fx
    if fx is None or fy is None:
        raise CaptureError(f"{where}: expected fl_x, or camera_angle_x, of the frame or of all, got neither")
    centre = (width / 2 if optics.cx is None else optics.cx, height / 2 if optics.cy is None else optics.cy)
    camera = make_camera(size, (fx, fy, *centre), where)
    if optics.w is None or optics.h is None:
        check_centre(camera, where)
    return LensCamera(camera, _lens(optics, where))


def _focal(given_px: float | None, angle_rad: float | None, side_px: int) -> float | None:
    if given_px is not None or angle_rad is None:
        return given_px
    return side_px / 2 / math.tan(angle_rad / 2) if 0 < angle_rad < math.pi else math.nan  # the camera refuses NaN


def _lens(optics: Optics, where: str) -> Lens | None:
    model = optics.camera_model or ("OPENCV_FISHEYE" if optics.is_fisheye else "OPENCV")
    k1, k2, k3, k4, p1, p2 = (
        number or 0.0 for number in (optics.k1, optics.k2, optics.k3, optics.k4, optics.p1, optics.p2)
    )
    unused = {"PINHOLE": (k1, k2, k3, k4, p1, p2), "OPENCV": (k4,), "OPENCV_FISHEYE": (p1, p2)}
    kind = "PINHOLE" if model in PINHOLE_MODELS else "OPENCV" if model in BROWN_MODELS else model
    if kind not in unused:
        raise CaptureError(f"{where}: expected camera_model OPENCV, OPENCV_FISHEYE or PINHOLE, got {model!r}")
    if any(unused[kind]):
        raise CaptureError(f"{where}: camera_model {model} has no such coefficients: {unused[kind]}")
    if kind == "OPENCV_FISHEYE":
        return lens_of(None, (k1, k2, k3, k4), where)
    return lens_of((k1, k2, p1, p2, k3), None, where) if any((k1, k2, p1, p2, k3)) else None


def _at_size(view: LensCamera, size: Size, depth: SafeFile) -> LensCamera:
    """Return the same camera for a depth map of another size, which must show the same picture."""
    if size == view.size:
        return view
    height, width = view.size
    if abs(size[1] - width * size[0] / height) > 1:  # a pixel of rounding
        raise CaptureError(f"{depth.name}: expected the proportions of {width} x {height}, got {size[1]} x {size[0]}")
    return LensCamera(view.camera.resized(size[1], size[0]), view.lens)
