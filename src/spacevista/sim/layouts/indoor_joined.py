"""Things of a room that are joined on purpose: on tables and shelves, on walls and ceilings, on pegs, in each other.

Each function adds one arrangement to the stage and tells whether there was room for it.
"""

from __future__ import annotations

import math
from types import ModuleType

import numpy as np

from spacevista.geometry.poses import Pose, rotation_about
from spacevista.sim.categories import (
    indoor_bag,
    indoor_ball,
    indoor_basket,
    indoor_box,
    indoor_broom,
    indoor_ceiling_lamp,
    indoor_clock,
    indoor_coat_stand,
    indoor_heater,
    indoor_hoop,
    indoor_laptop,
    indoor_painting,
    indoor_plant,
    indoor_poster,
    indoor_socket,
    indoor_stool,
    indoor_table_lamp,
    indoor_umbrella,
    indoor_vase,
    indoor_wall_shelf,
)
from spacevista.sim.categories.shape import Shape
from spacevista.sim.categories.solids import block
from spacevista.sim.contact import DOWN, hair_m, nearest_m, slid, turned
from spacevista.sim.layouts.groups import Group, pair, part_of, piled, put_down
from spacevista.sim.layouts.room import THICK_M, Rectangle, Room, Wall
from spacevista.sim.layouts.staging import Stage
from spacevista.sim.placement import Region, solid_of
from spacevista.sim.shapes import centre_of_mass, cylinder, moved, rotated
from spacevista.sim.world import Body, Material, Mesh, RelationKind

TRIES = 12
APART_M = 0.03  # between things that are not joined
IN_FRONT_M = 0.35  # of a thing on a wall, kept free so that it is seen
NAIL_M = 0.003  # radius
ON_TABLES = (indoor_vase, indoor_table_lamp, indoor_laptop, indoor_box)
ON_SHELVES = (indoor_vase, indoor_table_lamp, indoor_vase, indoor_table_lamp)
RINGED = (indoor_stool, indoor_plant, indoor_basket)


def on_top(stage: Stage, carrier: Body, category: ModuleType, share: float, yaw_deg: float | None = None) -> bool:
    """Put a thing on the level top of a piece of furniture, its whole base within `share` of the top's sides."""
    shape = category.build(stage.rng)
    low, high = carrier.mesh.vertices_m.min(axis=0), carrier.mesh.vertices_m.max(axis=0)
    middle, half = (low + high)[:2] / 2, share * (high - low)[:2] / 2
    for _ in range(TRIES):
        turn = float(stage.rng.uniform(0, 360)) if yaw_deg is None else yaw_deg
        mesh = rotated(shape.mesh, (0, 0, 1), turn)
        room = half - np.abs(mesh.vertices_m[:, :2]).max(axis=0)
        if (room < 0).any():
            continue
        x, y = (middle + stage.rng.uniform(-1, 1, 2) * room).tolist()
        lifted = moved(mesh, (x, y, float(high[2]) + APART_M))
        if stage.crowd.gap_m(solid_of(lifted), APART_M) < 0.99 * APART_M:
            continue
        rested = slid(lifted, DOWN, [carrier.mesh], 2 * APART_M)
        if rested is not None:
            stage.join(Body(0, category.CATEGORY, rested, shape.materials), RelationKind.SUPPORT, carrier.id)
            return True
    return False


def things_on_table(stage: Stage, room: Room) -> bool:
    """Put one or two things on a table."""
    tables = [body for body in stage.bodies if body.category == "table"]
    if not tables:
        return False
    kinds = stage.rng.permutation(len(ON_TABLES))[: int(stage.rng.integers(1, 3))].tolist()
    put = [on_top(stage, tables[0], ON_TABLES[kind], 0.72) for kind in kinds]
    return any(put)


