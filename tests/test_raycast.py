"""Rendered depth and ids against scenes whose rays can be solved by hand: boxes on a plane, from 1 mm to 1 km."""

from itertools import combinations, product

import numba as nb
import numpy as np
import pytest

from spacevista.captures.record import SKY_ID
from spacevista.geometry.cameras import Camera
from spacevista.geometry.poses import Pose, rotation_about
from spacevista.sim.raycast import RayScene, camera_rays
from spacevista.sim.world import Body, Material, Mesh

CAMERA = Camera.from_fov(320, 240, 60)
CORNERS = np.array(list(product((-1.0, 1.0), repeat=3)))
# Corners counted as in CORNERS (x slowest), counter-clockwise from outside.
SIDES = [(0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3)]
BOX_FACES = np.array([face for a, b, c, d in SIDES for face in ((a, b, c), (a, c, d))])
# Half sides, centre and yaw (degrees) in units of the scene's size; all on the ground z = 0 and apart.
BOXES = [
    ((0.11, 0.07, 0.05), (0.0, 0.0, 0.05), 20.0),
    ((0.04, 0.04, 0.12), (-0.25, 0.1, 0.12), 45.0),
    ((0.09, 0.02, 0.03), (0.22, -0.12, 0.03), -33.0),
]
GROUND_HALF = 0.5


def box_pose(box, size_m):
    _, centre, yaw = box
    return Pose(rotation_about((0, 0, 1), yaw), np.array(centre) * size_m)


def scene(size_m):
    bodies = []
    for number, box in enumerate(BOXES, start=1):
        corners = box_pose(box, size_m).apply(CORNERS * np.array(box[0]) * size_m)
        bodies.append(Body(number, "box", Mesh(corners, BOX_FACES, np.zeros(12)), (Material((0.5, 0.5, 0.5)),)))
    ground = GROUND_HALF * size_m * np.array([[-1, -1, 0], [1, -1, 0], [1, 1, 0], [-1, 1, 0]])
    faces = np.array([[0, 1, 2], [0, 2, 3]])
    bodies.append(Body(0, "ground", Mesh(ground, faces, np.zeros(2)), (Material((0.5, 0.5, 0.5)),)))
    return tuple(bodies)


def view(size_m):
    return Pose.looking_at(np.array([0.35, -0.6, 0.4]) * size_m, np.array([0, 0, 0.05]) * size_m)


def expected(size_m, pose):
    """Solve every pixel's ray in float64: slabs of the boxes, then the square of ground; the nearest wins."""
    rays = pose.rotate(CAMERA.rays()).reshape(-1, 3)
    eye = pose.translation_m
    with np.errstate(divide="ignore", invalid="ignore"):
        t = -eye[2] / rays[:, 2]
        on_ground = np.abs(eye[:2] + t[:, None] * rays[:, :2]).max(axis=1) < GROUND_HALF * size_m
        depth = np.where((t > 0) & on_ground, t, np.inf)
        ids = np.where(np.isfinite(depth), 0, SKY_ID)
        for number, box in enumerate(BOXES, start=1):
            into_box = box_pose(box, size_m).inverse()
            start, along = into_box.apply(eye), into_box.rotate(rays)
            half = np.array(box[0]) * size_m
            slabs = np.sort(np.stack([(-half - start) / along, (half - start) / along]), axis=0)
            enter, leave = slabs[0].max(axis=1), slabs[1].min(axis=1)
            nearer = (enter < leave) & (enter > 0) & (enter < depth)
            depth, ids = np.where(nearer, enter, depth), np.where(nearer, number, ids)
    return np.where(np.isfinite(depth), depth, 0).reshape(240, 320), ids.reshape(240, 320)


