"""Dry beans: kidney, pinto, black and white beans, 8 to 19 mm long."""

from __future__ import annotations

import math

import numpy as np

from spacevista.sim.categories.shape import Shape
from spacevista.sim.categories.small_looks import varied
from spacevista.sim.shapes import ellipsoid, face_centres, painted, settled
from spacevista.sim.world import Material, Mesh, Texture

NAME = "bean"
LENGTH_M = (0.008, 0.019)
SORTS = (((0.28, 0.03, 0.03), (0.20, 0.02, 0.02)), ((0.62, 0.40, 0.26), (0.30, 0.12, 0.07)),
         ((0.025, 0.02, 0.025), (0.05, 0.04, 0.05)), ((0.78, 0.74, 0.62), (0.70, 0.64, 0.50)))  # fmt: skip


def build(rng: np.random.Generator, longest_m: tuple[float, float] = (0.0, math.inf)) -> Shape | None:
    """Build a bean lying on its flat side, its length within `longest_m`; None if none is."""
    low, high = max(LENGTH_M[0], longest_m[0]), min(LENGTH_M[1], longest_m[1])
    if low > high:
        return None
    length = float(rng.uniform(low, high))
    width, thick = length * float(rng.uniform(0.54, 0.66)), length * float(rng.uniform(0.40, 0.50))
    mesh = _bent(ellipsoid((length / 2, width / 2, thick / 2), 36), length, width)
    centres = face_centres(mesh)
    eye = (
        (np.abs(centres[:, 0]) < 0.08 * length)
        & (centres[:, 1] < 0)
        & (np.abs(centres[:, 2] - thick / 2) < 0.12 * thick)
    )
    color, second = SORTS[int(rng.integers(len(SORTS)))]
    skin = Material(varied(rng, color), varied(rng, second), Texture.NOISE, texture_m=0.003, gloss=0.6)
    mesh = Mesh(mesh.vertices_m * (length / np.ptp(mesh.vertices_m[:, 0])), mesh.faces, mesh.face_materials)
    return Shape(settled(painted(mesh, eye, 1)), (skin, Material((0.72, 0.68, 0.58), gloss=0.3)))


def _bent(mesh: Mesh, length: float, width: float) -> Mesh:
    """Bend an ellipsoid that lies along x into a kidney: its ends go towards -y, its inner side becomes hollow."""
    x, y, z = mesh.vertices_m.T
    share = 2 * x / length
    dent = np.where(y < 0, 0.34 * (-2 * y / width) * np.exp(-((share / 0.45) ** 2)), 0.0)
    return Mesh(
        np.column_stack([x, y - 0.20 * width * share**2 + dent * width / 2, z]), mesh.faces, mesh.face_materials
    )
