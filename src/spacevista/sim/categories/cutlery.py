"""What forks, spoons and knives share: ribbons of metal, bowls, and where a piece lies."""

from __future__ import annotations

from typing import Any

import numpy as np

from spacevista.sim.categories.small_looks import STEEL
from spacevista.sim.shapes import lathe, loft, moved, scaled
from spacevista.sim.world import Material, Mesh

POLISHED = Material((0.66, 0.66, 0.67), (0.60, 0.60, 0.61), STEEL.texture, texture_m=0.0008, gloss=0.9)


def ribbon(x_m: Any, z_m: Any, width_m: Any, thick_m: Any, y_m: Any = 0.0, material: int = 0) -> Mesh:
    """Return a bar along +x: at each x a rectangle `width_m` wide and `thick_m` high about (y_m, z_m); arrays (N,)."""
    x = np.asarray(x_m, dtype=np.float64)
    z, y, half, thick = (np.broadcast_to(np.asarray(v, np.float64), x.shape) for v in (z_m, y_m, width_m, thick_m))
    corners = [(1, -1), (1, 1), (-1, 1), (-1, -1)]
    rings = np.stack([np.stack([x, y + a * half / 2, z + b * thick / 2], axis=1) for a, b in corners], axis=1)
    return loft(rings, material=material)


def dished(length_m: float, width_m: float, depth_m: float, thick_m: float, material: int = 0) -> Mesh:
    """Return an oval dish, open above, its lowest point at z = 0 and the middle of its rim at x = y = 0."""
    turn = np.linspace(0, 1, 9)
    outer = np.stack([np.sin(turn * np.pi / 2), 1 - np.cos(turn * np.pi / 2)], axis=1) * (0.5, depth_m)
    inner = outer[::-1] * (1 - 2 * thick_m / width_m, 1) + (0, thick_m)
    inner[0, 1] = outer[-1, 1]
    inner[-1] = (0, thick_m)
    return scaled(lathe(np.vstack([outer, inner]), 32, material), (length_m, width_m, 1))


def handle(x_m: tuple[float, float], width_m: tuple[float, float], rise_m: float, thick_m: float) -> Mesh:
    """Return a handle from the neck (first x, width, at z = rise) to its end near the table, arched as flatware is."""
    along = np.linspace(0, 1, 12)
    z = rise_m * (1 - along) + 0.35 * rise_m * np.sin(np.pi * along) + thick_m / 2
    width = width_m[0] + (width_m[1] - width_m[0]) * along**1.5
    width[-1] *= 0.6
    bar = ribbon(along * abs(x_m[1] - x_m[0]), z, width, thick_m)
    return moved(bar, (x_m[0], 0, 0))
