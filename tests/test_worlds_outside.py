"""Things of streets and of land from the air: real sizes, closed solids, all of them occurring, none crossing."""

from collections import Counter
from types import ModuleType

import numpy as np
import pytest

from spacevista.scales import Scale
from spacevista.sim.categories import (
    drone_church,
    drone_container,
    drone_greenhouse,
    drone_marquee,
    drone_pool,
    drone_silo,
    drone_solar,
    drone_straw,
    drone_tank,
    drone_tennis,
    drone_warehouse,
    drone_watertower,
    outdoor_bicycle,
    outdoor_bollard,
    outdoor_bus,
    outdoor_column,
    outdoor_cone,
    outdoor_fountain,
    outdoor_hydrant,
    outdoor_light,
    outdoor_lorry,
    outdoor_person,
    outdoor_phone,
    outdoor_picnic,
    outdoor_postbox,
    outdoor_sign,
    outdoor_slide,
    outdoor_steps,
    outdoor_tub,
)
from spacevista.sim.layouts import flights, outdoor, streets
from spacevista.sim.placement import solid_of
from spacevista.sim.shapes import volume_m3
from spacevista.sim.world import World
from spacevista.sim.worlds import make_world
from test_worlds_big import assert_closed

Span = tuple[float, float]
OUTSIDE = (Scale.OUTDOOR, Scale.DRONE)
SEEDS = range(100, 136)
MOST_FACES = 10_000  # of one thing: a tree, the largest, has 6,600

# Ranges of (longer footprint side, shorter footprint side, height) in metres, from the sizes that the modules cite and
# what their parts add: roofs over walls, mirrors 10 cm beside a lorry's flanks, decks around a pool, a choir and a
# tower at a church's ends, an elevator beside silos, arms that swing 8 % of a person's height to the front.
SIZES: dict[ModuleType, tuple[Span, Span, Span]] = {
    drone_church: ((18.0, 38.0), (8.0, 13.0), (18.0, 36.0)),
    drone_container: ((6.05, 12.20), (2.43, 2.44), (2.59, 2.90)),
    drone_greenhouse: ((14.0, 48.5), (6.4, 40.5), (3.9, 6.3)),
    drone_marquee: ((9.0, 30.5), (8.0, 17.1), (3.5, 8.7)),
    drone_pool: ((9.0, 30.0), (5.5, 20.0), (0.75, 1.0)),
    drone_silo: ((7.5, 34.0), (3.5, 7.8), (8.0, 18.5)),
    drone_solar: ((8.4, 48.4), (8.0, 45.0), (1.6, 3.2)),
    drone_straw: ((6.5, 17.6), (2.3, 3.75), (2.6, 5.4)),
    drone_tank: ((6.0, 37.9), (6.0, 37.9), (5.0, 16.3)),
    drone_tennis: ((34.7, 36.6), (17.0, 18.3), (1.15, 1.20)),
    drone_warehouse: ((18.0, 60.5), (12.0, 32.8), (5.5, 12.8)),
    drone_watertower: ((7.0, 16.3), (6.0, 16.3), (14.0, 34.0)),
    outdoor_bicycle: ((1.64, 1.82), (0.58, 0.66), (0.98, 1.12)),
    outdoor_bollard: ((0.14, 0.28), (0.14, 0.28), (0.9, 1.1)),
    outdoor_bus: ((8.5, 12.25), (2.35, 2.60), (2.85, 3.2)),
    outdoor_column: ((1.2, 1.4), (1.19, 1.4), (2.8, 3.6)),
    outdoor_cone: ((0.38, 0.53), (0.38, 0.53), (0.72, 1.03)),
    outdoor_fountain: ((2.3, 4.5), (2.3, 4.5), (1.6, 2.3)),
    outdoor_hydrant: ((0.33, 0.49), (0.30, 0.45), (0.70, 0.95)),
    outdoor_light: ((0.35, 0.75), (0.35, 0.75), (2.8, 3.7)),
    outdoor_lorry: ((6.5, 9.6), (2.4, 2.76), (3.0, 3.8)),
    outdoor_person: ((0.40, 0.72), (0.24, 0.55), (1.51, 1.91)),
    outdoor_phone: ((0.88, 0.98), (0.88, 0.98), (2.3, 2.5)),
    outdoor_picnic: ((1.6, 2.0), (1.44, 1.61), (0.72, 0.78)),
    outdoor_postbox: ((0.40, 0.56), (0.36, 0.53), (1.25, 1.65)),
    outdoor_sign: ((0.59, 0.91), (0.2, 0.25), (2.0, 3.2)),
    outdoor_slide: ((3.2, 4.7), (0.49, 0.67), (1.94, 2.81)),
    outdoor_steps: ((2.2, 4.25), (1.9, 3.31), (0.74, 1.57)),
    outdoor_tub: ((0.69, 1.21), (0.69, 1.21), (0.68, 1.12)),
}


