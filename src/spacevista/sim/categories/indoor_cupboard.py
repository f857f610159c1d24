"""Cupboard: a body on a plinth, doors with a joint between them, handles."""

from itertools import pairwise

import numpy as np

from spacevista.sim.categories.indoor_looks import lacquer, metal, wood
from spacevista.sim.categories.shape import Shape
from spacevista.sim.categories.solids import block
from spacevista.sim.shapes import settled, union
from spacevista.sim.world import Material

CATEGORY = "cupboard"
# From low sideboards (0.75 m) to wardrobes (2.0 m); 0.8-1.6 m wide and 0.36-0.60 m deep (makers' catalogues).
HEIGHT_M = (0.75, 2.0)
WIDTH_M = (0.8, 1.6)
DEPTH_M = (0.36, 0.60)
JOINT_M = 0.006  # between doors


def build(rng: np.random.Generator) -> Shape:
    """Draw a cupboard; its doors face +x."""
    tall = rng.random() < 0.4
    height = rng.uniform(1.6, HEIGHT_M[1]) if tall else rng.uniform(HEIGHT_M[0], 1.1)
    width, depth = rng.uniform(*WIDTH_M), rng.uniform(*DEPTH_M)
    plinth, door = 0.07, 0.018
    parts = [
        block((-depth / 2, depth / 2 - door), (-width / 2, width / 2), (plinth, height)),
        block((-depth / 2 + 0.02, depth / 2 - 0.05), (-width / 2 + 0.02, width / 2 - 0.02), (0, plinth), 3),
        block((-depth / 2, depth / 2), (-width / 2, width / 2), (height - 0.025, height)),
    ]
    count = max(2, round(width / 0.55))
    drawers = 0 if tall or rng.random() < 0.5 else 0.2
    edges = np.linspace(-width / 2, width / 2, count + 1).tolist()
    front = (depth / 2 - door, depth / 2)
    top = height - 0.025 - JOINT_M
    for i, (left, right) in enumerate(pairwise(edges)):
        side = (left + JOINT_M / 2, right - JOINT_M / 2)
        parts.append(block(front, side, (plinth + JOINT_M, top - drawers), 1))
        pull = right - 0.05 if i % 2 == 0 else left + 0.05
        middle = (plinth + top - drawers) / 2
        parts.append(
            block((depth / 2, depth / 2 + 0.025), (pull - 0.008, pull + 0.008), (middle - 0.08, middle + 0.08), 2)
        )
        if drawers:
            parts.append(block(front, side, (top - drawers + JOINT_M, top), 1))
            centre, z = (left + right) / 2, top - drawers / 2
            parts.append(
                block((depth / 2, depth / 2 + 0.025), (centre - 0.07, centre + 0.07), (z - 0.008, z + 0.008), 2)
            )
    body = wood(rng)
    doors = lacquer(rng) if rng.random() < 0.5 else Material(_paler(body.color), gloss=0.3)
    return Shape(settled(union(*parts)), (body, doors, metal(rng), Material((0.05, 0.05, 0.05))))


def _paler(color: tuple[float, float, float]) -> tuple[float, float, float]:
    red, green, blue = (min(1.0, 1.35 * c) for c in color)
    return red, green, blue
