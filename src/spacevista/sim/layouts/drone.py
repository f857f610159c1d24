"""Land from the air: houses, blocks, cars, trees, ponds, fields and roads on gentle relief, at three heights of flight.

Low flights (20-50 m) show houses and parked cars, middle ones (80-150 m) a quarter of blocks and houses, high ones
(180-380 m) blocks, fields and pitches.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType

import numpy as np

from spacevista.geometry.arrays import FloatArray
from spacevista.geometry.cameras import Camera
from spacevista.geometry.poses import Pose, rotation_about
from spacevista.scales import Scale
from spacevista.sim.categories import (
    drone_block,
    drone_field,
    drone_pitch,
    drone_pond,
    outdoor_car,
    outdoor_house,
    outdoor_tree,
)
from spacevista.sim.categories.shape import Shape
from spacevista.sim.categories.solids import Span, block
from spacevista.sim.layouts.airways import air_path
from spacevista.sim.layouts.grounds import ASPHALT, MEADOW, PAINT, daylight
from spacevista.sim.layouts.staging import Stage
from spacevista.sim.seeds import world_id, world_rng
from spacevista.sim.shapes import union
from spacevista.sim.terrain import Pad, Terrain, Waves, ground_mesh, random_waves, ribbon
from spacevista.sim.world import World

ROAD_LIFT_M = 0.10  # over the relief: more than the ground's cells depart from it between samples
LOT_M = 0.06  # thickness of a car park's asphalt over its pad
STALL_M = (2.5, 5.0)  # width and length of a parking space (German EAR 05: 2.50 x 5.00 m)
DRAWS = 60  # places tried for an object
ROAD_WIDTH_M = 6.0  # two lanes of 3 m


@dataclass(frozen=True)
class Flight:
    """One height of flight: what is there and how far it reaches.

    Attributes:
        radius_m: objects stand within this distance of the middle.
        tallest_m: of what stands there: higher things near the camera would leave the picture at its top.
        relief_m: amplitude of the relief; wavelengths are 3 to 8 times the radius.
        cell_m: cells of the ground.
        wanted: categories in order of placement, each with the span its footprint's diagonal must lie in.
        optional: more of them, in random order, until `most` objects stand.
    """

    radius_m: float
    tallest_m: float
    relief_m: float
    cell_m: float
    wanted: tuple[tuple[ModuleType, Span], ...]
    optional: tuple[tuple[ModuleType, Span], ...]
    most: int


LOW = Flight(
    radius_m=26.0,
    tallest_m=12.0,
    relief_m=1.5,
    cell_m=0.7,
    wanted=(
        (outdoor_house, (9.0, 14.5)),
        (outdoor_tree, (3.0, 7.0)),
        (drone_pond, (10.0, 14.0)),
        (outdoor_tree, (3.0, 7.0)),
    ),
    optional=((outdoor_tree, (3.0, 7.0)), (outdoor_tree, (3.0, 6.0))),
    most=9,
)
MIDDLE = Flight(
    radius_m=85.0,
    tallest_m=20.0,
    relief_m=3.5,
    cell_m=2.0,
    wanted=(
        (outdoor_house, (10.0, 17.0)),
        (drone_block, (20.0, 48.0)),
        (drone_pond, (16.0, 34.0)),
        (outdoor_house, (10.0, 17.0)),
        (drone_block, (20.0, 40.0)),
        (outdoor_house, (10.0, 17.0)),
    ),
    optional=((drone_field, (30.0, 55.0)), (drone_block, (20.0, 36.0)), (drone_pitch, (25.0, 50.0))),
    most=8,
)
HIGH = Flight(
    radius_m=190.0,
    tallest_m=42.0,
    relief_m=6.0,
    cell_m=4.0,
    wanted=(
        (drone_block, (30.0, 65.0)),
        (drone_field, (50.0, 125.0)),
        (drone_pond, (36.0, 64.0)),
        (drone_field, (50.0, 110.0)),
        (drone_block, (30.0, 65.0)),
    ),
    optional=(
        (drone_pitch, (100.0, 130.0)),
        (drone_block, (30.0, 60.0)),
        (drone_field, (50.0, 100.0)),
        (drone_pond, (36.0, 64.0)),
        (drone_block, (30.0, 60.0)),
    ),
    most=9,
)


def make(seed: int) -> World:
    """Build drone world `seed`; the relief varies around z = 0."""
    rng = world_rng(Scale.DRONE, seed)
    flight = (LOW, MIDDLE, HIGH)[int(rng.choice(3, p=(0.4, 0.35, 0.25)))]
    stage = Stage(rng)
    relief = random_waves(rng, flight.relief_m, 3 * flight.radius_m, 8 * flight.radius_m)
    road = _road(rng, flight)
    ground = _Ground(stage, flight, relief, road)
    if flight is LOW:
        _car_park(ground, int(rng.integers(2, 5)))
    for category, diagonal in flight.wanted:
        _stand(ground, category, diagonal)
    for k in rng.permutation(len(flight.optional)).tolist():
        if len(stage.supports) < flight.most:
            _stand(ground, *flight.optional[k])
    terrain = Terrain(relief, tuple(ground.pads), reach_m=0.5 * flight.radius_m)
    far = 9.0 * flight.radius_m
    stage.structure("ground", ground_mesh(terrain, 1.25 * flight.radius_m, flight.cell_m, far), MEADOW)
    stage.structure("road", ribbon(terrain, road, ROAD_WIDTH_M, ROAD_LIFT_M), ASPHALT)
    camera = Camera.from_fov(640, 480, float(rng.uniform(48, 68)))
    middle, spread = _extent(ground.pads)
    return World(
        world_id(Scale.DRONE, seed),
        seed,
        Scale.DRONE,
        tuple(stage.bodies),
        stage.supports,
        daylight(rng),
        camera,
        air_path(rng, middle, spread, camera.horizontal_fov_deg),
    )


def _extent(pads: list[Pad]) -> tuple[FloatArray, float]:
    """Return the middle (3,) of the pads and the radius around it that holds them."""
    places = np.array([(pad.x_m, pad.y_m, pad.height_m) for pad in pads])
    low, high = places.min(axis=0), places.max(axis=0)
    middle = (low + high) / 2
    reach = np.linalg.norm((places - middle)[:, :2], axis=1) + [0.6 * pad.radius_m for pad in pads]
    return middle, float(reach.max())


@dataclass(eq=False)
class _Ground:
    """Pads chosen so far, and what they keep off."""

    stage: Stage
    flight: Flight
    relief: Waves
    road_m: FloatArray

    def __post_init__(self) -> None:
        self.pads: list[Pad] = []

    def free_pad(self, radius_m: float) -> Pad | None:
        """Add a level disc that touches neither road nor other pads; None if there is no room.

        It is the most central of some that were drawn, so that things stand close together and in view.
        """
        rng, flight = self.stage.rng, self.flight
        apart = 1.5 * flight.cell_m  # level as far as needed also in the mesh, whose cells must lie wholly inside
        whole = radius_m + apart
        distance = flight.radius_m * np.sqrt(rng.random(DRAWS))
        angle = 2 * math.pi * rng.random(DRAWS)
        spots = np.stack([distance * np.cos(angle), distance * np.sin(angle)], axis=1)
        gaps = np.linalg.norm(spots[:, None] - self.road_m, axis=2).min(axis=1) - ROAD_WIDTH_M / 2
        for pad in self.pads:
            gaps = np.minimum(gaps, np.linalg.norm(spots - (pad.x_m, pad.y_m), axis=1) - pad.radius_m)
        free = np.flatnonzero(gaps > whole + apart)
        if len(free) == 0:
            return None
        x, y = spots[free[distance[free].argmin()]].tolist()
        pad = Pad(x, y, whole, float(self.relief.at(np.array([x, y]))))
        self.pads.append(pad)
        return pad


def _stand(ground: _Ground, category: ModuleType, diagonal_m: Span) -> None:
    """Put a thing on a pad of its own."""
    rng = ground.stage.rng
    shape = _fitting(category.build, diagonal_m, ground.flight.tallest_m, rng)
    pad = ground.free_pad(float(np.linalg.norm(shape.mesh.vertices_m[:, :2], axis=1).max()) + 0.5)
    if pad is not None:
        at = np.array([pad.x_m, pad.y_m, pad.height_m])
        turn = rotation_about((0, 0, 1), float(rng.uniform(0, 360)))
        ground.stage.put_at(category.CATEGORY, shape, Pose(turn, at), 0.3)


def _fitting(
    build: Callable[[np.random.Generator], Shape], diagonal_m: Span, tallest_m: float, rng: np.random.Generator
) -> Shape:
    """Draw shapes until one is low enough and the diagonal of its footprint lies in a span."""
    while True:
        shape = build(rng)
        low, high = diagonal_m
        if low <= float(np.hypot(*shape.size_m[:2])) <= high and float(shape.size_m[2]) <= tallest_m:
            return shape


def _car_park(ground: _Ground, cars: int) -> None:
    """Put cars in some of the spaces of a small car park, which is a slab of asphalt with white lines."""
    rng = ground.stage.rng
    wide, deep = STALL_M
    half_x, half_y = 2.5 * wide + 0.5, deep / 2 + 2.0
    pad = ground.free_pad(math.hypot(half_x, half_y))
    if pad is None:
        return
    yaw = float(rng.uniform(0, 360))
    turn = Pose(rotation_about((0, 0, 1), yaw), np.array([pad.x_m, pad.y_m, pad.height_m]))
    surface = block((-half_x, half_x), (-half_y, half_y), (-1.0, LOT_M))
    lines = [
        block((x - 0.06, x + 0.06), (-half_y + 0.3, -half_y + 0.3 + deep), (0, LOT_M + 0.003)) for x in _edges(wide, 6)
    ]
    ground.stage.structure("car park", surface.moved(turn), ASPHALT)
    ground.stage.structure("road paint", union(*lines).moved(turn), PAINT)
    for k in rng.permutation(5)[:cars].tolist():
        shape = outdoor_car.build(rng)
        facing = rotation_about((0, 0, 1), float(rng.choice([90.0, -90.0]) + rng.uniform(-2, 2)))
        spot = np.array([(k - 2) * wide, -half_y + 0.3 + deep / 2, LOT_M])
        ground.stage.put_at(outdoor_car.CATEGORY, shape, turn @ Pose(facing, spot), 0.2)


def _edges(width: float, count: int) -> list[float]:
    return [(i - (count - 1) / 2) * width for i in range(count)]


def _road(rng: np.random.Generator, flight: Flight) -> FloatArray:
    """Return the middle line (N, 2) of a road that passes the middle at 0.45-0.75 of the radius and bends gently."""
    along = np.arange(-4.0 * flight.radius_m, 4.0 * flight.radius_m, 2 * flight.cell_m)
    offset = float(rng.uniform(0.45, 0.75)) * flight.radius_m
    bend = 0.12 * flight.radius_m * np.sin(along / (1.5 * flight.radius_m) + rng.uniform(0, 6.3))
    angle = float(rng.uniform(0, 2 * math.pi))
    turn = np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])
    return np.asarray(np.stack([along, offset + bend], axis=1) @ turn.T)
