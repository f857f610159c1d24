"""A square, a house with its yard, or a street, seen by a walker, from a mast, or from a vehicle."""

from __future__ import annotations

import math
from types import ModuleType

import numpy as np

from spacevista.geometry.cameras import Camera
from spacevista.geometry.poses import Pose
from spacevista.scales import Scale
from spacevista.sim.categories import (
    outdoor_bench,
    outdoor_bin,
    outdoor_car,
    outdoor_fence,
    outdoor_house,
    outdoor_lamp,
    outdoor_shelter,
    outdoor_tree,
)
from spacevista.sim.categories.shape import Shape
from spacevista.sim.categories.solids import Span
from spacevista.sim.layouts.grounds import add_square, add_street, add_yard, daylight
from spacevista.sim.layouts.staging import Stage
from spacevista.sim.paths import drive
from spacevista.sim.placement import Region
from spacevista.sim.seeds import world_id, world_rng
from spacevista.sim.world import World

FRAMES = 20
STREET_HALF_M = 3.4  # half the carriageway: two lanes of 2.5 m and parked cars on both sides need 6.5-7 m
Path = tuple[Pose, ...]


def make(seed: int) -> World:
    """Build outdoor world `seed`; the ground is z = 0."""
    rng = world_rng(Scale.OUTDOOR, seed)
    stage = Stage(rng)
    kind = rng.random()
    if kind < 0.4:
        path, fov = _square(stage), float(rng.uniform(58, 74))
    elif kind < 0.75:
        path, fov = _yard(stage), float(rng.uniform(55, 70))
    else:
        path, fov = _street(stage), float(rng.uniform(62, 80))
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
    """Put small street furniture and cars on a paved square and walk around it."""
    rng = stage.rng
    add_square(stage)
    loop = float(rng.uniform(9.0, 12.0))
    half = loop * 0.62
    wanted: list[ModuleType] = [outdoor_car, outdoor_bench, outdoor_tree, outdoor_bin, outdoor_lamp]
    others = [outdoor_shelter, outdoor_fence, outdoor_bench, outdoor_bin, outdoor_car, outdoor_tree]
    wanted += [others[int(k)] for k in rng.permutation(len(others))[: int(rng.integers(2, 5))]]
    for category in wanted:
        # From 10 m a camera held level sees up to about 6.5 m.
        shape = _at_most(category, 6.0, rng)
        stage.put(category.CATEGORY, shape, Region((-half, half), (-half, half)), 0.7)
    return _loop(stage, loop, float(rng.uniform(1.5, 2.2)), 1.3)


def _yard(stage: Stage) -> Path:
    """Put a house with trees, fences and cars on grass and walk around it, at times with the camera on a mast."""
    rng = stage.rng
    add_yard(stage)
    house = outdoor_house.build(rng)
    stage.put(outdoor_house.CATEGORY, house, Region((-8.5, 8.5), (-8.5, 8.5)), 1.0)
    reach = float(np.hypot(*house.size_m[:2])) / 2
    half = reach + 5.0
    wanted: list[ModuleType] = [outdoor_car, outdoor_tree, outdoor_fence, outdoor_tree, outdoor_car]
    others = [outdoor_lamp, outdoor_bench, outdoor_shelter, outdoor_fence, outdoor_tree]
    wanted += [others[int(k)] for k in rng.permutation(len(others))[: int(rng.integers(1, 4))]]
    for category in wanted:
        stage.put(category.CATEGORY, _at_most(category, 7.5, rng), Region((-half, half), (-half, half)), 1.2)
    mast = rng.random() < 0.4
    height = float(rng.uniform(3.0, 6.0)) if mast else float(rng.uniform(1.6, 2.2))
    # The ridge stays in the picture: its upper edge is about 23 degrees above the horizon.
    room_for_roof = reach + (float(house.size_m[2]) - height) / math.tan(math.radians(23))
    radius = max(half * float(rng.uniform(1.45, 1.65)), room_for_roof)
    return _loop(stage, radius, height, 2.2 if mast else 2.8)