def edge_distance_px(size_m, pose, pixels):
    """Return the distance of pixels (N, 2) to the nearest projected edge of a box or of the ground."""
    edges = []
    for box in BOXES:
        corners = box_pose(box, size_m).apply(CORNERS * np.array(box[0]) * size_m)
        # Corners that differ in one coordinate share an edge.
        edges += [(corners[i], corners[j]) for i, j in combinations(range(8), 2) if (i ^ j).bit_count() == 1]
    ground = scene(size_m)[-1].mesh.vertices_m
    edges += [(ground[i], ground[(i + 1) % 4]) for i in range(4)]
    ends = pose.inverse().apply(np.array(edges))
    assert (ends[..., 2] > 0).all()
    a, b = CAMERA.project(ends)[0].transpose(1, 0, 2)
    along = b - a
    share = np.einsum("nei,ei->ne", pixels[:, None] - a, along) / (along**2).sum(axis=1)
    nearest = a + np.clip(share, 0, 1)[..., None] * along
    return np.linalg.norm(pixels[:, None] - nearest, axis=2).min(axis=1)


@pytest.mark.parametrize("size_m", [1e-3, 1.0, 1e3])
def test_depth_and_ids_of_boxes_on_a_plane(size_m):
    pose = view(size_m)
    depth, ids = RayScene(scene(size_m)).depth_and_ids(CAMERA, pose)
    true_depth, true_ids = expected(size_m, pose)
    assert set(np.unique(true_ids)) == {-1, 0, 1, 2, 3}
    same = ids == true_ids
    rows, columns = np.nonzero(~same)
    if len(rows):
        pixels = np.column_stack([columns + 0.5, rows + 0.5])
        assert edge_distance_px(size_m, pose, pixels).max() < 1e-3
    seen = same & (true_ids >= 0)
    assert (np.abs(depth - true_depth)[seen] / true_depth[seen]).max() < 1e-5
    assert (depth[same & (true_ids == SKY_ID)] == 0).all()


@pytest.mark.parametrize("size_m", [1e-3, 1.0, 1e3])
def test_hits_carry_the_normal_and_the_place_in_the_face(size_m):
    bodies, pose = scene(size_m), view(size_m)
    rays = camera_rays(CAMERA, pose)
    hits = RayScene(bodies).hits(pose.translation_m, rays)
    hit = np.flatnonzero(hits.body == 0)[::50]
    mesh = bodies[0].mesh
    corners = mesh.vertices_m[mesh.faces[hits.face[hit]]]
    u, v = hits.u[hit, None], hits.v[hit, None]
    inside = (1 - u - v) * corners[:, 0] + u * corners[:, 1] + v * corners[:, 2]
    np.testing.assert_allclose(inside, pose.translation_m + hits.distance[hit, None] * rays[hit], atol=1e-5 * size_m)
    cross = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    np.testing.assert_allclose(hits.normal[hit], cross / np.linalg.norm(cross, axis=1, keepdims=True), atol=1e-5)


def test_occlusion_ends_at_the_stated_length():
    # The middle box is 0.1 high: straight down from 0.3 its top is 0.2 away.
    rays = RayScene(scene(1.0))
    start, down = np.array([0.0, 0.0, 0.3]), np.array([[0.0, 0.0, -1.0]] * 2)
    assert rays.occluded(start, down, np.array([0.19, 0.21], np.float32)).tolist() == [False, True]


def test_no_rays_give_no_hits():
    rays = RayScene(scene(1.0))
    assert len(rays.hits(np.zeros(3), np.zeros((0, 3))).body) == 0
    assert len(rays.occluded(np.zeros(3), np.zeros((0, 3)), 1.0)) == 0


@pytest.mark.skipif(nb.config.NUMBA_NUM_THREADS < 2, reason="needs two threads")
def test_the_number_of_threads_changes_nothing():
    rays, pose = RayScene(scene(1.0)), view(1.0)
    before = nb.get_num_threads()
    try:
        results = []
        for threads in (1, 2):
            nb.set_num_threads(threads)
            results.append(rays.depth_and_ids(CAMERA, pose))
    finally:
        nb.set_num_threads(before)
    np.testing.assert_array_equal(results[0][0], results[1][0])
    np.testing.assert_array_equal(results[0][1], results[1][1])
