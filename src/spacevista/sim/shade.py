"""Compiled passes of the renderer: surfaces at ray hits, shadow and sky rays, joint blur, edges.

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
from spacevista.sim.surfaces import SurfaceTables

SHADOW_RAYS = 2
SKY_RAYS = 4
OFFSET_REL = 1e-4  # start of a secondary ray above the surface, relative to the distance: float32 hits are 1e-6 off
GOLDEN_ANGLE = math.pi * (3 - math.sqrt(5))  # turns successive samples so that any run of them covers the disc
# Order of the 16 sample sets in a 4 x 4 pixel cell: neighbours differ most, and the blur's window sees each set once.
CELL = np.array([0, 8, 2, 10, 12, 4, 14, 6, 3, 11, 1, 9, 15, 7, 13, 5], dtype=np.int32)


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
    vectors = [np.zeros((count, 3), np.float32) for _ in range(5)]
    return Samples(np.full(count, -1, np.int32), *vectors, np.zeros(count, np.float32))


@parallel_kernel
def find_surfaces(
    tables: SurfaceTables,
    rays: Float32Array,
    origin_m: FloatArray,
    pixel_axes: FloatArray,
    hit_body: Int32Array,
    hit_face: Int32Array,
    hit_distance: Float32Array,
    hit_uv: Float32Array,
    out: Samples,
) -> None:
    """Fill `out` from ray hits; `pixel_axes` (2, 3) are the changes of a ray from one pixel to the next."""
    for i in prange(len(rays)):
        if hit_body[i] < 0:
            out.face[i] = -1
            continue
        face = tables.first_face[hit_body[i]] + hit_face[i]
        out.face[i] = face
        _place(tables, i, face, rays[i], origin_m, hit_distance[i], hit_uv[i], out)
        _measure_footprint(i, rays[i], pixel_axes, hit_distance[i], out)


@kernel
def _place(
    tables: SurfaceTables,
    i: int,
    face: int,
    ray: Float32Array,
    origin_m: FloatArray,
    t: float,
    uv: Float32Array,
    out: Samples,
) -> None:
    """Set point, normals and lifted point of sample i.

    On round bodies the point is lifted to the surface that the corner normals imply (mean of its projections on the
    corners' tangent planes), else facets turned away from the sun would shade their lit neighbours in steps.
    """
    corners, normals = tables.corners_m[face], tables.normals[face]
    a0, a1, a2 = corners[0], corners[1], corners[2]
    e1x, e1y, e1z = a1[0] - a0[0], a1[1] - a0[1], a1[2] - a0[2]
    e2x, e2y, e2z = a2[0] - a0[0], a2[1] - a0[1], a2[2] - a0[2]
    gx, gy, gz = e1y * e2z - e1z * e2y, e1z * e2x - e1x * e2z, e1x * e2y - e1y * e2x
    size = math.sqrt(gx * gx + gy * gy + gz * gz) + 1e-30
    side = 1.0 if gx * ray[0] + gy * ray[1] + gz * ray[2] < 0 else -1.0
    facet = (side * gx / size, side * gy / size, side * gz / size)
    length = math.sqrt(ray[0] ** 2 + ray[1] ** 2 + ray[2] ** 2)
    out.distance_m[i] = t * length
    lift = OFFSET_REL * t * length
    weights = (1 - uv[0] - uv[1], uv[0], uv[1])
    norm = 0.0
    for c in range(3):
        point = origin_m[c] + t * ray[c]
        out.point_m[i, c] = point
        out.lifted_m[i, c] = point + lift * facet[c]
        out.face_normal[i, c] = facet[c]
        smooth = side * (weights[0] * normals[0, c] + weights[1] * normals[1, c] + weights[2] * normals[2, c])
        out.normal[i, c] = smooth
        norm += smooth * smooth
    for c in range(3):
        out.normal[i, c] /= math.sqrt(norm) + 1e-30
    if tables.flat[face]:
        return
    for k in range(3):
        n = normals[k]
        behind = 0.0
        for c in range(3):
            behind += side * n[c] * (out.point_m[i, c] - corners[k, c])
        if behind < 0:
            for c in range(3):
                out.lifted_m[i, c] -= weights[k] * behind * side * n[c]


@kernel
def _measure_footprint(i: int, ray: Float32Array, pixel_axes: FloatArray, t: float, out: Samples) -> None:
    """Set the extent of a pixel on the plane of sample i: how far the hit moves when the ray moves by one pixel."""
    n = out.face_normal[i]
    facing = min(n[0] * ray[0] + n[1] * ray[1] + n[2] * ray[2], -0.02)  # at 89 degrees the footprint has no end
    for c in range(3):
        out.footprint_m[i, c] = 0.0
    for k in range(2):
        axis = pixel_axes[k]
        slide = (n[0] * axis[0] + n[1] * axis[1] + n[2] * axis[2]) / facing
        for c in range(3):
            out.footprint_m[i, c] += abs(t * (axis[c] - slide * ray[c]))


@parallel_kernel
def light_rays(
    lighting: Lighting, samples: Samples, pixels: IntArray, width_px: int, starts: Float32Array, rays: Float32Array
) -> None:
    """Aim SHADOW_RAYS rays a pixel at the disc of the sun or lamp, row k * len(pixels) + i; they end at length 1."""
    count = len(pixels)
    for i in prange(count):
        p = pixels[i]
        x, y, z, reach = towards_light(lighting, samples.lifted_m[p])
        tx, ty, tz, bx, by, bz = _tangents(x, y, z)
        cell = CELL[(p // width_px) % 4 * 4 + (p % width_px) % 4]
        for k in range(SHADOW_RAYS):
            s = cell * SHADOW_RAYS + k
            radius = lighting.radius * math.sqrt((s + 0.5) / (16 * SHADOW_RAYS))
            a, b = radius * math.cos(s * GOLDEN_ANGLE), radius * math.sin(s * GOLDEN_ANGLE)
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
        n = samples.normal[p]
        tx, ty, tz, bx, by, bz = _tangents(n[0], n[1], n[2])
        cell = CELL[(p // width_px) % 4 * 4 + (p % width_px) % 4]
        for k in range(SKY_RAYS):
            s = k * 16 + cell
            square = (s + 0.5) / (16 * SKY_RAYS)
            radius, up = math.sqrt(square), math.sqrt(1 - square)
            a, b = radius * math.cos(s * GOLDEN_ANGLE), radius * math.sin(s * GOLDEN_ANGLE)
            reach = reach_m * (0.3 + 0.7 * ((s * 7) % 16 + 0.5) / 16)  # near blockers count more than far ones
            row = k * count + i
            for c in range(3):
                starts[row, c] = samples.lifted_m[p, c]
            rays[row, 0] = reach * (a * tx + b * bx + up * n[0])
            rays[row, 1] = reach * (a * ty + b * by + up * n[1])
            rays[row, 2] = reach * (a * tz + b * bz + up * n[2])


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
            x, y, z, _ = towards_light(lighting, samples.lifted_m[i])
            n = samples.normal[i]
            out[i] = n[0] * x + n[1] * y + n[2] * z > 0


@kernel
def same_surface(samples: Samples, i: int, others: Samples, j: int) -> bool:
    """Tell whether sample j of `others` continues the surface of sample i: near its plane and turned alike."""
    if others.face[j] < 0:
        return False
    n, m, w = samples.normal[i], others.normal[j], samples.footprint_m[i]
    if n[0] * m[0] + n[1] * m[1] + n[2] * m[2] < 0.9:
        return False
    off = 0.0
    for c in range(3):
        off += n[c] * (others.point_m[j, c] - samples.point_m[i, c])
    return bool(abs(off) < 0.75 * (w[0] + w[1] + w[2]))


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


@parallel_kernel
def find_edges(tables: SurfaceTables, samples: Samples, width_px: int, out: BoolArray) -> None:
    """Tell which pixels border on another surface, another material or the sky."""
    count = len(samples.face)
    for i in prange(count):
        face, column = samples.face[i], i % width_px
        out[i] = False
        for j in (i - 1, i + 1, i - width_px, i + width_px):
            if not 0 <= j < count or abs(j % width_px - column) > 1 or (face < 0 and samples.face[j] < 0):
                continue
            if face < 0 or not same_surface(samples, i, samples, j):
                out[i] = True
            elif tables.material[face] != tables.material[samples.face[j]]:
                out[i] = True


@parallel_kernel
def borrow_terms(
    samples: Samples, terms: Float32Array, width_px: int, pixels: IntArray, subs: Samples, out: Float32Array
) -> None:
    """Give each subsample the light terms of the pixel around it that shows the same surface, else of its own pixel."""
    count = len(samples.face)
    for s in prange(len(subs.face)):
        own = pixels[s]
        out[s, 0], out[s, 1] = (terms[own, 0], terms[own, 1]) if samples.face[own] >= 0 else (1.0, 1.0)
        if subs.face[s] < 0:
            continue
        sun, sky, total = 0.0, 0.0, 0.0
        for dy in range(-1, 2):
            for dx in range(-1, 2):
                j = own + dy * width_px + dx
                if 0 <= j < count and same_surface(subs, s, samples, j):
                    sun, sky, total = sun + terms[j, 0], sky + terms[j, 1], total + 1
        if total > 0:
            out[s, 0], out[s, 1] = sun / total, sky / total
