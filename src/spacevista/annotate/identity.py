"""Identity: which object does each pixel belong to, by the vote of all views that see the same surface point?

One view's mask borders are ragged, its ids sometimes missing or swapped; the majority over the views is not.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numba
import numpy as np
from scipy.ndimage import binary_dilation

from spacevista.captures.record import SKY_ID
from spacevista.geometry.arrays import Int32Array
from spacevista.scenes.record import SceneFrame

BORDER_PX = 4  # pixels this near a labelled one may belong to it
DISAGREES = 0.5  # an object's mask in a frame is rejected where this share of it is outvoted


def voted(frames: tuple[SceneFrame, ...], tolerance: float) -> tuple[tuple[SceneFrame, ...], list[tuple[str, str]]]:
    """Relabel every frame by the vote; return the frames and (what, reason) of each mask that was outvoted.

    A view votes on a point where its depth agrees with the point's to `tolerance` (relative).
    """
    labels = np.unique(np.concatenate([np.unique(f.ids) for f in frames] + [np.array([0, SKY_ID])]))
    indexed = [np.searchsorted(labels, f.ids).astype(np.int64) for f in frames]
    out, drops = [], []
    for number, frame in enumerate(frames):
        near = binary_dilation(frame.ids > 0, iterations=BORDER_PX) & (frame.depth_m > 0)
        rows, columns = np.nonzero(near)
        pixels = np.stack([columns + 0.5, rows + 0.5], axis=1)
        depth = frame.depth_m[rows, columns].astype(np.float64)
        points = frame.world_from_camera.apply(frame.camera.back_project(pixels, depth))
        votes = np.zeros((len(points), len(labels)), dtype=np.int32)
        for other, index in zip(frames, indexed, strict=True):
            camera, pose = other.camera, other.world_from_camera.inverse()
            intrinsics = np.array([camera.fx_px, camera.fy_px, camera.cx_px, camera.cy_px])
            _vote(points, pose.rotation, pose.translation_m, intrinsics, other.depth_m, index, tolerance, votes)
        own = indexed[number][rows, columns]
        best = votes.argmax(axis=1)
        kept = votes[np.arange(len(votes)), own] >= votes[np.arange(len(votes)), best]
        ids = frame.ids.copy()
        ids[rows, columns] = labels[np.where(kept, own, best)]
        drops.extend(outvoted(frame, ids))
        out.append(replace(frame, ids=ids))
    return tuple(out), drops


def outvoted(frame: SceneFrame, ids: Int32Array) -> list[tuple[str, str]]:
    """Name the masks of a frame that the vote gave to something else."""
    drops = []
    for number in np.unique(frame.ids[frame.ids > 0]):
        mask = frame.ids == number
        if float((ids[mask] != number).mean()) > DISAGREES:
            drops.append((f"object {number} in frame {frame.name}", "id disagrees with the other views"))
    return drops


@numba.njit(cache=True)
def _vote(
    points: Any, rotation: Any, translation: Any, intrinsics: Any, depth: Any, labels: Any, tolerance: float, votes: Any
) -> None:
    height, width = depth.shape
    for n in range(len(points)):
        p = points[n]
        z = rotation[2, 0] * p[0] + rotation[2, 1] * p[1] + rotation[2, 2] * p[2] + translation[2]
        if z <= 0:
            continue
        x = rotation[0, 0] * p[0] + rotation[0, 1] * p[1] + rotation[0, 2] * p[2] + translation[0]
        y = rotation[1, 0] * p[0] + rotation[1, 1] * p[1] + rotation[1, 2] * p[2] + translation[1]
        u, v = intrinsics[0] * x / z + intrinsics[2], intrinsics[1] * y / z + intrinsics[3]
        if u >= 0 and v >= 0 and u < width and v < height:
            row, column = int(v), int(u)
            if abs(depth[row, column] - z) <= tolerance * z:
                votes[n, labels[row, column]] += 1
