"""Labels of KITTI object frames: rows of `label_2`, one labelled box each (KITTI object development kit, readme).

A row: type, truncated (0 to 1), occluded (0 to 3), alpha, 2D box (left, top, right, bottom; pixel centres on whole
numbers), height, width, length (metres), location of the middle of the bottom face and rotation about y, both in the
rectified frame of camera 0 (x right, y down, z forward). Result files add a score. Type DontCare has no 3D box.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from spacevista.captures.frame_files import Note
from spacevista.captures.safe import SafeFile, read_text
from spacevista.errors import CaptureError
from spacevista.geometry.arrays import FloatArray, Int32Array
from spacevista.geometry.boxes import Box3d
from spacevista.geometry.poses import Pose, nearest_rotation

FIELDS = (15, 16)
NUMBER_SHIFT_PX = 0.5  # KITTI centres the top left pixel at (0, 0), we at (0.5, 0.5)
MAX_OBJECTS = 1_000  # the benchmark has under 30 in a frame
CATEGORIES = {
    "Car": "car",
    "Van": "van",
    "Truck": "truck",
    "Pedestrian": "pedestrian",
    "Person_sitting": "sitting person",
    "Cyclist": "cyclist",
    "Tram": "tram",
    "Misc": "",  # trailers, segways and the like: pointed at, never named
}
IGNORED = "DontCare"


@dataclass(frozen=True)
class LabelledBox:
    """One labelled object.

    Attributes:
        id: number of its row in the label file, from 1.
        category: in plain words; empty for type Misc.
        box_px: labelled box [x1, y1, x2, y2) in the picture, in our pixels.
        truncated: share of the object outside the picture, as labelled.
        occluded: 0 fully visible, 1 partly, 2 largely occluded, 3 unknown.
        box: in the rectified frame of camera 0; first axis its length, second its width, third up (-y).
    """

    id: int
    category: str
    box_px: tuple[float, float, float, float]
    truncated: float
    occluded: int
    box: Box3d


def read_labels(file: SafeFile) -> tuple[tuple[LabelledBox, ...], tuple[Note, ...]]:
    """Return the labelled boxes of a file, and (row, reason) of the rows that were left out.

    Raises:
        CaptureError: the file is missing or no text, or has more than MAX_OBJECTS rows.
    """
    rows = [line for line in read_text(file).splitlines() if line.strip()]
    if len(rows) > MAX_OBJECTS:
        raise CaptureError(f"{file.name}: expected at most {MAX_OBJECTS} labels, got {len(rows)}")
    found: list[LabelledBox] = []
    dropped: list[Note] = []
    for number, row in enumerate(rows, start=1):
        words = row.split()
        if words[0] == IGNORED:
            dropped.append((f"{file.name}, row {number}", f"{IGNORED}: a region without labels"))
            continue
        try:
            found.append(_labelled(number, words))
        except ValueError as error:  # a number that is none, or CaptureError and GeometryError, which are ValueErrors
            dropped.append((f"{file.name}, row {number}", str(error)))
    return tuple(found), tuple(dropped)


def ids_in_boxes(points_m: FloatArray, objects: tuple[LabelledBox, ...]) -> Int32Array:
    """Return the id (N,) of the box that holds each point (N, 3) of the boxes' frame; 0: none; of two, the smaller."""
    ids = np.zeros(len(points_m), dtype=np.int32)
    for thing in sorted(objects, key=lambda one: -one.box.volume_m3):
        ids[thing.box.contains(points_m)] = thing.id
    return ids


def _labelled(number: int, words: list[str]) -> LabelledBox:
    if len(words) not in FIELDS:
        raise CaptureError(f"expected {FIELDS[0]} fields, got {len(words)}")
    if words[0] not in CATEGORIES:
        raise CaptureError(f"expected a type of {', '.join(CATEGORIES)} or {IGNORED}, got {words[0][:40]!r}")
    truncated, occluded, _, *rest = map(float, words[1:15])
    if not all(map(math.isfinite, (truncated, occluded, *rest))):
        raise CaptureError(f"expected finite numbers, got {' '.join(words[1:15])[:120]}")
    left, top, right, bottom, height, width, length, x, y, z, turn = rest
    if not (left < right and top < bottom):
        raise CaptureError(f"expected a box left, top, right, bottom, got {rest[:4]}")
    if min(height, width, length) <= 0:
        raise CaptureError(f"expected a height, width and length above 0, got {rest[4:7]}")
    return LabelledBox(
        id=number,
        category=CATEGORIES[words[0]],
        box_px=(left + NUMBER_SHIFT_PX, top + NUMBER_SHIFT_PX, right + NUMBER_SHIFT_PX, bottom + NUMBER_SHIFT_PX),
        truncated=truncated,
        occluded=int(occluded),
        box=_box((height, width, length), (x, y, z), turn),
    )


def _box(size_hwl_m: tuple[float, float, float], bottom_m: tuple[float, float, float], turn_rad: float) -> Box3d:
    height, width, length = size_hwl_m
    cos, sin = math.cos(turn_rad), math.sin(turn_rad)
    # Columns: where length, width and up point after a turn about y, which is down.
    axes = np.array([[cos, sin, 0.0], [0.0, 0.0, -1.0], [-sin, cos, 0.0]])
    centre = np.array(bottom_m) - np.array([0.0, height / 2, 0.0])
    return Box3d(Pose(nearest_rotation(axes), centre), np.array([length, width, height]))
