"""Rooms, streets and land from the air: determinism, support, no interpenetration, true sizes, what the camera sees."""

from types import ModuleType

import numpy as np
import pytest
from scipy.spatial import Delaunay

from spacevista.geometry.cameras import Camera
from spacevista.scales import Scale
from spacevista.sim.categories import (
    drone_block,
    drone_field,
    drone_pitch,
    drone_pond,
    indoor_armchair,
    indoor_bag,
    indoor_ball,
    indoor_basket,
    indoor_bed,
    indoor_box,
    indoor_broom,
    indoor_ceiling_lamp,
    indoor_chair,
    indoor_clock,
    indoor_coat_stand,
    indoor_cupboard,
    indoor_heater,
    indoor_hoop,
    indoor_lamp,
    indoor_laptop,
    indoor_painting,
    indoor_plant,
    indoor_poster,
    indoor_shelf,
    indoor_socket,
    indoor_sofa,
    indoor_stool,
    indoor_table,
    indoor_table_lamp,
    indoor_television,
    indoor_umbrella,
    indoor_vase,
    indoor_wall_shelf,
    outdoor_bench,
    outdoor_bin,
    outdoor_car,
    outdoor_fence,
    outdoor_house,
    outdoor_lamp,
    outdoor_shelter,
    outdoor_tree,
)
from spacevista.sim.placement import solid_of
from spacevista.sim.raycast import RayScene
from spacevista.sim.shapes import volume_m3
from spacevista.sim.terrain import Pad, Terrain, ground_mesh, random_waves
from spacevista.sim.world import Mesh, World
from spacevista.sim.worlds import make_world

BIG = (Scale.INDOOR, Scale.OUTDOOR, Scale.DRONE)
SEEDS = range(4)

# Ranges of (longer footprint side, shorter footprint side, height) in metres. Where a module states the size of the
# whole, that is the range; overhangs add to it: eaves 0.45 m and gables 0.35 m on each side and a chimney to a house,
# mirrors 0.22 m to a car, handles 2.5 cm to a cupboard, an edge of 1.5 m to a pitch.
SIZES: dict[ModuleType, tuple[tuple[float, float], tuple[float, float], tuple[float, float]]] = {
    indoor_bed: ((2.05, 2.20), (0.92, 1.90), (0.75, 1.10)),
    indoor_chair: ((0.40, 0.52), (0.40, 0.50), (0.80, 1.00)),
    indoor_cupboard: ((0.80, 1.61), (0.36, 0.64), (0.75, 2.00)),
    indoor_lamp: ((0.30, 0.50), (0.30, 0.50), (1.35, 1.75)),
    indoor_plant: ((0.16, 1.40), (0.16, 1.30), (0.30, 1.20)),
    indoor_shelf: ((0.60, 1.00), (0.26, 0.34), (1.10, 2.00)),
    indoor_sofa: ((1.45, 2.20), (0.80, 0.98), (0.74, 0.90)),
    indoor_stool: ((0.28, 0.45), (0.28, 0.45), (0.42, 0.78)),
    indoor_table: ((0.90, 2.00), (0.75, 1.30), (0.72, 0.76)),
    indoor_television: ((0.71, 1.26), (0.20, 0.25), (0.45, 0.80)),
    indoor_armchair: ((0.76, 0.92), (0.72, 0.90), (0.80, 1.00)),
    indoor_bag: ((0.30, 0.40), (0.10, 0.16), (0.46, 0.68)),
    indoor_ball: ((0.19, 0.26), (0.19, 0.26), (0.19, 0.26)),
    indoor_basket: ((0.38, 0.50), (0.38, 0.50), (0.26, 0.48)),
    indoor_box: ((0.35, 0.61), (0.28, 0.41), (0.24, 0.41)),
    indoor_broom: ((0.28, 0.40), (0.06, 0.08), (1.25, 1.45)),
    indoor_ceiling_lamp: ((0.28, 0.50), (0.28, 0.50), (0.45, 0.85)),
    indoor_clock: ((0.24, 0.40), (0.035, 0.055), (0.24, 0.40)),
    indoor_coat_stand: ((0.36, 0.44), (0.36, 0.44), (1.65, 1.85)),
    indoor_heater: ((0.13, 0.18), (0.12, 0.17), (0.19, 0.27)),
    indoor_hoop: ((0.75, 0.95), (0.75, 0.95), (0.018, 0.032)),
    indoor_laptop: ((0.30, 0.38), (0.26, 0.36), (0.18, 0.26)),
    indoor_painting: ((0.35, 0.90), (0.020, 0.040), (0.30, 0.93)),
    indoor_poster: ((0.29, 0.85), (0.002, 0.004), (0.29, 0.85)),
    indoor_socket: ((0.084, 0.086), (0.044, 0.046), (0.15, 0.30)),
    indoor_table_lamp: ((0.20, 0.34), (0.20, 0.34), (0.35, 0.60)),
    indoor_umbrella: ((0.72, 0.92), (0.05, 0.10), (0.10, 0.17)),
    indoor_vase: ((0.15, 0.48), (0.11, 0.45), (0.28, 0.54)),
    indoor_wall_shelf: ((0.60, 1.20), (0.20, 0.28), (0.15, 0.25)),
    outdoor_bench: ((1.50, 2.00), (0.50, 0.75), (0.74, 0.90)),
    outdoor_bin: ((0.53, 0.75), (0.46, 0.60), (0.91, 1.11)),
    outdoor_car: ((3.60, 4.92), (1.65, 2.20), (1.42, 1.75)),
    outdoor_fence: ((3.6, 7.3), (0.14, 0.16), (0.90, 1.50)),
    outdoor_house: ((8.0, 14.2), (7.4, 11.3), (4.5, 12.0)),
    outdoor_lamp: ((0.40, 2.3), (0.26, 0.50), (3.2, 8.2)),
    outdoor_shelter: ((2.6, 4.6), (1.2, 1.6), (2.3, 2.6)),
    outdoor_tree: ((1.1, 9.0), (1.1, 9.0), (3.6, 11.5)),
    drone_block: ((18.0, 60.2), (11.0, 18.2), (9.0, 45.0)),
    drone_field: ((30.0, 110.0), (18.0, 60.0), (0.15, 1.0)),
    drone_pitch: ((28.0, 108.5), (19.0, 71.5), (0.12, 0.13)),
    drone_pond: ((9.0, 46.0), (6.0, 46.0), (0.25, 0.5)),
}


