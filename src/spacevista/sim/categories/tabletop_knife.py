"""Table knives: 200 to 240 mm long, blades 18 to 22 mm wide, steel or wooden handles."""

from __future__ import annotations

import numpy as np

from spacevista.sim.categories.cutlery import POLISHED, ribbon
from spacevista.sim.categories.shape import Shape
from spacevista.sim.categories.small_looks import varied
from spacevista.sim.shapes import extrude, moved, settled, union
from spacevista.sim.world import Material, Texture

NAME = "knife"
LENGTH_M = (0.200, 0.240)
BLADE_M = (0.018, 0.022)
HANDLE_THICK_M = 0.011


def build(rng: np.random.Generator) -> Shape:
    """Build a knife lying on its side, the tip towards -x."""
    length, wide = float(rng.uniform(*LENGTH_M)), float(rng.uniform(*BLADE_M))
    tip, root = -length / 2, -length / 2 + 0.55 * length
    bow = np.linspace(0, np.pi / 2, 8)
    edge = np.stack([tip + 1.2 * wide * (1 - np.sin(bow)), wide * (1 - np.cos(bow)) - wide / 2], axis=1)
    outline = np.vstack([[(root, -wide / 2)], [(root, 0.32 * wide)], [(tip + 0.3 * wide, wide / 2)], edge[::-1]])
    blade = moved(extrude(outline[:-1], 0.0016), (0, 0, HANDLE_THICK_M / 2 - 0.0008))
    along = np.linspace(root - 0.004, length / 2, 9)
    width = np.array([0.6, 0.75, 0.72, 0.75, 0.8, 0.86, 0.92, 0.96, 0.8]) * 0.020
    thick = np.array([0.5, 0.9, 1, 1, 1, 1, 1, 0.95, 0.7]) * HANDLE_THICK_M
    grip = ribbon(along, HANDLE_THICK_M / 2, width, thick, material=1)
    brown = varied(rng, (0.22, 0.10, 0.05))
    wood = Material(brown, (0.6 * brown[0], 0.6 * brown[1], 0.6 * brown[2]), Texture.WOOD, texture_m=0.004, gloss=0.3)
    black = Material((0.03, 0.03, 0.032), gloss=0.4)
    return Shape(settled(union(blade, grip)), (POLISHED, (POLISHED, wood, black)[int(rng.integers(3))]))
