"""Screwdrivers: a ridged plastic handle, a round steel blade with a flat or pointed tip, 150 to 260 mm long."""

from __future__ import annotations

import numpy as np

from spacevista.sim.categories.shape import Shape
from spacevista.sim.categories.small_looks import STEEL, vivid
from spacevista.sim.shapes import lathe, rotated, settled, union
from spacevista.sim.world import Material, Mesh

NAME = "screwdriver"
LENGTH_M = (0.150, 0.260)
HANDLE_PART = (0.40, 0.48)  # of the length
HANDLE_M = (0.022, 0.032)  # across
RIDGES = 6


def build(rng: np.random.Generator) -> Shape:
    """Build a screwdriver lying on its handle, the blade towards +x."""
    length, across = float(rng.uniform(*LENGTH_M)), float(rng.uniform(*HANDLE_M))
    grip = length * float(rng.uniform(*HANDLE_PART))
    upright = union(_handle(across / 2, grip), _blade(rng, 0.085 * across + 0.001, grip, length))
    black = Material((0.03, 0.03, 0.03), gloss=0.3)
    # A ridge of the handle lies to either side of the lowest line, so that it does not roll.
    lying = rotated(rotated(upright, (0, 0, 1), 180 / RIDGES), (0, 1, 0), 90)
    return Shape(settled(lying), (vivid(rng, gloss=0.6), black, STEEL))


def _handle(radius: float, length: float) -> Mesh:
    """A grip with six flutes, a narrow neck and a collar."""
    rows = np.array([(0, 0), (0.75, 0), (0.95, 0.04), (1, 0.10), (1, 0.60), (0.66, 0.74), (0.62, 0.84)])
    collar = np.array([(0.82, 0.90), (0.78, 1.0), (0, 1.0)])
    mesh = lathe(np.vstack([rows, collar]) * (radius, length), 48, [1, 1, 0, 0, 0, 0, 1, 1, 1])
    x, y, z = mesh.vertices_m.T
    fluted = (z > 0.02 * length) & (z < 0.7 * length)
    swell = 1 - 0.09 * fluted * (0.5 - 0.5 * np.cos(RIDGES * np.arctan2(y, x)))
    return Mesh(np.column_stack([x * swell, y * swell, z]), mesh.faces, mesh.face_materials)


def _blade(rng: np.random.Generator, radius: float, start: float, end: float) -> Mesh:
    """A round rod that ends in a point, or in a tip beaten flat and half as wide again."""
    if rng.random() < 0.5:
        profile = [(radius, start), (radius, end - 0.010), (0.9 * radius, end - 0.004), (0.3 * radius, end)]
        return lathe([(0, start), *profile, (0, end)], 24, 2)
    neck = end - 0.012
    rod = lathe([(0, start), (radius, start), (radius, neck + 1e-4), (0, neck + 1e-4)], 24, 2)
    tip = lathe([(0, neck), (radius, neck), (radius, end), (0, end)], 24, 2)
    x, y, z = tip.vertices_m.T
    far = z > neck + 0.006
    flat = np.column_stack([x * np.where(far, 0.12, 1), y * np.where(far, 1.5, 1), z])
    return union(rod, Mesh(flat, tip.faces, tip.face_materials))