@pytest.fixture(scope="module", params=[(scale, seed) for scale in BIG for seed in SEEDS], ids=str)
def world(request: pytest.FixtureRequest) -> World:
    scale, seed = request.param
    return make_world(scale, seed)


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


@pytest.mark.parametrize("category", SIZES, ids=lambda m: m.__name__.rsplit(".", 1)[-1])
def test_solids_are_closed_with_faces_outwards(category: ModuleType) -> None:
    shape = category.build(np.random.default_rng(3))
    assert_closed(shape.mesh)
    assert volume_m3(shape.mesh) > 0


def test_same_seed_same_world() -> None:
    for scale in BIG:
        first, second = make_world(scale, 11), make_world(scale, 11)
        assert first.id == second.id == f"{scale}-000011"
        for a, b in zip(first.bodies, second.bodies, strict=True):
            assert (a.id, a.category, a.materials, a.support_id) == (b.id, b.category, b.materials, b.support_id)
            assert np.array_equal(a.mesh.vertices_m, b.mesh.vertices_m)
            assert np.array_equal(a.mesh.faces, b.mesh.faces)
        assert first.camera == second.camera
        assert all(np.array_equal(a.matrix, b.matrix) for a, b in zip(first.path, second.path, strict=True))


def test_objects_have_distinct_ids_supports_and_room_for_questions(world: World) -> None:
    ids = [body.id for body in world.objects]
    assert len(set(ids)) == len(ids) >= 6
    assert set(world.supports) <= set(ids)
    held = {relation.subject_id for relation in world.relations}  # test_world_relations.py looks at how
    assert set(ids) - held <= set(world.supports)
    assert sum(len(body.mesh.faces) for body in world.bodies) < 200_000
    assert 40 <= world.camera.horizontal_fov_deg <= 80
    assert 16 <= len(world.path) <= 24
    assert max(float(np.abs(body.mesh.vertices_m).max()) for body in world.bodies) < 2500
    for body in world.bodies:
        assert_closed(body.mesh)


def test_objects_stand_on_their_supports(world: World) -> None:
    structure = RayScene(tuple(body for body in world.bodies if body.id == 0))
    for body in world.objects:
        plane = world.supports.get(body.id)
        if plane is None:
            continue
        assert plane.normal.tolist() == [0, 0, 1]
        assert float(body.mesh.vertices_m[:, 2].min()) == pytest.approx(plane.offset_m, abs=1e-9)
        if body.support_id:
            continue
        # Straight down from 10 cm above the corners of its footprint the structure is met at the support's height.
        low, high = body.mesh.vertices_m.min(axis=0), body.mesh.vertices_m.max(axis=0)
        corners = np.array([(x, y, plane.offset_m + 0.1) for x in (low[0], high[0]) for y in (low[1], high[1])])
        middle = np.array([[*((low + high) / 2)[:2], plane.offset_m + 0.1]])
        starts = middle if world.scale is Scale.DRONE else np.vstack([corners, middle])
        heights = starts[:, 2] - structure.hits(starts, np.tile([0.0, 0.0, -1.0], (len(starts), 1))).distance
        assert heights == pytest.approx(plane.offset_m, abs=2e-3)


