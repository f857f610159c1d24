"""Cans: 330 ml and 250 ml drinks cans (66 x 115 mm, 53 x 134 mm), 425 ml food cans (73 x 110 mm)."""

from __future__ import annotations

import numpy as np

from spacevista.sim.categories.shape import Shape
from spacevista.sim.categories.small_looks import STEEL, TIN, vivid
from spacevista.sim.shapes import cylinder, extrude, lathe, moved, scaled, union
from spacevista.sim.world import Material, Mesh, Texture

NAME = "can"
DRINKS_M = ((0.0662, 0.1152), (0.0532, 0.1340))
FOOD_M = ((0.0730, 0.1100), (0.0654, 0.1019), (0.0835, 0.0500))
SPREAD = 0.01  # makers differ by about a per cent


def build(rng: np.random.Generator) -> Shape:
    """Build a closed can standing upright: a drinks can with a pull tab, or a ribbed food can with a paper label."""
    drinks = rng.random() < 0.6
    sizes = DRINKS_M if drinks else FOOD_M
    diameter, height = sizes[int(rng.integers(len(sizes)))]
    radius, height = (
        diameter / 2 * float(rng.uniform(1 - SPREAD, 1 + SPREAD)),
        height * float(rng.uniform(1 - SPREAD, 1 + SPREAD)),
    )
    paint = vivid(rng, gloss=0.7 if drinks else 0.15)
    second = vivid(rng).color if rng.random() < 0.5 else (0.8, 0.8, 0.78)
    label = Material(paint.color, second, Texture.STRIPES, texture_m=height / 3, gloss=paint.gloss)
    return Shape(
        _drinks_can(radius, height) if drinks else _food_can(radius, height), (TIN if drinks else STEEL, label)
    )


def _drinks_can(radius: float, height: float) -> Mesh:
    """A necked aluminium can: the end is 0.78 as wide as the body and lies 4 mm below its rim."""
    end = 0.80 * radius
    profile = [
        (0, 0.008),
        (0.55 * radius, 0.002),
        (0.70 * radius, 0),
        (0.74 * radius, 0),
        (radius, 0.011),
        (radius, height - 0.016),
        (end, height - 0.003),
        (end + 0.0008, height),
        (end - 0.002, height),
        (end - 0.004, height - 0.005),
        (0, height - 0.005),
    ]
    body = lathe(profile, 64, [0, 0, 0, 0, 1, 0, 0, 0, 0, 0])
    tab = moved(scaled(cylinder(0.008, 0.0012, 32), (1.5, 1, 1)), (0.007, 0, height - 0.005))
    mouth = [(-0.021, -0.008), (-0.008, -0.009), (-0.008, 0.009), (-0.021, 0.008)]
    opening = moved(extrude(mouth, 0.0006), (0, 0, height - 0.005))
    return union(body, tab, opening)


def _food_can(radius: float, height: float) -> Mesh:
    """A steel can with seamed rims at both ends and a paper label between them."""
    seam, label = radius + 0.0012, radius + 0.0003
    profile = [
        (0, 0.003),
        (radius - 0.003, 0.003),
        (radius - 0.002, 0),
        (seam, 0),
        (seam, 0.003),
        (radius, 0.004),
        (radius, 0.007),
        (label, 0.007),
        (label, height - 0.007),
        (radius, height - 0.007),
        (radius, height - 0.004),
        (seam, height - 0.003),
        (seam, height),
        (radius - 0.002, height),
        (radius - 0.003, height - 0.003),
        (0.75 * radius, height - 0.003),
        (0.72 * radius, height - 0.0022),
        (0, height - 0.0022),
    ]
    return lathe(profile, 64, [0] * 7 + [1] + [0] * 9)
