"""Sizes of a solid from its vertices, in float64: minimum-volume box, minimum-area rectangle, convex hull.

Frame: world, metres, z up. Written apart from the boxes that measure captures, so that one checks the other.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize
from scipy.spatial import ConvexHull, QhullError
from scipy.spatial.transform import Rotation

from spacevista.errors import GeometryError
from spacevista.geometry.arrays import FloatArray

FACETS = 48  # the largest facets of the hull that are tried as a face of the box
STARTS = 6  # local searches for boxes that have no face on a facet
COARSE_ROTATIONS = 600  # about 13 degrees apart, up to the 24 symmetries of a box


@dataclass(frozen=True)
class Sizes:
    """Sizes of one solid as placed.

    Attributes:
        longest_m: longest side of the box of least volume.
        height_m: vertical extent.
        length_m, width_m: longer and shorter side of the rectangle of least area around the footprint.
        hull_volume_m3: volume of the convex hull.
    """

    longest_m: float
    height_m: float
    length_m: float
    width_m: float
    hull_volume_m3: float


def solid_sizes(vertices_m: FloatArray) -> Sizes:
    """Measure the solid with vertices (V, 3).

    Raises:
        GeometryError: the vertices lie in one plane.
    """
    # Centred and of unit size, so that no tolerance inside the hull code knows the scale.
    centre = (vertices_m.max(axis=0) + vertices_m.min(axis=0)) / 2
    unit_m = float(np.ptp(vertices_m, axis=0).max())
    points = (vertices_m - centre) / unit_m
    try:
        hull = ConvexHull(points)
    except QhullError as error:
        raise GeometryError(f"solid: expected vertices that span a volume, got {len(points)} in one plane") from error
    length, width = footprint_sides(points)
    sides = minimum_box_sides(points[hull.vertices], hull.equations[:, :3], _areas(hull))
    return Sizes(
        longest_m=float(max(sides)) * unit_m,
        height_m=float(np.ptp(points[:, 2])) * unit_m,
        length_m=length * unit_m,
        width_m=width * unit_m,
        hull_volume_m3=float(hull.volume) * unit_m**3,
    )


def footprint_sides(points: FloatArray) -> tuple[float, float]:
    """Return the longer and shorter side of the least-area rectangle around points (N, 2 or more), seen from above."""
    sides, _ = minimum_rectangle(points[:, :2])
    return max(sides), min(sides)


def minimum_rectangle(points: FloatArray) -> tuple[tuple[float, float], float]:
    """Return the sides along its own axes and the angle (radians, of its first axis) of the least-area rectangle.

    A least-area rectangle has a side on an edge of the hull of points (N, 2), so all edges are tried.
    """
    corners = points[ConvexHull(points).vertices]
    edges = np.roll(corners, -1, axis=0) - corners
    angles = np.arctan2(edges[:, 1], edges[:, 0])
    first = np.ptp(corners @ np.stack([np.cos(angles), np.sin(angles)]), axis=0)
    second = np.ptp(corners @ np.stack([-np.sin(angles), np.cos(angles)]), axis=0)
    best = int(np.argmin(first * second))
    return (float(first[best]), float(second[best])), float(angles[best])


def minimum_box_sides(corners: FloatArray, normals: FloatArray, areas: FloatArray) -> FloatArray:
    """Return the three sides of the least-volume box around hull corners (V, 3) with facets (F, 3) of given areas.

    First boxes with a face on a facet (exact for each), then local searches over all rotations, because a least box
    may touch the hull with edges only.
    """
    merged = _merge_facets(normals, areas)
    boxes = [_box_on_facet(corners, normal) for normal in merged]
    starts = _coarse_rotations(corners)[:STARTS] + sorted(boxes, key=lambda r: _log_volume(r, corners))[:STARTS]
    found = [_descend(start, corners) for start in starts]
    best = min(found + boxes, key=lambda rotation: _log_volume(rotation, corners))
    return _sides(best, corners)


def _merge_facets(normals: FloatArray, areas: FloatArray) -> FloatArray:
    """Return the directions of the largest facets (triangles of one plane count together), largest first."""
    rounded, group = np.unique(np.round(normals, 6), axis=0, return_inverse=True)
    total = np.bincount(group.ravel(), weights=areas)
    chosen = rounded[np.argsort(-total)[:FACETS]]
    return np.asarray(chosen / np.linalg.norm(chosen, axis=1, keepdims=True))


def _box_on_facet(corners: FloatArray, normal: FloatArray) -> FloatArray:
    """Return the rotation (3, 3; rows are the axes) of the least box with a face perpendicular to `normal`."""
    helper = np.eye(3)[int(np.argmin(np.abs(normal)))]
    first = np.cross(normal, helper)
    first /= np.linalg.norm(first)
    second = np.cross(normal, first)
    _, angle = minimum_rectangle(corners @ np.stack([first, second], axis=1))
    along = np.cos(angle) * first + np.sin(angle) * second
    return np.stack([along, np.cross(normal, along), normal])


def _coarse_rotations(corners: FloatArray) -> list[FloatArray]:
    """Return rotations spread over all of them, those with the least boxes first."""
    rotations = Rotation.random(COARSE_ROTATIONS, rng=np.random.default_rng(0)).as_matrix()
    volumes = np.ptp(rotations @ corners.T, axis=2).prod(axis=1)
    return [rotations[i] for i in np.argsort(volumes)]


def _descend(start: FloatArray, corners: FloatArray) -> FloatArray:
    """Turn a box until its volume has a local minimum; the function has kinks, so no gradient is used."""

    def turned(vector: FloatArray) -> FloatArray:
        return np.asarray(Rotation.from_rotvec(vector).as_matrix() @ start)

    simplex = np.concatenate([np.zeros((1, 3)), np.eye(3) * 0.05])
    options = {"initial_simplex": simplex, "xatol": 1e-6, "fatol": 1e-9, "maxiter": 300}
    result = minimize(lambda v: _log_volume(turned(v), corners), np.zeros(3), method="Nelder-Mead", options=options)
    return turned(result.x)


def _log_volume(rotation: FloatArray, corners: FloatArray) -> float:
    return float(np.log(_sides(rotation, corners)).sum())


def _sides(rotation: FloatArray, corners: FloatArray) -> FloatArray:
    return np.asarray(np.ptp(corners @ rotation.T, axis=0))


def _areas(hull: ConvexHull) -> FloatArray:
    a, b, c = (hull.points[hull.simplices[:, i]] for i in range(3))
    return np.asarray(np.linalg.norm(np.cross(b - a, c - a), axis=1) / 2)
