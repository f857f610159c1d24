"""Free-space carving: what do depth maps say about a point in space?

A view sees a point *free* where its ray passes the point before it hits anything. Between pixel centres inverse depth
is interpolated where the surface is smooth (exact on planes, whose inverse depth is affine in the picture); at depth
edges the nearest of the four surrounding depths counts, so carving never eats what a pixel might have missed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numba
import numpy as np

from spacevista.geometry.arrays import BoolArray, ByteArray, Float32Array, FloatArray, Int32Array
from spacevista.geometry.cameras import Camera
from spacevista.geometry.poses import Pose

FREE = 1  # the point was seen through
OWN = 2  # it lies at the surface of the object asked about
OTHER = 4  # it lies at the surface of something else
SECOND = 8  # it lies at the surface of the second object asked about

NOBODY = -(2**31)  # an id that no pixel has

# A second difference of depth below a quarter of a pixel's footprint moves an interpolated point by 1/32 of it.
SMOOTH_PIXELS = 0.25


@dataclass(frozen=True, eq=False)
class DepthView:
    """One depth map made ready for carving.

    Attributes:
        inverse_depth: (H, W), 1/m; 0: nothing there (sky); NaN: not measured.
        smooth: (H - 1, W - 1), the cell between four pixel centres lies on one smooth surface.
        ids: (H, W).
        tolerance: (H, W); a point is free only if it is nearer than the surface by this share of its depth: what
            interpolation on a smooth surface may be off, and three standard errors of the depth.
    """

    camera: Camera
    camera_from_world: Pose
    inverse_depth: Float32Array
    smooth: BoolArray
    ids: Int32Array
    tolerance: Float32Array

    @staticmethod
    def of(
        camera: Camera,
        world_from_camera: Pose,
        depth_m: Float32Array,
        ids: Int32Array,
        sky_id: int,
        error_rel: Float32Array | float,
    ) -> DepthView:
        """Prepare a view from z-depth (H, W; 0 = none), ids (H, W; `sky_id`: nothing there), relative depth error."""
        inverse = np.full(depth_m.shape, np.nan, dtype=np.float32)
        np.divide(1.0, depth_m, out=inverse, where=depth_m > 0)
        inverse[(ids == sky_id) & (depth_m <= 0)] = 0
        error = np.broadcast_to(np.float32(error_rel), depth_m.shape)
        limit = SMOOTH_PIXELS / camera.fx_px + 4 * error
        tolerance = np.ascontiguousarray(SMOOTH_PIXELS / 8 / camera.fx_px + 3 * error, dtype=np.float32)
        return DepthView(camera, world_from_camera.inverse(), inverse, smooth_cells(inverse, limit), ids, tolerance)


def smooth_cells(inverse_depth: Float32Array, limit: Float32Array) -> BoolArray:
    """Return (H - 1, W - 1): cells whose four corners have second differences of inverse depth below limit / z."""
    bound = limit * np.nan_to_num(inverse_depth)
    with np.errstate(invalid="ignore"):
        flat = np.ones(inverse_depth.shape, dtype=bool)
        across = np.abs(inverse_depth[:, 2:] - 2 * inverse_depth[:, 1:-1] + inverse_depth[:, :-2])
        down = np.abs(inverse_depth[2:] - 2 * inverse_depth[1:-1] + inverse_depth[:-2])
        flat[:, 1:-1] &= across <= bound[:, 1:-1]
        flat[1:-1] &= down <= bound[1:-1]
    flat[[0, -1]] = False
    flat[:, [0, -1]] = False
    return np.asarray(flat[:-1, :-1] & flat[1:, :-1] & flat[:-1, 1:] & flat[1:, 1:])


def observe(
    points_m: FloatArray, reach_m: float, views: tuple[DepthView, ...], own_id: int, second_id: int = NOBODY
) -> ByteArray:
    """Return flags (N,) for points (N, 3): FREE, OWN, SECOND, OTHER over all views.

    `reach_m` is how near a surface a point must be to lie at it (half the diagonal of a grid cell). A point that is
    FREE is not looked at further, so its other flags hold only the views before.
    """
    flags = np.zeros(len(points_m), dtype=np.uint8)
    points = np.ascontiguousarray(points_m, dtype=np.float64)
    for view in views:
        camera = view.camera
        _observe(
            points,
            view.camera_from_world.rotation,
            view.camera_from_world.translation_m,
            np.array([camera.fx_px, camera.fy_px, camera.cx_px, camera.cy_px]),
            view.inverse_depth,
            view.smooth,
            view.ids,
            own_id,
            second_id,
            reach_m,
            view.tolerance,
            flags,
        )
    return flags


@numba.njit(cache=True)
def _observe(
    points: Any, rotation: Any, translation: Any, intrinsics: Any, inverse: Any, smooth: Any, ids: Any,
    own_id: int, second_id: int, reach: float, tolerance: Any, flags: Any,
) -> None:  # fmt: skip
    height, width = inverse.shape
    for n in range(len(points)):
        if flags[n] & 1:
            continue
        px, py, pz = points[n, 0], points[n, 1], points[n, 2]
        z = rotation[2, 0] * px + rotation[2, 1] * py + rotation[2, 2] * pz + translation[2]
        if z <= 0:
            continue
        x = rotation[0, 0] * px + rotation[0, 1] * py + rotation[0, 2] * pz + translation[0]
        y = rotation[1, 0] * px + rotation[1, 1] * py + rotation[1, 2] * pz + translation[1]
        u = intrinsics[0] * x / z + intrinsics[2] - 0.5
        v = intrinsics[1] * y / z + intrinsics[3] - 0.5
        if not (u >= 0 and v >= 0 and u < width - 1 and v < height - 1):
            continue
        i, j = int(u), int(v)
        a, b = inverse[j, i], inverse[j, i + 1]
        c, d = inverse[j + 1, i], inverse[j + 1, i + 1]
        if np.isnan(a) or np.isnan(b) or np.isnan(c) or np.isnan(d):
            continue
        if min(min(a, b), min(c, d)) * z < 1:  # behind all four it is not free, whatever the tolerance, which is over 0
            if smooth[j, i]:
                fu, fv = u - i, v - j
                surface = (a * (1 - fu) + b * fu) * (1 - fv) + (c * (1 - fu) + d * fu) * fv
            else:
                surface = max(max(a, b), max(c, d))
            slack = max(max(tolerance[j, i], tolerance[j, i + 1]), max(tolerance[j + 1, i], tolerance[j + 1, i + 1]))
            if surface * z * (1 + slack) < 1:
                flags[n] |= 1
        row, column = int(v + 0.5), int(u + 0.5)
        at = inverse[row, column]
        if at > 0 and abs(1 / at - z) <= reach:
            if ids[row, column] == own_id:
                flags[n] |= 2
            elif ids[row, column] == second_id:
                flags[n] |= 8
            else:
                flags[n] |= 4
