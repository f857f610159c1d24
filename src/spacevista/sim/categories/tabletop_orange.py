"""Oranges: 62 to 90 mm across (EU size codes 8 to 2), nearly round, with pitted peel and the star of the stem."""

from __future__ import annotations

import math

import numpy as np

from spacevista.sim.categories.shape import Shape
from spacevista.sim.categories.small_looks import varied
from spacevista.sim.shapes import extrude, lathe, moved, scaled, settled, union
from spacevista.sim.world import Material, Mesh, Texture

NAME = "orange"
DIAMETER_M = (0.062, 0.090)
PEEL = (0.80, 0.26, 0.015)


def build(rng: np.random.Generator) -> Shape:
    """Build an orange standing on its lower end, the stem's star on top."""
    diameter = float(rng.uniform(*DIAMETER_M))
    size = diameter, diameter * float(rng.uniform(0.97, 1.0)), diameter * float(rng.uniform(0.92, 0.99))
    turn = np.linspace(-math.pi / 2, math.pi / 2, 37)
    profile = np.stack([np.cos(turn) / 2, 0.5 + np.sin(turn) / 2], axis=1)
    profile[[0, -1], 0] = 0
    profile[-3:, 1] -= (0.004, 0.012, 0.016)  # the hollow about the stem
    ball = _pitted(lathe(profile, 72), 0.0012, rng)
    mesh = settled(union(scaled(ball, size), moved(_calyx(0.045 * diameter), (0, 0, 0.975 * size[2]))))
    peel = Material(varied(rng, PEEL, 0.1), (0.68, 0.19, 0.01), Texture.NOISE, texture_m=0.003, gloss=0.4)
    return Shape(mesh, (peel, Material((0.16, 0.22, 0.05), gloss=0.1)))


def _pitted(mesh: Mesh, depth: float, rng: np.random.Generator) -> Mesh:
    """Push single vertices in along the radius by up to `depth`; the two ends stay."""
    centre = np.array([0, 0, 0.5])
    arms = mesh.vertices_m - centre
    pits = 1 - 2 * depth * rng.random(len(arms))
    pits[-2:] = 1
    return Mesh(centre + arms * pits[:, None], mesh.faces, mesh.face_materials)


def _calyx(radius_m: float) -> Mesh:
    """The green five-pointed leaf where the stem was."""
    angles = np.arange(10) * (math.pi / 5)
    radii = radius_m * np.where(np.arange(10) % 2 == 0, 1.6, 0.8)
    return extrude(np.stack([radii * np.cos(angles), radii * np.sin(angles)], axis=1), 0.5 * radius_m, material=1)
