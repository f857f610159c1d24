"""Bag: a cloth bag with a loop of strap by which it is carried or hung."""

import math

import numpy as np

from spacevista.sim.categories.indoor_looks import cloth
from spacevista.sim.categories.shape import Shape
from spacevista.sim.categories.small_looks import vivid
from spacevista.sim.categories.solids import tapered
from spacevista.sim.shapes import settled, sweep, union
from spacevista.sim.world import Material, Texture

CATEGORY = "bag"
# Shopping and shoulder bags: 0.30-0.40 m wide, 0.10-0.16 m deep, 0.28-0.38 m high, straps 0.20-0.28 m above.
WIDTH_M = (0.30, 0.40)
DEPTH_M = (0.10, 0.16)
HEIGHT_M = (0.28, 0.38)
STRAP_M = (0.20, 0.28)
STRAP_RADIUS_M = 0.010


def build(rng: np.random.Generator) -> Shape:
    """Draw a bag standing upright; its width is along y and the strap is a loop in the plane x = 0."""
    width, depth = rng.uniform(*WIDTH_M), rng.uniform(*DEPTH_M)
    height, strap = rng.uniform(*HEIGHT_M), rng.uniform(*STRAP_M)
    x, y = depth / 2, width / 2
    body = tapered(((-x, x), (-0.92 * y, 0.92 * y)), ((-0.45 * x, 0.45 * x), (-y, y)), (0, height))
    turn = np.linspace(0, math.pi, 19)
    path = np.stack(
        [np.zeros(19), 0.62 * y * np.cos(turn), height - 0.03 + (strap + 0.03) * np.sin(turn) ** 0.7], axis=1
    )
    band = sweep(path, STRAP_RADIUS_M, 12, 1)
    patch = tapered(
        ((x * 0.75, x * 0.84), (-0.4 * y, 0.4 * y)),
        ((x * 0.61, x * 0.70), (-0.4 * y, 0.4 * y)),
        (0.35 * height, 0.65 * height),
        2,
    )
    fabric = cloth(rng) if rng.random() < 0.5 else _canvas(vivid(rng))
    return Shape(
        settled(union(body, band, patch)), (fabric, Material((0.16, 0.08, 0.04), gloss=0.3), vivid(rng, gloss=0.1))
    )


def _canvas(paint: Material) -> Material:
    color = paint.color
    return Material(color, (0.8 * color[0], 0.8 * color[1], 0.8 * color[2]), Texture.CLOTH, texture_m=0.002, gloss=0.05)
