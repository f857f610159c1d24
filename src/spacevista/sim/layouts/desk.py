"""What both table top scales share: a room about a table, things spread out on it, a camera that goes around them.

Frame: world, z up; the table's upper side is z = 0 and the things are spread about the origin.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from spacevista.geometry.arrays import FloatArray
from spacevista.geometry.cameras import Camera
from spacevista.geometry.planes import Plane
from spacevista.geometry.poses import Pose, rotation_about
from spacevista.sim.categories.shape import Shape
from spacevista.sim.categories.small_looks import hue_color, varied
from spacevista.sim.layouts.groups import Group, alone
from spacevista.sim.paths import hand_held_arc, orbit
from spacevista.sim.placement import Crowd, Region, place
from spacevista.sim.shapes import box, moved, rotated, union
from spacevista.sim.world import Body, Light, Material, Mesh, Relation, Texture

FRAMES = 16
FILL = 0.5  # share of the ground that things and their gaps take: more cannot be reached by drawing places
GROWTH = 1.08  # of the ground whenever a thing finds no place
ELEVATION_DEG = (25.0, 65.0)
ORBIT_SHARE = 0.6
FRAMING = (1.1, 1.3)  # half the picture's width at the target, in half sides of the ground
CLEARANCE = 0.3  # of the distance to the target that stays free between any camera and any thing
TABLE_HEIGHT_M = 0.74  # desks and dining tables, EN 527-1 and common practice
WOODS = ((0.38, 0.21, 0.09), (0.50, 0.32, 0.16), (0.20, 0.10, 0.05), (0.62, 0.47, 0.29))


def wood_top(rng: np.random.Generator, ring_m: tuple[float, float] = (0.008, 0.02)) -> Material:
    """Return a table board, its year rings `ring_m` (from, to) apart as they show on a board's face."""
    color = varied(rng, WOODS[int(rng.integers(len(WOODS)))])
    dark = (0.55 * color[0], 0.5 * color[1], 0.45 * color[2])
    return Material(color, dark, Texture.WOOD, texture_m=float(rng.uniform(*ring_m)), gloss=0.25)


def cloth_top(rng: np.random.Generator, thread_m: tuple[float, float]) -> Material:
    """Return a table cloth in a muted colour, its threads `thread_m` (from, to) apart."""
    color = hue_color(float(rng.uniform()), float(rng.uniform(0.1, 0.6)), float(rng.uniform(0.2, 0.7)))
    dark = (0.75 * color[0], 0.75 * color[1], 0.75 * color[2])
    return Material(color, dark, Texture.CLOTH, texture_m=float(rng.uniform(*thread_m)), gloss=0.03)


def metal_top(rng: np.random.Generator) -> Material:
    """Return a work bench's sheet of brushed steel or aluminium."""
    bright = float(rng.uniform(0.28, 0.5))
    streaks = (0.8 * bright, 0.8 * bright, 0.82 * bright)
    return Material((bright, bright, 1.02 * bright), streaks, Texture.METAL, texture_m=0.0006, gloss=0.35)


def room(rng: np.random.Generator, top: Material) -> tuple[Body, ...]:
    """Return a table with its upper side at z = 0 in a furnished room: all of it structure (id 0)."""
    length, width, thick = float(rng.uniform(1.3, 1.9)), float(rng.uniform(0.85, 1.1)), float(rng.uniform(0.02, 0.04))
    leg, inset = 0.06, 0.08
    foot = box((leg, leg, TABLE_HEIGHT_M - thick), 1)
    legs = [
        moved(foot, (x * (length / 2 - inset), y * (width / 2 - inset), -TABLE_HEIGHT_M))
        for x in (-1, 1)
        for y in (-1, 1)
    ]
    board = moved(box((length, width, thick)), (0, 0, -thick))
    yaw = float(rng.uniform(0, 360))
    parts = [("table", union(board, *legs), (top, wood_top(rng))), *_walls_and_floor(rng), *_furniture(rng)]
    return tuple(Body(0, name, rotated(mesh, (0, 0, 1), yaw), materials) for name, mesh, materials in parts)


