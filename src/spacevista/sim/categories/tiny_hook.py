"""Jewellery hooks: a wire on a weighted foot that bends over to a level arm with a raised tip, 38 to 48 mm high."""

from __future__ import annotations

import math

import numpy as np

from spacevista.sim.categories.shape import Shape
from spacevista.sim.categories.small_looks import BLACK_OXIDE, BRASS, STEEL
from spacevista.sim.shapes import lathe, settled, sweep, union

NAME = "hook"
HEIGHT_M = (0.040, 0.049)
FOOT_M = 0.011  # radius
WIRE_M = 0.0011  # radius
ARM_M = 0.013  # from the post to the raised tip


def build(rng: np.random.Generator, longest_m: tuple[float, float] = (0.0, math.inf)) -> Shape | None:
    """Build a hook with nothing on it; None if its height is not within `longest_m`."""
    made = with_arm(rng, longest_m)
    return None if made is None else made[0]


def with_arm(
    rng: np.random.Generator, longest_m: tuple[float, float] = (0.0, math.inf)
) -> tuple[Shape, tuple[float, float]] | None:
    """Build a hook and return (x, z) of the middle of its arm, which runs along x at y = 0."""
    low, high = max(HEIGHT_M[0], longest_m[0]), min(HEIGHT_M[1], longest_m[1])
    if low > high:
        return None
    height = float(rng.uniform(low, high))
    arm_z, bend = height - 0.004, 0.003
    post_x = -ARM_M / 2
    turn = np.linspace(0, math.pi / 2, 6)
    corner = np.stack([post_x + bend * (1 - np.cos(turn)), arm_z - bend + bend * np.sin(turn)], axis=1)
    tip = np.array(
        [(post_x + ARM_M, arm_z), (post_x + ARM_M + 0.0012, arm_z + 0.0006), (post_x + ARM_M + 0.0018, arm_z + 0.0029)]
    )
    path = np.vstack([[(post_x, 0.001)], corner, tip])
    wire = sweep(np.column_stack([path[:, 0], np.zeros(len(path)), path[:, 1]]), WIRE_M, 12)
    foot = lathe([(0, 0), (FOOT_M, 0), (FOOT_M, 0.0018), (0.8 * FOOT_M, 0.0030), (0, 0.0030)], 40)
    joined = union(foot, wire)
    mesh = settled(joined)
    shift = float(mesh.vertices_m[0, 0] - joined.vertices_m[0, 0])
    look = (STEEL, BRASS, BLACK_OXIDE)[int(rng.integers(3))]
    return Shape(mesh, (look,)), (post_x + 0.6 * ARM_M + shift, arm_z)
