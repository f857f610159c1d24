"""Sizes of a solid from its vertices, in float64: minimum-volume box, minimum-area rectangle, convex hull.

Frame: world, metres, z up. Written apart from the boxes that measure captures, so that one checks the other.
"""

from __future__ import annotations

from dataclasses import dataclass

import numba as nb
import numpy as np
from scipy.spatial import ConvexHull, QhullError
from scipy.spatial.transform import Rotation

from spacevista.errors import GeometryError
from spacevista.geometry.arrays import FloatArray

FACETS = 32  # the largest facets of the hull that are tried as a face of the box
STARTS = 4  # local searches for boxes that have no face on a facet
TURN_STEP, LOG_STEP = 1e-5, 1e-8  # a local search ends within these of the least turn and volume
MOST_STEPS = 249
COARSE_ROTATIONS = 600  # about 13 degrees apart, up to the 24 symmetries of a box


@dataclass(frozen=True, eq=False)
class Sizes:
    """Sizes of one solid as placed.

    Attributes:
        longest_m: longest side of the box of least volume.
        height_m: vertical extent.
        length_m, width_m: longer and shorter side of the rectangle of least area around the footprint.
        hull_volume_m3: volume of the convex hull.
        box_axes: (3, 3; rows) directions of the sides of the box of least volume.
    """

    longest_m: float
    height_m: float
    length_m: float
    width_m: float
    hull_volume_m3: float
    box_axes: FloatArray


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
    axes = box_of_hull(hull)
    sides = box_sides(axes, points[hull.vertices])
    return Sizes(
        longest_m=float(max(sides)) * unit_m,
        height_m=float(np.ptp(points[:, 2])) * unit_m,
        length_m=length * unit_m,
        width_m=width * unit_m,
        hull_volume_m3=float(hull.volume) * unit_m**3,
        box_axes=axes,
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


def minimum_box(corners: FloatArray, normals: FloatArray, areas: FloatArray) -> FloatArray:
    """Return the axes (3, 3; rows) of the least-volume box around corners (V, 3) with facet normals (F, 3) and areas.

    First boxes with a face on a facet (exact for each), then local searches over all rotations, because a least box
    may touch the hull with edges only.
    """
    merged = _merge_facets(normals, areas)
    boxes = [_box_on_facet(corners, normal) for normal in merged]
    starts = _coarse_rotations(corners)[:STARTS] + sorted(boxes, key=lambda r: _log_volume(r, corners))[:STARTS]
    found = [least_box_near(start, corners) for start in starts]
    return min(found + boxes, key=lambda axes: _log_volume(axes, corners))


def box_of_hull(hull: ConvexHull) -> FloatArray:
    """Return the axes (3, 3; rows) of the least-volume box around a convex hull."""
    a, b, c = (hull.points[hull.simplices[:, i]] for i in range(3))
    areas = np.linalg.norm(np.cross(b - a, c - a), axis=1) / 2
    return minimum_box(hull.points[hull.vertices], hull.equations[:, :3], areas)


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


def least_box_near(axes: FloatArray, corners: FloatArray) -> FloatArray:
    """Turn a box (axes: 3 x 3, rows) until its volume around corners (V, 3) has a local minimum.

    The volume has kinks where the box touches other corners, so no gradient is used.
    """
    simplex = np.concatenate([np.zeros((1, 3)), np.eye(3) * 0.05])
    return np.asarray(_turned(_least_turn(simplex, np.ascontiguousarray(axes), np.ascontiguousarray(corners)), axes))


@nb.njit(cache=True)
def _turned(vector: FloatArray, axes: FloatArray) -> FloatArray:
    """Turn axes (3, 3; rows) by the rotation of a quaternion whose vector part is half of `vector`."""
    x, y, z = vector / 2
    n = 2 / (1 + x * x + y * y + z * z)
    turn = np.array(
        [
            [1 - n * (y * y + z * z), n * (x * y - z), n * (x * z + y)],
            [n * (x * y + z), 1 - n * (x * x + z * z), n * (y * z - x)],
            [n * (x * z - y), n * (y * z + x), 1 - n * (x * x + y * y)],
        ]
    )
    return turn @ axes


@nb.njit(cache=True)
def _turned_log_volume(vector: FloatArray, axes: FloatArray, corners: FloatArray) -> float:
    turned = _turned(vector, axes)
    total = 0.0
    for row in range(3):
        x, y, z = turned[row]
        low, high = np.inf, -np.inf
        for corner in range(len(corners)):
            along = x * corners[corner, 0] + y * corners[corner, 1] + z * corners[corner, 2]
            low, high = min(low, along), max(high, along)
        total += np.log(high - low)
    return total


@nb.njit(cache=True)
def _least_turn(simplex: FloatArray, axes: FloatArray, corners: FloatArray) -> FloatArray:
    """Return the vector (3) of the turn with the least volume, by the method of Nelder and Mead (1965).

    Step for step as scipy.optimize.minimize takes it (`simplex`: 4 x 3), which is many times slower between the steps.
    """
    volumes = np.empty(4)
    for k in range(4):
        volumes[k] = _turned_log_volume(simplex[k], axes, corners)
    order = np.argsort(volumes, kind="mergesort")
    simplex, volumes = simplex[order], volumes[order]
    for _ in range(MOST_STEPS):
        if np.abs(simplex[1:] - simplex[0]).max() <= TURN_STEP and np.abs(volumes[1:] - volumes[0]).max() <= LOG_STEP:
            break
        middle = (simplex[0] + simplex[1] + simplex[2]) / 3
        tried = 2 * middle - simplex[3]
        volume = _turned_log_volume(tried, axes, corners)
        if volume < volumes[0]:
            farther = 3 * middle - 2 * simplex[3]
            least = _turned_log_volume(farther, axes, corners)
            if least < volume:
                tried, volume = farther, least
            simplex[3], volumes[3] = tried, volume
        elif volume < volumes[2]:
            simplex[3], volumes[3] = tried, volume
        else:
            beyond = volume < volumes[3]
            nearer = 1.5 * middle - 0.5 * simplex[3] if beyond else 0.5 * middle + 0.5 * simplex[3]
            least = _turned_log_volume(nearer, axes, corners)
            if least <= volume if beyond else least < volumes[3]:
                simplex[3], volumes[3] = nearer, least
            else:
                for k in range(1, 4):
                    simplex[k] = simplex[0] + 0.5 * (simplex[k] - simplex[0])
                    volumes[k] = _turned_log_volume(simplex[k], axes, corners)
        order = np.argsort(volumes, kind="mergesort")
        simplex, volumes = simplex[order], volumes[order]
    least_turn: FloatArray = simplex[0]
    return least_turn


def _log_volume(axes: FloatArray, corners: FloatArray) -> float:
    return float(np.log(box_sides(axes, corners)).sum())


def box_sides(axes: FloatArray, corners: FloatArray) -> FloatArray:
    """Return the sides (3) of the box with axes (3, 3; rows) around corners (V, 3)."""
    return np.asarray(np.ptp(corners @ axes.T, axis=0))
