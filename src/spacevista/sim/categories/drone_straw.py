"""Straw stack: large square bales in layers like bricks, the top layers drawn in."""

import numpy as np

from spacevista.sim.categories.shape import Shape
from spacevista.sim.categories.solids import block, choice
from spacevista.sim.shapes import settled, union
from spacevista.sim.world import Material, Mesh, Texture

CATEGORY = "stack of straw bales"
# Large bales are 2.2-2.5 x 1.2 x 0.9 m (balers' data); stacks here 3-7 bales long, 2-3 deep, 3-6 layers high.
BALE_M = ((2.2, 2.5), 1.2, 0.9)
COUNT, DEEP, LAYERS = (3, 7), (2, 3), (3, 6)


def build(rng: np.random.Generator) -> Shape:
    """Draw a stack along x."""
    long = rng.uniform(*BALE_M[0])
    count, deep, layers = (int(rng.integers(low, high + 1)) for low, high in (COUNT, DEEP, LAYERS))
    parts: list[Mesh] = []
    for level in range(layers):
        left = count - (1 if level >= layers - 1 else 0)
        shift = 0.5 * long * (count - left)
        low = level * BALE_M[2]
        for i in range(left):
            for k in range(deep):
                x, y = i * long + shift + rng.uniform(-0.04, 0.04), k * BALE_M[1] + rng.uniform(-0.04, 0.04)
                span = (x, x + long - 0.03), (y, y + BALE_M[1] - 0.03)
                parts.append(block(*span, (low, low + BALE_M[2] - 0.02), int(rng.integers(2))))
    straw = choice(rng, ((0.58, 0.45, 0.18), (0.62, 0.50, 0.24)))
    dark, pale = [(f * straw[0], f * straw[1], f * straw[2]) for f in (0.7, 1.15)]
    looks = tuple(Material(a, b, Texture.NOISE, texture_m=0.25, gloss=0.0) for a, b in ((straw, dark), (pale, straw)))
    return Shape(settled(union(*parts)), looks)
