"""Everyday things on a table in a room, seen from an arm's length or two."""

from __future__ import annotations

import numpy as np

from spacevista.geometry.cameras import Camera
from spacevista.geometry.planes import Plane
from spacevista.scales import SCALE_FACTS, Scale
from spacevista.sim.categories import (
    tabletop_apple,
    tabletop_banana,
    tabletop_book,
    tabletop_bottle,
    tabletop_bowl,
    tabletop_can,
    tabletop_carton,
    tabletop_cup,
    tabletop_orange,
)
from spacevista.sim.layouts.desk import camera_path, cloth_top, lamp_light, room, spread, wood_top
from spacevista.sim.seeds import world_id, world_rng
from spacevista.sim.world import World

CATEGORIES = (
    tabletop_apple,
    tabletop_banana,
    tabletop_book,
    tabletop_bottle,
    tabletop_bowl,
    tabletop_can,
    tabletop_carton,
    tabletop_cup,
    tabletop_orange,
)
COUNT = (6, 10)
THREAD_M = (0.0015, 0.004)  # coarse linen to knitted table cloths


def make(seed: int) -> World:
    """Build table top world `seed`; the table's upper side is z = 0."""
    rng = world_rng(Scale.TABLETOP, seed)
    kinds = rng.permutation(len(CATEGORIES)).tolist()
    kinds += rng.integers(0, len(CATEGORIES), COUNT[1]).tolist()  # every kind once before any comes twice at will
    chosen = [CATEGORIES[kind] for kind in kinds[: int(rng.integers(COUNT[0], COUNT[1] + 1))]]
    bodies, half = spread([(kind.NAME, kind.build(rng)) for kind in chosen], rng)
    structure = room(rng, wood_top(rng) if rng.random() < 0.6 else cloth_top(rng, THREAD_M))
    camera = Camera.from_fov(640, 480, float(rng.uniform(40, 80)))
    path = camera_path(bodies, half, camera, SCALE_FACTS[Scale.TABLETOP].camera_distance_m[0], rng)
    supports = {body.id: Plane(np.array([0.0, 0.0, 1.0]), 0.0) for body in bodies}
    identity = world_id(Scale.TABLETOP, seed), seed, Scale.TABLETOP
    return World(*identity, (*structure, *bodies), supports, lamp_light(rng), camera, path)
