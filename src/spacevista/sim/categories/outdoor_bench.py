"""Bench: slats of wood for seat and back on two or three frames of iron."""

import numpy as np

from spacevista.sim.categories.shape import Shape
from spacevista.sim.categories.solids import block, choice
from spacevista.sim.shapes import moved, rotated, settled, union
from spacevista.sim.world import Material, Mesh, Texture

CATEGORY = "bench"
# Park benches: 1.5-2.0 m long, seat 0.42-0.46 m high and 0.40-0.46 m deep, back up to 0.78-0.88 m (makers' data).
LENGTH_M = (1.5, 2.0)
SEAT_M = (0.42, 0.46)
HEIGHT_M = (0.78, 0.88)


def build(rng: np.random.Generator) -> Shape:
    """Draw a bench; it faces +x."""
    length, seat, height = rng.uniform(*LENGTH_M), rng.uniform(*SEAT_M), rng.uniform(*HEIGHT_M)
    depth = rng.uniform(0.40, 0.46)
    slat = (-length / 2, length / 2)
    pitch = depth / 4
    parts: list[Mesh] = [block((i * pitch, (i + 1) * pitch - 0.015), slat, (seat - 0.035, seat)) for i in range(4)]
    rise = height - seat
    for i in range(3):
        low = seat + 0.06 + i * (rise - 0.06) / 3
        parts.append(
            moved(
                rotated(block((-0.03, 0.0), slat, (0, (rise - 0.06) / 3 - 0.02)), (0, 1, 0), -10),
                (-0.02 - 0.06 * i, 0, low),
            )
        )
    frames = (-length / 2 + 0.15, length / 2 - 0.15) if length < 1.8 else (-length / 2 + 0.15, 0.0, length / 2 - 0.15)
    for y in frames:
        side = (y - 0.025, y + 0.025)
        parts.append(block((-0.02, depth), side, (seat - 0.075, seat - 0.035), 1))
        parts.append(block((0.02, 0.07), side, (0, seat - 0.05), 1))
        parts.append(block((depth - 0.08, depth - 0.03), side, (0, seat - 0.05), 1))
        parts.append(block((-0.02, depth - 0.02), side, (0, 0.03), 1))
        parts.append(
            moved(rotated(block((0.0, 0.035), side, (0, rise - 0.03)), (0, 1, 0), -13), (-0.055, 0, seat - 0.04))
        )
    brown = choice(rng, ((0.36, 0.20, 0.09), (0.24, 0.12, 0.06), (0.10, 0.22, 0.12)))
    dark = (brown[0] * 0.6, brown[1] * 0.6, brown[2] * 0.6)
    wood = Material(brown, dark, Texture.WOOD, texture_m=0.01, gloss=0.2)
    return Shape(settled(union(*parts)), (wood, Material((0.06, 0.065, 0.07), gloss=0.5)))
