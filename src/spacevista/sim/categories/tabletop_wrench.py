"""Combination wrenches, ISO 3318: an open jaw at one end, a ring at the other; 120 to 220 mm long."""

from __future__ import annotations

import math

import numpy as np

from spacevista.sim.categories.shape import Shape
from spacevista.sim.categories.small_looks import BLACK_OXIDE, STEEL
from spacevista.sim.categories.solids import block
from spacevista.sim.shapes import circle, extrude, moved, settled, union
from spacevista.sim.world import Mesh

NAME = "wrench"
# Size across flats, length, width of the jaw, of the ring, thickness of jaw, in mm (ISO 3318 and makers' tables).
SIZES_MM = (
    (8, 120, 18, 13, 4.5),
    (10, 140, 22, 16, 5.0),
    (13, 165, 28, 20, 6.0),
    (17, 200, 36, 26, 7.0),
    (19, 220, 40, 29, 7.6),
)


def build(rng: np.random.Generator) -> Shape:
    """Build a wrench lying flat, its jaw towards -x."""
    flats, length, jaw, ring, thick = (1e-3 * v for v in SIZES_MM[int(rng.integers(len(SIZES_MM)))])
    left, right = -length / 2 + jaw / 2, length / 2 - ring / 2
    shaft = block((left + 0.3 * jaw, right - 0.35 * ring), (-0.19 * jaw, 0.19 * jaw), (0.15 * thick, 0.85 * thick))
    eye = extrude(ring / 2 * circle(48), 1.1 * thick, [0.5 * flats / math.cos(math.pi / 12) * circle(12)])
    mesh = union(moved(_jaw(flats, jaw, thick), (left, 0, 0)), shaft, moved(eye, (right, 0, 0)))
    return Shape(settled(mesh), ((STEEL, STEEL, BLACK_OXIDE)[int(rng.integers(3))],))


def _jaw(flats: float, width: float, thick: float) -> Mesh:
    """A round head with a slot, open towards -x and turned by 15 degrees."""
    half, depth = flats / 2, 0.12 * width
    start = math.pi - math.asin(half / (width / 2))
    turn = np.linspace(-start, start, 40)
    rim = width / 2 * np.stack([np.cos(turn), np.sin(turn)], axis=1)
    slot = [(depth, half), (depth + 0.3 * flats, 0.0), (depth, -half)]
    outline = np.vstack([rim, slot])
    c, s = math.cos(math.radians(15)), math.sin(math.radians(15))
    return extrude(outline @ np.array([[c, s], [-s, c]]), thick)
