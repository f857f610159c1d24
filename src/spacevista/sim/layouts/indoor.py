"""A furnished room of a home, seen by a person who walks around it with a camera in the hand."""

from __future__ import annotations

import math
from types import ModuleType

import numpy as np

from spacevista.geometry.arrays import FloatArray
from spacevista.geometry.cameras import Camera
from spacevista.geometry.poses import Pose, rotation_about
from spacevista.scales import Scale
from spacevista.sim.categories import (
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
from spacevista.sim.layouts.room import Room, random_room
from spacevista.sim.layouts.staging import Stage
from spacevista.sim.placement import Region
from spacevista.sim.seeds import world_id, world_rng
from spacevista.sim.world import Body, Light, World

FRAMES = 20
LEAST_OBJECTS = 6
WALL_GAP_M = (0.02, 0.10)  # furniture is not glued to the wall: skirting, cables
FREE_GAP_M = 0.12  # between pieces of furniture
CLEARANCE_M = 0.35  # the camera keeps this far from what is as high as it is
WALKWAY_M = 0.25  # free-standing furniture keeps this far from the walls


def make(seed: int) -> World:
    """Build room `seed`; the floor's upper side is z = 0, the room's middle is x = y = 0."""
    rng = world_rng(Scale.INDOOR, seed)
    room = random_room(rng)
    stage = Stage(rng)
    for body in room.structure(rng):
        stage.bodies.append(body)
    _furnish(stage, room)
    camera = Camera.from_fov(640, 480, float(rng.uniform(60, 80)))
    path = _walk_around(stage, room)
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
    )


def _furnish(stage: Stage, room: Room) -> None:
    """Put large pieces first: some along the walls, the others where the floor is free."""
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
        _free(stage, room, indoor_bed if bedroom else indoor_sofa)
    table = _free(stage, room, indoor_table)
    if table is not None:
        _chairs(stage, room, table, int(rng.integers(1, 4)))
    for body in list(stage.bodies):
        if body.category == indoor_cupboard.CATEGORY and body.mesh.vertices_m[:, 2].max() < 1.2:
            _on_top(stage, body, indoor_television)
    small = [indoor_lamp, indoor_stool, indoor_plant, indoor_lamp, indoor_stool, indoor_chair, indoor_plant]
    want = int(rng.integers(LEAST_OBJECTS, 10))
    for category in rng.permutation(np.array(small, dtype=object)):
        if len(stage.supports) >= want:
            break
        _free(stage, room, category)


def _against_wall(stage: Stage, room: Room, category: ModuleType) -> Body | None:
    """Put a piece with its back (its -x side) to one of the four walls."""
    shape = category.build(stage.rng)
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


def _on_top(stage: Stage, carrier: Body, category: ModuleType) -> None:
    """Put a thing that faces +x on a piece of furniture that stands along a wall, facing the room."""
    low, high = carrier.mesh.vertices_m.min(axis=0), carrier.mesh.vertices_m.max(axis=0)
    x, y = ((low + high) / 2)[:2].tolist()
    along_x = high[0] - low[0] > high[1] - low[1]
    yaw = (90.0 if y < 0 else 270.0) if along_x else (0.0 if x < 0 else 180.0)
    stage.put_on(carrier, category.CATEGORY, category.build(stage.rng), yaw)


def _walk_around(stage: Stage, room: Room) -> tuple[Pose, ...]:
    """Walk once around the room near its walls, looking across it; tall furniture is passed on the inner side."""
    rng = stage.rng
    height = float(rng.uniform(1.45, 1.75))
    angles = (
        float(rng.uniform(0, 2 * math.pi))
        + 2 * math.pi * (np.arange(FRAMES) + rng.uniform(-0.15, 0.15, FRAMES)) / FRAMES
    )
    if rng.random() < 0.5:
        angles = angles[::-1]
    inset = float(rng.uniform(0.40, 0.60))
    obstacles = [
        body.mesh.vertices_m for body in stage.bodies if body.id > 0 and body.mesh.vertices_m[:, 2].max() > height - 0.3
    ]
    poses = []
    for angle in angles.tolist():
        eye = _eye(angle, height + float(rng.uniform(-0.04, 0.04)), room, inset, obstacles)
        across = np.array([*rng.uniform(-0.35, 0.35, 2), float(rng.uniform(0.45, 0.75))])
        poses.append(Pose.looking_at(eye, across - 0.15 * np.array([eye[0], eye[1], 0.0])))
    return tuple(poses)


def _eye(angle: float, height: float, room: Room, inset: float, obstacles: list[FloatArray]) -> FloatArray:
    """Return the place in a direction from the room's middle that is nearest to the wall and clear of obstacles."""
    direction = np.array([math.cos(angle), math.sin(angle)])
    with np.errstate(divide="ignore"):
        reach = float(np.min(np.array([room.half_x_m - inset, room.half_y_m - inset]) / np.abs(direction)))
    while reach > 0.3:
        spot = reach * direction
        if all(_clear(spot, vertices) for vertices in obstacles):
            break
        reach -= 0.05
    return np.array([*(reach * direction), height])


def _clear(spot: FloatArray, vertices: FloatArray) -> bool:
    low, high = vertices[:, :2].min(axis=0), vertices[:, :2].max(axis=0)
    return float(np.linalg.norm(np.maximum(np.maximum(low - spot, spot - high), 0))) >= CLEARANCE_M
