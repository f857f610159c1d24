"""Reader of a 7-Scenes folder (Microsoft Research, RGB-D Dataset 7-Scenes).

Files: `frame-XXXXXX.color.png` (or .jpg), `.depth.png` (16-bit millimetres, 65535: none), `.pose.txt` (4 x 4 camera to
world, metres). Optional: `camera-intrinsics.txt` (3 x 3), else the published focal length of 585 px and centre 320, 240
of 640 x 480 pictures, which is their middle at pixel centres of +0.5; `gravity-direction.txt` (world axes, downwards).

The published intrinsics are the depth camera's, and so are the poses: colour is the raw picture of the camera beside
it. With them (or without a file of intrinsics) depth is carried into the colour picture, by a rig that was measured on
the data; other intrinsics are taken for those of colour and depth alike.
"""

from __future__ import annotations

import math
import re
from dataclasses import replace
from pathlib import Path

import numpy as np

from spacevista.captures.frame_files import DepthFile, FileImages, Note, camera_from_matrix
from spacevista.captures.gather import Loaded, checked_frame, gather
from spacevista.captures.pose_files import pose_of
from spacevista.captures.record import Capture, Frame
from spacevista.captures.registered import RegisteredImages, Rig
from spacevista.captures.safe import SafeFile, Size, inside, numbers_of, picture_size, read_text
from spacevista.errors import CaptureError
from spacevista.geometry.arrays import FloatArray
from spacevista.geometry.cameras import Camera
from spacevista.geometry.poses import Pose, rotation_about
from spacevista.scales import Scale

FRAME_FILE = re.compile(r"(frame-\d{6})\.(color\.png|color\.jpg|depth\.png|pose\.txt)")
INTRINSICS_FILE = "camera-intrinsics.txt"
GRAVITY_FILE = "gravity-direction.txt"
PUBLISHED_MATRIX = [585.0, 0.0, 320.0, 0.0, 585.0, 240.0, 0.0, 0.0, 1.0]
PUBLISHED_SIZE: Size = (480, 640)
DEPTH_UNIT_M = 1e-3
INVALID_DEPTH = 65535.0
# Colour camera beside the depth camera, fitted to 40 frames of RedKitchen: the near sides of depth edges were laid on
# the colour picture's edges (mean log gradient 0.24 standard deviations as read, 1.28 on the half of the frames that
# was not fitted). Two fits on 20 frames each differ by 1 px of focal length, 0.06 degrees, 0.4 mm sideways, 4 mm ahead.
COLOR_FOCAL_PX = 527.0
COLOR_TURN_RAD = (0.0063, 0.0005, 0.0082)  # rotation vector
COLOR_SHIFT_M = (-0.0248, 0.0034, 0.0028)
LENGTH_SIGMA = 0.01  # Kinect depth without a calibration of one's own is good to about 1 % in scale
LICENCE = "Microsoft 7-Scenes terms: non-commercial research use"


def is_sevenscenes(folder: Path) -> bool:
    """Tell whether a folder holds pictures and poses under 7-Scenes names."""
    names = _frame_files(folder)
    return any("pose.txt" in kinds and {"color.png", "color.jpg"} & kinds for kinds in names.values())


def read_sevenscenes(folder: Path) -> Capture:
    """Read a 7-Scenes folder; pictures are decoded once and read again only when asked for.

    Raises:
        CaptureError: a frame has two colour files, the intrinsics or gravity cannot be used, or no frame is usable.
            A frame with a missing or faulty file is in `Capture.dropped`.
    """
    files = _frame_files(folder)
    for stem, kinds in files.items():
        if {"color.png", "color.jpg"} <= kinds:
            raise CaptureError(f"{folder.name}: frame {stem} is there twice, as .png and as .jpg")
    capture_id = "7scenes-" + re.sub(r"[^A-Za-z0-9_-]", "-", folder.resolve().name)
    matrix, published = _intrinsics(folder)

    def load(stem: str) -> Loaded:
        color = inside(folder, f"{stem}.color.jpg" if "color.jpg" in files[stem] else f"{stem}.color.png")
        size = picture_size(color)
        if published and size != PUBLISHED_SIZE:
            raise CaptureError(f"{color.name}: expected 480 x 640 pixels with the published intrinsics, got {size}")
        pose_file = inside(folder, f"{stem}.pose.txt")
        pose = pose_of(numbers_of(read_text(pose_file), pose_file.name), pose_file.name)
        depth = DepthFile(inside(folder, f"{stem}.depth.png"), DEPTH_UNIT_M, (INVALID_DEPTH,))
        camera = camera_from_matrix(matrix, size, INTRINSICS_FILE)
        if not published:
            return checked_frame(stem, camera, pose, FileImages(size, color, depth, None))
        rig = kinect(camera)
        placed = replace(pose, world_from_camera=pose.world_from_camera @ rig.color_from_depth.inverse())
        return checked_frame(stem, rig.color_camera, placed, RegisteredImages(rig, color, depth))

    gathered = gather(sorted(files), load, folder.name)
    return Capture(
        id=capture_id,
        scale=Scale.INDOOR,
        frames=gathered.frames,
        categories={},
        up=_up(inside(folder, GRAVITY_FILE)),
        length_sigma=LENGTH_SIGMA,
        licence=LICENCE,
        source=f"7-Scenes, {folder.resolve().name}",
        dropped=gathered.dropped,
        corrected=gathered.corrected + registration_note(gathered.frames),
    )


def kinect(depth_camera: Camera) -> Rig:
    """Return the depth camera with the colour camera beside it."""
    size = depth_camera.width_px, depth_camera.height_px
    color_camera = Camera(*size, COLOR_FOCAL_PX, COLOR_FOCAL_PX, size[0] / 2, size[1] / 2)
    turn = rotation_about(COLOR_TURN_RAD, math.degrees(math.hypot(*COLOR_TURN_RAD)))
    return Rig(depth_camera, color_camera, Pose(turn, np.array(COLOR_SHIFT_M)))


def registration_note(frames: tuple[Frame, ...]) -> tuple[Note, ...]:
    """Return one note on the frames whose depth was carried into the colour picture, if there are any."""
    count = sum(isinstance(frame.images, RegisteredImages) for frame in frames)
    text = f"depth of {count} carried into the pictures of the colour camera beside the depth camera"
    return (("frames", text),) if count else ()


def _frame_files(folder: Path) -> dict[str, set[str]]:
    """Return stem -> endings of the files under 7-Scenes names."""
    found: dict[str, set[str]] = {}
    for path in folder.iterdir():
        match = FRAME_FILE.fullmatch(path.name)
        if match:
            found.setdefault(match[1], set()).add(match[2])
    return found


def _intrinsics(folder: Path) -> tuple[list[float], bool]:
    """Return the intrinsic matrix and whether it is the published one; a matrix no camera can have is an error."""
    file = inside(folder, INTRINSICS_FILE)
    if not file.path.exists():
        return PUBLISHED_MATRIX, True
    matrix = numbers_of(read_text(file), file.name)
    camera_from_matrix(matrix, PUBLISHED_SIZE, file.name)
    return matrix, matrix == PUBLISHED_MATRIX


def _up(file: SafeFile) -> FloatArray | None:
    if not file.path.exists():
        return None
    down = np.array(numbers_of(read_text(file), file.name))
    length = float(np.linalg.norm(down)) if down.shape == (3,) else 0.0
    if not (np.isfinite(length) and length > 0):
        raise CaptureError(f"{file.name}: expected the three numbers of a direction, got {down.tolist()}")
    return np.asarray(-down / length)