def _walls_and_floor(rng: np.random.Generator) -> list[tuple[str, Mesh, tuple[Material, ...]]]:
    x, y, tall = float(rng.uniform(2.0, 3.0)), float(rng.uniform(2.0, 3.0)), 2.5  # half sides and height of the room
    floor = moved(box((2 * x, 2 * y, 0.1)), (0, 0, -TABLE_HEIGHT_M - 0.1))
    low = -TABLE_HEIGHT_M - 0.1
    walls = union(
        *(moved(box((2 * x + 0.2, 0.1, tall)), (0, side * (y + 0.05), low)) for side in (-1, 1)),
        *(moved(box((0.1, 2 * y, tall)), (side * (x + 0.05), 0, low)) for side in (-1, 1)),
    )
    boards = varied(rng, WOODS[int(rng.integers(len(WOODS)))])
    planks = Material(boards, (0.6 * boards[0], 0.6 * boards[1], 0.6 * boards[2]), Texture.WOOD, 0.02, gloss=0.15)
    paving = Material((0.50, 0.49, 0.47), (0.30, 0.29, 0.28), Texture.TILES, 0.3, gloss=0.2)
    paint = hue_color(float(rng.uniform()), float(rng.uniform(0.0, 0.25)), float(rng.uniform(0.55, 0.8)))
    plaster = Material(paint, varied(rng, paint, 0.06), Texture.NOISE, 0.15, gloss=0.02)
    return [("floor", floor, (planks if rng.random() < 0.6 else paving,)), ("wall", walls, (plaster,))]


def _furniture(rng: np.random.Generator) -> list[tuple[str, Mesh, tuple[Material, ...]]]:
    """A sideboard and a shelf on two sides of the table, so that there is depth behind the things."""
    low = -TABLE_HEIGHT_M
    cupboard = moved(box((1.4, 0.4, 0.8)), (0.1, 1.75, low))
    doors = [moved(box((0.64, 0.02, 0.68), 1), (0.1 + side * 0.34, 1.54, low + 0.07)) for side in (-1, 1)]
    knobs = [moved(box((0.02, 0.03, 0.1), 2), (0.1 + side * 0.06, 1.52, low + 0.4)) for side in (-1, 1)]
    shelf = moved(box((0.35, 1.0, 1.1)), (-1.8, 0.2, low))
    boards = [moved(box((0.02, 0.92, 0.28), 1), (-1.62, 0.2, low + 0.06 + 0.34 * i)) for i in range(3)]
    paint = Material(hue_color(float(rng.uniform()), float(rng.uniform(0.1, 0.6)), 0.5), gloss=0.3)
    dark = Material((0.06, 0.06, 0.06), gloss=0.5)
    return [
        ("sideboard", union(cupboard, *doors, *knobs), (wood_top(rng), paint, dark)),
        ("shelf", union(shelf, *boards), (wood_top(rng), dark)),
    ]


@dataclass(frozen=True, eq=False)
class Laid:
    """Things on a table: bodies in order of their ids, what they stand on, how they are joined.

    `half_m`: half the side of the square ground about the origin that holds them.
    """

    bodies: tuple[Body, ...]
    supports: Mapping[int, Plane]
    relations: tuple[Relation, ...]
    half_m: float


def spread(things: Sequence[tuple[str, Shape]], rng: np.random.Generator) -> tuple[list[Body], float]:
    """Put single things on the table; see `laid_out`. Returns the bodies and half the side of their ground."""
    laid = laid_out([alone(category, shape) for category, shape in things], rng)
    return list(laid.bodies), laid.half_m


