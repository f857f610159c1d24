"""Cereal and salad bowls: 120 to 200 mm across, 0.36 to 0.48 of that high."""

from __future__ import annotations

import math

import numpy as np

from spacevista.sim.categories.shape import Shape
from spacevista.sim.categories.small_looks import vivid
from spacevista.sim.shapes import lathe
from spacevista.sim.world import Material

NAME = "bowl"
DIAMETER_M = (0.12, 0.20)
HEIGHT_PART = (0.36, 0.48)
WALL_M = 0.0045


def build(rng: np.random.Generator) -> Shape:
    """Build an empty bowl standing upright."""
    radius = float(rng.uniform(*DIAMETER_M)) / 2
    height = 2 * radius * float(rng.uniform(*HEIGHT_PART))
    foot, ring = float(rng.uniform(0.42, 0.55)) * radius, 0.006
    turn = np.linspace(0.12, math.pi / 2, 16)
    outer = np.stack([foot + (radius - foot) * np.sin(turn), height - (height - ring) * np.cos(turn)], axis=1)
    inner = outer[::-1] - (WALL_M, 0)
    inner[-1, 1] += WALL_M
    inner[:-1, 1] += np.linspace(0, WALL_M, len(inner) - 1)
    start = [(0, 0.002), (foot - 0.005, 0.002), (foot - 0.004, 0), (foot, 0)]
    profile = np.vstack([start, outer, inner, [(0, inner[-1, 1])]])
    stripe = len(start) + len(outer) - 3
    materials = [0] * stripe + [1] * 3 + [2] * (len(profile) - 1 - stripe - 3)
    outside, white = vivid(rng, gloss=0.7), Material((0.80, 0.78, 0.72), gloss=0.75)
    schemes = ((outside, outside, white), (white, outside, white), (outside, white, outside))
    return Shape(lathe(profile, 72, materials), schemes[int(rng.integers(3))])
