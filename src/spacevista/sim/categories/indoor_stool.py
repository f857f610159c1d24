"""Stool: a round seat on four splayed legs with a ring of stretchers."""

import math

import numpy as np

from spacevista.sim.categories.indoor_looks import wood
from spacevista.sim.categories.shape import Shape
from spacevista.sim.shapes import cylinder, moved, settled, sweep, union

CATEGORY = "stool"
# Stools: 0.42-0.50 m (table) or 0.62-0.78 m (bar) high, seat 0.30-0.38 m across.
HEIGHTS_M = ((0.42, 0.50), (0.62, 0.78))
SEAT_M = (0.30, 0.38)


def build(rng: np.random.Generator) -> Shape:
    """Draw a stool."""
    height = rng.uniform(*HEIGHTS_M[int(rng.integers(2))])
    radius = rng.uniform(*SEAT_M) / 2
    parts = [moved(cylinder(radius, 0.035, material=1), (0, 0, height - 0.035))]
    foot, top, rung_z = 1.05 * radius, 0.7 * radius, 0.4 * height
    legs = [math.radians(45 + 90 * i) for i in range(4)]
    for angle, following in zip(legs, legs[1:] + legs[:1], strict=True):
        ends = [
            (foot * math.cos(angle), foot * math.sin(angle), 0.0),
            (top * math.cos(angle), top * math.sin(angle), height - 0.03),
        ]
        parts.append(sweep(ends, (0.016, 0.018)))
        mid = foot + (top - foot) * rung_z / (height - 0.03)
        rung = [(mid * math.cos(a), mid * math.sin(a), rung_z) for a in (angle, following)]
        parts.append(sweep(rung, 0.011))
    return Shape(settled(union(*parts)), (wood(rng), wood(rng)))