def test_no_two_objects_touch_unless_they_are_joined(world: World) -> None:
    joined = {frozenset((relation.subject_id, relation.object_id)) for relation in world.relations}
    solids = [(body, solid_of(body.mesh)) for body in world.objects]
    for i, (first, a) in enumerate(solids):
        for second, b in solids[i + 1 :]:
            if frozenset((first.id, second.id)) not in joined:
                assert a.distance_m(b) > 0.01, (first.category, second.category)


def test_the_camera_is_in_free_space(world: World) -> None:
    scene = RayScene.of(world)
    camera = Camera.from_fov(16, 12, world.camera.horizontal_fov_deg)
    for pose in world.path:
        depth, ids = scene.depth_and_ids(camera, pose)
        assert depth[depth > 0].min() > 0.1
        if world.scale is Scale.INDOOR:
            assert (ids >= 0).all(), "a room is closed"


@pytest.mark.parametrize("scale", BIG)
def test_most_objects_are_large_in_several_frames(scale: Scale) -> None:
    seen = total = 0
    for seed in SEEDS:
        world = make_world(scale, seed)
        scene = RayScene.of(world)
        camera = world.camera.resized(160, 120)
        frames = np.zeros(1 + max(body.id for body in world.objects), dtype=int)
        for pose in world.path:
            _, ids = scene.depth_and_ids(camera, pose)
            pixels = np.bincount(ids[ids > 0], minlength=len(frames)) * 16  # at 640 x 480
            frames += pixels >= 40 * 40
        total += len(world.objects)
        seen += int((frames[[body.id for body in world.objects]] >= 2).sum())
    assert seen / total >= 0.85


def test_rooms_have_several_shapes_and_state_the_outline_of_their_floor() -> None:
    corners = set()
    for seed in range(8):
        world = make_world(Scale.INDOOR, seed)
        outline = world.floor_polygon_m
        assert outline is not None
        corners.add(len(outline))
        x, y = outline.T
        assert x @ np.roll(y, -1) > y @ np.roll(x, -1), "counter-clockwise"
        inside = Delaunay(outline)  # of the hull: what is cut off is looked at by the walls, which nothing crosses
        for body in world.objects:
            assert (inside.find_simplex(body.mesh.vertices_m[:, :2]) >= 0).all(), body.category
        # Straight up from just inside each corner of the outline is the ceiling, a level ray from there to the next
        # corner runs beside the wall and ends at the wall after it.
        shell = RayScene(tuple(body for body in world.bodies if body.category in ("wall", "ceiling", "floor")))
        for before, corner, after in zip(
            np.roll(outline, 1, axis=0), outline, np.roll(outline, -1, axis=0), strict=True
        ):
            along, back = (after - corner) / np.linalg.norm(after - corner), (corner - before)
            left = np.array([-along[1], along[0]])
            start = corner + 1e-3 * (left + along)
            convex = float(back[0] * along[1] - back[1] * along[0]) > 0
            assert shell.hits(np.array([*start, 1.0]), np.array([[0, 0, -1.0]])).distance[0] == pytest.approx(
                1, abs=1e-5
            )
            found = shell.hits(np.array([*start, 1.0]), np.array([[*along, 0.0]])).distance[0]
            reach = float(np.linalg.norm(after - corner)) - 1e-3
            assert found >= reach - 1e-4
            if convex:
                behind = shell.hits(np.array([*start, 1.0]), np.array([[*(-along), 0.0]])).distance[0]
                assert behind == pytest.approx(1e-3, abs=1e-5)
    assert corners >= {4, 6, 8}


def test_terrain_is_level_on_pads_and_smooth_between() -> None:
    rng = np.random.default_rng(0)
    pads = (Pad(-30.0, 5.0, 12.0, 1.5), Pad(25.0, -10.0, 8.0, -0.7))
    terrain = Terrain(random_waves(rng, 4.0, 80.0, 200.0), pads, reach_m=30.0)
    for pad in pads:
        around = rng.uniform(-0.7, 0.7, (50, 2)) * pad.radius_m + (pad.x_m, pad.y_m)
        assert (terrain.at(around) == pad.height_m).all()
    line = np.stack([np.linspace(-60, 60, 2401), np.zeros(2401)], axis=1)
    assert np.abs(np.diff(terrain.at(line))).max() < 0.05 * 1.5  # 5 cm steps: no cliff, slopes under 1.5
    assert_closed(ground_mesh(terrain, 60.0, 3.0, 300.0))


def assert_closed(mesh: Mesh) -> None:
    """Every edge, by the places of its ends, is run through as often one way as the other."""
    _, number = np.unique(np.round(mesh.vertices_m, 7), axis=0, return_inverse=True)
    faces = number.reshape(-1)[mesh.faces].astype(np.int64)
    edges = np.concatenate([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]])
    count = int(faces.max()) + 1
    forth, back = edges[:, 0] * count + edges[:, 1], edges[:, 1] * count + edges[:, 0]
    assert np.array_equal(np.sort(forth), np.sort(back))
