"""Bookshelf: sides, back, boards, and rows of books that belong to it."""

from itertools import pairwise

import numpy as np

from spacevista.sim.categories.indoor_looks import wood
from spacevista.sim.categories.shape import Shape
from spacevista.sim.categories.solids import block, choice
from spacevista.sim.shapes import settled, union
from spacevista.sim.world import Material, Mesh

CATEGORY = "bookshelf"
# Bookcases: 0.6-1.0 m wide, 0.26-0.34 m deep, 1.1-2.0 m high, boards about 0.32-0.36 m apart (makers' catalogues).
WIDTH_M = (0.6, 1.0)
DEPTH_M = (0.26, 0.34)
HEIGHT_M = (1.1, 2.0)
BOARD_M = 0.022
BINDINGS = (
    (0.45, 0.07, 0.06),
    (0.07, 0.16, 0.38),
    (0.08, 0.28, 0.12),
    (0.55, 0.45, 0.18),
    (0.70, 0.68, 0.62),
    (0.1, 0.1, 0.1),
)


def build(rng: np.random.Generator) -> Shape:
    """Draw a bookshelf; it opens to +x."""
    width, depth, height = rng.uniform(*WIDTH_M), rng.uniform(*DEPTH_M), rng.uniform(*HEIGHT_M)
    x, inner = (-depth / 2, depth / 2), width / 2 - BOARD_M
    parts: list[Mesh] = [
        block(x, (-width / 2, -inner), (0, height)),
        block(x, (inner, width / 2), (0, height)),
        block((x[0], x[0] + 0.008), (-inner, inner), (0.0, height)),
    ]
    levels = np.linspace(0.05, height - BOARD_M, max(3, round(height / 0.34)) + 1).tolist()
    for level in levels:
        parts.append(block((x[0] + 0.008, x[1]), (-inner, inner), (level, level + BOARD_M)))
    for low, high in pairwise(levels):
        if rng.random() < 0.85:
            parts += _books(rng, (x[0] + 0.02, x[1] - 0.02), inner, (low + BOARD_M, high))
    return Shape(settled(union(*parts)), (wood(rng), *(Material(choice(rng, (c,)), gloss=0.2) for c in BINDINGS)))


def _books(rng: np.random.Generator, x: tuple[float, float], inner: float, z: tuple[float, float]) -> list[Mesh]:
    """Return a row of books from the left that may end before the right."""
    books: list[Mesh] = []
    y, end = -inner + 0.003, inner - rng.uniform(0.02, 0.25)
    while True:
        thick = rng.uniform(0.018, 0.055)
        if y + thick > end:
            return books
        tall = min(rng.uniform(0.18, 0.29), z[1] - z[0] - 0.02)
        depth = min(rng.uniform(0.13, 0.21), x[1] - x[0])
        front = x[1] - rng.uniform(0.0, 0.02)
        books.append(
            block((front - depth, front), (y, y + thick - 0.001), (z[0], z[0] + tall), int(rng.integers(1, 7)))
        )
        y += thick
