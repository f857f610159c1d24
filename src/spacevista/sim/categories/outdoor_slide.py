"""Playground slide: a ladder, a platform with rails, a chute with side boards."""

import numpy as np

from spacevista.sim.categories.shape import Shape
from spacevista.sim.categories.solids import block, choice
from spacevista.sim.shapes import settled, sweep, union
from spacevista.sim.world import Material, Mesh

CATEGORY = "playground slide"
# Free-standing slides (EN 1176-3): platforms 1.2-2.0 m up, chutes at about 35-40 degrees, 0.45-0.6 m wide.
PLATFORM_M = (1.2, 2.0)
WIDTH_M = (0.45, 0.60)
FRAME, CHUTE, BOARD = range(3)


def build(rng: np.random.Generator) -> Shape:
    """Draw a slide that runs down towards +x."""
    high, half = rng.uniform(*PLATFORM_M), rng.uniform(*WIDTH_M) / 2
    foot = 1.32 * high
    line = [(0.25, 0, high), (0.55, 0, high - 0.08), (foot, 0, 0.34), (foot + 0.25, 0, 0.25), (foot + 0.65, 0, 0.22)]
    chute = sweep(line, [(-half, -0.02), (half, -0.02), (half, 0.02), (-half, 0.02)], material=CHUTE)
    parts: list[Mesh] = [chute, block((-0.35, 0.30), (-half, half), (high - 0.06, high + 0.01), BOARD)]
    for side in (-1, 1):
        y = side * half
        parts.append(
            sweep(
                [(a, y, c) for a, _, c in line],
                [(-0.02, -0.03), (0.02, -0.03), (0.02, 0.14), (-0.02, 0.14)],
                material=BOARD,
            )
        )
        for x in (-0.33, 0.27):
            parts.append(sweep([(x, y, 0), (x, y, high + 0.75)], 0.028, 12, FRAME))
        parts.append(sweep([(-0.33, y, high + 0.75), (0.27, y, high + 0.75)], 0.028, 12, FRAME))
        parts.append(sweep([(-0.33, y, high + 0.4), (0.27, y, high + 0.4)], 0.02, 12, FRAME))
        parts.append(sweep([(-0.95 - 0.1 * high, y, 0), (-0.36, y, high)], 0.028, 12, FRAME))
        parts.append(sweep([(foot + 0.2, y, 0), (foot + 0.2, y, 0.27)], 0.028, 12, FRAME))
    for share in np.linspace(0.14, 0.90, 6).tolist():
        x, z = -0.95 - 0.1 * high + share * (0.59 + 0.1 * high), share * high
        parts.append(block((x - 0.06, x + 0.06), (-half, half), (z - 0.02, z + 0.02), BOARD))
    frame, board = (
        choice(rng, ((0.05, 0.15, 0.45), (0.05, 0.30, 0.14), (0.35, 0.36, 0.37))),
        choice(rng, ((0.65, 0.05, 0.04), (0.75, 0.50, 0.04))),
    )
    return Shape(
        settled(union(*parts)),
        (Material(frame, gloss=0.5), Material((0.55, 0.56, 0.58), gloss=0.8), Material(board, gloss=0.4)),
    )
