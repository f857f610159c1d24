"""Pendants: a heart, drop or disc of metal or enamel with a jump ring, 12 to 32 mm long."""

from __future__ import annotations

import math

import numpy as np

from spacevista.geometry.arrays import FloatArray
from spacevista.sim.categories.shape import Shape
from spacevista.sim.categories.small_looks import vivid
from spacevista.sim.categories.solids import block
from spacevista.sim.categories.tiny_ring import GOLD, SILVER
from spacevista.sim.shapes import extrude, lathe, moved, settled, union

NAME = "pendant"
LENGTH_M = (0.012, 0.032)  # with its ring
THICK_PART = 0.09  # of the length
RING_PART = 0.17  # radius of the jump ring, of the length


def build(rng: np.random.Generator, longest_m: tuple[float, float] = (0.0, math.inf)) -> Shape | None:
    """Build a pendant lying flat, its ring towards +y, its length within `longest_m`; None if none is."""
    made = with_hole(rng, longest_m)
    return None if made is None else made[0]


def with_hole(
    rng: np.random.Generator, longest_m: tuple[float, float] = (0.0, math.inf)
) -> tuple[Shape, tuple[float, float]] | None:
    """Build a pendant and return (x, y) of the middle of its ring."""
    low, high = max(LENGTH_M[0], longest_m[0]), min(LENGTH_M[1], longest_m[1])
    if low > high:
        return None
    length = float(rng.uniform(low, high))
    thick, ring = THICK_PART * length, RING_PART * length
    wire = 0.3 * ring
    outline = (_heart(), _drop())[int(rng.integers(2))]
    outline = outline * (length - 2 * ring + wire) / float(np.ptp(outline[:, 1]))
    top, dip = float(outline[:, 1].max()), float(outline[outline[:, 0] == 0, 1].max())
    middle = top + ring - wire
    face = moved(extrude(0.78 * outline, 0.12 * thick, material=1), (0, 0, thick))
    loop = lathe([(ring - wire, 0), (ring, 0), (ring, thick), (ring - wire, thick)], 36)
    neck = block((-0.4 * ring, 0.4 * ring), (dip - 0.3 * ring, top + 0.6 * wire), (0, 0.9 * thick))
    joined = union(extrude(outline, thick), face, neck, moved(loop, (0, middle, 0)))
    mesh = settled(joined)
    shift = mesh.vertices_m[0] - joined.vertices_m[0]
    metal = (GOLD, SILVER)[int(rng.integers(2))]
    enamel = vivid(rng, gloss=0.95) if rng.random() < 0.6 else metal
    return Shape(mesh, (metal, enamel)), (float(shift[0]), middle + float(shift[1]))


def _heart() -> FloatArray:
    """A heart of height 1 about the origin, its dip at x = 0."""
    turn = np.linspace(0, 2 * math.pi, 49)[:-1]
    x = 16 * np.sin(turn) ** 3
    y = 13 * np.cos(turn) - 5 * np.cos(2 * turn) - 2 * np.cos(3 * turn) - np.cos(4 * turn)
    x[0] = x[24] = 0.0
    return np.asarray(np.stack([x, y - (y.max() + y.min()) / 2], axis=1) / np.ptp(y))


def _drop() -> FloatArray:
    """A drop of height 1 about the origin, its tip at x = 0 on top."""
    turn = np.linspace(0, 2 * math.pi, 49)[:-1]
    x = np.sin(turn) * np.sin(turn / 2) ** 1.6
    y = np.cos(turn)
    x[0] = x[24] = 0.0
    return np.stack([1.05 * x, y], axis=1) / 2
