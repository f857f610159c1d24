"""Our own form of a capture on disk: `capture.json` beside one colour PNG, depth npz and id PNG for each frame.

The same capture gives the same bytes. `capture.json` is written last, so a folder without one is unfinished.
The form is described in docs/captures.md.
"""

from __future__ import annotations

import io
import os
import zipfile
from pathlib import Path

import msgspec
import numpy as np
from PIL import Image

from spacevista.captures.frame_files import DepthFile, FileImages, PackedIdsFile, make_camera
from spacevista.captures.gather import Loaded, checked_frame, gather
from spacevista.captures.names import category_table, check_capture_id, check_frame_names
from spacevista.captures.pose_files import pose_of
from spacevista.captures.record import Capture, Frame
from spacevista.captures.safe import inside, read_bytes
from spacevista.errors import CaptureError
from spacevista.geometry.arrays import ByteArray, Float32Array, Int32Array
from spacevista.geometry.cameras import Camera
from spacevista.scales import Scale

CAPTURE_FILE = "capture.json"
FORMAT_VERSION = 1
COMPRESSION_LEVEL = 4  # of zlib: level 9 is 1 to 2 % smaller on measured depths and takes up to six times as long
ZIP_DATE = (1980, 1, 1, 0, 0, 0)  # the earliest a zip can hold: a date of writing would change the bytes


class VersionRecord(msgspec.Struct, frozen=True):
    """The one field that every version has; read first, so that a newer file is told from a damaged one."""

    version: int


