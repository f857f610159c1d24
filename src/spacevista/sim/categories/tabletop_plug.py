"""Schuko plugs (CEE 7/4) with a piece of cord: a body of 37 mm, two pins of 4.8 mm, 19 mm apart and 19 mm long."""

from __future__ import annotations

import numpy as np

from spacevista.sim.categories.shape import Shape
from spacevista.sim.categories.small_looks import TIN
from spacevista.sim.shapes import cylinder, lathe, moved, rotated, settled, sweep, union
from spacevista.sim.world import Material, Mesh

NAME = "plug"
BODY_M = 0.037  # across where it enters the well
PIN_M = 0.0048
PIN_LENGTH_M = 0.019
PINS_M = 0.019  # between the pins' axes


def build(rng: np.random.Generator) -> Shape:
    """Build a plug lying on its side, the pins towards -x."""
    shape = upright(rng)
    # First turned so that the cord bends to a side, not up or down.
    return Shape(settled(rotated(rotated(shape.mesh, (0, 0, 1), 90), (0, 1, 0), 90)), shape.materials)


def upright(rng: np.random.Generator) -> Shape:
    """Build a plug with its pins down, side by side along y; its face is at z = 0 and the pins reach below."""
    tall = float(rng.uniform(0.034, 0.042))
    body = lathe(
        [(0, 0), (BODY_M / 2, 0), (BODY_M / 2, 0.020), (0.40 * BODY_M, 0.026), (0.34 * BODY_M, tall), (0, tall)], 40
    )
    pins = [moved(_pin(), (0, side * PINS_M / 2, -PIN_LENGTH_M)) for side in (-1, 1)]
    length = float(rng.uniform(0.05, 0.11))
    along = np.linspace(0, 1, 8)
    bend = np.stack([0.7 * length * along**2, np.zeros(8), tall - 0.003 + length * (along - 0.35 * along**2)], axis=1)
    black = Material((0.04, 0.04, 0.045) if rng.random() < 0.5 else (0.76, 0.76, 0.74), gloss=0.35)
    return Shape(union(body, *pins, sweep(bend, 0.0037, 12)), (black, TIN))


def _pin() -> Mesh:
    """A round pin with a rounded tip; it reaches a little into the body."""
    return union(
        lathe([(0, 0), (0.7 * PIN_M / 2, 0), (PIN_M / 2, 0.0015), (PIN_M / 2, PIN_LENGTH_M), (0, PIN_LENGTH_M)], 20, 1),
        moved(cylinder(0.45 * PIN_M, 0.004, 16, 1), (0, 0, PIN_LENGTH_M - 0.002)),
    )
