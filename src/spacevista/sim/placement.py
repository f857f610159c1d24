"""Where things stand: drawn places on a support plane, without interpenetration.

Exact distances between meshes come from coal; every gap is measured, none is assumed from bounding shapes. Surfaces
are compared, so a solid that floats wholly inside another goes unseen: things that share a support plane cannot do so,
because their bases would cross.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import coal
import numpy as np

from spacevista.geometry.arrays import FloatArray
from spacevista.geometry.poses import Pose, rotation_about
from spacevista.sim.world import Mesh

# coal takes a triangle for a line if its normal's squared length is under 1e-15, and may then call solids crossed that
# are not. In metres that is a triangle with sides of 0.2 mm; in millimetres it is one of 0.2 micrometres.
UNITS_PER_M = 1e3
TRIALS = 400  # draws of a place before an object is left out


@dataclass(frozen=True)
class Region:
    """A rectangle (x_min, x_max), (y_min, y_max) of a horizontal support at height `z_m`, in world metres."""

    x_m: tuple[float, float]
    y_m: tuple[float, float]
    z_m: float = 0.0


@dataclass(frozen=True, eq=False)
class Solid:
    """A mesh ready for distance queries: coal's model (mm), where it is, its bounds (2, 3) in world metres."""

    model: Any
    pose: Pose
    bounds_m: FloatArray

    def distance_m(self, other: Solid) -> float:
        """Return the distance between the two surfaces, 0 where they cross."""
        result = coal.DistanceResult()
        request = coal.DistanceRequest()
        there = coal.Transform3s(other.pose.rotation, UNITS_PER_M * other.pose.translation_m)
        here = coal.Transform3s(self.pose.rotation, UNITS_PER_M * self.pose.translation_m)
        return max(0.0, float(coal.distance(self.model, here, other.model, there, request, result))) / UNITS_PER_M


def solid_of(mesh: Mesh) -> Solid:
    """Return a mesh given in world metres, ready for distance queries."""
    return Solid(_model(mesh), Pose.identity(), _bounds(mesh.vertices_m))


class Crowd:
    """The solids placed so far; grows with each `add`."""

    def __init__(self) -> None:
        self._solids: list[Solid] = []

    def add(self, mesh: Mesh) -> None:
        """Remember a solid, given in world metres."""
        self._solids.append(solid_of(mesh))

    def add_solid(self, solid: Solid) -> None:
        self._solids.append(solid)

    def gap_m(self, solid: Solid, enough_m: float = math.inf) -> float:
        """Return the distance to the nearest solid, 0 where surfaces cross; those beyond `enough_m` may be skipped."""
        nearest = math.inf
        for other in self._solids:
            apart = np.maximum(solid.bounds_m[0] - other.bounds_m[1], other.bounds_m[0] - solid.bounds_m[1])
            if float(np.linalg.norm(np.maximum(apart, 0))) <= min(enough_m, nearest):
                nearest = min(nearest, solid.distance_m(other))
        return nearest


def place(
    mesh: Mesh,
    region: Region,
    gap_m: float,
    crowd: Crowd,
    rng: np.random.Generator,
    *,
    yaws_deg: Sequence[float] | None = None,
    trials: int = TRIALS,
) -> Pose | None:
    """Draw a place for a mesh that stands on its z = 0 and add it to the crowd.

    The whole mesh stays inside the region and at least `gap_m` from all others.

    Args:
        yaws_deg: allowed turns about z; None: any.

    Returns:
        world_from_object, or None if no place was free in `trials` draws.
    """
    model = _model(mesh)
    for _ in range(trials):
        yaw = float(rng.uniform(0, 360)) if yaws_deg is None else float(rng.choice(np.asarray(yaws_deg)))
        turn = rotation_about((0, 0, 1), yaw)
        bounds = _bounds(mesh.vertices_m @ turn.T)
        x_range = region.x_m[0] - bounds[0, 0], region.x_m[1] - bounds[1, 0]
        y_range = region.y_m[0] - bounds[0, 1], region.y_m[1] - bounds[1, 1]
        if x_range[0] > x_range[1] or y_range[0] > y_range[1]:
            continue
        at = np.array([rng.uniform(*x_range), rng.uniform(*y_range), region.z_m])
        candidate = Solid(model, Pose(turn, at), bounds + at)
        gap = crowd.gap_m(candidate, gap_m)
        if gap > 0 and gap >= gap_m:
            crowd.add_solid(candidate)
            return candidate.pose
    return None


def _model(mesh: Mesh) -> Any:
    """Return coal's bounding volume hierarchy of a mesh."""
    model = coal.BVHModelOBBRSS()
    model.beginModel(len(mesh.faces), len(mesh.vertices_m))
    model.addVertices(UNITS_PER_M * mesh.vertices_m)
    model.addTriangles(np.asarray(mesh.faces, dtype=np.int64))
    model.endModel()
    return model


def _bounds(points_m: FloatArray) -> FloatArray:
    return np.stack([points_m.min(axis=0), points_m.max(axis=0)])
