"""Pond: water of an irregular, smooth outline inside a low rim of stone."""

from __future__ import annotations

import numpy as np

from spacevista.geometry.arrays import FloatArray
from spacevista.sim.categories.shape import Shape
from spacevista.sim.shapes import lathe, settled, union
from spacevista.sim.world import Material, Mesh, Texture

CATEGORY = "pond"
# Garden and park ponds: 10-45 m across, with a kerb 0.4-1.0 m wide and 0.25-0.5 m high around the water.
ACROSS_M = (10.0, 45.0)
KERB_HEIGHT_M = (0.25, 0.5)


def build(rng: np.random.Generator) -> Shape:
    """Draw a pond; its longer axis is near x."""
    across, kerb, height = rng.uniform(*ACROSS_M), rng.uniform(0.4, 1.0), rng.uniform(*KERB_HEIGHT_M)
    stretch, phases = rng.uniform(0.6, 0.95), rng.uniform(0, 2 * np.pi, 2)
    # Radii of these profiles count 0 for the middle, 1 for the inner edge of the kerb, 2 for its outer edge.
    water = lathe([(0, 0), (1.5, 0), (1.5, 0.7 * height), (0, 0.7 * height)], 64)
    rim = lathe([(1, 0), (2, 0), (2, height), (1, height)], 64, 1)
    mesh = union(water, rim)
    around = np.arctan2(mesh.vertices_m[:, 1], mesh.vertices_m[:, 0])
    edge = _radius(around, stretch, phases)
    circle = np.linspace(0, 2 * np.pi, 256)
    edge *= across / float(np.ptp(_radius(circle, stretch, phases) * np.cos(circle)))
    return Shape(settled(_stretched(mesh, edge, kerb)), _materials())


def _radius(around: FloatArray, stretch: float, phases: FloatArray) -> FloatArray:
    """Return the outline of an ellipse with two and three lobes, its half axis along x about 1."""
    ellipse = 1 / np.hypot(np.cos(around), np.sin(around) / stretch)
    lobes = 1 + 0.10 * np.sin(2 * around + phases[0]) + 0.07 * np.sin(3 * around + phases[1])
    return np.asarray(ellipse * lobes)


def _stretched(mesh: Mesh, edge_m: FloatArray, kerb_m: float) -> Mesh:
    """Return the mesh with its radii replaced: 2 is the edge (V,), 1 a kerb's width inside it."""
    code = np.hypot(mesh.vertices_m[:, 0], mesh.vertices_m[:, 1])
    radius = np.minimum(code, 1) * (edge_m - kerb_m) + np.maximum(code - 1, 0) * kerb_m
    factor = radius / np.where(code > 0, code, 1)
    vertices = mesh.vertices_m * np.stack([factor, factor, np.ones_like(factor)], axis=1)
    return Mesh(vertices, mesh.faces, mesh.face_materials)


def _materials() -> tuple[Material, Material]:
    water = Material((0.03, 0.10, 0.13), (0.04, 0.13, 0.15), Texture.NOISE, texture_m=1.5, gloss=0.9)
    stone = Material((0.33, 0.31, 0.27), (0.24, 0.22, 0.20), Texture.TILES, texture_m=0.5, gloss=0.05)
    return water, stone
