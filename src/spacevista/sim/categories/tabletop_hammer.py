"""Hammers: 200 to 330 mm long, a steel head of 90 to 120 mm on a wooden or a rubber-gripped handle."""

from __future__ import annotations

import math

import numpy as np

from spacevista.sim.categories.shape import Shape
from spacevista.sim.categories.small_looks import BLACK_OXIDE, STEEL, varied
from spacevista.sim.categories.solids import tapered
from spacevista.sim.shapes import cylinder, moved, rotated, settled, sweep, union
from spacevista.sim.world import Material, Mesh, Texture

NAME = "hammer"
# Locksmith's hammers of 200 to 500 g, DIN 1041: head 95 to 118 mm long and 19 to 27 mm thick, whole 280 to 320 mm.
LENGTH_M = (0.20, 0.32)
HEAD_M = (0.090, 0.118)


def build(rng: np.random.Generator) -> Shape:
    """Build a hammer lying on its side, the head at -x, its pane towards +y."""
    length, head = float(rng.uniform(*LENGTH_M)), float(rng.uniform(*HEAD_M))
    thick = 0.23 * head
    brown = varied(rng, (0.52, 0.33, 0.16))
    wood = Material(brown, (0.6 * brown[0], 0.6 * brown[1], 0.55 * brown[2]), Texture.WOOD, texture_m=0.005, gloss=0.25)
    rubber = Material((0.04, 0.04, 0.045), gloss=0.15)
    mesh = union(moved(_head(head, thick), (-length / 2 + thick / 2, 0, 0)), _handle(length, thick))
    # The end of the handle lies on the table too: it is thinner than the head.
    tilt = math.degrees(math.atan2(0.08 * thick, length))
    mesh = settled(rotated(mesh, (0, 1, 0), tilt))
    return Shape(mesh, (BLACK_OXIDE, STEEL, (wood, rubber)[int(rng.integers(2))], wood))


def _head(length: float, thick: float) -> Mesh:
    """A square body, a round face towards -y and a wedge towards +y."""
    half = thick / 2
    body = tapered(((-half, half), (-half, half)), ((-half, half), (-half, half)), (-0.18 * length, 0.12 * length))
    pane = tapered(
        ((-half, half), (-half, half)), ((-half, half), (-0.1 * half, 0.1 * half)), (0.12 * length, 0.5 * length)
    )
    face = moved(cylinder(0.95 * half, 0.32 * length, 32), (0, 0, -0.5 * length))
    polished = moved(cylinder(0.9 * half, 0.012 * length, 32, 1), (0, 0, -0.506 * length))
    return rotated(union(body, pane, face, polished), (1, 0, 0), -90)


def _handle(length: float, thick: float) -> Mesh:
    """An oval shaft through the head, thicker at its end."""
    x = np.array([-0.52, -0.40, -0.2, 0.0, 0.2, 0.38, 0.48, 0.5]) * length
    wide = np.array([0.30, 0.30, 0.34, 0.40, 0.46, 0.50, 0.48, 0.36]) * thick
    turn = np.arange(20) * (2 * math.pi / 20)
    oval = np.stack([1.25 * np.cos(turn), 0.92 * np.sin(turn)], axis=1)
    path = np.stack([x, np.zeros(8), np.zeros(8)], axis=1)
    shaft = sweep(path, oval)
    rings = shaft.vertices_m.reshape(8, 20, 3)
    rings = path[:, None] + (rings - path[:, None]) * wide[:, None, None]
    grip = np.repeat(np.where(np.arange(7) >= 3, 2, 3), 40)
    materials = np.concatenate([grip, np.full(len(shaft.faces) - len(grip), 3)])
    return Mesh(rings.reshape(-1, 3), shaft.faces, materials)
