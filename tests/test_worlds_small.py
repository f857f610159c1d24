"""Worlds on tables: the same seed gives the same bytes; things stand on the table, apart, large enough to measure."""

import itertools
import math
from collections.abc import Callable

import numpy as np
import pytest
import trimesh

from spacevista.geometry.arrays import FloatArray
from spacevista.geometry.poses import Pose
from spacevista.scales import SCALE_FACTS, Scale
from spacevista.sim.categories import (
    tabletop_apple,
    tabletop_banana,
    tabletop_book,
    tabletop_bottle,
    tabletop_bowl,
    tabletop_cactus,
    tabletop_can,
    tabletop_candle,
    tabletop_carton,
    tabletop_cup,
    tabletop_fork,
    tabletop_hammer,
    tabletop_knife,
    tabletop_mug_tree,
    tabletop_note,
    tabletop_orange,
    tabletop_pencil,
    tabletop_plate,
    tabletop_plug,
    tabletop_power_strip,
    tabletop_saucepan,
    tabletop_screwdriver,
    tabletop_spoon,
    tabletop_tape,
    tabletop_wrench,
    tiny_battery,
    tiny_bead,
    tiny_bean,
    tiny_button,
    tiny_cap,
    tiny_capacitor,
    tiny_chip,
    tiny_clip,
    tiny_coin,
    tiny_connector,
    tiny_die,
    tiny_header,
    tiny_hook,
    tiny_led,
    tiny_magnet,
    tiny_nut,
    tiny_pendant,
    tiny_push_pin,
    tiny_resistor,
    tiny_ring,
    tiny_screw,
    tiny_seed,
    tiny_spring,
    tiny_washer,
)
from spacevista.sim.categories.shape import Shape
from spacevista.sim.layouts import tiny_tabletop
from spacevista.sim.paths import drive, flight, hand_held_arc, orbit, walk
from spacevista.sim.placement import Crowd, Region, place, solid_of
from spacevista.sim.raycast import RayScene
from spacevista.sim.shapes import box, cylinder, ellipsoid, moved, scaled
from spacevista.sim.world import World
from spacevista.sim.worlds import make_world

SMALL = (Scale.TINY_TABLETOP, Scale.TABLETOP)
SEEDS = range(6)
WORLDS = [make_world(scale, seed) for scale in SMALL for seed in SEEDS]

