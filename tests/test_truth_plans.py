"""The truth of plans in hand-made worlds: what is hit, by a millimetre too; where a way ends; what is in the way."""

from dataclasses import replace

import numpy as np
import pytest

from small_worlds import GREY, box, cylinder, orbit, world_of
from spacevista.geometry.poses import Pose
from spacevista.sim.truth import Truth
from spacevista.sim.truth_floor import Walks, turns_deg, walk_of
from spacevista.sim.truth_moves import (
    box_seen_from,
    first_hit,
    in_the_way,
    levelled_axes,
    overlap_from,
    shifts_of,
    side_reached,
)
from spacevista.sim.world import Body

# The first camera looks along +y: x is to its right.
PATH = (Pose.looking_at((0, -3, 2), (0, 0, 0)), *orbit(3, 2, 3))


def truth_of(*meshes, structure=()):
    world = world_of(list(meshes), PATH, size=1.0)
    return Truth(replace(world, bodies=world.bodies + tuple(Body(0, "wall", mesh, GREY) for mesh in structure)))


def brick(x, y=0.0, sides=(0.1, 0.1, 0.1), base=0.0):
    return box(sides, (x, y, base + sides[2] / 2))


def test_levelled_axes_are_right_forward_and_up():
    assert levelled_axes(truth_of(brick(0)), 0) == pytest.approx(np.eye(3))


def test_moves_add_up():
    shifts = shifts_of(truth_of(brick(0)), 0, ["up", "left", "forward", "down"], [0.2, 0.3, 0.1, 0.2])
    assert shifts[-1] == pytest.approx([-0.3, 0.1, 0.0])
    assert len(shifts) == 5


@pytest.mark.parametrize(("aside", "hit"), [(0.099, 2), (0.101, None)])
def test_a_path_1_mm_through_a_brick_hits_it_and_1_mm_past_does_not(aside, hit):
    truth = truth_of(brick(0), brick(0.5, aside))
    assert first_hit(truth, 1, shifts_of(truth, 0, ["right"], [1.0])) == hit


@pytest.mark.parametrize(("above", "hit"), [(-0.001, 2), (0.001, None)])
def test_a_path_that_grazes_the_top_of_a_can_by_1_mm_hits_it(above, hit):
    # The can is 0.2 high, the brick's underside is 1 mm below its top: it passes over a chord of the rim only.
    truth = truth_of(brick(0, base=0.2 + above), cylinder(0.05, 0.2, (0.5, 0.098, 0)))
    assert first_hit(truth, 1, shifts_of(truth, 0, ["right"], [1.0])) == hit


def test_a_sheet_of_a_tenth_of_a_millimetre_is_not_jumped_over():
    truth = truth_of(brick(0), brick(0.5, sides=(1e-4, 0.1, 0.1)))
    assert first_hit(truth, 1, shifts_of(truth, 0, ["right"], [1.0])) == 2


def test_sliding_over_the_table_is_no_hit_but_going_through_it_is():
    truth = truth_of(brick(0), brick(0.5))
    assert first_hit(truth, 1, shifts_of(truth, 0, ["forward"], [0.5])) is None
    assert first_hit(truth, 1, shifts_of(truth, 0, ["down"], [0.01])) == 0


def test_over_or_around_an_obstacle_is_free_and_the_first_of_two_is_named():
    truth = truth_of(brick(0), brick(0.5), brick(0.3))
    assert first_hit(truth, 1, shifts_of(truth, 0, ["right"], [1.0])) == 3
    assert first_hit(truth, 1, shifts_of(truth, 0, ["up", "right", "down"], [0.11, 1.0, 0.11])) is None
    assert first_hit(truth, 1, shifts_of(truth, 0, ["up", "right", "down"], [0.11, 0.5, 0.11])) == 2


def test_the_side_that_is_reached_needs_gap_line_and_level():
    truth = truth_of(brick(0), brick(0.5))

    def side(*shift, tolerance=0.01):
        return side_reached(truth, 0, (1, 2), np.array(shift), 0.02, tolerance)

    # Left of it: the faces are 0.02 apart where the middle is at 0.5 - 0.05 - 0.02 - 0.05 = 0.38.
    assert side(0.38, 0, 0) == "left"
    assert side(0.389, 0.009, 0) == "left"
    assert side(0.395, 0, 0) is None
    assert side(0.38, 0.02, 0) is None
    assert side(0.38, 0, 0.02) is None
    assert [side(0.62, 0, 0), side(0.5, -0.12, 0), side(0.5, 0.12, 0), side(0.5, 0, 0.12)] == [
        "right", "front", "behind", "top",
    ]  # fmt: skip


