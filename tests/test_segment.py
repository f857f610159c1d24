"""Objects by geometry: on analytic worlds without ids, and piece by piece on cells placed by hand."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from small_captures import capture_of, changed, with_depth_noise
from small_worlds import box, cylinder, orbit
from spacevista.annotate.annotate import annotate
from spacevista.annotate.segment import with_objects
from spacevista.annotate.segment_cells import Cells, groups, links, normals
from spacevista.annotate.segment_feet import hangs_loosely, on_feet
from spacevista.annotate.segment_judge import Stage, judged, unsure_beside, why_not
from spacevista.annotate.segment_parts import looks_like_two
from spacevista.annotate.segment_planes import Near, Room, bounding_planes, level_parts, nearness
from spacevista.geometry.points import within_hull
from spacevista.geometry.poses import Pose
from spacevista.qa.naming import sightings_of

UP = np.array([0.0, 0.0, 1.0])
BOX, POST = box((1, 0.7, 0.5), (0, 0, 0.25), 30), cylinder(0.3, 0.8, (1.5, 0, 0))


def unlabelled(capture):
    """The capture without ids and names."""
    return replace(changed(capture, lambda _, depth, ids: (depth, None)), categories={})


def maps(capture):
    return [frame.images.ids() for frame in capture.frames]


def iou(found, true):
    """Mean IoU of every found id with the true one that it shares most pixels with, and that one's id, by found id."""
    out = {}
    for number in range(1, max(int(ids.max()) for ids in found) + 1):
        inside = np.concatenate([t[f == number] for f, t in zip(found, true, strict=True)])
        best = int(np.bincount(np.maximum(inside, 0)).argmax())
        pairs = [((f == number), (t == best)) for f, t in zip(found, true, strict=True)]
        out[number] = (best, float(np.mean([(f & t).sum() / (f | t).sum() for f, t in pairs if (f | t).any()])))
    return out


@pytest.mark.parametrize("metre", [1e-3, 1.0, 1e2])
def test_a_box_and_a_post_are_found_at_every_scale(metre):
    meshes = [replace(mesh, vertices_m=mesh.vertices_m * metre) for mesh in (BOX, POST)]
    capture = capture_of(meshes, orbit(4 * metre, 3 * metre, 8, (0.7 * metre, 0, 0)), size=metre)
    found = with_objects(unlabelled(capture))
    matched = iou(maps(found), maps(capture))
    assert sorted(true for true, _ in matched.values()) == [1, 2]
    assert min(share for _, share in matched.values()) > 0.9
    assert found.corrected[-1] == ("ids", "none given: 2 objects found by geometry")


def test_noisy_depth_gives_the_same_objects_and_they_have_no_names():
    # 0.3 % of 5 m is 15 mm, less than the footprint of a pixel: 5 m x 0.93 / 160 = 29 mm.
    capture = capture_of([BOX, POST], orbit(4, 3, 8, (0.7, 0, 0)))
    found = with_objects(unlabelled(with_depth_noise(capture, 0.003)))
    matched = iou(maps(found), maps(capture))
    assert sorted(true for true, _ in matched.values()) == [1, 2]
    assert min(share for _, share in matched.values()) > 0.7
    scene = annotate(found)
    sightings = sightings_of(scene)
    assert len(scene.objects) == 2
    assert all(sightings.name(thing.id, range(len(scene.frames))) is None for thing in scene.objects)


def test_the_same_capture_gives_the_same_ids():
    capture = unlabelled(with_depth_noise(capture_of([BOX, POST], orbit(4, 3, 4, (0.7, 0, 0))), 0.003))
    first, second = (maps(with_objects(capture)) for _ in range(2))
    assert all(np.array_equal(a, b) for a, b in zip(first, second, strict=True))


def test_a_bare_plate_has_no_objects():
    found = with_objects(unlabelled(capture_of([], orbit(4, 3, 4), size_px=(80, 60))))
    assert not any(ids.any() for ids in maps(found))


def test_what_stands_amid_a_table_is_not_the_tables():
    # A block of 0.5 m amid a top of 1.6 x 1.3 m: 0.4 m of it all around.
    table, thing = box((1.6, 1.3, 0.6), (0, 0, 0.3)), box((0.5, 0.5, 0.5), (0, 0, 0.85))
    capture = capture_of([table, thing], orbit(3, 3, 5), size_px=(240, 180))
    matched = iou(maps(with_objects(unlabelled(capture))), maps(capture))
    assert sorted(true for true, _ in matched.values()) == [1, 2]
    assert min(share for _, share in matched.values()) > 0.85


