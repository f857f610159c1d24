"""The renderer: pictures of a world with exact z-depth and ids, on the CPU.

Depth and ids come from one ray through each pixel's centre and nothing else; only colour is antialiased and noisy.
The number of threads is the caller's choice (`numba.set_num_threads`) and does not change a byte.
"""

from __future__ import annotations

import numpy as np

from spacevista.geometry.arrays import ByteArray, Float32Array, FloatArray, Int32Array, IntArray
from spacevista.geometry.cameras import Camera
from spacevista.geometry.poses import Pose
from spacevista.sim.antialias import borrow_terms, pixels_to_refine
from spacevista.sim.light import GROUND_ALBEDO, LAMP_RADIUS, SUN_RADIUS, Lighting, develop
from spacevista.sim.radiance import radiance
from spacevista.sim.raycast import MISS, Hits, RayScene, camera_rays
from spacevista.sim.shade import (
    SHADOW_RAYS,
    SKY_RAYS,
    Samples,
    blur,
    empty_samples,
    faces_light,
    find_surfaces,
    light_rays,
    sky_rays,
)
from spacevista.sim.surfaces import surface_tables
from spacevista.sim.world import World

MID_GREY = 0.2  # radiance that the middle of a picture is exposed to
MEAN_ALBEDO = 0.22  # of the surfaces that the light meter expects
EXPOSURE_RANGE = (0.2, 6.0)
SUB_PIXELS = np.array([[-0.125, -0.375], [0.375, -0.125], [0.125, 0.375], [-0.375, 0.125]])  # rotated grid
LUMINANCE = np.array([0.2126, 0.7152, 0.0722])  # of linear sRGB


class Renderer:
    """Renders one world; building it costs once, compiling once a machine.

    Args of all methods: `camera`, `pose` (world_from_camera), `rng` for the sensor's noise.
    """

    def __init__(self, world: World) -> None:
        self.rays = RayScene.of(world)
        self._tables = surface_tables(world)
        self._lighting = lighting_of(world, self.rays)
        self._sky_reach_m = occlusion_reach_m(world)

    def depth_and_ids(self, camera: Camera, pose: Pose) -> tuple[Float32Array, Int32Array]:
        """Return z-depth (H, W) in metres, 0 where nothing is hit, and ids (H, W), SKY_ID where nothing is hit."""
        return self.rays.depth_and_ids(camera, pose)

    def color(self, camera: Camera, pose: Pose, rng: np.random.Generator) -> ByteArray:
        """Return the picture (H, W, 3), sRGB bytes."""
        return self.all(camera, pose, rng)[0]

    def all(self, camera: Camera, pose: Pose, rng: np.random.Generator) -> tuple[ByteArray, Float32Array, Int32Array]:
        """Return colour, depth and ids from one cast; the latter two are those of `depth_and_ids`."""
        directions = camera_rays(camera, pose)
        hits = self.rays.hits(pose.translation_m, directions)
        linear = self._linear(camera, pose, directions, hits)
        grain = rng.standard_normal(linear.shape, dtype=np.float32)
        color = np.empty(linear.shape, np.uint8)
        develop(linear, exposure_of(linear, hits, self._lighting), grain, color)
        shape = camera.height_px, camera.width_px
        depth, ids = self.rays.images_of(hits, shape)
        return color.reshape(*shape, 3), depth, ids

    def _linear(self, camera: Camera, pose: Pose, directions: Float32Array, hits: Hits) -> Float32Array:
        """Return the radiance (H * W, 3) of each pixel, antialiased."""
        samples = self._samples(camera, pose, directions, hits)
        terms = self._light_terms(samples, camera.width_px)
        linear = np.empty((len(directions), 3), np.float32)
        radiance(self._tables, self._lighting, samples, directions, terms, 1.0, linear)
        materials = np.where(samples.face < 0, np.int32(-1), self._tables.material[samples.face])
        pixels = pixels_to_refine(materials, samples, (camera.height_px, camera.width_px))
        if len(pixels):
            linear[pixels] = self._subsampled(camera, pose, directions[pixels], samples, terms, pixels)
        return linear

    def _samples(self, camera: Camera, pose: Pose, directions: Float32Array, hits: Hits) -> Samples:
        samples = empty_samples(len(directions))
        find_surfaces(self._tables, directions, pose.translation_m, pixel_axes(camera, pose), hits, samples)
        return samples

    def _light_terms(self, samples: Samples, width_px: int) -> Float32Array:
        """Return the shares (H * W, 2) of sun and sky that each pixel sees, blurred along its surface."""
        terms = np.ones((len(samples.face), 2), np.float32)
        lit = np.empty(len(terms), np.bool_)
        faces_light(self._lighting, samples, lit)
        pixels = np.flatnonzero(lit)
        starts, rays = _ray_buffers(SHADOW_RAYS * len(pixels))
        light_rays(self._lighting, samples, pixels, width_px, starts, rays)
        terms[pixels, 0] = self._open_share(starts, rays, SHADOW_RAYS)
        pixels = np.flatnonzero(samples.face >= 0)
        starts, rays = _ray_buffers(SKY_RAYS * len(pixels))
        sky_rays(samples, pixels, width_px, self._sky_reach_m, starts, rays)
        terms[pixels, 1] = self._open_share(starts, rays, SKY_RAYS)
        half, whole = np.ones_like(terms), np.ones_like(terms)
        blur(samples, terms, 1, width_px, half)
        blur(samples, half, width_px, width_px, whole)
        return whole

    def _open_share(self, starts: Float32Array, rays: Float32Array, count: int) -> Float32Array:
        blocked = self.rays.occluded(starts, rays, 1.0).reshape(count, -1)
        return np.asarray(1 - blocked.sum(axis=0, dtype=np.float32) / np.float32(count))

    def _subsampled(
        self,
        camera: Camera,
        pose: Pose,
        centres: Float32Array,
        samples: Samples,
        terms: Float32Array,
        pixels: IntArray,
    ) -> Float32Array:
        """Return the mean radiance (E, 3) of four rays in each of E pixels, whose own rays are `centres`."""
        owners = np.repeat(pixels, len(SUB_PIXELS))
        offsets = (SUB_PIXELS @ pixel_axes(camera, pose)).astype(np.float32)
        directions = (centres[:, None] + offsets).reshape(-1, 3)
        hits = self.rays.hits(pose.translation_m, directions)
        subs = self._samples(camera, pose, directions, hits)
        sub_terms = np.empty((len(directions), 2), np.float32)
        borrow_terms(samples, terms, camera.width_px, owners, subs, sub_terms)
        linear = np.empty((len(directions), 3), np.float32)
        radiance(self._tables, self._lighting, subs, directions, sub_terms, 0.6, linear)
        return np.asarray(linear.reshape(len(pixels), len(SUB_PIXELS), 3).mean(axis=1))


