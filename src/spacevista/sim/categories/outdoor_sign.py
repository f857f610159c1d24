"""Traffic sign: a plate (round, triangle or octagon) with a border and a symbol on a steel post."""

from __future__ import annotations

import math

import numpy as np

from spacevista.geometry.arrays import FloatArray
from spacevista.sim.categories.shape import Shape
from spacevista.sim.categories.solids import block
from spacevista.sim.shapes import circle, cylinder, extrude, moved, rotated, settled, union
from spacevista.sim.world import Material, Mesh

CATEGORY = "traffic sign"
# Plates 0.6-0.9 m across with the lower edge 1.5-2.2 m up, posts of 60-76 mm (EN 12899-1 and national rules).
PLATE_M = (0.60, 0.90)
LOWER_EDGE_M = (1.5, 2.2)
POST_M = (0.060, 0.076)
THICK_M = 0.014  # of what the symbols are made of, half of it in the plate
STEEL, BORDER, FIELD, SYMBOL = range(4)
RED, BLUE, WHITE, BLACK = (0.55, 0.02, 0.02), (0.02, 0.10, 0.45), (0.82, 0.82, 0.80), (0.02, 0.02, 0.02)


def build(rng: np.random.Generator) -> Shape:
    """Draw a sign; its plate faces +x."""
    across, low, post = rng.uniform(*PLATE_M), rng.uniform(*LOWER_EDGE_M), rng.uniform(*POST_M) / 2
    kind = int(rng.integers(4))
    outline, colors = _kinds()[kind]
    outline = outline * (across / float(np.ptp(outline[:, 0])))
    middle = low - float(outline[:, 1].min())
    top = middle + float(outline[:, 1].max())
    plate = [extrude(outline, 0.012, material=STEEL)]
    for share, material, lift in ((0.99, BORDER, 0.014), (0.80, FIELD, 0.017)):
        plate.append(moved(extrude(share * outline, lift - 0.006, material=material), (0, 0, 0.006)))
    plate += [moved(bar, (0, 0, 0.006)) for bar in _symbol(kind, across)]
    # The plate lies in x, y looking up; turned, its up is z and it looks to +x, before the post.
    upright = rotated(rotated(union(*plate), (0, 0, 1), 90), (0, 1, 0), 90)
    parts = [cylinder(post, top - 0.03, 16, STEEL), moved(upright, (post + 0.01, 0, middle))]
    for z in (middle - 0.12 * across, middle + 0.12 * across):
        parts.append(block((-post - 0.01, post + 0.015), (-post - 0.015, post + 0.015), (z - 0.02, z + 0.02), STEEL))
    parts.append(cylinder(0.11, 0.04, 20, STEEL))
    looks = (Material((0.45, 0.46, 0.47), gloss=0.5), *(Material(color, gloss=0.3) for color in colors))
    return Shape(settled(union(*parts)), looks)


def _kinds() -> tuple[tuple[FloatArray, tuple[tuple[float, float, float], ...]], ...]:
    """Return outline, upright along -x, and the colours of border, field and symbol of each kind."""
    triangle = np.array([(math.cos(a), math.sin(a)) for a in np.radians([90, 210, 330])])
    octagon = np.array([(math.cos(a), math.sin(a)) for a in np.radians(np.arange(8) * 45 + 22.5)])
    return (
        (circle(40), (RED, WHITE, BLACK)),
        (circle(40), (WHITE, BLUE, WHITE)),
        (triangle, (RED, WHITE, BLACK)),
        (octagon, (WHITE, RED, WHITE)),
    )


def _symbol(kind: int, across: float) -> list[Mesh]:
    """Return bars that stand out of the plate: a number's strokes, an arrow, an exclamation mark, a bar."""
    half = across / 2
    if kind == 1:
        shaft = block((-0.09 * half, 0.09 * half), (-0.5 * half, 0.2 * half), (0, THICK_M), SYMBOL)
        return [
            shaft,
            extrude([(-0.3 * half, 0.15 * half), (0.3 * half, 0.15 * half), (0, 0.6 * half)], THICK_M, material=SYMBOL),
        ]
    if kind == 2:
        mark = block((-0.07 * half, 0.07 * half), (-0.12 * half, 0.42 * half), (0, THICK_M), SYMBOL)
        return [mark, block((-0.07 * half, 0.07 * half), (-0.34 * half, -0.2 * half), (0, THICK_M), SYMBOL)]
    if kind == 3:
        return [block((-0.6 * half, 0.6 * half), (-0.13 * half, 0.13 * half), (0, THICK_M), SYMBOL)]
    bars = []
    for x in (-0.27 * half, 0.27 * half):  # two digits
        bars += [
            block((x + a * half, x + b * half), (c * half, d * half), (0, THICK_M), SYMBOL) for a, b, c, d in _ZERO
        ]
    return bars


_ZERO = ((-0.2, -0.1, -0.35, 0.35), (0.1, 0.2, -0.35, 0.35), (-0.2, 0.2, 0.25, 0.35), (-0.2, 0.2, -0.35, -0.25))
