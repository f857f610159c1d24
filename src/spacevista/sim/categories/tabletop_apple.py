"""Apples: 65 to 90 mm across (EU marketing classes), slightly flat, with a stem in its hollow."""

from __future__ import annotations

import numpy as np
from scipy.interpolate import CubicSpline

from spacevista.geometry.arrays import FloatArray
from spacevista.sim.categories.shape import Shape
from spacevista.sim.categories.small_looks import varied
from spacevista.sim.shapes import lathe, scaled, settled, sweep, union
from spacevista.sim.world import Material, Mesh, Texture

NAME = "apple"
DIAMETER_M = (0.065, 0.090)
HEIGHT_PART = (0.84, 0.98)
SKINS = (
    ((0.45, 0.03, 0.03), (0.62, 0.28, 0.06)),
    ((0.55, 0.06, 0.04), (0.35, 0.02, 0.02)),
    ((0.30, 0.45, 0.05), (0.42, 0.52, 0.12)),
    ((0.62, 0.45, 0.08), (0.55, 0.14, 0.05)),
)

# Half outline of an apple of width 1 and height 1, from the hollow below to the hollow on top.
_OUTLINE = (
    (0.0, 0.09),
    (0.07, 0.06),
    (0.12, 0.015),
    (0.18, 0.0),
    (0.25, 0.03),
    (0.33, 0.12),
    (0.41, 0.27),
    (0.47, 0.44),
    (0.50, 0.60),
    (0.49, 0.74),
    (0.45, 0.86),
    (0.38, 0.95),
    (0.29, 0.995),
    (0.21, 1.0),
    (0.14, 0.965),
    (0.08, 0.90),
    (0.03, 0.84),
    (0.0, 0.82),
)


def build(rng: np.random.Generator) -> Shape:
    """Build an apple standing on its base."""
    diameter = float(rng.uniform(*DIAMETER_M))
    size = diameter, diameter * float(rng.uniform(0.95, 1.0)), diameter * float(rng.uniform(*HEIGHT_PART))
    body = scaled(_ribbed(lathe(_smooth(_OUTLINE, 48), 60), 0.02), size)
    stem = sweep(
        np.array([(0, 0, 0.80), (0.005, 0, 0.90), (0.02, 0.005, 0.98), (0.05, 0.01, 1.04)]) * size[2],
        np.array([0.014, 0.012, 0.014, 0.02]) * diameter,
        segments=8,
        material=1,
    )
    skin, second = SKINS[int(rng.integers(len(SKINS)))]
    peel = Material(varied(rng, skin), varied(rng, second), Texture.NOISE, texture_m=0.03, gloss=0.55)
    return Shape(settled(union(body, stem)), (peel, Material((0.14, 0.08, 0.03), gloss=0.1)))


def _smooth(outline: tuple[tuple[float, float], ...], count: int) -> FloatArray:
    """Return `count` points on a smooth curve through the outline; both ends stay on the axis."""
    curve = CubicSpline(np.linspace(0, 1, len(outline)), outline)(np.linspace(0, 1, count))
    curve[1:-1, 0] = np.maximum(curve[1:-1, 0], 1e-3)
    curve[[0, -1], 0] = 0
    return np.asarray(curve, dtype=np.float64)


def _ribbed(mesh: Mesh, depth: float) -> Mesh:
    """Press five shallow grooves from base to top, deepest at the base, as on real apples."""
    x, y, z = mesh.vertices_m.T
    swell = 1 + depth * np.cos(5 * np.arctan2(y, x)) * np.clip(1.2 - z, 0, 1)
    return Mesh(np.column_stack([x * swell, y * swell, z]), mesh.faces, mesh.face_materials)
