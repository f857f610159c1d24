"""Wheelie bin: a tapered body, a lid with a lip, a handle and two wheels."""

import numpy as np

from spacevista.sim.categories.shape import Shape
from spacevista.sim.categories.solids import block, choice, tapered
from spacevista.sim.shapes import cylinder, moved, rotated, settled, union
from spacevista.sim.world import Material, Mesh

CATEGORY = "wheelie bin"
# Two-wheeled bins of EN 840-1: 120 l is 0.48 x 0.55 x 0.94 m, 240 l is 0.58 x 0.72 x 1.07 m; makers differ by 3 %.
SIZES_M = ((0.48, 0.55, 0.94), (0.58, 0.72, 1.07))


def build(rng: np.random.Generator) -> Shape:
    """Draw a bin; its front is towards +x, its wheels are behind."""
    width, depth, height = (s * rng.uniform(0.97, 1.03) for s in SIZES_M[int(rng.integers(2))])
    wheel = 0.10
    half_x, half_y = depth / 2, width / 2
    rim = height - 0.09
    parts: list[Mesh] = [
        tapered(
            ((-half_x + 0.13, half_x - 0.08), (-half_y + 0.07, half_y - 0.07)),
            ((-half_x + 0.06, half_x - 0.02), (-half_y + 0.015, half_y - 0.015)),
            (0.04, rim),
        ),
        block((-half_x + 0.05, half_x - 0.01), (-half_y, half_y), (rim - 0.05, rim)),
        tapered(
            ((-half_x + 0.05, half_x), (-half_y, half_y)),
            ((-half_x + 0.09, half_x - 0.07), (-half_y + 0.06, half_y - 0.06)),
            (rim, height),
            1,
        ),
        block((half_x - 0.20, half_x - 0.12), (-half_y + 0.09, half_y - 0.09), (0, 0.05)),
        block((-half_x, -half_x + 0.035), (-half_y + 0.05, half_y - 0.05), (rim - 0.03, rim)),
    ]
    for side in (-1, 1):
        parts.append(
            block(
                (-half_x, -half_x + 0.08),
                (side * (half_y - 0.07) - 0.02, side * (half_y - 0.07) + 0.02),
                (rim - 0.03, rim),
            )
        )
        tyre = rotated(cylinder(wheel, 0.05, 24, 2), (1, 0, 0), 90)
        parts.append(moved(tyre, (-half_x + 0.12, side * (half_y - 0.03) + 0.025, wheel)))
    parts.append(
        block((-half_x + 0.10, -half_x + 0.14), (-half_y + 0.03, half_y - 0.03), (wheel - 0.02, wheel + 0.02), 2)
    )
    body = choice(rng, ((0.06, 0.20, 0.09), (0.09, 0.09, 0.10), (0.05, 0.14, 0.35), (0.25, 0.14, 0.07)))
    lid = body if rng.random() < 0.5 else choice(rng, ((0.55, 0.42, 0.04), (0.05, 0.14, 0.35), (0.28, 0.15, 0.07)))
    return Shape(
        settled(union(*parts)), (Material(body, gloss=0.4), Material(lid, gloss=0.4), Material((0.02, 0.02, 0.02)))
    )