def test_ids_or_missing_depth_leave_a_capture_as_it_is():
    capture = capture_of([BOX], orbit(4, 3, 2), size_px=(80, 60))
    assert with_objects(capture) is capture
    bare = changed(capture, lambda *_: (None, None))
    assert with_objects(bare) is bare


def test_sparse_depth_is_left_alone_and_says_so():
    def sparse(_, depth, ids):
        kept = np.zeros_like(depth)
        kept[::6, ::6] = depth[::6, ::6]
        return kept, None

    found = with_objects(changed(capture_of([BOX], orbit(4, 3, 2)), sparse))
    assert found.dropped[-1][0] == "objects by geometry"
    assert "too sparse" in found.dropped[-1][1]
    assert all(frame.images.ids() is None for frame in found.frames)


def test_a_capture_without_gravity_says_so():
    # Two cameras on opposite sides that look straight down: their own up directions cancel.
    straight = np.diag([1.0, -1.0, -1.0])
    path = [Pose(turn @ straight, np.array([0.0, 0, 4])) for turn in (np.eye(3), np.diag([-1.0, -1.0, 1.0]))]
    found = with_objects(replace(unlabelled(capture_of([BOX], path, size_px=(80, 60))), up=None))
    assert found.dropped[-1] == (
        "objects by geometry",
        "gravity: no dominant plane is level with the cameras; state `up` with the capture",
    )


def cells_at(places, size_m=0.01):
    """Cells at whole-number places, their points in the middle, normals up."""
    places = np.asarray(places, dtype=np.int64)
    count = len(places)
    full = np.ones(count, dtype=bool)
    return Cells(size_m, places, (places + 0.5) * size_m, np.tile(UP, (count, 1)), np.full(count, 3), full, ())


def block(x, y, z):
    """All places in three ranges."""
    return np.stack(np.meshgrid(np.arange(*x), np.arange(*y), np.arange(*z), indexing="ij"), axis=-1).reshape(-1, 3)


def floor_of(cells, numbers):
    return Room(numbers, cells.centre_m[numbers], np.tile(UP, (len(numbers), 1)))


def stood(*pieces):
    """Pieces over a floor of 60 x 60 cells at z = 0: cells, room, how near they are, and the pieces' cell numbers."""
    floor = block((-30, 30), (-30, 30), (0, 1))
    cells = cells_at(np.concatenate([floor, *pieces]))
    ends = np.cumsum([len(floor), *map(len, pieces)])
    numbers = [np.arange(*pair) for pair in pairwise(ends)]
    room = floor_of(cells, np.arange(len(floor)))
    return cells, room, nearness(room, cells), numbers


def test_cells_that_share_a_face_an_edge_or_a_corner_touch():
    places = np.array([[0, 0, 0], [1, 1, 1], [1, 0, 0], [3, 0, 0], [-1, 0, 1]])
    # Of the 10 pairs, those whose places differ by at most 1 along every axis.
    assert {tuple(sorted(pair)) for pair in links(places).tolist()} == {(0, 1), (0, 2), (1, 2), (0, 4)}
    assert groups(5, links(places)).tolist() == [0, 0, 0, 1, 0]
    assert links(np.empty((0, 3), dtype=np.int64)).shape == (0, 2)


def test_cells_at_the_two_ends_of_a_row_do_not_touch():
    # Numbered row by row, (0, 2) and (1, 0) follow each other.
    assert links(np.array([[0, 0, 2], [0, 1, 0]])).tolist() == []


def test_normals_of_a_tilted_plate_face_those_who_see_it():
    # z = x / 2: the normal is (-1, 0, 2) / sqrt(5), 27 degrees from up; cells are rounded, their points are not.
    flat = block((0, 12), (0, 12), (0, 1))[:, :2]
    points = np.column_stack([flat, flat[:, 0] / 2]) + 0.5
    found = normals(np.floor(points).astype(np.int64), points, np.tile(-UP, (len(points), 1)))
    assert np.allclose(found, -np.array([-1, 0, 2]) / np.sqrt(5), atol=1e-6)


def test_a_step_parts_two_levels_and_a_slope_does_not():
    low, high = block((0, 10), (0, 10), (0, 1)), block((10, 20), (0, 10), (1, 2))
    assert [len(part) for part in level_parts(cells_at(np.concatenate([low, high])), np.arange(200), UP)] == [100, 100]
    sloping = cells_at(np.concatenate([low, high]))
    gentle = sloping.centre_m - np.outer(sloping.places[:, 2] * 0.8 * sloping.size_m, UP)
    # A rise of 0.2 cells is under STEP = 0.35.
    assert [len(part) for part in level_parts(replace(sloping, centre_m=gentle), np.arange(200), UP)] == [200]


