"""What one camera really sees of a world's meshes: exact depth along a ray, nearest visible point, visible samples.

Embree finds which triangle is hit (float32); where it is hit is then computed from the triangle in float64.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from spacevista.geometry.arrays import BoolArray, FloatArray, Int32Array
from spacevista.geometry.cameras import Camera
from spacevista.geometry.poses import Pose
from spacevista.sim.raycast import MISS, RayScene
from spacevista.sim.world import Mesh, World

# An occlusion ray stops short of its target by this share of its length: a few hundred float32 steps, yet far less
# than any thickness that matters (a tenth of a millimetre at ten metres).
SHORT_OF_TARGET = 1e-5
SUB_PIXELS = 3  # rays per pixel and axis where the nearest visible point is looked for
NEAR_SHARE = 0.01  # pixels within 1 % of the nearest one, and those beside them, are looked at more closely


@dataclass(frozen=True)
class NearestPoint:
    """Straight-line distance from the camera's centre to the nearest visible point, and how far it may be too long."""

    distance_m: float
    resolution_m: float


class Views:
    """Cached pictures of a world (ids and z-depth of each frame) and exact rays into it."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.rays = RayScene.of(world)
        self._pictures: dict[int, tuple[FloatArray, Int32Array]] = {}
        self._spans: dict[int, dict[int, float]] = {}
        self._bodies = {body.id: body for body in world.objects}
        self._alone: dict[int, RayScene] = {}
        self._stretch = np.linalg.norm(world.camera.rays(), axis=2)  # (H, W): straight-line distance per z-depth

    def rays_of(self, object_id: int) -> RayScene:
        """Return one object alone, ready for rays."""
        if object_id not in self._alone:
            self._alone[object_id] = RayScene((self._bodies[object_id],))
        return self._alone[object_id]

    def picture(self, frame: int) -> tuple[FloatArray, Int32Array]:
        """Return z-depth (H, W; 0 where nothing is hit) and ids (H, W) of a frame at pixel centres."""
        if frame not in self._pictures:
            depth_m, ids = self.rays.depth_and_ids(self.world.camera, self.world.path[frame])
            self._pictures[frame] = depth_m.astype(np.float64), ids
        return self._pictures[frame]

    def span_px(self, frame: int, object_id: int) -> float:
        """Return the side of the square with as many pixels as a frame has of an object, 0 where it has none."""
        if frame not in self._spans:
            ids, counts = np.unique(self.picture(frame)[1], return_counts=True)
            self._spans[frame] = dict(zip(ids.tolist(), np.sqrt(counts).tolist(), strict=True))
        return self._spans[frame].get(object_id, 0.0)

    def cast(self, frame: int, pixels: FloatArray) -> tuple[FloatArray, Int32Array]:
        """Return exact z-depths (N; inf where nothing is hit) and body ids (N) along rays through pixels (N, 2)."""
        pose = self.world.path[frame]
        directions = pose.rotate(self.world.camera.back_project(pixels, np.ones(len(pixels))))
        hits = self.rays.hits(pose.translation_m, directions)
        depth_m = np.full(len(pixels), np.inf)
        for index in np.unique(hits.body[hits.distance < MISS]):
            chosen = (hits.body == index) & (hits.distance < MISS)
            corner, normal = _face_planes(self.world.bodies[index].mesh, hits.face[chosen])
            towards = np.einsum("ij,ij->i", normal, directions[chosen])
            gap = np.einsum("ij,ij->i", normal, corner - pose.translation_m)
            steep = np.abs(towards) > 1e-12 * np.linalg.norm(normal, axis=1)  # else the ray grazes the triangle
            rough_m = hits.distance[chosen].astype(np.float64)
            depth_m[chosen] = np.where(steep, gap / np.where(steep, towards, 1), rough_m)
        return depth_m, self.rays.body_ids[hits.body]

    def visible(self, frame: int, points_m: FloatArray) -> BoolArray:
        """Tell which surface points (N, 3) lie in the frame's picture with nothing between them and the camera."""
        pose = self.world.path[frame]
        inside = inside_picture(self.world.camera, pose, points_m)
        out = np.zeros(len(points_m), dtype=bool)
        eye = pose.translation_m
        out[inside] = ~self.rays.occluded(eye, points_m[inside] - eye, 1 - SHORT_OF_TARGET)
        return out

    def nearest_point(self, frame: int, object_id: int) -> NearestPoint | None:
        """Return the visible point of an object that is nearest to the camera's centre; None if none is visible.

        Two searches: rays, nine a pixel, wherever the object is nearest; and the point of each triangle that
        is nearest to the camera, if it is visible, which is exact.
        """
        by_rays = self._nearest_by_rays(frame, object_id)
        by_faces = self._nearest_by_faces(frame, object_id)
        found = [distance for distance in (by_rays, by_faces) if distance is not None]
        if not found:
            return None
        camera = self.world.camera
        return NearestPoint(min(found), min(found) / (SUB_PIXELS * min(camera.fx_px, camera.fy_px)))

    def _nearest_by_rays(self, frame: int, object_id: int) -> float | None:
        depth_m, ids = self.picture(frame)
        rows, columns = np.nonzero(ids == object_id)
        if not len(rows):
            return None
        top, left = max(int(rows.min()) - 1, 0), max(int(columns.min()) - 1, 0)
        crop = slice(top, int(rows.max()) + 2), slice(left, int(columns.max()) + 2)
        distance_m = np.where(ids[crop] == object_id, depth_m[crop] * self._stretch[crop], np.inf)
        around_m = ndimage.minimum_filter(distance_m, 3, mode="nearest")  # reaches one pixel past the object's rim
        rows, columns = np.nonzero(around_m <= (1 + NEAR_SHARE) * distance_m.min())
        steps = (np.arange(SUB_PIXELS) + 0.5) / SUB_PIXELS
        u, v = np.broadcast_arrays(
            left + columns[:, None, None] + steps[:, None], top + rows[:, None, None] + steps[None, :]
        )
        pixels = np.stack([u.ravel(), v.ravel()], axis=1)
        depths_m, bodies = self.cast(frame, pixels)
        sizes = np.linalg.norm(self.world.camera.back_project(pixels, np.ones(len(pixels))), axis=1)
        found = (depths_m * sizes)[bodies == object_id]
        return float(found.min()) if found.size else float(distance_m.min())

    def _nearest_by_faces(self, frame: int, object_id: int) -> float | None:
        eye = self.world.path[frame].translation_m
        points_m = nearest_on_faces(self._bodies[object_id].mesh, eye)
        distance_m = np.linalg.norm(points_m - eye, axis=1)
        seen = self.visible(frame, points_m)
        return float(distance_m[seen].min()) if seen.any() else None


