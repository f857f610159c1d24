"""Reader of KITTI object frames: picture, calibration, LiDAR, labelled boxes (object development kit, readme).

Layouts: `image_2/NAME.png`, `calib/NAME.txt`, `velodyne/NAME.bin`, `label_2/NAME.txt`, or flat with `NAME.image_2.png`,
`NAME.calib.txt`, `NAME.velodyne.bin`, `NAME.label_2.txt`. Frames were taken at unrelated places, so each is a capture.

World: the rectified frame of camera 0 (x right, y down, z forward), in which the labels are; up is -y, as they have it.
Depth is sparse: the LiDAR's points, nearest first. Ids are those of the labelled boxes, on pixels with a point.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from spacevista.captures.frame_files import Note, camera_from_matrix
from spacevista.captures.gather import rotation_notes
from spacevista.captures.kitti_labels import LabelledBox, ids_in_boxes, read_labels
from spacevista.captures.lidar_depth import Projected, point_counts, project_points
from spacevista.captures.pose_files import pose_of
from spacevista.captures.record import Capture, Frame
from spacevista.captures.safe import (
    SafeFile,
    check_present,
    inside,
    numbers_of,
    picture_size,
    read_color,
    read_text,
)
from spacevista.errors import CaptureError
from spacevista.geometry.arrays import ByteArray, Float32Array, FloatArray, Int32Array
from spacevista.geometry.cameras import Camera
from spacevista.geometry.poses import Pose
from spacevista.scales import Scale

KINDS = {"image_2": "png", "calib": "txt", "velodyne": "bin", "label_2": "txt"}
NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
CALIBRATION = {"P2": 12, "R0_rect": 9, "Tr_velo_to_cam": 12}
POINT_BYTES = 16  # x, y, z (metres, scanner's frame) and reflectance as little-endian float32
LENGTH_SIGMA = 0.005  # the scanner's 2 cm of range accuracy (Velodyne HDL-64E, data sheet) at 4 m, the nearest seen
LICENCE = "CC-BY-NC-SA-3.0"
UP = np.array([0.0, -1.0, 0.0])


@dataclass(frozen=True, eq=False)
class KittiFrame:
    """A frame as a capture, and its labelled boxes in the capture's world; those without a LiDAR point are in too."""

    capture: Capture
    objects: tuple[LabelledBox, ...]


@dataclass(frozen=True, eq=False)
class Calibration:
    """Camera 2 and where it and the scanner stand; the world is the rectified frame of camera 0."""

    camera: Camera
    world_from_camera: Pose
    world_from_scanner: Pose
    rotation_errors: tuple[float, ...]


@dataclass(frozen=True, eq=False)
class KittiImages:
    """The pictures of a frame, made from its files when they are asked for."""

    color_file: SafeFile
    scan_file: SafeFile
    calibration: Calibration
    objects: tuple[LabelledBox, ...] | None

    def color(self) -> ByteArray:
        camera = self.calibration.camera
        return read_color(self.color_file, (camera.height_px, camera.width_px))

    def depth_m(self) -> Float32Array:
        return self.projected()[0].depth_m

    def ids(self) -> Int32Array | None:
        return None if self.objects is None else self.projected()[0].ids

    def projected(self) -> tuple[Projected, int]:
        """Return the scan on the picture, and how many of its points were not finite."""
        scan, bad = read_scan(self.scan_file)
        world = self.calibration.world_from_scanner.apply(scan)
        ids = ids_in_boxes(world, self.objects or ())
        camera = self.calibration.world_from_camera.inverse().apply(world)
        return project_points(camera, ids, self.calibration.camera), bad


def kitti_frames(folder: Path) -> tuple[str, ...]:
    """Return the names of the frames that have a picture and a calibration, in order; none in any other folder."""
    parent = folder / "image_2"
    suffix = ".png" if parent.is_dir() else ".image_2.png"
    names = [
        path.name.removesuffix(suffix)
        for path in (parent if parent.is_dir() else folder).iterdir()
        if path.name.endswith(suffix)
    ]
    return tuple(sorted(n for n in names if NAME.fullmatch(n) and _file(folder, n, "calib").path.exists()))


def is_kitti_object(folder: Path) -> bool:
    """Tell whether a folder holds pictures and calibrations under KITTI object names."""
    return bool(kitti_frames(folder))


def is_kitti_frame(path: Path) -> bool:
    """Tell whether `path`, FOLDER/NAME and nothing on the disk, means the frame NAME of a KITTI folder."""
    if path.exists() or not path.parent.is_dir() or not NAME.fullmatch(path.name):
        return False
    return all(_file(path.parent, path.name, kind).path.exists() for kind in ("image_2", "calib"))


def frame_files(path: Path) -> tuple[Path, ...]:
    """Return the files that there are of the frame FOLDER/NAME."""
    files = (_file(path.parent, path.name, kind).path for kind in KINDS)
    return tuple(file for file in files if file.exists())


def read_kitti_object(folder: Path) -> Capture:
    """Read the capture of a folder with a single frame.

    Raises:
        CaptureError: as `read_kitti_frame`; there are several frames, each of which is a capture.
    """
    names = kitti_frames(folder)
    if len(names) != 1:
        raise CaptureError(
            f"{folder.name}: expected one KITTI frame, got {len(names)} (first: {', '.join(names[:3])}), each of "
            f"another place and so a capture of its own: name one, {folder.name}/{names[0]}, or build from all"
        )
    return read_kitti_frame(folder, names[0]).capture


