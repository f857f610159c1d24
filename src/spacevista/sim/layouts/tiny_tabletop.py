"""Small hardware and parts on a desk pad, seen by a macro camera from a hand's breadth."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from spacevista.geometry.cameras import Camera
from spacevista.geometry.planes import Plane
from spacevista.scales import SCALE_FACTS, Scale
from spacevista.sim.categories import (
    tiny_battery,
    tiny_bead,
    tiny_chip,
    tiny_coin,
    tiny_nut,
    tiny_screw,
    tiny_washer,
)
from spacevista.sim.categories.shape import Shape
from spacevista.sim.layouts.desk import camera_path, cloth_top, lamp_light, room, spread, wood_top
from spacevista.sim.seeds import world_id, world_rng
from spacevista.sim.shapes import box, moved, rotated
from spacevista.sim.world import Body, Material, Texture, World

Builder = Callable[[np.random.Generator, tuple[float, float]], Shape | None]
CATEGORIES: tuple[tuple[str, Builder], ...] = (
    (tiny_battery.NAME, tiny_battery.build),
    (tiny_bead.NAME, tiny_bead.build),
    (tiny_chip.NAME, tiny_chip.build),
    (tiny_coin.NAME, tiny_coin.build),
    (tiny_nut.NAME, tiny_nut.build),
    (tiny_screw.NAME, tiny_screw.build),
    (tiny_washer.NAME, tiny_washer.build),
)
COUNT = (6, 10)
THREAD_M = (0.0003, 0.0008)  # plain cotton: 12 to 30 threads a centimetre
RING_M = (0.0015, 0.004)  # slow-grown wood
SHEET_M = (0.210, 0.297, 0.0001)  # A4 paper of 80 g/m2


@dataclass(frozen=True)
class Grade:
    """Things that go well together in one picture: their longest sides, and the camera's focal length in pixels.

    A smaller thing of a grade is at least a quarter as long as the largest, so that both can be measured.
    """

    longest_m: tuple[float, float]
    focal_px: tuple[float, float]
    ruling_m: float
    share: float


# 640 px wide: a focal length of 381 to 879 px sees 80 to 40 degrees; under 5 mm a macro lens keeps its distance.
GRADES = (
    Grade((1.3e-3, 4.95e-3), (2000.0, 3000.0), 1e-3, 0.3),
    Grade((5e-3, 17e-3), (381.4, 879.2), 1e-3, 0.35),
    Grade((14e-3, 51e-3), (381.4, 879.2), 5e-3, 0.35),
)


def make(seed: int) -> World:
    """Build tiny table top world `seed`; the surface the things lie on is z = 0."""
    rng = world_rng(Scale.TINY_TABLETOP, seed)
    grade = GRADES[int(rng.choice(len(GRADES), p=[grade.share for grade in GRADES]))]
    bodies, half = spread(_things(grade, rng), rng)
    structure = _surface(grade, rng)
    focal = float(rng.uniform(*grade.focal_px))
    camera = Camera(640, 480, focal, focal, 320.0, 240.0)
    path = camera_path(bodies, half, camera, SCALE_FACTS[Scale.TINY_TABLETOP].camera_distance_m[0], rng)
    supports = {body.id: Plane(np.array([0.0, 0.0, 1.0]), 0.0) for body in bodies}
    identity = world_id(Scale.TINY_TABLETOP, seed), seed, Scale.TINY_TABLETOP
    return World(*identity, (*structure, *bodies), supports, lamp_light(rng), camera, path)


def _things(grade: Grade, rng: np.random.Generator) -> list[tuple[str, Shape]]:
    """Draw things of a grade: every category that has the size once, then more at will."""
    wanted = int(rng.integers(COUNT[0], COUNT[1] + 1))
    things: list[tuple[str, Shape]] = []
    turn = rng.permutation(len(CATEGORIES)).tolist()
    while len(things) < wanted:
        name, build = CATEGORIES[turn.pop() if turn else int(rng.integers(len(CATEGORIES)))]
        shape = build(rng, grade.longest_m)
        if shape is not None:
            things.append((name, shape))
    return things


def _surface(grade: Grade, rng: np.random.Generator) -> tuple[Body, ...]:
    """Return bare wood, a cloth, or a sheet of graph paper on a wooden desk, its upper side at z = 0."""
    kind = rng.random()
    if kind < 0.3:
        return room(rng, wood_top(rng, RING_M))
    if kind < 0.6:
        return room(rng, cloth_top(rng, THREAD_M))
    ink = ((0.10, 0.30, 0.60), (0.60, 0.20, 0.12), (0.15, 0.42, 0.20))[int(rng.integers(3))]
    paper = Material((0.82, 0.82, 0.79), ink, Texture.GRID, texture_m=grade.ruling_m, gloss=0.03)
    sheet = moved(rotated(box(SHEET_M), (0, 0, 1), math.degrees(float(rng.uniform(0, math.pi)))), (0, 0, -SHEET_M[2]))
    desk = [
        Body(body.id, body.category, moved(body.mesh, (0, 0, -SHEET_M[2])), body.materials)
        for body in room(rng, wood_top(rng, RING_M))
    ]
    return (*desk, Body(0, "paper", sheet, (paper,)))
