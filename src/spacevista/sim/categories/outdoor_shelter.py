"""Bus shelter: a roof on four posts, a back and a side of pale glass in frames, a bench inside."""

from itertools import pairwise

import numpy as np

from spacevista.sim.categories.shape import Shape
from spacevista.sim.categories.solids import block, choice
from spacevista.sim.shapes import settled, union
from spacevista.sim.world import Material, Mesh

CATEGORY = "bus shelter"
# Shelters of two to four bays: 2.6-4.6 m long, 1.2-1.6 m deep, 2.3-2.6 m high (operators' standard drawings).
LENGTH_M = (2.6, 4.6)
DEPTH_M = (1.2, 1.6)
HEIGHT_M = (2.3, 2.6)


def build(rng: np.random.Generator) -> Shape:
    """Draw a shelter along x; it opens to -y."""
    length, depth, height = rng.uniform(*LENGTH_M), rng.uniform(*DEPTH_M), rng.uniform(*HEIGHT_M)
    x, y, post = length / 2 - 0.12, depth / 2 - 0.12, 0.045
    parts: list[Mesh] = [
        block((-length / 2, length / 2), (-depth / 2, depth / 2), (height - 0.12, height)),
        block((-0.6 * x, 0.6 * x), (y - 0.45, y - 0.10), (0.43, 0.47), 2),
    ]
    for leg in (-0.5 * x, 0.5 * x):
        parts.append(block((leg - 0.03, leg + 0.03), (y - 0.32, y - 0.26), (0, 0.43)))
    for corner_x in (-x, x):
        for corner_y in (-y, y):
            parts.append(
                block((corner_x - post, corner_x + post), (corner_y - post, corner_y + post), (0, height - 0.12))
            )
    bays = max(2, round(length / 1.2))
    edges = np.linspace(-x, x, bays + 1).tolist()
    for left, right in pairwise(edges):
        parts.append(block((left + 0.04, right - 0.04), (y - 0.012, y + 0.012), (0.25, height - 0.25), 1))
        parts.append(block((left - 0.02, left + 0.02), (y - 0.02, y + 0.02), (0, height - 0.12)))
    parts.append(block((-x - 0.012, -x + 0.012), (-y + 0.08, y - 0.08), (0.25, height - 0.25), 1))
    frame = Material(choice(rng, ((0.12, 0.13, 0.14), (0.35, 0.06, 0.05), (0.08, 0.20, 0.14))), gloss=0.5)
    return Shape(
        settled(union(*parts)),
        (frame, Material((0.42, 0.55, 0.58), gloss=0.9), Material((0.40, 0.23, 0.10), gloss=0.2)),
    )
