"""Parametric solids: closed triangle meshes in metres.

Frame: object frame, z up, origin at the centre of the base, bottom at z = 0 unless said otherwise. Every part is
closed and its faces are counter-clockwise seen from outside. A facetted circle has its corners on the circle: the
true dimensions of a solid are those of its mesh.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from spacevista.errors import GeometryError
from spacevista.geometry.arrays import BoolArray, FloatArray, Int32Array, frozen_floats
from spacevista.geometry.poses import Pose, rotation_about
from spacevista.sim.polygons import signed_area, triangulate
from spacevista.sim.world import Mesh

SEGMENTS = 48  # corners of a circle: the mid of a facet is 0.2 % of the radius inside, it looks round at 200 px


def box(size_m: Sequence[float], material: int = 0) -> Mesh:
    """Return a box of size (x, y, z), centred in x and y, standing on z = 0."""
    x, y, z = size_m
    return extrude([(-x / 2, -y / 2), (x / 2, -y / 2), (x / 2, y / 2), (-x / 2, y / 2)], z, material=material)


def cylinder(radius_m: float, height_m: float, segments: int = SEGMENTS, material: int = 0) -> Mesh:
    """Return an upright cylinder standing on z = 0."""
    return lathe([(0, 0), (radius_m, 0), (radius_m, height_m), (0, height_m)], segments, material)


def ellipsoid(radii_m: Sequence[float], segments: int = SEGMENTS, material: int = 0) -> Mesh:
    """Return an ellipsoid of radii (x, y, z) that touches z = 0 from above."""
    angles = np.linspace(-math.pi / 2, math.pi / 2, segments // 2 + 1)
    profile = np.stack([np.cos(angles), 1 + np.sin(angles)], axis=1)
    profile[[0, -1], 0] = 0
    return scaled(lathe(profile, segments, material), radii_m)


def lathe(profile_rz: Any, segments: int = SEGMENTS, material: int | Sequence[int] = 0) -> Mesh:
    """Revolve a profile of (radius, z) points about the z axis.

    Args:
        profile_rz: (P, 2), in either direction. It starts and ends at radius 0 (a solid of revolution), or stays at
            positive radii and is then closed from its last point to its first (a ring).
        segments: corners of each circle.
        material: one for all, or one for each stretch between consecutive points (a ring has one more, the closing).

    Raises:
        GeometryError: one end on the axis only, a negative radius, or a point on the axis in between.
    """
    profile = frozen_floats(profile_rz, (None, 2), "lathe profile")
    on_axis = profile[:, 0] <= 0
    ring = not on_axis.any()
    if (profile[:, 0] < 0).any() or not (ring or (on_axis[0] and on_axis[-1] and on_axis.sum() == 2)):
        raise GeometryError(
            f"lathe: expected radii that are 0 at both ends only, or nowhere, got {profile[:, 0].tolist()}"
        )
    stretches = len(profile) if ring else len(profile) - 1
    materials = np.broadcast_to(np.asarray(material, dtype=np.int32), (stretches,))
    if signed_area(profile) < 0:
        profile = profile[::-1]
        materials = np.append(materials[-2::-1], materials[-1:]) if ring else materials[::-1]
    corners = circle(segments)
    rings = np.empty((len(profile), segments, 3))
    rings[:, :, :2] = profile[:, None, :1] * corners
    rings[:, :, 2] = profile[:, 1:]
    return _lathe_faces(rings, materials, ring)


def _lathe_faces(rings: FloatArray, materials: Int32Array, ring: bool) -> Mesh:
    count, segments, _ = rings.shape
    if ring:
        order = np.append(np.arange(count), 0)
        faces = _stitch(order, segments)
        return Mesh(rings.reshape(-1, 3), faces, np.repeat(materials, 2 * segments))
    inner = rings[1:-1].reshape(-1, 3)
    vertices = np.vstack([inner, rings[0, :1], rings[-1, :1]])
    south, north, last = len(inner), len(inner) + 1, len(inner) - segments
    here = np.arange(segments)
    after = (here + 1) % segments
    bottom = np.stack([np.full(segments, south), after, here], axis=1)
    top = np.stack([np.full(segments, north), last + here, last + after], axis=1)
    middle = _stitch(np.arange(count - 2), segments)
    repeats = np.full(len(materials), 2 * segments)
    repeats[[0, -1]] = segments
    return Mesh(vertices, np.vstack([bottom, middle, top]), np.repeat(materials, repeats))


def circle(segments: int) -> FloatArray:
    """Return the corners (segments, 2) of a circle of radius 1, counter-clockwise from (1, 0)."""
    angles = np.arange(segments) * (2 * math.pi / segments)
    return np.stack([np.cos(angles), np.sin(angles)], axis=1)


def _stitch(order: Any, width: int) -> Int32Array:
    """Return the faces between consecutive rings of `width` vertices, rings counter-clockwise seen from the last."""
    low, high = order[:-1, None] * width, order[1:, None] * width
    here = np.arange(width)
    after = (here + 1) % width
    first = np.stack([low + here, low + after, high + after], axis=-1)
    second = np.stack([low + here, high + after, high + here], axis=-1)
    return np.stack([first, second], axis=2).reshape(-1, 3).astype(np.int32)


def extrude(
    polygon_xy: Any, height_m: float, holes: Sequence[Any] = (), material: int = 0, top_material: int | None = None
) -> Mesh:
    """Raise a simple polygon (P, 2), in either direction, with holes strictly inside, from z = 0 to `height_m`."""
    loops = [_directed(polygon_xy, 1.0)] + [_directed(hole, -1.0) for hole in holes]
    flat = np.vstack(loops)
    cap = triangulate(loops)
    count = len(flat)
    vertices = np.vstack([np.column_stack([flat, np.full(count, z)]) for z in (0.0, height_m)])
    walls, start = [], 0
    for loop in loops:
        here = start + np.arange(len(loop))
        after = start + (np.arange(len(loop)) + 1) % len(loop)
        walls += [np.stack([here, after, count + after], axis=1), np.stack([here, count + after, count + here], axis=1)]
        start += len(loop)
    faces = np.vstack([*walls, cap[:, ::-1], cap + count])
    materials = np.full(len(faces), material)
    materials[len(faces) - len(cap) :] = material if top_material is None else top_material
    return Mesh(vertices, faces, materials)


def _directed(polygon_xy: Any, sign: float) -> FloatArray:
    """Return the polygon counter-clockwise for sign 1, clockwise for -1."""
    polygon = frozen_floats(polygon_xy, (None, 2), "polygon")
    return polygon if signed_area(polygon) * sign > 0 else polygon[::-1]


def sweep(path_m: Any, section: Any, segments: int = 12, material: int = 0) -> Mesh:
    """Move a cross-section along a path, without twist, and close both ends.

    Args:
        path_m: (N, 3) points, none repeated in sequence; the section stands square to the path.
        section: a radius, (N,) radii, or a simple polygon (K, 2); the polygon's y axis starts as near to up as it can.
        segments: corners of the circle where a radius is given.
    """
    path = frozen_floats(path_m, (None, 3), "sweep path")
    across, upwards = _sweep_frames(path)
    shape = np.asarray(section, dtype=np.float64)
    radii = shape if shape.ndim < 2 else np.ones(())
    outline = circle(segments) if shape.ndim < 2 else _directed(shape, 1.0)
    outlines = np.broadcast_to(radii[..., None, None], (len(path), 1, 1)) * outline
    rings = path[:, None] + outlines[..., :1] * across[:, None] + outlines[..., 1:] * upwards[:, None]
    cap, last = triangulate([outline]), (len(path) - 1) * len(outline)
    faces = np.vstack([_stitch(np.arange(len(path)), len(outline)), cap[:, ::-1], cap + last])
    return Mesh(rings.reshape(-1, 3), faces, np.full(len(faces), material))


def loft(rings_m: Any, *, closed: bool = False, material: int | Sequence[int] = 0) -> Mesh:
    """Join rings of points (N, K, 3) by a skin; each ring is counter-clockwise seen from the rings after it.

    Args:
        closed: the last ring is joined to the first (a body with a hole through it); otherwise each end gets a flat
            cap about the mean of its ring, which must see all of the ring.
        material: one for all, or one for each stretch between rings (closed: N, else N - 1; a cap takes the material
            of the stretch beside it).
    """
    rings = frozen_floats(rings_m, (None, None, 3), "loft rings")
    count, width, _ = rings.shape
    stretches = np.broadcast_to(np.asarray(material, dtype=np.int32), (count if closed else count - 1,))
    materials = np.repeat(stretches, 2 * width)
    if closed:
        return Mesh(rings.reshape(-1, 3), _stitch(np.append(np.arange(count), 0), width), materials)
    here = np.arange(width)
    after, last, total = (here + 1) % width, (count - 1) * width, count * width
    bottom = np.stack([np.full(width, total), after, here], axis=1)
    top = np.stack([np.full(width, total + 1), last + here, last + after], axis=1)
    return Mesh(
        np.vstack([rings.reshape(-1, 3), rings[0].mean(axis=0), rings[-1].mean(axis=0)]),
        np.vstack([bottom, _stitch(np.arange(count), width), top]),
        np.concatenate([np.repeat(stretches[:1], width), materials, np.repeat(stretches[-1:], width)]),
    )


def _sweep_frames(path: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the x and y axes (N, 3) of the section along the path, carried on with the least rotation."""
    steps = np.diff(path, axis=0)
    steps /= np.linalg.norm(steps, axis=1, keepdims=True)
    tangents = np.vstack([steps[:1], steps[:-1] + steps[1:], steps[-1:]])
    tangents /= np.linalg.norm(tangents, axis=1, keepdims=True)
    reference = np.array([0.0, 0.0, 1.0]) if abs(tangents[0, 2]) < 0.9 else np.array([0.0, 1.0, 0.0])
    upwards = np.empty_like(path)
    for i, tangent in enumerate(tangents):
        reference = reference - (reference @ tangent) * tangent
        reference /= np.linalg.norm(reference)
        upwards[i] = reference
    return np.cross(upwards, tangents), upwards


