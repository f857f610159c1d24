"""Poster: a sheet of paper with a title and a print of plain shapes."""

import numpy as np

from spacevista.sim.categories.shape import Shape
from spacevista.sim.categories.small_looks import vivid
from spacevista.sim.categories.solids import block
from spacevista.sim.shapes import ellipsoid, moved, scaled, settled, union
from spacevista.sim.world import Material, Mesh

CATEGORY = "poster"
# ISO 216 A3, A2, B2 and A1: width, height in metres.
SIZES_M = ((0.297, 0.420), (0.420, 0.594), (0.500, 0.707), (0.594, 0.841))
SHEET_M = 0.002  # mounted on card
INK_M = 0.0004


def build(rng: np.random.Generator) -> Shape:
    """Draw a poster, upright or oblong; it faces +x."""
    width, height = SIZES_M[int(rng.integers(len(SIZES_M)))]
    if rng.random() < 0.3:
        width, height = height, width
    parts: list[Mesh] = [block((0, SHEET_M), (-width / 2, width / 2), (0, height))]
    parts.append(_bar(0.8 * width, 0.86 * height, 0.09 * height, 1))
    for z in (0.14, 0.08):
        parts.append(_bar(width * rng.uniform(0.4, 0.8), z * height, 0.03 * height, 1))
    for _ in range(int(rng.integers(3, 6))):
        parts.append(_spot(rng, width, height))
    pale = Material((0.78, 0.76, 0.70) if rng.random() < 0.5 else vivid(rng).color, gloss=0.1)
    dark = Material((0.04, 0.04, 0.06) if sum(pale.color) > 0.9 else (0.80, 0.78, 0.72), gloss=0.1)
    return Shape(settled(union(*parts)), (pale, dark, vivid(rng, gloss=0.1), vivid(rng, gloss=0.1)))


def _bar(width: float, z: float, tall: float, material: int) -> Mesh:
    return block((SHEET_M, SHEET_M + INK_M), (-width / 2, width / 2), (z, z + tall), material)


def _spot(rng: np.random.Generator, width: float, height: float) -> Mesh:
    """A disc or a block of colour in the middle of the sheet."""
    y, z = rng.uniform(-0.25, 0.25) * width, rng.uniform(0.38, 0.70) * height
    size, material = rng.uniform(0.08, 0.16) * min(width, height), int(rng.integers(2, 4))
    top = SHEET_M + INK_M * rng.uniform(0.5, 1)
    if rng.random() < 0.5:
        disc = scaled(ellipsoid((1, 1, 1), 32, material), (INK_M, size, size))
        return moved(disc, (top, y, z - size))
    return block((SHEET_M, top), (y - size, y + size), (z - size, z + size), material)
