"""Boxes and rectangles around point sets: axis-aligned, gravity-aligned, of minimum volume.

PCA is not used: it gives 1.41 for a unit square seen from a corner. Minimum boxes have a face (rectangles: a side)
flush with the convex hull, so the directions to try are those of its faces (sides).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy.spatial import ConvexHull, QhullError

from spacevista.errors import GeometryError
from spacevista.geometry.arrays import BoolArray, FloatArray, IntArray, frozen_floats
from spacevista.geometry.points import hull_vertices
from spacevista.geometry.poses import Pose, nearest_rotation


@dataclass(frozen=True, eq=False)
class Box3d:
    """An oriented box: `world_from_box` has the box's centre as origin and its sides as axes; `size_m` along them."""

    world_from_box: Pose
    size_m: FloatArray

    def __post_init__(self) -> None:
        size = frozen_floats(self.size_m, (3,), "box size")
        if (size < 0).any():
            raise GeometryError(f"box size: expected lengths of 0 or more, got {size.tolist()}")
        object.__setattr__(self, "size_m", size)

    @property
    def corners_m(self) -> FloatArray:
        """The 8 corners (8, 3) in the world."""
        signs = np.array([[x, y, z] for x in (-0.5, 0.5) for y in (-0.5, 0.5) for z in (-0.5, 0.5)])
        return self.world_from_box.apply(signs * self.size_m)

    @property
    def volume_m3(self) -> float:
        return float(np.prod(self.size_m))

    def contains(self, points_m: FloatArray, slack_m: float = 0.0) -> BoolArray:
        """Tell which points (..., 3) lie in the box, widened by `slack_m` on every side."""
        inside = np.abs(self.world_from_box.inverse().apply(points_m)) <= self.size_m / 2 + slack_m
        return np.asarray(inside.all(axis=-1))


@dataclass(frozen=True)
class Rectangle:
    """A rectangle in the plane: its longer side (`length_m`) lies at `angle_rad` from the x axis, in [0, pi)."""

    centre_m: tuple[float, float]
    angle_rad: float
    length_m: float
    width_m: float

    @property
    def area_m2(self) -> float:
        return self.length_m * self.width_m


def axis_aligned_box(points_m: FloatArray) -> Box3d:
    """Return the axis-aligned box of points (N, 3), N >= 1."""
    low, high = _bounds(points_m)
    return Box3d(Pose(np.eye(3), (low + high) / 2), high - low)


def gravity_aligned_box(points_m: FloatArray, up: FloatArray) -> Box3d:
    """Return the box with one axis (the third) along `up` and the smallest footprint; the first axis is the longer."""
    axes = horizontal_axes(up)
    flat = points_m @ axes
    rectangle = minimum_area_rectangle(flat[:, :2])
    cos, sin = math.cos(rectangle.angle_rad), math.sin(rectangle.angle_rad)
    world_from_box = nearest_rotation(axes @ np.array([[cos, -sin, 0], [sin, cos, 0], [0, 0, 1]]))
    low, high = flat[:, 2].min(), flat[:, 2].max()
    centre = axes @ np.array([*rectangle.centre_m, (low + high) / 2])
    return Box3d(Pose(world_from_box, centre), np.array([rectangle.length_m, rectangle.width_m, high - low]))


def minimum_area_rectangle(points_m: FloatArray) -> Rectangle:
    """Return the rectangle of smallest area around points (N, 2) (hull and calipers)."""
    corners = hull_vertices(points_m)
    angles = side_angles(corners)
    low, high = _spans(corners, angles)
    sizes = high - low
    best = int(np.prod(sizes, axis=1).argmin())
    angle, (along, across) = float(angles[best]), sizes[best]
    middle = (low[best] + high[best]) / 2
    cos, sin = math.cos(angle), math.sin(angle)
    centre = (cos * middle[0] - sin * middle[1], sin * middle[0] + cos * middle[1])
    if across > along:
        return Rectangle(centre, (angle + math.pi / 2) % math.pi, float(across), float(along))
    return Rectangle(centre, angle % math.pi, float(along), float(across))


def minimum_volume_box(points_m: FloatArray) -> Box3d:
    """Return the smallest box with a face flush with the hull of points (N, 3)."""
    corners = hull_vertices(points_m)
    return least_box(corners, flush_rotations(corners))


def least_box(corners: FloatArray, rotations: FloatArray) -> Box3d:
    """Return the smallest of the boxes around points (N, 3) along given frames (R, 3, 3; axes as columns)."""
    along = corners @ rotations
    low, high = along.min(axis=1), along.max(axis=1)
    best = int(np.prod(high - low, axis=1).argmin())
    rotation = nearest_rotation(rotations[best])
    return Box3d(Pose(rotation, rotation @ ((low[best] + high[best]) / 2)), high[best] - low[best])


def horizontal_axes(up: FloatArray) -> FloatArray:
    """Return a right-handed frame (3, 3) with axes as columns, the third along `up`."""
    third = np.asarray(up) / np.linalg.norm(up)
    helper = np.array([0.0, 1.0, 0.0]) if abs(third[1]) < 0.9 else np.array([1.0, 0.0, 0.0])
    first = _cross(helper, third)
    first /= np.linalg.norm(first)
    return np.stack([first, _cross(third, first), third], axis=1)


