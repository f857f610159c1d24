"""The colour of a surface: its material's pattern under sun or lamp, sky, reflections and haze. Linear RGB."""

from __future__ import annotations

import math

from numba import prange

from spacevista.geometry.arrays import Float32Array
from spacevista.sim.kernels import kernel, parallel_kernel
from spacevista.sim.light import HAZE_M, Lighting, horizon, light_strength, surroundings, towards_light
from spacevista.sim.shade import Samples
from spacevista.sim.surfaces import COLOR, GLOSS, PERIOD, SECOND, TEXTURE, SurfaceTables
from spacevista.sim.textures import FOLIAGE, GRASS, METAL, leaf_of, pattern

F0 = 0.04  # reflectance of plastic, varnish and glass seen head on
CLAMP = 12.0  # radiance of a highlight; more would leave jagged edges after antialiasing


@parallel_kernel
def radiance(
    tables: SurfaceTables,
    lighting: Lighting,
    samples: Samples,
    rays: Float32Array,
    terms: Float32Array,
    width_scale: float,
    out: Float32Array,
) -> None:
    """Write the radiance (N, 3) seen by each ray.

    `terms` (N, 2) are the visible shares of the sun and of the sky; `width_scale` is the size of a sample in pixels.
    """
    for i in prange(len(rays)):
        length = math.sqrt(rays[i, 0] ** 2 + rays[i, 1] ** 2 + rays[i, 2] ** 2)
        view = (rays[i, 0] / length, rays[i, 1] / length, rays[i, 2] / length)
        if samples.face[i] < 0:
            out[i, 0], out[i, 1], out[i, 2] = surroundings(lighting, view[0], view[1], view[2], True)
        else:
            _surface_radiance(tables, lighting, samples, i, view, terms, width_scale, out)
            if not lighting.indoors:
                _add_haze(lighting, samples.distance_m[i], i, out)


@kernel
def _add_haze(lighting: Lighting, distance_m: float, i: int, out: Float32Array) -> None:
    clear = math.exp(-distance_m / HAZE_M)
    air = horizon(lighting.sky)
    for c in range(3):
        out[i, c] = clear * out[i, c] + (1 - clear) * air[c]


@kernel
def _surface_radiance(
    tables: SurfaceTables,
    lighting: Lighting,
    samples: Samples,
    i: int,
    view: tuple[float, float, float],
    terms: Float32Array,
    width_scale: float,
    out: Float32Array,
) -> None:
    """Write the radiance of sample i seen along the unit vector `view`."""
    face = samples.face[i]
    row, materials = tables.material[face], tables.materials
    blend, shade, glass = _pattern_at(tables, samples, i, face, width_scale)
    texture, gloss = int(materials[row, TEXTURE]), max(1.0 * materials[row, GLOSS], 0.9 * glass)
    metal = texture == METAL
    nx, ny, nz = _shading_normal(samples, i, texture, materials[row, PERIOD], width_scale)
    lx, ly, lz, _ = towards_light(lighting, samples.point_m, i)
    lit = nx * lx + ny * ly + nz * lz
    lit = max((lit + 0.3) / 1.3, 0.0) if texture == FOLIAGE else max(lit, 0.0)  # leaves let light through
    lit *= terms[i, 0] * light_strength(lighting, samples.point_m, i)
    facing = max(-(nx * view[0] + ny * view[1] + nz * view[2]), 0.0)
    mirror, highlight = _reflections(lighting, (nx, ny, nz), (lx, ly, lz), view, gloss)
    fresnel = (1 - facing) ** 5
    above = 0.5 + 0.5 * nz if not lighting.indoors else 0.75 + 0.25 * nz
    for c in range(3):
        albedo = shade * ((1 - blend) * materials[row, COLOR + c] + blend * materials[row, SECOND + c])
        around = lighting.sky[c] * above + lighting.bounce[c] * (1 - above)
        direct = lighting.sun[c] * lit
        matt = albedo * (direct + around * terms[i, 1])
        head_on = albedo if metal else F0 + 0.06 * glass
        reflected = head_on + (1 - head_on) * fresnel * gloss
        blurred = gloss * mirror[c] + (1 - gloss) * around
        strength = (0.4 + 0.6 * gloss) if metal else gloss
        glint = reflected * strength * (blurred * terms[i, 1] + highlight * direct)
        out[i, c] = min((0.35 if metal else 1 - 0.85 * glass) * matt + glint, CLAMP)


