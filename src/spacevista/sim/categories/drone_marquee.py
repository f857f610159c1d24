"""Marquee: a large white or striped tent with a ridge roof, or one with two pointed tops."""

import numpy as np

from spacevista.sim.categories.shape import Shape
from spacevista.sim.categories.solids import block, choice, tapered, upright_prism
from spacevista.sim.shapes import moved, rotated, settled, sweep, union
from spacevista.sim.world import Material, Mesh

CATEGORY = "marquee"
# Party and fair tents: 6-15 m wide, 9-30 m long in bays of 3 or 5 m, eaves at 2.3-3.2 m, ridges 1.5-2.8 m higher.
WIDTH_M = (6.0, 15.0)
BAYS = (3, 6)
EAVES_M = (2.3, 3.2)
CLOTH, SECOND, POLE = range(3)


def build(rng: np.random.Generator) -> Shape:
    """Draw a marquee along x."""
    width, bays, eaves = rng.uniform(*WIDTH_M), int(rng.integers(BAYS[0], BAYS[1] + 1)), rng.uniform(*EAVES_M)
    bay, rise = (3.0 if width < 9 else 5.0), rng.uniform(0.20, 0.28) * width
    length, y = bays * bay, width / 2
    edges = np.linspace(-length / 2, length / 2, bays + 1).tolist()
    parts: list[Mesh] = []
    pointed = rng.random() < 0.4
    for i in range(bays):
        span = (edges[i], edges[i + 1])
        colour = i % 2
        parts.append(block((span[0], span[1]), (-y + 0.1, y - 0.1), (0.02, eaves), colour))
        if pointed:
            middle = sum(span) / 2
            tip = (middle - 0.08, middle + 0.08), (-0.08, 0.08)
            waist = (middle - 0.25 * bay, middle + 0.25 * bay), (-0.45 * y, 0.45 * y)
            parts += [
                tapered((span, (-y, y)), waist, (eaves - 0.05, eaves + 0.45 * rise), colour),
                tapered(waist, tip, (eaves + 0.45 * rise, eaves + 1.3 * rise), colour),
            ]
        else:
            gable = [
                (-y - 0.15, eaves - 0.1),
                (y + 0.15, eaves - 0.1),
                (y, eaves + 0.05),
                (0.0, eaves + rise),
                (-y, eaves + 0.05),
            ]
            parts.append(rotated(upright_prism(gable, (-span[1], -span[0]), colour), (0, 0, 1), 90))
    for x in edges:
        for side in (-1, 1):
            parts.append(block((x - 0.08, x + 0.08), (side * y - 0.08, side * y + 0.08), (0, eaves), POLE))
            parts.append(moved(sweep([(0, side * 1.0, 0.05), (0, 0, eaves - 0.1)], 0.03, 6, POLE), (x, side * y, 0)))
    white = (0.80, 0.80, 0.78)
    second = (
        white
        if rng.random() < 0.4
        else choice(rng, ((0.55, 0.05, 0.05), (0.06, 0.18, 0.45), (0.68, 0.50, 0.06), (0.07, 0.30, 0.14)))
    )
    return Shape(
        settled(union(*parts)),
        (Material(white, gloss=0.15), Material(second, gloss=0.15), Material((0.5, 0.5, 0.5), gloss=0.4)),
    )
