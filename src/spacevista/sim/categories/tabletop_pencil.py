"""Pencils: hexagonal, 7 to 7.6 mm thick, 110 to 190 mm long, sharpened, some with an eraser."""

from __future__ import annotations

import numpy as np

from spacevista.sim.categories.shape import Shape
from spacevista.sim.categories.small_looks import BRASS, vivid
from spacevista.sim.shapes import cylinder, lathe, moved, rotated, settled, union
from spacevista.sim.world import Material, Mesh

NAME = "pencil"
LENGTH_M = (0.110, 0.190)
THICK_M = (0.0070, 0.0076)  # over the corners


def build(rng: np.random.Generator) -> Shape:
    """Build a pencil lying on one of its six sides, its tip towards +x."""
    shape = upright(rng)
    return Shape(settled(rotated(rotated(shape.mesh, (0, 0, 1), 30), (0, 1, 0), 90)), shape.materials)


def upright(rng: np.random.Generator) -> Shape:
    """Build a pencil standing on its blunt end, its axis on x = y = 0."""
    length, radius = float(rng.uniform(*LENGTH_M)), float(rng.uniform(*THICK_M)) / 2
    wood = Material((0.62, 0.42, 0.22), gloss=0.1)
    graphite = Material((0.06, 0.06, 0.065), gloss=0.4)
    rubber = Material((0.75, 0.30, 0.28), gloss=0.1)
    mesh = _pencil(length, radius, eraser=rng.random() < 0.5)
    return Shape(mesh, (vivid(rng, gloss=0.7), wood, graphite, BRASS, rubber))


def _pencil(length: float, radius: float, *, eraser: bool) -> Mesh:
    start, cone = 0.016 if eraser else 0.0, length - 5.2 * radius
    lead = 0.28 * radius
    profile = [(0, start), (radius, start), (radius, cone), (lead, length - 1.5 * radius), (0, length)]
    body = lathe(profile, 6, [0, 0, 1, 2])
    if not eraser:
        return body
    return union(
        body, moved(cylinder(1.0 * radius, 0.012, 24, 3), (0, 0, 0.006)), cylinder(0.92 * radius, 0.0065, 24, 4)
    )
