"""Armchair: a sofa for one, with thick arms and a high back."""

import numpy as np

from spacevista.sim.categories.indoor_looks import cloth, wood
from spacevista.sim.categories.shape import Shape
from spacevista.sim.categories.solids import block, tapered
from spacevista.sim.shapes import settled, union
from spacevista.sim.world import Mesh

CATEGORY = "armchair"
# Armchairs: 0.72-0.90 m wide, 0.76-0.90 m deep, 0.80-1.00 m high; seat 0.38-0.44 m high (makers' catalogues).
WIDTH_M = (0.72, 0.90)
DEPTH_M = (0.76, 0.90)
HEIGHT_M = (0.80, 1.00)
SEAT_M = (0.38, 0.44)


def build(rng: np.random.Generator) -> Shape:
    """Draw an armchair; it faces +x."""
    width, depth, height, seat = (rng.uniform(*r) for r in (WIDTH_M, DEPTH_M, HEIGHT_M, SEAT_M))
    arm, back, foot = rng.uniform(0.11, 0.15), rng.uniform(0.17, 0.22), rng.uniform(0.10, 0.16)
    x, inner = (-depth / 2, depth / 2), width / 2 - arm
    y = (-inner + 0.005, inner - 0.005)
    soft = (y[0] + 0.02, y[1] - 0.02)
    parts: list[Mesh] = [
        block((x[0], x[1] - 0.03), (-width / 2, width / 2), (foot, foot + 0.12)),
        tapered(((x[0] + back, x[1]), y), ((x[0] + back, x[1] - 0.02), soft), (foot + 0.12, seat)),
        tapered(((x[0] + 0.06, x[0] + back), y), ((x[0], x[0] + 0.6 * back), soft), (foot + 0.12, height)),
    ]
    for side in (-1, 1):
        low, high = sorted((side * inner, side * width / 2))
        top = ((x[0] + 0.05, x[1] - 0.04), (low + 0.01, high - 0.01))
        parts.append(tapered(((x[0], x[1] - 0.02), (low, high)), top, (foot + 0.12, seat + 0.2)))
        for leg in (x[0] + 0.04, x[1] - 0.11):
            at = side * (width / 2 - 0.07)
            parts.append(
                tapered(
                    ((leg + 0.01, leg + 0.03), (at - 0.01, at + 0.01)),
                    ((leg, leg + 0.045), (at - 0.02, at + 0.025)),
                    (0, foot),
                    1,
                )
            )
    return Shape(settled(union(*parts)), (cloth(rng), wood(rng)))
