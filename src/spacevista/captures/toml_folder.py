"""Reader of any RGB-D folder that a short `capture.toml` describes (schema and examples: docs/captures.md).

The description may lie outside the data, which may be read-only: paths in it are relative to the data's folder.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import msgspec

from spacevista.captures.about import unit_vector
from spacevista.captures.frame_files import (
    DepthFile,
    IdsSource,
    LabelFile,
    ScoreFiles,
    ScoreMap,
    camera_from_matrix,
    make_camera,
)
from spacevista.captures.gather import Loaded, checked_frame, gather
from spacevista.captures.names import category_table, check_capture_id, check_frame_names
from spacevista.captures.patterns import PLACEHOLDER, block_after, blocks_by_frame, fill, frames_matching, in_order
from spacevista.captures.pinhole import LensCamera, lens_of, pinhole_images, resampling_notes
from spacevista.captures.pose_files import ReadPose, pose_of
from spacevista.captures.record import Capture
from spacevista.captures.safe import SafeFile, Size, inside, numbers_of, picture_size, read_bytes, read_text
from spacevista.captures.toml_schema import CaptureToml, Intrinsics, Poses, ScoreObject
from spacevista.errors import CaptureError
from spacevista.geometry.cameras import Camera
from spacevista.geometry.lenses import Lens

CONFIG_FILE = "capture.toml"


def read_toml_capture(config: Path, root: Path) -> Capture:
    """Read the capture in the folder `root` that the file `config` describes; pictures are read again when asked for.

    Raises:
        CaptureError: the description is wrong (the message names the key), a path leaves the root, intrinsics for all
            frames cannot be used, an id or frame comes twice, or no frame is usable. A frame with a missing or faulty
            file is in `Capture.dropped`.
    """
    settings = read_config(config)
    check_capture_id(settings.id, config.name)
    categories = category_table(_object_rows(settings), config.name)
    source = _Source(
        settings,
        root,
        _camera_source(settings.intrinsics, root),
        lens_of(settings.intrinsics.brown, settings.intrinsics.fisheye, "intrinsics"),
        _pose_source(settings.poses, root),
        _thresholds(settings, root),
    )
    frames = _frames(settings, root)
    names = {fill(settings.color, frame): frame for frame in frames}
    check_frame_names(names, config.name)
    gathered = gather(names, lambda name: source.load(name, names[name]), settings.id)
    return Capture(
        id=settings.id,
        scale=settings.scale,
        frames=gathered.frames,
        categories=categories,
        up=unit_vector(settings.up, config.name),
        length_sigma=settings.length_sigma,
        licence=settings.licence,
        source=settings.source,
        dropped=gathered.dropped,
        corrected=gathered.corrected + resampling_notes(gathered.frames),
    )


def read_config(config: Path) -> CaptureToml:
    """Return the validated description (CaptureError names the key that is wrong)."""
    data = read_bytes(SafeFile(config, config.name))
    try:
        return msgspec.toml.decode(data, type=CaptureToml)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        raise CaptureError(f"{config.name}: {error}") from None


def _object_rows(settings: CaptureToml) -> list[tuple[int, str]]:
    if settings.labels is not None:
        return [(row.id, row.category) for row in settings.labels.objects]
    return [(row.id, row.category) for row in settings.scores.objects] if settings.scores else []


@dataclass(frozen=True)
class _Source:
    """Everything that the frames of one folder share."""

    settings: CaptureToml
    root: Path
    camera: Callable[[str, Size], Camera]
    lens: Lens | None
    pose: Callable[[str], ReadPose]
    thresholds: dict[int, float]

    def load(self, name: str, frame: str) -> Loaded:
        color = inside(self.root, name)
        size = picture_size(color)
        view = LensCamera(self.camera(frame, size), self.lens)
        camera, images = pinhole_images(view, view, color, self._depth(frame), self._ids(frame))
        return checked_frame(name, camera, self.pose(frame), images)

    def _depth(self, frame: str) -> DepthFile | None:
        depth = self.settings.depth
        if depth is None:
            return None
        return DepthFile(inside(self.root, fill(depth.files, frame)), depth.unit_m, depth.invalid)

    def _ids(self, frame: str) -> IdsSource | None:
        labels, scores = self.settings.labels, self.settings.scores
        if labels is not None:
            return LabelFile(inside(self.root, fill(labels.files, frame)), labels.background, labels.sky)
        if scores is None:
            return None
        maps = (
            ScoreMap(row.id, inside(self.root, fill(row.files, frame)), self.thresholds[row.id])
            for row in scores.objects
        )
        return ScoreFiles(tuple(maps), scores.full_value)


def _frames(settings: CaptureToml, root: Path) -> list[str]:
    """Return every frame that has a file of any kind: one that lacks another kind is then dropped, not overlooked."""
    patterns = [settings.color]
    patterns += [table.files for table in (settings.depth, settings.labels) if table is not None]
    if settings.poses.files is not None:
        patterns.append(settings.poses.files)
    for pattern in patterns:
        inside(root, fill(pattern, "0"))  # refuses a pattern that leads out of the folder
    return in_order(set[str]().union(*(frames_matching(pattern, root) for pattern in patterns)))


def _camera_source(intrinsics: Intrinsics, root: Path) -> Callable[[str, Size], Camera]:
    """Return (frame, size) -> camera; what all frames share is read and tried once, so that its faults are errors."""
    centre = intrinsics.first_pixel_centre
    if intrinsics.file is None:
        numbers = (intrinsics.fx_px, intrinsics.fy_px, intrinsics.cx_px, intrinsics.cy_px)
        known = tuple(number for number in numbers if number is not None)
        return lambda frame, size: make_camera(size, known, "intrinsics", centre)

    def matrix_of(frame: str) -> tuple[list[float], str]:
        file = inside(root, fill(intrinsics.file or "", frame))
        text = read_text(file)
        if intrinsics.after is None:
            return numbers_of(text, file.name), file.name
        return block_after(text, fill(intrinsics.after, frame), file.name, rows=3), file.name

    if PLACEHOLDER in intrinsics.file + (intrinsics.after or ""):

        def camera(frame: str, size: Size) -> Camera:
            matrix, name = matrix_of(frame)
            return camera_from_matrix(matrix, size, name, centre)

        return camera
    shared, name = matrix_of("")
    camera_from_matrix(shared, (1, 1), name)
    return lambda frame, size: camera_from_matrix(shared, size, name, centre)


def _pose_source(poses: Poses, root: Path) -> Callable[[str], ReadPose]:
    def read(numbers: list[float], name: str) -> ReadPose:
        return pose_of(numbers, name, poses.direction, poses.axes, poses.unit_m)

    if poses.file is None:

        def from_own_file(frame: str) -> ReadPose:
            file = inside(root, fill(poses.files or "", frame))
            return read(numbers_of(read_text(file), file.name), file.name)

        return from_own_file
    shared = inside(root, poses.file)
    blocks = blocks_by_frame(read_text(shared), poses.after or "", shared.name, rows=4)

    def from_block(frame: str) -> ReadPose:
        block = blocks.get(frame)
        if block is None:
            raise CaptureError(f"{shared.name}: no pose of frame {frame!r} in it")
        if isinstance(block, CaptureError):
            raise block
        return read(block, f"{shared.name}, frame {frame}")

    return from_block


def _thresholds(settings: CaptureToml, root: Path) -> dict[int, float]:
    return {row.id: _threshold(row, root) for row in settings.scores.objects} if settings.scores else {}


def _threshold(row: ScoreObject, root: Path) -> float:
    if row.threshold_file is None:
        return row.threshold or 0.0
    file = inside(root, row.threshold_file)
    numbers = numbers_of(read_text(file), file.name)
    if len(numbers) != 1 or not 0 < numbers[0] <= 1:
        raise CaptureError(f"{file.name}: expected one threshold above 0 and up to 1, got {numbers[:3]}")
    return numbers[0]
