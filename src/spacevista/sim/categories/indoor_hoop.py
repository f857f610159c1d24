"""Hoop: a gymnastics ring of striped tube."""

import math

import numpy as np

from spacevista.sim.categories.shape import Shape
from spacevista.sim.categories.small_looks import vivid
from spacevista.sim.shapes import lathe
from spacevista.sim.world import Material

CATEGORY = "hoop"
# Gymnastics hoops: 0.75-0.95 m across, tubes 18-32 mm thick.
DIAMETER_M = (0.75, 0.95)
TUBE_M = (0.018, 0.032)
STRIPES = 16


def build(rng: np.random.Generator) -> Shape:
    """Draw a hoop lying flat."""
    tube = rng.uniform(*TUBE_M) / 2
    middle = rng.uniform(*DIAMETER_M) / 2 - tube
    turn = np.linspace(0, 2 * math.pi, 13)[:-1]
    mesh = lathe(np.stack([middle + tube * np.cos(turn), tube + tube * np.sin(turn)], axis=1), 96)
    around = np.arctan2(*mesh.vertices_m[mesh.faces].mean(axis=1)[:, 1::-1].T) / (2 * math.pi) + 0.5
    stripes = np.floor(around * STRIPES).astype(int) % 2
    looks = (
        vivid(rng, gloss=0.5),
        Material((0.78, 0.78, 0.75), gloss=0.5) if rng.random() < 0.5 else vivid(rng, gloss=0.5),
    )
    return Shape(type(mesh)(mesh.vertices_m, mesh.faces, stripes), looks)
