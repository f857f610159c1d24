"""Planes: normal . x = offset_m, with a unit normal."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from spacevista.errors import GeometryError
from spacevista.geometry.arrays import BoolArray, FloatArray, frozen_floats


@dataclass(frozen=True, eq=False)
class Plane:
    """The points x with normal . x = offset_m; `normal` has length 1 and points to the free side."""

    normal: FloatArray
    offset_m: float

    def __post_init__(self) -> None:
        normal = frozen_floats(self.normal, (3,), "plane normal")
        if abs(float(np.linalg.norm(normal)) - 1) > 1e-9:
            raise GeometryError(f"plane normal: expected length 1, got {np.linalg.norm(normal)}")
        object.__setattr__(self, "normal", normal)

    def signed_distance(self, points_m: FloatArray) -> FloatArray:
        """Return distances (...) of points (..., 3), positive on the side the normal points to."""
        return np.asarray(points_m @ self.normal - self.offset_m)

    def facing(self, direction: FloatArray) -> Plane:
        """Return the same plane with its normal turned to the side of `direction`."""
        return self if float(self.normal @ direction) >= 0 else Plane(-self.normal, -self.offset_m)


def fit_plane(points_m: FloatArray) -> Plane:
    """Return the least-squares plane of points (N, 3), N >= 3 and not on one line (GeometryError)."""
    points = frozen_floats(points_m, (None, 3), "plane points")
    if len(points) < 3:
        raise GeometryError(f"plane: expected at least 3 points, got {len(points)}")
    centre = points.mean(axis=0)
    _, singular, axes = np.linalg.svd(points - centre, full_matrices=False)
    if singular[1] <= 1e-12 * singular[0] or singular[0] == 0:
        raise GeometryError("plane: expected points that span a plane, got a line or a single point")
    normal = axes[2] / np.linalg.norm(axes[2])
    return Plane(normal, float(normal @ centre))


def find_plane(
    points_m: FloatArray, tolerance_m: float, rng: np.random.Generator, trials: int = 200
) -> tuple[Plane, BoolArray] | None:
    """Return the plane with most points within `tolerance_m` (RANSAC, then a least-squares fit) and its inliers.

    None where no three points span a plane.
    """
    count = len(points_m)
    if count < 3:
        return None
    return best_plane(points_m, points_m[rng.integers(0, count, size=(trials, 3))], tolerance_m, rng)


def best_plane(
    points_m: FloatArray, corners: FloatArray, tolerance_m: float, rng: np.random.Generator
) -> tuple[Plane, BoolArray] | None:
    """Return the best of the planes through `corners` (T, 3, 3), three points each, otherwise as `find_plane`."""
    count = len(points_m)
    normals = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    lengths = np.linalg.norm(normals, axis=1)
    usable = lengths > 1e-12 * float(np.ptp(points_m, axis=0).max()) ** 2
    if not usable.any():
        return None
    normals = normals[usable] / lengths[usable, None]
    offsets = np.einsum("ij,ij->i", normals, corners[usable, 0])
    votes = points_m if count <= 4000 else points_m[rng.choice(count, 4000, replace=False)]
    counts = (np.abs(votes @ normals.T - offsets) <= tolerance_m).sum(axis=0)
    plane = Plane(normals[int(counts.argmax())], float(offsets[int(counts.argmax())]))
    inliers = np.abs(plane.signed_distance(points_m)) <= tolerance_m
    for _ in range(3):
        if inliers.sum() < 3:
            return None
        plane = fit_plane(points_m[inliers])
        inliers = np.abs(plane.signed_distance(points_m)) <= tolerance_m
    return plane, inliers