def _loop(stage: Stage, radius: float, height: float, look_at: float) -> Path:
    """Walk a full or three-quarter loop that looks at the middle; the radius breathes by 6 %."""
    rng = stage.rng
    turn = 2 * math.pi if rng.random() < 0.75 else 1.5 * math.pi
    start, way = float(rng.uniform(0, 2 * math.pi)), 1 if rng.random() < 0.5 else -1
    angles = start + way * turn * (np.arange(FRAMES) + rng.uniform(-0.12, 0.12, FRAMES)) / FRAMES
    breath = float(rng.uniform(0, 2 * math.pi))
    poses = []
    for angle in angles.tolist():
        distance = radius * (1 + 0.06 * math.sin(2 * angle + breath))
        eye = np.array(
            [distance * math.cos(angle), distance * math.sin(angle), height + float(rng.uniform(-0.05, 0.05))]
        )
        aim = np.array([*rng.uniform(-0.08, 0.08, 2) * radius, look_at + float(rng.uniform(-0.15, 0.15))])
        poses.append(Pose.looking_at(eye, aim))
    return tuple(poses)


def _street(stage: Stage) -> Path:
    """Put houses, trees, lamps and parked cars along a street and drive along it."""
    rng = stage.rng
    add_street(stage, STREET_HALF_M)
    sides = (1, -1) if rng.random() < 0.5 else (-1, 1)
    house_y = STREET_HALF_M + 4.5
    for i in range(int(rng.integers(2, 4))):
        _beside(
            stage, outdoor_house.build(rng), outdoor_house, sides[i % 2], (house_y, house_y + 12.5), (2.0, 46.0), 4.0
        )
    for i in range(int(rng.integers(2, 4))):
        _beside(
            stage,
            outdoor_car.build(rng),
            outdoor_car,
            sides[i % 2],
            (STREET_HALF_M - 2.25, STREET_HALF_M - 0.05),
            (4.0, 46.0),
            1.2,
        )
    pavement = (STREET_HALF_M + 0.2, STREET_HALF_M + 2.4)
    for i, category in enumerate((outdoor_lamp, outdoor_shelter, outdoor_bench, outdoor_bin, outdoor_lamp)):
        if rng.random() < 0.6:
            _beside(stage, category.build(rng), category, sides[i % 2], pavement, (2.0, 32.0), 0.8)
    front = (STREET_HALF_M + 2.6, STREET_HALF_M + 6.5)
    for i, category in enumerate((outdoor_tree, outdoor_fence, outdoor_tree)):
        _beside(stage, _at_most(category, 7.0, rng), category, sides[(i + 1) % 2], front, (2.0, 36.0), 0.8)
    height = float(rng.uniform(1.5, 2.2))
    lane = -0.9  # keep to the right of the free middle between parked cars
    points = [(x, lane + 0.15 * math.sin(x / 9), height) for x in np.linspace(-10.0, 24.0, 6).tolist()]
    yaw = float(rng.choice([0.0, 8.0, -8.0, 15.0, -15.0]))
    return drive(points, FRAMES, rng, look_ahead_m=10.0, yaw_deg=yaw, pitch_deg=2.0)


def _beside(stage: Stage, shape: Shape, category: ModuleType, side: int, across: Span, along: Span, gap: float) -> None:
    """Put a thing beside the street, square to it: `across` is its distance from the middle line."""
    y = across if side > 0 else (-across[1], -across[0])
    # Doors, seats and open sides (built to -y or +x) look at the street; cars stand along it.
    facing_street = {outdoor_bench.CATEGORY: (-90.0,), outdoor_lamp.CATEGORY: (-90.0,), outdoor_bin.CATEGORY: (-90.0,)}
    yaws = facing_street.get(category.CATEGORY, (0.0,))
    if category is outdoor_car:
        yaws = (180.0,) if side > 0 else (0.0,)
    elif side < 0:
        yaws = (yaws[0] + 180.0,)
    stage.put(category.CATEGORY, shape, Region(along, y), gap, yaws_deg=yaws)


def _at_most(category: ModuleType, height_m: float, rng: np.random.Generator) -> Shape:
    """Draw shapes of a category until one is no higher than `height_m`."""
    while True:
        shape: Shape = category.build(rng)
        if float(shape.size_m[2]) <= height_m:
            return shape
