"""Closed corrugated cardboard boxes with a strip of tape and a shipping label, 110 to 260 mm long."""

from __future__ import annotations

import numpy as np

from spacevista.sim.categories.shape import Shape
from spacevista.sim.categories.small_looks import BLACK_INK, WHITE_INK, varied
from spacevista.sim.shapes import box, moved, settled, union
from spacevista.sim.world import Material, Mesh, Texture

NAME = "cardboard box"
LENGTH_M = (0.11, 0.26)
WIDTH_PART = (0.55, 0.9)  # of the length
HEIGHT_PART = (0.3, 0.7)  # of the length; parcels are mostly flatter than wide
BARS = (0.05, 0.02, 0.03, 0.06, 0.02, 0.04, 0.03)  # widths of the code's bars, as parts of the label
BOARD = (0.42, 0.27, 0.14)


def build(rng: np.random.Generator) -> Shape:
    """Build a box standing upright, the slit between its flaps along x."""
    length = float(rng.uniform(*LENGTH_M))
    width, height = length * float(rng.uniform(*WIDTH_PART)), length * float(rng.uniform(*HEIGHT_PART))
    return Shape(carton(length, width, height), carton_looks(rng))


def carton_looks(rng: np.random.Generator) -> tuple[Material, ...]:
    """Return board, tape, slit, label and ink."""
    color = varied(rng, BOARD, 0.06)
    board = Material(color, varied(rng, color, 0.04), Texture.NOISE, texture_m=0.03, gloss=0.02)
    tape = Material((0.62, 0.50, 0.30) if rng.random() < 0.6 else (0.25, 0.12, 0.05), gloss=0.7)
    slit = Material((0.12, 0.07, 0.03), gloss=0.0)
    return board, tape, slit, WHITE_INK, BLACK_INK


def carton(x: float, y: float, z: float) -> Mesh:
    """The block; on it the slit, the tape over the slit and 0.15 of the way down both ends, the label with its code."""
    layer = 0.0003
    tape = min(0.048, 0.3 * y)
    down = max(0.03, 0.25 * z)
    ends = [moved(box((layer, tape, down), 1), (side * (x / 2 + layer / 2), 0, z - down)) for side in (-1, 1)]
    top = moved(box((x + 2 * layer, tape, layer), 1), (0, 0, z))
    slits = [
        moved(box((x, 0.0016, layer), 2), (0, side * (tape / 2 + 0.0012), z)) for side in (-1, 1)
    ]  # edges of the tape read as a dark line
    label_x, label_y = 0.36 * x, 0.26 * y
    at_x, at_y = 0.24 * x, -0.32 * y
    label = moved(box((label_x, label_y, layer), 3), (at_x, at_y, z))
    bars, left = [], -0.42 * label_x
    for bar in BARS:
        bars.append(
            moved(box((bar * label_x, 0.5 * label_y, 2 * layer), 4), (at_x + left + bar * label_x / 2, at_y, z))
        )
        left += (bar + 0.06) * label_x
    return settled(union(box((x, y, z)), *ends, top, *slits, label, *bars))
