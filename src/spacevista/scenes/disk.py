"""A Scene as a folder: scene.json, points.parquet, depth.npz, and pose_covariance.npz where poses are noisy.

Validated once at load, no pickle.
The same scene gives the same bytes. scene.json is written last, so a folder without it is unfinished work.
"""

from __future__ import annotations

import io
import os
import zipfile
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from spacevista.errors import GeometryError, SceneError
from spacevista.geometry.arrays import Float32Array, FloatArray, Int32Array, frozen_floats
from spacevista.scenes import header
from spacevista.scenes.header import FrameForm, ObjectForm, SceneForm
from spacevista.scenes.masks import decode_mask
from spacevista.scenes.record import Scene, SceneFrame, SceneObject

HEADER_FILE, POINTS_FILE, DEPTH_FILE = "scene.json", "points.parquet", "depth.npz"
POSES_FILE = "pose_covariance.npz"
MAX_HEADER_BYTES = 64 * 2**20
MAX_POINTS = 10_000_000  # 240 MB of coordinates, three times that while they are read
UNREADABLE = (OSError, zipfile.BadZipFile, zlib.error, EOFError, ValueError, NotImplementedError)  # a bad zip file
NPY_HEADER_BYTES = 1024  # an npy header of a 2D array has 128 bytes
POINTS_SCHEMA = pa.schema(
    [("object_id", pa.int32()), ("possible", pa.bool_())] + [(axis, pa.float64()) for axis in ("x_m", "y_m", "z_m")]
)


def write_scene(scene: Scene, folder: Path) -> None:
    """Write a scene; files of an earlier scene in `folder` are replaced.

    Raises:
        SceneError: the scene would not pass the checks of `read_scene`.
    """
    content = msgspec.json.encode(header.to_form(scene))
    try:
        header.parse(content)
        for frame in scene.frames:
            _check_maps(frame.name, frame.depth_m, frame.ids, (frame.camera.height_px, frame.camera.width_px))
        table = _points_table(scene.objects)
        if scene.pose_covariance is not None:
            _check_covariance(scene.pose_covariance, len(scene.frames))
    except (SceneError, GeometryError) as error:
        raise SceneError(f"scene {scene.id}: {error}") from error
    folder.mkdir(parents=True, exist_ok=True)
    (folder / HEADER_FILE).unlink(missing_ok=True)
    pq.write_table(table, folder / POINTS_FILE, compression="zstd", write_page_checksum=True)
    _write_maps([frame.depth_m for frame in scene.frames], folder / DEPTH_FILE)
    (folder / POSES_FILE).unlink(missing_ok=True)
    if scene.pose_covariance is not None:
        _write_maps([scene.pose_covariance], folder / POSES_FILE)
    unfinished = folder / (HEADER_FILE + ".part")
    unfinished.write_bytes(content)
    os.replace(unfinished, folder / HEADER_FILE)


def read_scene(folder: Path) -> Scene:
    """Read a scene that `write_scene` wrote; it equals the one written, bit for bit.

    Raises:
        SceneError: a file is missing, damaged, of another version, or contradicts another; the message names it.
    """
    form = _read_header(folder / HEADER_FILE)
    points = _read_points(folder / POINTS_FILE, form.objects)
    depths = _read_depth(folder / DEPTH_FILE, form.frames)
    covariance = _read_covariance(folder / POSES_FILE, len(form.frames)) if form.noisy_poses else None
    try:
        return _scene(form, points, depths, covariance)
    except (SceneError, GeometryError) as error:
        raise SceneError(f"{folder / HEADER_FILE}: {error}") from error


def read_objects(folder: Path) -> tuple[SceneObject, ...]:
    """Read the objects of a scene and nothing of its pictures; errors as in `read_scene`."""
    form = _read_header(folder / HEADER_FILE)
    return _objects(form, _read_points(folder / POINTS_FILE, form.objects))


def _scene(
    form: SceneForm, points: list[FloatArray], depths: list[Float32Array], covariance: FloatArray | None
) -> Scene:
    return Scene(
        id=form.id,
        scale=form.scale,
        frames=tuple(_frame(frame, depth) for frame, depth in zip(form.frames, depths, strict=True)),
        objects=_objects(form, points),
        up=header.frozen_unit(form.up),
        planes=tuple(header.plane_of(plane) for plane in form.planes),
        noise=form.noise,
        licence=form.licence,
        source=form.source,
        drops=tuple(form.drops),
        gaps=tuple(header.gap_of(gap) for gap in form.gaps),
        pose_covariance=covariance,
    )


