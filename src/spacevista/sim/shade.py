"""Compiled passes of the renderer: surfaces at ray hits, shadow and sky rays, joint blur.

Distances that serve the computation (ray offsets, blur thresholds) follow the pixel's footprint
or the ray's length and so scale with the scene; textures do not.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numba import prange

from spacevista.geometry.arrays import BoolArray, Float32Array, FloatArray, Int32Array, IntArray
from spacevista.sim.kernels import kernel, parallel_kernel
from spacevista.sim.light import Lighting, towards_light
from spacevista.sim.raycast import Hits
from spacevista.sim.surfaces import SurfaceTables

SHADOW_RAYS = 2
SKY_RAYS = 4
OFFSET_REL = 1e-4  # start of a secondary ray above the surface, relative to the distance: float32 hits are 1e-6 off
GOLDEN_ANGLE = math.pi * (3 - math.sqrt(5))  # turns successive samples so that any run of them covers the disc
# Order of the 16 sample sets in a 4 x 4 pixel cell: neighbours differ most, and the blur's window sees each set once.
CELL = np.array([0, 8, 2, 10, 12, 4, 14, 6, 3, 11, 1, 9, 15, 7, 13, 5], dtype=np.int32)


def _disc(count: int) -> FloatArray:
    """Return `count` points (count, 2) spread evenly over the unit disc, on a spiral from its centre outwards."""
    s = np.arange(count)
    radius = np.sqrt((s + 0.5) / count)
    return np.stack([radius * np.cos(s * GOLDEN_ANGLE), radius * np.sin(s * GOLDEN_ANGLE)], axis=1)


LIGHT_DISC = _disc(16 * SHADOW_RAYS)
SKY_DISC = _disc(16 * SKY_RAYS)  # lifted to the hemisphere it is spread by the cosine law


class Samples(NamedTuple):
    """Surfaces seen by N rays.

    Attributes:
        face: (N,) row in the surface tables, -1 for the sky.
        point_m: (N, 3) hit; lifted_m: hit moved off the facets, where secondary rays start.
        normal, face_normal: (N, 3) shading and facet normal, turned towards the viewer.
        footprint_m: (N, 3) extent of one pixel on the surface along x, y and z.
        distance_m: (N,) length of the ray.
    """

    face: Int32Array
    point_m: Float32Array
    lifted_m: Float32Array
    normal: Float32Array
    face_normal: Float32Array
    footprint_m: Float32Array
    distance_m: Float32Array


def empty_samples(count: int) -> Samples:
    a, b, c, d, e = np.zeros((5, count, 3), np.float32)
    return Samples(np.full(count, -1, np.int32), a, b, c, d, e, np.zeros(count, np.float32))


@parallel_kernel
def find_surfaces(
    tables: SurfaceTables,
    rays: Float32Array,
    origin_m: FloatArray,
    pixel_axes: FloatArray,
    hits: Hits,
    out: Samples,
) -> None:
    """Fill `out` from ray hits; `pixel_axes` (2, 3) are the changes of a ray from one pixel to the next."""
    for i in prange(len(rays)):
        # numba loses writes to an array that is a field of a tuple when they stand in the prange loop itself.
        _fill(tables, i, rays, origin_m, pixel_axes, hits, out)


@kernel
def _fill(
    tables: SurfaceTables,
    i: int,
    rays: Float32Array,
    origin_m: FloatArray,
    pixel_axes: FloatArray,
    hits: Hits,
    out: Samples,
) -> None:
    """Set sample i from its hit; a miss only has face -1."""
    if hits.body[i] < 0:
        out.face[i] = -1
        return
    face = tables.first_face[hits.body[i]] + hits.face[i]
    t = hits.distance[i]
    out.face[i] = face
    facing, square = 0.0, 0.0
    for c in range(3):
        facing += hits.normal[i, c] * rays[i, c]
        square += rays[i, c] ** 2
    side = 1.0 if facing < 0 else -1.0
    out.distance_m[i] = t * math.sqrt(square)
    for c in range(3):
        facet = side * hits.normal[i, c]
        point = origin_m[c] + t * rays[i, c]
        out.point_m[i, c] = point
        out.lifted_m[i, c] = point + OFFSET_REL * out.distance_m[i] * facet
        out.face_normal[i, c] = facet
        out.normal[i, c] = facet
    if not tables.flat[face]:
        _smooth(tables, i, face, side, hits.u[i], hits.v[i], out)
    _measure_footprint(i, rays, pixel_axes, t, out)


@kernel
def _smooth(tables: SurfaceTables, i: int, face: int, side: float, u: float, v: float, out: Samples) -> None:
    """Give sample i on a round body its interpolated normal, and lift it off the facet.

    It is lifted to the surface that the corner normals imply (mean of its projections on the corners' tangent planes),
    else facets turned away from the sun would shade their lit neighbours in steps.
    """
    corners, normals = tables.corners_m, tables.normals
    weights = (1.0 - u - v, 1.0 * u, 1.0 * v)
    square = 0.0
    for c in range(3):
        n = side * (
            weights[0] * normals[face, 0, c] + weights[1] * normals[face, 1, c] + weights[2] * normals[face, 2, c]
        )
        out.normal[i, c] = n
        square += n * n
    scale = 1 / (math.sqrt(square) + 1e-30)
    for c in range(3):
        out.normal[i, c] *= scale
    for k in range(3):
        behind = 0.0
        for c in range(3):
            behind += side * normals[face, k, c] * (out.point_m[i, c] - corners[face, k, c])
        if behind < 0:
            for c in range(3):
                out.lifted_m[i, c] -= weights[k] * behind * side * normals[face, k, c]


@kernel
def _measure_footprint(i: int, rays: Float32Array, pixel_axes: FloatArray, t: float, out: Samples) -> None:
    """Set the extent of a pixel on the plane of sample i: how far the hit moves when the ray moves by one pixel."""
    n = out.face_normal
    facing = n[i, 0] * rays[i, 0] + n[i, 1] * rays[i, 1] + n[i, 2] * rays[i, 2]
    facing = min(facing, -0.02)  # at 89 degrees the footprint has no end
    slides = (_along(n, i, pixel_axes, 0) / facing, _along(n, i, pixel_axes, 1) / facing)
    for c in range(3):
        right, down = pixel_axes[0, c] - slides[0] * rays[i, c], pixel_axes[1, c] - slides[1] * rays[i, c]
        out.footprint_m[i, c] = t * (abs(right) + abs(down))


@kernel
def _along(normals: Float32Array, i: int, axes: FloatArray, k: int) -> float:
    return float(normals[i, 0] * axes[k, 0] + normals[i, 1] * axes[k, 1] + normals[i, 2] * axes[k, 2])


@parallel_kernel
def light_rays(
    lighting: Lighting, samples: Samples, pixels: IntArray, width_px: int, starts: Float32Array, rays: Float32Array
) -> None:
    """Aim SHADOW_RAYS rays a pixel at the disc of the sun or lamp, row k * len(pixels) + i; they end at length 1."""
    count = len(pixels)
    for i in prange(count):
        p = pixels[i]
        x, y, z, reach = towards_light(lighting, samples.lifted_m, p)
        tx, ty, tz, bx, by, bz = _tangents(x, y, z)
        cell = CELL[(p // width_px) % 4 * 4 + (p % width_px) % 4]
        for k in range(SHADOW_RAYS):
            s = cell * SHADOW_RAYS + k
            a, b = lighting.radius * LIGHT_DISC[s, 0], lighting.radius * LIGHT_DISC[s, 1]
            row = k * count + i
            for c in range(3):
                starts[row, c] = samples.lifted_m[p, c]
            rays[row, 0] = reach * (x + a * tx + b * bx)
            rays[row, 1] = reach * (y + a * ty + b * by)
            rays[row, 2] = reach * (z + a * tz + b * bz)


@parallel_kernel
def sky_rays(
    samples: Samples, pixels: IntArray, width_px: int, reach_m: float, starts: Float32Array, rays: Float32Array
) -> None:
    """Spread SKY_RAYS rays a pixel over the hemisphere by the cosine law; lengths of 0.3 to 1 of `reach_m`."""
    count = len(pixels)
    for i in prange(count):
        p = pixels[i]
        nx, ny, nz = 1.0 * samples.normal[p, 0], 1.0 * samples.normal[p, 1], 1.0 * samples.normal[p, 2]
        tx, ty, tz, bx, by, bz = _tangents(nx, ny, nz)
        cell = CELL[(p // width_px) % 4 * 4 + (p % width_px) % 4]
        for k in range(SKY_RAYS):
            s = k * 16 + cell
            a, b = SKY_DISC[s, 0], SKY_DISC[s, 1]
            up = math.sqrt(1 - a * a - b * b)
            reach = reach_m * (0.3 + 0.7 * ((s * 7) % 16 + 0.5) / 16)  # near blockers count more than far ones
            row = k * count + i
            for c in range(3):
                starts[row, c] = samples.lifted_m[p, c]
            rays[row, 0] = reach * (a * tx + b * bx + up * nx)
            rays[row, 1] = reach * (a * ty + b * by + up * ny)
            rays[row, 2] = reach * (a * tz + b * bz + up * nz)


@kernel
def _tangents(x: float, y: float, z: float) -> tuple[float, float, float, float, float, float]:
    """Return two unit vectors at right angles to the unit vector (x, y, z) and to each other."""
    if abs(z) < 0.9:
        scale = 1 / math.sqrt(x * x + y * y)
        tx, ty, tz = -y * scale, x * scale, 0.0
    else:
        scale = 1 / math.sqrt(y * y + z * z)
        tx, ty, tz = 0.0, -z * scale, y * scale
    return tx, ty, tz, y * tz - z * ty, z * tx - x * tz, x * ty - y * tx


@parallel_kernel
def faces_light(lighting: Lighting, samples: Samples, out: BoolArray) -> None:
    """Tell which samples are turned towards the sun or lamp."""
    for i in prange(len(samples.face)):
        out[i] = False
        if samples.face[i] >= 0:
            x, y, z, _ = towards_light(lighting, samples.lifted_m, i)
            n = samples.normal
            out[i] = n[i, 0] * x + n[i, 1] * y + n[i, 2] * z > 0


@kernel
def same_surface(samples: Samples, i: int, others: Samples, j: int) -> bool:
    """Tell whether sample j of `others` continues the surface of sample i: near its plane and turned alike."""
    if others.face[j] < 0:
        return False
    alike, off, width = 0.0, 0.0, 0.0
    for c in range(3):
        alike += samples.normal[i, c] * others.normal[j, c]
        off += samples.normal[i, c] * (others.point_m[j, c] - samples.point_m[i, c])
        width += samples.footprint_m[i, c]
    return alike > 0.9 and abs(off) < 0.75 * width


@parallel_kernel
def blur(samples: Samples, terms: Float32Array, step: int, width_px: int, out: Float32Array) -> None:
    """Average light terms (N, 2) over five pixels of one surface along a row (step 1) or column (step width_px).

    The end weights of one half make the window four pixels wide: it sees each of the 4 x 4 sample sets once.
    """
    count = len(terms)
    for i in prange(count):
        if samples.face[i] < 0:
            continue
        sun, sky, total = terms[i, 0], terms[i, 1], 1.0
        for offset in (-2, -1, 1, 2):
            j = i + offset * step
            inside = 0 <= j < count and (step > 1 or j // width_px == i // width_px)
            if inside and same_surface(samples, i, samples, j):
                weight = 0.5 if abs(offset) == 2 else 1.0
                sun, sky, total = sun + weight * terms[j, 0], sky + weight * terms[j, 1], total + weight
        out[i, 0], out[i, 1] = sun / total, sky / total
