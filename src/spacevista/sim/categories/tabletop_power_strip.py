"""Power strips for Schuko plugs (DIN 49440 sockets): three to five wells of 39 mm in a row."""

from __future__ import annotations

import math

import numpy as np

from spacevista.sim.categories.shape import Shape
from spacevista.sim.categories.sockets import WELL_DEPTH_M, well_row
from spacevista.sim.categories.solids import block
from spacevista.sim.shapes import settled, sweep, union
from spacevista.sim.world import Material, Mesh

NAME = "power strip"
PITCH_M = 0.046  # between wells: plugs of 38 mm stand side by side
WIDTH_M = 0.054
HEIGHT_M = 0.042
FACE_M = HEIGHT_M - WELL_DEPTH_M  # of the wells' floors: where a plug's face comes to rest


def build(rng: np.random.Generator) -> Shape:
    """Build a power strip lying on its back, its wells in a row along x, the cord at -x."""
    return with_wells(rng)[0]


def with_wells(rng: np.random.Generator) -> tuple[Shape, tuple[float, ...]]:
    """Build a power strip and return the x of its wells' axes (y = 0); pins stand 19 mm apart along y.

    The floor of the wells is at FACE_M.
    """
    count = int(rng.integers(3, 5))
    wells = ((np.arange(count) - (count - 1) / 2) * PITCH_M).tolist()
    end = count * PITCH_M / 2 + 0.007
    lamp = block((end - 0.0055, end - 0.0005), (-0.006, 0.006), (HEIGHT_M - 1e-4, HEIGHT_M + 0.002), 3)
    mesh = settled(union(well_row(wells, PITCH_M, 2 * end, WIDTH_M, HEIGHT_M), lamp, _cord(end)))
    shift = float(mesh.vertices_m[:, 0].max() - end)
    white = rng.random() < 0.6
    shell = Material((0.78, 0.78, 0.76) if white else (0.05, 0.05, 0.055), gloss=0.4)
    inside = Material((0.62, 0.62, 0.60) if white else (0.10, 0.10, 0.11), gloss=0.3)
    dark = Material((0.03, 0.03, 0.03), gloss=0.2)
    red = Material((0.75, 0.05, 0.03), gloss=0.5)
    return Shape(mesh, (shell, inside, dark, red)), tuple(x + shift for x in wells)


def _cord(start: float) -> Mesh:
    """A cord that leaves at -x and lies on the table in an arc."""
    turn = np.linspace(0, math.pi / 3, 9)
    z = np.concatenate([[0.016, 0.014, 0.010], np.full(7, 0.0042)])
    x = np.concatenate([[0.002, -0.006, -0.018], -0.035 - 0.05 * np.sin(turn[2:])])
    y = np.concatenate([[0, 0, 0], 0.05 * (1 - np.cos(turn[2:]))])
    return sweep(np.stack([x - start, y, z], axis=1), 0.004, 12, 0)
