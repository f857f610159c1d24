"""Sticky notes of 76 x 76 mm: one sheet that curls away from where it sticks."""

from __future__ import annotations

import numpy as np

from spacevista.sim.categories.cutlery import ribbon
from spacevista.sim.categories.shape import Shape
from spacevista.sim.categories.small_looks import BLACK_INK
from spacevista.sim.shapes import settled, union
from spacevista.sim.world import Material, Mesh

NAME = "sticky note"
SIDES_M = ((0.076, 0.076), (0.076, 0.076), (0.076, 0.127), (0.051, 0.051))
SHEET_M = 0.0003
COLORS = ((0.85, 0.75, 0.12), (0.80, 0.30, 0.45), (0.25, 0.65, 0.30), (0.25, 0.55, 0.75))


def build(rng: np.random.Generator, side_m: float = 1.0) -> Shape:
    """Build a note lying face up, its sticky edge towards -x; at most `side_m` on its longer side."""
    sizes = [size for size in SIDES_M if max(size) <= side_m] or [SIDES_M[-1]]
    length, width = sizes[int(rng.integers(len(sizes)))]
    curl = float(rng.uniform(0.12, 0.22)) * length
    paper = Material(COLORS[int(rng.integers(len(COLORS)))], gloss=0.02)
    lines = [
        _strip(length, curl, (a, a + 0.035), 0.7 * width * float(rng.uniform(0.6, 1)), 0.0002) for a in (0.3, 0.45, 0.6)
    ]
    return Shape(settled(union(_strip(length, curl, (0, 1), width, SHEET_M), *lines)), (paper, BLACK_INK))


def _strip(length: float, curl: float, part: tuple[float, float], width: float, thick: float) -> Mesh:
    """A piece of the sheet (from, to, as parts of its length); lines of ink lie on its upper side."""
    along = np.linspace(*part, 14 if thick == SHEET_M else 3)
    z = curl * np.clip((along - 0.25) / 0.75, 0, 1) ** 2
    ink = thick != SHEET_M
    lift = SHEET_M + thick / 2 if ink else SHEET_M / 2
    return ribbon((along - 0.5) * length, z + lift, width, thick, material=int(ink))