@pytest.fixture(scope="module")
def worlds() -> dict[Scale, list[World]]:
    return {scale: [make_world(scale, seed) for seed in SEEDS] for scale in OUTSIDE}


@pytest.mark.parametrize("category", SIZES, ids=lambda m: m.__name__.rsplit(".", 1)[-1])
def test_sizes_lie_in_the_stated_real_ranges(category: ModuleType) -> None:
    for seed in range(12):
        shape = category.build(np.random.default_rng(seed))
        low, high = shape.mesh.vertices_m.min(axis=0), shape.mesh.vertices_m.max(axis=0)
        longer, shorter = sorted((high - low)[:2], reverse=True)
        for value, (least, most) in zip((longer, shorter, high[2]), SIZES[category], strict=True):
            assert least - 1e-9 <= value <= most + 1e-9
        assert low[2] == pytest.approx(0, abs=1e-12), "it stands on z = 0"
        assert np.allclose(low[:2], -high[:2]), "its origin is the centre of its base"
        assert shape.mesh.face_materials.max() < len(shape.materials)
        assert len(shape.mesh.faces) < MOST_FACES


@pytest.mark.parametrize("category", SIZES, ids=lambda m: m.__name__.rsplit(".", 1)[-1])
def test_solids_are_closed_with_faces_outwards(category: ModuleType) -> None:
    for seed in range(3):
        shape = category.build(np.random.default_rng(seed))
        assert_closed(shape.mesh)
        assert volume_m3(shape.mesh) > 0


def test_every_category_occurs(worlds: dict[Scale, list[World]]) -> None:
    lists = (outdoor.SMALL, outdoor.ON_SQUARES, outdoor.IN_YARDS, streets.VEHICLES, streets.ON_PAVEMENTS)
    named = {
        Scale.OUTDOOR: {m.CATEGORY for kinds in (*lists, streets.ON_PROMENADES) for m in kinds} | {"house"},
        Scale.DRONE: {m.CATEGORY for flight in flights.FLIGHTS for m, _ in (*flight.wanted, *flight.optional)},
    }
    for scale, made in worlds.items():
        counts = Counter(body.category for world in made for body in world.objects)
        assert set(counts) == named[scale]
        assert len(counts) >= 15
        # 36 worlds with 6 to 9 objects of about 20 kinds: most are expected 10 times or more often.
        assert min(counts.values()) >= 2, counts


def test_no_two_objects_touch(worlds: dict[Scale, list[World]]) -> None:
    for scale in OUTSIDE:
        for world in worlds[scale][:12]:
            solids = [(body.category, solid_of(body.mesh)) for body in world.objects]
            for i, (first, a) in enumerate(solids):
                for second, b in solids[i + 1 :]:
                    assert a.distance_m(b) > 0.01, (world.id, first, second)


def test_objects_keep_off_the_road(worlds: dict[Scale, list[World]]) -> None:
    for world in worlds[Scale.DRONE]:
        road = next(body for body in world.bodies if body.category == "road")
        solid = solid_of(road.mesh)
        assert all(solid_of(body.mesh).distance_m(solid) > 0.3 for body in world.objects), world.id


def test_flights_reach_from_twenty_to_five_hundred_metres(worlds: dict[Scale, list[World]]) -> None:
    heights = []
    for world in worlds[Scale.DRONE]:
        ground = np.mean([plane.offset_m for plane in world.supports.values()])
        heights.append(float(np.median([pose.translation_m[2] for pose in world.path])) - ground)
    assert 15 < min(heights) < 30
    assert 250 < max(heights) < 500
    looks_down = [world.path[0].rotation[2, 2] for world in worlds[Scale.DRONE]]  # z of the camera's axis in the world
    assert min(looks_down) < -0.98, "straight down"
    assert max(looks_down) > -0.85, "and obliquely"


def test_walks_and_drives_stay_clear_of_what_stands_there(worlds: dict[Scale, list[World]]) -> None:
    for world in worlds[Scale.OUTDOOR]:
        for body in world.objects:
            low, high = body.mesh.vertices_m.min(axis=0), body.mesh.vertices_m.max(axis=0)
            for pose in world.path:
                gap = np.maximum(np.maximum(low - pose.translation_m, pose.translation_m - high), 0)
                assert np.linalg.norm(gap) > 0.1, (world.id, body.category)
