"""Books lying flat or standing: paperbacks and hardbacks from 105 x 165 mm to 190 x 260 mm, 12 to 45 mm thick."""

from __future__ import annotations

import numpy as np

from spacevista.sim.categories.shape import Shape
from spacevista.sim.categories.small_looks import PAPER, vivid
from spacevista.sim.shapes import box, moved, rotated, settled, union
from spacevista.sim.world import Material, Mesh

NAME = "book"
# Width, height in metres: pocket book, A5, royal octavo, B5 and quarto, as sold.
FORMATS_M = ((0.110, 0.178), (0.125, 0.190), (0.148, 0.210), (0.156, 0.234), (0.170, 0.240), (0.189, 0.246))
THICKNESS_M = (0.014, 0.045)
BOARD_M = 0.0025  # board of a hardback
STANDS_FROM_M = 0.028  # a thinner book does not stand by itself


def build(rng: np.random.Generator) -> Shape:
    """Build a closed book, its spine towards -x, flat on the table or upright on its lower edge."""
    book = lying(rng)
    if float(book.size_m[2]) > STANDS_FROM_M and rng.random() < 0.4:
        return Shape(settled(rotated(book.mesh, (1, 0, 0), 90)), book.materials)
    return book


def lying(rng: np.random.Generator) -> Shape:
    """Build a closed book flat on the table."""
    width, height = FORMATS_M[int(rng.integers(len(FORMATS_M)))]
    thickness = float(rng.uniform(*THICKNESS_M))
    mesh = _flat_book(width, height, thickness, bars=int(rng.integers(2, 5)))
    cover = vivid(rng, gloss=0.35)
    bright = Material((0.80, 0.74, 0.50) if sum(cover.color) < 1.2 else (0.03, 0.03, 0.05), gloss=0.3)
    return Shape(mesh, (cover, PAPER, bright))


def _flat_book(width: float, height: float, thickness: float, bars: int) -> Mesh:
    """Two boards and a spine about a block of pages set back by 3 mm, a framed title on cover and spine."""
    inset, inner = 0.003, thickness - 2 * BOARD_M
    board = box((width, height, BOARD_M))
    spine = moved(box((BOARD_M, height, inner)), (-width / 2 + BOARD_M / 2, 0, BOARD_M))
    pages = box((width - inset - BOARD_M, height - 2 * inset, inner), material=1)
    block = moved(pages, (BOARD_M / 2 - inset / 2, 0, BOARD_M))
    ink = 0.0002
    title = [
        moved(
            box((width * (0.7 - 0.12 * row), 0.035 * height, ink), 2),
            (0.02 * width, (0.33 - 0.07 * row) * height, thickness),
        )
        for row in range(bars)
    ]
    picture = moved(box((0.55 * width, 0.3 * height, ink), 2), (0.02 * width, -0.2 * height, thickness))
    lettering = box((ink, 0.45 * height, 0.4 * thickness), 2)
    on_spine = moved(lettering, (-width / 2 - ink / 2, 0.1 * height, 0.3 * thickness))
    book = union(board, spine, block, moved(board, (0, 0, thickness - BOARD_M)), *title, picture, on_spine)
    return settled(book)
