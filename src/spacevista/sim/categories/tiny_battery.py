"""Batteries: round cells AAA, AA, CR123A, N and button cells, IEC 60086."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from spacevista.sim.categories.glyphs import glyph, number
from spacevista.sim.categories.shape import Shape
from spacevista.sim.categories.small_looks import BRASS, MOULDED_BLACK, STEEL, vivid
from spacevista.sim.shapes import lathe, moved, rotated, settled, union
from spacevista.sim.world import Material, Mesh

NAME = "battery"
STAMPED = replace(STEEL, color=(0.22, 0.22, 0.23), second_color=(0.18, 0.18, 0.19))  # signs lie in shadow and grease

# Type as printed, diameter and length in mm (IEC 60086-2: R1, R03, R6, CR17345; their type is not printed).
ROUND_MM = (("", 12.0, 30.2), ("", 10.5, 44.5), ("", 14.5, 50.5), ("", 17.0, 34.5))
# Type as stamped, diameter and height in mm (IEC 60086-3; the lithium cells IEC 60086-2).
BUTTON_MM = (
    ("SR416", 4.8, 1.65),
    ("SR621", 6.8, 2.15),
    ("SR626", 6.8, 2.6),
    ("LR41", 7.9, 3.6),
    ("LR44", 11.6, 5.4),
    ("CR1220", 12.5, 2.0),
    ("CR2016", 20.0, 1.6),
    ("CR2025", 20.0, 2.5),
    ("CR2032", 20.0, 3.2),
)


def build(rng: np.random.Generator, longest_m: tuple[float, float] = (0.0, math.inf)) -> Shape | None:
    """Build a cell, its longest side within `longest_m`; None if no standard size is.

    Button cells lie with the plus side up, round cells lie on their side or stand on the minus side.
    """
    stock = [size for size in ROUND_MM + BUTTON_MM if longest_m[0] <= max(size[1:]) * 1e-3 <= longest_m[1]]
    if not stock:
        return None
    stamp, diameter, length = stock[int(rng.integers(len(stock)))]
    if length < diameter:
        return Shape(_button_cell(stamp, diameter * 1e-3, length * 1e-3), (STEEL, BRASS, MOULDED_BLACK, STAMPED))
    standing = _round_cell(diameter * 1e-3, length * 1e-3)
    mesh = standing if rng.random() < 0.15 else settled(rotated(standing, (0, 1, 0), 90))
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


def _button_cell(stamp: str, diameter_m: float, height_m: float) -> Mesh:
    """A can over a smaller brass minus cap and a black seal, its plus side up: plus sign and type in raised signs."""
    radius = diameter_m / 2
    edge = 0.08 * height_m
    relief = min(0.02 * height_m, 5e-5)
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
    plus = moved(glyph("+", 0.24 * diameter_m, relief, material=3), (0, 0.22 * diameter_m, body))
    letters = moved(number(stamp, 0.17 * diameter_m, relief, material=3), (0, -0.12 * diameter_m, body))
    return union(lathe(profile, 60, [1, 1, 2, 0, 0, 0, 0]), plus, letters)
