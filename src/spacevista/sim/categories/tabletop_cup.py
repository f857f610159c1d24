"""Mugs with a handle: 74 to 92 mm across, 80 to 110 mm high (common 0.25 to 0.4 l mugs)."""

from __future__ import annotations

import math

import numpy as np

from spacevista.sim.categories.shape import Shape
from spacevista.sim.categories.small_looks import vivid
from spacevista.sim.shapes import lathe, settled, sweep, union
from spacevista.sim.world import Material, Mesh

NAME = "cup"
DIAMETER_M = (0.074, 0.092)
HEIGHT_M = (0.080, 0.110)
WALL_M = 0.004


def build(rng: np.random.Generator) -> Shape:
    """Build a mug standing upright, its handle towards +x."""
    radius, height = float(rng.uniform(*DIAMETER_M)) / 2, float(rng.uniform(*HEIGHT_M))
    taper = float(rng.uniform(0.82, 1.0))
    mesh = settled(union(_bowl(radius, height, taper), _handle(radius, height, taper)))
    outside, white = vivid(rng, gloss=0.8), Material((0.80, 0.79, 0.75), gloss=0.8)
    return Shape(mesh, (outside, white) if rng.random() < 0.7 else (white, outside))


def _bowl(radius: float, height: float, taper: float) -> Mesh:
    foot, floor = taper * radius, 0.007
    profile = [
        (0, 0.002),
        (foot - 0.008, 0.002),
        (foot - 0.006, 0),
        (foot - 0.002, 0),
        (foot, 0.004),
        (radius, height - 0.002),
        (radius - WALL_M / 2, height),
        (radius - WALL_M, height - 0.002),
        (foot - WALL_M, floor + 0.004),
        (foot - WALL_M - 0.006, floor),
        (0, floor),
    ]
    return lathe(profile, 64, [0, 0, 0, 0, 0, 0, 1, 1, 1, 1])


def _handle(radius: float, height: float, taper: float) -> Mesh:
    """An ear whose two ends are buried in the wall (and stop short of the inside)."""
    turn = np.linspace(-math.pi / 2, math.pi / 2, 21)
    reach, half = 0.36 * height, 0.29 * height
    z = 0.52 * height + half * np.sin(turn)
    wall = radius * (taper + (1 - taper) * z / height) - WALL_M / 2
    path = np.stack([wall[[0, -1]].mean() + reach * np.cos(turn) ** 0.8, np.zeros(21), z], axis=1)
    path[0, 0], path[-1, 0] = wall[0], wall[-1]
    angles = np.arange(16) * (2 * math.pi / 16)
    section = np.stack([0.0065 * np.cos(angles), 0.0042 * np.sin(angles)], axis=1)  # 13 mm wide, 8 mm thick
    return sweep(path, section)
