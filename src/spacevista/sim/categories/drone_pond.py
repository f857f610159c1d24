"""Pond: water of an irregular, smooth outline inside a low rim of stone."""

import numpy as np

from spacevista.geometry.arrays import FloatArray
from spacevista.sim.categories.shape import Shape
from spacevista.sim.shapes import extrude, settled, union
from spacevista.sim.world import Material, Texture

CATEGORY = "pond"
# Garden and park ponds: 10-45 m across, with a kerb of 0.6-1.5 m width and 0.25-0.5 m height around the water.
ACROSS_M = (10.0, 45.0)
KERB_HEIGHT_M = (0.25, 0.5)


def build(rng: np.random.Generator) -> Shape:
    """Draw a pond."""
    across, kerb, height = rng.uniform(*ACROSS_M), rng.uniform(0.6, 1.5), rng.uniform(*KERB_HEIGHT_M)
    angles = np.linspace(0, 2 * np.pi, 64, endpoint=False)
    stretch, phase = rng.uniform(0.6, 0.95), rng.uniform(0, 2 * np.pi, 2)
    radius = 1 + 0.10 * np.sin(2 * angles + phase[0]) + 0.07 * np.sin(3 * angles + phase[1])
    outline = np.stack([radius * np.cos(angles), stretch * radius * np.sin(angles)], axis=1)
    outline *= across / float(np.ptp(outline[:, 0]))
    inner = _shrunk(outline, kerb)
    water = extrude(_shrunk(outline, 0.5 * kerb), 0.7 * height)
    rim = extrude(outline, height, holes=[inner], material=1)
    surface = Material((0.03, 0.10, 0.13), (0.04, 0.13, 0.15), Texture.NOISE, texture_m=1.5, gloss=0.9)
    stone = Material((0.52, 0.49, 0.44), (0.40, 0.38, 0.34), Texture.TILES, texture_m=0.5, gloss=0.05)
    return Shape(settled(union(water, rim)), (surface, stone))


def _shrunk(outline: FloatArray, by_m: float) -> FloatArray:
    """Return a star-shaped outline moved towards its origin by `by_m`."""
    distance = np.linalg.norm(outline, axis=1, keepdims=True)
    return np.asarray(outline * (1 - by_m / distance))
