"""Reader of a TUM RGB-D sequence: `rgb.txt`, `depth.txt` and `groundtruth.txt`, matched by time.

Facts from the benchmark's pages "File formats" and "Intrinsic calibration" (Sturm et al., IROS 2012): lines of
`timestamp file` and of `timestamp tx ty tz qx qy qz qw` (camera to world, metres, OpenCV axes), `#` begins a comment;
depth is 16-bit, 5000 to the metre, already scaled, registered pixel by pixel to the colour picture and so under its
lens; pixel centres on whole numbers. The intrinsics are those published for the colour camera of each Freiburg number
in the folder's name, with its lens, or the `[calibration]` of an `about.toml`. The page itself advises 525 px without
a lens, as a default that nobody calibrated; for it, write that calibration.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

import numpy as np
from scipy.spatial.transform import Rotation

from spacevista.captures.about import About, Calibration, capture_of, read_about
from spacevista.captures.frame_files import DepthFile, Note
from spacevista.captures.gather import Loaded, checked_frame, gather
from spacevista.captures.names import check_frame_names
from spacevista.captures.pinhole import pinhole_images
from spacevista.captures.pose_files import ReadPose, pose_of
from spacevista.captures.record import Capture
from spacevista.captures.safe import SafeFile, inside, picture_size, read_text
from spacevista.errors import CaptureError
from spacevista.geometry.arrays import FloatArray, IntArray
from spacevista.scales import Scale

COLOR_LIST, DEPTH_LIST, POSE_LIST = "rgb.txt", "depth.txt", "groundtruth.txt"
TOLERANCE_S = 0.02  # as the benchmark's own tool for association has it
DEPTH_UNIT_M = 1 / 5000
SIZE = (480, 640)
UNIT_TOLERANCE = 1e-3  # of a quaternion's length: four decimals are off by up to 1e-4
SEQUENCE_NAME = re.compile(r"rgbd_dataset_freiburg([123])_\w+")
LICENCE = "CC-BY-4.0"
LENGTH_SIGMA = 0.01  # Kinect depth without a calibration of one's own is good to about 1 % in scale
CALIBRATIONS = {
    "1": Calibration(517.3, 516.5, 318.6, 255.3, 0.0, (0.2624, -0.9531, -0.0054, 0.0026, 1.1633)),
    "2": Calibration(520.9, 521.0, 325.1, 249.7, 0.0, (0.2312, -0.7849, -0.0033, -0.0001, 0.9172)),
    "3": Calibration(535.4, 539.2, 320.1, 247.6, 0.0),  # its pictures are undistorted already
}


def is_tum(folder: Path) -> bool:
    """Tell whether a folder holds the lists of a TUM RGB-D sequence."""
    return (folder / COLOR_LIST).is_file() and any((folder / name).is_file() for name in (DEPTH_LIST, POSE_LIST))


def read_tum(folder: Path, about_file: Path | None = None) -> Capture:
    """Read such a folder; pictures are decoded once and read again only when asked for.

    A colour picture and a depth map belong together where each is the other's nearest in time and TOLERANCE_S apart
    at most. The pose is that at the depth map's time (`Track.pose_at`).

    Raises:
        CaptureError: a list is missing or damaged, a picture or time is listed twice, a path leaves the folder, there
            is no calibration or nothing says the licence, or no frame is usable. A picture without depth or pose in
            time and a frame with a faulty file are in `Capture.dropped`, as are, counted, depth maps without a picture
            and rows that are no pose.
    """
    about = read_about(folder, about_file, _published(folder.resolve().name))
    calibration = about.calibration
    if calibration is None:
        raise CaptureError(f"{folder.name}: expected [calibration] in about.toml: the lists have no intrinsics")
    colors, depths = (_pictures(inside(folder, name), folder) for name in (COLOR_LIST, DEPTH_LIST))
    track, faults = _read_track(inside(folder, POSE_LIST))
    partners = _mutually_nearest(colors, depths)

    def load(name: str) -> Loaded:
        if name not in partners:
            raise CaptureError(f"{name}: no depth map in {DEPTH_LIST} within {TOLERANCE_S} s")
        color, depth = partners[name]
        size = picture_size(color.file)
        if calibration in CALIBRATIONS.values() and size != SIZE:
            raise CaptureError(f"{name}: expected 480 x 640 pixels (height x width), got {size[0]} x {size[1]}")
        view = calibration.view(size, f"{name}: calibration")
        camera, images = pinhole_images(view, view, color.file, DepthFile(depth.file, DEPTH_UNIT_M))
        return checked_frame(name, camera, track.pose_at(depth.time_s), images)

    gathered = gather([one.file.name for one in colors], load, folder.name)
    if alone := len(depths) - len(partners):
        faults.append((DEPTH_LIST, f"{alone} of {len(depths)} depth maps have no picture within {TOLERANCE_S} s"))
    return capture_of(folder, "tum", about, replace(gathered, dropped=gathered.dropped + tuple(faults)))


def _published(name: str) -> About | None:
    """Return what the benchmark publishes of a sequence with this name."""
    match = SEQUENCE_NAME.fullmatch(name)
    if match is None:
        return None
    return About(Scale.INDOOR, LICENCE, f"TUM RGB-D, {name}", LENGTH_SIGMA, calibration=CALIBRATIONS[match[1]])


@dataclass(frozen=True)
class TimedFile:
    """A picture and when it was taken, in seconds."""

    time_s: float
    file: SafeFile


@dataclass(frozen=True, eq=False)
class Track:
    """Poses by increasing time: N times, N x 3 positions of the camera, N rotations (world from camera)."""

    times_s: FloatArray
    positions_m: FloatArray
    rotations: Rotation

    def pose_at(self, time_s: float) -> ReadPose:
        """Return the pose between the two around a time, at most 2 TOLERANCE_S apart, else one within TOLERANCE_S."""
        after = int(np.searchsorted(self.times_s, time_s))
        before = max(after - 1, 0)
        after = min(after, len(self.times_s) - 1)
        start, gap = self.times_s[before], self.times_s[after] - self.times_s[before]
        if gap > 0 and gap <= 2 * TOLERANCE_S:
            share = min(max((time_s - start) / gap, 0.0), 1.0)
        else:
            share = float(abs(self.times_s[after] - time_s) < abs(start - time_s))
        if abs(start + share * gap - time_s) > TOLERANCE_S:
            raise CaptureError(f"{POSE_LIST}: no pose within {TOLERANCE_S} s of {time_s:.6f}")
        turn = (self.rotations[before].inv() * self.rotations[after]).as_rotvec()
        matrix = np.eye(4)
        matrix[:3, :3] = (self.rotations[before] * Rotation.from_rotvec(share * turn)).as_matrix()
        matrix[:3, 3] = (1 - share) * self.positions_m[before] + share * self.positions_m[after]
        return pose_of(matrix.ravel().tolist(), POSE_LIST)


def _rows(file: SafeFile) -> Iterator[tuple[int, list[str]]]:
    """Yield the number and the words of each line that is neither empty nor a comment."""
    for number, line in enumerate(read_text(file).splitlines(), start=1):
        words = line.replace(",", " ").split()
        if words and not words[0].startswith("#"):
            yield number, words


def _pictures(listed: SafeFile, folder: Path) -> list[TimedFile]:
    """Return the pictures of a list by time."""
    found = []
    for number, words in _rows(listed):
        try:
            time_s = float(words[0])
        except ValueError:
            time_s = math.nan
        if len(words) != 2 or not math.isfinite(time_s):
            row = " ".join(words)[:80]
            raise CaptureError(f"{listed.name}: line {number}: expected a time and a file, got {row!r}")
        found.append(TimedFile(time_s, inside(folder, words[1])))
    check_frame_names((one.file.name for one in found), listed.name)
    found.sort(key=lambda one: one.time_s)
    for first, second in pairwise(found):
        if first.time_s == second.time_s:
            raise CaptureError(f"{listed.name}: time {first.time_s:.6f} is there twice")
    return found


def _read_track(file: SafeFile) -> tuple[Track, list[Note]]:
    """Return the poses of a list, and one note on its rows that are none."""
    poses: dict[float, list[float]] = {}
    faults = []
    rows = 0
    for number, words in _rows(file):
        rows += 1
        try:
            values = [float(word) for word in words]
        except ValueError:
            values = []
        if len(values) != 8 or not all(map(math.isfinite, values)):
            faults.append(f"line {number}: expected 8 finite numbers")
        elif abs(math.hypot(*values[4:]) - 1) > UNIT_TOLERANCE:
            faults.append(f"line {number}: expected a quaternion of length 1, got {math.hypot(*values[4:]):.4g}")
        elif values[0] in poses:
            faults.append(f"line {number}: time {values[0]:.6f} is there twice")
        else:
            poses[values[0]] = values
    if not poses:
        raise CaptureError(f"{file.name}: expected rows of a time, a position and a quaternion, got no pose")
    table = np.array([poses[time_s] for time_s in sorted(poses)])
    notes = [(file.name, f"{len(faults)} of {rows} rows are no pose ({faults[0]})")] if faults else []
    return Track(table[:, 0], table[:, 1:4], Rotation.from_quat(table[:, 4:])), notes


def _mutually_nearest(colors: list[TimedFile], depths: list[TimedFile]) -> dict[str, tuple[TimedFile, TimedFile]]:
    """Return name of picture -> picture and depth map that are each other's nearest, TOLERANCE_S apart at most."""
    if not colors or not depths:
        return {}
    color_s, depth_s = (np.array([one.time_s for one in many]) for many in (colors, depths))
    of_color, of_depth = _nearest(color_s, depth_s), _nearest(depth_s, color_s)
    return {
        color.file.name: (color, depths[there])
        for here, (color, there) in enumerate(zip(colors, of_color.tolist(), strict=True))
        if of_depth[there] == here and abs(color.time_s - depths[there].time_s) <= TOLERANCE_S
    }


def _nearest(times_s: FloatArray, among_s: FloatArray) -> IntArray:
    """Return for each time the index of the nearest of the increasing `among_s`, the earlier of two."""
    after = np.clip(np.searchsorted(among_s, times_s), 0, len(among_s) - 1)
    before = np.maximum(after - 1, 0)
    return np.where(times_s - among_s[before] <= among_s[after] - times_s, before, after)
