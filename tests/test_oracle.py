"""The oracle on worlds where what is seen, and what could be, follow from a drawing."""

import numpy as np
import pytest

from small_worlds import box, cylinder, orbit, world_of
from spacevista.errors import GeometryError
from spacevista.geometry.poses import Pose, rotation_about
from spacevista.sim.oracle import Oracle, extreme_decided
from spacevista.sim.oracle_bounds import Bounds
from spacevista.sim.oracle_carve import Carver
from spacevista.sim.truth import Truth, judge
from spacevista.sim.world import Mesh

SIZES = ("longest", "height", "length", "width")


def oracle_of(world):
    return Oracle(world, Truth(world))


def from_one_side(*meshes, x=8.0, z=16.0, fov_deg=20.0):
    """Three cameras close together at (x, 0, z), all looking at the origin."""
    path = [Pose.looking_at((x, y, z), (0, 0, 0.5)) for y in (-0.1, 0.0, 0.1)]
    return oracle_of(world_of(meshes, path, fov_deg=fov_deg))


@pytest.mark.parametrize("metre", [1e-3, 1.0, 1e3])
def test_with_a_full_orbit_everything_is_decidable(metre):
    meshes = [box((3, 2, 1), (0, 0, 0.5), 30), cylinder(1, 4, (6, 0, 0)), box((1, 1, 1), (3, 3, 0.5), 10)]
    meshes = [Mesh(m.vertices_m * metre, m.faces, m.face_materials) for m in meshes]
    path = orbit(14 * metre, 9 * metre, 12, (3 * metre, 1 * metre, metre))
    oracle = oracle_of(world_of(meshes, path, size=10 * metre))
    for object_id in (1, 2, 3):
        for aspect in SIZES:
            assert oracle.decidable("object_size", aspect, (object_id,)), (object_id, aspect)
            value = judge(oracle.truth, "object_size", aspect, (object_id,))
            bounds = oracle.sizes(object_id)[aspect]
            assert bounds.low <= value * (1 + 1e-9)
            assert value <= bounds.high * (1 + 1e-9)
    for pair in ((1, 2), (1, 3), (2, 3)):
        assert oracle.decidable("absolute_distance", "closest", pair)
        assert oracle.gap(*pair).high == pytest.approx(oracle.truth.distance_m(*pair), rel=1e-2)
    for aspect in ("height", "width", "volume"):  # footprints 3, 2, 1.4; heights 1, 4; volumes 6, 12.6
        assert oracle.decidable("size_comparison", aspect, (1, 2)), aspect
    assert oracle.decidable("relative_distance", "closest", (1, 2, 3))


def test_from_one_side_the_hidden_depth_is_open_but_the_height_is_known():
    # The shadow of the top back edge (-0.5, z = 1) from (8, 16) falls at slope 15 / 8.5: 0.567 behind the box on
    # the ground, of which the lowest layer is not counted. Cells of the wide grid are 1/20: one more or less.
    oracle = from_one_side(box((1, 1, 1), (0, 0, 0.5)))
    bounds = oracle.sizes(1)
    assert np.ptp(oracle.space(1).possible_m[:, 0]) == pytest.approx(1.54, abs=0.05)
    assert bounds["length"].low <= 1.0
    assert bounds["length"].high >= 1.5
    assert bounds["height"].high == pytest.approx(1, abs=1e-9)
    assert not oracle.decidable("object_size", "length", (1,))
    assert oracle.decidable("object_size", "height", (1,))


def test_unseen_space_without_end_decides_nothing():
    # From below its top the box hides all that is behind it, up to the sky.
    oracle = from_one_side(box((1, 1, 1), (0, 0, 0.5)), x=12, z=0.6)
    assert oracle.sizes(1) is None
    assert not any(oracle.decidable("object_size", aspect, (1,)) for aspect in SIZES)


def test_an_object_half_hidden_behind_another():
    # The screen in front hides the lower half of the box from all cameras, which stand on one side.
    path = [Pose.looking_at((0, y, 2.0), (0, 0, 0.5)) for y in (-10.0, -11.0)]
    hidden = oracle_of(world_of([box((1, 1, 1), (0, 0, 0.5)), box((3, 0.1, 0.8), (0, -1, 0.4))], path, fov_deg=20))
    assert hidden.visible("object_size", "height", (1,))
    assert not hidden.decidable("object_size", "height", (1,))
    assert not hidden.decidable("object_size", "width", (1,))


def test_free_space_between_two_boxes_decides_their_distance():
    front, back = box((1, 1, 1), (0, 0, 0.5)), box((1, 1, 1), (-1.5, 0, 0.5))
    around = oracle_of(world_of([front, back], orbit(8, 4, 12)))
    assert around.gap(1, 2) == Bounds(pytest.approx(0.5), pytest.approx(0.5))
    # From (5, 8) the shadow of the front box is 0.79 long: it covers the gap of 0.5.
    steep = from_one_side(front, back, x=5.0, z=8.0, fov_deg=40)
    assert steep.gap(1, 2).low == 0
    assert not steep.decidable("absolute_distance", "closest", (1, 2))
    assert steep.decidable("object_size", "height", (1,))


def test_a_wall_between_ends_the_space_of_an_object():
    # The shadow of the box (0.55 long) is cut by a thin wall 0.2 behind it.
    oracle = from_one_side(box((1, 1, 1), (0, 0, 0.5)), box((0.02, 4, 1), (-0.71, 0, 0.5)))
    assert np.ptp(oracle.space(1).possible_m[:, 0]) == pytest.approx(1.2, abs=0.03)