def test_a_table_top_gets_its_legs_and_a_stool_under_it_stays_its_own():
    top = block((-12, 12), (-8, 8), (15, 16))
    legs = [block((x, x + 2), (y, y + 2), (1, 14)) for x in (-11, 9) for y in (-7, 5)]
    cells, room, near, numbers = stood(top, *legs)
    large = np.array([True, False, False, False, False])
    standing = on_feet(cells, room, near, numbers, large, UP)
    (whole,) = standing.pieces
    assert sorted(whole.tolist()) == list(range(3600, len(cells.places)))
    # 8 x 8 of the top's 24 x 16 cells is no leg: either may belong to the other, so there is neither.
    cells, room, near, numbers = stood(top, block((-4, 4), (-4, 4), (1, 8)))
    standing = on_feet(cells, room, near, numbers, np.array([True, True]), UP)
    assert (len(standing.pieces), len(standing.floating), len(standing.doubtful)) == (0, 1, 1)


def test_a_thin_piece_below_a_thing_that_stands_may_be_its_leg():
    stand, top = block((-12, -10), (-8, 8), (1, 15)), block((-12, 12), (-8, 8), (15, 16))
    post = block((8, 9), (0, 2), (1, 10))
    cells, room, near, numbers = stood(np.concatenate([stand, top]), post)
    standing = on_feet(cells, room, near, numbers, np.array([True, True]), UP)
    assert (len(standing.pieces), len(standing.doubtful)) == (1, 1)
    assert len(standing.pieces[0]) == len(stand) + len(top)


def test_a_bowl_whose_foot_is_out_of_sight_stands_and_a_lamp_does_not():
    bowl = block((-20, 20), (-20, 20), (5, 7))
    # 4 cells above the floor, its extent 40 x 40 x 2: under 5 % of 57 is a gap of 2.8 only.
    cells, room, near, numbers = stood(bowl)
    assert not on_feet(cells, room, near, numbers, np.array([True]), UP).pieces
    wide = block((-29, 29), (-29, 29), (4, 6))  # a gap of 4 is under 5 % of 57 x sqrt(2) = 81
    cells, room, near, numbers = stood(wide)
    assert len(on_feet(cells, room, near, numbers, np.array([True]), UP).pieces) == 1


def test_things_apart_but_for_a_bridge_look_like_two_and_a_table_does_not():
    pair = np.concatenate([block((-14, -4), (-5, 5), (1, 12)), block((4, 14), (-5, 5), (1, 12))])
    bridge = block((-4, 4), (0, 1), (1, 2))
    cells, _, near, (numbers,) = stood(np.concatenate([pair, bridge]))
    assert looks_like_two(cells, numbers, near, UP)
    table = [block((x, x + 2), (y, y + 2), (1, 14)) for x in (-12, 10) for y in (-8, 6)]
    cells, _, near, (numbers,) = stood(np.concatenate([block((-12, 12), (-8, 8), (14, 16)), *table]))
    assert not looks_like_two(cells, numbers, near, UP)


