"""Lifting: the pixels of every object in every frame become world points, with their pixel footprint."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from spacevista.geometry.arrays import BoolArray, FloatArray, Int32Array, IntArray
from spacevista.scenes.record import ObjectView, SceneFrame


@dataclass(frozen=True, eq=False)
class Lifted:
    """World points (N, 3) of one object: frame of each (N,), footprint of its pixel in metres (N,)."""

    points_m: FloatArray
    frame: IntArray
    footprint_m: FloatArray

    def select(self, keep: BoolArray | IntArray) -> Lifted:
        return Lifted(self.points_m[keep], self.frame[keep], self.footprint_m[keep])


@dataclass(frozen=True, eq=False)
class FrameCloud:
    """All points (N, 3) of one frame that have a depth, in the world, with their ids and footprints (N,)."""

    points_m: FloatArray
    ids: Int32Array
    footprint_m: FloatArray

    @staticmethod
    def of(frame: SceneFrame) -> FrameCloud:
        rows, columns = np.nonzero(frame.depth_m > 0)
        depth = frame.depth_m[rows, columns].astype(np.float64)
        centres = np.stack([columns + 0.5, rows + 0.5], axis=1)
        points = frame.world_from_camera.apply(frame.camera.back_project(centres, depth))
        return FrameCloud(points, frame.ids[rows, columns], depth / frame.camera.fx_px)


def lift_object(clouds: tuple[FrameCloud, ...], object_id: int) -> Lifted:
    """Collect the object's points from all frames."""
    own = [cloud.ids == object_id for cloud in clouds]
    return Lifted(
        np.concatenate([cloud.points_m[mine] for cloud, mine in zip(clouds, own, strict=True)]),
        np.concatenate([np.full(int(mine.sum()), number) for number, mine in enumerate(own)]),
        np.concatenate([cloud.footprint_m[mine] for cloud, mine in zip(clouds, own, strict=True)]),
    )


def object_views(frames: tuple[SceneFrame, ...], object_id: int) -> tuple[ObjectView, ...]:
    """Return how each frame shows the object, frames without it left out."""
    views = []
    for number, frame in enumerate(frames):
        rows, columns = np.nonzero(frame.ids == object_id)
        if not len(rows):
            continue
        height, width = frame.ids.shape
        box = (int(columns.min()), int(rows.min()), int(columns.max()) + 1, int(rows.max()) + 1)
        truncated = box[0] == 0 or box[1] == 0 or box[2] == width or box[3] == height
        views.append(ObjectView(number, box, len(rows), truncated))
    return tuple(views)
