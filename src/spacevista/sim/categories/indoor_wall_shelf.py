"""Wall shelf: a board on two brackets that are screwed to the wall."""

import numpy as np

from spacevista.sim.categories.indoor_looks import metal, wood
from spacevista.sim.categories.shape import Shape
from spacevista.sim.categories.solids import block, upright_prism
from spacevista.sim.shapes import settled, union

CATEGORY = "wall shelf"
# Wall shelves: 0.6-1.2 m wide, 0.20-0.28 m deep, boards 0.02-0.035 m thick (makers' catalogues).
WIDTH_M = (0.6, 1.2)
DEPTH_M = (0.20, 0.28)
BOARD_M = (0.020, 0.035)


def build(rng: np.random.Generator) -> Shape:
    """Draw a shelf; its back is at -x, the board is its top."""
    width, depth, thick = rng.uniform(*WIDTH_M), rng.uniform(*DEPTH_M), rng.uniform(*BOARD_M)
    tall = 0.75 * depth
    board = block((0, depth), (-width / 2, width / 2), (tall, tall + thick))
    brackets = []
    for y in (-0.32 * width, 0.32 * width):
        brace = [(0.0, 0.0), (0.02, 0.0), (0.85 * depth, tall - 0.02), (0.85 * depth, tall), (0.0, tall)]
        brackets.append(upright_prism(brace, (y - 0.012, y + 0.012), 1))
    return Shape(settled(union(board, *brackets)), (wood(rng), metal(rng)))
