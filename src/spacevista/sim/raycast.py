"""Exact ray casting of a world with Embree: first hits, z-depth, ids, occlusion.

Coordinates are float32 around the world's own origin, so worlds are built centred. Rays have z = 1 in the camera
frame, which makes the hit parameter the z-depth. Embree lets go of the interpreter lock, so rays are cast on as many
threads as numba's kernels use (`numba.set_num_threads`); results do not depend on that number.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple, TypeVar

import numba as nb
import numpy as np
from embreex.mesh_construction import TriangleMesh
from embreex.rtcore_scene import EmbreeScene

from spacevista.captures.record import SKY_ID
from spacevista.geometry.arrays import BoolArray, Float32Array, FloatArray, Int32Array
from spacevista.geometry.cameras import Camera
from spacevista.geometry.poses import Pose
from spacevista.sim.world import Body, World

MISS = np.float32(1e30)  # Embree reports tfar = 1e37 for a ray that hits nothing
CHUNK_RAYS = 1 << 15  # small enough to even out cheap sky and dear foliage between threads

T = TypeVar("T")


class Hits(NamedTuple):
    """First hits of R rays: ray parameter (MISS where none), body index (-1), face of that body, unit normal.

    `u`, `v` are the barycentric weights of the face's second and third corner.
    """

    distance: Float32Array
    body: Int32Array
    face: Int32Array
    normal: Float32Array
    u: Float32Array
    v: Float32Array


class RayScene:
    """The bodies of a world, ready for rays in world metres."""

    def __init__(self, bodies: tuple[Body, ...]) -> None:
        self._bodies = bodies
        self._scene = EmbreeScene(robust=True)
        for body in bodies:
            TriangleMesh(self._scene, body.mesh.vertices_m.astype(np.float32), body.mesh.faces)
        nowhere = np.zeros((1, 3), np.float32)
        self._scene.run(nowhere, nowhere + 1)  # builds the tree now: the first cast must not race between threads
        self.body_ids: Int32Array = np.array([body.id for body in bodies] + [SKY_ID], dtype=np.int32)

    @staticmethod
    def of(world: World) -> RayScene:
        return RayScene(world.bodies)

    def hits(self, origins_m: FloatArray, directions: FloatArray | Float32Array) -> Hits:
        """Cast rays (R, 3); `distance` is in units of each direction's length."""
        rays = np.ascontiguousarray(directions, dtype=np.float32)
        starts = np.ascontiguousarray(np.broadcast_to(origins_m, rays.shape), dtype=np.float32)
        parts = in_chunks(len(rays), lambda part: self._scene.run(starts[part], rays[part], output=True))
        out = {key: np.concatenate([part[key] for part in parts]) for key in parts[0]}
        normal = out["Ng"]
        lengths = np.sqrt(np.einsum("ij,ij->i", normal, normal))
        normal /= np.where(lengths > 0, lengths, 1)[:, None]
        return Hits(out["tfar"], out["geomID"], out["primID"], normal, out["u"], out["v"])

    def occluded(
        self, origins_m: FloatArray | Float32Array, directions: FloatArray | Float32Array, far: Float32Array | float
    ) -> BoolArray:
        """Tell which rays (R, 3) hit anything before `far` (in units of the direction's length)."""
        rays = np.ascontiguousarray(directions, dtype=np.float32)
        starts = np.ascontiguousarray(np.broadcast_to(origins_m, rays.shape), dtype=np.float32)
        limits = np.array(np.broadcast_to(far, (len(rays),)), dtype=np.float32)  # Embree wants it writable

        def cast(part: slice) -> Int32Array:
            return np.asarray(self._scene.run(starts[part], rays[part], dists=limits[part], query="OCCLUDED"))

        return np.asarray(np.concatenate(in_chunks(len(rays), cast)) != -1)

    def camera_hits(self, camera: Camera, world_from_camera: Pose) -> Hits:
        """Cast one ray through every pixel centre; `distance` is z-depth in metres."""
        return self.hits(world_from_camera.translation_m, camera_rays(camera, world_from_camera))

    def depth_and_ids(self, camera: Camera, world_from_camera: Pose) -> tuple[Float32Array, Int32Array]:
        """Return z-depth (H, W; 0 where nothing is hit) and ids (H, W; 0 structure, SKY_ID where nothing is hit)."""
        return self.images_of(self.camera_hits(camera, world_from_camera), (camera.height_px, camera.width_px))

    def images_of(self, hits: Hits, shape: tuple[int, int]) -> tuple[Float32Array, Int32Array]:
        """Return z-depth and ids (H, W) of the hits of all pixels; see `depth_and_ids`."""
        depth = np.where(hits.distance < MISS, hits.distance, np.float32(0)).reshape(shape)
        return depth, self.body_ids[hits.body].reshape(shape)


def camera_rays(camera: Camera, world_from_camera: Pose) -> Float32Array:
    """Return world directions (H * W, 3) through all pixel centres, row by row, with z = 1 in the camera frame."""
    right, down, forward = world_from_camera.rotation.T
    x = (np.arange(camera.width_px) + 0.5 - camera.cx_px) / camera.fx_px
    y = (np.arange(camera.height_px) + 0.5 - camera.cy_px) / camera.fy_px
    out = np.empty((camera.height_px, camera.width_px, 3), np.float32)
    for axis in range(3):
        out[:, :, axis] = x * right[axis] + (y * down[axis] + forward[axis])[:, None]
    return out.reshape(-1, 3)


def in_chunks(count: int, cast: Callable[[slice], T]) -> list[T]:
    """Call `cast` on consecutive slices of `count` rays, on numba's number of threads; return the results in order."""
    parts = [slice(start, start + CHUNK_RAYS) for start in range(0, max(count, 1), CHUNK_RAYS)]
    threads = min(nb.get_num_threads(), len(parts))
    if threads == 1:
        return [cast(part) for part in parts]
    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(cast, parts))
