"""Telephone box: a kiosk with a framed, glazed door and sides, a sign band and a low dome."""

import numpy as np

from spacevista.sim.categories.shape import Shape
from spacevista.sim.categories.solids import block, choice, tapered
from spacevista.sim.shapes import rotated, settled, union
from spacevista.sim.world import Material, Mesh

CATEGORY = "telephone box"
# Kiosks: 0.88-0.96 m square, 2.30-2.50 m high (operators' data).
SIDE_M = (0.88, 0.96)
HEIGHT_M = (2.30, 2.50)
PAINT, GLASS, LABEL = range(3)


def build(rng: np.random.Generator) -> Shape:
    """Draw a telephone box; its door faces +x."""
    half, height = rng.uniform(*SIDE_M) / 2, rng.uniform(*HEIGHT_M)
    top, inner = height - 0.36, half - 0.05
    parts: list[Mesh] = [
        block((-half, half), (-half, half), (0, 0.12)),
        block((-inner + 0.03, inner - 0.03), (-inner + 0.03, inner - 0.03), (0.10, top), GLASS),
        block((-half, half), (-half, half), (top, top + 0.20)),
        tapered(
            ((-half, half), (-half, half)), ((-0.6 * half, 0.6 * half), (-0.6 * half, 0.6 * half)), (top + 0.20, height)
        ),
    ]
    for x in (-1, 1):
        for y in (-1, 1):
            corner = [tuple(sorted((s * half * 0.99, s * (half - 0.11)))) for s in (x, y)]
            parts.append(block((corner[0][0], corner[0][1]), (corner[1][0], corner[1][1]), (0.10, top)))
    rows = np.linspace(0.55, top, 7).tolist()
    for k in range(4):
        side = [block((inner - 0.04, inner), (-half + 0.1, half - 0.1), (0.1, 0.55), PAINT)]
        side += [block((inner - 0.04, inner), (-half + 0.1, half - 0.1), (z - 0.018, z + 0.018)) for z in rows]
        side += [block((inner - 0.04, inner), (y - 0.015, y + 0.015), (0.5, top)) for y in (-0.14, 0.14)]
        side.append(block((half - 0.02, half + 0.008), (-0.30, 0.30), (top + 0.05, top + 0.15), LABEL))
        parts += [rotated(part, (0, 0, 1), 90.0 * k) for part in side]
    paint = choice(rng, ((0.48, 0.02, 0.02), (0.05, 0.15, 0.35), (0.60, 0.42, 0.03)))
    looks = (
        Material(paint, gloss=0.5),
        Material((0.16, 0.24, 0.27), gloss=0.9),
        Material((0.82, 0.82, 0.78), gloss=0.3),
    )
    return Shape(settled(union(*parts)), looks)
