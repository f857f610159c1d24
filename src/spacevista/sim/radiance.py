"""The colour of a surface: its material's pattern under sun or lamp, sky, reflections and haze. Linear RGB."""

from __future__ import annotations

import math

from numba import prange

from spacevista.geometry.arrays import Float32Array
from spacevista.sim.kernels import hash01, kept, kernel, parallel_kernel
from spacevista.sim.light import HAZE_M, Lighting, horizon, light_strength, surroundings, towards_light
from spacevista.sim.shade import Samples
from spacevista.sim.surfaces import COLOR, GLOSS, PERIOD, SECOND, TEXTURE, SurfaceTables
from spacevista.sim.textures import FOLIAGE, GRASS, METAL, pattern

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
            _surface_radiance(tables, lighting, samples, i, view, terms[i], width_scale, out[i])
            if not lighting.indoors:
                _add_haze(lighting, samples.distance_m[i], out[i])


@kernel
def _add_haze(lighting: Lighting, distance_m: float, out: Float32Array) -> None:
    clear = math.exp(-distance_m / HAZE_M)
    air = horizon(lighting.sky)
    for c in range(3):
        out[c] = clear * out[c] + (1 - clear) * air[c]


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
    material = tables.materials[tables.material[face]]
    blend, shade, glass = _pattern_at(tables, samples, i, face, width_scale)
    texture, gloss = int(material[TEXTURE]), max(float(material[GLOSS]), 0.9 * glass)
    metal = texture == METAL
    nx, ny, nz = _shading_normal(samples, i, texture, material[PERIOD], width_scale)
    lx, ly, lz, _ = towards_light(lighting, samples.point_m[i])
    lit = nx * lx + ny * ly + nz * lz
    lit = max((lit + 0.3) / 1.3, 0.0) if texture == FOLIAGE else max(lit, 0.0)  # leaves let light through
    lit *= terms[0] * light_strength(lighting, samples.point_m[i])
    facing = max(-(nx * view[0] + ny * view[1] + nz * view[2]), 0.0)
    mirror, highlight = _reflections(lighting, (nx, ny, nz), (lx, ly, lz), view, gloss)
    fresnel = (1 - facing) ** 5
    above = 0.5 + 0.5 * nz if not lighting.indoors else 0.75 + 0.25 * nz
    for c in range(3):
        albedo = shade * (material[COLOR + c] + blend * (material[SECOND + c] - material[COLOR + c]))
        around = lighting.sky[c] * above + lighting.bounce[c] * (1 - above)
        direct = lighting.sun[c] * lit
        matt = albedo * (direct + around * terms[1])
        head_on = albedo if metal else F0 + 0.06 * glass
        reflected = head_on + (1 - head_on) * fresnel * gloss
        blurred = gloss * mirror[c] + (1 - gloss) * around
        strength = (0.4 + 0.6 * gloss) if metal else gloss
        glint = reflected * strength * (blurred * terms[1] + highlight * direct)
        out[c] = min((0.35 if metal else 1 - 0.85 * glass) * matt + glint, CLAMP)


@kernel
def _pattern_at(
    tables: SurfaceTables, samples: Samples, i: int, face: int, width_scale: float
) -> tuple[float, float, float]:
    material = tables.materials[tables.material[face]]
    p, n, w, wall = samples.point_m[i], samples.face_normal[i], samples.footprint_m[i], tables.wall[face]
    if not tables.flat[face]:
        n = samples.normal[i]
    return pattern(
        int(material[TEXTURE]),
        float(material[PERIOD]),
        (float(p[0]), float(p[1]), float(p[2])),
        (float(n[0]), float(n[1]), float(n[2])),
        (float(width_scale * w[0]), float(width_scale * w[1]), float(width_scale * w[2])),
        bool(tables.flat[face]),
        int(tables.grain[face]),
        (float(wall[0]), float(wall[1]), float(wall[2]), float(wall[3])),
    )


@kernel
def _shading_normal(
    samples: Samples, i: int, texture: int, period: float, width_scale: float
) -> tuple[float, float, float]:
    """Return the normal of sample i; leaves and blades point every way, as far as the pixel can tell them apart."""
    n = samples.normal[i]
    x, y, z = float(n[0]), float(n[1]), float(n[2])
    if texture != FOLIAGE and texture != GRASS:
        return x, y, z
    leaf = 0.35 * period
    w, p = samples.footprint_m[i], samples.point_m[i]
    tilt = (1.5 if texture == FOLIAGE else 0.5) * kept(leaf, 0.5 * width_scale * max(w[0], w[1], w[2]))
    if tilt <= 0:
        return x, y, z
    a, b, c = math.floor(p[0] / leaf), math.floor(p[1] / leaf), math.floor(p[2] / leaf)
    x += tilt * (hash01(a, b, c) - 0.5)
    y += tilt * (hash01(a, c, b + 31) - 0.5)
    z += tilt * (hash01(c, a, b + 67) - 0.5)
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
    twice = 2 * (n[0] * view[0] + n[1] * view[1] + n[2] * view[2])
    rx, ry, rz = view[0] - twice * n[0], view[1] - twice * n[1], view[2] - twice * n[2]
    mirror = surroundings(lighting, rx, ry, rz, False)
    hx, hy, hz = light[0] - view[0], light[1] - view[1], light[2] - view[2]
    length = math.sqrt(hx * hx + hy * hy + hz * hz) + 1e-9
    aligned = max((n[0] * hx + n[1] * hy + n[2] * hz) / length, 0.0)
    exponent = 2 ** (2 + 8 * gloss)
    return mirror, (exponent + 8) / 25 * aligned**exponent