def read_kitti_frame(folder: Path, name: str) -> KittiFrame:
    """Read one frame of a folder; without labels it has no ids, which `Capture.dropped` says.

    Raises:
        CaptureError: picture, calibration or scan is missing or cannot be used, or no point of the scan is in the
            picture. Label rows that cannot be used, and DontCare regions, are in `Capture.dropped`.
    """
    color = _file(folder, name, "image_2")
    size = picture_size(color)
    read_color(color, size)
    calibration = read_calibration(_file(folder, name, "calib"), size)
    objects, dropped = _labels(_file(folder, name, "label_2"))
    scan = _file(folder, name, "velodyne")
    images = KittiImages(color, scan, calibration, objects)
    projected, bad = images.projected()
    if not projected.depth_m.any():
        raise CaptureError(f"{scan.name}: expected points in view of the camera, got none")
    empty = _without_points(objects or (), projected)
    capture = Capture(
        id="kitti-" + re.sub(r"[^A-Za-z0-9_-]", "-", folder.resolve().name) + f"-{name}",
        scale=Scale.OUTDOOR,
        frames=(Frame(name, calibration.camera, calibration.world_from_camera, images),),
        categories={thing.id: thing.category for thing in objects or () if thing.category},
        up=UP,
        length_sigma=LENGTH_SIGMA,
        licence=LICENCE,
        source=f"KITTI object, frame {name}",
        dropped=dropped + empty,
        corrected=_corrected(scan.name, projected, bad, calibration),
    )
    return KittiFrame(capture, objects or ())


def read_calibration(file: SafeFile, size: tuple[int, int]) -> Calibration:
    """Read P2 (3 x 4 projection of camera 2), R0_rect (3 x 3) and Tr_velo_to_cam (3 x 4) of a file.

    Raises:
        CaptureError: one is missing, there twice, of another length, not finite, or no projection or rotation.
    """
    values = _named_numbers(file)
    projection = np.array(values["P2"]).reshape(3, 4)
    camera = camera_from_matrix(projection[:, :3].ravel().tolist(), size, f"{file.name}, P2", first_pixel_centre=0)
    # P2 = K [1 | t]: t carries rectified camera 0 to camera 2, which stands beside it and looks the same way.
    camera_from_world = np.linalg.solve(projection[:, :3], projection[:, 3])
    rectified = np.eye(4)
    rectified[:3, :3] = np.array(values["R0_rect"]).reshape(3, 3)
    rectify = pose_of(rectified.ravel(), f"{file.name}, R0_rect")
    scanner = pose_of([*values["Tr_velo_to_cam"], 0, 0, 0, 1], f"{file.name}, Tr_velo_to_cam")
    return Calibration(
        camera,
        Pose(np.eye(3), -camera_from_world),
        rectify.world_from_camera @ scanner.world_from_camera,
        (rectify.rotation_error, scanner.rotation_error),
    )


def read_scan(file: SafeFile) -> tuple[FloatArray, int]:
    """Return the finite points (N, 3) of a scan in the scanner's frame, metres, and how many were not finite.

    Raises:
        CaptureError: missing, empty, too large, or not of whole points.
    """
    check_present(file)
    size = file.path.stat().st_size
    if size % POINT_BYTES:
        raise CaptureError(f"{file.name}: expected points of {POINT_BYTES} bytes, got {size} bytes (cut short?)")
    points = np.fromfile(file.path, dtype="<f4").reshape(-1, 4)[:, :3].astype(np.float64)
    usable = np.isfinite(points).all(axis=1)
    return points[usable], int((~usable).sum())


def _file(folder: Path, name: str, kind: str) -> SafeFile:
    if not NAME.fullmatch(name):
        raise CaptureError(f"{folder.name}: expected a frame's name of letters, digits, _ and -, got {name[:80]!r}")
    nested = (folder / "image_2").is_dir()
    return inside(folder, f"{kind}/{name}.{KINDS[kind]}" if nested else f"{name}.{kind}.{KINDS[kind]}")


def _labels(file: SafeFile) -> tuple[tuple[LabelledBox, ...] | None, tuple[Note, ...]]:
    if not file.path.exists():
        return None, ((file.name, "missing: no ids"),)
    return read_labels(file)


def _named_numbers(file: SafeFile) -> dict[str, list[float]]:
    values: dict[str, list[float]] = {}
    for line in read_text(file).splitlines():
        key, colon, rest = line.partition(":")
        if not colon or key not in CALIBRATION:
            continue
        if key in values:
            raise CaptureError(f"{file.name}: {key} is there twice")
        values[key] = numbers_of(rest, f"{file.name}, {key}")
    for key, count in CALIBRATION.items():
        got = values.get(key, [])
        if len(got) != count or not np.isfinite(got).all():
            raise CaptureError(f"{file.name}: expected {key} with {count} finite numbers, got {got or 'nothing'}")
    return values


def _without_points(objects: tuple[LabelledBox, ...], projected: Projected) -> tuple[Note, ...]:
    counts = point_counts(projected.ids)
    return tuple((f"object {thing.id}", "no LiDAR point in its box") for thing in objects if thing.id not in counts)


def _corrected(name: str, projected: Projected, bad: int, calibration: Calibration) -> tuple[Note, ...]:
    notes: list[Note] = []
    if bad:
        notes.append((name, f"{bad} points were not finite: left out"))
    if projected.hidden:
        notes.append((name, f"{projected.hidden} points lie behind what the camera sees: left out"))
    return (*notes, *rotation_notes(list(calibration.rotation_errors)))
