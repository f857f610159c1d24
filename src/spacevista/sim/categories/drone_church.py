"""Church: a nave with a steep roof and tall windows, a tower with a pointed spire, a small choir."""

import math

import numpy as np

from spacevista.sim.categories.shape import Shape
from spacevista.sim.categories.solids import block, choice, tapered, upright_prism
from spacevista.sim.shapes import lathe, moved, rotated, settled, union
from spacevista.sim.world import Material, Mesh, Texture

CATEGORY = "church"
# Village churches: naves 14-26 m x 8-12 m with eaves at 5-8 m and roofs of 45-52 degrees; towers 4.5-6.5 m square,
# 12-20 m to the bells, spires of 7-14 m.
NAVE_M = (14.0, 26.0)
WIDTH_M = (8.0, 12.0)
EAVES_M = (5.0, 8.0)
TOWER_M = (4.5, 6.5)
WALL, ROOF, GLASS, STONE = range(4)


def build(rng: np.random.Generator) -> Shape:
    """Draw a church along x, its tower at the -x end."""
    nave, width, eaves, tower = (
        rng.uniform(*NAVE_M),
        rng.uniform(*WIDTH_M),
        rng.uniform(*EAVES_M),
        rng.uniform(*TOWER_M),
    )
    rise = width / 2 * math.tan(math.radians(rng.uniform(45, 52)))
    bells, spire = eaves + rise + rng.uniform(1.0, 5.0), rng.uniform(7.0, 14.0)
    x, y = nave / 2, width / 2
    gable = [(-y, 0.0), (y, 0.0), (y, eaves), (0.0, eaves + rise), (-y, eaves)]
    slope = rise / y
    foot = (y + 0.4, eaves - 0.4 * slope)
    roof = [
        (-foot[0], foot[1]),
        (0, eaves + rise),
        foot,
        (foot[0], foot[1] + 0.35),
        (0, eaves + rise + 0.4),
        (-foot[0], foot[1] + 0.35),
    ]
    parts: list[Mesh] = [
        rotated(upright_prism(gable, (-x, x)), (0, 0, 1), 90),
        rotated(upright_prism(roof, (-x - 0.3, x), ROOF), (0, 0, 1), 90),
        *_tower(-x - tower / 2 + 0.3, tower / 2, bells, spire),
    ]
    choir = [(0, 0), (0.62 * y, 0), (0.62 * y, 0.85 * eaves), (0, 0.85 * eaves)]
    cone = [
        (0, 0.85 * eaves - 0.1),
        (0.70 * y, 0.85 * eaves - 0.1),
        (0.70 * y, 0.85 * eaves + 0.1),
        (0, 0.85 * eaves + 0.5 * rise),
    ]
    parts += [moved(lathe(choir, 16), (x, 0, 0)), moved(lathe(cone, 16, ROOF), (x, 0, 0))]
    bays = max(3, round(nave / 4.5))
    for at in np.linspace(-x, x, 2 * bays + 1)[1::2].tolist():
        for side in (-1, 1):
            out = (side * y - 0.08, side * y + 0.08)
            parts.append(block((at - 0.55, at + 0.55), out, (1.6, eaves - 0.8), GLASS))
            parts.append(block((at + 1.6, at + 2.1), (side * y - 0.4, side * y + 0.4), (0, 0.75 * eaves), STONE))
    wall = choice(rng, ((0.66, 0.63, 0.56), (0.45, 0.42, 0.38), (0.72, 0.71, 0.68), (0.42, 0.20, 0.13)))
    tiles = choice(rng, ((0.40, 0.14, 0.09), (0.15, 0.15, 0.17), (0.20, 0.36, 0.30)))
    shade, dark = [(0.85 * c[0], 0.85 * c[1], 0.85 * c[2]) for c in (wall, tiles)]
    looks = (
        Material(wall, shade, Texture.NOISE, texture_m=0.8, gloss=0.03),
        Material(tiles, dark, Texture.STRIPES, texture_m=0.35, gloss=0.1),
    )
    return Shape(settled(union(*parts)), (*looks, Material((0.04, 0.05, 0.08), gloss=0.8), Material(shade, gloss=0.03)))


def _tower(x: float, half: float, bells: float, spire: float) -> list[Mesh]:
    side = (-half, half)
    parts = [
        block(side, side, (0, bells)),
        block((-half - 0.15, half + 0.15), (-half - 0.15, half + 0.15), (bells - 0.4, bells), STONE),
    ]
    parts.append(
        tapered(
            ((-half - 0.2, half + 0.2), (-half - 0.2, half + 0.2)),
            ((-0.04, 0.04), (-0.04, 0.04)),
            (bells, bells + spire),
            ROOF,
        )
    )
    for k in range(4):
        opening = block((half - 0.1, half + 0.06), (-0.3 * half, 0.3 * half), (bells - 3.2, bells - 1.0), GLASS)
        parts.append(rotated(opening, (0, 0, 1), 90.0 * k))
    door = block((-half - 0.07, -half + 0.1), (-0.9, 0.9), (0, 2.8), GLASS)
    return [moved(part, (x, 0, 0)) for part in (*parts, door)]
