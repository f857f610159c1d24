"""How well do the views agree? Point-to-plane residuals between all frames, and their normal equations.

Residuals are relative to depth, so that shrinking the whole scene gains nothing. Parameters: for each frame a rotation
vector about its camera's centre (rad) and a shift (m), both in world axes; last the logarithm of the factor of all
depths.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numba
import numpy as np

from spacevista.annotate.smooth import STEEP, DepthError, fit_plane
from spacevista.geometry.arrays import FloatArray, Int32Array, IntArray
from spacevista.geometry.points import cell_keys
from spacevista.geometry.poses import Pose
from spacevista.scenes.record import SceneFrame

PARAMETERS = 6
MEDIAN_OF_NORMAL = 0.6745  # median of |a standard normal number|
TILT = 0.07  # error of a normal, rad
RADII_PX = (2, 15)  # of the window that a normal is fitted to
GRID_PX = 4  # every so many pixels a normal
SAMPLES = 1_000  # points of a frame that are held against every other frame
PLACE = 0.1  # edge of a place, relative to the median depth
HELD = 0.6  # share of a window that a plane must hold: on the edge of a surface or of the picture it holds half
ALIKE = 0.9  # cosine, at least, between the normals of a point and of its counterpart: 26 degrees


@dataclass(frozen=True, eq=False)
class Surface:
    """One frame's surface in its camera's axes.

    Attributes:
        points_m: (H, W, 3), 0: none.
        grid_normals: (H / GRID_PX, W / GRID_PX, 3) unit normals of every GRID_PX-th pixel, pointing away, 0: none.
        chosen_m, normals: (N, 3) points that are held against other frames, and their normals.
        intrinsics: fx, fy, cx, cy in pixels.
    """

    points_m: FloatArray
    grid_normals: FloatArray
    chosen_m: FloatArray
    normals: FloatArray
    intrinsics: FloatArray

    @staticmethod
    def of(frame: SceneFrame, error: DepthError, rng: np.random.Generator) -> Surface:
        """Fit normals on the grid and choose points among them; `error` is of one depth before it was smoothed."""
        camera = frame.camera
        points = camera.back_project(camera.pixel_centres(), frame.depth_m.astype(np.float64))
        intrinsics = np.array([camera.fx_px, camera.fy_px, camera.cx_px, camera.cy_px])
        normals = fitted_normals(frame, error)
        rows, columns = chosen_cells(normals, frame.ids[::GRID_PX, ::GRID_PX], rng)
        chosen = points[rows * GRID_PX, columns * GRID_PX]
        return Surface(points, normals, chosen, normals[rows, columns], intrinsics)


def chosen_cells(normals: FloatArray, ids: Int32Array, rng: np.random.Generator) -> tuple[IntArray, IntArray]:
    """Choose up to SAMPLES grid points with a normal, half on objects (planes leave shifts open): rows, columns."""
    rows, columns = np.nonzero(normals.any(axis=2))
    labelled = ids[rows, columns] > 0
    chosen = []
    for part in (np.flatnonzero(labelled), np.flatnonzero(~labelled)):
        count = min(SAMPLES // 2, len(part))
        chosen.append(rng.choice(part, count, replace=False) if count else part)
    numbers = np.sort(np.concatenate(chosen))
    return rows[numbers], columns[numbers]


def fitted_normals(frame: SceneFrame, error: DepthError) -> FloatArray:
    """Return the unit normals of a frame's grid points; zeros where no plane holds HELD of the pixels around.

    A slope fitted to s x s pixels of relative noise e is off by e sqrt(12) / s^2 a pixel, in world terms by that times
    the focal length: the window is as wide as TILT wants.
    """
    camera, depth = frame.camera, frame.depth_m.astype(np.float64)
    inverse = np.zeros(depth.shape)
    np.divide(1.0, depth, out=inverse, where=depth > 0)
    noise = np.where(depth > 0, error.at(depth) * inverse, 0)
    typical = float(np.median(noise[depth > 0])) if (depth > 0).any() else 0.0
    radius = int(np.clip(round(math.sqrt(math.sqrt(12) * typical * camera.fx_px / TILT) / 2), *RADII_PX))
    picked = np.zeros(depth.shape, dtype=bool)
    picked[::GRID_PX, ::GRID_PX] = True
    rows, columns = np.nonzero(picked)
    a, b, c, _, count = _planes(inverse, frame.ids, noise * inverse, STEEP / camera.fx_px, radius, rows, columns).T
    ahead = a + b * (camera.cx_px - columns - 0.5) + c * (camera.cy_px - rows - 0.5)
    normals = np.stack([b * camera.fx_px, c * camera.fy_px, ahead], axis=1)
    length = np.linalg.norm(normals, axis=1)
    held = (count > HELD * (2 * radius + 1) ** 2) & (length > 0)
    normals[held] /= length[held, None]
    normals[~held] = 0
    return np.asarray(normals.reshape(*inverse[::GRID_PX, ::GRID_PX].shape, 3))


@numba.njit(cache=True)
def _planes(inverse: Any, ids: Any, noise: Any, slope: float, radius: int, rows: Any, columns: Any) -> Any:
    planes = np.zeros((len(rows), 5))
    measured = inverse > 0
    for n in range(len(rows)):
        row, column = rows[n], columns[n]
        if measured[row, column]:
            fit_plane(inverse, measured, ids, noise[row, column], slope, radius, row, column, planes[n])
    return planes


@dataclass(frozen=True, eq=False)
class System:
    """Normal matrix (P, P) of the weighed residuals, gradient by place (C, P), number and median size of the residuals.

    A place is a cube of the world: residuals of one place share smoothed pixels, texture and the bias of what bends
    there, whichever frames they lie between.
    """

    normal: FloatArray
    gradients: FloatArray
    count: int
    median_rel: float


def accumulate(surfaces: list[Surface], poses: list[Pose], factor: float, gate: float, sigma: float) -> System:
    """Hold the chosen pixels of every frame against all other frames.

    A residual (relative to depth) counts if it is under `gate`; it is weighed by 1 / `sigma` and by Tukey's weight.
    """
    size = PARAMETERS * len(poses) + 1
    chosen = [surface.chosen_m * factor for surface in surfaces]
    worlds = [pose.apply(points) for pose, points in zip(poses, chosen, strict=True)]
    depths = np.concatenate(chosen)[:, 2]
    places, count = numbered_places(worlds, PLACE * (float(np.median(depths)) if len(depths) else 1.0))
    normal, gradients = np.zeros((size, size)), np.zeros((count, size))
    residuals = [np.zeros(0)]
    for i, surface in enumerate(surfaces):
        own = worlds[i]
        normals = poses[i].rotate(surface.normals)
        for j, other in enumerate(surfaces):
            if i == j:
                continue
            found = np.zeros(len(own))
            _pair(
                own, normals, other.points_m, other.grid_normals, factor, poses[j].rotation, poses[j].translation_m,
                other.intrinsics, poses[i].translation_m, PARAMETERS * i, PARAMETERS * j, gate, sigma,
                places[i], normal, gradients, found,
            )  # fmt: skip
            residuals.append(np.abs(found[found != 0]))
    kept = np.concatenate(residuals)
    return System(normal, gradients, len(kept), float(np.median(kept)) if len(kept) else 0.0)


def numbered_places(worlds_m: list[FloatArray], edge_m: float) -> tuple[list[IntArray], int]:
    """Number the cubes of `edge_m` that hold points; return each point's number, by frame, and how many there are."""
    points = np.concatenate(worlds_m)
    if not len(points):
        return [np.zeros(0, dtype=np.int64) for _ in worlds_m], 0
    found, numbers = np.unique(cell_keys(points, edge_m), return_inverse=True)
    return np.split(numbers, np.cumsum([len(part) for part in worlds_m])[:-1]), len(found)


