"""Field: a rectangular crop stand, as high as the crop, with rows of two shades."""

from itertools import pairwise

import numpy as np

from spacevista.sim.categories.shape import Shape
from spacevista.sim.categories.solids import block, choice
from spacevista.sim.shapes import settled, union
from spacevista.sim.world import Material, Texture

CATEGORY = "field"
# Small arable plots: 30-110 m x 18-60 m; crops 0.15-1.0 m high (young cereal to ripe rape); drilled in passes of a 3 m
# seed drill, which stay visible from the air.
LENGTH_M = (30.0, 110.0)
WIDTH_M = (18.0, 60.0)
CROP_M = (0.15, 1.0)
PASS_M = 3.0
CROPS = ((0.16, 0.25, 0.05), (0.52, 0.42, 0.15), (0.58, 0.50, 0.06), (0.11, 0.20, 0.05), (0.26, 0.17, 0.10))


def build(rng: np.random.Generator) -> Shape:
    """Draw a field; its length is along x, its rows along y."""
    length, width, crop = rng.uniform(*LENGTH_M), rng.uniform(*WIDTH_M), rng.uniform(*CROP_M)
    edges = np.linspace(-length / 2, length / 2, round(length / PASS_M) + 1).tolist()
    rows = [block(x, (-width / 2, width / 2), (0, crop), i % 2) for i, x in enumerate(pairwise(edges))]
    color = choice(rng, CROPS)
    shades = [
        Material(_times(color, f), _times(color, 0.8 * f), Texture.NOISE, texture_m=2.0, gloss=0.02) for f in (1, 0.75)
    ]
    return Shape(settled(union(*rows)), tuple(shades))


def _times(color: tuple[float, float, float], factor: float) -> tuple[float, float, float]:
    return color[0] * factor, color[1] * factor, color[2] * factor
