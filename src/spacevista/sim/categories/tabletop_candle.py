"""Pillar candles: 50 to 70 mm across, 70 to 150 mm high, with a burnt wick in a hollow."""

from __future__ import annotations

import numpy as np

from spacevista.sim.categories.shape import Shape
from spacevista.sim.categories.small_looks import varied
from spacevista.sim.shapes import lathe, moved, sweep, union
from spacevista.sim.world import Material

NAME = "candle"
DIAMETER_M = (0.050, 0.070)
HEIGHT_M = (0.070, 0.150)
COLORS = ((0.80, 0.72, 0.52), (0.48, 0.04, 0.04), (0.08, 0.22, 0.12), (0.75, 0.72, 0.68), (0.55, 0.25, 0.30))


def build(rng: np.random.Generator) -> Shape:
    """Build a candle standing upright."""
    radius, height = float(rng.uniform(*DIAMETER_M)) / 2, float(rng.uniform(*HEIGHT_M))
    profile = [
        (0, 0),
        (radius - 0.002, 0),
        (radius, 0.002),
        (radius, height - 0.004),
        (0.94 * radius, height),
        (0.84 * radius, height - 0.003),
        (0.5 * radius, height - 0.008),
        (0.15 * radius, height - 0.010),
        (0, height - 0.010),
    ]
    wick = sweep([(0, 0, 0), (0.001, 0, 0.012), (0.004, 0, 0.020)], 0.0012, 8, 1)
    wax = Material(varied(rng, COLORS[int(rng.integers(len(COLORS)))]), gloss=0.4)
    return Shape(union(lathe(profile, 48), moved(wick, (0, 0, height - 0.0105))), (wax, Material((0.02, 0.02, 0.02))))
