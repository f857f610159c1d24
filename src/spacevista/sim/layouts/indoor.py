"""A furnished room, hall or corridor, seen by a person who walks through it with a camera in the hand."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from types import ModuleType

import numpy as np

from spacevista.geometry.cameras import Camera
from spacevista.geometry.poses import Pose, rotation_about
from spacevista.scales import Scale
from spacevista.sim.categories import (
    indoor_armchair,
    indoor_bed,
    indoor_chair,
    indoor_cupboard,
    indoor_lamp,
    indoor_plant,
    indoor_shelf,
    indoor_sofa,
    indoor_stool,
    indoor_table,
    indoor_television,
)
from spacevista.sim.categories.solids import block
from spacevista.sim.layouts.indoor_joined import IN_CORRIDORS, IN_ROOMS, on_top
from spacevista.sim.layouts.indoor_path import AISLE_M, walk_along, walk_around
from spacevista.sim.layouts.room import Room, random_corridor, random_hall, random_room
from spacevista.sim.layouts.staging import Stage
from spacevista.sim.placement import Region
from spacevista.sim.seeds import world_id, world_rng
from spacevista.sim.world import Body, Light, World

LEAST_OBJECTS = 7
MOST_OBJECTS = 11
JOINED = (2, 3)  # arrangements of joined things
WALL_GAP_M = (0.02, 0.10)  # furniture is not glued to the wall: skirting, cables
FREE_GAP_M = 0.12  # between pieces of furniture
WALKWAY_M = 0.25  # free-standing furniture keeps this far from the walls
CORRIDOR_SHARE, HALL_SHARE = 0.12, 0.08
SHALLOW_M = 0.46  # furniture of a corridor is not deeper


def make(seed: int) -> World:
    """Build room `seed`; the floor's upper side is z = 0, the room's middle is x = y = 0."""
    rng = world_rng(Scale.INDOOR, seed)
    kind = rng.random()
    corridor = kind < CORRIDOR_SHARE
    hall = CORRIDOR_SHARE <= kind < CORRIDOR_SHARE + HALL_SHARE
    room = random_corridor(rng) if corridor else random_hall(rng) if hall else random_room(rng)
    stage = Stage(rng)
    for body in room.structure(rng):
        stage.bodies.append(body)
    for solid in (*room.projections(), *room.doorways()):
        stage.crowd.add(solid)
    if corridor:
        _furnish_corridor(stage, room)
    else:
        _furnish(stage, room)
    camera = Camera.from_fov(640, 480, float(rng.uniform(60, 80)))
    path = walk_along(stage, room) if corridor else walk_around(stage, room)
    light = Light(np.array([0.28, 0.35, 0.8937]), (1.0, 0.97, 0.9), (0.9, 0.88, 0.84), indoors=True)
    return World(
        world_id(Scale.INDOOR, seed),
        seed,
        Scale.INDOOR,
        tuple(stage.bodies),
        stage.supports,
        light,
        camera,
        path,
        floor_polygon_m=room.floor_polygon_m,
        relations=tuple(stage.relations),
    )


def _furnish(stage: Stage, room: Room) -> None:
    """Put large pieces first: some along the walls, the others where the floor is free; then what is joined."""
    rng = stage.rng
    bedroom = rng.random() < 0.4
    along_walls: list[ModuleType] = [indoor_cupboard, indoor_shelf]
    if bedroom and rng.random() < 0.7:
        along_walls.append(indoor_bed)
    wall_count = int(rng.integers(1, len(along_walls) + 1))
    for category in rng.permutation(np.array(along_walls, dtype=object))[:wall_count]:
        if rng.random() < 0.2:  # as a divider of the room, seen from all sides
            _free(stage, room, category)
        else:
            _against_wall(stage, room, category)
    if indoor_bed not in along_walls:
        _free(stage, room, indoor_bed if bedroom else indoor_sofa if rng.random() < 0.7 else indoor_armchair)
    table = _free(stage, room, indoor_table)
    if table is not None:
        _chairs(stage, room, table, int(rng.integers(1, 3)))
    for body in list(stage.bodies):
        if body.category == indoor_cupboard.CATEGORY and body.mesh.vertices_m[:, 2].max() < 1.2 and rng.random() < 0.5:
            on_top(stage, body, indoor_television, 1.0, _facing(body))
    _join(stage, room, IN_ROOMS)
    small = [indoor_lamp, indoor_stool, indoor_plant, indoor_armchair, indoor_lamp, indoor_chair, indoor_plant]
    want = int(rng.integers(LEAST_OBJECTS, MOST_OBJECTS))
    for category in rng.permutation(np.array(small, dtype=object)):
        if _count(stage) >= want:
            break
        _free(stage, room, category)


def _furnish_corridor(stage: Stage, room: Room) -> None:
    """Put shallow pieces along the walls and joined things; the middle stays free."""
    rng = stage.rng
    stage.crowd.add(block((-room.half_x_m, room.half_x_m), (-AISLE_M, AISLE_M), (0.0, 2.1)))
    for category in (indoor_cupboard, indoor_shelf)[: int(rng.integers(1, 3))]:
        _against_wall(stage, room, category, SHALLOW_M)
    _join(stage, room, IN_CORRIDORS)
    want = int(rng.integers(LEAST_OBJECTS, MOST_OBJECTS - 1))
    for category in (indoor_plant, indoor_stool, indoor_chair, indoor_plant, indoor_stool, indoor_chair, indoor_lamp):
        if _count(stage) >= want:
            break
        reach = Region((-room.half_x_m + 0.1, room.half_x_m - 0.1), (-room.half_y_m + 0.05, room.half_y_m - 0.05))
        stage.put(category.CATEGORY, category.build(rng), reach, FREE_GAP_M)


def _join(stage: Stage, room: Room, arrangements: Sequence[Callable[[Stage, Room], bool]]) -> None:
    """Add some arrangements of joined things, as many as have room."""
    wanted = int(stage.rng.integers(JOINED[0], JOINED[1] + 1))
    for kind in stage.rng.permutation(len(arrangements)).tolist():
        if wanted == 0:
            break
        wanted -= arrangements[kind](stage, room)


def _count(stage: Stage) -> int:
    return sum(body.id > 0 for body in stage.bodies)


def _against_wall(stage: Stage, room: Room, category: ModuleType, deepest_m: float = math.inf) -> Body | None:
    """Put a piece with its back (its -x side) to one of the four outer walls."""
    shape = category.build(stage.rng)
    if float(shape.size_m[0]) > deepest_m:
        return None
    gap = float(stage.rng.uniform(*WALL_GAP_M))
    x, y = room.half_x_m - gap, room.half_y_m - gap
    depth = float(shape.size_m[0])
    low, high = shape.mesh.vertices_m[:, 0].min(), shape.mesh.vertices_m[:, 0].max()
    assert abs(low + high) < 1e-9, "a shape is centred on its origin"
    walls = [
        (Region((-x, -x + depth + 1e-9), (-y, y)), 0.0),
        (Region((x - depth - 1e-9, x), (-y, y)), 180.0),
        (Region((-x, x), (-y, -y + depth + 1e-9)), 90.0),
        (Region((-x, x), (y - depth - 1e-9, y)), 270.0),
    ]
    for k in stage.rng.permutation(4):
        region, yaw = walls[int(k)]
        body = stage.put(category.CATEGORY, shape, region, FREE_GAP_M, yaws_deg=(yaw,))
        if body is not None:
            return body
    return None


def _free(stage: Stage, room: Room, category: ModuleType) -> Body | None:
    """Put a piece anywhere on the free floor; large ones parallel to the walls."""
    shape = category.build(stage.rng)
    large = float(shape.size_m.max()) > 1.3 and float(shape.size_m[:2].max()) > 0.8
    x, y = room.half_x_m - WALKWAY_M, room.half_y_m - WALKWAY_M
    reach = 0.6 * float(shape.size_m[:2].max())
    x, y = (
        max(0.72 * x, reach),
        max(0.72 * y, reach),
    )  # within the walk around the room, so that it is seen from all sides
    return stage.put(
        category.CATEGORY, shape, Region((-x, x), (-y, y)), 0.2, yaws_deg=(0, 90, 180, 270) if large else None
    )


def _chairs(stage: Stage, room: Room, table: Body, count: int) -> None:
    """Put chairs of one kind around a table, facing it, drawn back a little."""
    shape = indoor_chair.build(stage.rng)
    low, high = table.mesh.vertices_m.min(axis=0), table.mesh.vertices_m.max(axis=0)
    centre, half = (low + high) / 2, (high - low) / 2
    for k in stage.rng.permutation(4)[:count]:
        side = (1.0, 0.0) if k == 0 else (-1.0, 0.0) if k == 1 else (0.0, 1.0) if k == 2 else (0.0, -1.0)
        back = float(stage.rng.uniform(0.10, 0.50) + shape.size_m[0] / 2)
        out = np.array(side) * (half[:2] + back)
        slide = np.array([side[1], side[0]]) * stage.rng.uniform(-0.25, 0.25) * half[:2]
        x, y = (centre[:2] + out + slide).tolist()
        facing = math.degrees(math.atan2(-side[1], -side[0])) + float(stage.rng.uniform(-15, 15))
        reach = float(np.hypot(*shape.size_m[:2])) / 2
        if abs(x) + reach < room.half_x_m and abs(y) + reach < room.half_y_m:
            pose = Pose(rotation_about((0, 0, 1), facing), np.array([x, y, 0.0]))
            stage.put_at(indoor_chair.CATEGORY, shape, pose, 0.03)


def _facing(carrier: Body) -> float:
    """Return the yaw of a thing that faces +x and looks into the room from a piece that stands along a wall."""
    low, high = carrier.mesh.vertices_m.min(axis=0), carrier.mesh.vertices_m.max(axis=0)
    x, y = ((low + high) / 2)[:2].tolist()
    if high[0] - low[0] > high[1] - low[1]:
        return 90.0 if y < 0 else 270.0
    return 0.0 if x < 0 else 180.0
