"""Where things of an asset pack stand at the large scales: in a bare room, on a square, on a meadow from the air."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from spacevista.geometry.arrays import FloatArray
from spacevista.geometry.cameras import Camera
from spacevista.geometry.poses import Pose
from spacevista.sim.categories.shape import Shape
from spacevista.sim.categories.small_looks import hue_color, varied
from spacevista.sim.categories.solids import block
from spacevista.sim.layouts.airways import air_path
from spacevista.sim.layouts.desk import WOODS, spread
from spacevista.sim.layouts.grounds import MEADOW, add_square, add_yard, daylight
from spacevista.sim.layouts.loops import FRAMES, Path, loop
from spacevista.sim.layouts.staging import Stage
from spacevista.sim.world import Body, Light, Material, Texture

Things = Sequence[tuple[str, Shape]]
Span = tuple[float, float]

# Longest sides of things that go well together in one picture, so that the least can be measured beside the largest.
IN_ROOMS: tuple[Span, ...] = ((0.3, 1.2), (0.5, 2.4))
ON_SQUARES: tuple[Span, ...] = ((0.4, 3.0), (1.5, 7.0), (4.0, 16.0))
FROM_THE_AIR: tuple[Span, ...] = ((4.0, 16.0), (9.0, 40.0), (25.0, 110.0))

FREE_SHARE = 0.6  # of a room's half sides: things stand within, people walk around them
EYE_INSET_M = 0.45  # from the walls
WALL_M = 0.15
UPPER_EDGE_DEG = 23.0  # of the picture above the horizon, for a camera held level


@dataclass(frozen=True, eq=False)
class Place:
    """What a world holds apart from its name: structure, things on z = 0, light, camera and path."""

    structure: tuple[Body, ...]
    things: tuple[Body, ...]
    light: Light
    camera: Camera
    path: Path
    floor_polygon_m: FloatArray | None = None


def in_room(things: Things, rng: np.random.Generator) -> Place:
    """Spread things out on the floor of a bare room and walk once around them along its walls."""
    bodies, half = spread(things, rng)
    tallest = max(float(body.mesh.vertices_m[:, 2].max()) for body in bodies)
    x, y = (max(2.1, half / FREE_SHARE) * float(rng.uniform(1.0, 1.15)) for _ in range(2))
    height = max(float(rng.uniform(2.4, 3.0)), tallest + 0.3)
    light = Light(np.array([0.28, 0.35, 0.8937]), (1.0, 0.97, 0.9), (0.9, 0.88, 0.84), indoors=True)
    camera = Camera.from_fov(640, 480, float(rng.uniform(60, 80)))
    outline = np.array([(-x, -y), (x, -y), (x, y), (-x, y)])
    return Place(_room(x, y, height, rng), tuple(bodies), light, camera, _along_the_walls(x, y, rng), outline)


def _room(x: float, y: float, height: float, rng: np.random.Generator) -> tuple[Body, ...]:
    """Return floor, ceiling and four walls of a room; x, y are the half sides to their inner faces."""
    boards = varied(rng, WOODS[int(rng.integers(len(WOODS)))])
    planks = Material(boards, (0.6 * boards[0], 0.6 * boards[1], 0.6 * boards[2]), Texture.WOOD, 0.04, gloss=0.3)
    paint = hue_color(float(rng.uniform()), float(rng.uniform(0.0, 0.25)), float(rng.uniform(0.55, 0.8)))
    plaster = Material(paint, varied(rng, paint, 0.06), Texture.NOISE, texture_m=0.15, gloss=0.02)
    white = Material((0.78, 0.78, 0.76), gloss=0.02)
    wide_x, wide_y = (-x - WALL_M, x + WALL_M), (-y - WALL_M, y + WALL_M)
    walls = [block(wide_x, span, (0, height)) for span in ((-y - WALL_M, -y), (y, y + WALL_M))]
    walls += [block(span, (-y, y), (0, height)) for span in ((-x - WALL_M, -x), (x, x + WALL_M))]
    return (
        Body(0, "floor", block(wide_x, wide_y, (-WALL_M, 0)), (planks,)),
        Body(0, "ceiling", block(wide_x, wide_y, (height, height + WALL_M)), (white,)),
        *(Body(0, "wall", wall, (plaster,)) for wall in walls),
    )


def _along_the_walls(x: float, y: float, rng: np.random.Generator) -> Path:
    """Walk once around a room near its walls, looking across it."""
    height, start = float(rng.uniform(1.45, 1.75)), float(rng.uniform(0, 2 * math.pi))
    angles = start + 2 * math.pi * (np.arange(FRAMES) + rng.uniform(-0.15, 0.15, FRAMES)) / FRAMES
    poses = []
    for angle in angles[:: 1 if rng.random() < 0.5 else -1].tolist():
        way = np.array([math.cos(angle), math.sin(angle)])
        reach = float(np.min((np.array([x, y]) - EYE_INSET_M) / np.maximum(np.abs(way), 1e-9)))
        eye = np.array([*(reach * way), height + rng.uniform(-0.04, 0.04)])
        aim = np.array([*rng.uniform(-0.3, 0.3, 2), rng.uniform(0.45, 0.75)])
        poses.append(Pose.looking_at(eye, aim - 0.15 * np.array([eye[0], eye[1], 0.0])))
    return tuple(poses)


def on_square(things: Things, rng: np.random.Generator) -> Place:
    """Spread things out on a paved square or a yard and walk around them, with a mast where they are large."""
    bodies, half = spread(things, rng)
    stage = Stage(rng)
    (add_square if half < 14 else add_yard)(stage)
    tallest = max(float(body.mesh.vertices_m[:, 2].max()) for body in bodies)
    mast = half > 8 and rng.random() < 0.6
    height = float(rng.uniform(3.0, 6.0)) if mast else float(rng.uniform(1.5, 1.9))
    room_above = half + (tallest - height) / math.tan(math.radians(UPPER_EDGE_DEG))
    radius = max(half * float(rng.uniform(1.55, 1.75)), room_above)
    camera = Camera.from_fov(640, 480, float(rng.uniform(58, 72)))
    path = loop(rng, radius, height, 0.4 * min(tallest, 2 * height))
    return Place(tuple(stage.bodies), tuple(bodies), daylight(rng), camera, path)


def from_the_air(things: Things, rng: np.random.Generator) -> Place:
    """Spread things out on a level meadow and fly over them."""
    bodies, half = spread(things, rng)
    far = 12 * half
    meadow = Body(0, "ground", block((-far, far), (-far, far), (-1.0, 0.0)), (MEADOW,))
    camera = Camera.from_fov(640, 480, float(rng.uniform(48, 68)))
    path = air_path(rng, np.zeros(3), 1.15 * half, camera.horizontal_fov_deg)
    return Place((meadow,), tuple(bodies), daylight(rng), camera, path)
