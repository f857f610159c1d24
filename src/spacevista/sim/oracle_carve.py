"""Free space of a world as its cameras know it: a point is carved if some camera sees through it.

A point is carved if it lies in a picture and nothing is between the camera's centre and the point. Most points are
decided by the pictures' own depth around their pixel; where that depth is not all on one side, a ray decides.
"""

from __future__ import annotations

import numba as nb
import numpy as np
from scipy import ndimage

from spacevista.captures.record import SKY_ID
from spacevista.geometry.arrays import BoolArray, ByteArray, Float32Array, FloatArray, Int32Array
from spacevista.sim.truth_views import SHORT_OF_TARGET, Views
from spacevista.sim.world import Body

CARVED, UNCERTAIN, HIDDEN = 1, 2, 0
DEPTH_SLACK = 1e-5  # relative: float32 depth against float64 points
# Rays along both ways of three axes: a point in a solid looks at the inside of its surface in at least one of them,
# even where the solid is made of parts that overlap.
PROBES = np.concatenate([np.eye(3), -np.eye(3)])


class Carver:
    """Answers questions about points of one world: carved, visible, inside which body."""

    def __init__(self, views: Views) -> None:
        self.views = views
        world = views.world
        camera = world.camera
        shape = len(world.path), camera.height_px, camera.width_px
        self._nearest, self._farthest = np.empty(shape, np.float32), np.empty(shape, np.float32)
        for frame in range(len(world.path)):
            depth_m, ids = views.picture(frame)
            depth = np.where(ids == SKY_ID, np.inf, depth_m).astype(np.float32)
            self._nearest[frame] = ndimage.minimum_filter(depth, 3, mode="nearest")
            self._farthest[frame] = ndimage.maximum_filter(depth, 3, mode="nearest")
        self._eyes = np.array([pose.translation_m for pose in world.path])
        self._rotations = np.array([pose.rotation for pose in world.path])
        self._intrinsics = np.array([camera.fx_px, camera.fy_px, camera.cx_px, camera.cy_px])

    def carved(self, points_m: FloatArray) -> BoolArray:
        """Tell which points (N, 3) some camera sees through."""
        states = np.zeros((len(points_m), len(self._eyes)), np.uint8)
        _states(points_m, self._eyes, self._rotations, self._intrinsics, self._nearest, self._farthest, states)
        carved = np.asarray((states == CARVED).any(axis=1))
        for frame in range(len(self._eyes)):
            asked = np.flatnonzero(~carved & (states[:, frame] == UNCERTAIN))
            carved[asked] = self._open(frame, points_m[asked])
        return carved

    def visible(self, points_m: FloatArray, normals: FloatArray) -> BoolArray:
        """Tell which surface points (N, 3) with outward normals (N, 3; zero: unknown) some camera sees."""
        states = np.zeros((len(points_m), len(self._eyes)), np.uint8)
        _states(points_m, self._eyes, self._rotations, self._intrinsics, self._nearest, self._farthest, states)
        seen = np.asarray((states == CARVED).any(axis=1))  # in front of everything around its pixel
        for frame, eye in enumerate(self._eyes):
            facing = np.einsum("ij,ij->i", points_m - eye, normals) <= 0
            asked = np.flatnonzero(~seen & facing & (states[:, frame] != HIDDEN))
            seen[asked] = self._open(frame, points_m[asked])
        return seen

    def owners(self, points_m: FloatArray) -> Int32Array:
        """Return for each point (N, 3) the number in `World.bodies` of a body it lies in, -1 in free space."""
        owners = np.full(len(points_m), -1, dtype=np.int32)
        for probe in PROBES:
            asked = np.flatnonzero(owners < 0)
            if not len(asked):
                break
            hits = self.views.rays.hits(points_m[asked], np.tile(probe, (len(asked), 1)))
            leaving = (hits.body >= 0) & (hits.normal @ probe > 0)
            owners[asked[leaving]] = hits.body[leaving]
        return owners

    def walled(self, starts_m: FloatArray, ends_m: FloatArray, own: int) -> BoolArray:
        """Tell which segments (N) between points cross the surface of a body other than number `own`."""
        blocked = np.zeros(len(starts_m), dtype=bool)
        for origins, targets in ((starts_m, ends_m), (ends_m, starts_m)):  # back again: `own` may hide what follows
            if not len(origins):
                break
            hits = self.views.rays.hits(origins, targets - origins)
            blocked |= (hits.distance < 1) & (hits.body != own)
        return blocked

    def _open(self, frame: int, points_m: FloatArray) -> BoolArray:
        if not len(points_m):
            return np.zeros(0, dtype=bool)
        eye = self._eyes[frame]
        return ~self.views.rays.occluded(eye, points_m - eye, 1 - SHORT_OF_TARGET)


def body_number(bodies: tuple[Body, ...], object_id: int) -> int:
    """Return the number of an object's body in the world's list of bodies."""
    return next(number for number, body in enumerate(bodies) if body.id == object_id)


@nb.njit(cache=True)
def _states(
    points_m: FloatArray,
    eyes_m: FloatArray,
    rotations: FloatArray,
    intrinsics: FloatArray,
    nearest: Float32Array,
    farthest: Float32Array,
    states: ByteArray,
) -> None:
    """Fill states (N, F): CARVED, HIDDEN (or outside the picture), UNCERTAIN. A point's first CARVED ends its row."""
    frames, height, width = nearest.shape
    fx, fy, cx, cy = intrinsics
    for point in range(len(points_m)):
        for frame in range(frames):
            x, y, z = points_m[point] - eyes_m[frame]
            turn = rotations[frame]
            depth = turn[0, 2] * x + turn[1, 2] * y + turn[2, 2] * z
            if depth <= 0:
                continue
            u = fx * (turn[0, 0] * x + turn[1, 0] * y + turn[2, 0] * z) / depth + cx
            v = fy * (turn[0, 1] * x + turn[1, 1] * y + turn[2, 1] * z) / depth + cy
            if not (0 <= u < width and 0 <= v < height):
                continue
            row, column = int(v), int(u)
            if depth < nearest[frame, row, column] * (1 - DEPTH_SLACK):
                states[point, frame] = CARVED
                break
            if depth <= farthest[frame, row, column] * (1 + DEPTH_SLACK):
                states[point, frame] = UNCERTAIN