@kernel
def _pattern_at(
    tables: SurfaceTables, samples: Samples, i: int, face: int, width_scale: float
) -> tuple[float, float, float]:
    row, p, w, wall = tables.material[face], samples.point_m, samples.footprint_m, tables.wall
    flat = bool(tables.flat[face])
    n = samples.face_normal if flat else samples.normal
    return pattern(
        int(tables.materials[row, TEXTURE]),
        1.0 * tables.materials[row, PERIOD],
        (1.0 * p[i, 0], 1.0 * p[i, 1], 1.0 * p[i, 2]),
        (1.0 * n[i, 0], 1.0 * n[i, 1], 1.0 * n[i, 2]),
        (width_scale * w[i, 0], width_scale * w[i, 1], width_scale * w[i, 2]),
        flat,
        tables.grain[face],
        (1.0 * wall[face, 0], 1.0 * wall[face, 1], 1.0 * wall[face, 2], 1.0 * wall[face, 3]),
    )


@kernel
def _shading_normal(
    samples: Samples, i: int, texture: int, period: float, width_scale: float
) -> tuple[float, float, float]:
    """Return the normal of sample i; leaves and blades point every way, as far as the pixel can tell them apart."""
    x, y, z = 1.0 * samples.normal[i, 0], 1.0 * samples.normal[i, 1], 1.0 * samples.normal[i, 2]
    if texture != FOLIAGE and texture != GRASS:
        return x, y, z
    w, p = samples.footprint_m, samples.point_m
    width = 0.7 * width_scale * max(w[i, 0], w[i, 1], w[i, 2])
    own, keep = leaf_of(1.0 * p[i, 0], 1.0 * p[i, 1], 1.0 * p[i, 2], 1.0 * period, width)
    tilt = (1.5 if texture == FOLIAGE else 0.5) * keep
    # The leaf's number, cut into digits, gives its tilt.
    x += tilt * ((own * 31.0) % 1.0 - 0.5)
    y += tilt * ((own * 173.0) % 1.0 - 0.5)
    z += tilt * ((own * 1021.0) % 1.0 - 0.5)
    scale = 1 / math.sqrt(x * x + y * y + z * z)
    return x * scale, y * scale, z * scale


@kernel
def _reflections(
    lighting: Lighting,
    n: tuple[float, float, float],
    light: tuple[float, float, float],
    view: tuple[float, float, float],
    gloss: float,
) -> tuple[tuple[float, float, float], float]:
    """Return what a mirror would show and the strength of the light's highlight (normalised Blinn-Phong)."""
    if gloss < 0.02:
        return (0.0, 0.0, 0.0), 0.0
    twice = 2 * (n[0] * view[0] + n[1] * view[1] + n[2] * view[2])
    rx, ry, rz = view[0] - twice * n[0], view[1] - twice * n[1], view[2] - twice * n[2]
    mirror = surroundings(lighting, rx, ry, rz, False)
    hx, hy, hz = light[0] - view[0], light[1] - view[1], light[2] - view[2]
    length = math.sqrt(hx * hx + hy * hy + hz * hz) + 1e-9
    aligned = max((n[0] * hx + n[1] * hy + n[2] * hz) / length, 0.0)
    exponent = math.exp(1.4 + 5.5 * gloss)
    return mirror, (exponent + 8) / 25 * math.exp(exponent * math.log(max(aligned, 1e-6)))
