"""Warehouse: a wide hall of ribbed sheet with a shallow roof, skylights, loading doors and fans on the roof."""

import math

import numpy as np

from spacevista.sim.categories.shape import Shape
from spacevista.sim.categories.solids import block, choice, upright_prism
from spacevista.sim.shapes import cylinder, moved, rotated, settled, union
from spacevista.sim.world import Material, Mesh, Texture

CATEGORY = "warehouse"
# Halls of portal frames: 18-60 m x 12-32 m, eaves at 5-9 m, roofs of 5-10 degrees, doors 3.5-4.2 m wide.
LENGTH_M = (18.0, 60.0)
WIDTH_M = (12.0, 32.0)
EAVES_M = (5.0, 9.0)
PITCH_DEG = (5.0, 10.0)
WALL, ROOF, LIGHT, DOOR, UNIT = range(5)


def build(rng: np.random.Generator) -> Shape:
    """Draw a warehouse; its ridge runs along x, its doors look to -y."""
    length, eaves = rng.uniform(*LENGTH_M), rng.uniform(*EAVES_M)
    width = min(rng.uniform(*WIDTH_M), 0.75 * length)
    pitch = math.radians(rng.uniform(*PITCH_DEG))
    x, y, ridge = length / 2, width / 2, eaves + width / 2 * math.tan(pitch)
    gable = [(-y, 0.0), (y, 0.0), (y, eaves), (0.0, ridge), (-y, eaves)]
    roof = [
        (-y - 0.3, eaves - 0.05),
        (0, ridge + 0.02),
        (y + 0.3, eaves - 0.05),
        (y + 0.3, eaves + 0.2),
        (0, ridge + 0.28),
        (-y - 0.3, eaves + 0.2),
    ]
    parts: list[Mesh] = [
        rotated(upright_prism(gable, (-x, x), WALL), (0, 0, 1), 90),
        rotated(upright_prism(roof, (-x - 0.2, x + 0.2), ROOF), (0, 0, 1), 90),
    ]
    strips = max(2, round(length / 8))
    for at in np.linspace(-x, x, 2 * strips + 1)[1::2].tolist():
        for side in (-1, 1):
            strip = block((at - 0.6, at + 0.6), (0.15 * y, 0.85 * y), (-0.02, 0.05), LIGHT)
            tilted = moved(rotated(strip, (1, 0, 0), -math.degrees(pitch)), (0, 0, ridge + 0.28))
            parts.append(rotated(tilted, (0, 0, 1), 0 if side > 0 else 180))
    doors = max(2, round(length / 9))
    for at in np.linspace(-x, x, 2 * doors + 1)[1::2].tolist():
        parts.append(block((at - 1.9, at + 1.9), (-y - 0.08, -y + 0.2), (0, 4.2), DOOR))
    for _ in range(int(rng.integers(2, 5))):
        at = (rng.uniform(-0.4, 0.4) * length, 0.0, ridge + 0.15)
        parts.append(moved(cylinder(0.55, 0.9, 20, UNIT), at))
    wall = choice(rng, ((0.60, 0.61, 0.62), (0.20, 0.30, 0.42), (0.58, 0.52, 0.40), (0.28, 0.36, 0.28)))
    top = choice(rng, ((0.48, 0.49, 0.50), (0.30, 0.31, 0.32), (0.40, 0.16, 0.11)))
    dark = (0.85 * wall[0], 0.85 * wall[1], 0.85 * wall[2])
    ridged = (0.88 * top[0], 0.88 * top[1], 0.88 * top[2])
    looks = (
        Material(wall, dark, Texture.STRIPES, texture_m=0.5, gloss=0.2),
        Material(top, ridged, Texture.STRIPES, texture_m=0.5, gloss=0.25),
        Material((0.72, 0.76, 0.78), gloss=0.7),
        Material(choice(rng, ((0.75, 0.75, 0.73), (0.08, 0.14, 0.30))), gloss=0.3),
        Material((0.65, 0.66, 0.67), gloss=0.5),
    )
    return Shape(settled(union(*parts)), looks)
