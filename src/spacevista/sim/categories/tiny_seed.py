"""Sunflower seeds in the shell: 8 to 15 mm long, black or striped."""

from __future__ import annotations

import math

import numpy as np

from spacevista.sim.categories.shape import Shape
from spacevista.sim.categories.small_looks import varied
from spacevista.sim.shapes import face_centres, loft, painted, settled
from spacevista.sim.world import Material, Mesh

NAME = "sunflower seed"
LENGTH_M = (0.008, 0.015)
AROUND = 32
STRIPES = 8  # around the shell, dark and pale in turn
# Width along the seed from the tip to the blunt end, as parts of the greatest.
_ALONG = (0.0, 0.06, 0.16, 0.30, 0.46, 0.62, 0.76, 0.88, 0.96, 1.0)
_WIDE = (0.10, 0.26, 0.48, 0.72, 0.90, 1.0, 0.98, 0.84, 0.55, 0.28)


def build(rng: np.random.Generator, longest_m: tuple[float, float] = (0.0, math.inf)) -> Shape | None:
    """Build a seed lying on its flat side, its tip towards -x, its length within `longest_m`; None if none is."""
    low, high = max(LENGTH_M[0], longest_m[0]), min(LENGTH_M[1], longest_m[1])
    if low > high:
        return None
    length = float(rng.uniform(low, high))
    mesh = _seed(length, length * float(rng.uniform(0.42, 0.52)), length * float(rng.uniform(0.25, 0.31)))
    dark = Material(varied(rng, (0.035, 0.03, 0.028)), gloss=0.2)
    pale = Material((0.66, 0.62, 0.54), gloss=0.15) if rng.random() < 0.75 else dark
    return Shape(settled(mesh), (dark, pale))


def _seed(length: float, width: float, thick: float) -> Mesh:
    along = np.linspace(0, 1, 24)
    wide = np.interp(along, _ALONG, _WIDE)
    turn = np.arange(AROUND) * (2 * math.pi / AROUND)
    y, z = width / 2 * np.cos(turn), thick / 2 * np.sin(turn)
    rings = np.empty((24, AROUND, 3))
    rings[:, :, 0] = ((along - 0.5) * length)[:, None]
    rings[:, :, 1], rings[:, :, 2] = wide[:, None] * y, np.sqrt(wide)[:, None] * z
    mesh = loft(rings)
    columns = np.repeat(np.arange(AROUND) * 2 * STRIPES // AROUND % 2, 2)  # two faces of each column and stretch
    stripes = np.concatenate([np.zeros(AROUND), np.tile(columns, 23), np.zeros(AROUND)]) == 1
    return painted(mesh, stripes & (np.abs(face_centres(mesh)[:, 0]) < 0.46 * length), 1)
