"""Shipping container: corrugated sides and roof, corner castings, two door leaves with bars."""

import numpy as np

from spacevista.sim.categories.shape import Shape
from spacevista.sim.categories.solids import block, choice
from spacevista.sim.shapes import settled, union
from spacevista.sim.world import Material, Mesh

CATEGORY = "shipping container"
# ISO 668: 6.058 or 12.192 m long, 2.438 m wide, 2.591 or (high cube) 2.896 m high.
LENGTHS_M = (6.058, 12.192)
WIDTH_M = 2.438
HEIGHTS_M = (2.591, 2.896)
SKIN, FRAME, BARS = range(3)


def build(rng: np.random.Generator) -> Shape:
    """Draw a container; its doors look to +x."""
    length, height = LENGTHS_M[int(rng.integers(2))], HEIGHTS_M[int(rng.integers(2))]
    x, y = length / 2, WIDTH_M / 2
    parts: list[Mesh] = [block((-x + 0.05, x - 0.05), (-y + 0.04, y - 0.04), (0.03, height - 0.04))]
    for at in np.arange(-x + 0.25, x - 0.2, 0.28).tolist():
        parts.append(block((at, at + 0.14), (-y + 0.005, y - 0.005), (0.12, height - 0.02)))
    for side in (-1, 1):
        rail = (side * y - 0.06, side * y) if side > 0 else (side * y, side * y + 0.06)
        parts += [block((-x, x), rail, (0, 0.15), FRAME), block((-x, x), rail, (height - 0.08, height - 0.005), FRAME)]
        for end in (-1, 1):
            at = (end * x - 0.12, end * x) if end > 0 else (end * x, end * x + 0.12)
            post = (side * y - 0.15, side * y) if side > 0 else (side * y, side * y + 0.15)
            parts.append(block(at, post, (0, height), FRAME))
    for at in (-0.85, -0.3, 0.3, 0.85):
        parts.append(block((x - 0.06, x - 0.005), (at - 0.025, at + 0.025), (0.12, height - 0.1), BARS))
    paint = choice(
        rng,
        (
            (0.48, 0.08, 0.04),
            (0.04, 0.14, 0.38),
            (0.06, 0.26, 0.14),
            (0.58, 0.36, 0.04),
            (0.62, 0.62, 0.60),
            (0.28, 0.10, 0.06),
        ),
    )
    dark = (0.75 * paint[0], 0.75 * paint[1], 0.75 * paint[2])
    return Shape(
        settled(union(*parts)),
        (Material(paint, gloss=0.25), Material(dark, gloss=0.25), Material((0.6, 0.6, 0.6), gloss=0.5)),
    )
