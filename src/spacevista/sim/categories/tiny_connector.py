"""Sockets that fit two-row pin headers, pitch 2.54 mm: short jumpers and cable sockets with coloured wires."""

from __future__ import annotations

import math

import numpy as np

from spacevista.sim.categories.shape import Shape
from spacevista.sim.categories.small_looks import hue_color
from spacevista.sim.categories.solids import block
from spacevista.sim.categories.tiny_header import PIN_HEIGHT_M, PITCH_M
from spacevista.sim.shapes import extrude, moved, rotated, settled, sweep, union
from spacevista.sim.world import Material, Mesh

NAME = "connector"
HOLE_M = 0.86e-3  # pins are 0.64 mm wide
HEIGHT_M = 8.5e-3
COLUMNS = (2, 3, 4, 5, 6)
BODIES = ((0.02, 0.02, 0.022), (0.70, 0.70, 0.67), (0.03, 0.10, 0.45), (0.55, 0.04, 0.03))


def build(rng: np.random.Generator, longest_m: tuple[float, float] = (0.0, math.inf)) -> Shape | None:
    """Build a socket lying on its side, its holes towards -x, its longest side within `longest_m`; None if none is."""
    wires = longest_m[1] > 0.02
    high = HEIGHT_M * (2.2 if wires else 1.0)
    stock = [
        n for n in COLUMNS if longest_m[0] <= max(n * PITCH_M, high) * 1.02 and max(n * PITCH_M, high) <= longest_m[1]
    ]
    if not stock:
        return None
    shape = upright(rng, stock[int(rng.integers(len(stock)))], wires=wires)
    return Shape(settled(rotated(shape.mesh, (0, 1, 0), 90)), shape.materials)


def upright(rng: np.random.Generator, columns: int, *, wires: bool) -> Shape:
    """Build a socket with its holes down, `columns` pairs along x, its middle at x = y = 0 and its face at z = 0."""
    deep = PIN_HEIGHT_M + 0.4e-3
    half = PITCH_M / 2
    cell = [(-half, -2 * half), (half, -2 * half), (half, 2 * half), (-half, 2 * half)]
    h = HOLE_M / 2
    holes = [[(-h, y - h), (h, y - h), (h, y + h), (-h, y + h)] for y in (-half, half)]
    one = extrude(cell, deep, holes)
    middles = ((np.arange(columns) - (columns - 1) / 2) * PITCH_M).tolist()
    wide = columns * half
    roof = block((-wide, wide), (-2 * half, 2 * half), (deep, HEIGHT_M))
    mark = block((-0.3 * wide, 0.3 * wide), (-2 * half - 0.15e-3, -1.9 * half), (0.55 * HEIGHT_M, 0.9 * HEIGHT_M), 1)
    parts = [*(moved(one, (x, 0, 0)) for x in middles), roof, mark]
    looks = [Material(BODIES[int(rng.integers(len(BODIES)))], gloss=0.3), Material((0.30, 0.30, 0.30), gloss=0.2)]
    if wires:
        for i, x in enumerate(middles):
            looks += [Material(hue_color((0.13 * (2 * i + k)) % 1.0, 0.9, 0.5), gloss=0.4) for k in range(2)]
            parts += [_wire(x, (k - 0.5) * PITCH_M, 2 + 2 * i + k) for k in range(2)]
    return Shape(union(*parts), tuple(looks))


def _wire(x: float, y: float, material: int) -> Mesh:
    """A cut wire that leaves the roof and bends to one side."""
    rise = 1.2 * HEIGHT_M * np.linspace(0, 1, 6)
    path = np.stack([np.full(6, x), y + 0.18 * HEIGHT_M * np.linspace(0, 1, 6) ** 2, HEIGHT_M - 0.3e-3 + rise], axis=1)
    return sweep(path, 0.30 * PITCH_M, 12, material)
