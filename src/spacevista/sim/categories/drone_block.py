"""Building block: flats or offices with a flat roof, a parapet, rows of windows, plant and stair heads on the roof."""

import math

import numpy as np

from spacevista.sim.categories.shape import Shape
from spacevista.sim.categories.solids import block, choice
from spacevista.sim.shapes import rotated, settled, union
from spacevista.sim.world import Material, Mesh, Texture

CATEGORY = "apartment block"
# Slab blocks: 18-60 m x 11-18 m, 3 to 12 floors of 2.8-3.4 m, parapet 0.6-1.1 m (common practice; guards
# against falling are about 1 m).
LENGTH_M = (18.0, 60.0)
WIDTH_M = (11.0, 18.0)
FLOORS = (3, 12)
FLOOR_M = (2.8, 3.4)
WALL, GLASS, ROOF, PLANT, BASE = range(5)


def build(rng: np.random.Generator) -> Shape:
    """Draw a block; its length is along x."""
    length, width = rng.uniform(*LENGTH_M), rng.uniform(*WIDTH_M)
    floors, floor = int(rng.integers(FLOORS[0], FLOORS[1] + 1)), rng.uniform(*FLOOR_M)
    parapet = rng.uniform(0.6, 1.1)
    roof = floors * floor + 0.4
    x, y = (-length / 2, length / 2), (-width / 2, width / 2)
    parts: list[Mesh] = [
        block(x, y, (0.4, roof)),
        block((x[0] - 0.05, x[1] + 0.05), (y[0] - 0.05, y[1] + 0.05), (0, 0.4), BASE),
        block((x[0] + 0.3, x[1] - 0.3), (y[0] + 0.3, y[1] - 0.3), (roof, roof + 0.05), ROOF),
        *_parapet(x, y, (roof, roof + parapet)),
        *_roof_plant(rng, length, width, roof),
    ]
    sills = [0.4 + level * floor + 0.9 for level in range(floors)]
    for turn, across, distance in ((0, length, width / 2), (90, width, length / 2)):
        wall = union(*(w for sill in sills for w in _windows(across, distance, (sill, sill + 0.5 * floor))))
        parts += [rotated(wall, (0, 0, 1), turn), rotated(wall, (0, 0, 1), turn + 180)]
    return Shape(settled(union(*parts)), _materials(rng))


def _materials(rng: np.random.Generator) -> tuple[Material, ...]:
    wall = choice(
        rng, ((0.62, 0.58, 0.50), (0.50, 0.50, 0.50), (0.48, 0.24, 0.15), (0.70, 0.70, 0.68), (0.55, 0.45, 0.30))
    )
    dark = (wall[0] * 0.85, wall[1] * 0.85, wall[2] * 0.85)
    return (
        Material(wall, dark, Texture.NOISE, texture_m=1.0, gloss=0.05),
        Material((0.04, 0.06, 0.09), gloss=0.9),
        Material(
            choice(rng, ((0.30, 0.29, 0.27), (0.18, 0.18, 0.18), (0.42, 0.40, 0.37))),
            (0.2, 0.2, 0.2),
            Texture.NOISE,
            texture_m=0.6,
            gloss=0.05,
        ),
        Material((0.55, 0.56, 0.57), gloss=0.4),
        Material((0.25, 0.24, 0.23), gloss=0.05),
    )


def _parapet(x: tuple[float, float], y: tuple[float, float], z: tuple[float, float]) -> list[Mesh]:
    thick = 0.3
    return [
        block(x, (y[0], y[0] + thick), z),
        block(x, (y[1] - thick, y[1]), z),
        block((x[0], x[0] + thick), (y[0] + thick, y[1] - thick), z),
        block((x[1] - thick, x[1]), (y[0] + thick, y[1] - thick), z),
    ]


def _windows(length: float, distance: float, z: tuple[float, float]) -> list[Mesh]:
    """Return a row of windows every 3 m on the wall at y = distance, standing out by 6 cm."""
    count = max(2, math.floor((length - 1.0) / 3.0))
    centres = np.linspace(-length / 2, length / 2, 2 * count + 1)[1::2].tolist()
    return [block((c - 0.85, c + 0.85), (distance, distance + 0.06), z, GLASS) for c in centres]


def _roof_plant(rng: np.random.Generator, length: float, width: float, roof: float) -> list[Mesh]:
    """Return stair heads and air handlers, apart from each other along x."""
    count = int(rng.integers(2, 5))
    parts = []
    for i in range(count):
        x = (i + 0.5) / count * length - length / 2 + rng.uniform(-0.1, 0.1) * length / count
        y = rng.uniform(-0.2, 0.2) * width
        half_x, half_y, tall = rng.uniform(1.0, 2.2), rng.uniform(0.9, 2.0), rng.uniform(0.9, 2.6)
        parts.append(
            block((x - half_x, x + half_x), (y - half_y, y + half_y), (roof, roof + tall), PLANT if i % 2 else WALL)
        )
    return parts