# Longest side of any member in metres, from the ranges stated in each file.
TINY: dict[str, tuple[Callable[[np.random.Generator], Shape | None], float, float]] = {
    "screw": (tiny_screw.build, 2.6e-3, 47e-3),
    "nut": (tiny_nut.build, 3.2e-3, 34.7e-3),
    "washer": (tiny_washer.build, 4e-3, 30e-3),
    "coin": (tiny_coin.build, 16.25e-3, 25.75e-3),
    "battery": (tiny_battery.build, 4.8e-3, 50.5e-3),
    "chip": (tiny_chip.build, 2.1e-3, 19.2e-3),
    "bead": (tiny_bead.build, 1.5e-3, 20e-3),
    "bean": (tiny_bean.build, 8e-3, 19e-3),
    "bottle cap": (tiny_cap.build, 31.5e-3, 32.1e-3),
    "button": (tiny_button.build, 4e-3, 27.9e-3),
    "capacitor": (tiny_capacitor.build, 1.6e-3, 34e-3),
    "connector": (tiny_connector.build, 8.5e-3, 18.8e-3),
    "die": (tiny_die.build, 4.9e-3, 19e-3),
    "hook": (tiny_hook.build, 40e-3, 49e-3),
    "LED": (tiny_led.build, 2e-3, 27.2e-3),
    "magnet": (tiny_magnet.build, 4.5e-3, 50e-3),
    "paper clip": (tiny_clip.build, 22e-3, 51e-3),
    "pendant": (tiny_pendant.build, 11.5e-3, 34e-3),
    "pin header": (tiny_header.build, 8.5e-3, 41e-3),
    "push pin": (tiny_push_pin.build, 20e-3, 26e-3),
    "resistor": (tiny_resistor.build, 1.6e-3, 39.5e-3),
    "ring": (tiny_ring.build, 19e-3, 28e-3),
    "spring": (tiny_spring.build, 3.59e-3, 44e-3),  # a wire of eight sides is a little flatter than a round one
    "sunflower seed": (tiny_seed.build, 8e-3, 15e-3),
}
EVERYDAY: dict[str, tuple[Callable[[np.random.Generator], Shape], float, float]] = {
    "apple": (tabletop_apple.build, 0.060, 0.095),
    "banana": (tabletop_banana.build, 0.130, 0.225),
    "book": (tabletop_book.build, 0.178, 0.247),
    "bottle": (tabletop_bottle.build, 0.160, 0.235),
    "bowl": (tabletop_bowl.build, 0.120, 0.200),
    "can": (tabletop_can.build, 0.082, 0.136),
    "cardboard box": (tabletop_carton.build, 0.110, 0.262),
    "cup": (tabletop_cup.build, 0.085, 0.135),
    "orange": (tabletop_orange.build, 0.060, 0.091),
    "cactus": (tabletop_cactus.build, 0.075, 0.24),
    "candle": (tabletop_candle.build, 0.080, 0.165),
    "fork": (tabletop_fork.build, 0.175, 0.215),
    "hammer": (tabletop_hammer.build, 0.20, 0.33),
    "knife": (tabletop_knife.build, 0.200, 0.240),
    "mug tree": (tabletop_mug_tree.build, 0.26, 0.32),
    "pencil": (tabletop_pencil.build, 0.110, 0.190),
    "plate": (tabletop_plate.build, 0.16, 0.27),
    "plug": (tabletop_plug.build, 0.080, 0.15),
    "power strip": (tabletop_power_strip.build, 0.22, 0.29),
    "roll of tape": (tabletop_tape.build, 0.095, 0.135),
    "saucepan": (tabletop_saucepan.build, 0.28, 0.39),
    "screwdriver": (tabletop_screwdriver.build, 0.150, 0.260),
    "spoon": (tabletop_spoon.build, 0.130, 0.210),
    "sticky note": (tabletop_note.build, 0.051, 0.127),
    "wrench": (tabletop_wrench.build, 0.118, 0.222),
}


def geometry_bytes(world: World) -> bytes:
    parts = [np.concatenate([pose.matrix.ravel() for pose in world.path]).tobytes(), repr(world.camera).encode()]
    for body in world.bodies:
        parts += [body.mesh.vertices_m.tobytes(), body.mesh.faces.tobytes(), repr((body.id, body.materials)).encode()]
    return b"".join(parts)


@pytest.mark.parametrize("scale", SMALL)
def test_a_world_is_its_seed(scale: Scale) -> None:
    assert geometry_bytes(make_world(scale, 3)) == geometry_bytes(make_world(scale, 3))
    assert geometry_bytes(make_world(scale, 3)) != geometry_bytes(make_world(scale, 4))


def test_a_negative_seed_is_refused() -> None:
    with pytest.raises(ValueError, match="seed of 0 or more, got -1"):
        make_world(Scale.TABLETOP, -1)


@pytest.mark.parametrize("world", WORLDS, ids=lambda world: world.id)
def test_things_stand_on_the_table_or_on_each_other(world: World) -> None:
    assert world.id == f"{world.scale}-{world.seed:06d}"
    ids = [body.id for body in world.objects]
    assert 7 <= len(ids) <= 10
    assert sorted(ids) == list(range(1, len(ids) + 1))
    held = {relation.subject_id for relation in world.relations}  # test_world_relations.py looks at how
    assert set(ids) - held <= set(world.supports) <= set(ids)
    for body in world.objects:
        assert body.mesh.face_materials.max() < len(body.materials)
        if body.id not in world.supports:
            continue
        heights = world.supports[body.id].signed_distance(body.mesh.vertices_m)
        assert abs(heights.min()) < 1e-12
        if body.support_id == 0:
            assert abs(world.supports[body.id].offset_m) < 1e-12


