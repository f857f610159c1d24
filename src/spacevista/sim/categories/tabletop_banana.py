"""Bananas: 150 to 210 mm from end to end, 32 to 40 mm thick, lying on their side."""

from __future__ import annotations

import math

import numpy as np

from spacevista.geometry.arrays import FloatArray
from spacevista.sim.categories.shape import Shape
from spacevista.sim.categories.small_looks import varied
from spacevista.sim.shapes import face_centres, painted, settled, sweep
from spacevista.sim.world import Material, Mesh, Texture

NAME = "banana"
ARC_LENGTH_M = (0.165, 0.225)
THICKNESS_M = (0.032, 0.040)
BEND_DEG = (70.0, 105.0)
SEGMENTS = 40
# Thickness along the fruit, from the stem to the flower end, as a part of the greatest.
_ALONG = (0.0, 0.05, 0.11, 0.16, 0.24, 0.35, 0.5, 0.65, 0.78, 0.88, 0.94, 0.975, 1.0)
_THICK = (0.36, 0.28, 0.30, 0.48, 0.80, 0.95, 1.0, 0.97, 0.86, 0.64, 0.40, 0.24, 0.22)


def build(rng: np.random.Generator) -> Shape:
    """Build a banana, bent in the plane of the table."""
    length, thick = float(rng.uniform(*ARC_LENGTH_M)), float(rng.uniform(*THICKNESS_M))
    bend = math.radians(float(rng.uniform(*BEND_DEG)))
    along = np.linspace(0, 1, 33)
    turn = bend * (along - 0.5)
    path = length / bend * np.stack([np.sin(turn), np.cos(turn), np.zeros(33)], axis=1)
    radii = thick / 2 * np.interp(along, _ALONG, _THICK)
    mesh = _ridged(sweep(path, radii, segments=SEGMENTS), path)
    start, end = (np.linalg.norm(face_centres(mesh) - tip, axis=1) for tip in (path[0], path[-1]))
    mesh = painted(painted(mesh, end < 0.05 * length, 1), start < 0.025 * length, 1)
    peel = Material(varied(rng, (0.78, 0.56, 0.05), 0.08), (0.70, 0.46, 0.03), Texture.NOISE, texture_m=0.02, gloss=0.3)
    return Shape(settled(mesh), (peel, Material((0.10, 0.07, 0.03), gloss=0.1)))


def _ridged(mesh: Mesh, path_m: FloatArray) -> Mesh:
    """Give the round fruit its five soft ridges: each ring's radius varies by 5 per cent around."""
    around = np.arange(SEGMENTS) * (2 * math.pi / SEGMENTS)
    rings = mesh.vertices_m.reshape(len(path_m), SEGMENTS, 3)
    swell = 1 + 0.05 * np.cos(5 * around)
    ridged = path_m[:, None] + (rings - path_m[:, None]) * swell[None, :, None]
    return Mesh(ridged.reshape(-1, 3), mesh.faces, mesh.face_materials)
