"""Dice with rounded edges, 5 to 19 mm, their pips arranged so that opposite faces add up to seven."""

from __future__ import annotations

import math

import numpy as np

from spacevista.geometry.poses import Pose
from spacevista.sim.categories.shape import Shape
from spacevista.sim.categories.small_looks import vivid
from spacevista.sim.shapes import cylinder, loft, moved, union
from spacevista.sim.world import Material, Mesh

NAME = "die"

SIZES_MM = (5.0, 8.0, 10.0, 12.0, 14.0, 16.0, 19.0)
_NEAR, _FAR = -0.24, 0.24
PIPS: dict[int, tuple[tuple[float, float], ...]] = {
    1: ((0, 0),),
    2: ((_NEAR, _NEAR), (_FAR, _FAR)),
    3: ((_NEAR, _NEAR), (0, 0), (_FAR, _FAR)),
    4: ((_NEAR, _NEAR), (_NEAR, _FAR), (_FAR, _NEAR), (_FAR, _FAR)),
    5: ((_NEAR, _NEAR), (_NEAR, _FAR), (0, 0), (_FAR, _NEAR), (_FAR, _FAR)),
    6: ((_NEAR, _NEAR), (_NEAR, 0), (_NEAR, _FAR), (_FAR, _NEAR), (_FAR, 0), (_FAR, _FAR)),
}
INK = 0.004  # thickness of a pip, of the side: what fills the drilled hole stands over it by a hair
EDGE = 0.09  # of the side


def build(rng: np.random.Generator, longest_m: tuple[float, float] = (0.0, math.inf)) -> Shape | None:
    """Build a die, its side within `longest_m`; None if no size is."""
    stock = [size for size in SIZES_MM if longest_m[0] <= size * 1e-3 * (1 - 2 * INK) and size * 1e-3 <= longest_m[1]]
    if not stock:
        return None
    side = stock[int(rng.integers(len(stock)))] * 1e-3
    white = rng.random() < 0.4
    body, pips = (Material((0.78, 0.77, 0.73), gloss=0.6), Material((0.02, 0.02, 0.02), gloss=0.4))
    if not white:
        body, pips = vivid(rng, gloss=0.7), Material((0.80, 0.79, 0.76), gloss=0.5)
    top = int(rng.integers(1, 7))
    return Shape(_die(side, top), (body, pips))


def _die(side: float, top: int) -> Mesh:
    """A cube of `side` over its pips; the pips of its lower face lie in the face, so that it stands level."""
    sides = [n for n in (1, 2, 3, 4, 5, 6) if n not in (top, 7 - top)]
    inner = side * (1 - 2 * INK)
    block = moved(_rounded(inner), (0, 0, 0))
    faces = [(top, np.eye(3)), *((sides[i], _turned(i)) for i in range(4))]
    if sides[0] + sides[2] != 7:
        faces = [
            (top, np.eye(3)),
            *((n, _turned(i)) for i, n in enumerate((sides[0], sides[1], 7 - sides[0], 7 - sides[1]))),
        ]
    marks = [_marks(number, inner).moved(Pose(turn, np.array([0.0, 0.0, inner / 2]))) for number, turn in faces]
    return union(block, *marks)


def _turned(quarter: int) -> np.ndarray:
    """Return the rotation that takes the upper face to one of the four sides."""
    turn = quarter * math.pi / 2
    out = np.array([math.cos(turn), math.sin(turn), 0.0])
    up = np.array([0.0, 0.0, 1.0])
    return np.stack([np.cross(up, out), up, out], axis=1)


def _marks(number: int, side: float) -> Mesh:
    """The pips of the upper face of a cube about the origin."""
    disc = cylinder(0.09 * side, INK * side, 20, 1)
    return union(*(moved(disc, (x * side, y * side, side / 2)) for x, y in PIPS[number]))


def _rounded(side: float) -> Mesh:
    """A cube standing on z = 0, all its edges bevelled twice."""
    edge = EDGE * side
    bow = np.linspace(0, math.pi / 2, 4)
    inset, z = edge * (1 - np.sin(bow)), edge * (1 - np.cos(bow))
    levels = np.concatenate([z, side - z[::-1]])
    insets = np.concatenate([inset, inset[::-1]])
    rings = []
    for level, shrink in zip(levels.tolist(), insets.tolist(), strict=True):
        half = side / 2 - shrink
        round_edge = max(edge - shrink, 0.02 * edge)
        corners = [
            (
                sx * (half - round_edge) + round_edge * math.cos(a),
                sy * (half - round_edge) + round_edge * math.sin(a),
                level,
            )
            for sx, sy, start in ((1, 1, 0.0), (-1, 1, 90.0), (-1, -1, 180.0), (1, -1, 270.0))
            for a in np.radians(start + np.array([0.0, 30.0, 60.0, 90.0])).tolist()
        ]
        rings.append(corners)
    return loft(np.array(rings))