def _cross(a: FloatArray, b: FloatArray) -> FloatArray:
    """Return the cross product of two vectors (3); np.cross, made for arrays of them, takes ten times as long."""
    return np.array([a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]])


def side_angles(corners_m: FloatArray) -> FloatArray:
    """Return the distinct directions (A,) of the sides of a convex polygon (N, 2), modulo a quarter turn."""
    sides = np.roll(corners_m, -1, axis=0) - corners_m
    sides = sides[np.linalg.norm(sides, axis=1) > 0]
    if not len(sides):
        return np.zeros(1)
    angles = np.arctan2(sides[:, 1], sides[:, 0]) % (math.pi / 2)
    return np.unique(np.round(angles, 6))


def flush_rotations(corners_m: FloatArray, most_faces: int = 40) -> FloatArray:
    """Return frames (R, 3, 3; axes as columns) flush with a face of the hull of points (N, 3): the best of each face.

    Faces whose normals agree to 1e-3 count once; of more than `most_faces` the largest are taken.
    """
    centred = corners_m - corners_m.mean(axis=0)
    try:
        hull = ConvexHull(centred)
    except (QhullError, ValueError):
        return _flat_rotation(corners_m, np.linalg.svd(centred, full_matrices=False)[2][-1])
    first, second, ends = _hull_edges(hull)
    frames = [
        _least_rectangle(hull.points, normal, ends[facing[first] * facing[second] <= 0])
        for normal in _face_normals(hull, most_faces)
        for facing in [hull.equations[:, :3] @ normal]
    ]
    return np.stack(frames)


def _flat_rotation(corners_m: FloatArray, normal: FloatArray) -> FloatArray:
    """Return the frame (1, 3, 3) of the smallest rectangle around points (N, 3) of a plane."""
    axes = horizontal_axes(normal)
    angle = minimum_area_rectangle((corners_m @ axes)[:, :2]).angle_rad
    cos, sin = math.cos(angle), math.sin(angle)
    return np.asarray(axes @ np.array([[cos, -sin, 0], [sin, cos, 0], [0, 0, 1]]))[None]


def _hull_edges(hull: ConvexHull) -> tuple[IntArray, IntArray, IntArray]:
    """Return the edges of a hull: the numbers (E) of the two triangles beside each, and of its two points (E, 2)."""
    number = np.arange(len(hull.neighbors))[:, None]
    triangle, opposite = np.nonzero(number < hull.neighbors)  # each edge once
    ends = [hull.simplices[triangle, (opposite + turn) % 3] for turn in (1, 2)]
    return triangle, hull.neighbors[triangle, opposite], np.stack(ends, axis=1)


def _least_rectangle(points: FloatArray, normal: FloatArray, outline: IntArray) -> FloatArray:
    """Return the frame (3, 3), third axis along `normal`, of the smallest rectangle around the shadow of points (N, 3).

    A side of it lies along an edge of the shadow's hull, and these are shadows of the solid hull's own edges with one
    triangle beside them facing each way: `outline` (E, 2), numbers of their points.
    """
    edges = points[outline[:, 1]] - points[outline[:, 0]]
    along = edges - np.outer(edges @ normal, normal)
    lengths = np.linalg.norm(along, axis=1)
    kept = lengths > 1e-9 * lengths.max()
    along = along[kept] / lengths[kept, None]
    across = np.cross(normal, along)
    corners = points[np.unique(outline)]
    sides = [np.ptp(axes @ corners.T, axis=1) for axes in (along, across)]
    best = int((sides[0] * sides[1]).argmin())
    return np.stack([along[best], across[best], normal], axis=1)


def _face_normals(hull: ConvexHull, most: int) -> FloatArray:
    """Return the distinct face normals of a hull, largest faces first."""
    normals = hull.equations[:, :3]
    triangles = hull.points[hull.simplices]
    areas = np.linalg.norm(np.cross(triangles[:, 1] - triangles[:, 0], triangles[:, 2] - triangles[:, 0]), axis=1)
    signs = np.where(
        normals[:, 2] != 0, np.sign(normals[:, 2]), np.where(normals[:, 1] != 0, np.sign(normals[:, 1]), 1)
    )
    keys, first, inverse = np.unique(
        np.round(normals * signs[:, None], 3), axis=0, return_index=True, return_inverse=True
    )
    weight = np.bincount(inverse.ravel(), weights=areas, minlength=len(keys))
    return np.asarray(normals[first[np.argsort(-weight, kind="stable")[:most]]])


def _spans(corners: FloatArray, angles: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the lowest and highest coordinate (A, 2) along and across each angle."""
    axes = np.stack([np.cos(angles), np.sin(angles), -np.sin(angles), np.cos(angles)], axis=1).reshape(-1, 2, 2)
    values = np.einsum("nj,akj->akn", corners, axes)
    return values.min(axis=2), values.max(axis=2)


def _bounds(points_m: FloatArray) -> tuple[FloatArray, FloatArray]:
    points = frozen_floats(points_m, (None, 3), "box points")
    if not len(points):
        raise GeometryError("box: expected at least one point, got none")
    return points.min(axis=0), points.max(axis=0)
