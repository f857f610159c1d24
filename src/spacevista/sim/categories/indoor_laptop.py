"""Laptop: open, its keys in rows, a dark screen."""

import numpy as np

from spacevista.sim.categories.shape import Shape
from spacevista.sim.categories.solids import block
from spacevista.sim.shapes import moved, rotated, settled, union
from spacevista.sim.world import Material

CATEGORY = "laptop"
# Laptops of 13 to 16 inches: 0.30-0.36 m wide, 0.21-0.25 m deep, 14-20 mm thick; opened by 100 to 120 degrees.
WIDTH_M = (0.30, 0.36)
DEPTH_PART = 0.69  # of the width
OPEN_DEG = (100.0, 120.0)


def build(rng: np.random.Generator) -> Shape:
    """Draw an open laptop; its screen faces +x."""
    width = rng.uniform(*WIDTH_M)
    depth, y = DEPTH_PART * width, width / 2
    base = block((0, depth), (-y, y), (0, 0.012))
    keys = [
        block(
            (0.06 * depth + row * 0.11 * depth, 0.15 * depth + row * 0.11 * depth),
            (k - 0.4 * y / 8, k + 0.4 * y / 8),
            (0.012, 0.0135),
            1,
        )
        for row in range(5)
        for k in (np.linspace(-0.85, 0.85, 13) * y).tolist()
    ]
    pad = block((0.68 * depth, 0.95 * depth), (-0.3 * y, 0.3 * y), (0.012, 0.0124), 2)
    lid = block((-0.006, 0), (-y, y), (0, depth))
    screen = block((0, 0.0008), (-0.95 * y, 0.95 * y), (0.05 * depth, 0.95 * depth), 3)
    lean = rng.uniform(*OPEN_DEG) - 90
    upright = moved(rotated(union(lid, screen), (0, 1, 0), -lean), (0.004, 0, 0.010))
    silver = Material((0.50, 0.50, 0.51), gloss=0.5) if rng.random() < 0.6 else Material((0.06, 0.06, 0.065), gloss=0.4)
    black = Material((0.03, 0.03, 0.032), gloss=0.3)
    glass = Material((0.03, 0.06, 0.14), gloss=0.9)
    grey = Material((0.32, 0.32, 0.33), gloss=0.5)
    return Shape(settled(union(base, *keys, pad, upright)), (silver, black, grey, glass))
