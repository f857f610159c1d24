"""Potted plant: a tapered pot with earth and a bush of leaves."""

import math

import numpy as np

from spacevista.sim.categories.shape import Shape
from spacevista.sim.categories.solids import choice, scaled_colour
from spacevista.sim.shapes import lathe, settled, union
from spacevista.sim.world import Material, Mesh

CATEGORY = "potted plant"
# Room plants: pots 0.16-0.34 m across, whole plant 0.4-1.2 m high.
POT_M = (0.16, 0.34)
HEIGHT_M = (0.4, 1.2)


def build(rng: np.random.Generator) -> Shape:
    """Draw a potted plant."""
    radius, height = rng.uniform(*POT_M) / 2, rng.uniform(*HEIGHT_M)
    pot = min(1.8 * radius, 0.5 * height)
    wall = [
        (0, 0),
        (0.72 * radius, 0),
        (radius, pot),
        (0.9 * radius, pot),
        (0.88 * radius, pot - 0.02),
        (0, pot - 0.02),
    ]
    parts = [lathe(wall, 32, (0, 0, 0, 0, 1))]
    count = int(rng.integers(16, 28))
    for i in range(count):
        length = (height - pot) * rng.uniform(0.65, 1.0)
        parts.append(_leaf(length, 2.4 * i + rng.uniform(-0.3, 0.3), rng.uniform(0.15, 0.9), pot - 0.03))
    green = Material(scaled_colour(rng, (0.10, 0.30, 0.07)), (0.05, 0.18, 0.04), gloss=0.3)
    clay = Material(choice(rng, ((0.55, 0.24, 0.13), (0.75, 0.74, 0.70), (0.15, 0.16, 0.2))), gloss=0.2)
    return Shape(settled(union(*parts)), (clay, Material((0.06, 0.04, 0.025), gloss=0.0), green))


def _leaf(length: float, azimuth: float, lean: float, z: float) -> Mesh:
    """Return a long leaf that rises and bends outwards: a thin closed lens of 1.5 mm at its middle."""
    steps = np.linspace(0, 1, 7)
    angle = lean * (0.3 + 1.1 * steps)  # from the vertical
    along = np.cumsum(np.stack([np.sin(angle), np.cos(angle)], axis=1), axis=0) * length / 7
    half = 0.09 * length * np.sin(math.pi * (0.08 + 0.9 * steps))
    ahead = np.array([math.cos(azimuth), math.sin(azimuth), 0.0])
    side = np.array([-ahead[1], ahead[0], 0.0])
    middle = along[:, :1] * ahead + along[:, 1:] * np.array([0, 0, 1.0]) + np.array([0, 0, z])
    normal = np.cos(angle)[:, None] * -ahead + np.sin(angle)[:, None] * np.array([0, 0, 1.0])
    rings = np.stack(
        [
            middle + half[:, None] * side,
            middle + 0.0015 * normal,
            middle - half[:, None] * side,
            middle - 0.0015 * normal,
        ],
        axis=1,
    )
    faces = []
    for i in range(6):
        for j in range(4):
            a, b, c, d = 4 * i + j, 4 * i + (j + 1) % 4, 4 * i + 4 + (j + 1) % 4, 4 * i + 4 + j
            faces += [(a, b, c), (a, c, d)]
    faces += [(0, 2, 1), (0, 3, 2), (24, 25, 26), (24, 26, 27)]
    return Mesh(rings.reshape(-1, 3), np.array(faces, dtype=np.int32), np.full(len(faces), 2, dtype=np.int32))
