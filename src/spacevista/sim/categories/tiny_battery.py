"""Batteries: round cells AAA, AA, CR123A, N and button cells, IEC 60086."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from spacevista.sim.categories.glyphs import glyph
from spacevista.sim.categories.shape import Shape
from spacevista.sim.categories.small_looks import BLACK_INK, STEEL, vivid
from spacevista.sim.shapes import lathe, moved, rotated, settled, union
from spacevista.sim.world import Material, Mesh

NAME = "battery"

# Diameter and length in mm (IEC 60086-2: R1, R03, R6, CR17345).
ROUND_MM = ((12.0, 30.2), (10.5, 44.5), (14.5, 50.5), (17.0, 34.5))
# Diameter and height in mm (IEC 60086-3: SR416, SR621, SR626, LR41, LR44; IEC 60086-2: CR1220, CR2016, CR2025, CR2032).
BUTTON_MM = (
    (4.8, 1.65),
    (6.8, 2.15),
    (6.8, 2.6),
    (7.9, 3.6),
    (11.6, 5.4),
    (12.5, 2.0),
    (20.0, 1.6),
    (20.0, 2.5),
    (20.0, 3.2),
)


def build(rng: np.random.Generator, longest_m: tuple[float, float] = (0.0, math.inf)) -> Shape | None:
    """Build a cell, its longest side within `longest_m`; None if no standard size is.

    Button cells lie with the plus side up, round cells lie on their side or stand on the minus side.
    """
    stock = [size for size in ROUND_MM + BUTTON_MM if longest_m[0] <= max(size) * 1e-3 <= longest_m[1]]
    if not stock:
        return None
    diameter, length = stock[int(rng.integers(len(stock)))]
    if length < diameter:
        return Shape(_button_cell(diameter * 1e-3, length * 1e-3), (STEEL, replace(STEEL, gloss=0.5), BLACK_INK))
    standing = _round_cell(diameter * 1e-3, length * 1e-3)
    mesh = standing if rng.random() < 0.3 else settled(rotated(standing, (0, 1, 0), 90))
    jacket = Material((0.02, 0.02, 0.02), gloss=0.6)
    return Shape(mesh, (STEEL, jacket, replace(vivid(rng), gloss=0.6)))


def _round_cell(diameter_m: float, length_m: float) -> Mesh:
    """A jacket with a coloured band at its plus end, bare metal at both ends, and the plus terminal."""
    radius = diameter_m / 2
    nub = 0.19 * diameter_m  # radius of the plus terminal: 5.5 mm across at most on an AA
    top = length_m - 0.03 * length_m
    crimp = 0.04 * diameter_m
    profile = [
        (0, 0),
        (0.7 * radius, 0),
        (0.92 * radius, crimp / 2),
        (radius, crimp),
        (radius, 0.66 * top),
        (radius, top - crimp),
        (0.9 * radius, top),
        (nub, top),
        (nub, 0.99 * length_m),
        (0.9 * nub, length_m),
        (0, length_m),
    ]
    return lathe(profile, 48, [0, 0, 1, 1, 2, 2, 0, 0, 0, 0])


def _button_cell(diameter_m: float, height_m: float) -> Mesh:
    """A can with a smaller minus cap below, a bevelled rim and a raised plus sign on top."""
    radius = diameter_m / 2
    edge = 0.08 * height_m
    relief = 0.02 * height_m
    body = height_m - relief
    profile = [
        (0, 0),
        (0.80 * radius, 0),
        (0.82 * radius, 0.18 * body),
        (radius - edge, 0.18 * body),
        (radius, 0.18 * body + edge),
        (radius, body - edge),
        (radius - edge, body),
        (0, body),
    ]
    plus = moved(glyph("+", 0.6 * diameter_m, relief, material=2), (0, 0, body))
    return union(lathe(profile, 60, [1, 1, 2, 0, 0, 0, 0]), plus)