def union(*parts: Mesh) -> Mesh:
    """Put closed parts into one mesh; parts may touch or overlap, each stays closed."""
    starts = np.cumsum([0] + [len(part.vertices_m) for part in parts[:-1]])
    return Mesh(
        np.vstack([part.vertices_m for part in parts]),
        np.vstack([part.faces + start for part, start in zip(parts, starts, strict=True)]),
        np.concatenate([part.face_materials for part in parts]),
    )


def moved(mesh: Mesh, offset_m: Sequence[float]) -> Mesh:
    """Return the mesh shifted by (x, y, z)."""
    return Mesh(mesh.vertices_m + np.asarray(offset_m, dtype=np.float64), mesh.faces, mesh.face_materials)


def rotated(mesh: Mesh, axis: Sequence[float], angle_deg: float) -> Mesh:
    """Return the mesh turned counter-clockwise about an axis through the origin."""
    return mesh.moved(Pose(rotation_about(axis, angle_deg), np.zeros(3)))


def scaled(mesh: Mesh, factors: Sequence[float]) -> Mesh:
    """Return the mesh stretched by positive factors along x, y and z."""
    return Mesh(mesh.vertices_m * np.asarray(factors, dtype=np.float64), mesh.faces, mesh.face_materials)


def face_centres(mesh: Mesh) -> FloatArray:
    """Return the mid points of the faces (F, 3)."""
    return np.asarray(mesh.vertices_m[mesh.faces].mean(axis=1))


