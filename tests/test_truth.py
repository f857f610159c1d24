"""Truth against formulas, at 1 mm, 1 m and 1 km."""

import numpy as np
import pytest
from scipy.spatial import ConvexHull
from scipy.spatial.transform import Rotation

from small_worlds import box, cylinder, orbit, world_of
from spacevista.errors import GeometryError
from spacevista.geometry.poses import Pose, rotation_about
from spacevista.sim.truth import Truth, judge, main_direction, winner
from spacevista.sim.truth_sizes import box_of_hull, solid_sizes
from spacevista.sim.world import Mesh

METRES = pytest.mark.parametrize("metre", [1e-3, 1.0, 1e3])


def scaled(metre):
    """A 3 x 2 x 1 box turned by 30 degrees and a cylinder (radius 1, height 4), whose axes are 6 apart."""
    meshes = [box((3, 2, 1), (0, 0, 0.5), 30), cylinder(1, 4, (6, 0, 0), sides=360)]
    meshes = [Mesh(m.vertices_m * metre, m.faces, m.face_materials) for m in meshes]
    return world_of(meshes, orbit(15 * metre, 8 * metre, 8, (3 * metre, 0, metre)), size=10 * metre)


@METRES
def test_sizes_of_box_and_cylinder(metre):
    truth = Truth(scaled(metre))
    turned, round_ = truth.sizes(1), truth.sizes(2)
    assert (turned.longest_m, turned.length_m, turned.width_m, turned.height_m) == pytest.approx(
        (3 * metre, 3 * metre, 2 * metre, metre), rel=1e-6
    )
    assert turned.hull_volume_m3 == pytest.approx(6 * metre**3, rel=1e-9)
    # A 360-sided prism: across flats 2 cos(0.5 deg), at worst 4e-5 below 2.
    assert (round_.longest_m, round_.height_m, round_.length_m) == pytest.approx(
        (4 * metre, 4 * metre, 2 * metre), rel=1e-4
    )
    assert round_.hull_volume_m3 == pytest.approx(4 * np.pi * metre**3, rel=1e-3)


@METRES
def test_distance_of_box_and_cylinder(metre):
    # Towards the cylinder's axis at (6, 0) the nearest corner of the turned box is
    # (1.5 cos 30 + 1 sin 30, 1.5 sin 30 - 1 cos 30) = (1.79904, -0.11603): 4.20256 away, less the radius 1.
    corner = np.array([1.5 * np.cos(np.pi / 6) + 0.5, 0.75 - np.cos(np.pi / 6)])
    expected = np.hypot(*(corner - (6, 0))) - 1
    truth = Truth(scaled(metre))
    assert truth.distance_m(1, 2) == pytest.approx(expected * metre, rel=1e-4)
    assert truth.distance_m(2, 1) == truth.distance_m(1, 2)
    assert not truth.touching(1, 2)


def test_minimum_box_of_turned_boxes_and_tetrahedra():
    # A tetrahedron on alternate corners of a cube: its least box is the cube, which has no face on a facet.
    corners = np.array([[0, 0, 0], [1, 1, 0], [1, 0, 1], [0, 1, 1.0]])
    for turn in Rotation.random(3, rng=np.random.default_rng(1)).as_matrix():
        assert solid_sizes(corners @ turn.T).longest_m == pytest.approx(1, rel=1e-3)
        brick = box((5, 4, 3), (0, 0, 0)).vertices_m @ turn.T
        assert solid_sizes(brick).longest_m == pytest.approx(5, rel=1e-6)


def test_minimum_box_is_not_above_a_brute_force_search():
    rng = np.random.default_rng(2)
    rotations = Rotation.random(40_000, rng=rng).as_matrix()
    for _ in range(3):
        points = rng.standard_normal((12, 3)) * (1, 2, 3)
        hull = ConvexHull(points)
        sides = np.ptp(box_of_hull(hull) @ points.T, axis=1)
        assert np.prod(sides) <= np.ptp(rotations @ points.T, axis=2).prod(axis=1).min() * (1 + 1e-9)


@METRES
def test_depth_at_a_pixel_and_nearest_visible_point(metre):
    # The camera at (0, -9, 0.5) looks along +y at a cube of side 2 whose front face, y = -1, is at depth 8.
    path = [Pose(np.array([[1, 0, 0], [0, 0, 1], [0, -1, 0.0]]), np.array([0, -9, 0.5]) * metre)]
    cube = box((2 * metre,) * 3, (0, 0, metre))
    truth = Truth(world_of([cube], path, size=metre))
    depth_m, object_id = truth.depth_m(0, (320.0, 240.0))
    assert (depth_m, object_id) == (pytest.approx(8 * metre, rel=1e-7), 1)
    assert truth.depth_m(0, (400.0, 200.0))[0] == pytest.approx(8 * metre, rel=1e-7)
    # Straight ahead the face is visible, so that the nearest point is 8 away, not at any vertex.
    found = truth.nearest_point(0, 1)
    assert found is not None
    assert found.distance_m == pytest.approx(8 * metre, rel=1e-7)
    assert found.resolution_m < 0.01 * metre
    assert truth.depth_m(0, (5.0, 5.0)) == (np.inf, -1)