def _frame(form: FrameForm, depth_m: Float32Array) -> SceneFrame:
    ids = np.zeros((form.height_px, form.width_px), dtype=np.int32)
    for mask in form.masks:
        inside = decode_mask(mask.counts, form.height_px, form.width_px)
        if mask.id == 0 or ids[inside].any():
            raise SceneError(f"frame {form.name}: expected masks of ids other than 0 that do not overlap ({mask.id})")
        ids[inside] = mask.id
    _check_maps(form.name, depth_m, ids, ids.shape)
    return SceneFrame(form.name, header.camera_of(form), header.pose_of(form), depth_m, ids)


def _objects(form: SceneForm, points: list[FloatArray]) -> tuple[SceneObject, ...]:
    return tuple(_object(thing, points[2 * n], points[2 * n + 1]) for n, thing in enumerate(form.objects))


def _object(form: ObjectForm, seen_m: FloatArray, possible_m: FloatArray) -> SceneObject:
    support = None if form.support is None else header.plane_of(form.support)
    return SceneObject(
        form.id,
        form.category,
        seen_m,
        possible_m,
        form.open_space,
        support,
        header.views_of(form),
        form.error_m,
        form.border_m,
    )


def _check_maps(name: str, depth_m: Float32Array, ids: Int32Array, shape: tuple[int, ...]) -> None:
    for what, array, dtype in (("depth", depth_m, np.float32), ("ids", ids, np.int32)):
        if array.dtype != dtype or array.shape != shape:
            raise SceneError(
                f"frame {name}: expected {what} of {np.dtype(dtype)} with {shape[0]} x {shape[1]} pixels, "
                f"got {array.dtype} with shape {array.shape}"
            )
    if not (np.isfinite(depth_m).all() and (depth_m >= 0).all()):
        raise SceneError(f"frame {name}: expected finite depths of 0 (none) or more")


def _read_header(path: Path) -> SceneForm:
    if not path.is_file():
        raise SceneError(f"{path}: expected the header of a finished scene, got no such file")
    if path.stat().st_size > MAX_HEADER_BYTES:
        raise SceneError(f"{path}: expected at most {MAX_HEADER_BYTES} bytes, got {path.stat().st_size}")
    try:
        return header.parse(path.read_bytes())
    except (SceneError, GeometryError) as error:
        raise SceneError(f"{path}: {error}") from error


def _points_table(objects: Sequence[SceneObject]) -> pa.Table:
    """Stack the points of all objects: for each its seen ones, then its possible ones."""
    parts = [
        (thing.id, possible, frozen_floats(points, (None, 3), f"object {thing.id}: points"))
        for thing in objects
        for possible, points in ((False, thing.seen_m), (True, thing.possible_m))
    ]
    counts = [len(points) for _, _, points in parts]
    if sum(counts) > MAX_POINTS:
        raise SceneError(f"expected at most {MAX_POINTS} points, got {sum(counts)}")
    stacked = np.concatenate([points for _, _, points in parts]) if parts else np.zeros((0, 3))
    columns = [
        np.repeat(np.array([number for number, _, _ in parts], dtype=np.int32), counts),
        np.repeat(np.array([possible for _, possible, _ in parts], dtype=bool), counts),
        *stacked.T,
    ]
    return pa.table([pa.array(column) for column in columns], schema=POINTS_SCHEMA)


def _read_points(path: Path, objects: Sequence[ObjectForm]) -> list[FloatArray]:
    """Return seen and possible points of each object, in the order of the header."""
    counts = [count for thing in objects for count in (thing.seen_points, thing.possible_points)]
    try:
        with pq.ParquetFile(path, page_checksum_verification=True) as file:
            if not file.schema_arrow.equals(POINTS_SCHEMA):
                raise SceneError(f"{path}: expected columns {POINTS_SCHEMA.names}, got {file.schema_arrow.names}")
            rows = file.metadata.num_rows
            if rows != sum(counts) or rows > MAX_POINTS:
                raise SceneError(f"{path}: expected {sum(counts)} points (at most {MAX_POINTS}), got {rows}")
            table = file.read()
    except (OSError, pa.ArrowException) as error:
        raise SceneError(f"{path}: expected a Parquet file of points, got: {error}") from error
    ids = np.repeat([number for thing in objects for number in (thing.id, thing.id)], counts)
    possible = np.repeat(np.arange(len(counts)) % 2 == 1, counts)
    if table.num_rows != len(ids) or any(column.null_count for column in table.columns):
        raise SceneError(f"{path}: expected {len(ids)} points without gaps, got {table.num_rows}")
    if not (
        np.array_equal(table["object_id"].to_numpy(), ids) and np.array_equal(table["possible"].to_numpy(), possible)
    ):
        raise SceneError(f"{path}: expected the objects in the order of {HEADER_FILE}")
    stacked = np.stack([table[axis].to_numpy() for axis in ("x_m", "y_m", "z_m")], axis=1)
    try:
        stacked = frozen_floats(stacked, (None, 3), "points")
    except GeometryError as error:
        raise SceneError(f"{path}: {error}") from error
    ends = np.cumsum(counts)
    return [stacked[end - count : end] for end, count in zip(ends, counts, strict=True)]


