"""The faces of a world as flat tables for the compiled shading: corners, smooth normals, materials, window cells."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from spacevista.geometry.arrays import BoolArray, Float32Array, FloatArray, Int32Array, IntArray
from spacevista.sim.kernels import kernel
from spacevista.sim.world import Body, Texture, World

CREASE_DEG = 40.0  # faces that meet at less are one round surface: an 18-sided cylinder is smooth, an octagon is not
MERGE_REL = 1e-6  # corners nearer than this share of the body's size are one point: float32 noise of built meshes
FLAT_COS = 0.9999  # of the angle (0.8 degrees) between face and corner normals up to which a face counts as flat

# Columns of SurfaceTables.materials.
COLOR, SECOND, TEXTURE, PERIOD, GLOSS = 0, 3, 6, 7, 8


class SurfaceTables(NamedTuple):
    """One row a face, the bodies one after the other; rows of `materials` as (M, 9) columns named above.

    Attributes:
        first_face: (B + 1,) row of each body's first face.
        corners_m, normals: (F, 3, 3) positions and shading normals of the corners.
        flat: (F,) the face is part of a plane.
        material: (F,) row of its material.
        grain: (F,) axis of its body's longest side.
        wall: (F, 4) u and v of the first window cell, columns and rows; zeros on faces without windows.
    """

    first_face: Int32Array
    corners_m: Float32Array
    normals: Float32Array
    flat: BoolArray
    material: Int32Array
    materials: Float32Array
    grain: Int32Array
    wall: Float32Array


def surface_tables(world: World) -> SurfaceTables:
    counts = [len(body.mesh.faces) for body in world.bodies]
    materials = [material for body in world.bodies for material in body.materials]
    offsets = np.cumsum([0] + [len(body.materials) for body in world.bodies])
    parts = [_body_tables(body) for body in world.bodies]
    return SurfaceTables(
        first_face=np.cumsum([0, *counts]).astype(np.int32),
        corners_m=np.concatenate([part[0] for part in parts]).astype(np.float32),
        normals=np.concatenate([part[1] for part in parts]).astype(np.float32),
        flat=np.concatenate([part[2] for part in parts]),
        material=np.concatenate(
            [body.mesh.face_materials + offset for body, offset in zip(world.bodies, offsets[:-1], strict=True)]
        ).astype(np.int32),
        materials=np.array(
            [(*m.color, *m.second_color, float(m.texture), m.texture_m, m.gloss) for m in materials], np.float32
        ).reshape(-1, 9),
        grain=np.repeat([_longest_axis(body) for body in world.bodies], counts).astype(np.int32),
        wall=np.concatenate([part[3] for part in parts]).astype(np.float32),
    )


def _longest_axis(body: Body) -> int:
    return int(np.argmax(np.ptp(body.mesh.vertices_m, axis=0))) if len(body.mesh.vertices_m) else 0


def _body_tables(body: Body) -> tuple[FloatArray, FloatArray, BoolArray, FloatArray]:
    """Return corners, corner normals, flatness and window cells of a body's faces."""
    corners = body.mesh.vertices_m[body.mesh.faces]
    normals = face_normals(corners)
    smooth = corner_normals(corners, normals)
    flat = np.asarray((np.einsum("fij,fj->fi", smooth, normals) > FLAT_COS).all(axis=1))
    return corners, smooth, flat, _window_cells(body, corners, normals)


def face_normals(corners_m: FloatArray) -> FloatArray:
    """Return unit normals (F, 3) of triangles (F, 3, 3); a triangle without area gets (0, 0, 1)."""
    cross = np.cross(corners_m[:, 1] - corners_m[:, 0], corners_m[:, 2] - corners_m[:, 0])
    lengths = np.linalg.norm(cross, axis=1, keepdims=True)
    return np.where(lengths > 0, cross / np.where(lengths > 0, lengths, 1), (0.0, 0.0, 1.0))


