"""Coins: the eight euro coins with rim, value and ring of stars."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from spacevista.sim.categories.glyphs import number
from spacevista.sim.categories.shape import Shape
from spacevista.sim.categories.small_looks import BRASS, COPPER, STEEL
from spacevista.sim.shapes import extrude, lathe, moved, union
from spacevista.sim.world import Material, Mesh

NAME = "coin"

# Value, diameter, thickness in mm (Council Regulation (EU) 729/2014), material of the core and of the ring.
COINS: tuple[tuple[str, float, float, Material, Material], ...] = (
    ("1", 16.25, 1.67, COPPER, COPPER),
    ("2", 18.75, 1.67, COPPER, COPPER),
    ("5", 21.25, 1.67, COPPER, COPPER),
    ("10", 19.75, 1.93, BRASS, BRASS),
    ("20", 22.25, 2.14, BRASS, BRASS),
    ("50", 24.25, 2.38, BRASS, BRASS),
    ("1", 23.25, 2.33, STEEL, BRASS),
    ("2", 25.75, 2.20, BRASS, STEEL),
)
STARS = 12


def build(rng: np.random.Generator, longest_m: tuple[float, float] = (0.0, math.inf)) -> Shape | None:
    """Build a coin lying flat, its diameter within `longest_m`; None if no coin's is."""
    stock = [coin for coin in COINS if longest_m[0] <= coin[1] * 1e-3 <= longest_m[1]]
    if not stock:
        return None
    value, diameter, thickness, core, ring = stock[int(rng.integers(len(stock)))]
    return Shape(_coin(value, diameter * 1e-3, thickness * 1e-3), (core, ring, _worn(core), _worn(ring)))


def _worn(metal: Material) -> Material:
    """The rubbed, brighter metal of the relief."""
    red, green, blue = (min(1.0, 1.5 * channel) for channel in metal.color)
    return replace(metal, color=(red, green, blue), second_color=metal.color)


def _coin(value: str, diameter_m: float, thickness_m: float) -> Mesh:
    """A disc with raised rims; the relief on the field stays a little below the rim, as on real coins."""
    radius, relief = diameter_m / 2, 0.09 * thickness_m
    field, core = thickness_m - relief, 0.70 * radius
    profile = [
        (0, 0),
        (0.92 * radius, 0),
        (radius, 0.05 * thickness_m),
        (radius, 0.95 * thickness_m),
        (0.985 * radius, thickness_m),
        (0.93 * radius, thickness_m),
        (0.92 * radius, field),
        (core, field),
        (0, field),
    ]
    disc = lathe(profile, 72, [1, 1, 1, 1, 1, 1, 1, 0])
    face = moved(number(value, 0.72 * radius, 0.8 * relief, material=2), (0, 0, field))
    stars = [_star(0.075 * radius, 0.8 * relief) for _ in range(STARS)]
    turns = np.arange(STARS) * (2 * math.pi / STARS)
    around = [
        moved(star, (0.81 * radius * math.cos(turn), 0.81 * radius * math.sin(turn), field))
        for star, turn in zip(stars, turns.tolist(), strict=True)
    ]
    return union(disc, face, *around)


def _star(radius_m: float, height_m: float) -> Mesh:
    """A five-pointed star upright along y."""
    angles = math.pi / 2 + np.arange(10) * (math.pi / 5)
    radii = radius_m * np.where(np.arange(10) % 2 == 0, 1.0, 0.4)
    return extrude(np.stack([radii * np.cos(angles), radii * np.sin(angles)], axis=1), height_m, material=3)
