"""What depth maps say about a point: planes, slanted planes, depth edges, sky, holes, and a whole orbit."""

import numpy as np
import pytest

from small_worlds import box, ground, orbit
from spacevista.captures.record import SKY_ID
from spacevista.geometry.cameras import Camera
from spacevista.geometry.freespace import FREE, NOBODY, OTHER, OWN, SECOND, SMOOTH_PIXELS, DepthView, observe
from spacevista.geometry.poses import Pose
from spacevista.sim.raycast import RayScene
from spacevista.sim.world import Body, Material

CAMERA = Camera(64, 48, 64.0, 64.0, 32.0, 24.0)
# On a smooth exact surface a point is free if it is nearer than the surface by 1/32 of a pixel's footprint.
TOLERANCE = SMOOTH_PIXELS / 8 / 64.0
SCALES = [1e-3, 1.0, 1e3]


def view_of(depth_m, ids=None, error_rel=0.0, pose=None):
    depth_m = np.asarray(depth_m, dtype=np.float32)
    ids = np.zeros(depth_m.shape, dtype=np.int32) if ids is None else np.asarray(ids, dtype=np.int32)
    return DepthView.of(CAMERA, pose or Pose.identity(), depth_m, ids, SKY_ID, error_rel)


def at(u, v, z):
    """Points (N, 3) at pixels (u, v) and z-depth z."""
    u, v, z = (np.atleast_1d(np.asarray(part, dtype=np.float64)) for part in (u, v, z))
    u, v, z = np.broadcast_arrays(u, v, z)
    return CAMERA.back_project(np.stack([u, v], axis=-1), z)


def free(points_m, *views):
    return (observe(points_m, 0.0, views, NOBODY) & FREE) != 0


@pytest.mark.parametrize("metre", SCALES)
def test_in_front_of_a_plane_is_free_and_behind_is_not(metre):
    view = view_of(np.full((48, 64), 2 * metre))
    u, v = np.random.default_rng(0).uniform((2, 2), (62, 46), (500, 2)).T
    assert free(at(u, v, 1e-3 * metre), view).all()
    assert free(at(u, v, 2 * metre * (1 - 1.01 * TOLERANCE)), view).all()
    assert not free(at(u, v, 2 * metre * (1 - 0.99 * TOLERANCE)), view).any()
    assert not free(at(u, v, 2 * metre), view).any()
    assert not free(at(u, v, 100 * metre), view).any()


@pytest.mark.parametrize("metre", SCALES)
def test_between_pixels_a_slanted_plane_is_exact(metre):
    # The plane n.x = d has inverse depth n.(ray)/d, affine in the picture: bilinear interpolation makes no error, so
    # the limit between free and not free lies at the tolerance alone, wherever between the pixels the point is.
    normal, offset = np.array([0.6, -0.3, 1.0]), 2 * metre
    inverse = np.einsum("vuk,k->vu", CAMERA.back_project(CAMERA.pixel_centres(), np.ones((48, 64))), normal) / offset
    view = view_of(1 / inverse)
    u, v = np.random.default_rng(1).uniform((2, 2), (62, 46), (500, 2)).T
    z = offset / (at(u, v, 1.0) @ normal)
    assert z.max() > 1.8 * z.min()  # it is slanted
    # 1e-6: depth is float32.
    assert free(at(u, v, z * (1 - TOLERANCE - 1e-6)), view).all()
    assert not free(at(u, v, z * (1 - TOLERANCE + 1e-6)), view).any()


def test_at_a_depth_edge_nothing_within_one_pixel_of_the_nearer_surface_is_carved():
    # Columns up to 31 (the last centre at 31.5) are at 1 m, the others at 3 m. Where the near surface ends between
    # the centres 31.5 and 32.5 nobody knows.
    depth = np.full((48, 64), 3.0)
    depth[:, :32] = 1.0
    view = view_of(depth)
    between = np.linspace(31.0, 32.499, 50)
    assert not free(at(between, 20.3, 2.0), view).any()
    assert free(at(between, 20.3, 0.9), view).all()
    beyond = np.linspace(32.501, 60, 50)
    assert free(at(beyond, 20.3, 2.0), view).all()


