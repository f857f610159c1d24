"""Flight of steps: stone steps up to a landing between two low side walls."""

import numpy as np

from spacevista.sim.categories.shape import Shape
from spacevista.sim.categories.solids import block, choice, upright_prism
from spacevista.sim.shapes import settled, union
from spacevista.sim.world import Material, Mesh, Texture

CATEGORY = "flight of steps"
# Outdoor stairs: rises of 0.14-0.17 m, treads of 0.29-0.34 m (2 rises + 1 tread = 0.59-0.65 m), 1.4-2.8 m wide; here
# four to eight steps with a landing 1.0-1.4 m deep.
RISE_M = (0.14, 0.17)
TREAD_M = (0.29, 0.34)
WIDTH_M = (1.4, 2.8)
STEPS = (4, 8)


def build(rng: np.random.Generator) -> Shape:
    """Draw steps that rise towards +x."""
    rise, tread, width = rng.uniform(*RISE_M), rng.uniform(*TREAD_M), rng.uniform(*WIDTH_M)
    count, landing, wall = int(rng.integers(STEPS[0], STEPS[1] + 1)), rng.uniform(1.0, 1.4), 0.25
    end, top = count * tread + landing, count * rise
    inner = (-width / 2, width / 2)
    parts: list[Mesh] = []
    for i in range(count):
        low, high = i * rise, (i + 1) * rise
        parts.append(block((i * tread, end), inner, (low, high - 0.05), 0))
        parts.append(
            block((i * tread - 0.02, (i + 1) * tread if i < count - 1 else end), inner, (high - 0.05, high), 1)
        )
    slope = [(-0.05, 0), (end, 0), (end, top + 0.20), (count * tread - 0.1, top + 0.20), (-0.05, rise + 0.15)]
    for y in ((-width / 2 - wall, -width / 2), (width / 2, width / 2 + wall)):
        parts.append(upright_prism(slope, y, 2))
    stone = choice(rng, ((0.42, 0.40, 0.37), (0.50, 0.45, 0.36), (0.35, 0.34, 0.34)))
    edge = (min(1.35 * stone[0], 1.0), min(1.35 * stone[1], 1.0), min(1.35 * stone[2], 1.0))
    dark = (0.7 * stone[0], 0.7 * stone[1], 0.7 * stone[2])
    looks = (
        Material(dark, stone, Texture.NOISE, texture_m=0.12, gloss=0.03),
        Material(edge, stone, Texture.NOISE, texture_m=0.12, gloss=0.05),
        Material((0.42, 0.18, 0.11), (0.5, 0.47, 0.43), Texture.BRICK, texture_m=0.075, gloss=0.03)
        if rng.random() < 0.5
        else Material(stone, dark, Texture.NOISE, texture_m=0.3, gloss=0.03),
    )
    return Shape(settled(union(*parts)), looks)
