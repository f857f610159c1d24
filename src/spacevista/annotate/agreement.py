"""How well do the views agree? Point-to-plane residuals between all frames, and their normal equations.

Residuals are relative to depth, so that shrinking the whole scene gains nothing. Parameters: for each frame a rotation
vector about its camera's centre (rad) and a shift (m), both in world axes; last the logarithm of the factor of all
depths.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numba
import numpy as np

from spacevista.geometry.arrays import FloatArray, IntArray
from spacevista.geometry.poses import Pose
from spacevista.scenes.record import SceneFrame

PARAMETERS = 6


@dataclass(frozen=True, eq=False)
class Surface:
    """One frame's surface in its camera's axes: points and unit normals (H, W, 3; normal 0: none), chosen pixels."""

    points_m: FloatArray
    normals: FloatArray
    intrinsics: FloatArray
    rows: IntArray
    columns: IntArray

    @staticmethod
    def of(frame: SceneFrame, rows: IntArray, columns: IntArray) -> Surface:
        camera, depth = frame.camera, frame.depth_m.astype(np.float64)
        points = camera.back_project(camera.pixel_centres(), depth)
        normals = np.zeros_like(points)
        raw = np.cross(points[1:-1, 2:] - points[1:-1, :-2], points[2:, 1:-1] - points[:-2, 1:-1])
        length = np.linalg.norm(raw, axis=2, keepdims=True)
        around = np.stack([depth[1:-1, 2:], depth[1:-1, :-2], depth[2:, 1:-1], depth[:-2, 1:-1]])
        middle = depth[1:-1, 1:-1]
        limit = 6.0 / camera.fx_px * middle  # two pixels of a surface seen at up to 70 degrees
        smooth = (around > 0).all(axis=0) & (middle > 0) & (np.abs(around - middle).max(axis=0) <= limit)
        np.divide(raw, length, out=normals[1:-1, 1:-1], where=(length > 0) & smooth[..., None])
        intrinsics = np.array([camera.fx_px, camera.fy_px, camera.cx_px, camera.cy_px])
        return Surface(points, normals, intrinsics, rows, columns)


@dataclass(frozen=True, eq=False)
class System:
    """Normal matrix (P, P) and gradient (P,) of the weighed residuals; number and median size of the residuals."""

    normal: FloatArray
    gradient: FloatArray
    count: int
    median_rel: float


def accumulate(surfaces: list[Surface], poses: list[Pose], factor: float, gate: float, sigma: float) -> System:
    """Hold the chosen pixels of every frame against all other frames.

    A residual (relative to depth) counts if it is under `gate`; it is weighed by 1 / `sigma` and by Tukey's weight.
    """
    size = PARAMETERS * len(poses) + 1
    normal, gradient = np.zeros((size, size)), np.zeros(size)
    residuals = [np.zeros(0)]
    for i, surface in enumerate(surfaces):
        points = surface.points_m[surface.rows, surface.columns] * factor
        normals = poses[i].rotate(surface.normals[surface.rows, surface.columns])
        own = poses[i].apply(points)
        for j, other in enumerate(surfaces):
            if i == j:
                continue
            found = np.zeros(len(own))
            _pair(
                own, normals, other.points_m, other.normals, factor, poses[j].rotation, poses[j].translation_m,
                other.intrinsics, poses[i].translation_m, PARAMETERS * i, PARAMETERS * j, gate, sigma,
                normal, gradient, found,
            )  # fmt: skip
            residuals.append(np.abs(found[found != 0]))
    kept = np.concatenate(residuals)
    return System(normal, gradient, len(kept), float(np.median(kept)) if len(kept) else 0.0)


@numba.njit(cache=True)
def _pair(
    own: Any, own_normal: Any, others: Any, other_normals: Any, factor: float, rotation: Any, eye: Any,
    intrinsics: Any, own_eye: Any, first: int, second: int, gate: float, sigma: float, normal: Any, gradient: Any,
    found: Any,
) -> None:  # fmt: skip
    height, width = others.shape[0], others.shape[1]
    row, at = np.zeros(13), np.zeros(13, dtype=np.int64)
    for k in range(6):
        at[k], at[6 + k] = first + k, second + k
    at[12] = len(gradient) - 1
    local, b, m = np.zeros(3), np.zeros(3), np.zeros(3)
    for n in range(len(own)):
        if own_normal[n, 0] == 0 and own_normal[n, 1] == 0 and own_normal[n, 2] == 0:
            continue
        for k in range(3):
            local[k] = 0.0
            for c in range(3):
                local[k] += rotation[c, k] * (own[n, c] - eye[c])
        z = local[2]
        if z <= 0:
            continue
        u, v = intrinsics[0] * local[0] / z + intrinsics[2], intrinsics[1] * local[1] / z + intrinsics[3]
        if not (u >= 0 and v >= 0 and u < width and v < height):
            continue
        q, facing = others[int(v), int(u)], other_normals[int(v), int(u)]
        r = away = dot = 0.0
        for k in range(3):
            gone = local[k] - factor * q[k]
            r += facing[k] * gone
            away += gone * gone
            m[k] = rotation[k, 0] * facing[0] + rotation[k, 1] * facing[1] + rotation[k, 2] * facing[2]
            b[k] = factor * (rotation[k, 0] * q[0] + rotation[k, 1] * q[1] + rotation[k, 2] * q[2])
            dot += m[k] * own_normal[n, k]
        r /= z
        if dot < 0.8 or abs(r) > gate or away > (3 * gate * z + 3 * z / intrinsics[0]) ** 2:
            continue
        found[n] = r
        _derivatives(own[n], own_eye, b, eye, m, z, row)
        _add(row, at, r, (1 - (r / gate) ** 2) ** 2 / (sigma * sigma), normal, gradient)


@numba.njit(cache=True)
def _derivatives(own: Any, own_eye: Any, b: Any, eye: Any, m: Any, z: float, row: Any) -> None:
    """Fill `row` with what the residual changes by: turn and shift of the own frame, of the other, depth's factor."""
    a0, a1, a2 = own[0] - own_eye[0], own[1] - own_eye[1], own[2] - own_eye[2]
    row[0], row[1], row[2] = a1 * m[2] - a2 * m[1], a2 * m[0] - a0 * m[2], a0 * m[1] - a1 * m[0]
    row[6], row[7], row[8] = b[2] * m[1] - b[1] * m[2], b[0] * m[2] - b[2] * m[0], b[1] * m[0] - b[0] * m[1]
    row[12] = 0.0
    for k in range(3):
        row[3 + k], row[9 + k] = m[k], -m[k]
        row[12] += m[k] * (eye[k] - own_eye[k])
    for k in range(13):
        row[k] /= z


@numba.njit(cache=True)
def _add(row: Any, at: Any, r: float, weight: float, normal: Any, gradient: Any) -> None:
    for i in range(13):
        gradient[at[i]] += weight * row[i] * r
        for j in range(13):
            normal[at[i], at[j]] += weight * row[i] * row[j]