def test_nearest_visible_point_of_a_half_hidden_box():
    # A wall at y = -2 hides all of the cube with x < 0.2 seen from (0, -9, 0.5): rays at x / (y + 9) > 0.2 / 7 pass.
    path = [Pose(np.array([[1, 0, 0], [0, 0, 1], [0, -1, 0.0]]), np.array([0, -9, 0.5]))]
    wall = box((10.2, 0.001, 10), (-4.9, -2, 0.0))
    truth = Truth(world_of([box((2, 2, 2), (0, 0, 1)), wall], path, ground_size=0.1))
    x = 0.2 / 7 * 8  # the visible part of the front face begins here, at y = -1 and the camera's height
    found = truth.nearest_point(0, 1)
    assert found is not None
    assert found.distance_m == pytest.approx(np.hypot(x, 8), rel=1e-4)
    assert truth.nearest_point(0, 2) is not None


def test_an_object_that_is_not_visible_has_no_nearest_point():
    path = [Pose(np.array([[1, 0, 0], [0, 0, 1], [0, -1, 0.0]]), np.array([0, -9, 0.5]))]
    truth = Truth(world_of([box((1, 1, 1), (0, -20, 0.5))], path))
    assert truth.nearest_point(0, 1) is None
    assert judge(truth, "depth_estimation", "nearest_point", (1,), (0,)) is None


def test_motion_of_the_camera():
    # From looking along +y at the origin to (1, 2, 3), turned right by 20 degrees: clockwise about z, seen from above.
    ahead = np.array([[1, 0, 0], [0, 0, 1], [0, -1, 0.0]])
    path = [Pose(ahead, np.zeros(3)), Pose(rotation_about((0, 0, 1), -20) @ ahead, np.array([1.0, 2.0, 3.0]))]
    truth = Truth(world_of([box((1, 1, 1), (0, 5, 0.5))], path))
    assert truth.motion(0, 1) == pytest.approx((1, 3, 2, 20, 0), abs=1e-9)
    assert truth.turn_deg(0, 1) == pytest.approx(20, abs=1e-9)
    assert judge(truth, "view_change", "direction", (), (0, 1)) == "up"
    assert main_direction((-2.0, 1, 1, 0, 0)) == "left"
    assert main_direction((2.0, -2.0, 1, 0, 0)) is None


def test_choices_and_ties():
    path = orbit(12, 6, 4)
    meshes = [box((1, 1, 1), (0, 0, 0.5)), box((1, 2, 1), (3, 0, 0.5)), box((1, 1, 1.0005), (0, -2.5, 0.500025))]
    truth = Truth(world_of(meshes, path))
    assert judge(truth, "size_comparison", "width", (1, 2)) == "2"  # longer footprint side: 1 and 2
    assert judge(truth, "size_comparison", "volume", (1, 2)) == "2"
    assert judge(truth, "size_comparison", "height", (1, 3)) is None  # within 0.1 %
    assert judge(truth, "relative_distance", "closest", (1, 2, 3)) == "3"  # gaps 2 and 1.5
    assert judge(truth, "relative_distance", "farthest", (1, 2, 3)) == "2"
    assert judge(truth, "absolute_distance", "closest", (1, 2)) == pytest.approx(2)
    assert judge(truth, "object_size", "width", (2,)) == pytest.approx(1)
    assert winner({7: 1.0, 8: 1.1}, largest=False) == "7"
    with pytest.raises(GeometryError, match="expected a known task"):
        judge(truth, "object_size ", "height", (1,))
    with pytest.raises(GeometryError, match="got 9"):
        judge(truth, "object_size", "height", (9,))


def test_the_nearest_object_across_frames_uses_each_ones_own_camera():
    path = [Pose.looking_at((-10, 0, 1), (0, 0, 1)), Pose.looking_at((4, 0, 1), (0, 0, 1))]
    truth = Truth(world_of([box((1, 1, 2), (-3, -1, 1)), box((1, 1, 2), (0, 1, 1))], path))
    assert judge(truth, "depth_estimation", "which_nearest", (1, 2), (0,)) == "1"
    assert judge(truth, "depth_estimation", "which_nearest", (1, 2), (0, 1)) == "2"


def test_contacts_supports_area_and_free_space():
    meshes = [box((2, 2, 1), (0, 0, 0.5)), box((1, 1, 1), (0, 0, 1.5)), box((1, 1, 1), (5, 0, 0.5))]
    truth = Truth(world_of(meshes, orbit(9, 5, 2)))
    assert truth.contacts() == ((1, 2),)
    assert truth.supports() == {1: 0, 2: 0, 3: 0}
    inside = truth.is_free(np.array([[0, 0, 0.5], [0, 0, 3], [5, 0.4, 0.9], [5, 0.6, 0.9], [0, 0, -0.05]]))
    assert inside.tolist() == [False, True, False, True, False]
    assert truth.floor_area_m2() is None
