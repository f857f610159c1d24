"""Solid textures: patterns evaluated at world points, with a physical period in metres.

A texture is the one honest cue of scale in a picture, so its period never scales with the scene. Every pattern is
filtered over the pixel's footprint on the surface: detail finer than a pixel fades to its mean and cannot alias.

| texture | what repeats every `texture_m` | colours |
|---|---|---|
| WOOD | growth rings, drawn out along the body's longest side | early wood, late wood |
| CLOTH | one over-under of the plain weave | warp, weft |
| GRID | a ruled line; every fifth is bolder | paper, line |
| BRICK | a course; a brick is three courses long, joints 1/7 course | brick, mortar |
| NOISE | the largest blotches | both ends |
| TILES | a square tile, joints 3 % of it | tile, joint |
| METAL | brushed streaks | metal, metal in the streaks |
| STRIPES | a band of each colour: level bands on walls and round things, along x on level faces | both bands |
| FOLIAGE | twigs of leaves | leaf, shaded leaf |
| WINDOWS | a window and its pier; whole windows only, centred on the wall | wall, glass |
| ASPHALT | stones of the aggregate | bitumen, stone |
| GRASS | tufts | blade, dry blade |
| PLAIN | nothing | the first colour |
"""

from __future__ import annotations

import math

from spacevista.sim.kernels import fractal, hash01, kept, kernel, lines, noise, pulses, ramp, scattered

WOOD, CLOTH, GRID, BRICK, NOISE, TILES, METAL, STRIPES, FOLIAGE, WINDOWS, ASPHALT, GRASS = range(1, 13)  # as Texture
LEAF = 0.25  # of a twig's period


@kernel
def wood(x: float, y: float, z: float, axis: int, period: float, width: float) -> tuple[float, float]:
    """Return (blend, shade) of growth rings around an axis beside the body, with fine fibres along it."""
    along, a, b = (x, y, z) if axis == 0 else (y, z, x) if axis == 1 else (z, x, y)
    warp = noise(a / (3 * period), b / (3 * period), along / (25 * period)) - 0.5
    warp += 0.3 * (noise(a / period, b / period, along / (6 * period)) - 0.5)
    ring = math.hypot(a / period + 7.3, b / period + 4.1) + 1.6 * warp
    ring -= math.floor(ring)
    late = ring * ring * (1 - ramp(0.9, 1.0, ring))  # slow darkening, sharp end of the year
    blend = 0.3 + (0.8 * late - 0.2) * kept(period, width)
    fibre = 0.0
    keep = kept(0.12 * period, width)
    if keep > 0:
        fibre = (noise(a / (0.12 * period), b / (0.12 * period), along / (2.5 * period)) - 0.5) * keep
    return min(max(blend + 0.35 * fibre, 0.0), 1.0), 1 + 0.18 * fibre


@kernel
def cloth(u: float, v: float, period: float, wu: float, wv: float) -> tuple[float, float]:
    """Return (blend, shade) of a plain weave: two threads each way a period."""
    thread = 0.5 * period
    i, j = math.floor(u / thread), math.floor(v / thread)
    fu, fv = u / thread - i, v / thread - j
    over = (int(i) + int(j)) & 1
    across, along = (fu, fv) if over == 0 else (fv, fu)
    # A thread is round across and dives under its neighbours at both ends.
    height = math.sqrt(max(4 * across * (1 - across), 0.0)) * (0.35 + 2.6 * along * (1 - along))
    keep = kept(thread, max(wu, wv))
    yarn = 0.12 * (hash01(int(i) if over == 0 else int(j), over, 5) - 0.5)
    return 0.5 + (over - 0.5) * keep, 1 + (0.75 * (height - 0.62) + yarn) * keep


@kernel
def grid(u: float, v: float, period: float, wu: float, wv: float) -> float:
    """Return the share covered by ruled lines: 5 % of the period wide, every fifth 12 %."""
    across = max(lines(u, period, 0.05 * period, wu), lines(u, 5 * period, 0.12 * period, wu))
    down = max(lines(v, period, 0.05 * period, wv), lines(v, 5 * period, 0.12 * period, wv))
    return 1 - (1 - across) * (1 - down)


