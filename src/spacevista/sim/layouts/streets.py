"""A street to drive along and a promenade to walk along, with things on both sides."""

from __future__ import annotations

import math
from types import ModuleType

import numpy as np

from spacevista.sim.categories import (
    outdoor_bench,
    outdoor_bicycle,
    outdoor_bin,
    outdoor_bus,
    outdoor_car,
    outdoor_column,
    outdoor_fence,
    outdoor_fountain,
    outdoor_house,
    outdoor_hydrant,
    outdoor_lamp,
    outdoor_light,
    outdoor_lorry,
    outdoor_person,
    outdoor_phone,
    outdoor_postbox,
    outdoor_shelter,
    outdoor_sign,
    outdoor_tree,
    outdoor_tub,
)
from spacevista.sim.categories.shape import Shape
from spacevista.sim.categories.solids import Span
from spacevista.sim.layouts.grounds import add_promenade, add_street
from spacevista.sim.layouts.loops import FRAMES, Path
from spacevista.sim.layouts.staging import Stage
from spacevista.sim.paths import drive, walk
from spacevista.sim.placement import Region

STREET_HALF_M = 3.4  # half the carriageway: two lanes of 2.5 m and parked cars on both sides need 6.5-7 m
PROMENADE_HALF_M = 5.5
FREE_HALF_M = 1.3  # of the promenade's middle, where people walk
VEHICLES = (outdoor_car, outdoor_lorry, outdoor_bus)
ON_PAVEMENTS = (
    outdoor_bench,
    outdoor_bicycle,
    outdoor_bin,
    outdoor_hydrant,
    outdoor_lamp,
    outdoor_light,
    outdoor_person,
    outdoor_phone,
    outdoor_postbox,
    outdoor_shelter,
    outdoor_sign,
)
ON_PROMENADES = (
    outdoor_bench,
    outdoor_bicycle,
    outdoor_column,
    outdoor_fountain,
    outdoor_lamp,
    outdoor_person,
    outdoor_phone,
    outdoor_tree,
    outdoor_tub,
)


def street(stage: Stage) -> Path:
    """Put houses, trees, street furniture and parked vehicles along a street and drive along it."""
    rng = stage.rng
    add_street(stage, STREET_HALF_M)
    sides = (1, -1) if rng.random() < 0.5 else (-1, 1)
    house_y = (STREET_HALF_M + 4.5, STREET_HALF_M + 17.0)
    for i in range(int(rng.integers(2, 4))):
        _beside(stage, outdoor_house.build(rng), outdoor_house, sides[i % 2], house_y, (2.0, 46.0), 4.0)
    large = VEHICLES[int(rng.integers(len(VEHICLES)))]
    # The driver keeps to y < 0: what is wider than a car is parked on the other side.
    _beside(stage, large.build(rng), large, 1, (STREET_HALF_M - 2.7, STREET_HALF_M - 0.05), (4.0, 46.0), 1.2)
    for i in range(int(rng.integers(1, 3))):
        lane = (STREET_HALF_M - 2.25, STREET_HALF_M - 0.05)
        _beside(stage, outdoor_car.build(rng), outdoor_car, sides[i % 2], lane, (4.0, 46.0), 1.2)
    pavement = (STREET_HALF_M + 0.2, STREET_HALF_M + 2.4)
    for i, k in enumerate(rng.permutation(len(ON_PAVEMENTS))[: int(rng.integers(3, 6))].tolist()):
        _beside(stage, ON_PAVEMENTS[k].build(rng), ON_PAVEMENTS[k], sides[i % 2], pavement, (2.0, 32.0), 0.6)
    front = (STREET_HALF_M + 2.6, STREET_HALF_M + 6.5)
    for i, category in enumerate((outdoor_tree, outdoor_fence)):
        _beside(stage, at_most(category, 7.0, rng), category, sides[(i + 1) % 2], front, (2.0, 36.0), 0.8)
    height = float(rng.uniform(1.5, 2.2))
    lane_y = -0.9  # keep to the right of the free middle between parked cars
    points = [(x, lane_y + 0.15 * math.sin(x / 9), height) for x in np.linspace(-10.0, 24.0, 6).tolist()]
    yaw = float(rng.choice([0.0, 8.0, -8.0, 15.0, -15.0]))
    return drive(points, FRAMES, rng, look_ahead_m=10.0, yaw_deg=yaw, pitch_deg=2.0)


def promenade(stage: Stage) -> Path:
    """Put things on both sides of a paved walk and go along its middle, turning to one side and the other."""
    rng = stage.rng
    add_promenade(stage, PROMENADE_HALF_M)
    side = 1 if rng.random() < 0.5 else -1
    for i, k in enumerate(rng.permutation(len(ON_PROMENADES))[: int(rng.integers(7, 10))].tolist()):
        category = ON_PROMENADES[k]
        _beside(
            stage,
            at_most(category, 5.5, rng),
            category,
            side * (-1) ** i,
            (FREE_HALF_M, PROMENADE_HALF_M),
            (0, 15),
            0.5,
        )
    height = float(rng.uniform(1.5, 1.75))
    way = [(x, float(rng.uniform(-0.5, 0.5)), height) for x in (-6.0, -1.0, 4.0, 9.0)]
    looked_at = [(x, side * y, 1.2) for x, y in ((5.0, 2.0), (6.0, -2.5), (9.5, 3.0), (15.0, -1.5))]
    return walk(way, looked_at, FRAMES, rng)


def _beside(stage: Stage, shape: Shape, category: ModuleType, side: int, across: Span, along: Span, gap: float) -> None:
    """Put a thing beside the street, square to it: `across` is its distance from the middle line."""
    y = across if side > 0 else (-across[1], -across[0])
    # What is built to face -y looks at a street from its +y side as it is, what faces +x after a quarter turn back.
    if category in VEHICLES:
        yaw = 180.0 if side > 0 else 0.0
    elif category in (outdoor_house, outdoor_shelter, outdoor_fence):
        yaw = 0.0 if side > 0 else 180.0
    elif category in (outdoor_sign, outdoor_light):  # seen by those who drive towards +x
        yaw = 180.0
    elif category in (outdoor_person, outdoor_bicycle):
        yaw = float(stage.rng.uniform(0, 360)) if category is outdoor_person else float(stage.rng.choice([0.0, 180.0]))
    else:
        yaw = -90.0 if side > 0 else 90.0
    stage.put(category.CATEGORY, shape, Region(along, y), gap, yaws_deg=(yaw,))


def at_most(category: ModuleType, height_m: float, rng: np.random.Generator) -> Shape:
    """Draw shapes of a category until one is no higher than `height_m`."""
    while True:
        shape: Shape = category.build(rng)
        if float(shape.size_m[2]) <= height_m:
            return shape