def _ray_buffers(count: int) -> tuple[Float32Array, Float32Array]:
    return np.empty((count, 3), np.float32), np.empty((count, 3), np.float32)


def pixel_axes(camera: Camera, pose: Pose) -> FloatArray:
    """Return the changes (2, 3) of a ray with z = 1 from one pixel to the next right and the next down."""
    return np.stack([pose.rotation[:, 0] / camera.fx_px, pose.rotation[:, 1] / camera.fy_px])


def exposure_of(linear: Float32Array, hits: Hits, lighting: Lighting) -> float:
    """Return the factor that brings a picture's surfaces to mid grey.

    The geometric mean of two meters: of the light that falls in, which keeps white paper white, and of the light that
    comes back, which opens the lens in dark corners.
    """
    falling_in = MEAN_ALBEDO * float((0.6 * lighting.sun + lighting.sky) @ LUMINANCE)
    some = slice(None, None, 13)
    seen = linear[some][hits.body[some] >= 0]
    coming_back = float(np.exp(np.log(seen @ LUMINANCE + 1e-4).mean())) if len(seen) else falling_in
    return float(np.clip(MID_GREY / np.sqrt(falling_in * coming_back), *EXPOSURE_RANGE))


def occlusion_reach_m(world: World) -> float:
    """Return how far surfaces darken each other: six tenths of the median longest side of the objects."""
    bodies = world.objects or world.bodies
    sides = [float(np.ptp(body.mesh.vertices_m, axis=0).max()) for body in bodies]
    return 0.6 * float(np.median(sides))


def lighting_of(world: World, rays: RayScene) -> Lighting:
    """Return the lights; indoors the sun becomes a lamp just under whatever lies towards it from the room's middle."""
    light = world.light
    sun, sky = np.array(light.sun, dtype=np.float64), np.array(light.sky, dtype=np.float64)
    towards = np.array(light.towards_sun, dtype=np.float64)
    corners = np.concatenate([body.mesh.vertices_m for body in world.bodies])
    low, high = corners.min(axis=0), corners.max(axis=0)
    far_m = 2 * float(np.linalg.norm(high - low))
    lamp_m, lamp_distance_m = np.zeros(3), 0.0
    if light.indoors:
        middle = (low + high) / 2
        distance = rays.hits(middle, towards[None]).distance[0]
        if distance < MISS:
            lamp_distance_m = 0.9 * float(distance)
            lamp_m = middle + lamp_distance_m * towards
    bounce = GROUND_ALBEDO * (sun * max(towards[2], 0.0) + sky)
    radius = LAMP_RADIUS if light.indoors else SUN_RADIUS
    return Lighting(sun, sky, bounce, towards, lamp_m, lamp_distance_m, radius, far_m, light.indoors)
