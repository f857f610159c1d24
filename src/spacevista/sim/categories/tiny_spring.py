"""Compression springs with closed ends, wire 0.25 to 1.8 mm (sizes of makers' assortments)."""

from __future__ import annotations

import math

import numpy as np

from spacevista.sim.categories.shape import Shape
from spacevista.sim.categories.small_looks import BLACK_OXIDE, BRASS, STEEL
from spacevista.sim.shapes import rotated, settled, sweep
from spacevista.sim.world import Mesh

NAME = "spring"

# Outer diameter, wire, free length in mm, turns.
SIZES_MM = (
    (1.8, 0.25, 3.6, 6),
    (2.5, 0.35, 4.6, 6),
    (3.5, 0.45, 8.0, 8),
    (5.0, 0.6, 12.0, 8),
    (6.0, 0.8, 15.5, 8),
    (8.0, 1.0, 20.0, 8),
    (10.0, 1.2, 26.0, 8),
    (13.0, 1.6, 34.0, 8),
    (15.0, 1.8, 44.0, 9),
)
PER_TURN = 18
FLAT_TURNS = 0.8  # at each end the wire closes on itself


def build(rng: np.random.Generator, longest_m: tuple[float, float] = (0.0, math.inf)) -> Shape | None:
    """Build a spring lying on its side, its length within `longest_m`; None if no size is."""
    stock = [size for size in SIZES_MM if longest_m[0] <= size[2] * 1e-3 <= longest_m[1]]
    if not stock:
        return None
    across, wire, length, turns = stock[int(rng.integers(len(stock)))]
    coil = rotated(_coil(across * 1e-3, wire * 1e-3, length * 1e-3, int(turns)), (0, 0, 1), float(rng.uniform(0, 360)))
    return Shape(settled(rotated(coil, (0, 1, 0), 90)), ((STEEL, STEEL, BRASS, BLACK_OXIDE)[int(rng.integers(4))],))


def _coil(across: float, wire: float, length: float, turns: int) -> Mesh:
    """A helix whose first and last turns rise by little more than the wire's thickness."""
    around = np.linspace(0, turns, turns * PER_TURN + 1)
    slow, closed = FLAT_TURNS, 1.08 * wire
    rise = (length - wire - 2 * slow * closed) / (turns - 2 * slow)
    z = np.interp(
        around,
        [0, slow, turns - slow, turns],
        [0, slow * closed, slow * closed + rise * (turns - 2 * slow), length - wire],
    )
    radius = (across - wire) / 2
    angle = 2 * math.pi * around
    path = np.stack([radius * np.cos(angle), radius * np.sin(angle), z], axis=1)
    return sweep(path, wire / 2, 8)
