"""Push pins: a plastic grip of 9 to 11 mm across and a steel point, 20 to 26 mm long."""

from __future__ import annotations

import math

import numpy as np

from spacevista.sim.categories.shape import Shape
from spacevista.sim.categories.small_looks import STEEL, vivid
from spacevista.sim.shapes import lathe, rotated, settled, union
from spacevista.sim.world import Mesh

NAME = "push pin"
LENGTH_M = (0.020, 0.026)
# Radius of the grip and height above the tip of the point, as parts of the whole length.
_GRIP = ((0.0, 0.44), (0.20, 0.44), (0.215, 0.47), (0.13, 0.52), (0.105, 0.60), (0.115, 0.74), (0.15, 0.85),
         (0.20, 0.90), (0.21, 0.93), (0.205, 0.985), (0.17, 1.0), (0.0, 1.0))  # fmt: skip


def build(rng: np.random.Generator, longest_m: tuple[float, float] = (0.0, math.inf)) -> Shape | None:
    """Build a push pin lying on its grip and its point, its length within `longest_m`; None if none is."""
    low, high = max(LENGTH_M[0], longest_m[0]), min(LENGTH_M[1], longest_m[1])
    if low > high:
        return None
    length = float(rng.uniform(low, high))
    # It lies on two rims of the grip: the point stays in the air, for the weight is in the grip.
    lying = rotated(rotated(_pin(length), (0, 0, 1), float(rng.uniform(0, 360))), (0, 1, 0), 90)
    return Shape(settled(lying), (vivid(rng, gloss=0.8), STEEL))


def _pin(length: float) -> Mesh:
    grip = lathe(np.array(_GRIP) * length, 40)
    wire = 0.025 * length
    point = lathe(
        [(0, 0), (0.5 * wire, 0.06 * length), (wire, 0.12 * length), (wire, 0.5 * length), (0, 0.5 * length)], 12, 1
    )
    return union(grip, point)
