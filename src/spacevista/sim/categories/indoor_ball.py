"""Ball: a beach ball of six gores, a basketball with black lines, or a plain gymnastics ball."""

import math

import numpy as np

from spacevista.sim.categories.shape import Shape
from spacevista.sim.categories.small_looks import vivid
from spacevista.sim.categories.solids import choice
from spacevista.sim.shapes import ellipsoid, face_centres, lathe, moved, painted, rotated, settled, union
from spacevista.sim.world import Material, Mesh

CATEGORY = "ball"
# Children's and sports balls: 0.20-0.26 m across (football 0.22, basketball 0.24 by their rules).
DIAMETER_M = (0.20, 0.26)
SEGMENTS = 60


def build(rng: np.random.Generator) -> Shape:
    """Draw a ball."""
    radius = rng.uniform(*DIAMETER_M) / 2
    ball = ellipsoid((radius, radius, radius), SEGMENTS)
    if rng.random() < 0.6:
        first = vivid(rng, gloss=0.6)
        return Shape(_gores(ball), (first, Material((0.78, 0.78, 0.76), gloss=0.6), vivid(rng, gloss=0.6)))
    orange = Material(choice(rng, ((0.55, 0.20, 0.05),)), gloss=0.2)
    return Shape(settled(_lined(ball, radius)), (orange, Material((0.03, 0.02, 0.02), gloss=0.2)))


def _gores(ball: Mesh) -> Mesh:
    """Six stretches from pole to pole: white and two colours in turn."""
    centres = face_centres(ball)
    gore = np.floor((np.arctan2(centres[:, 1], centres[:, 0]) / (2 * math.pi) + 0.5) * 6).astype(int) % 6
    mesh = painted(ball, gore % 2 == 1, 1)
    return painted(mesh, gore % 3 == 2, 2)


def _lined(ball: Mesh, radius: float) -> Mesh:
    """Two upright lines across each other and a level one, each a thin ring sunk into the skin."""
    turn = np.linspace(0, 2 * math.pi, 7)[:-1]
    wide = 0.03 * radius
    ring = lathe(np.stack([0.975 * radius + wide * np.cos(turn), wide * np.sin(turn)], axis=1), 64, 1)
    rings = [rotated(ring, axis, 90 if axis[2] == 0 else 0) for axis in ((1, 0, 0), (0, 1, 0), (0, 0, 1))]
    return union(ball, *(moved(line, (0, 0, radius)) for line in rings))