@pytest.mark.parametrize("world", WORLDS, ids=lambda world: world.id)
def test_sizes_distances_and_cameras_are_those_of_the_scale(world: World) -> None:
    facts = SCALE_FACTS[world.scale]
    assert sum(len(body.mesh.faces) for body in world.bodies) < 150_000
    for body in world.objects:
        longest = float(np.ptp(body.mesh.vertices_m, axis=0).max())
        assert facts.object_size_m[0] <= longest <= 1.05 * facts.object_size_m[1]
    near, far = facts.camera_distance_m
    for pose in world.path:
        assert 0.9 * near <= np.linalg.norm(pose.translation_m) <= far
        down_deg = math.degrees(math.asin(-pose.rotation[2, 2]))
        assert 24 <= down_deg <= 66
    largest = max(float(np.ptp(body.mesh.vertices_m, axis=0).max()) for body in world.objects)
    if world.camera.fx_px < 2000:  # no macro lens: an ordinary one, and nothing but things of 5 mm and more
        assert 40 <= world.camera.horizontal_fov_deg <= 80
        assert largest > 5e-3


def test_most_things_are_seen_large_enough_and_rays_hit_something() -> None:
    measurable = total = 0
    for world in WORLDS:
        scene = RayScene.of(world)
        half = world.camera.resized(320, 240)  # a quarter of the rays: 40 px are 20 here
        frames = [scene.depth_and_ids(half, pose) for pose in world.path[::4]]
        assert all((depth > 0).mean() > 0.99 for depth, _ in frames)
        for body in world.objects:
            sides = [math.sqrt((ids == body.id).sum()) for _, ids in frames]
            measurable += sum(side >= 20 for side in sides) >= 2
            total += 1
    print(f"{measurable} of {total} things are 40 px across in two of four frames")
    assert measurable >= 0.85 * total


@pytest.mark.parametrize("name", [*TINY, *EVERYDAY])
def test_members_are_closed_settled_and_within_the_stated_range(name: str) -> None:
    build, low, high = (TINY | EVERYDAY)[name]
    rng = np.random.default_rng(7)
    for _ in range(4):
        shape = build(rng)
        assert shape is not None
        solid = trimesh.Trimesh(shape.mesh.vertices_m, shape.mesh.faces, process=False)
        assert solid.is_watertight
        assert solid.is_winding_consistent
        assert all(part.volume > 0 for part in solid.split())
        assert low * (1 - 1e-9) <= shape.size_m.max() <= high * (1 + 1e-9)
        bounds = solid.bounds
        assert bounds[0, 2] == pytest.approx(0, abs=1e-12)
        np.testing.assert_allclose(bounds[0, :2], -bounds[1, :2], atol=1e-9)


@pytest.mark.parametrize("name", TINY)
def test_a_size_range_is_kept_or_refused(name: str) -> None:
    build = dict(tiny_tabletop.CATEGORIES)[name]
    rng = np.random.default_rng(0)
    assert build(rng, (0.2, 0.3)) is None
    for grade in tiny_tabletop.GRADES:
        shape = build(rng, grade.longest_m)
        assert shape is None or grade.longest_m[0] * 0.98 <= shape.size_m.max() <= grade.longest_m[1] * 1.05


@pytest.mark.parametrize("scale", [1e-3, 1.0, 1e2])
def test_gaps_between_meshes_are_exact(scale: float) -> None:
    size = (scale, scale, scale)
    ball = solid_of(scaled(ellipsoid((1, 1, 1)), size))
    # A ball of radius 1 about (0, 0, 1); the side of a cube of 1 about x = 3 is at 2.5: 1.5 apart, at the ball's waist.
    cube = solid_of(moved(scaled(box((1, 1, 2)), size), (3 * scale, 0, 0)))
    assert ball.distance_m(cube) == pytest.approx(1.5 * scale, rel=1e-9)
    assert ball.distance_m(solid_of(moved(scaled(box((1, 1, 2)), size), (1.4 * scale, 0, 0)))) == 0


def test_placement_keeps_the_gap_and_gives_up_when_full() -> None:
    rng = np.random.default_rng(0)
    crowd, placed = Crowd(), []
    can = cylinder(0.03, 0.1)
    for _ in range(40):
        pose = place(can, Region((-0.15, 0.15), (-0.1, 0.1), 0.5), 0.01, crowd, rng, trials=50)
        if pose is not None:
            placed.append(can.moved(pose))
    # Cans of 60 mm with 10 mm gaps: at most 300 x 200 mm / (70 mm squared x 0.866) = 14, plus those on the margin.
    assert 5 <= len(placed) <= 20
    for first, second in itertools.combinations(placed, 2):
        assert solid_of(first).distance_m(solid_of(second)) >= 0.01
    assert all(mesh.vertices_m[:, 2].min() == 0.5 for mesh in placed)
    assert np.abs(np.vstack([mesh.vertices_m for mesh in placed])[:, :2]).max(axis=0) == pytest.approx(
        [0.15, 0.1], abs=0.02
    )


