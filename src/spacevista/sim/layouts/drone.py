"""Land from the air: buildings, vehicles, water, fields and works on relief with a road, at four heights of flight.

Close flights (20-40 m) show vehicles and containers, low ones (20-57 m) houses and parked cars, middle ones (80-160 m)
a quarter of blocks, courts, tanks and halls, high ones (170-400 m) blocks, fields and solar arrays.
"""

from __future__ import annotations

import math

import numpy as np

from spacevista.geometry.arrays import FloatArray
from spacevista.geometry.cameras import Camera
from spacevista.geometry.poses import Pose, rotation_about
from spacevista.scales import Scale
from spacevista.sim.categories import outdoor_car
from spacevista.sim.categories.shape import Shape
from spacevista.sim.categories.solids import block
from spacevista.sim.layouts.airways import air_path
from spacevista.sim.layouts.flights import FLIGHTS, SHARES, Flight, Wish
from spacevista.sim.layouts.grounds import ASPHALT, MEADOW, PAINT, daylight
from spacevista.sim.layouts.staging import Stage
from spacevista.sim.seeds import world_id, world_rng
from spacevista.sim.shapes import union
from spacevista.sim.terrain import Pad, Terrain, Waves, ground_mesh, random_waves, ribbon
from spacevista.sim.unusual import Oddity, oddity
from spacevista.sim.world import World

RELIEF = (0.6, 1.8)  # of a flight's own relief: from nearly level to hilly land
ROAD_LIFT_M = 0.10  # over a relief of 1: more than the ground's cells depart from it between samples
LOT_M = 0.06  # thickness of a car park's asphalt over its pad
STALL_M = (2.5, 5.0)  # width and length of a parking space (German EAR 05: 2.50 x 5.00 m)
AISLE_M = 6.0  # between two rows of spaces (the same rules, parking at right angles)
LOT_SHARE = 0.6  # of worlds that have a car park
MODELS = 4  # of cars in a car park
DRAWS = 60  # places tried for an object
ROAD_WIDTH_M = 6.0  # two lanes of 3 m


def make(seed: int, unusual: float = 0.0) -> World:
    """Build drone world `seed`; the relief varies around z = 0.

    Args:
        unusual: share of the objects that get an unusual size. They do so before they are placed, for the ground is
            level only where things stand.
    """
    rng = world_rng(Scale.DRONE, seed)
    flight = FLIGHTS[int(rng.choice(len(FLIGHTS), p=SHARES))]
    stage = Stage(rng)
    hilly = float(rng.uniform(*RELIEF))
    relief = random_waves(rng, hilly * flight.relief_m, 3 * flight.radius_m, 8 * flight.radius_m)
    road = _road(rng, flight)
    ground = _Ground(stage, flight, relief, road, oddity(Scale.DRONE, seed, unusual))
    if rng.random() < LOT_SHARE:
        _car_park(ground)
    for wish in flight.wanted:
        _stand(ground, wish)
    for k in rng.permutation(len(flight.optional)).tolist():
        if len(stage.supports) < flight.most:
            _stand(ground, flight.optional[k])
    terrain = Terrain(relief, tuple(ground.pads), reach_m=0.5 * flight.radius_m)
    far = 9.0 * flight.radius_m
    stage.structure("ground", ground_mesh(terrain, 1.25 * flight.radius_m, flight.cell_m, far), MEADOW)
    stage.structure("road", ribbon(terrain, road, ROAD_WIDTH_M, max(1.0, hilly) * ROAD_LIFT_M), ASPHALT)
    camera = Camera.from_fov(640, 480, float(rng.uniform(*flight.fov_deg)))
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
        unusual=ground.unusual,
    )


def _extent(pads: list[Pad]) -> tuple[FloatArray, float]:
    """Return the middle (3,) of the pads and the radius around it that holds them."""
    places = np.array([(pad.x_m, pad.y_m, pad.height_m) for pad in pads])
    low, high = places.min(axis=0), places.max(axis=0)
    middle = (low + high) / 2
    reach = np.linalg.norm((places - middle)[:, :2], axis=1) + [0.6 * pad.radius_m for pad in pads]
    return middle, float(reach.max())


class _Ground:
    """Pads chosen so far, what they keep off, and the unusual sizes given so far (object id, factor)."""

    def __init__(self, stage: Stage, flight: Flight, relief: Waves, road_m: FloatArray, oddity: Oddity) -> None:
        self.stage, self.flight, self.relief, self.road_m, self.oddity = stage, flight, relief, road_m, oddity
        self.pads: list[Pad] = []
        self.unusual: dict[int, float] = {}

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

    def put(self, category: str, shape: Shape, pose: Pose, gap_m: float, factor: float) -> None:
        body = self.stage.put_at(category, shape, pose, gap_m)
        if body is not None and factor != 1:
            self.unusual[body.id] = factor


