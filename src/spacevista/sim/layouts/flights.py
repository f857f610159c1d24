"""What stands under a drone at each height of flight, and how far it reaches."""

from __future__ import annotations

from dataclasses import dataclass
from types import ModuleType

from spacevista.sim.categories import (
    drone_block,
    drone_church,
    drone_container,
    drone_field,
    drone_greenhouse,
    drone_marquee,
    drone_pitch,
    drone_pond,
    drone_pool,
    drone_silo,
    drone_solar,
    drone_straw,
    drone_tank,
    drone_tennis,
    drone_warehouse,
    drone_watertower,
    outdoor_bus,
    outdoor_car,
    outdoor_house,
    outdoor_lorry,
    outdoor_tree,
)
from spacevista.sim.categories.solids import Span

Wish = tuple[ModuleType, Span]  # a category and the span that the diagonal of its footprint must lie in, metres


@dataclass(frozen=True)
class Flight:
    """One height of flight.

    Attributes:
        radius_m: objects stand within this distance of the middle.
        fov_deg: range of the camera's horizontal field of view; what it holds is the same, so that narrow means high.
        tallest_m: of what stands there: higher things near the camera would leave the picture at its top.
        relief_m: amplitude of the relief; wavelengths are 3 to 8 times the radius.
        cell_m: cells of the ground.
        parking: (rows, stalls a row) of its car park; cars are objects where they are large enough in the picture.
        cars_are_objects: they are scenery elsewhere.
        wanted: in order of placement.
        optional: more, in random order, until `most` objects stand.
    """

    radius_m: float
    fov_deg: Span
    tallest_m: float
    relief_m: float
    cell_m: float
    parking: tuple[int, int]
    cars_are_objects: bool
    wanted: tuple[Wish, ...]
    optional: tuple[Wish, ...]
    most: int


CLOSE = Flight(
    radius_m=17.0,
    fov_deg=(40.0, 52.0),
    tallest_m=7.0,
    relief_m=0.8,
    cell_m=0.5,
    parking=(1, 4),
    cars_are_objects=True,
    wanted=((drone_container, (6.0, 13.0)), (outdoor_tree, (2.5, 5.0))),
    optional=(
        (drone_pool, (10.0, 16.0)),
        (drone_straw, (7.0, 14.0)),
        (drone_marquee, (10.0, 16.0)),
        (outdoor_car, (3.9, 5.5)),
        (outdoor_lorry, (6.8, 10.0)),
        (outdoor_bus, (8.8, 12.7)),
        (drone_container, (6.0, 13.0)),
        (outdoor_tree, (2.5, 5.0)),
    ),
    most=9,
)
LOW = Flight(
    radius_m=26.0,
    fov_deg=(48.0, 68.0),
    tallest_m=12.0,
    relief_m=1.5,
    cell_m=0.7,
    parking=(1, 5),
    cars_are_objects=True,
    wanted=((outdoor_house, (9.0, 14.5)), (outdoor_tree, (3.0, 7.0))),
    optional=(
        (outdoor_tree, (3.0, 7.0)),
        (drone_pond, (10.0, 14.0)),
        (drone_pool, (10.0, 17.0)),
        (drone_marquee, (10.0, 20.0)),
        (drone_straw, (8.0, 18.0)),
        (drone_greenhouse, (15.0, 22.0)),
        (drone_silo, (8.0, 18.0)),
        (drone_tank, (8.0, 15.0)),
        (outdoor_lorry, (6.8, 10.0)),
        (outdoor_bus, (8.8, 12.7)),
        (drone_container, (12.0, 13.0)),
    ),
    most=9,
)
MIDDLE = Flight(
    radius_m=85.0,
    fov_deg=(48.0, 68.0),
    tallest_m=28.0,
    relief_m=3.5,
    cell_m=2.0,
    parking=(2, 9),
    cars_are_objects=False,
    wanted=((outdoor_house, (10.0, 17.0)), (drone_block, (20.0, 48.0))),
    optional=(
        (outdoor_house, (10.0, 17.0)),
        (drone_block, (20.0, 40.0)),
        (drone_field, (30.0, 55.0)),
        (drone_pitch, (25.0, 50.0)),
        (drone_pond, (16.0, 34.0)),
        (drone_tennis, (36.0, 46.0)),
        (drone_pool, (28.0, 36.0)),
        (drone_warehouse, (21.0, 50.0)),
        (drone_greenhouse, (22.0, 50.0)),
        (drone_solar, (20.0, 55.0)),
        (drone_tank, (15.0, 40.0)),
        (drone_silo, (12.0, 30.0)),
        (drone_church, (18.0, 36.0)),
        (drone_watertower, (9.0, 22.0)),
        (drone_marquee, (20.0, 36.0)),
    ),
    most=9,
)
HIGH = Flight(
    radius_m=190.0,
    fov_deg=(40.0, 52.0),
    tallest_m=42.0,
    relief_m=6.0,
    cell_m=4.0,
    parking=(2, 12),
    cars_are_objects=False,
    wanted=((drone_block, (30.0, 65.0)), (drone_field, (50.0, 125.0))),
    optional=(
        (drone_pond, (36.0, 64.0)),
        (drone_field, (50.0, 110.0)),
        (drone_pitch, (100.0, 130.0)),
        (drone_block, (30.0, 60.0)),
        (drone_warehouse, (40.0, 70.0)),
        (drone_greenhouse, (36.0, 60.0)),
        (drone_solar, (40.0, 80.0)),
        (drone_tank, (36.0, 52.0)),
        (drone_block, (30.0, 60.0)),
    ),
    most=9,
)
FLIGHTS = (CLOSE, LOW, MIDDLE, HIGH)
SHARES = (0.15, 0.3, 0.33, 0.22)
