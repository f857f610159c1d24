"""Sofa: a base on short feet, seat and back cushions, two arms."""

from itertools import pairwise

import numpy as np

from spacevista.sim.categories.indoor_looks import cloth, wood
from spacevista.sim.categories.shape import Shape
from spacevista.sim.categories.solids import block, tapered
from spacevista.sim.shapes import settled, union
from spacevista.sim.world import Mesh

CATEGORY = "sofa"
# Two- and three-seaters: 1.45-2.2 m long, 0.80-0.95 m deep, 0.74-0.90 m high; seat 0.40-0.46 m high.
LENGTH_M = (1.45, 2.2)
DEPTH_M = (0.80, 0.95)
HEIGHT_M = (0.74, 0.90)
SEAT_M = (0.40, 0.46)


def build(rng: np.random.Generator) -> Shape:
    """Draw a sofa; it faces +x."""
    length, depth, height, seat = (rng.uniform(*r) for r in (LENGTH_M, DEPTH_M, HEIGHT_M, SEAT_M))
    arm, back, foot = rng.uniform(0.14, 0.2), rng.uniform(0.2, 0.26), 0.1
    x, inner = (-depth / 2, depth / 2), length / 2 - arm
    parts: list[Mesh] = [
        block(x, (-length / 2, length / 2), (foot, 0.26)),
        block((x[0], x[0] + 0.12), (-length / 2, length / 2), (foot, height - 0.05)),
    ]
    for side in (-1, 1):
        y = tuple(sorted((side * inner, side * length / 2)))
        parts.append(tapered((x, (y[0], y[1])), ((x[0], x[1] - 0.02), (y[0] + 0.01, y[1] - 0.01)), (foot, seat + 0.18)))
        for leg in (x[0] + 0.04, x[1] - 0.1):
            y_leg = side * (length / 2 - 0.08)
            parts.append(block((leg, leg + 0.06), (y_leg - 0.03, y_leg + 0.03), (0, foot), 1))
    seats = 2 if length < 1.8 else 3
    edges = np.linspace(-inner, inner, seats + 1).tolist()
    for left, right in pairwise(edges):
        y = (left + 0.006, right - 0.006)
        soft = (y[0] + 0.02, y[1] - 0.02)
        parts.append(tapered(((x[0] + back, x[1] + 0.02), y), ((x[0] + back, x[1]), soft), (0.26, seat), 0))
        parts.append(
            tapered(((x[0] + 0.12, x[0] + back + 0.04), y), ((x[0] + 0.1, x[0] + back - 0.04), soft), (seat, height), 0)
        )
    return Shape(settled(union(*parts)), (cloth(rng), wood(rng)))
