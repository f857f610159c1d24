"""Painting: a landscape in a frame, with a cord by which it hangs."""

import numpy as np

from spacevista.sim.categories.indoor_looks import wood
from spacevista.sim.categories.shape import Shape
from spacevista.sim.categories.small_looks import vivid
from spacevista.sim.categories.solids import block, choice
from spacevista.sim.shapes import ellipsoid, moved, scaled, settled, sweep, union
from spacevista.sim.world import Material, Mesh, Texture

CATEGORY = "painting"  # not "picture", as questions call what the camera took
# Framed paintings: 0.35-0.90 m wide, 0.30-0.70 m high without the cord, frames 0.02-0.035 m deep.
WIDTH_M = (0.35, 0.90)
HEIGHT_PART = (0.70, 0.95)  # of the width
DEPTH_M = (0.020, 0.035)
CORD_M = 0.002  # radius


def build(rng: np.random.Generator) -> Shape:
    """Draw a painting; it faces +x. The cord rises to a point over its middle, in the plane of its back."""
    width, depth = rng.uniform(*WIDTH_M), rng.uniform(*DEPTH_M)
    height = min(width * rng.uniform(*HEIGHT_PART), 0.70)
    edge = rng.uniform(0.025, 0.05)
    y, z = width / 2, height
    frame = [
        block((0, depth), (-y, y), (0, edge)),
        block((0, depth), (-y, y), (z - edge, z)),
        block((0, depth), (-y, -y + edge), (edge, z - edge)),
        block((0, depth), (y - edge, y), (edge, z - edge)),
    ]
    rise = rng.uniform(0.10, 0.18) * width + 0.03
    at = CORD_M + 0.003
    cord = sweep([(at, -0.7 * y, z - 0.01), (at, 0, z + rise), (at, 0.7 * y, z - 0.01)], CORD_M, 8, 4)
    mesh = union(*frame, *_landscape(rng, 0.6 * depth, y - edge, (edge, z - edge)), cord)
    colors = ((0.10, 0.22, 0.08), (0.30, 0.24, 0.10), (0.05, 0.12, 0.16))
    meadow = Material(choice(rng, colors), (0.25, 0.30, 0.10), Texture.NOISE, texture_m=0.08, gloss=0.2)
    sky = Material(choice(rng, ((0.30, 0.48, 0.70), (0.70, 0.40, 0.22), (0.55, 0.58, 0.60))), gloss=0.2)
    cord_look = Material((0.25, 0.20, 0.12), gloss=0.1)
    return Shape(settled(mesh), (wood(rng), sky, meadow, vivid(rng, gloss=0.2), cord_look))


def _landscape(rng: np.random.Generator, x: float, y: float, z: tuple[float, float]) -> list[Mesh]:
    """Sky, land and a sun as thin layers."""
    horizon = z[0] + (z[1] - z[0]) * rng.uniform(0.3, 0.5)
    layer = 0.0015
    sky = block((0.002, x), (-y, y), (horizon, z[1]), 1)
    land = block((0.002, x + layer), (-y, y), (z[0], horizon), 2)
    size = 0.16 * (z[1] - horizon)
    sun = scaled(ellipsoid((1, 1, 1), 24, 3), (layer, size, size))
    sun = moved(sun, (x, float(rng.uniform(-0.5, 0.5)) * y, z[1] - 4 * size))
    hill = scaled(ellipsoid((1, 1, 1), 32, 2), (layer, 0.45 * y, 0.7 * (z[1] - horizon) / 2))
    return [sky, land, sun, moved(hill, (x, float(rng.uniform(-0.3, 0.3)) * y, horizon - 0.35 * (z[1] - horizon)))]