def test_what_is_in_the_way_lies_before_the_goal_and_on_the_line():
    truth = truth_of(brick(0), brick(1.0), brick(0.5, 0.09), brick(0.5, -0.11), brick(1.4))
    assert in_the_way(truth, 0, 1, 2) == [3]
    assert in_the_way(truth, 0, 2, 1) == [3]
    assert in_the_way(truth, 0, 1, 5) == [2, 3]


def test_boxes_meet_only_by_overlap():
    low, high = np.zeros(3), np.ones(3)
    step = np.array([10.0, 0, 0])
    assert overlap_from(low, high, np.array([4.0, 0, 0]), np.array([5.0, 1, 1]), step) == pytest.approx(0.3)
    assert np.isinf(overlap_from(low, high, np.array([4.0, 1, 0]), np.array([5.0, 2, 1]), step))
    assert np.isinf(overlap_from(low, high, np.array([-4.0, 0, 0]), np.array([-3.0, 1, 1]), step))


def test_a_box_is_seen_along_the_cameras_axes():
    truth = truth_of(brick(0.2, 0.3))
    assert box_seen_from(truth, 0, 1) == pytest.approx(np.array([[0.15, 0.25, 0], [0.25, 0.35, 0.1]]))


# Walking. The agent is 0.2 wide and 0.5 tall.


def walks(*meshes, structure=()):
    return Walks(truth_of(*meshes, structure=structure), 0.2, 0.5)


@pytest.mark.parametrize(("aside", "hit"), [(0.149, 1), (0.151, None)])
def test_a_walk_1_mm_into_a_brick_runs_into_it_and_1_mm_past_does_not(aside, hit):
    # Half of the brick and the agent's radius: 0.15.
    assert walks(brick(0.5, aside)).first_hit(np.array([[0, 0], [1.0, 0]])) == hit


def test_a_walk_stays_off_flat_things_and_passes_under_what_is_above_its_head():
    pond = box((0.3, 0.3, 0.002), (0.5, 0, 0.001))
    roof = box((0.3, 0.3, 0.1), (0.5, 0, 0.56))
    way = np.array([[0, 0], [1.0, 0]])
    assert walks(pond).first_hit(way) == 1
    assert walks(roof).first_hit(way) is None
    assert walks(box((0.3, 0.3, 0.1), (0.5, 0, 0.54))).first_hit(way) == 1


def test_a_walk_stops_at_walls_and_at_the_edge_of_the_ground_but_not_at_a_kerb():
    far = brick(3, 3)
    way = np.array([[0, 0], [1.0, 0]])
    assert walks(far, structure=[box((0.01, 1, 1), (0.5, 0, 0.5))]).first_hit(way) == 0
    assert walks(far, structure=[box((0.2, 1, 0.05), (0.5, 0, 0.025))]).first_hit(way) is None
    assert walks(far).first_hit(np.array([[0, 0], [40.0, 0]])) == 0  # the plate is 10 wide
    assert walks(far).first_hit(way) is None


def test_distance_is_from_above_and_to_the_nearest_edge():
    floating = walks(brick(0.5, base=2.0))
    assert floating.distance_m(np.array([0.0, 0.0]), 1) == pytest.approx(0.45, abs=1e-5)
    assert floating.distance_m(np.array([0.5, 0.25]), 1) == pytest.approx(0.2, abs=1e-5)


def test_headings_are_clockwise_from_the_way_into_the_picture():
    way = walk_of(truth_of(brick(0)), 0, np.zeros(2), [0, 90, 180], [1, 2, 3])
    assert way == pytest.approx(np.array([[0, 0], [0, 1], [2, 1], [2, -2]]), abs=1e-12)


def test_turns_are_right_positive_and_begin_with_what_is_faced():
    # From the origin facing +y, then to +x (right), on to -y (right again), then back the same way (about).
    way = np.array([[0, 0], [1, 0], [1, -1], [1, 0]], float)
    turns = turns_deg(truth_of(brick(0, 5)), way, 1)
    assert turns[:2] == pytest.approx([90, 90])
    assert abs(turns[2]) == pytest.approx(180)
