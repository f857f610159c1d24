"""Finger rings with a set stone: 15 to 21 mm inside (ISO 8653 sizes 47 to 66)."""

from __future__ import annotations

import math

import numpy as np

from spacevista.sim.categories.shape import Shape
from spacevista.sim.categories.small_looks import vivid
from spacevista.sim.shapes import lathe, moved, rotated, settled, union
from spacevista.sim.world import Material, Mesh

NAME = "ring"
INNER_M = (0.015, 0.021)
BAND_M = (0.0014, 0.0022)  # thick
GOLD = Material((0.78, 0.52, 0.16), gloss=0.9)
SILVER = Material((0.72, 0.72, 0.73), gloss=0.9)


def build(rng: np.random.Generator, longest_m: tuple[float, float] = (0.0, math.inf)) -> Shape | None:
    """Build a ring lying flat, its stone towards +x, its longest side within `longest_m`; None if none is."""
    if longest_m[1] < 0.026 or longest_m[0] > 0.026:
        return None
    mesh = _ring(float(rng.uniform(*INNER_M)) / 2, float(rng.uniform(*BAND_M)))
    return Shape(settled(mesh), ((GOLD, SILVER)[int(rng.integers(2))], vivid(rng, gloss=1.0)))


def _ring(inner: float, band: float) -> Mesh:
    """A band, rounded outside, and a stone in a setting that faces outwards."""
    half = 1.1 * band
    bow = np.linspace(-math.pi / 2, math.pi / 2, 9)
    outside = np.stack([inner + 0.35 * band + 0.65 * band * np.cos(bow), half * (1 + np.sin(bow))], axis=1)
    circle = lathe(np.vstack([[(inner, 0.15 * half)], outside, [(inner, 1.85 * half)]]), 64)
    width = 1.9 * half
    stone = lathe([(0, 0), (0.55, 0.0), (1.0, 0.55), (0.62, 0.85), (0, 0.85)], 8, 1)
    setting = lathe([(0, 0), (0.5, 0), (0.95, 0.5), (0.95, 0.62), (0.5, 0.62), (0, 0.62)], 16, 0)
    head = union(setting, moved(stone, (0, 0, 0.12)))
    sized = Mesh(head.vertices_m * width, head.faces, head.face_materials)
    return union(circle, moved(rotated(sized, (0, 1, 0), 90), (inner + 0.6 * band, 0, half)))
