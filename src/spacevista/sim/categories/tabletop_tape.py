"""Rolls of adhesive tape on a cardboard core of 76 mm: packing tape, masking tape, 90 to 140 mm across."""

from __future__ import annotations

import numpy as np

from spacevista.sim.categories.shape import Shape
from spacevista.sim.categories.small_looks import varied
from spacevista.sim.shapes import lathe
from spacevista.sim.world import Material, Texture

NAME = "roll of tape"
CORE_M = 0.076  # inner diameter of the core
DIAMETER_M = (0.095, 0.135)
WIDTH_M = (0.019, 0.025, 0.038, 0.048)
COLORS = ((0.45, 0.26, 0.10), (0.62, 0.55, 0.34), (0.06, 0.14, 0.40), (0.5, 0.05, 0.04), (0.12, 0.12, 0.13))


def build(rng: np.random.Generator) -> Shape:
    """Build a roll lying flat."""
    radius, width = float(rng.uniform(*DIAMETER_M)) / 2, WIDTH_M[int(rng.integers(len(WIDTH_M)))]
    inner, core = CORE_M / 2, CORE_M / 2 + 0.004
    step = 0.0006  # the core stands back behind the tape
    profile = [
        (inner, step),
        (core, step),
        (core, 0),
        (radius, 0),
        (radius, width),
        (core, width),
        (core, width - step),
        (inner, width - step),
    ]
    color = varied(rng, COLORS[int(rng.integers(len(COLORS)))])
    tape = Material(color, gloss=0.6)
    side = Material(color, (0.8 * color[0], 0.8 * color[1], 0.8 * color[2]), Texture.NOISE, texture_m=0.004, gloss=0.2)
    card = Material((0.50, 0.36, 0.20), (0.44, 0.30, 0.16), Texture.NOISE, texture_m=0.005, gloss=0.02)
    return Shape(lathe(profile, 64, [2, 2, 1, 0, 1, 2, 2, 2]), (tape, side, card))
