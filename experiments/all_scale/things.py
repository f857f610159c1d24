"""The eight things that occur at every scale, each with its longest dimension exactly 1.

Their patterns shrink and grow with them: nothing about a thing tells how large it is. Frame: z up, standing on z = 0.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from functools import cache

import numpy as np

from spacevista.sim.categories import drone_block, indoor_chair, outdoor_car, outdoor_tree, tabletop_bottle
from spacevista.sim.categories.shape import Shape
from spacevista.sim.categories.small_looks import hue_color
from spacevista.sim.shapes import box, cylinder, lathe, scaled, settled
from spacevista.sim.truth_sizes import solid_sizes
from spacevista.sim.world import Material, Mesh, Texture

NAMES = ("block", "cylinder", "ring", "vehicle", "building", "tree", "bottle", "chair")
VARIANTS = 48  # solids of each name
# Neither lines nor squares nor bricks: those are evidence. Bands go around things only, never over a flat mat.
SKINS = (Texture.PLAIN, Texture.NOISE, Texture.WOOD, Texture.STRIPES)


def thing(name: str, rng: np.random.Generator) -> Shape:
    """Return a thing of one of NAMES in new colours; its longest dimension (of its least-volume box) is 1."""
    mesh, factor = _solid(name, int(rng.integers(VARIANTS)))
    materials = BUILDERS[name](rng).materials
    return Shape(mesh, tuple(replace(m, texture_m=m.texture_m * factor) for m in materials))


@cache
def _solid(name: str, variant: int) -> tuple[Mesh, float]:
    """Return a variant's mesh with longest dimension 1, and the factor that made it so (measuring takes 50 ms)."""
    mesh = settled(BUILDERS[name](np.random.default_rng([NAMES.index(name), variant])).mesh)
    factor = 1 / solid_sizes(mesh.vertices_m).longest_m
    return scaled(mesh, (factor,) * 3), factor


def resized(shape: Shape, factor: float) -> Shape:
    """Return a shape with all of it, its patterns too, made larger by a factor."""
    materials = tuple(replace(m, texture_m=m.texture_m * factor) for m in shape.materials)
    return Shape(scaled(shape.mesh, (factor,) * 3), materials)


def painted(rng: np.random.Generator, period: float) -> Material:
    """Return a paint of any hue with one of the patterns that occur at every scale."""
    value = float(rng.uniform(0.15, 0.75))
    first = hue_color(float(rng.uniform()), float(rng.uniform(0.0, 0.9)), value)
    second = hue_color(float(rng.uniform()), float(rng.uniform(0.0, 0.6)), float(rng.uniform(0.1, 0.75)))
    skin = SKINS[int(rng.integers(len(SKINS)))]
    return Material(first, second, skin, texture_m=period, gloss=float(rng.uniform(0.0, 0.5)))


def _block(rng: np.random.Generator) -> Shape:
    sides = (1.0, float(rng.uniform(0.35, 0.9)), float(rng.uniform(0.25, 0.9)))
    return Shape(box([sides[i] for i in rng.permutation(3)]), (painted(rng, float(rng.uniform(0.04, 0.25))),))


def _cylinder(rng: np.random.Generator) -> Shape:
    radius, height = (0.5, rng.uniform(0.25, 0.9)) if rng.random() < 0.5 else (rng.uniform(0.18, 0.45), 1.0)
    return Shape(cylinder(float(radius), float(height)), (painted(rng, float(rng.uniform(0.04, 0.25))),))


def _ring(rng: np.random.Generator) -> Shape:
    """A ring that lies flat, of round or square section."""
    inner, height = float(rng.uniform(0.22, 0.36)), float(rng.uniform(0.12, 0.35))
    middle, half = (0.5 + inner) / 2, (0.5 - inner) / 2
    corners = 20 if rng.random() < 0.6 else 4
    angles = (np.arange(corners) + (0.5 if corners == 4 else 0.0)) * (2 * math.pi / corners)
    reach = math.sqrt(2) if corners == 4 else 1.0
    profile = np.stack([middle + reach * half * np.cos(angles), height / 2 * (1 + reach * np.sin(angles))], axis=1)
    return Shape(lathe(profile, 48), (painted(rng, float(rng.uniform(0.04, 0.2))),))


BUILDERS: dict[str, Callable[[np.random.Generator], Shape]] = {
    "block": _block,
    "cylinder": _cylinder,
    "ring": _ring,
    "vehicle": outdoor_car.build,
    "building": drone_block.build,
    "tree": outdoor_tree.build,
    "bottle": tabletop_bottle.build,
    "chair": indoor_chair.build,
}
