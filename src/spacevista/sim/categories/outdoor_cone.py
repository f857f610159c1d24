"""Traffic cone: an orange cone with white bands on a square foot."""

import numpy as np

from spacevista.sim.categories.shape import Shape
from spacevista.sim.categories.solids import block, choice
from spacevista.sim.shapes import lathe, moved, settled, union
from spacevista.sim.world import Material

CATEGORY = "traffic cone"
# EN 13422 sizes: 0.75 and 1.0 m high; the square foot is about half as wide.
SIZES_M = ((0.75, 0.40), (1.00, 0.51))
FOOT_M = 0.05


def build(rng: np.random.Generator) -> Shape:
    """Draw a cone."""
    height, wide = (size * rng.uniform(0.97, 1.03) for size in SIZES_M[int(rng.integers(2))])
    low, high = 0.40 * wide, 0.07 * wide
    edges = np.array([0.0, 0.30, 0.52, 0.68, 0.86, 1.0]) * (height - FOOT_M)
    radii = low + (high - low) * edges / (height - FOOT_M)
    profile = [(0.0, 0.0), *zip(radii.tolist(), edges.tolist(), strict=True), (0.0, float(edges[-1]))]
    cone = moved(lathe(profile, 32, [0, 0, 1, 0, 1, 0, 0]), (0, 0, FOOT_M))
    foot = block((-wide / 2, wide / 2), (-wide / 2, wide / 2), (0, FOOT_M), 2)
    orange = choice(rng, ((0.75, 0.17, 0.02), (0.65, 0.10, 0.02)))
    black = orange if rng.random() < 0.4 else (0.03, 0.03, 0.03)
    looks = (Material(orange, gloss=0.3), Material((0.82, 0.82, 0.80), gloss=0.4), Material(black, gloss=0.2))
    return Shape(settled(union(cone, foot)), looks)
