"""Glass and wooden beads with a hole: seed beads of 2 mm to round beads of 20 mm."""

from __future__ import annotations

import math

import numpy as np

from spacevista.sim.categories.shape import Shape
from spacevista.sim.categories.small_looks import vivid
from spacevista.sim.shapes import lathe, rotated, scaled, settled
from spacevista.sim.world import Material, Mesh

NAME = "bead"

# Diameters in mm: seed beads 15/0 to 5/0 (1.5 to 4.5 mm), round beads by the millimetre as sold.
SIZES_MM = (1.5, 1.8, 2.0, 2.3, 2.8, 3.3, 4.0, 4.5, 6.0, 8.0, 10.0, 12.0, 14.0, 16.0, 18.0, 20.0)


def build(rng: np.random.Generator, longest_m: tuple[float, float] = (0.0, math.inf)) -> Shape | None:
    """Build a bead on its end or on its side, its diameter within `longest_m`; None if no size is."""
    stock = [size for size in SIZES_MM if longest_m[0] <= size * 1e-3 <= longest_m[1]]
    if not stock:
        return None
    diameter = stock[int(rng.integers(len(stock)))] * 1e-3
    seed_bead = diameter < 5e-3
    mesh = _bead(0.42 if seed_bead else float(rng.uniform(0.24, 0.34)))
    mesh = scaled(mesh, (diameter, diameter, diameter * (0.62 if seed_bead else float(rng.uniform(0.75, 0.95)))))
    if rng.random() < 0.2:
        mesh = settled(rotated(mesh, (1, 0, 0), 90))
    return Shape(mesh, _looks(rng))


def _bead(hole: float) -> Mesh:
    """A ball of diameter 1 with a straight hole of diameter `hole`, a band of the second material about its waist."""
    start = math.acos(min(1.0, hole * 1.25))
    arc = np.linspace(-start, start, 25)
    outside = np.stack([np.cos(arc), np.sin(arc)], axis=1) / 2
    outside[:, 1] /= 2 * outside[-1, 1]
    profile = np.vstack([[hole / 2, outside[0, 1]], outside, [hole / 2, outside[-1, 1]]])
    profile[:, 1] += 0.5
    band = [int(10 <= i <= 15) for i in range(len(profile))]
    return lathe(profile, 48, band)


def _looks(rng: np.random.Generator) -> tuple[Material, Material]:
    """One colour, or a second one for the band."""
    glass = vivid(rng, gloss=0.95)
    return glass, vivid(rng, gloss=0.95) if rng.random() < 0.35 else glass
