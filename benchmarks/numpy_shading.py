"""The rival of bench_render: the renderer's passes in plain vectorised numpy on the same rays.

It has the same casts (one primary, two shadow and four sky rays a pixel, four more on edges), the same blur, light and
development. Two simplifications favour it: every surface gets one five-octave noise instead of the thirteen filtered
patterns, and secondary rays start off the facet without the correction for round bodies.
"""

from __future__ import annotations

import numpy as np

from spacevista.geometry.arrays import BoolArray, ByteArray, Float32Array, FloatArray, Int32Array
from spacevista.geometry.cameras import Camera
from spacevista.geometry.poses import Pose
from spacevista.sim.light import FILM, FULL_WELL, READ_NOISE, Lighting
from spacevista.sim.raycast import Hits, RayScene, camera_rays
from spacevista.sim.render import SUB_PIXELS, lighting_of, occlusion_reach_m, pixel_axes
from spacevista.sim.shade import CELL, LIGHT_DISC, OFFSET_REL, SHADOW_RAYS, SKY_DISC, SKY_RAYS
from spacevista.sim.surfaces import COLOR, SECOND, SurfaceTables, surface_tables
from spacevista.sim.world import World


class NumpyRenderer:
    def __init__(self, world: World) -> None:
        self.rays = RayScene.of(world)
        self.tables: SurfaceTables = surface_tables(world)
        self.light: Lighting = lighting_of(world, self.rays)
        self.reach_m = occlusion_reach_m(world)

    def all(self, camera: Camera, pose: Pose, rng: np.random.Generator) -> tuple[ByteArray, Float32Array, Int32Array]:
        shape = camera.height_px, camera.width_px
        directions = camera_rays(camera, pose)
        hits = self.rays.hits(pose.translation_m, directions)
        points, normals, lengths = surfaces(pose, directions, hits)
        terms = self.light_terms(points, normals, lengths, hits.body >= 0, camera)
        linear = self.radiance(directions, points, normals, hits, terms)
        edges = np.flatnonzero(edge_mask(points, normals, lengths, hits, shape))
        offsets = (SUB_PIXELS @ pixel_axes(camera, pose)).astype(np.float32)
        subs = (directions[edges, None] + offsets).reshape(-1, 3)
        sub_hits = self.rays.hits(pose.translation_m, subs)
        sub_points, sub_normals, _ = surfaces(pose, subs, sub_hits)
        sub_terms = np.repeat(terms[edges], len(SUB_PIXELS), axis=0)
        sub_linear = self.radiance(subs, sub_points, sub_normals, sub_hits, sub_terms)
        linear[edges] = sub_linear.reshape(len(edges), len(SUB_PIXELS), 3).mean(axis=1)
        color = developed(linear, rng)
        depth, ids = self.rays.images_of(hits, shape)
        return color.reshape(*shape, 3), depth, ids

    def light_terms(
        self, points: Float32Array, normals: Float32Array, lengths: Float32Array, hit: BoolArray, camera: Camera
    ) -> Float32Array:
        width, height = camera.width_px, camera.height_px
        cells = np.tile(CELL.reshape(4, 4), (height // 4 + 1, width // 4 + 1))[:height, :width].reshape(-1)
        starts = points + OFFSET_REL * lengths[:, None] * normals
        towards, reach = self.towards_light(starts)
        lit = np.flatnonzero(hit & (np.einsum("ij,ij->i", normals, towards) > 0))
        terms = np.ones((len(points), 2), np.float32)
        tangents = tangent_frames(towards[lit])
        rays = []
        for k in range(SHADOW_RAYS):
            a, b = (self.light.radius * LIGHT_DISC[cells[lit] * SHADOW_RAYS + k]).T.astype(np.float32)
            spread = a[:, None] * tangents[0] + b[:, None] * tangents[1]
            rays.append(reach[lit, None] * (towards[lit] + spread))
        terms[lit, 0] = self.open_share(starts[lit], rays)
        seen = np.flatnonzero(hit)
        tangents = tangent_frames(normals[seen])
        rays = []
        for k in range(SKY_RAYS):
            s = k * 16 + cells[seen]
            a, b = SKY_DISC[s].T.astype(np.float32)
            far = (self.reach_m * (0.3 + 0.7 * ((s * 7) % 16 + 0.5) / 16)).astype(np.float32)
            up = np.sqrt(1 - a * a - b * b)
            ray = a[:, None] * tangents[0] + b[:, None] * tangents[1] + up[:, None] * normals[seen]
            rays.append(far[:, None] * ray)
        terms[seen, 1] = self.open_share(starts[seen], rays)
        shape = height, width
        for axis in (1, 0):
            terms = blurred(terms, points, normals, lengths / camera.fx_px, shape, axis)
        return terms

    def towards_light(self, points: Float32Array) -> tuple[Float32Array, Float32Array]:
        if self.light.lamp_distance_m <= 0:
            towards = np.broadcast_to(self.light.towards.astype(np.float32), points.shape)
            return towards, np.full(len(points), self.light.far_m, np.float32)
        gap = (self.light.lamp_m - points).astype(np.float32)
        length = np.sqrt(np.einsum("ij,ij->i", gap, gap))
        return gap / length[:, None], 0.97 * length

    def open_share(self, starts: Float32Array, rays: list[Float32Array]) -> Float32Array:
        blocked = self.rays.occluded(np.tile(starts, (len(rays), 1)), np.concatenate(rays), 1.0)
        return np.asarray(1 - blocked.reshape(len(rays), -1).mean(axis=0, dtype=np.float32))

    def radiance(
        self, rays: Float32Array, points: Float32Array, normals: Float32Array, hits: Hits, terms: Float32Array
    ) -> Float32Array:
        view = rays / np.sqrt(np.einsum("ij,ij->i", rays, rays))[:, None]
        linear = self.surroundings(view)
        seen = np.flatnonzero(hits.body >= 0)
        face = self.tables.first_face[hits.body[seen]] + hits.face[seen]
        material = self.tables.materials[self.tables.material[face]]
        blend = fractal(points[seen] / material[:, 7:8], 5)[:, None]
        albedo = (1 - blend) * material[:, COLOR : COLOR + 3] + blend * material[:, SECOND : SECOND + 3]
        towards, _ = self.towards_light(points[seen])
        n = normals[seen]
        lit = np.maximum(np.einsum("ij,ij->i", n, towards), 0) * terms[seen, 0]
        above = 0.5 + 0.5 * n[:, 2:3]
        around = self.light.sky * above + self.light.bounce * (1 - above)
        direct = self.light.sun * lit[:, None]
        facing = -np.einsum("ij,ij->i", n, view[seen])
        half = towards - view[seen]
        half /= np.sqrt(np.einsum("ij,ij->i", half, half))[:, None]
        gloss = material[:, 8]
        exponent = np.exp(1.4 + 5.5 * gloss)
        shine = (exponent + 8) / 25 * np.maximum(np.einsum("ij,ij->i", n, half), 1e-6) ** exponent
        reflected = (gloss * (0.04 + 0.96 * gloss * np.clip(1 - facing, 0, 1) ** 5))[:, None]
        mirror = self.surroundings(view[seen] + 2 * facing[:, None] * n)
        glint = reflected * (mirror * terms[seen, 1:2] + shine[:, None] * direct)
        linear[seen] = albedo * (direct + around * terms[seen, 1:2]) + glint
        return linear

    def surroundings(self, view: Float32Array) -> Float32Array:
        high = 1 - (1 - np.clip(view[:, 2:3], 0, 1)) ** 4
        sky = self.light.sky * (np.array([1.45, 1.35, 1.2]) * (1 - high) + np.array([0.5, 0.78, 1.22]) * high)
        return np.where(view[:, 2:3] < 0, self.light.bounce, sky).astype(np.float32)


def surfaces(pose: Pose, rays: Float32Array, hits: Hits) -> tuple[Float32Array, Float32Array, Float32Array]:
    """Return points, normals turned to the viewer, and lengths of the rays (0 where nothing is hit)."""
    t = np.where(hits.body >= 0, hits.distance, np.float32(0))
    points = pose.translation_m.astype(np.float32) + t[:, None] * rays
    side = np.where(np.einsum("ij,ij->i", hits.normal, rays) < 0, np.float32(1), np.float32(-1))
    return points, side[:, None] * hits.normal, t * np.sqrt(np.einsum("ij,ij->i", rays, rays))


def tangent_frames(n: Float32Array) -> tuple[Float32Array, Float32Array]:
    helper = np.where(np.abs(n[:, 2:3]) < 0.9, np.float32([0, 0, 1]), np.float32([1, 0, 0]))
    first = np.cross(helper, n)
    first /= np.linalg.norm(first, axis=1, keepdims=True)
    return first, np.cross(n, first)


def same_surface(points: Float32Array, normals: Float32Array, width: Float32Array, step: int, axis: int) -> BoolArray:
    """Tell which pixels of images (H, W, ...) continue the surface of the pixel `step` further along `axis`."""
    gap = np.roll(points, -step, axis) - points
    off = np.abs(np.einsum("ijk,ijk->ij", gap, normals))
    alike = np.einsum("ijk,ijk->ij", normals, np.roll(normals, -step, axis))
    return np.asarray((off < 1.5 * width) & (alike > 0.9))


def blurred(
    terms: Float32Array,
    points: Float32Array,
    normals: Float32Array,
    width: Float32Array,
    shape: tuple[int, int],
    axis: int,
) -> Float32Array:
    images = terms.reshape(*shape, 2), points.reshape(*shape, 3), normals.reshape(*shape, 3)
    total, weight = images[0].copy(), np.ones((*shape, 1), np.float32)
    for step, share in ((-2, 0.5), (-1, 1.0), (1, 1.0), (2, 0.5)):
        same = np.float32(share) * same_surface(images[1], images[2], width.reshape(shape), step, axis)[:, :, None]
        total += same * np.roll(images[0], -step, axis)
        weight += same
    return (total / weight).reshape(-1, 2)


def edge_mask(
    points: Float32Array, normals: Float32Array, lengths: Float32Array, hits: Hits, shape: tuple[int, int]
) -> BoolArray:
    edges = np.zeros(shape, np.bool_)
    body, width = hits.body.reshape(shape), lengths.reshape(shape) / shape[1]
    for axis in (0, 1):
        for step in (-1, 1):
            same = same_surface(points.reshape(*shape, 3), normals.reshape(*shape, 3), width, step, axis)
            edges |= (~same & (body >= 0)) | (np.roll(body, -step, axis) != body)
    return edges.reshape(-1)


def fractal(p: Float32Array, octaves: int) -> Float32Array:
    total, weight = np.full(len(p), 0.5, np.float32), 0.5
    for _ in range(octaves):
        total += weight * (noise(p) - 0.5)
        p, weight = p / 0.47 + 17.3, weight * 0.55
    return total


def noise(p: Float32Array) -> Float32Array:
    cell = np.floor(p)
    t = p - cell
    t = t * t * (3 - 2 * t)
    i, j, k = cell.astype(np.int64).T
    total = np.zeros(len(p), np.float32)
    for corner in range(8):
        a, b, c = corner & 1, corner >> 1 & 1, corner >> 2
        h = ((i + a) * 73856093 ^ (j + b) * 19349663 ^ (k + c) * 83492791) & 0xFFFFFFFF
        h = ((h ^ (h >> 15)) * 739982445) & 0xFFFFFFFF
        h = ((h ^ (h >> 12)) * 695872825) & 0xFFFFFFFF
        share = np.where(a, t[:, 0], 1 - t[:, 0]) * np.where(b, t[:, 1], 1 - t[:, 1])
        total += share * np.where(c, t[:, 2], 1 - t[:, 2]) * ((h ^ (h >> 15)) / 4294967296.0)
    return total


def developed(linear: FloatArray | Float32Array, rng: np.random.Generator) -> ByteArray:
    level = np.exp(np.log(linear[::13] @ np.array([0.2126, 0.7152, 0.0722]) + 1e-4).mean())
    light = linear * np.float32(0.2 / level)
    grain = rng.standard_normal(linear.shape, dtype=np.float32)
    light += np.sqrt(light * FULL_WELL + READ_NOISE**2) / FULL_WELL * grain
    step = (len(FILM) - 1) / 4.0 * np.sqrt(np.clip(light, 0, 16.0))
    return np.asarray(FILM[step.astype(np.int32)] + 0.5).astype(np.uint8)
