"""Television: a thin dark screen in a frame on two feet."""

import math

import numpy as np

from spacevista.sim.categories.shape import Shape
from spacevista.sim.categories.solids import block
from spacevista.sim.shapes import settled, union
from spacevista.sim.world import Material

CATEGORY = "television"
# Flat screens of 32 to 55 inches measured along the diagonal, 16:9.
DIAGONAL_M = (32 * 0.0254, 55 * 0.0254)


def build(rng: np.random.Generator) -> Shape:
    """Draw a television; the screen faces +x."""
    diagonal = rng.uniform(*DIAGONAL_M)
    width, height = diagonal * 16 / math.hypot(16, 9), diagonal * 9 / math.hypot(16, 9)
    low = 0.06
    parts = [
        block((-0.03, 0.025), (-width / 2 - 0.012, width / 2 + 0.012), (low, low + height + 0.024)),
        block((0.025, 0.028), (-width / 2, width / 2), (low + 0.012, low + height + 0.012), 1),
    ]
    for side in (-1, 1):
        y = side * 0.32 * width
        parts.append(block((-0.12, 0.12), (y - 0.015, y + 0.015), (0, 0.015)))
        parts.append(block((-0.02, 0.015), (y - 0.015, y + 0.015), (0.015, low)))
    return Shape(
        settled(union(*parts)), (Material((0.03, 0.03, 0.032), gloss=0.4), Material((0.012, 0.015, 0.022), gloss=0.9))
    )
