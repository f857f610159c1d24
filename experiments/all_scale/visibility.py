"""What the frames show: projected boxes before anything is cast, visible boxes and pixels after.

Boxes are half-open [x1, y1, x2, y2) in pixels of the full-size frame.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from spacevista.geometry.arrays import FloatArray, Int32Array
from spacevista.geometry.cameras import Camera
from spacevista.geometry.poses import Pose
from spacevista.sim.world import Mesh


@dataclass(frozen=True)
class Seen:
    """What one frame shows of a body: visible pixels, their box, and the box it would fill alone, cut to the frame."""

    pixels: float
    box: tuple[float, float, float, float]
    whole: tuple[float, float, float, float]

    @property
    def longer_px(self) -> float:
        return max(self.box[2] - self.box[0], self.box[3] - self.box[1])

    @property
    def share(self) -> float:
        """How much of the body's own box is left, by the side that lost more."""
        sides = ((self.box[i + 2] - self.box[i]) / max(self.whole[i + 2] - self.whole[i], 1e-9) for i in (0, 1))
        return min(sides)


NOTHING = (0.0, 0.0, 0.0, 0.0)


def projected_box(mesh: Mesh, camera: Camera, pose: Pose) -> tuple[float, float, float, float] | None:
    """Return the box around a mesh's projection, inside the picture or not; None if part of it is behind the camera."""
    pixels, depth = camera.project(pose.inverse().apply(mesh.vertices_m))
    if float(depth.min()) <= 0:
        return None
    low, high = pixels.min(axis=0), pixels.max(axis=0)
    return float(low[0]), float(low[1]), float(high[0]), float(high[1])


def inside(box: tuple[float, float, float, float], side_px: int, margin_px: float) -> bool:
    """Tell whether a box keeps a margin from the picture's border."""
    return min(box[:2]) >= margin_px and max(box[2:]) <= side_px - margin_px


def overlap(first: tuple[float, float, float, float], second: tuple[float, float, float, float]) -> float:
    """Return how much of the smaller box lies in the other."""
    sides = [min(first[i + 2], second[i + 2]) - max(first[i], second[i]) for i in (0, 1)]
    if min(sides) <= 0:
        return 0.0
    areas = [(b[2] - b[0]) * (b[3] - b[1]) for b in (first, second)]
    return sides[0] * sides[1] / max(min(areas), 1e-9)


def _cut(box: tuple[float, float, float, float] | None, side_px: float) -> tuple[float, float, float, float]:
    """Return a box cut to the picture; the whole picture for a body that runs on behind the camera."""
    if box is None:
        return 0.0, 0.0, side_px, side_px
    x1, y1, x2, y2 = (min(max(c, 0.0), side_px) for c in box)
    return x1, y1, x2, y2


def seen(ids: Int32Array, body_id: int, whole: tuple[float, float, float, float] | None, factor: float) -> Seen:
    """Return what a map of ids (H, W), `factor` times smaller than the frame, shows of a body."""
    mask = ids == body_id
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    cut = _cut(whole, ids.shape[1] * factor)
    if not len(rows):
        return Seen(0.0, NOTHING, cut)
    box = tuple(float(v) * factor for v in (columns[0], rows[0], columns[-1] + 1, rows[-1] + 1))
    return Seen(float(mask.sum()) * factor**2, (box[0], box[1], box[2], box[3]), cut)


def distance_to(mesh: Mesh, eye: FloatArray) -> float:
    """Return the distance from a camera to the middle of a mesh's bounds."""
    middle = (mesh.vertices_m.min(axis=0) + mesh.vertices_m.max(axis=0)) / 2
    return float(np.linalg.norm(middle - eye))