@kernel
def brick(u: float, v: float, period: float, wu: float, wv: float) -> tuple[float, float]:
    """Return (blend, shade): blend is the share of mortar; bricks differ in shade."""
    length = 3 * period
    course = math.floor(v / period)
    u += 0.5 * length * (int(course) & 1)
    joint = period / 7
    bed = lines(v, period, joint, wv)
    head = lines(u, length, joint, wu)
    own = hash01(math.floor(u / length), int(course), 3) - 0.5
    return 1 - (1 - bed) * (1 - head), 1 + 0.35 * own * kept(period, max(wu * 0.5, wv))


@kernel
def tiles(u: float, v: float, period: float, wu: float, wv: float) -> tuple[float, float]:
    """Return (blend, shade): blend is the share of joints."""
    joint = 0.03 * period
    cover = 1 - (1 - lines(u, period, joint, wu)) * (1 - lines(v, period, joint, wv))
    own = hash01(math.floor(u / period), math.floor(v / period), 9) - 0.5
    return cover, 1 + 0.1 * own * kept(period, max(wu, wv))


@kernel
def windows(
    u: float, v: float, period: float, wu: float, wv: float, columns: float, rows: float
) -> tuple[float, float]:
    """Return (glass, shade) of a facade; u and v start at the lower corner of the wall's first window cell."""
    column, row = math.floor(u / period), math.floor(v / period)
    if not (0 <= column < columns and 0 <= row < rows):
        return 0.0, 1.0
    glass = pulses(u - 0.24 * period, period, 0.52, wu) * pulses(v - 0.30 * period, period, 0.50, wv)
    frame = pulses(u - 0.19 * period, period, 0.62, wu) * pulses(v - 0.25 * period, period, 0.58, wv)
    bars = lines(u - 0.5 * period, period, 0.035 * period, wu)
    sill = lines(v - 0.24 * period, period, 0.05 * period, wv) * pulses(u - 0.16 * period, period, 0.68, wu)
    drawn = hash01(int(column), int(row), 21)  # curtains, blinds and dark rooms
    shade = 1 + 0.3 * frame + 0.12 * sill - (0.9 * glass * (0.3 + 0.5 * drawn))
    return glass * (1 - bars), shade


@kernel
def leaf_of(x: float, y: float, z: float, period: float, width: float) -> tuple[float, float]:
    """Return the leaf at a point as a number in 0..1, and how far single leaves can be told apart."""
    leaf = LEAF * period
    keep = kept(leaf, 0.6 * width)
    return (scattered(x / leaf, y / leaf, z / leaf) if keep > 0 else 0.5), keep


@kernel
def leaves(x: float, y: float, z: float, period: float, width: float) -> tuple[float, float]:
    """Return (blend, shade) of leaves in bunches: each leaf with its own light, over darker hollows."""
    own, keep = leaf_of(x, y, z, period, width)
    own = (own - 0.5) * keep
    depth = ramp(0.28, 0.62, fractal(x, y, z, 2 * period, width, 3))
    return min(max(0.5 - 1.1 * own, 0.0), 1.0) * 0.7 + 0.3 * (1 - depth), (0.4 + 0.65 * depth) * (1 + 0.8 * own)


@kernel
def turf(x: float, y: float, z: float, period: float, width: float) -> tuple[float, float]:
    """Return (blend, shade) of grass: tufts, patches twelve and seventy tufts wide."""
    tuft = fractal(x, y, z, period, width, 3) - 0.5
    patch = noise(x / (12 * period), y / (12 * period), z / (12 * period)) - 0.5
    field = fractal(x, y, z, 70 * period, width, 4) - 0.5
    blend = 0.35 + 0.9 * tuft + 0.35 * patch + 0.8 * field
    return min(max(blend, 0.0), 1.0), 1 + 0.8 * tuft + 0.15 * patch


@kernel
def asphalt(x: float, y: float, z: float, period: float, width: float) -> tuple[float, float]:
    """Return (blend, shade) of tarmac: light and dark stones, worn patches two hundred stones wide."""
    stone = (hash_cell(x, y, z, period) - 0.5) * kept(period, 0.7 * width)
    fine = fractal(x, y, z, 3 * period, width, 2) - 0.5
    worn = noise(x / (200 * period), y / (200 * period), 0.5) - 0.5
    return min(max(0.3 + 0.7 * stone + 0.3 * fine, 0.0), 1.0), 1 + 0.25 * worn + 0.25 * fine


