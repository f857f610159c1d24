"""Crown caps of bottles, lying open side up: 32 mm over 21 teeth, 6 mm high (DIN 6099)."""

from __future__ import annotations

import math

import numpy as np

from spacevista.sim.categories.shape import Shape
from spacevista.sim.categories.small_looks import vivid
from spacevista.sim.shapes import lathe, settled
from spacevista.sim.world import Material, Mesh

NAME = "bottle cap"
ACROSS_M = 0.0321
HEIGHT_M = 0.0060
INSIDE_M = 0.0266
SHEET_M = 0.0004
TEETH = 21


def build(rng: np.random.Generator, longest_m: tuple[float, float] = (0.0, math.inf)) -> Shape | None:
    """Build a cap that can hold small things; None if its width is not within `longest_m`."""
    if not longest_m[0] <= ACROSS_M <= longest_m[1]:
        return None
    inner, outer = INSIDE_M / 2, ACROSS_M / 2
    profile = [
        (0, 0),
        (0.82 * inner, 0),
        (inner, 0.9e-3),
        (inner + 0.3e-3, 2.2e-3),
        (0.5 * (inner + outer), 4.2e-3),
        (outer, HEIGHT_M),
        (outer - 1.2 * SHEET_M, HEIGHT_M),
        (0.5 * (inner + outer) - SHEET_M, 4.4e-3),
        (inner - SHEET_M, 2.2e-3),
        (inner - 1.4 * SHEET_M, 1.2e-3),
        (0.8 * inner, 0.7e-3),
        (0, 0.7e-3),
    ]
    paint, liner = vivid(rng, gloss=0.7), Material((0.68, 0.68, 0.66), gloss=0.6)
    materials = [0] * 6 + [1] * 3 + [2] * 2
    mesh = settled(_toothed(lathe(profile, 4 * TEETH, materials)))
    return Shape(mesh, (paint, liner, Material((0.74, 0.74, 0.70), gloss=0.3)))


def _toothed(mesh: Mesh) -> Mesh:
    """Pleat the skirt: the upper it gets, the more its radius waves."""
    x, y, z = mesh.vertices_m.T
    wave = 0.045 * np.clip((z - 1.5e-3) / (HEIGHT_M - 1.5e-3), 0, 1) * (np.cos(TEETH * np.arctan2(y, x)) - 1)
    return Mesh(np.column_stack([x * (1 + wave), y * (1 + wave), z]), mesh.faces, mesh.face_materials)