@numba.njit(cache=True)
def _pair(
    own: Any, normals: Any, others: Any, grid: Any, factor: float, rotation: Any, eye: Any, intrinsics: Any,
    own_eye: Any, first: int, second: int, gate: float, sigma: float, places: Any, normal: Any, gradients: Any,
    found: Any,
) -> None:  # fmt: skip
    height, width = others.shape[0], others.shape[1]
    row, other_row, at = np.zeros(13), np.zeros(13), np.zeros(13, dtype=np.int64)
    for k in range(6):
        at[k], at[6 + k] = first + k, second + k
    at[12] = len(normal) - 1
    local, q, facing = np.zeros(3), np.zeros(3), np.zeros(3)
    for n in range(len(own)):
        for k in range(3):
            local[k] = 0.0
            for c in range(3):
                local[k] += rotation[c, k] * (own[n, c] - eye[c])
        z = local[2]
        if z <= 0:
            continue
        u, v = intrinsics[0] * local[0] / z + intrinsics[2], intrinsics[1] * local[1] / z + intrinsics[3]
        if not (u >= 0 and v >= 0 and u < width and v < height) or others[int(v), int(u), 2] <= 0:
            continue
        other, m = others[int(v), int(u)], grid[int(v) // GRID_PX, int(u) // GRID_PX]
        r = other_r = away = dot = 0.0
        for k in range(3):
            q[k] = eye[k] + factor * (rotation[k, 0] * other[0] + rotation[k, 1] * other[1] + rotation[k, 2] * other[2])
            facing[k] = rotation[k, 0] * m[0] + rotation[k, 1] * m[1] + rotation[k, 2] * m[2]
            gone = own[n, k] - q[k]
            r += normals[n, k] * gone
            other_r += facing[k] * gone
            away += gone * gone
            dot += facing[k] * normals[n, k]
        r, other_r = r / z, other_r / z
        middle = (r + other_r) / 2
        if dot < ALIKE or abs(middle) > gate or away > (3 * gate * z + 3 * z / intrinsics[0]) ** 2:
            continue
        found[n] = middle
        _derivatives(q, own_eye, eye, normals[n], z, row)
        _derivatives(q, own_eye, eye, facing, z, other_row)
        weight = (1 - (middle / gate) ** 2) ** 2 / (2 * sigma * sigma)
        _add(row, other_row, at, other_r, weight, normal, gradients[places[n]])
        _add(other_row, row, at, r, weight, normal, gradients[places[n]])


@numba.njit(cache=True)
def _derivatives(q: Any, own_eye: Any, eye: Any, m: Any, z: float, row: Any) -> None:
    """Fill `row` with what m (p - q) / z changes by: turn and shift of p's frame, of q's frame, depth's factor.

    p and the normal m turn with their frame, about `own_eye`; q with its own, about `eye`.
    """
    for part, centre, sign in ((0, own_eye, 1.0), (6, eye, -1.0)):
        a0, a1, a2 = q[0] - centre[0], q[1] - centre[1], q[2] - centre[2]
        row[part] = sign * (a1 * m[2] - a2 * m[1])
        row[part + 1] = sign * (a2 * m[0] - a0 * m[2])
        row[part + 2] = sign * (a0 * m[1] - a1 * m[0])
    row[12] = 0.0
    for k in range(3):
        row[3 + k], row[9 + k] = m[k], -m[k]
        row[12] += m[k] * (eye[k] - own_eye[k])
    for k in range(13):
        row[k] /= z


@numba.njit(cache=True)
def _add(row: Any, other_row: Any, at: Any, r: float, weight: float, normal: Any, gradient: Any) -> None:
    for i in range(13):
        gradient[at[i]] += weight * row[i] * r
        for j in range(13):
            normal[at[i], at[j]] += weight * row[i] * other_row[j]