def painted(mesh: Mesh, where: BoolArray, index: int) -> Mesh:
    """Return the mesh with another material on the faces where `where` (F,) is true."""
    return Mesh(mesh.vertices_m, mesh.faces, np.where(where, index, mesh.face_materials))


def with_material(mesh: Mesh, index: int) -> Mesh:
    """Return the mesh with one material on all faces."""
    return Mesh(mesh.vertices_m, mesh.faces, np.full(len(mesh.faces), index))


def settled(mesh: Mesh) -> Mesh:
    """Return the mesh moved so that its bottom is at z = 0 and its bounding box is centred in x and y."""
    low, high = mesh.vertices_m.min(axis=0), mesh.vertices_m.max(axis=0)
    return moved(mesh, (-(low[0] + high[0]) / 2, -(low[1] + high[1]) / 2, -low[2]))


def volume_m3(mesh: Mesh) -> float:
    """Return the signed volume enclosed by the faces (overlapping parts count twice)."""
    a, b, c = (mesh.vertices_m[mesh.faces[:, i]] for i in range(3))
    return float(np.einsum("ij,ij->", a, np.cross(b, c)) / 6)


def centre_of_mass(mesh: Mesh) -> FloatArray:
    """Return the centre of mass (3,) of a closed mesh, all of it equally dense (overlapping parts count twice)."""
    a, b, c = (mesh.vertices_m[mesh.faces[:, i]] for i in range(3))
    volumes = np.einsum("ij,ij->i", a, np.cross(b, c))
    return np.asarray(volumes @ (a + b + c) / (4 * volumes.sum()))