def corner_normals(corners_m: FloatArray, normals: FloatArray) -> FloatArray:
    """Return the shading normal of each corner (F, 3, 3): the mean over the faces around it within the crease angle.

    Faces weigh by their angle at the corner, so that how a plane is cut into triangles does not tilt the result.
    """
    if not len(corners_m):
        return np.zeros((0, 3, 3))
    points = corners_m.reshape(-1, 3)
    step = MERGE_REL * max(float(np.ptp(points, axis=0).max()), 1e-30)
    keys = np.round((points - points.min(axis=0)) / step).astype(np.int64)
    _, vertex = np.unique(keys @ np.array([1, 1 << 21, 1 << 42]), return_inverse=True)
    order = np.argsort(vertex, kind="stable")
    starts = np.searchsorted(vertex[order], np.arange(vertex.max() + 2))
    to_next = np.roll(corners_m, -1, axis=1) - corners_m
    to_last = np.roll(corners_m, 1, axis=1) - corners_m
    angles = np.arctan2(
        np.linalg.norm(np.cross(to_next, to_last), axis=2), np.einsum("fij,fij->fi", to_next, to_last)
    ).reshape(-1)
    return _mean_normals(normals, angles, vertex, order, starts, math.cos(math.radians(CREASE_DEG)))


@kernel
def _mean_normals(
    normals: FloatArray, angles: FloatArray, vertex: IntArray, order: IntArray, starts: IntArray, crease_cos: float
) -> FloatArray:
    """Average, for each corner, the normals of the faces at its vertex that turn away by less than the crease."""
    out = np.empty((len(normals), 3, 3))
    for corner in range(len(vertex)):
        own = normals[corner // 3]
        x, y, z = 0.0, 0.0, 0.0
        for i in range(starts[vertex[corner]], starts[vertex[corner] + 1]):
            other = normals[order[i] // 3]
            if own[0] * other[0] + own[1] * other[1] + own[2] * other[2] >= crease_cos:
                weight = angles[order[i]] + 1e-9
                x, y, z = x + weight * other[0], y + weight * other[1], z + weight * other[2]
        scale = 1 / math.sqrt(x * x + y * y + z * z)
        target = out[corner // 3, corner % 3]
        target[0], target[1], target[2] = x * scale, y * scale, z * scale
    return out


def _window_cells(body: Body, corners_m: FloatArray, normals: FloatArray) -> FloatArray:
    """Return, for each face with WINDOWS, where its wall's cells start and how many whole ones fit (F, 4).

    A wall is all faces of the body with one material in one plane. Its axes are those of textures.surface_axes.
    """
    cells = np.zeros((len(corners_m), 4))
    for number, material in enumerate(body.materials):
        slope = np.hypot(normals[:, 0], normals[:, 1])
        rows = np.flatnonzero((body.mesh.face_materials == number) & (np.abs(normals[:, 2]) < 0.3))
        if material.texture != Texture.WINDOWS or not len(rows):
            continue
        level = np.stack([-normals[rows, 1], normals[rows, 0]], axis=1) / slope[rows, None]
        u = np.einsum("fci,fi->fc", corners_m[rows][:, :, :2], level)
        v = corners_m[rows][:, :, 2] / slope[rows, None]
        offset = np.einsum("fi,fi->f", corners_m[rows, 0], normals[rows]) / material.texture_m
        _, wall = np.unique(np.round(np.column_stack([normals[rows] * 50, offset * 4])), axis=0, return_inverse=True)
        for one in range(int(wall.max()) + 1):
            mine = np.flatnonzero(wall.ravel() == one)
            cells[rows[mine]] = _fit_cells(u[mine], v[mine], material.texture_m)
    return cells


def _fit_cells(u: FloatArray, v: FloatArray, period_m: float) -> tuple[float, float, int, int]:
    """Centre the columns on the wall; start the rows at its foot."""
    columns = math.floor(np.ptp(u) / period_m + 0.05)
    rows = math.floor(np.ptp(v) / period_m + 0.05)
    return float(u.min() + u.max() - columns * period_m) / 2, float(v.min()), columns, rows
