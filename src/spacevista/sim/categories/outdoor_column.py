"""Advertising column: a round pillar with posters, a foot of stone and a roof with a ball."""

import math

import numpy as np

from spacevista.sim.categories.shape import Shape
from spacevista.sim.categories.solids import choice
from spacevista.sim.shapes import ellipsoid, face_centres, lathe, moved, painted, settled, union
from spacevista.sim.world import Material

CATEGORY = "advertising column"
# Columns for posters: 1.2-1.4 m across, 2.8-3.6 m high with the roof (makers' data).
ACROSS_M = (1.2, 1.4)
HEIGHT_M = (2.8, 3.6)
FOOT, WALL, ROOF, FIRST_POSTER = range(4)
POSTERS = 5
COLORS = (
    (0.60, 0.08, 0.05),
    (0.70, 0.55, 0.05),
    (0.05, 0.20, 0.45),
    (0.10, 0.35, 0.15),
    (0.55, 0.10, 0.40),
    (0.05, 0.05, 0.06),
)


def build(rng: np.random.Generator) -> Shape:
    """Draw a column."""
    radius, height = rng.uniform(*ACROSS_M) / 2, rng.uniform(*HEIGHT_M)
    body, eaves = 0.92 * radius, height - 0.45
    low, middle, high = 0.45, 0.5 * (0.45 + eaves - 0.1), eaves - 0.1
    profile = [
        (0, 0),
        (0.99 * radius, 0),
        (0.99 * radius, 0.35),
        (body, 0.36),
        (body, low),
        (body, middle),
        (body, high),
    ]
    profile += [
        (body, eaves),
        (radius, eaves + 0.01),
        (radius, eaves + 0.08),
        (0.35 * radius, height - 0.14),
        (0, height - 0.12),
    ]
    mesh = lathe(profile, 60, [FOOT, FOOT, FOOT, WALL, WALL, WALL, WALL, ROOF, ROOF, ROOF, ROOF])
    centres = face_centres(mesh)
    around = np.mod(np.arctan2(centres[:, 1], centres[:, 0]), 2 * math.pi)
    for row, (bottom, top) in enumerate(((low, middle), (middle, high))):
        inside = (
            (centres[:, 2] > bottom) & (centres[:, 2] < top) & (np.hypot(centres[:, 0], centres[:, 1]) > 0.9 * body)
        )
        for i in range(POSTERS):
            share = np.mod(around / (2 * math.pi) * POSTERS + 0.5 * row, POSTERS) - i
            mesh = painted(mesh, inside & (share > 0.08) & (share < 0.92), FIRST_POSTER + (i + 2 * row) % POSTERS)
    ball = moved(ellipsoid((0.12, 0.12, 0.12), 20, ROOF), (0, 0, height - 0.24))
    paint = choice(rng, ((0.06, 0.16, 0.10), (0.10, 0.10, 0.11), (0.10, 0.14, 0.30)))
    looks = (
        Material((0.36, 0.35, 0.33), gloss=0.05),
        Material((0.66, 0.64, 0.60), gloss=0.1),
        Material(paint, gloss=0.4),
        *(Material(COLORS[k], gloss=0.2) for k in rng.permutation(len(COLORS))[:POSTERS].tolist()),
    )
    return Shape(settled(union(mesh, ball)), looks)
