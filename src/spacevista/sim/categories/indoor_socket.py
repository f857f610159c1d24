"""Wall socket: two to four Schuko wells in a box on the wall (DIN 49440, surface mounted)."""

import numpy as np

from spacevista.sim.categories.shape import Shape
from spacevista.sim.categories.sockets import WELL_DEPTH_M, well_row
from spacevista.sim.shapes import rotated, settled
from spacevista.sim.world import Material

CATEGORY = "wall socket"
# Surface boxes for two to four sockets: 71 mm from one to the next, 85 mm wide, 45 mm deep (makers' catalogues).
PITCH_M = 0.071
WIDTH_M = 0.085
DEPTH_M = 0.045
FACE_M = DEPTH_M - WELL_DEPTH_M  # of the wells' floors, from the wall


def build(rng: np.random.Generator) -> Shape:
    """Draw a wall socket with its wells in a column; it faces +x."""
    return with_wells(rng)[0]


def with_wells(rng: np.random.Generator) -> tuple[Shape, tuple[float, ...]]:
    """Draw a wall socket and return the heights of its wells' axes; pins stand side by side along y."""
    count = int(rng.integers(2, 5))
    wells = ((np.arange(count) - (count - 1) / 2) * PITCH_M).tolist()
    length = count * PITCH_M + 0.014
    row = well_row(wells, PITCH_M, length, WIDTH_M, DEPTH_M)
    upright = settled(rotated(row, (0, 1, 0), 90))  # z goes to x, x goes down
    shell, inside = Material((0.78, 0.78, 0.76), gloss=0.4), Material((0.62, 0.62, 0.60), gloss=0.3)
    dark = Material((0.03, 0.03, 0.03), gloss=0.2)
    return Shape(upright, (shell, inside, dark)), tuple(length / 2 - x for x in wells)
