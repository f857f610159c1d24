"""Paper clips of the Gem form: 22 to 50 mm long, wire of 0.8 to 1.2 mm, bare or coated."""

from __future__ import annotations

import math

import numpy as np

from spacevista.geometry.arrays import FloatArray
from spacevista.sim.categories.shape import Shape
from spacevista.sim.categories.small_looks import STEEL, vivid
from spacevista.sim.shapes import settled, sweep

NAME = "paper clip"

# Length, width, wire in mm as sold.
SIZES_MM = ((22.0, 6.0, 0.8), (28.0, 7.0, 0.9), (33.0, 8.2, 1.0), (50.0, 10.0, 1.2))


def build(rng: np.random.Generator, longest_m: tuple[float, float] = (0.0, math.inf)) -> Shape | None:
    """Build a clip lying flat along x, its length within `longest_m`; None if no size is."""
    stock = [size for size in SIZES_MM if longest_m[0] <= size[0] * 1e-3 <= longest_m[1]]
    if not stock:
        return None
    length, width, wire = (1e-3 * v for v in stock[int(rng.integers(len(stock)))])
    flat = _path(length - wire, width - wire, 1.45 * wire)
    path = np.column_stack([flat, np.zeros(len(flat))])
    return Shape(settled(sweep(path, wire / 2, 12)), (STEEL if rng.random() < 0.5 else vivid(rng, gloss=0.7),))


def _path(length: float, width: float, step: float) -> FloatArray:
    """The wire's middle line (N, 2): an outer loop, a middle one and an inner one, each a step inside the last."""
    outer, middle, inner = width / 2, width / 2 - step / 2, width / 2 - step
    low, high = -length / 2, length / 2
    points = [_line((low + 0.22 * length, -outer + 2 * step), (high - 0.12 * length - middle, -outer + 2 * step))]
    points.append(_bend((high - 0.12 * length - middle, step / 2 + 0.0), middle - step / 2, -90, 90))
    points.append(_line((high - 0.12 * length - middle, middle), (low + outer, middle)))
    points.append(_bend((low + outer, middle - outer), outer, 90, 270))
    points.append(_line((low + outer, middle - 2 * outer), (high - inner, middle - 2 * outer)))
    points.append(_bend((high - inner, middle - 2 * outer + inner + step / 2), inner + step / 2, -90, 90))
    points.append(
        _line(
            (high - inner, middle - 2 * outer + 2 * inner + step),
            (low + 0.3 * length, middle - 2 * outer + 2 * inner + step),
        )
    )
    return np.vstack(points)


def _line(start: tuple[float, float], end: tuple[float, float]) -> FloatArray:
    return np.linspace(start, end, 5)[:-1]


def _bend(centre: tuple[float, float], radius: float, start_deg: float, end_deg: float) -> FloatArray:
    turn = np.radians(np.linspace(start_deg, end_deg, 13))[:-1]
    return np.asarray(centre) + radius * np.stack([np.cos(turn), np.sin(turn)], axis=1)
