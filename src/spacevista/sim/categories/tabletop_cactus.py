"""Small cacti in clay pots: 90 to 220 mm high in all."""

from __future__ import annotations

import math

import numpy as np

from spacevista.sim.categories.shape import Shape
from spacevista.sim.categories.small_looks import varied
from spacevista.sim.shapes import lathe, moved, rotated, scaled, settled, sweep, union
from spacevista.sim.world import Material, Mesh, Texture

NAME = "cactus"
POT_M = (0.055, 0.095)  # across the rim
RIBS = 10


def build(rng: np.random.Generator) -> Shape:
    """Build a cactus in its pot: a ribbed ball, or a column with one or two arms."""
    radius = float(rng.uniform(*POT_M)) / 2
    tall = float(rng.uniform(1.5, 1.8)) * radius
    parts = [_pot(radius, tall)]
    soil = tall - 0.006
    if rng.random() < 0.45:
        parts.append(moved(_ribbed(0.78 * radius, 1.45 * radius), (0, 0, soil)))
    else:
        column = float(rng.uniform(2.2, 3.0)) * radius
        parts.append(moved(_ribbed(0.42 * radius, column), (0, 0, soil)))
        for side in (0, 180)[: int(rng.integers(1, 3))]:
            parts.append(
                rotated(moved(_arm(radius, column), (0, 0, soil)), (0, 0, 1), side + float(rng.uniform(-30, 30)))
            )
    green = varied(rng, (0.10, 0.26, 0.08))
    skin = Material(green, (0.30, 0.38, 0.18), Texture.NOISE, texture_m=0.004, gloss=0.2)
    clay = Material(varied(rng, (0.50, 0.22, 0.11)), (0.44, 0.18, 0.09), Texture.NOISE, texture_m=0.02, gloss=0.1)
    return Shape(settled(union(*parts)), (clay, Material((0.07, 0.05, 0.03), gloss=0.0), skin))


def _pot(radius: float, tall: float) -> Mesh:
    """A tapered pot with a thick rim, filled with earth."""
    profile = [
        (0, 0),
        (0.68 * radius, 0),
        (0.9 * radius, 0.74 * tall),
        (radius, 0.74 * tall),
        (radius, tall),
        (0.9 * radius, tall),
        (0.88 * radius, tall - 0.005),
        (0, tall - 0.005),
    ]
    return lathe(profile, 48, [0, 0, 0, 0, 0, 0, 1])


def _ribbed(radius: float, height: float) -> Mesh:
    """A stem with ribs, rounded on top."""
    turn = np.linspace(0, 1, 14)
    profile = np.stack([np.sin(0.35 * math.pi + 0.65 * math.pi * turn), turn], axis=1)
    profile[-1, 0] = 0
    stem = lathe(np.vstack([[(0, 0)], profile]), 60, 2)
    around = np.arctan2(stem.vertices_m[:, 1], stem.vertices_m[:, 0])
    swell = 1 - 0.16 * (0.5 - 0.5 * np.cos(RIBS * around))
    x, y, z = stem.vertices_m.T
    return scaled(
        Mesh(np.column_stack([x * swell, y * swell, z]), stem.faces, stem.face_materials), (radius, radius, height)
    )


def _arm(radius: float, column: float) -> Mesh:
    """An arm that leaves the column and turns up."""
    turn = np.linspace(0, math.pi / 2, 7)
    reach, z = 0.75 * radius, 0.45 * column
    bend = np.stack([reach * np.sin(turn), np.zeros(7), z + 0.35 * reach * (1 - np.cos(turn))], axis=1)
    path = np.vstack([bend, bend[-1] + (0, 0, 0.2 * column), bend[-1] + (0, 0, 0.26 * column)])
    radii = 0.25 * radius * np.array([1] * 8 + [0.4])
    return sweep(path, radii, 16, 2)
