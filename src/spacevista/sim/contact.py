"""Bringing solids into contact: near enough to touch for the truth, yet without crossing.

Frame: world or group, metres. Two things touch if their gap is at most `truth.CONTACT_SHARE` of the smaller height.
Everything here ends a fifth of that apart, so that contact and crossing can be told apart in float64.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from spacevista.geometry.arrays import FloatArray
from spacevista.geometry.poses import Pose
from spacevista.sim.placement import Solid, solid_of
from spacevista.sim.shapes import moved
from spacevista.sim.world import Mesh

HAIR = 2e-4  # of the smaller height: a fifth of what counts as contact
SLACK = 1.5  # hairs: where an approach may end
STEPS = 400
HALVINGS = 50
DOWN = (0.0, 0.0, -1.0)


def hair_m(*meshes: Mesh) -> float:
    """Return the gap at which things in contact are placed."""
    return HAIR * min(float(np.ptp(mesh.vertices_m[:, 2])) for mesh in meshes)


def slid(mesh: Mesh, direction: Sequence[float], others: Sequence[Mesh], reach_m: float) -> Mesh | None:
    """Move a mesh along a unit direction until it touches one of `others`.

    Each step is the gap that is left, less a hair, so that nothing is ever crossed (conservative advancement).

    Returns:
        the moved mesh; None if it crosses one from the start, or meets none within `reach_m`.
    """
    gap_m, along = hair_m(mesh, *others), np.asarray(direction, dtype=np.float64)
    solids, own, way_m = [solid_of(other) for other in others], solid_of(mesh), 0.0
    for _ in range(STEPS):
        left_m = nearest_m(shifted(own, way_m * along), solids)
        if left_m == 0 or way_m > reach_m:
            return None
        if left_m <= SLACK * gap_m:
            return moved(mesh, (way_m * along).tolist())
        way_m += left_m - gap_m
    return None


def turned(
    mesh: Mesh, pose_at: Callable[[float], Pose], from_to: tuple[float, float], others: Sequence[Mesh], gap_m: float
) -> Mesh | None:
    """Turn a mesh, whose pose is a function of one number, from a free pose until it touches one of `others`.

    Returns:
        the mesh at the last free pose; None if it is not free at the start, or still is at the end.
    """
    solids, model = [solid_of(other) for other in others], solid_of(mesh).model
    low, high = from_to
    if not _free(mesh, model, pose_at(low), solids, gap_m) or _free(mesh, model, pose_at(high), solids, gap_m):
        return None
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if _free(mesh, model, pose_at(middle), solids, gap_m) else (low, middle)
    return mesh.moved(pose_at(low))


def nearest_m(solid: Solid, others: Sequence[Solid]) -> float:
    """Return the least distance to any of `others`, 0 where surfaces cross."""
    return min(solid.distance_m(other) for other in others)


def shifted(solid: Solid, by_m: FloatArray) -> Solid:
    pose = Pose(solid.pose.rotation, solid.pose.translation_m + by_m)
    return Solid(solid.model, pose, solid.bounds_m + by_m)


def _free(mesh: Mesh, model: Any, pose: Pose, others: Sequence[Solid], gap_m: float) -> bool:
    points = pose.apply(mesh.vertices_m)
    return nearest_m(Solid(model, pose, np.stack([points.min(axis=0), points.max(axis=0)])), others) >= gap_m
