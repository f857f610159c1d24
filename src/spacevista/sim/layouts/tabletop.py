"""Everyday things on a table in a room, seen from an arm's length or two."""

from __future__ import annotations

import numpy as np

from spacevista.geometry.cameras import Camera
from spacevista.scales import SCALE_FACTS, Scale
from spacevista.sim.categories import (
    tabletop_apple,
    tabletop_banana,
    tabletop_book,
    tabletop_bottle,
    tabletop_bowl,
    tabletop_cactus,
    tabletop_can,
    tabletop_candle,
    tabletop_carton,
    tabletop_cup,
    tabletop_fork,
    tabletop_hammer,
    tabletop_knife,
    tabletop_mug_tree,
    tabletop_note,
    tabletop_orange,
    tabletop_pencil,
    tabletop_plate,
    tabletop_plug,
    tabletop_power_strip,
    tabletop_saucepan,
    tabletop_screwdriver,
    tabletop_spoon,
    tabletop_tape,
    tabletop_wrench,
)
from spacevista.sim.layouts.desk import camera_path, cloth_top, laid_out, lamp_light, room, wood_top
from spacevista.sim.layouts.groups import Group, alone, drawn
from spacevista.sim.layouts.tabletop_groups import GROUPS
from spacevista.sim.seeds import world_id, world_rng
from spacevista.sim.world import World

CATEGORIES = (
    tabletop_apple,
    tabletop_banana,
    tabletop_book,
    tabletop_bottle,
    tabletop_bowl,
    tabletop_cactus,
    tabletop_can,
    tabletop_candle,
    tabletop_carton,
    tabletop_cup,
    tabletop_fork,
    tabletop_hammer,
    tabletop_knife,
    tabletop_mug_tree,
    tabletop_note,
    tabletop_orange,
    tabletop_pencil,
    tabletop_plate,
    tabletop_plug,
    tabletop_power_strip,
    tabletop_saucepan,
    tabletop_screwdriver,
    tabletop_spoon,
    tabletop_tape,
    tabletop_wrench,
)
COUNT = (7, 10)
GROUP_COUNT = (1, 2)
THREAD_M = (0.0015, 0.004)  # coarse linen to knitted table cloths


def make(seed: int) -> World:
    """Build table top world `seed`; the table's upper side is z = 0."""
    rng = world_rng(Scale.TABLETOP, seed)
    laid = laid_out(_groups(rng), rng)
    structure = room(rng, wood_top(rng) if rng.random() < 0.6 else cloth_top(rng, THREAD_M))
    camera = Camera.from_fov(640, 480, float(rng.uniform(40, 80)))
    path = camera_path(laid.bodies, laid.half_m, camera, SCALE_FACTS[Scale.TABLETOP].camera_distance_m[0], rng)
    identity = world_id(Scale.TABLETOP, seed), seed, Scale.TABLETOP
    bodies = (*structure, *laid.bodies)
    return World(*identity, bodies, laid.supports, lamp_light(rng), camera, path, relations=laid.relations)


def _groups(rng: np.random.Generator) -> list[Group]:
    """Draw one or two groups of joined things, then single things of kinds that are not there yet."""
    groups = drawn(GROUPS, int(rng.integers(GROUP_COUNT[0], GROUP_COUNT[1] + 1)), rng)
    wanted = int(rng.integers(COUNT[0], COUNT[1] + 1)) - sum(len(group.parts) for group in groups)
    there = {part.category for group in groups for part in group.parts}
    others = [category for category in CATEGORIES if category.NAME not in there]
    turn = rng.permutation(len(others))[: max(wanted, 2)].tolist()
    return groups + [alone(others[i].NAME, others[i].build(rng)) for i in turn]
