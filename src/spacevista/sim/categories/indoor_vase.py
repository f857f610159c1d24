"""Vase with flowers: a turned body with a narrow neck and a bunch of blossoms on stems."""

import math

import numpy as np

from spacevista.sim.categories.shape import Shape
from spacevista.sim.categories.small_looks import vivid
from spacevista.sim.categories.solids import scaled_colour
from spacevista.sim.shapes import ellipsoid, lathe, moved, settled, sweep, union
from spacevista.sim.world import Material, Mesh

CATEGORY = "vase"
# Table vases: 0.16-0.28 m high, 0.11-0.17 m across; with flowers 0.30-0.52 m.
HEIGHT_M = (0.16, 0.28)
WIDTH_M = (0.11, 0.17)


def build(rng: np.random.Generator) -> Shape:
    """Draw a vase of flowers."""
    height, radius = rng.uniform(*HEIGHT_M), rng.uniform(*WIDTH_M) / 2
    parts = [_body(height, radius)]
    count = int(rng.integers(5, 9))
    for i in range(count):
        parts += _flower(rng, height, 2 * math.pi * i / count + rng.uniform(-0.3, 0.3), 0.32 * radius)
    glaze, petals = vivid(rng, gloss=0.8), vivid(rng, gloss=0.1)
    stem = Material(scaled_colour(rng, (0.08, 0.26, 0.06)), gloss=0.2)
    return Shape(settled(union(*parts)), (glaze, stem, petals, Material((0.70, 0.50, 0.06), gloss=0.1)))


def _body(height: float, radius: float) -> Mesh:
    """A belly below a neck of half its width; closed a little below the rim, where the water stands."""
    turn = np.linspace(0, 1, 16)
    wide = 0.62 + 0.38 * np.sin(math.pi * np.clip(turn / 0.72, 0, 1)) - 0.22 * np.clip((turn - 0.45) / 0.4, 0, 1)
    wide += 0.14 * np.clip((turn - 0.88) / 0.12, 0, 1)
    outside = np.stack([wide * radius, turn * height], axis=1)
    inside = [(outside[-1, 0] - 0.006, height), (outside[-2, 0] - 0.008, 0.93 * height), (0, 0.93 * height)]
    return lathe(np.vstack([[(0, 0)], outside, inside]), 40)


def _flower(rng: np.random.Generator, start: float, azimuth: float, inner: float) -> list[Mesh]:
    """A stem that leans out of the neck, and a blossom on its end."""
    tall, lean = rng.uniform(0.6, 0.85) * start, rng.uniform(0.15, 0.5) * start
    along = np.linspace(0, 1, 6)
    out = inner * 0.6 + lean * along**1.6
    path = np.stack([out * math.cos(azimuth), out * math.sin(azimuth), 0.9 * start + tall * along], axis=1)
    size = rng.uniform(0.020, 0.030)
    bloom = moved(ellipsoid((size, size, 0.55 * size), 18, 2), path[-1].tolist())
    heart = moved(ellipsoid((0.45 * size, 0.45 * size, 0.3 * size), 12, 3), (path[-1] + (0, 0, 0.75 * size)).tolist())
    return [sweep(path, 0.0025, 8, 1), bloom, heart]
