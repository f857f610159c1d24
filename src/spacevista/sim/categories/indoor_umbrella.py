"""Umbrella: closed and rolled, with a crook for a handle."""

import math

import numpy as np

from spacevista.sim.categories.shape import Shape
from spacevista.sim.categories.small_looks import vivid
from spacevista.sim.shapes import lathe, moved, rotated, settled, sweep, union
from spacevista.sim.world import Material

CATEGORY = "umbrella"
# Stick umbrellas: 0.82-0.92 m long, rolled to 0.06-0.09 m, crooks 0.10-0.12 m across.
LENGTH_M = (0.82, 0.92)
ROLL_M = (0.060, 0.090)
CROOK_M = (0.048, 0.058)  # radius of the crook's middle line
HANDLE_RADIUS_M = 0.011


def build(rng: np.random.Generator) -> Shape:
    """Draw an umbrella lying along x, its crook on its side."""
    shape = hung(rng)[0]
    return Shape(settled(rotated(rotated(shape.mesh, (0, 0, 1), 90), (0, 1, 0), 90)), shape.materials)


def hung(rng: np.random.Generator) -> tuple[Shape, tuple[float, float]]:
    """Draw an umbrella that hangs with its tip down and return (y, z) of the middle of its crook, a loop about x."""
    length, roll, crook = rng.uniform(*LENGTH_M), rng.uniform(*ROLL_M) / 2, rng.uniform(*CROOK_M)
    turn = np.linspace(0, 1, 12)
    wide = np.interp(turn, [0, 0.06, 0.3, 0.7, 0.93, 1.0], [0.15, 0.35, 0.75, 1.0, 0.8, 0.3]) * roll
    top = length - 2.2 * crook
    cloth = lathe(np.vstack([[(0, 0.06)], np.stack([wide, 0.06 + turn * (top - 0.14)], axis=1), [(0, top - 0.08)]]), 24)
    tip = lathe([(0, 0), (0.003, 0.0), (0.005, 0.08), (0, 0.08)], 12, 1)
    rod = moved(lathe([(0, 0), (0.006, 0), (0.006, 0.12), (0, 0.12)], 12, 1), (0, 0, top - 0.10))
    bend = np.linspace(0, math.radians(200), 15)
    arc = np.stack([np.zeros(15), crook - crook * np.cos(bend), top + crook * np.sin(bend)], axis=1)
    handle = sweep(np.vstack([[(0, 0, top - 0.06)], arc]), HANDLE_RADIUS_M, 14, 2)
    joined = union(cloth, tip, rod, handle)
    mesh = settled(joined)
    shift = mesh.vertices_m[0] - joined.vertices_m[0]
    brown = Material((0.25, 0.11, 0.05), gloss=0.5)
    steel = Material((0.45, 0.45, 0.46), gloss=0.6)
    return Shape(mesh, (vivid(rng, gloss=0.15), steel, brown)), (crook + float(shift[1]), top + float(shift[2]))