@kernel
def hash_cell(x: float, y: float, z: float, size: float) -> float:
    return hash01(math.floor(x / size), math.floor(y / size), math.floor(z / size))


@kernel
def surface_axes(
    p: tuple[float, float, float], n: tuple[float, float, float], w: tuple[float, float, float], flat: bool
) -> tuple[float, float, float, float]:
    """Return (u, v, width of u, width of v) in metres on the surface: u level, v up its slope; x, y where it is level.

    A flat face uses its own level direction, whatever its yaw. A round one (where that would shear the pattern from
    facet to facet) is seen along the world axis nearest its normal.
    """
    slope = math.hypot(n[0], n[1])
    if flat and slope > 0.3:
        s, c = -n[1] / slope, n[0] / slope
        return p[0] * s + p[1] * c, p[2] / slope, abs(s) * w[0] + abs(c) * w[1], w[2] / slope
    if abs(n[2]) > max(abs(n[0]), abs(n[1])) or (flat and slope <= 0.3):
        return p[0], p[1], w[0], w[1]
    if abs(n[0]) > abs(n[1]):
        return p[1], p[2], w[1], w[2]
    return p[0], p[2], w[0], w[2]


@kernel
def pattern(
    texture: int,
    period: float,
    p: tuple[float, float, float],
    n: tuple[float, float, float],
    w: tuple[float, float, float],
    flat: bool,
    grain: int,
    wall: tuple[float, float, float, float],
) -> tuple[float, float, float]:
    """Evaluate a texture.

    Args:
        p, n: world point in metres and unit normal.
        w: extent of the pixel's footprint on the surface along x, y and z, in metres.
        flat: whether the face is part of a plane rather than of a round surface.
        grain: axis of the body's longest side, 0 to 2.
        wall: u and v of the wall's first window cell, columns and rows of windows.

    Returns:
        blend from the first to the second colour, factor on the blended colour, share of window glass.
    """
    x, y, z = p
    width = 0.7 * max(w[0], w[1], w[2])
    if texture == NOISE:
        return fractal(x, y, z, period, width, 5), 1.0, 0.0
    if texture == FOLIAGE:
        blend, shade = leaves(x, y, z, period, width)
        return blend, shade, 0.0
    if texture == GRASS:
        blend, shade = turf(x, y, z, period, width)
        return blend, shade, 0.0
    if texture == ASPHALT:
        blend, shade = asphalt(x, y, z, period, width)
        return blend, shade, 0.0
    if texture == WOOD:
        blend, shade = wood(x, y, z, grain, period, width)
        return blend, shade, 0.0
    return face_pattern(texture, period, p, n, w, flat, grain, wall)


@kernel
def face_pattern(
    texture: int,
    period: float,
    p: tuple[float, float, float],
    n: tuple[float, float, float],
    w: tuple[float, float, float],
    flat: bool,
    grain: int,
    wall: tuple[float, float, float, float],
) -> tuple[float, float, float]:
    """Evaluate a texture that lies on the face; see `pattern`."""
    u, v, wu, wv = surface_axes(p, n, w, flat)
    if texture == CLOTH:
        blend, shade = cloth(u, v, period, wu, wv)
        return blend, shade, 0.0
    if texture == GRID:
        return grid(u, v, period, wu, wv), 1.0, 0.0
    if texture == BRICK:
        blend, shade = brick(u, v, period, wu, wv)
        return blend, shade, 0.0
    if texture == TILES:
        blend, shade = tiles(u, v, period, wu, wv)
        return blend, shade, 0.0
    if texture == STRIPES:
        level = abs(n[2]) > 0.9 and flat
        return pulses(p[0] if level else p[2], 2 * period, 0.5, w[0] if level else w[2]), 1.0, 0.0
    if texture == WINDOWS and abs(n[2]) < 0.3:
        glass, shade = windows(u - wall[0], v - wall[1], period, wu, wv, wall[2], wall[3])
        return glass, shade, glass
    if texture == METAL:
        streak = noise(u / (12 * period), v / period, 0.5) - 0.5
        return 0.25 + 0.5 * streak * kept(period, wv), 1 + 0.15 * streak * kept(period, wv), 0.0
    return 0.0, 1.0, 0.0
