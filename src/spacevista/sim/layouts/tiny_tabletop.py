"""Small hardware and parts on a desk pad, seen by a macro camera from a hand's breadth."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from spacevista.geometry.cameras import Camera
from spacevista.scales import SCALE_FACTS, Scale
from spacevista.sim.categories import (
    tiny_battery,
    tiny_bead,
    tiny_bean,
    tiny_button,
    tiny_cap,
    tiny_capacitor,
    tiny_chip,
    tiny_clip,
    tiny_coin,
    tiny_connector,
    tiny_die,
    tiny_header,
    tiny_hook,
    tiny_led,
    tiny_magnet,
    tiny_nut,
    tiny_pendant,
    tiny_push_pin,
    tiny_resistor,
    tiny_ring,
    tiny_screw,
    tiny_seed,
    tiny_spring,
    tiny_washer,
)
from spacevista.sim.categories.shape import Shape
from spacevista.sim.layouts.desk import camera_path, cloth_top, laid_out, lamp_light, metal_top, room, wood_top
from spacevista.sim.layouts.groups import Builder as GroupBuilder
from spacevista.sim.layouts.groups import Group, alone, drawn
from spacevista.sim.layouts.tiny_groups import GROUPS, GradeBuilder
from spacevista.sim.seeds import world_id, world_rng
from spacevista.sim.shapes import box, moved, rotated
from spacevista.sim.world import Body, Material, Texture, World

Builder = Callable[[np.random.Generator, tuple[float, float]], Shape | None]
CATEGORIES: tuple[tuple[str, Builder], ...] = (
    (tiny_battery.NAME, tiny_battery.build),
    (tiny_bead.NAME, tiny_bead.build),
    (tiny_bean.NAME, tiny_bean.build),
    (tiny_button.NAME, tiny_button.build),
    (tiny_cap.NAME, tiny_cap.build),
    (tiny_capacitor.NAME, tiny_capacitor.build),
    (tiny_chip.NAME, tiny_chip.build),
    (tiny_clip.NAME, tiny_clip.build),
    (tiny_coin.NAME, tiny_coin.build),
    (tiny_connector.NAME, tiny_connector.build),
    (tiny_die.NAME, tiny_die.build),
    (tiny_header.NAME, tiny_header.build),
    (tiny_hook.NAME, tiny_hook.build),
    (tiny_led.NAME, tiny_led.build),
    (tiny_magnet.NAME, tiny_magnet.build),
    (tiny_nut.NAME, tiny_nut.build),
    (tiny_pendant.NAME, tiny_pendant.build),
    (tiny_push_pin.NAME, tiny_push_pin.build),
    (tiny_resistor.NAME, tiny_resistor.build),
    (tiny_ring.NAME, tiny_ring.build),
    (tiny_screw.NAME, tiny_screw.build),
    (tiny_seed.NAME, tiny_seed.build),
    (tiny_spring.NAME, tiny_spring.build),
    (tiny_washer.NAME, tiny_washer.build),
)
COUNT = (7, 10)
GROUP_COUNT = (1, 2)
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
    number = int(rng.choice(len(GRADES), p=[grade.share for grade in GRADES]))
    grade = GRADES[number]
    laid = laid_out(_groups(number, rng), rng)
    structure = _surface(grade, rng)
    focal = float(rng.uniform(*grade.focal_px))
    camera = Camera(640, 480, focal, focal, 320.0, 240.0)
    path = camera_path(laid.bodies, laid.half_m, camera, SCALE_FACTS[Scale.TINY_TABLETOP].camera_distance_m[0], rng)
    identity = world_id(Scale.TINY_TABLETOP, seed), seed, Scale.TINY_TABLETOP
    bodies = (*structure, *laid.bodies)
    return World(*identity, bodies, laid.supports, lamp_light(rng), camera, path, relations=laid.relations)


def _groups(number: int, rng: np.random.Generator) -> list[Group]:
    """Draw one or two groups of joined things of a grade, then every category of the size once, then more at will."""
    longest_m = GRADES[number].longest_m
    groups = drawn(
        [_of_size(build, longest_m) for build in GROUPS[number]],
        int(rng.integers(GROUP_COUNT[0], GROUP_COUNT[1] + 1)),
        rng,
    )
    wanted = max(int(rng.integers(COUNT[0], COUNT[1] + 1)) - sum(len(group.parts) for group in groups), 2)
    there = {part.category for group in groups for part in group.parts}
    others = [entry for entry in CATEGORIES if entry[0] not in there]
    turn = rng.permutation(len(others)).tolist()
    singles: list[Group] = []
    while len(singles) < wanted:
        name, build = others[turn.pop() if turn else int(rng.integers(len(others)))]
        shape = build(rng, longest_m)
        if shape is not None:
            singles.append(alone(name, shape))
    return groups + singles


def _of_size(build: GradeBuilder, longest_m: tuple[float, float]) -> GroupBuilder:
    """Return the builder that draws groups of things of a size."""

    def of_size(rng: np.random.Generator) -> Group | None:
        return build(rng, longest_m)

    return of_size


def _surface(grade: Grade, rng: np.random.Generator) -> tuple[Body, ...]:
    """Return bare wood, sheet metal, a cloth, or graph paper on a wooden desk, its upper side at z = 0."""
    kind = rng.random()
    if kind < 0.25:
        return room(rng, wood_top(rng, RING_M))
    if kind < 0.45:
        return room(rng, metal_top(rng))
    if kind < 0.7:
        return room(rng, cloth_top(rng, THREAD_M))
    ink = ((0.10, 0.30, 0.60), (0.60, 0.20, 0.12), (0.15, 0.42, 0.20))[int(rng.integers(3))]
    paper = Material((0.82, 0.82, 0.79), ink, Texture.GRID, texture_m=grade.ruling_m, gloss=0.03)
    sheet = moved(rotated(box(SHEET_M), (0, 0, 1), math.degrees(float(rng.uniform(0, math.pi)))), (0, 0, -SHEET_M[2]))
    desk = [
        Body(body.id, body.category, moved(body.mesh, (0, 0, -SHEET_M[2])), body.materials)
        for body in room(rng, wood_top(rng, RING_M))
    ]
    return (*desk, Body(0, "paper", sheet, (paper,)))
