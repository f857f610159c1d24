"""Field: a rectangular crop stand, as high as the crop, with rows."""

import numpy as np

from spacevista.sim.categories.shape import Shape
from spacevista.sim.categories.solids import choice
from spacevista.sim.shapes import box
from spacevista.sim.world import Material, Texture

CATEGORY = "field"
# Small arable plots: 30-110 m x 18-60 m; crops 0.15-1.0 m high (young cereal to ripe rape), rows drawn as tramlines
# 2-4 m apart, narrow ones of test plots.
LENGTH_M = (30.0, 110.0)
WIDTH_M = (18.0, 60.0)
CROP_M = (0.15, 1.0)
CROPS = ((0.22, 0.34, 0.07), (0.60, 0.48, 0.16), (0.62, 0.56, 0.05), (0.14, 0.26, 0.06), (0.30, 0.20, 0.12))


def build(rng: np.random.Generator) -> Shape:
    """Draw a field; its rows run along y, its length is along x."""
    size = rng.uniform(*LENGTH_M), rng.uniform(*WIDTH_M), rng.uniform(*CROP_M)
    color = choice(rng, CROPS)
    rows = (color[0] * 0.7, color[1] * 0.7, color[2] * 0.7)
    return Shape(box(size), (Material(color, rows, Texture.STRIPES, texture_m=float(rng.uniform(2.0, 4.0)), gloss=0.02),))
