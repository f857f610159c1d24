"""Cardboard boxes for moving house and storage, closed with tape."""

import numpy as np

from spacevista.sim.categories.shape import Shape
from spacevista.sim.categories.tabletop_carton import carton, carton_looks

CATEGORY = "cardboard box"
# Moving and storage boxes: 0.35-0.60 m long, 0.30-0.40 m wide, 0.24-0.40 m high (makers' catalogues).
LENGTH_M = (0.35, 0.60)
WIDTH_M = (0.28, 0.40)
HEIGHT_M = (0.24, 0.40)


def build(rng: np.random.Generator) -> Shape:
    """Draw a box; the slit between its flaps is along x."""
    length = rng.uniform(*LENGTH_M)
    width = min(rng.uniform(*WIDTH_M), 0.9 * length)
    return Shape(carton(length, width, rng.uniform(*HEIGHT_M)), carton_looks(rng))
