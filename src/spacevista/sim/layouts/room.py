"""The shell of a room: floor, ceiling and four walls with a skirting board, a door and windows flush with the wall."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from spacevista.geometry.arrays import FloatArray
from spacevista.sim.categories.solids import block, choice
from spacevista.sim.shapes import moved, rotated, union
from spacevista.sim.world import Body, Material, Mesh, Texture

THICK_M = 0.15
SKIRTING_M = 0.08
Rectangle = tuple[float, float, float, float]  # along the wall from, to; height from, to


@dataclass(frozen=True)
class Room:
    """A rectangular room centred on x = y = 0; sizes to the inner faces of its walls."""

    half_x_m: float
    half_y_m: float
    height_m: float

    @property
    def floor_polygon_m(self) -> FloatArray:
        """The inner outline of the floor (4, 2), counter-clockwise."""
        x, y = self.half_x_m, self.half_y_m
        return np.array([(-x, -y), (x, -y), (x, y), (-x, y)])

    def structure(self, rng: np.random.Generator) -> tuple[Body, ...]:
        """Return floor, ceiling and walls, each a body of its own, so that rays from inside meet them."""
        x, y = self.half_x_m + THICK_M, self.half_y_m + THICK_M
        floor = Body(0, "floor", block((-x, x), (-y, y), (-THICK_M, 0)), (_flooring(rng),))
        white = Material((0.78, 0.78, 0.76), (0.74, 0.74, 0.72), Texture.NOISE, texture_m=0.05, gloss=0.02)
        ceiling = Body(0, "ceiling", block((-x, x), (-y, y), (self.height_m, self.height_m + THICK_M)), (white,))
        materials = _wall_materials(rng)
        door_wall = int(rng.integers(4))
        walls = []
        for k in range(4):
            distance, half = (self.half_y_m, x) if k % 2 == 0 else (self.half_x_m, y)
            free = (self.half_x_m if k % 2 == 0 else self.half_y_m) - 0.3
            mesh = _wall(half, self.height_m, _fittings(rng, free, self.height_m, door=k == door_wall))
            walls.append(Body(0, "wall", rotated(moved(mesh, (0, distance, 0)), (0, 0, 1), 90.0 * k), materials))
        return (floor, ceiling, *walls)


def random_room(rng: np.random.Generator) -> Room:
    """Draw a room of 4.2-6.8 m x 4.0-5.8 m, 2.4-3.0 m high (building codes ask for 2.3-2.5 m at least)."""
    return Room(float(rng.uniform(4.2, 6.8)) / 2, float(rng.uniform(4.0, 5.8)) / 2, float(rng.uniform(2.4, 3.0)))


def _flooring(rng: np.random.Generator) -> Material:
    kind = rng.random()
    if kind < 0.5:
        brown = choice(rng, ((0.42, 0.26, 0.13), (0.55, 0.38, 0.21), (0.28, 0.16, 0.08)))
        dark = (brown[0] * 0.6, brown[1] * 0.58, brown[2] * 0.55)
        return Material(brown, dark, Texture.WOOD, texture_m=0.04, gloss=0.3)
    if kind < 0.75:
        return Material(
            choice(rng, ((0.55, 0.53, 0.48), (0.40, 0.24, 0.16))), (0.35, 0.34, 0.32), Texture.TILES, 0.30, 0.4
        )
    pile = choice(rng, ((0.35, 0.33, 0.30), (0.18, 0.22, 0.30), (0.38, 0.28, 0.20)))
    return Material(pile, (pile[0] * 0.7, pile[1] * 0.7, pile[2] * 0.7), Texture.CLOTH, texture_m=0.008, gloss=0.02)


def _wall_materials(rng: np.random.Generator) -> tuple[Material, ...]:
    """Return plaster, skirting, frame, glass and door."""
    plaster = choice(
        rng, ((0.72, 0.70, 0.64), (0.62, 0.68, 0.70), (0.70, 0.62, 0.48), (0.58, 0.66, 0.56), (0.74, 0.74, 0.73))
    )
    rough = (plaster[0] * 0.95, plaster[1] * 0.95, plaster[2] * 0.95)
    return (
        Material(plaster, rough, Texture.NOISE, texture_m=0.02, gloss=0.03),
        Material((0.75, 0.74, 0.71), gloss=0.3),
        Material((0.80, 0.80, 0.79), gloss=0.3),
        Material((0.70, 0.80, 0.90), gloss=0.8),
        Material(choice(rng, ((0.70, 0.69, 0.66), (0.35, 0.20, 0.10))), gloss=0.3),
    )


def _fittings(rng: np.random.Generator, free_half: float, height: float, *, door: bool) -> list[tuple[Rectangle, int]]:
    """Return rectangles of frame, glass and door on one wall; later ones lie over earlier ones."""
    if door:  # a door leaf of 0.86 x 2.0 m (DIN 18101) in a frame of 6 cm
        u = float(rng.uniform(-free_half + 0.5, free_half - 0.5))
        return [((u - 0.49, u + 0.49, 0.0, 2.06), 2), ((u - 0.43, u + 0.43, 0.0, 2.0), 4)]
    if rng.random() < 0.4:
        return []
    half = float(rng.uniform(0.5, min(0.9, free_half - 0.2)))
    u = float(rng.uniform(-free_half + half + 0.1, free_half - half - 0.1))
    low, high = 0.9, min(height - 0.3, 2.15)
    frame = ((u - half - 0.07, u + half + 0.07, low - 0.07, high + 0.07), 2)
    panes = [((a, b, low, high), 3) for a, b in ((u - half, u - 0.03), (u + 0.03, u + half))]
    return [frame, *panes]


def _wall(half: float, height: float, fittings: list[tuple[Rectangle, int]]) -> Mesh:
    """Return a wall along x whose inner face is y = 0 and looks to -y, cut into boxes where the material changes."""
    rectangles: list[tuple[Rectangle, int]] = [
        ((-half, half, 0.0, height), 0),
        ((-half, half, 0.0, SKIRTING_M), 1),
        *fittings,
    ]
    u = np.unique([edge for r, _ in rectangles for edge in r[:2]]).tolist()
    v = np.unique([edge for r, _ in rectangles for edge in r[2:]]).tolist()
    cells = []
    for u0, u1 in pairwise(u):
        for v0, v1 in pairwise(v):
            middle_u, middle_v = (u0 + u1) / 2, (v0 + v1) / 2
            material = [m for (a, b, c, d), m in rectangles if a < middle_u < b and c < middle_v < d][-1]
            cells.append(block((u0, u1), (0.0, THICK_M), (v0, v1), material))
    return union(*cells)