def inside_picture(camera: Camera, world_from_camera: Pose, points_m: FloatArray) -> BoolArray:
    """Tell which points (N, 3) project into the picture."""
    local = (points_m - world_from_camera.translation_m) @ world_from_camera.rotation
    z = local[:, 2]
    x, y = local[:, 0] * camera.fx_px + camera.cx_px * z, local[:, 1] * camera.fy_px + camera.cy_px * z
    return np.asarray((z > 0) & (x >= 0) & (x < camera.width_px * z) & (y >= 0) & (y < camera.height_px * z))


def _face_planes(mesh: Mesh, faces: Int32Array) -> tuple[FloatArray, FloatArray]:
    a, b, c = (mesh.vertices_m[mesh.faces[faces, i]] for i in range(3))
    return a, np.cross(b - a, c - a)


def nearest_on_faces(mesh: Mesh, point_m: FloatArray) -> FloatArray:
    """Return the point (F, 3) of each triangle that is nearest to `point_m`."""
    corners = mesh.vertices_m[mesh.faces] - point_m
    best = np.stack([_nearest_on_segments(corners[:, i], corners[:, (i + 1) % 3]) for i in range(3)])
    choice = np.argmin(np.linalg.norm(best, axis=2), axis=0)
    nearest = best[choice, np.arange(len(corners))]
    a, b, c = corners[:, 0], corners[:, 1], corners[:, 2]
    normal = np.cross(b - a, c - a)
    square = np.einsum("ij,ij->i", normal, normal)
    foot = normal * (np.einsum("ij,ij->i", normal, a) / np.where(square > 0, square, 1))[:, None]
    inside = square > 0
    for start, end in ((a, b), (b, c), (c, a)):
        inside &= np.einsum("ij,ij->i", np.cross(end - start, foot - start), normal) >= 0
    return np.asarray(np.where(inside[:, None], foot, nearest) + point_m)


def _nearest_on_segments(starts: FloatArray, ends: FloatArray) -> FloatArray:
    """Return the point of each segment that is nearest to the origin."""
    along = ends - starts
    square = np.einsum("ij,ij->i", along, along)
    share = np.clip(-np.einsum("ij,ij->i", starts, along) / np.where(square > 0, square, 1), 0, 1)
    return np.asarray(starts + share[:, None] * along)
