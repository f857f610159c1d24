"""Lifting: the pixels of every object in every frame become world points, with their pixel footprint."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from spacevista.geometry.arrays import BoolArray, FloatArray, Int32Array, IntArray
from spacevista.scenes.record import ObjectView, SceneFrame


@dataclass(frozen=True, eq=False)
class Lifted:
    """World points (N, 3) of one object: frame, z-depth and footprint of its pixel (N,), the latter two in metres."""

    points_m: FloatArray
    frame: IntArray
    depth_m: FloatArray
    footprint_m: FloatArray

    def select(self, keep: BoolArray | IntArray) -> Lifted:
        return Lifted(self.points_m[keep], self.frame[keep], self.depth_m[keep], self.footprint_m[keep])


@dataclass(frozen=True, eq=False)
class FrameCloud:
    """All points (N, 3) of one frame that have a depth, in the world, with their ids, depths and footprints (N,)."""

    points_m: FloatArray
    ids: Int32Array
    depth_m: FloatArray
    footprint_m: FloatArray

    @staticmethod
    def of(frame: SceneFrame) -> FrameCloud:
        rows, columns = np.nonzero(frame.depth_m > 0)
        depth = frame.depth_m[rows, columns].astype(np.float64)
        centres = np.stack([columns + 0.5, rows + 0.5], axis=1)
        points = frame.world_from_camera.apply(frame.camera.back_project(centres, depth))
        return FrameCloud(points, frame.ids[rows, columns], depth, depth / frame.camera.fx_px)

    def every(self, step: int) -> FrameCloud:
        """Return every `step`-th point."""
        return FrameCloud(self.points_m[::step], self.ids[::step], self.depth_m[::step], self.footprint_m[::step])

    def near(self, centre_m: FloatArray, reach_m: float) -> IntArray:
        """Return the numbers of the points within `reach_m` of a centre along every axis."""
        close = np.abs(self.points_m[:, 0] - centre_m[0]) <= reach_m
        numbers = np.flatnonzero(close)
        return numbers[(np.abs(self.points_m[numbers, 1:] - centre_m[1:]) <= reach_m).all(axis=1)]


def lift_object(clouds: tuple[FrameCloud, ...], object_id: int) -> Lifted:
    """Collect the object's points from all frames."""
    own = [cloud.ids == object_id for cloud in clouds]
    return Lifted(
        np.concatenate([cloud.points_m[mine] for cloud, mine in zip(clouds, own, strict=True)]),
        np.concatenate([np.full(int(mine.sum()), number) for number, mine in enumerate(own)]),
        np.concatenate([cloud.depth_m[mine] for cloud, mine in zip(clouds, own, strict=True)]),
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
