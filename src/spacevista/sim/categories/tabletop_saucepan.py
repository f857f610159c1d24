"""Saucepans: 140 to 200 mm across, 70 to 105 mm high, a handle of 140 to 180 mm."""

from __future__ import annotations

import numpy as np

from spacevista.sim.categories.shape import Shape
from spacevista.sim.categories.small_looks import vivid
from spacevista.sim.shapes import lathe, settled, sweep, union
from spacevista.sim.world import Material, Texture

NAME = "saucepan"
DIAMETER_M = (0.14, 0.20)
HEIGHT_PART = (0.46, 0.56)
HANDLE_M = (0.14, 0.18)
WALL_M = 0.0035
STAINLESS = Material((0.60, 0.60, 0.61), (0.52, 0.52, 0.53), Texture.METAL, texture_m=0.0015, gloss=0.8)


def build(rng: np.random.Generator) -> Shape:
    """Build an empty saucepan, its handle towards +x."""
    radius = float(rng.uniform(*DIAMETER_M)) / 2
    height = 2 * radius * float(rng.uniform(*HEIGHT_PART))
    profile = [
        (0, 0),
        (0.88 * radius, 0),
        (radius, 0.012),
        (radius, height - 0.002),
        (radius + 0.004, height),
        (radius - WALL_M, height),
        (radius - WALL_M, 0.016),
        (0.88 * radius, 0.006),
        (0, 0.006),
    ]
    pot = lathe(profile, 72, [0, 0, 0, 0, 0, 1, 1, 1])
    length = float(rng.uniform(*HANDLE_M))
    x = radius - 0.001 + np.array([0.0, 0.12, 0.35, 0.7, 0.95, 1.0]) * length
    z = height - 0.018 + np.array([0.0, 0.004, 0.012, 0.020, 0.023, 0.023])
    radii = np.array([0.006, 0.007, 0.011, 0.012, 0.011, 0.006])
    grip = sweep(np.stack([x, np.zeros(6), z], axis=1), radii, 20, 2)
    outside = STAINLESS if rng.random() < 0.6 else vivid(rng, gloss=0.6)
    return Shape(settled(union(pot, grip)), (outside, STAINLESS, Material((0.03, 0.03, 0.03), gloss=0.3)))