def _write_maps(maps: Sequence[Float32Array | FloatArray], path: Path) -> None:
    """Write arrays as a compressed npz; time stamps are fixed so that equal maps give equal bytes."""
    with zipfile.ZipFile(path, "w") as archive:
        for index, values in enumerate(maps):
            content = io.BytesIO()
            np.lib.format.write_array(content, np.ascontiguousarray(values), version=(1, 0), allow_pickle=False)
            entry = zipfile.ZipInfo(f"{index:06d}.npy", date_time=(1980, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, content.getvalue(), compresslevel=1)


def _read_depth(path: Path, frames: Sequence[FrameForm]) -> list[Float32Array]:
    largest = NPY_HEADER_BYTES + sum(4 * frame.height_px * frame.width_px + 2 * NPY_HEADER_BYTES for frame in frames)
    try:
        if path.stat().st_size > largest:
            raise SceneError(f"expected at most {largest} bytes for {len(frames)} depth maps")
        with zipfile.ZipFile(path) as archive:
            names = [f"{index:06d}.npy" for index in range(len(frames))]
            if archive.namelist() != names:
                raise SceneError(f"{path}: expected {len(names)} depth maps, got {archive.namelist()[:3]} ...")
            shapes = [(frame.height_px, frame.width_px) for frame in frames]
            return [_read_map(archive, *entry, "<f4").astype(np.float32) for entry in zip(names, shapes, strict=True)]
    except SceneError as error:
        raise SceneError(f"{path}: {error}") from error
    except UNREADABLE as error:
        raise SceneError(f"{path}: expected a compressed npz of depth maps, got: {error}") from error


def _read_covariance(path: Path, frames: int) -> FloatArray:
    size = 6 * frames
    try:
        with zipfile.ZipFile(path) as archive:
            found = _read_map(archive, f"{0:06d}.npy", (size, size), "<f8").astype(np.float64)
        _check_covariance(found, frames)
    except (SceneError, KeyError, *UNREADABLE) as error:
        raise SceneError(f"{path}: expected a covariance of {frames} poses, got: {error}") from error
    return found


def _check_covariance(covariance: FloatArray, frames: int) -> None:
    if covariance.shape != (6 * frames, 6 * frames) or not np.isfinite(covariance).all():
        raise SceneError(f"expected finite covariances of {frames} poses, got an array of {covariance.shape}")
    if not (np.array_equal(covariance, covariance.T) and (np.diag(covariance) >= 0).all()):
        raise SceneError("expected a symmetric covariance of poses with variances of 0 or more")


def _read_map(archive: zipfile.ZipFile, name: str, shape: tuple[int, int], descr: str) -> NDArray[Any]:
    """Return one array; its size is checked before anything is unpacked."""
    size = np.dtype(descr).itemsize * shape[0] * shape[1]
    limit = size + NPY_HEADER_BYTES
    if archive.getinfo(name).file_size > limit:
        raise SceneError(f"{name}: expected at most {limit} bytes, got {archive.getinfo(name).file_size}")
    with archive.open(name) as file:
        content = file.read(limit + 1)
    # The header is compared, not parsed: numpy's parser evaluates text.
    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(header, {"descr": descr, "fortran_order": False, "shape": shape})
    start = header.getvalue()
    if not content.startswith(start) or len(content) != len(start) + size:
        raise SceneError(
            f"{name}: expected an npy of {np.dtype(descr)} of {shape[0]} x {shape[1]}, got {content[:60]!r}"
        )
    return np.frombuffer(content, dtype=descr, offset=len(start)).reshape(shape)
