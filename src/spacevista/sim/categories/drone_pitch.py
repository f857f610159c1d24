"""Sports pitch: a green mat with white lines, a middle circle and two penalty areas.

It has no goals: their posts, 12 cm thick, are finer than a pixel from the heights it is seen from, so that its height
would be one that no picture shows.
"""

import math
from itertools import pairwise

import numpy as np

from spacevista.sim.categories.shape import Shape
from spacevista.sim.categories.solids import block
from spacevista.sim.shapes import extrude, moved, settled, union
from spacevista.sim.world import Material, Mesh, Texture

CATEGORY = "football pitch"
# From five-a-side (25-42 m x 16-25 m) to full size (90-105 m x 60-68 m, Law 1 of the game, which also
# gives 0.12 m for lines and 16.5 x 40.3 m for a penalty area). The mat with its base is 0.12 m high.
SIZES_M = (((25.0, 42.0), (16.0, 25.0)), ((90.0, 105.0), (60.0, 68.0)))
BASE_M = 0.12
MOWN_M = 5.5  # width of the bands that mowing leaves, light and dark by turns
LINE_RAISE_M = 0.004  # a line of paint that a ray can tell from the mat


def build(rng: np.random.Generator) -> Shape:
    """Draw a pitch; its length is along x."""
    small = rng.random() < 0.6
    length_range, width_range = SIZES_M[0 if small else 1]
    length, width = rng.uniform(*length_range), rng.uniform(*width_range)
    half_x, half_y, edge = length / 2, width / 2, 1.5
    line = 0.12 if not small else 0.10
    bands = np.linspace(-half_x - edge, half_x + edge, 2 * round(length / MOWN_M / 2) + 2).tolist()
    parts: list[Mesh] = [
        block(x, (-half_y - edge, half_y + edge), (0, BASE_M), 2 * (i % 2)) for i, x in enumerate(pairwise(bands))
    ]
    parts += _frame((-half_x, half_x), (-half_y, half_y), line)
    parts.append(_stripe((-line / 2, line / 2), (-half_y, half_y)))
    parts.append(_circle(0.14 * width, line))
    box_x, box_y = (0.15 * length, 0.30 * width) if small else (16.5, 20.16)
    for side in (-1, 1):
        x = sorted((side * half_x, side * (half_x - box_x)))
        parts += _frame((x[0], x[1]), (-box_y, box_y), line)
    light = Material((0.09, 0.20, 0.05), (0.12, 0.24, 0.07), Texture.GRASS, texture_m=0.3, gloss=0.02)
    dark = Material((0.06, 0.14, 0.035), (0.08, 0.17, 0.05), Texture.GRASS, texture_m=0.3, gloss=0.02)
    return Shape(settled(union(*parts)), (light, Material((0.85, 0.85, 0.85), gloss=0.1), dark))


def _stripe(x: tuple[float, float], y: tuple[float, float]) -> Mesh:
    return block(x, y, (BASE_M - 0.05, BASE_M + LINE_RAISE_M), 1)


def _frame(x: tuple[float, float], y: tuple[float, float], line: float) -> list[Mesh]:
    return [
        _stripe((x[0], x[0] + line), y),
        _stripe((x[1] - line, x[1]), y),
        _stripe(x, (y[0], y[0] + line)),
        _stripe(x, (y[1] - line, y[1])),
    ]


def _circle(radius: float, line: float) -> Mesh:
    angles = [2 * math.pi * i / 48 for i in range(48)]
    outer = [(radius * math.cos(a), radius * math.sin(a)) for a in angles]
    inner = [((radius - line) * math.cos(a), (radius - line) * math.sin(a)) for a in angles]
    return moved(extrude(outer, 0.05 + LINE_RAISE_M, holes=[inner], material=1), (0, 0, BASE_M - 0.05))