def _stand(ground: _Ground, wish: Wish) -> None:
    """Put a thing on a pad of its own."""
    category, diagonal = wish
    rng, flight = ground.stage.rng, ground.flight
    usual = _fitting(wish, flight.tallest_m, rng)
    most = min(0.6 * flight.radius_m / diagonal[0], 1.5 * flight.tallest_m / float(usual.size_m[2]))
    shape, factor = ground.oddity.resized(usual, most)
    pad = ground.free_pad(float(np.linalg.norm(shape.mesh.vertices_m[:, :2], axis=1).max()) + 0.5)
    if pad is not None:
        at = np.array([pad.x_m, pad.y_m, pad.height_m])
        turn = rotation_about((0, 0, 1), float(rng.uniform(0, 360)))
        ground.put(category.CATEGORY, shape, Pose(turn, at), 0.3, factor)


def _fitting(wish: Wish, tallest_m: float, rng: np.random.Generator) -> Shape:
    """Draw shapes until one is low enough and the diagonal of its footprint lies in the span."""
    category, (low, high) = wish
    while True:
        shape: Shape = category.build(rng)
        if low <= float(np.hypot(*shape.size_m[:2])) <= high and float(shape.size_m[2]) <= tallest_m:
            return shape


def _car_park(ground: _Ground) -> None:
    """Put cars in some of the spaces of a car park, which is a slab of asphalt with white lines."""
    rng, flight = ground.stage.rng, ground.flight
    rows, stalls = flight.parking
    wide, deep = STALL_M
    half_x = stalls * wide / 2 + 0.5
    half_y = (rows * deep + math.ceil(rows / 2) * AISLE_M) / 2 if rows > 1 else deep / 2 + 2.0
    pad = ground.free_pad(math.hypot(half_x, half_y))
    if pad is None:
        return
    turn = Pose(rotation_about((0, 0, 1), float(rng.uniform(0, 360))), np.array([pad.x_m, pad.y_m, pad.height_m]))
    surface = block((-half_x, half_x), (-half_y, half_y), (-1.0, LOT_M))
    ground.stage.structure("car park", surface.moved(turn), ASPHALT)
    starts = [-half_y + 0.3 + row * deep + ((row + 1) // 2) * (AISLE_M - 0.3) for row in range(rows)]
    edges = [(i - stalls / 2) * wide for i in range(stalls + 1)]
    lines = [block((x - 0.06, x + 0.06), (y, y + deep), (0, LOT_M + 0.003)) for y in starts for x in edges]
    ground.stage.structure("road paint", union(*lines).moved(turn), PAINT)
    spots = [(x + wide / 2, y + deep / 2) for y in starts for x in edges[:-1]]
    share = rng.uniform(0.4, 0.85)
    models = [outdoor_car.build(rng) for _ in range(MODELS)]
    for x, y in [spots[k] for k in rng.permutation(len(spots))[: round(share * len(spots))].tolist()]:
        facing = rotation_about((0, 0, 1), float(rng.choice([90.0, -90.0]) + rng.uniform(-2, 2)))
        pose = turn @ Pose(facing, np.array([x, y, LOT_M]))
        car = models[int(rng.integers(MODELS))]
        if flight.cars_are_objects:
            shape, factor = ground.oddity.resized(car, most=1.0)  # a giant would not fit its space
            ground.put(outdoor_car.CATEGORY, shape, pose, 0.2, factor)
        else:
            ground.stage.structure(outdoor_car.CATEGORY, car.mesh.moved(pose), *car.materials)


def _road(rng: np.random.Generator, flight: Flight) -> FloatArray:
    """Return the middle line (N, 2) of a road that passes the middle at 0.45-0.75 of the radius and bends gently."""
    along = np.arange(-4.0 * flight.radius_m, 4.0 * flight.radius_m, 2 * flight.cell_m)
    offset = float(rng.uniform(0.45, 0.75)) * flight.radius_m
    bend = 0.12 * flight.radius_m * np.sin(along / (1.5 * flight.radius_m) + rng.uniform(0, 6.3))
    angle = float(rng.uniform(0, 2 * math.pi))
    turn = np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])
    return np.asarray(np.stack([along, offset + bend], axis=1) @ turn.T)