def forward(pose: Pose) -> FloatArray:
    return np.asarray(pose.rotation[:, 2])


@pytest.mark.parametrize("scale", [1e-3, 1.0, 1e3])
def test_an_orbit_keeps_distance_elevation_and_target(scale: float) -> None:
    target = np.array([1.0, 2.0, 0.5]) * scale
    path = orbit(target, 3 * scale, 30, 8)
    eyes = np.array([pose.translation_m for pose in path]) - target
    np.testing.assert_allclose(np.linalg.norm(eyes, axis=1), 3 * scale, rtol=1e-12)
    np.testing.assert_allclose(eyes[:, 2], 1.5 * scale, rtol=1e-9)  # 3 sin 30 degrees
    for pose, eye in zip(path, eyes, strict=True):
        np.testing.assert_allclose(forward(pose), -eye / np.linalg.norm(eye), atol=1e-9)
    # Eight frames of a full turn: each 45 degrees from the one before, the last as far from the first.
    azimuths = np.degrees(np.unwrap(np.arctan2(eyes[:, 1], eyes[:, 0])))
    np.testing.assert_allclose(np.diff(azimuths), 45)


def test_a_hand_held_arc_stays_in_its_ranges_and_is_smooth() -> None:
    path = hand_held_arc((0, 0, 0), (0.4, 0.6), (30, 50), 200, 40, np.random.default_rng(0))
    eyes = np.array([pose.translation_m for pose in path])
    distances = np.linalg.norm(eyes, axis=1)
    assert distances.min() >= 0.4
    assert distances.max() <= 0.6
    elevations = np.degrees(np.arcsin(eyes[:, 2] / distances))
    assert elevations.min() >= 30
    assert elevations.max() <= 50
    azimuths = np.degrees(np.unwrap(np.arctan2(eyes[:, 1], eyes[:, 0])))
    assert azimuths[-1] - azimuths[0] == pytest.approx(200, abs=8)  # 4 degrees of uneven pace at either end
    assert (
        np.linalg.norm(np.diff(eyes, n=2, axis=0), axis=1).max() < 0.02
    )  # 200 degrees of 0.6 m in 39 steps: 5 cm each


def test_a_drive_follows_a_straight_road() -> None:
    path = drive([(0, 0, 1.5), (10, 0, 1.5), (40, 0, 1.5)], 9, np.random.default_rng(0), look_ahead_m=10, pitch_deg=-5)
    eyes = np.array([pose.translation_m for pose in path])
    np.testing.assert_allclose(eyes[:, 0], np.linspace(0, 40, 9), atol=0.05)  # even steps along the curve
    np.testing.assert_allclose(eyes[:, 1:], np.broadcast_to((0, 1.5), (9, 2)), atol=1e-9)
    for pose in path:
        assert math.degrees(math.asin(forward(pose)[2])) == pytest.approx(-5, abs=1)
        assert abs(math.degrees(math.atan2(forward(pose)[1], forward(pose)[0]))) <= 1


def test_a_flight_looks_down_within_its_range() -> None:
    path = flight([(-300, 0, 100), (0, 50, 120), (300, 0, 100)], 12, np.random.default_rng(1), down_deg=(35, 60))
    for pose in path:
        assert 35 <= math.degrees(math.asin(-forward(pose)[2])) <= 60


def test_a_walk_sways_little_about_its_way() -> None:
    way = [(0, 0, 1.6), (1, 0, 1.6), (2, 0, 1.6)]
    path = walk(way, [(2, 3, 1), (2, 3, 1)], 20, np.random.default_rng(2), sway_m=0.02)
    eyes = np.array([pose.translation_m for pose in path])
    assert np.abs(eyes[:, 1]).max() <= 0.02
    assert np.abs(eyes[:, 2] - 1.6).max() <= 0.02
    for pose, eye in zip(path, eyes, strict=True):
        towards = np.array([2, 3, 1]) - eye
        assert forward(pose) @ towards / np.linalg.norm(towards) == pytest.approx(1)
