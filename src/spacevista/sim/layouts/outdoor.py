"""Places outdoors: squares, yards, street corners, streets, promenades, seen by a walker, from a mast or a vehicle."""

from __future__ import annotations

import math
from collections.abc import Sequence
from types import ModuleType

import numpy as np

from spacevista.geometry.cameras import Camera
from spacevista.scales import Scale
from spacevista.sim.categories import (
    outdoor_bench,
    outdoor_bicycle,
    outdoor_bin,
    outdoor_bollard,
    outdoor_car,
    outdoor_column,
    outdoor_cone,
    outdoor_fence,
    outdoor_fountain,
    outdoor_house,
    outdoor_hydrant,
    outdoor_lamp,
    outdoor_light,
    outdoor_lorry,
    outdoor_person,
    outdoor_phone,
    outdoor_picnic,
    outdoor_postbox,
    outdoor_shelter,
    outdoor_sign,
    outdoor_slide,
    outdoor_steps,
    outdoor_tree,
    outdoor_tub,
)
from spacevista.sim.layouts.grounds import add_square, add_yard, daylight
from spacevista.sim.layouts.loops import Path, loop
from spacevista.sim.layouts.staging import Stage
from spacevista.sim.layouts.streets import at_most, promenade, street
from spacevista.sim.placement import Region
from spacevista.sim.seeds import world_id, world_rng
from spacevista.sim.world import World

SMALL = (
    outdoor_bicycle,
    outdoor_bin,
    outdoor_bollard,
    outdoor_cone,
    outdoor_hydrant,
    outdoor_person,
    outdoor_phone,
    outdoor_postbox,
    outdoor_sign,
    outdoor_tub,
)
ON_SQUARES = (
    outdoor_bench,
    outdoor_bicycle,
    outdoor_bin,
    outdoor_car,
    outdoor_column,
    outdoor_fence,
    outdoor_fountain,
    outdoor_lamp,
    outdoor_light,
    outdoor_person,
    outdoor_phone,
    outdoor_picnic,
    outdoor_postbox,
    outdoor_shelter,
    outdoor_sign,
    outdoor_slide,
    outdoor_steps,
    outdoor_tree,
)
IN_YARDS = (
    outdoor_bench,
    outdoor_fence,
    outdoor_fountain,
    outdoor_lamp,
    outdoor_picnic,
    outdoor_slide,
    outdoor_shelter,
    outdoor_steps,
    outdoor_tree,
)


def make(seed: int) -> World:
    """Build outdoor world `seed`; the ground is z = 0."""
    rng = world_rng(Scale.OUTDOOR, seed)
    stage = Stage(rng)
    kind = rng.random()
    if kind < 0.30:
        path, fov = _square(stage), float(rng.uniform(58, 74))
    elif kind < 0.52:
        path, fov = _corner(stage), float(rng.uniform(58, 72))
    elif kind < 0.72:
        path, fov = _yard(stage), float(rng.uniform(55, 70))
    elif kind < 0.88:
        path, fov = street(stage), float(rng.uniform(62, 80))
    else:
        path, fov = promenade(stage), float(rng.uniform(62, 78))
    return World(
        world_id(Scale.OUTDOOR, seed),
        seed,
        Scale.OUTDOOR,
        tuple(stage.bodies),
        stage.supports,
        daylight(rng),
        Camera.from_fov(640, 480, fov),
        path,
    )


def _square(stage: Stage) -> Path:
    """Put street furniture, people and cars on a paved square and walk around it."""
    rng = stage.rng
    add_square(stage)
    radius = float(rng.uniform(8.5, 11.5))
    # From 10 m a camera held level sees up to about 6.5 m.
    _scatter(stage, _drawn(rng, ON_SQUARES, 7, 10), 0.62 * radius, 6.0, 0.7)
    return loop(rng, radius, float(rng.uniform(1.5, 2.2)), 1.3)


def _corner(stage: Stage) -> Path:
    """Put things of a metre or two close together, as at a street corner, and walk around them a few steps away."""
    rng = stage.rng
    add_square(stage)
    radius = float(rng.uniform(3.9, 5.0))
    _scatter(stage, _drawn(rng, SMALL, 6, 9), 0.56 * radius, 3.0, 0.25)
    return loop(rng, radius, float(rng.uniform(1.45, 1.8)), 0.85)


def _yard(stage: Stage) -> Path:
    """Put a house with trees, vehicles and garden things on grass and walk around it, at times with a mast."""
    rng = stage.rng
    add_yard(stage)
    house = outdoor_house.build(rng)
    stage.put(outdoor_house.CATEGORY, house, Region((-8.5, 8.5), (-8.5, 8.5)), 1.0)
    reach = float(np.hypot(*house.size_m[:2])) / 2
    half = reach + 5.0
    vehicle = outdoor_lorry if rng.random() < 0.4 else outdoor_car
    _scatter(stage, [vehicle, outdoor_car, outdoor_tree, *_drawn(rng, IN_YARDS, 4, 6)], half, 7.5, 1.2)
    mast = rng.random() < 0.4
    height = float(rng.uniform(3.0, 6.0)) if mast else float(rng.uniform(1.6, 2.2))
    # The ridge stays in the picture: its upper edge is about 23 degrees above the horizon.
    room_for_roof = reach + (float(house.size_m[2]) - height) / math.tan(math.radians(23))
    radius = max(half * float(rng.uniform(1.45, 1.65)), room_for_roof)
    return loop(rng, radius, height, 2.2 if mast else 2.8)


def _drawn(rng: np.random.Generator, kinds: Sequence[ModuleType], least: int, most: int) -> list[ModuleType]:
    """Draw `least` to `most` categories, each once before any comes twice."""
    count = int(rng.integers(least, most + 1))
    turns = [*rng.permutation(len(kinds)).tolist(), *rng.integers(0, len(kinds), count).tolist()]
    return [kinds[k] for k in turns[:count]]


def _scatter(stage: Stage, kinds: Sequence[ModuleType], half_m: float, height_m: float, gap_m: float) -> None:
    """Put things anywhere on a square of ground; one that finds no place is left out."""
    for category in kinds:
        shape = at_most(category, height_m, stage.rng)
        stage.put(category.CATEGORY, shape, Region((-half_m, half_m), (-half_m, half_m)), gap_m)