def box_stack(stage: Stage, room: Room) -> bool:
    """Put two or three boxes on top of each other on the floor."""
    shapes = [indoor_box.build(stage.rng) for _ in range(int(stage.rng.integers(2, 4)))]
    shapes.sort(key=lambda shape: -float(shape.size_m[0] * shape.size_m[1]))
    group = piled(indoor_box.CATEGORY, shapes, stage.rng, 0.1)
    return group is not None and bool(stage.put_group(group, floor_of(room), 0.12))


def ball_in_basket(stage: Stage, room: Room) -> bool:
    basket, ball = indoor_basket.build(stage.rng), indoor_ball.build(stage.rng)
    mesh = put_down(ball, [basket.mesh], stage.rng, (0.0, 0.0))
    if mesh is None:
        return False
    inside, holder = part_of("ball", ball, mesh, 0), part_of("basket", basket, basket.mesh)
    return bool(stage.put_group(pair(RelationKind.CONTAINMENT, inside, holder), floor_of(room), 0.12))


def hoop_around(stage: Stage, room: Room) -> bool:
    """Put a hoop on the floor around a stool, plant or basket."""
    kind = RINGED[int(stage.rng.integers(len(RINGED)))]
    thing, hoop = kind.build(stage.rng), indoor_hoop.build(stage.rng)
    off = stage.rng.uniform(-0.06, 0.06, 2).tolist()
    around = moved(hoop.mesh, (off[0], off[1], 0))
    if nearest_m(solid_of(around), [solid_of(thing.mesh)]) < APART_M:
        return False
    ring = part_of(indoor_hoop.CATEGORY, hoop, around)
    group = pair(RelationKind.ENCIRCLING, ring, part_of(kind.CATEGORY, thing, thing.mesh))
    return bool(stage.put_group(group, floor_of(room), 0.10))


def hung_coat_stand(stage: Stage, room: Room) -> bool:
    """Put a coat stand with a bag, an umbrella or both on its pegs."""
    stand, pegs = indoor_coat_stand.with_pegs(stage.rng)
    parts = [part_of(indoor_coat_stand.CATEGORY, stand, stand.mesh)]
    kinds = stage.rng.permutation(2)[: int(stage.rng.integers(1, 3))].tolist()
    for peg, kind in zip(pegs[::2], kinds, strict=False):
        name, shape, ready = _bag(stage.rng) if kind == 0 else _umbrella(stage.rng)
        out = moved(ready, (0.116, 0, peg.z_m))
        mesh = slid(rotated(out, (0, 0, 1), peg.azimuth_deg), DOWN, [part.mesh for part in parts], 0.3)
        if mesh is None:
            return False
        parts.append(part_of(name, shape, mesh, 0, stands=False))
    group = Group(tuple(parts), tuple((RelationKind.HANGING, number, 0) for number in range(1, len(parts))))
    return bool(stage.put_group(group, floor_of(room), 0.12))


def _bag(rng: np.random.Generator) -> tuple[str, Shape, Mesh]:
    """Return a bag with the inside of its strap about the x axis."""
    bag = indoor_bag.build(rng)
    return indoor_bag.CATEGORY, bag, moved(bag.mesh, (0, 0, -float(bag.size_m[2]) + 0.06))


def _umbrella(rng: np.random.Generator) -> tuple[str, Shape, Mesh]:
    """Return an umbrella with its crook about the x axis, its weight below."""
    umbrella, (y, z) = indoor_umbrella.hung(rng)
    centred = moved(umbrella.mesh, (0, -y, -z))
    weight = centre_of_mass(centred)
    tilt = math.degrees(math.atan2(weight[1], -weight[2]))
    return indoor_umbrella.CATEGORY, umbrella, rotated(centred, (1, 0, 0), -tilt)


def floor_of(room: Room) -> Region:
    """Return the floor where things stand that may be near the walls."""
    return Region((-room.half_x_m + 0.08, room.half_x_m - 0.08), (-room.half_y_m + 0.08, room.half_y_m - 0.08))


