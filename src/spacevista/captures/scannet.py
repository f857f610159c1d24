"""Reader of a ScanNet scene as its exporter writes it: `color/`, `depth/`, `pose/` and `intrinsic/`.

Files: `color/N.jpg` (or .png), `depth/N.png` (16-bit millimetres), `pose/N.txt` (4 x 4 camera to world, metres, OpenCV
axes; -inf where the camera was not tracked), `intrinsic/intrinsic_color.txt` and `intrinsic_depth.txt` (4 x 4, pixel
centres on whole numbers). Colour and depth are aligned and differ in size only: by its makers' word the extrinsic
matrices are not to be applied (ScanNet's repository, issues 2 and 92), so they are not read; nor are labels.
"""

from __future__ import annotations

import re
from pathlib import Path

from spacevista.captures.about import About, capture_of, read_about, refuse_calibration
from spacevista.captures.frame_files import DepthFile, camera_from_matrix, check_centre
from spacevista.captures.gather import Loaded, checked_frame, gather
from spacevista.captures.patterns import frames_matching, in_order
from spacevista.captures.pinhole import LensCamera, pinhole_images
from spacevista.captures.pose_files import pose_of
from spacevista.captures.record import Capture
from spacevista.captures.safe import SafeFile, Size, inside, number_map_size, numbers_of, picture_size, read_text
from spacevista.errors import CaptureError
from spacevista.scales import Scale

COLOR_PATTERNS = ("color/{frame}.jpg", "color/{frame}.png")
DEPTH_PATTERN, POSE_PATTERN = "depth/{frame}.png", "pose/{frame}.txt"
INTRINSICS = ("intrinsic/intrinsic_color.txt", "intrinsic/intrinsic_depth.txt")
DEPTH_UNIT_M = 1e-3
FIRST_PIXEL_CENTRE = 0.0  # the depth camera of 640 x 480 has its centre at 319.5, 239.5
SCENE_NAME = re.compile(r"scene\d{4}_\d{2}")
PUBLISHED = About(
    scale=Scale.INDOOR,
    licence="ScanNet terms of use: non-commercial research and education",
    source="ScanNet",
    length_sigma=0.01,  # Structure sensor: about 1 % at 3 m
)


def is_scannet(folder: Path) -> bool:
    """Tell whether a folder holds pictures, poses and intrinsics as ScanNet's exporter lays them out."""
    return all((folder / name).is_dir() for name in ("color", "pose", "intrinsic"))


def read_scannet(folder: Path, about_file: Path | None = None) -> Capture:
    """Read such a folder; pictures are decoded once and read again only when asked for.

    Raises:
        CaptureError: the intrinsics cannot be used, a frame has two pictures, a path leaves the folder, nothing says
            the licence of a folder that is not named as a scene of ScanNet, or no frame is usable. A frame with a
            missing or faulty file is in `Capture.dropped`.
    """
    published = PUBLISHED if SCENE_NAME.fullmatch(folder.resolve().name) else None
    about = read_about(folder, about_file, published)
    refuse_calibration(about, "intrinsic/")
    matrices = {name: _matrix(inside(folder, name)) for name in INTRINSICS}
    pictures = [frames_matching(pattern, folder) for pattern in COLOR_PATTERNS]
    if twice := in_order(pictures[0] & pictures[1]):
        raise CaptureError(f"{folder.name}: frame {twice[0]} is there twice, as .jpg and as .png")
    names = pictures[0] | pictures[1] | frames_matching(DEPTH_PATTERN, folder) | frames_matching(POSE_PATTERN, folder)

    def load(name: str) -> Loaded:
        color = inside(folder, f"color/{name}.png" if name in pictures[1] else f"color/{name}.jpg")
        pose_file, depth = inside(folder, f"pose/{name}.txt"), inside(folder, f"depth/{name}.png")
        numbers = numbers_of(read_text(pose_file), pose_file.name)
        if float("-inf") in numbers:
            raise CaptureError(f"{pose_file.name}: the camera was not tracked (-inf)")
        pose = pose_of(numbers, pose_file.name)
        color_view, depth_view = (
            _view(matrices[key], size, key)
            for key, size in zip(INTRINSICS, (picture_size(color), number_map_size(depth)), strict=True)
        )
        camera, images = pinhole_images(color_view, depth_view, color, DepthFile(depth, DEPTH_UNIT_M))
        return checked_frame(name, camera, pose, images)

    return capture_of(folder, "scannet", about, gather(in_order(names), load, folder.name))


def _matrix(file: SafeFile) -> list[float]:
    matrix = numbers_of(read_text(file), file.name)
    camera_from_matrix(matrix, (1, 1), file.name)
    return matrix


def _view(matrix: list[float], size: Size, name: str) -> LensCamera:
    camera = camera_from_matrix(matrix, size, name, FIRST_PIXEL_CENTRE)
    check_centre(camera, name)
    return LensCamera(camera)