def laid_out(groups: Sequence[Group], rng: np.random.Generator) -> Laid:
    """Put all groups on the table, ids from 1 in random order.

    Each keeps a gap of its own, drawn between 3 and 60 per cent of its longest side, from those put down before it.
    """
    sizes = [group.size_m for group in groups]
    gaps = np.array([float(rng.uniform(0.03, 0.6) * size.max()) for size in sizes])
    spans = np.array([math.sqrt(size[0] * size[1]) for size in sizes])
    longest = max(float(np.hypot(size[0], size[1])) for size in sizes)
    half = max(math.sqrt(float(((spans + gaps) ** 2).sum()) / FILL), 1.1 * longest) / 2
    ends = np.cumsum([len(group.parts) for group in groups])
    numbers = np.split(rng.permutation(ends[-1]) + 1, ends[:-1])
    crowd = Crowd()
    poses: dict[int, Pose] = {}
    for turn in np.argsort(-spans, kind="stable").tolist():  # large things first: small ones find a place between
        pose = None
        while pose is None:
            region = Region((-half, half), (-half, half))
            pose = place(groups[turn].mesh, region, float(gaps[turn]), crowd, rng, trials=60)
            half = half if pose is not None else half * GROWTH
        poses[turn] = pose
    laid = [(group, poses[i], numbers[i].tolist()) for i, group in enumerate(groups)]
    bodies = [body for group, pose, ids in laid for body in group.bodies(pose, ids)]
    supports = {i: plane for group, pose, ids in laid for i, plane in group.supports(pose, ids).items()}
    relations = tuple(relation for group, _, ids in laid for relation in group.joined(ids))
    return Laid(tuple(sorted(bodies, key=lambda body: body.id)), supports, relations, half)


def camera_path(
    bodies: Sequence[Body], half_m: float, camera: Camera, nearest_m: float, rng: np.random.Generator
) -> tuple[Pose, ...]:
    """Return a full orbit or a hand-held arc that frames the ground and comes too near to nothing."""
    height = float(np.mean([body.mesh.vertices_m[:, 2].max() for body in bodies]))
    target = np.array([*rng.uniform(-0.1, 0.1, 2) * half_m, 0.4 * height])
    half_width = camera.width_px / 2 / camera.fx_px
    distance = max(float(rng.uniform(*FRAMING)) * half_m / half_width, nearest_m)
    orbiting, seed = rng.random() < ORBIT_SHARE, int(rng.integers(2**32))
    boxes = np.array([[body.mesh.vertices_m.min(axis=0), body.mesh.vertices_m.max(axis=0)] for body in bodies])
    while True:
        path = _orbit_or_arc(target, distance, half_m, orbiting, np.random.default_rng(seed))
        eyes = np.array([pose.translation_m for pose in path])
        if _clearance_m(eyes, boxes) >= CLEARANCE * distance:
            return path
        distance *= 1.1


def _orbit_or_arc(
    target: FloatArray, distance: float, half_m: float, orbiting: bool, rng: np.random.Generator
) -> tuple[Pose, ...]:
    low, high = ELEVATION_DEG
    if orbiting:
        return orbit(target, distance, float(rng.uniform(low, high)), FRAMES, start_deg=float(rng.uniform(0, 360)))
    middle = float(rng.uniform(low + 8, high - 8))
    turn = float(rng.uniform(150, 300) * rng.choice((-1, 1)))
    ranges = (distance, 1.2 * distance), (middle - 8, middle + 8)
    return hand_held_arc(target, *ranges, turn, FRAMES, rng, target_radius_m=0.15 * half_m)


def _clearance_m(eyes_m: FloatArray, boxes_m: FloatArray) -> float:
    """Return the least distance between any camera (N, 3) and any bounding box (B, 2, 3)."""
    outside = np.maximum(boxes_m[None, :, 0] - eyes_m[:, None], eyes_m[:, None] - boxes_m[None, :, 1])
    return float(np.linalg.norm(np.maximum(outside, 0), axis=2).min())


def lamp_light(rng: np.random.Generator) -> Light:
    """Return window or lamp light from above the walls (35 to 70 degrees up), warm to cool."""
    up = math.radians(float(rng.uniform(35, 70)))
    turn = rotation_about((0, 0, 1), float(rng.uniform(0, 360)))
    warmth = float(rng.uniform(0.85, 1.1))
    strength, fill = float(rng.uniform(1.4, 2.2)), float(rng.uniform(0.6, 0.9))
    towards = turn @ np.array([math.cos(up), 0.0, math.sin(up)])
    return Light(
        towards / np.linalg.norm(towards),
        (strength, strength * 0.95, strength * 0.9 * warmth),
        (fill, fill, fill),
        True,
    )