def place_on_wall(stage: Stage, room: Room, shape: Shape, low_m: tuple[float, float]) -> tuple[Mesh, Wall] | None:
    """Find a place on a wall for a thing with its back at -x: clear of openings and furniture, and in view.

    Args:
        low_m: the range of its lower edge's height.
    """
    width, height = float(shape.size_m[1]), float(shape.size_m[2])
    for _ in range(TRIES):
        wall = room.walls[int(stage.rng.integers(len(room.walls)))]
        if wall.length_m < width + 0.3 or low_m[0] + height > room.height_m - 0.1:
            continue
        u = float(stage.rng.uniform(width / 2 + 0.1, wall.length_m - width / 2 - 0.1))
        z = float(stage.rng.uniform(low_m[0], min(low_m[1], room.height_m - 0.1 - height)))
        rectangle: Rectangle = (u - width / 2, u + width / 2, z, z + height)
        if not wall.covered(rectangle, 0.05) and _free(stage, wall, rectangle):
            return _against(wall, shape.mesh, u, z), wall
    return None


def _free(stage: Stage, wall: Wall, rectangle: Rectangle) -> bool:
    """Tell whether nothing stands before a part of a wall."""
    a, b, foot, top = rectangle
    probe = block((a, b), (-IN_FRONT_M, -0.001), (foot, top)).moved(wall.world_from_wall)
    return stage.crowd.gap_m(solid_of(probe), APART_M) >= APART_M


def _against(wall: Wall, mesh: Mesh, u: float, z: float) -> Mesh:
    """Return a thing with its back at -x against a wall, its middle at u, its foot at z: a hair before it."""
    turned_mesh = rotated(mesh, (0, 0, 1), -90)
    back = float(turned_mesh.vertices_m[:, 1].max())
    return moved(turned_mesh, (u, -back - hair_m(mesh), z)).moved(wall.world_from_wall)


def stuck(stage: Stage, room: Room, category: ModuleType, low_m: tuple[float, float]) -> Body | None:
    """Stick a thing to a wall."""
    shape = category.build(stage.rng)
    found = place_on_wall(stage, room, shape, low_m)
    if found is None:
        return None
    stage.join(Body(0, category.CATEGORY, found[0], shape.materials), RelationKind.ADHESION, 0)
    return stage.bodies[-1]


def poster(stage: Stage, room: Room) -> bool:
    return stuck(stage, room, indoor_poster, (0.9, 1.3)) is not None


def clock(stage: Stage, room: Room) -> bool:
    return stuck(stage, room, indoor_clock, (1.5, 1.9)) is not None


def shelf(stage: Stage, room: Room) -> bool:
    """Fix a shelf to a wall and put a thing on it."""
    board = stuck(stage, room, indoor_wall_shelf, (1.0, 1.35))
    if board is None:
        return False
    any(on_top(stage, board, category, 1.0) for category in ON_SHELVES)  # the first that is not too wide
    return True


def painting(stage: Stage, room: Room) -> bool:
    """Hang a painting by its cord on a nail in a wall."""
    shape = indoor_painting.build(stage.rng)
    found = place_on_wall(stage, room, shape, (1.0, 1.35))
    if found is None:
        return False
    mesh, wall = found
    apex = mesh.vertices_m[int(np.argmax(mesh.vertices_m[:, 2]))]
    local = wall.world_from_wall.inverse().apply(apex[None])[0]
    rod = rotated(cylinder(NAIL_M, 0.03, 16), (1, 0, 0), 90)  # out of the wall, which is y = 0
    below = moved(rod, (float(local[0]), 0.006, float(local[2]) - 0.05)).moved(wall.world_from_wall)
    nail = slid(below, (0, 0, 1), [mesh], 0.1)
    if nail is None:
        return False
    stage.structure("nail", nail, Material((0.35, 0.35, 0.36), gloss=0.7))
    stage.join(Body(0, indoor_painting.CATEGORY, mesh, shape.materials), RelationKind.HANGING, 0)
    return True