def test_objects_that_touch_have_no_distance():
    oracle = oracle_of(world_of([box((1, 1, 1), (0, 0, 0.5)), box((1, 1, 1), (1, 0, 0.5))], orbit(8, 4, 8)))
    assert oracle.gap(1, 2) is None
    assert not oracle.decidable("absolute_distance", "closest", (1, 2))
    assert not oracle.decidable("relative_distance", "closest", (1, 2, 2))


def test_geometry_needs_forty_pixels_in_two_frames():
    # A cube of 1 from 30 away with a focal length of 686 px covers 23 px a side and less than 40 with its top.
    near, far = orbit(8, 4, 8), orbit(30, 10, 8)
    cube = box((1, 1, 1), (0, 0, 0.5))
    assert oracle_of(world_of([cube], near)).decidable("object_size", "height", (1,))
    assert not oracle_of(world_of([cube], far)).decidable("object_size", "height", (1,))
    once = oracle_of(world_of([cube], (near[0], *far)))
    assert not once.decidable("object_size", "height", (1,))
    assert once.decidable("depth_estimation", "nearest_point", (1,), (0,))  # one frame is enough for a depth in it
    assert not once.decidable("depth_estimation", "nearest_point", (1,), (1,))
    assert once.visible("depth_estimation", "nearest_point", (1,), (1,))


def test_a_point_beside_a_depth_edge_is_not_decidable():
    # Seen head on from 8 away, the front face of a cube of 2 ends 686 / 8 = 85.8 px beside the middle.
    path = [Pose(np.array([[1, 0, 0], [0, 0, 1], [0, -1, 0.0]]), np.array([0, -9, 1.0]))]
    oracle = oracle_of(world_of([box((2, 2, 2), (0, 0, 1))], path))
    edge = 320 + oracle.world.camera.fx_px / 8
    for offset, expected in ((-2.0, True), (-0.9, False), (0.5, False)):
        assert oracle.decidable("depth_estimation", "point_z", (1,), (0,), (edge + offset, 240.0)) is expected


def test_the_nearest_of_several_needs_ten_percent():
    # Faces at distances 8 and 9 (12.5 % apart), and 8 and 8.6 (7.5 %).
    path = [Pose(np.array([[1, 0, 0], [0, 0, 1], [0, -1, 0.0]]), np.array([0, -9, 1.0]))]
    for back, expected in ((1.0, True), (0.6, False)):
        meshes = [box((2, 2, 2), (-1.2, 0, 1)), box((2, 2, 2), (1.2, back, 1))]
        oracle = oracle_of(world_of(meshes, path))
        assert oracle.decidable("depth_estimation", "which_nearest", (1, 2), (0,)) is expected


def test_view_change_has_a_dead_zone():
    # The picture is filled by a face 8 ahead, so that 2 % of the median depth are 0.16.
    ahead = np.array([[1, 0, 0], [0, 0, 1], [0, -1, 0.0]])
    moves = [(0.0, 0.0, 0.0), (0.15, 0.0, 0.0), (0.17, 0.0, 0.0), (0.5, 0.48, 0.0)]
    path = [Pose(ahead, np.array([0, -9, 5.0]) + move) for move in moves]
    path += [Pose(rotation_about((0, 0, 1), angle) @ ahead, np.array([0, -9, 5.0])) for angle in (1.9, 2.1)]
    oracle = oracle_of(world_of([box((40, 2, 40), (0, 0, 20))], path))
    vector = [oracle.decidable("view_change", "vector", (), (0, f)) for f in range(1, 6)]
    direction = [oracle.decidable("view_change", "direction", (), (0, f)) for f in range(1, 6)]
    assert vector == [False, True, True, False, True]
    assert direction == [False, True, False, False, False]  # 0.5 and 0.48 are not 10 % apart; turning has no direction
    assert oracle.visible("view_change", "vector", (), (0, 1))


def test_comparisons_are_decided_over_whole_bounds():
    assert extreme_decided([Bounds(1.0, 1.0), Bounds(1.11, 1.2)], largest=True)
    assert not extreme_decided([Bounds(1.0, 1.05), Bounds(1.11, 1.2)], largest=True)
    assert extreme_decided([Bounds(1.0, 1.0), Bounds(1.11, 1.2), Bounds(1.15, 3.0)], largest=False)


def test_points_are_carved_if_and_only_if_a_ray_reaches_them():
    world = world_of([box((3, 2, 1), (0, 0, 0.5), 30), cylinder(1, 4, (4, 0, 0))], orbit(12, 8, 5, (2, 0, 1)))
    carver = Carver(Truth(world).views)
    points = np.random.default_rng(0).uniform((-4, -4, -0.2), (7, 4, 5), (5000, 3))
    expected = np.zeros(len(points), dtype=bool)
    for pose in world.path:
        pixels, _ = world.camera.project(pose.inverse().apply(points))
        open_ = ~carver.views.rays.occluded(pose.translation_m, points - pose.translation_m, 1.0)
        expected |= open_ & np.asarray(world.camera.contains(pixels))
    assert (carver.carved(points) == expected).mean() > 0.999  # the rest lies within 1e-5 of a surface


def test_unknown_tasks_are_errors():
    oracle = oracle_of(world_of([box((1, 1, 1), (0, 0, 0.5))], orbit(8, 4, 3)))
    with pytest.raises(GeometryError, match="got object_size, weight"):
        oracle.decidable("object_size", "weight", (1,))
