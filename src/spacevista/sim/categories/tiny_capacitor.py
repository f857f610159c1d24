"""Capacitors: aluminium electrolytic cans with two cut leads, and ceramic chips 0603 to 1812."""

from __future__ import annotations

import math

import numpy as np

from spacevista.sim.categories.shape import Shape
from spacevista.sim.categories.small_looks import TIN, varied
from spacevista.sim.shapes import box, face_centres, lathe, moved, painted, rotated, settled, union
from spacevista.sim.world import Material, Mesh

NAME = "capacitor"

# Diameter, length of the can, leads' diameter, spacing and length as cut, in mm (IEC 60384-4, makers' case codes).
CANS_MM = ((4.0, 7.0, 0.45, 1.5, 4.0), (5.0, 11.0, 0.5, 2.0, 4.0), (6.3, 11.0, 0.5, 2.5, 5.0),
           (8.0, 12.0, 0.6, 3.5, 6.0), (10.0, 16.0, 0.6, 5.0, 7.0), (12.5, 20.0, 0.6, 5.0, 8.0),
           (16.0, 25.0, 0.8, 7.5, 9.0))  # fmt: skip
# Length, width, height in mm (IEC 60384-21).
CHIPS_MM = ((1.6, 0.8, 0.8), (2.0, 1.25, 1.0), (3.2, 1.6, 1.6), (3.2, 2.5, 2.0), (4.5, 3.2, 2.0))
SLEEVES = ((0.02, 0.02, 0.03), (0.03, 0.06, 0.25), (0.10, 0.05, 0.03), (0.03, 0.18, 0.12))


def build(rng: np.random.Generator, longest_m: tuple[float, float] = (0.0, math.inf)) -> Shape | None:
    """Build a capacitor lying on its side, its whole length within `longest_m`; None if no standard size is."""
    cans = [size for size in CANS_MM if longest_m[0] <= (size[1] + size[4]) * 1e-3 <= longest_m[1]]
    chips = [size for size in CHIPS_MM if longest_m[0] <= size[0] * 1e-3 <= longest_m[1]]
    stock = cans or chips
    if not stock:
        return None
    size = tuple(1e-3 * v for v in stock[int(rng.integers(len(stock)))])
    if not cans:
        clay = Material(varied(rng, (0.42, 0.27, 0.14)), gloss=0.35)
        return Shape(_chip(*size), (clay, TIN))
    sleeve = Material(SLEEVES[int(rng.integers(len(SLEEVES)))], gloss=0.5)
    stripe = Material((0.62, 0.62, 0.60) if rng.random() < 0.7 else (0.60, 0.48, 0.15), gloss=0.5)
    top = Material((0.66, 0.67, 0.68), gloss=0.6)
    lying = rotated(rotated(_can(*size), (0, 0, 1), float(rng.uniform(0, 360))), (0, 1, 0), 90)
    return Shape(settled(lying), (sleeve, stripe, top, TIN, Material((0.04, 0.04, 0.04), gloss=0.1)))


def _can(across: float, length: float, wire: float, spacing: float, lead: float) -> Mesh:
    """An upright can: rubber below, a groove, a sleeve with a stripe along the minus side, bare metal on top."""
    radius, rim = across / 2, 0.06 * across
    profile = [
        (0, 0),
        (0.86 * radius, 0),
        (radius, rim),
        (radius, 0.10 * length),
        (0.93 * radius, 0.14 * length),
        (radius, 0.18 * length),
        (radius, length - rim),
        (0.90 * radius, length),
        (0.86 * radius, length - 0.2 * rim),
        (0, length - 0.2 * rim),
    ]
    body = lathe(profile, 48, [4, 0, 0, 0, 0, 0, 0, 2, 2])
    centres = face_centres(body)
    minus = (np.abs(np.arctan2(centres[:, 1], centres[:, 0])) < 0.5) & (body.face_materials == 0)
    rod = lathe([(0, 0), (wire / 2, 0), (wire / 2, lead + rim), (0, lead + rim)], 12, 3)
    legs = [moved(rod, (side * spacing / 2, 0, -lead)) for side in (-1, 1)]
    return union(painted(body, minus, 1), *legs)


def _chip(length: float, width: float, height: float) -> Mesh:
    """A block of ceramic between two tinned ends."""
    end = 0.2 * length
    body = moved(box((length - 2 * end, 0.97 * width, 0.97 * height)), (0, 0, 0.015 * height))
    ends = [moved(box((end, width, height), 1), (side * (length - end) / 2, 0, 0)) for side in (-1, 1)]
    return settled(union(body, *ends))