class CameraRecord(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Pinhole intrinsics in pixels, pixel centres at +0.5."""

    width_px: int
    height_px: int
    fx_px: float
    fy_px: float
    cx_px: float
    cy_px: float


class FrameRecord(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One frame; files are relative to the folder, the pose is a 4 x 4 matrix row by row (metres, OpenCV axes)."""

    name: str
    camera: CameraRecord
    world_from_camera: tuple[tuple[float, float, float, float], ...]
    color: str
    depth: str | None
    ids: str | None


class CategoryRecord(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The category of one object id."""

    id: int
    category: str


class CaptureRecord(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What `capture.json` holds."""

    version: int
    id: str
    scale: Scale
    licence: str
    source: str
    length_sigma: float
    up: tuple[float, float, float] | None
    categories: tuple[CategoryRecord, ...]
    dropped: tuple[tuple[str, str], ...]
    corrected: tuple[tuple[str, str], ...]
    frames: tuple[FrameRecord, ...]


def write_capture(capture: Capture, folder: Path) -> None:
    """Write a capture to `folder`, which is made and must not hold a finished capture.

    Raises:
        CaptureError: the folder holds one, a name cannot be written, or a picture does not fit its camera.
    """
    target = folder / CAPTURE_FILE
    if target.exists():
        raise CaptureError(f"{target}: expected a folder without a finished capture")
    check_capture_id(capture.id, "capture")
    check_frame_names((frame.name for frame in capture.frames), f"capture {capture.id}")
    categories = category_table(capture.categories.items(), f"capture {capture.id}")
    folder.mkdir(parents=True, exist_ok=True)
    record = CaptureRecord(
        version=FORMAT_VERSION,
        id=capture.id,
        scale=capture.scale,
        licence=capture.licence,
        source=capture.source,
        length_sigma=float(capture.length_sigma),
        up=None if capture.up is None else (float(capture.up[0]), float(capture.up[1]), float(capture.up[2])),
        categories=tuple(CategoryRecord(int(i), c) for i, c in sorted(categories.items())),
        dropped=capture.dropped,
        corrected=capture.corrected,
        frames=tuple(_write_frame(frame, index, folder) for index, frame in enumerate(capture.frames)),
    )
    partial = folder / (CAPTURE_FILE + ".partial")
    partial.write_bytes(msgspec.json.format(msgspec.json.encode(record), indent=1) + b"\n")
    os.replace(partial, target)


def read_capture(folder: Path) -> Capture:
    """Read a capture in our own form; every picture is decoded once and read again only when asked for.

    Raises:
        CaptureError: `capture.json` is missing, damaged or of another version, a path leaves the folder, a name or id
            comes twice, or no frame is usable. Frames with a fault are in `Capture.dropped`.
    """
    record = _read_record(folder)
    where = f"{folder.name}/{CAPTURE_FILE}"
    check_capture_id(record.id, where)
    check_frame_names((frame.name for frame in record.frames), where)
    categories = category_table(((row.id, row.category) for row in record.categories), where)
    images = {frame.name: _images(frame, folder) for frame in record.frames}
    by_name = {frame.name: frame for frame in record.frames}

    def load(name: str) -> Loaded:
        frame = by_name[name]
        at = f"{CAPTURE_FILE}, frame {name}"
        given = frame.camera
        size = (given.height_px, given.width_px)
        camera = make_camera(size, (given.fx_px, given.fy_px, given.cx_px, given.cy_px), at)
        pose = pose_of((n for row in frame.world_from_camera for n in row), at)
        return checked_frame(name, camera, pose, images[name])

    gathered = gather(by_name, load, where)
    return Capture(
        id=record.id,
        scale=record.scale,
        frames=gathered.frames,
        categories=categories,
        up=None if record.up is None else np.array(record.up),
        length_sigma=record.length_sigma,
        licence=record.licence,
        source=record.source,
        dropped=record.dropped + gathered.dropped,
        corrected=record.corrected + gathered.corrected,
    )


def _read_record(folder: Path) -> CaptureRecord:
    data = read_bytes(inside(folder, CAPTURE_FILE))
    where = f"{folder.name}/{CAPTURE_FILE}"
    try:
        version = msgspec.json.decode(data, type=VersionRecord).version
        if version != FORMAT_VERSION:
            raise CaptureError(f"{where}: expected version {FORMAT_VERSION}, got {version}")
        return msgspec.json.decode(data, type=CaptureRecord)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        raise CaptureError(f"{where}: not a capture in our form: {error}") from None


def _images(frame: FrameRecord, folder: Path) -> FileImages:
    return FileImages(
        size=(frame.camera.height_px, frame.camera.width_px),
        color_file=inside(folder, frame.color),
        depth_file=None if frame.depth is None else DepthFile(inside(folder, frame.depth)),
        ids_source=None if frame.ids is None else PackedIdsFile(inside(folder, frame.ids)),
    )


def _write_frame(frame: Frame, index: int, folder: Path) -> FrameRecord:
    stem = f"frame-{index:06d}"
    size = (frame.camera.height_px, frame.camera.width_px)
    color, depth, ids = frame.images.color(), frame.images.depth_m(), frame.images.ids()
    for what, array in (("colour", color[..., 0]), ("depth", depth), ("ids", ids)):
        if array is not None and array.shape != size:
            raise CaptureError(f"frame {frame.name}: {what}: expected {size} pixels, got {array.shape}")
    (folder / f"{stem}.color.png").write_bytes(_png(color))
    if depth is not None:
        (folder / f"{stem}.depth.npz").write_bytes(_npz("depth_m", depth))
    if ids is not None:
        (folder / f"{stem}.ids.png").write_bytes(_png(_packed(ids)))
    matrix = frame.world_from_camera.matrix.tolist()
    return FrameRecord(
        name=frame.name,
        camera=_camera_record(frame.camera),
        world_from_camera=tuple((row[0], row[1], row[2], row[3]) for row in matrix),
        color=f"{stem}.color.png",
        depth=None if depth is None else f"{stem}.depth.npz",
        ids=None if ids is None else f"{stem}.ids.png",
    )


def _camera_record(camera: Camera) -> CameraRecord:
    fx, fy, cx, cy = (float(n) for n in (camera.fx_px, camera.fy_px, camera.cx_px, camera.cy_px))
    return CameraRecord(int(camera.width_px), int(camera.height_px), fx, fy, cx, cy)


def _packed(ids: Int32Array) -> ByteArray:
    """Return H x W x 4: each id as one little-endian int32, so that SKY_ID and every id survive."""
    flat = np.ascontiguousarray(ids, dtype="<i4")
    return flat.view(np.uint8).reshape(*ids.shape, 4)


def _png(array: ByteArray) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(array, dtype=np.uint8)).save(
        buffer, format="PNG", compress_level=COMPRESSION_LEVEL
    )
    return buffer.getvalue()


def _npz(name: str, array: Float32Array) -> bytes:
    """Return a compressed npz of one float32 array, as numpy reads it, with a fixed date."""
    member = io.BytesIO()
    np.lib.format.write_array(member, np.ascontiguousarray(array, dtype="<f4"), allow_pickle=False)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        info = zipfile.ZipInfo(f"{name}.npy", date_time=ZIP_DATE)
        info.compress_type = zipfile.ZIP_DEFLATED
        archive.writestr(info, member.getvalue(), compresslevel=COMPRESSION_LEVEL)
    return buffer.getvalue()
