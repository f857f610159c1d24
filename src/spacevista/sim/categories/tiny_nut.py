"""Hexagon nuts, ISO 4032, M1.6 to M20."""

from __future__ import annotations

import math

import numpy as np

from spacevista.sim.categories.shape import Shape
from spacevista.sim.categories.small_looks import BRASS, STEEL
from spacevista.sim.categories.threads import cylindrical, even_angles, hexagon_radius
from spacevista.sim.shapes import loft
from spacevista.sim.world import Mesh

NAME = "nut"

# Thread, across flats, height in mm (ISO 4032).
SIZES_MM = (
    (1.6, 3.2, 1.3),
    (2.0, 4.0, 1.6),
    (2.5, 5.0, 2.0),
    (3.0, 5.5, 2.4),
    (4.0, 7.0, 3.2),
    (5.0, 8.0, 4.7),
    (6.0, 10.0, 5.2),
    (8.0, 13.0, 6.8),
    (10.0, 16.0, 8.4),
    (12.0, 18.0, 10.8),
    (16.0, 24.0, 14.8),
    (20.0, 30.0, 18.0),
)
GROOVES = 5  # thread grooves that show in the hole


def build(rng: np.random.Generator, longest_m: tuple[float, float] = (0.0, math.inf)) -> Shape | None:
    """Build a nut lying flat, its width over the corners within `longest_m`; None if no standard size is."""
    stock = [size for size in SIZES_MM if longest_m[0] <= size[1] / math.cos(math.pi / 6) * 1e-3 <= longest_m[1]]
    if not stock:
        return None
    thread, flats, height = stock[int(rng.integers(len(stock)))]
    return Shape(_nut(thread * 1e-3, flats * 1e-3, height * 1e-3), ((STEEL, STEEL, BRASS)[int(rng.integers(3))],))


def _nut(thread_m: float, flats_m: float, height_m: float) -> Mesh:
    """A hexagon whose corners a 30 degree cone cuts off at both ends, about a hole with grooves."""
    angles = even_angles(72)
    hexagon = hexagon_radius(flats_m, angles)
    corner = flats_m / math.sqrt(3)
    cut = (corner - 0.475 * flats_m) * math.tan(math.pi / 6)  # the cone starts just inside the flats
    levels = np.concatenate([np.linspace(0, cut, 6), height_m - np.linspace(cut, 0, 6)])
    cone = 0.475 * flats_m + np.minimum(levels, height_m - levels) / math.tan(math.pi / 6)
    outside = np.minimum(hexagon, cone[:, None])
    inner = np.linspace(height_m, 0, 2 * GROOVES + 1)
    bore = thread_m / 2 * np.where(np.arange(len(inner)) % 2 == 0, 1.0, 0.85)
    radii = np.vstack([outside, np.broadcast_to(bore[:, None], (len(inner), len(angles)))])
    return loft(cylindrical(radii, angles, np.concatenate([levels, inner])), closed=True)