def test_sky_carves_everything_and_a_hole_in_the_depth_nothing():
    depth, ids = np.full((48, 64), 2.0), np.zeros((48, 64))
    depth[:10], ids[:10] = 0, SKY_ID
    depth[30, 40] = 0
    view = view_of(depth, ids)
    far = np.array([1e-3, 1.0, 1e3, 1e6])
    assert free(at(20.0, 5.2, far), view).all()
    # All four cells around the hole's centre (40.5, 30.5) are silent, in front of the plane too.
    around = np.linspace(39.51, 41.49, 15)
    assert not free(at(around, 30.2, 1.0), view).any()
    assert free(at([39.4, 41.6], 30.2, 1.0), view).all()


def test_beyond_the_picture_and_behind_the_camera_nothing_is_known():
    view = view_of(np.full((48, 64), 2.0), np.full((48, 64), 7))
    points = np.concatenate([at([-5.0, 70.0], 20.0, 1.0), at(20.0, [-3.0, 60.0], 1.0), [[0.0, 0.0, -1.0]]])
    assert (observe(points, 10.0, (view,), 7) == 0).all()


def test_points_at_a_surface_are_told_apart_by_whose_surface_it_is():
    ids = np.full((48, 64), 4)
    ids[:, :20], ids[:, 20:40] = 7, 9
    view = view_of(np.full((48, 64), 2.0), ids)
    behind, reach = 2.05, 0.1  # within reach of the surface, and not free
    flags = observe(at([10.5, 30.5, 50.5], 20.5, behind), reach, (view,), 7, 9)
    assert flags.tolist() == [OWN, SECOND, OTHER]
    assert observe(at([10.5, 30.5, 50.5], 20.5, 2.2), reach, (view,), 7, 9).tolist() == [0, 0, 0]
    # Just in front of its surface a point is free and at the surface; a second object that nobody asked for is other.
    assert observe(at(10.5, 20.5, 1.95), reach, (view,), 7).tolist() == [FREE | OWN]
    assert observe(at(30.5, 20.5, behind), reach, (view,), 7).tolist() == [OTHER]


def test_noise_carves_only_what_is_three_standard_errors_nearer():
    view = view_of(np.full((48, 64), 2.0), error_rel=0.01)
    limit = 2 * (1 - 0.03 - TOLERANCE)
    assert free(at(20.3, 20.3, limit - 0.01), view).all()
    assert not free(at(20.3, 20.3, limit + 0.01), view).any()


@pytest.mark.parametrize("metre", SCALES)
def test_an_orbit_carves_all_around_a_solid_and_nothing_of_it(metre):
    mesh = box((1 * metre, 0.6 * metre, 0.4 * metre), (0, 0, 0.2 * metre))
    bodies = (ground(10 * metre), Body(1, "box", mesh, (Material((0.5, 0.5, 0.5)),)))
    rays = RayScene(bodies)
    views = []
    for pose in orbit(2.5 * metre, 1.8 * metre, 8, (0, 0, 0.2 * metre)):
        depth, ids = rays.depth_and_ids(CAMERA, pose)
        views.append(DepthView.of(CAMERA, pose, depth, ids, SKY_ID, 0.0))
    # A pixel's footprint is at most 3.6 / 64 = 0.056 at the far end of the box; a silhouette may be a pixel off.
    footprint = 0.056 * metre
    rng = np.random.default_rng(2)
    size = np.array([1, 0.6, 0.4]) * metre
    inside = rng.uniform(-0.5, 0.5, (4000, 3)) * (size - 2 * footprint) + np.array([0, 0, 0.2 * metre])
    assert not free(inside, *views).any()
    around = rng.uniform((-1, -0.8, 0.06), (1, 0.8, 0.8), (4000, 3)) * metre
    gap = np.maximum(np.abs(around - (0, 0, 0.2 * metre)) - size / 2, 0)
    clear = np.linalg.norm(gap, axis=1) > 2 * footprint
    assert free(around[clear], *views).all()
    # Under the ground nobody sees.
    assert not free(rng.uniform((-1, -0.8, -0.5), (1, 0.8, -0.01), (500, 3)) * metre, *views).any()