def heater(stage: Stage, room: Room) -> bool:
    """Fix a socket to a wall and plug a heater into one of its wells."""
    socket, wells = indoor_socket.with_wells(stage.rng)
    found = place_on_wall(stage, room, socket, (0.35, 0.9))
    if found is None:
        return False
    mesh, wall = found
    shape = indoor_heater.about_plug(stage.rng)
    foot = wall.world_from_wall.inverse().apply(mesh.vertices_m)
    u, z = float(foot[:, 0].min() + foot[:, 0].max()) / 2, float(foot[:, 2].min())
    at = u, float(foot[:, 1].max()) - indoor_socket.FACE_M - hair_m(mesh, shape.mesh), z + max(wells)
    plugged = moved(rotated(shape.mesh, (0, 0, 1), -90), at).moved(wall.world_from_wall)
    if stage.crowd.gap_m(solid_of(plugged), APART_M) < APART_M or wall.covered((u - 0.1, u + 0.1, z, z + 0.5), 0.0):
        return False
    stage.join(Body(0, indoor_socket.CATEGORY, mesh, socket.materials), RelationKind.ADHESION, 0)
    stage.join(Body(0, indoor_heater.CATEGORY, plugged, shape.materials), RelationKind.PLUG_IN, stage.bodies[-1].id)
    return True


def broom(stage: Stage, room: Room) -> bool:
    """Lean a broom against a wall."""
    shape = indoor_broom.build(stage.rng)
    half = float(shape.size_m[1]) / 2
    wall = room.walls[int(stage.rng.integers(len(room.walls)))]
    if wall.length_m < 2 * half + 0.4:
        return False
    u, away = float(stage.rng.uniform(half + 0.15, wall.length_m - half - 0.15)), float(stage.rng.uniform(0.20, 0.35))
    if wall.covered((u - half, u + half, 0.0, 1.5), 0.02):
        return False
    upright = moved(rotated(shape.mesh, (0, 0, 1), -90), (u, -away, 0))
    foot = upright.vertices_m[upright.vertices_m[:, 2] < 1e-9]
    edge = foot[int(np.argmax(foot[:, 1]))]

    def pose_at(angle_deg: float) -> Pose:
        turn = rotation_about((1, 0, 0), -angle_deg)
        return Pose(turn, edge - turn @ edge)

    face = block((0, wall.length_m), (0, THICK_M), (0, room.height_m))
    leant = turned(upright, pose_at, (0.0, 45.0), [face], hair_m(upright, face))
    if leant is None:
        return False
    mesh = moved(leant, (0, 0, -float(leant.vertices_m[:, 2].min()))).moved(wall.world_from_wall)
    if stage.crowd.gap_m(solid_of(mesh), 0.1) < 0.1:
        return False
    stage.join(Body(0, indoor_broom.CATEGORY, mesh, shape.materials), RelationKind.LEANING, 0)
    return True


def ceiling_lamp(stage: Stage, room: Room) -> bool:
    """Hang a lamp from the ceiling, over the table if there is one, else near the middle of the room."""
    shape = indoor_ceiling_lamp.build(stage.rng)
    tables = [body.mesh for body in stage.bodies if body.category == "table"]
    middle = (tables[0].vertices_m.min(axis=0) + tables[0].vertices_m.max(axis=0))[:2] / 2 if tables else np.zeros(2)
    x, y = (middle + stage.rng.uniform(-0.3, 0.3, 2)).tolist()
    mesh = moved(shape.mesh, (x, y, room.height_m - float(shape.size_m[2]) - hair_m(shape.mesh)))
    if stage.crowd.gap_m(solid_of(mesh), 0.1) < 0.1 or float(mesh.vertices_m[:, 2].min()) < 1.5:
        return False
    stage.join(Body(0, indoor_ceiling_lamp.CATEGORY, mesh, shape.materials), RelationKind.HANGING, 0)
    return True


IN_ROOMS = (
    things_on_table, box_stack, ball_in_basket, hoop_around, hung_coat_stand, poster, clock, shelf, painting, heater,
    broom, ceiling_lamp,
)  # fmt: skip
IN_CORRIDORS = (box_stack, ball_in_basket, hung_coat_stand, poster, clock, shelf, painting, heater, broom)