def test_a_board_hangs_on_a_wall_and_papers_that_touch_do_not():
    wall = block((-30, 30), (0, 1), (0, 40))
    cells = cells_at(np.concatenate([wall, block((-10, 10), (1, 3), (10, 30))]))
    room = Room(np.arange(len(wall)), cells.centre_m[: len(wall)], np.tile([0.0, 1.0, 0.0], (len(wall), 1)))
    near = nearness(room, cells)
    assert not hangs_loosely(cells, np.arange(len(wall), len(cells.places)), room, near, UP)
    # Two papers of 10 x 10, five apart both ways, fill 200 of 24^2 - 15^2 = 351 cells of their outline: 0.57.
    papers = np.concatenate([block((-15, -5), (1, 2), (5, 15)), block((0, 10), (1, 2), (20, 30))])
    cells = cells_at(np.concatenate([wall, papers]))
    near = nearness(room, cells)
    assert hangs_loosely(cells, np.arange(len(wall), len(cells.places)), room, near, UP)
    # A stand that leans on the wall with its upper edge only.
    leaning = np.concatenate([block((-10, 10), (12 - k // 2, 13 - k // 2), (8 + k, 9 + k)) for k in range(22)])
    cells = cells_at(np.concatenate([wall, leaning]))
    near = nearness(room, cells)
    assert hangs_loosely(cells, np.arange(len(wall), len(cells.places)), room, near, UP)


def stage_of(cells, room, near, pixels):
    return Stage(cells, room, near, UP, np.asarray(pixels, dtype=np.int32), ())


def test_every_other_reason_why_a_group_is_no_object():
    cells, room, near, (numbers,) = stood(block((-5, 5), (-5, 5), (1, 15)))
    count, none = len(cells.places), np.zeros(len(cells.places), dtype=np.int32)
    well = np.full((3, count), 4)  # 1,400 cells: 5,600 pixels in each of three frames
    assert why_not(stage_of(cells, room, near, well), numbers, none) == ""
    # 400 pixels are needed in the best frame.
    assert why_not(stage_of(cells, room, near, np.zeros((3, count))), numbers, none) == "too small"
    once = np.array([[4], [0], [0]]).repeat(count, axis=1)
    assert why_not(stage_of(cells, room, near, once), numbers, none) == "seen from too few frames"
    # 16,800 pixels of its own; 5 in unsure cells beside each of its 1,400 are 7,000, over 0.4 of that.
    assert why_not(stage_of(cells, room, near, well), numbers, none + 5) == "seen from too few frames"
    inner = cells.inner.copy()
    inner[numbers[:200]] = False  # 14 % of it
    cut = replace(cells, inner=inner)
    assert why_not(stage_of(cut, room, near, well), numbers, none) == "cut by the border of what was looked at"
    cells, room, near, (flat,) = stood(block((-15, 15), (-15, 15), (1, 2)))
    well = np.full((3, len(cells.places)), 4)
    none = np.zeros(len(cells.places), dtype=np.int32)
    assert why_not(stage_of(cells, room, near, well), flat, none) == "no thicker than the room's surfaces"


def test_what_is_as_long_as_half_of_what_was_seen_is_too_large():
    beam = block((-29, 29), (-2, 2), (1, 8))
    cells, room, near, (numbers,) = stood(beam)
    pieces = judged(stage_of(cells, room, near, np.full((3, len(cells.places)), 4)), numbers, numbers[:0])
    assert (pieces.objects, pieces.rejected) == ((), (("too large", 1),))


def test_pixels_of_unsure_cells_count_for_one_sure_cell_each():
    cells = cells_at([[0, 0, 0], [0, 0, 1], [0, 0, 2], [0, 0, 9]])
    room = floor_of(cells, np.arange(0))
    stage = stage_of(cells, room, nearness(room, cells), [[1, 2, 4, 8]])
    # 1 lies between 0 and 2 and counts once; 3 touches nothing.
    found = unsure_beside(stage, np.array([0, 2]), np.array([1, 3]))
    assert sorted(found.tolist()) == [0, 0, 0, 2]
    assert found[[0, 2]].sum() == 2


def test_a_wall_bounds_the_scene_and_a_cupboards_front_does_not():
    floor, wall = block((0, 60), (0, 60), (0, 1)), block((0, 60), (60, 61), (0, 40))
    front = block((10, 25), (50, 51), (1, 31))  # 450 of 6,900 cells, 9 of them before the wall
    facing = np.array([0.0, -1.0, 0.0])
    cells = cells_at(np.concatenate([floor, wall, front]))
    cells.normal[len(floor) :] = facing
    planes = bounding_planes(cells, np.arange(len(floor)), np.random.default_rng(0))
    assert len(planes) == 1
    assert abs(float(planes[0].normal[0] @ facing)) == pytest.approx(1.0)
    assert set(planes[0].numbers.tolist()) == set(range(len(floor), len(floor) + len(wall)))


def test_points_within_a_hull():
    square = np.array([[0.0, 0], [2, 0], [2, 2], [0, 2], [1, 1]])
    inside = within_hull(np.array([[1.0, 1.5], [2.1, 1], [-0.1, -0.1]]), square)
    assert inside.tolist() == [True, False, False]
    assert not within_hull(np.array([1.0, 1.0]), np.array([[0.0, 0], [1, 1], [2, 2]])).any()


def test_near_of_no_room_touches_nothing():
    cells = cells_at(block((0, 3), (0, 3), (0, 1)))
    near = nearness(Room(np.empty(0, dtype=np.int64), np.empty((0, 3)), np.empty((0, 3))), cells)
    assert isinstance(near, Near)
    assert np.isinf(near.height_m).all()
    assert (near.surfaces == -1).all()
