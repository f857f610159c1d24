"""Manipulation, destinations and obstacles on an annotated table: plans, mirror and scale, attacks, every decline."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from hand_scenes import brick, facts, picture, reasons, rng, scene_of
from plan_worlds import table_scene, table_world
from spacevista.geometry.poses import rotation_about
from spacevista.geometry.sweeps import Boxes
from spacevista.qa.audit_plans import plan_is_right
from spacevista.scales import Scale
from spacevista.sim.truth import Truth
from spacevista.tasks.destination_location import destination_location
from spacevista.tasks.facts import Candidate, Decline
from spacevista.tasks.manipulation_planning import drawn_pairs, manipulation_planning, measure
from spacevista.tasks.obstacles_location import NOTHING, obstacles_location, where_it_is, which_one
from spacevista.tasks.plans import Move, Plan, nice_below, square
from spacevista.tasks.table_paths import SIDES, goal_beside, planned, surely_hit, why_it_fails
from spacevista.tasks.workspace import path_meets, swept_free, workspace_of

MIRROR = {"left": "right", "right": "left"}


@cache
def table(mirror=False, metre=1.0):
    return table_scene(mirror, metre)


@cache
def space(mirror=False, metre=1.0):
    return workspace_of(table(mirror, metre))


def manipulation(side, objects=(1, 2), mirror=False, metre=1.0):
    return measure(space(mirror, metre), Candidate("manipulation_planning", side, objects), rng())


def told(plan):
    return [(move.kind, round(move.length_m, 6)) for move in plan.moves]


def test_a_brick_is_led_around_a_wall():
    # Steps are a round number under 5 % of the median longest side, 0.1 m: 5 mm; gap 15 mm, clearance 5 mm.
    # In front of brick 2 (middle at y = 0.02) the middle is at 0.02 - 0.05 - 0.015 - 0.05 = -0.095. The wall reaches
    # from y = -0.12 to 0.18, so that it is passed at -0.12 - 0.05 - 0.005 = -0.175, or two steps more, for its end is
    # not seen that well.
    fact = manipulation("front")
    (back, first), (right, across), (forward, last) = told(fact.plans[0])
    assert (back, right, forward) == ("back", "right", "forward")
    assert first in (0.175, 0.18, 0.185)
    assert (across, first - last) == pytest.approx((0.6, 0.095), abs=0.0051)  # rounded to steps
    assert (fact.tolerance_m, fact.reach_m) == pytest.approx((0.01, 0.015))


def test_every_plan_is_right_in_the_worlds_own_meshes():
    truth = Truth(table_world())
    for task in (manipulation_planning, destination_location, obstacles_location):
        found = facts(task(table(), rng()))
        assert len(found) >= 8
        for fact in found:
            assert plan_is_right(fact, 0, truth), fact.candidate


def test_a_plan_that_is_not_as_it_is_told_is_found_out():
    truth, fact = Truth(table_world()), manipulation("front")
    right, wrong = fact.plans[0], fact.plans[1]
    assert not plan_is_right(replace(fact, plans=(wrong, right)), 0, truth)
    assert not plan_is_right(replace(fact, plans=(right, right)), 0, truth)  # a wrong option that does not fail
    through = replace(right, moves=(right.moves[1], right.moves[0], right.moves[2]))
    assert not plan_is_right(replace(fact, plans=(through, wrong)), 0, truth)


def test_wrong_plans_differ_by_the_same_two_edits_and_fail_for_a_named_reason():
    for fact in facts(manipulation_planning(table(), rng())):
        assert len(fact.plans) in (2, 4)
        assert len({plan.moves for plan in fact.plans}) == len(fact.plans)
        assert all(plan.fails in ("hits", "ends elsewhere") for plan in fact.plans[1:])
        assert all((plan.hits > 0) == (plan.fails == "hits") for plan in fact.plans[1:])


@pytest.mark.parametrize("side", SIDES)
def test_a_mirrored_table_has_the_mirrored_moves(side):
    there, back = manipulation(side), manipulation(MIRROR.get(side, side), mirror=True)
    assert isinstance(there, Decline) == isinstance(back, Decline)
    if not isinstance(there, Decline):
        swapped = [(MIRROR.get(kind, kind), length) for kind, length in told(back.plans[0])]
        assert swapped == told(there.plans[0])


@pytest.mark.parametrize("metre", [1e-3, 1e3])
@pytest.mark.parametrize("side", SIDES)
def test_the_same_table_at_another_scale_has_the_same_moves(side, metre):
    there, other = manipulation(side), manipulation(side, metre=metre)
    assert isinstance(there, Decline) == isinstance(other, Decline)
    if not isinstance(there, Decline):
        kinds, lengths = zip(*told(there.plans[0]), strict=True)
        assert tuple(move.kind for move in other.plans[0].moves) == kinds
        assert [move.length_m for move in other.plans[0].moves] == pytest.approx([n * metre for n in lengths])


def test_a_way_1_mm_through_an_obstacle_is_found_by_the_check():
    now = space()
    number, wall = now.number(1), now.number(3)
    size = now.possible.size_m[number]
    start = now.possible.centre_m[number]
    edge = now.possible.low_m[wall, 1] - size[1] / 2  # the box just passes the wall's near end
    for into, met in ((0.001, wall), (-0.001, None)):
        way = np.array([[start[0], edge + into, start[2]], [0.3, edge + into, start[2]]])
        assert path_meets(now, number, way) == met


def test_a_way_that_certainly_hits_goes_deep_and_a_grazing_one_is_not_certain():
    now = space()
    number, wall = now.number(1), now.number(3)
    start = now.possible.centre_m[number]
    through = np.stack([start, start + np.array([0.6, 0, 0])])
    assert surely_hit(now, number, through) == wall
    assert why_it_fails(now, number, through, through[-1]) == ("hits", 3)
    edge = now.possible.low_m[wall, 1] - now.possible.size_m[number, 1] / 2 + 0.001
    grazing = np.array([[start[0], edge, start[2]], [0.3, edge, start[2]]])
    assert surely_hit(now, number, grazing) is None
    assert why_it_fails(now, number, grazing, grazing[-1] + 1.0) is None  # neither surely hit nor surely free


def test_space_that_was_not_seen_is_not_passed():
    now = space()
    blind = replace(now, occupied=np.ones_like(now.occupied))
    goal = goal_beside(now, now.number(1), now.number(2), "front")
    assert planned(blind, now.number(1), goal) == "target not seen to be free"
    half = now.occupied.copy()
    half[half.shape[0] // 2] = True  # a curtain between the two
    assert planned(replace(now, occupied=half), now.number(1), goal) == "no way seen to be free"
    way = planned(now, now.number(1), goal)
    assert swept_free(now, now.number(1), way)
    assert not swept_free(replace(now, occupied=half), now.number(1), way)


def test_a_start_inside_an_obstacle_is_declined():
    now = space()
    moved = now.number(1)
    near = Boxes(now.possible.low_m.copy(), now.possible.high_m.copy())
    near.low_m[now.number(4)], near.high_m[now.number(4)] = (
        now.possible.high_m[moved] - 0.01,
        now.possible.high_m[moved],
    )
    goal = goal_beside(now, moved, now.number(2), "front")
    assert planned(replace(now, possible=near), moved, goal) == "start inside an obstacle or not seen to be free"


def test_the_longest_thing_can_be_brought_beside_the_outermost():
    # The wall is 0.3 long; bricks 1 and 2 end at x = -0.35 and 0.35, the wall and 4 at y = -0.12 and 0.45. The typical
    # size is 0.1, and what reached only that far had no room for the wall beside them.
    now = space()
    high = now.low_m + np.array(now.occupied.shape) * now.cell_m
    assert now.low_m[:2] == pytest.approx([-0.65, -0.42], abs=0.04)
    assert (now.low_m[:2] <= [-0.65, -0.42]).all()
    assert (high[:2] >= [0.65, 0.75]).all()
    # 0.7 wide and 0.1 + 4 steps of 5 mm on either side, in 72 cells, as if it were all so.
    assert now.cell_m == pytest.approx([0.94 / 72] * 3, rel=0.03)


def changed(number, **changes):
    scene = table()
    return replace(scene, objects=tuple(replace(t, **changes) if t.id == number else t for t in scene.objects))


@pytest.mark.parametrize(
    ("scene", "reason"),
    [
        (lambda: scene_of(brick(1, (1, 1, 1)), frames=[picture()]), "fewer than two objects"),
        (lambda: scene_of(brick(1, (1, 1, 1)), brick(2, (1, 1, 1))), "no frames"),
        (
            lambda: replace(table(), objects=tuple(replace(t, seen_m=t.seen_m[:5]) for t in table().objects)),
            "too few points",
        ),
        (lambda: changed(1, open_space=True), "unseen side without an end"),
        (lambda: changed(1, error_m=1.0), "interval too wide"),
    ],
)
def test_what_a_scene_does_not_hold_is_declined(scene, reason):
    made = scene()
    now = workspace_of(made)
    if isinstance(now, str):
        assert now == reason
    else:
        found = measure(now, Candidate("manipulation_planning", "front", (1, 2)), rng())
        assert found.reason == reason


@pytest.mark.parametrize("broken", [np.nan, np.inf])
def test_an_object_with_broken_points_is_no_goal_and_the_others_go_on(broken):
    points = table().object(4).seen_m.copy()
    points[0] = broken
    scene = changed(4, seen_m=points)
    items = list(manipulation_planning(scene, rng()))
    assert all(4 not in fact.candidate.objects for fact in facts(items))
    assert facts(items)
    assert reasons(items)["unseen side without an end"] > 0


def test_empty_masks_and_blank_frames_free_nothing():
    blank = [replace(f, depth_m=np.zeros_like(f.depth_m), ids=np.zeros_like(f.ids)) for f in table().frames]
    items = list(manipulation_planning(replace(table(), frames=tuple(blank)), rng()))
    assert facts(items) == []
    assert set(reasons(items)) <= {"start inside an obstacle or not seen to be free", "target not seen to be free"}


def test_one_object_has_no_candidates_and_other_scales_none_either():
    alone = replace(table(), objects=table().objects[:1])
    for task in (manipulation_planning, destination_location, obstacles_location):
        assert list(task(alone, rng())) == []
        assert list(task(replace(table(), scale=Scale.INDOOR), rng())) == []


def test_a_view_that_is_rolled_has_no_level_right():
    frame = table().frames[0]
    pose = frame.world_from_camera
    rolled = type(pose)(pose.rotation @ rotation_about((0, 0, 1), 90), pose.translation_m)
    assert workspace_of(replace(table(), frames=(replace(frame, world_from_camera=rolled),))) == (
        "first view has no level right"
    )


def test_the_destination_is_the_side_that_the_moves_lead_to():
    for fact in facts(destination_location(table(), rng())):
        assert (fact.choice, fact.options) == (fact.candidate.aspect, tuple(SIDES))
        assert len(fact.plans) == 1


def obstacle(aspect, objects):
    candidate = Candidate("obstacles_location", aspect, objects)
    return which_one(space(), candidate) if aspect == "which" else where_it_is(space(), candidate)


def test_the_wall_is_in_the_way_and_the_thing_aside_is_not():
    assert obstacle("which", (1, 2, 3, 4)).choice == "3"
    assert obstacle("which", (1, 2, 4, 3)).choice == "3"
    assert obstacle("which", (1, 3, 2, 4)).choice == NOTHING
    assert obstacle("which", (1, 2)).reason == "fewer than four objects"


def test_the_obstacles_box_is_seen_from_the_moved_foot():
    # The wall from (-0.05, -0.12, 0) to (0.05, 0.18, 0.1); the foot of brick 1 at (-0.3, 0, 0). A pixel is 5 mm wide.
    fact = obstacle("where", (1, 2))
    assert np.array(fact.plans[0].points_m) == pytest.approx(np.array([[0.25, -0.12, 0], [0.35, 0.18, 0.1]]), abs=0.005)
    assert fact.tolerance_m == pytest.approx(0.03, rel=0.05)
    assert obstacle("where", (1, 3)).reason == "none or several in the way"


def test_a_hair_decides_nothing():
    # Brick 4 is slid towards brick 2 past the wall: grown until it nearly touches the swept volume.
    now = space()
    near = Boxes(now.possible.low_m.copy(), now.possible.high_m.copy())
    near.low_m[now.number(4)] = [-0.1, 0.051, 0.0]
    near.high_m[now.number(4)] = [0.1, 0.2, 0.1]
    found = which_one(replace(now, possible=near), Candidate("obstacles_location", "which", (1, 2, 4, 3)))
    assert found.reason == "not decided between seen and possible boxes"


def lying(now, **boxes):
    """The space with other seen and possible boxes: {"seen": {number: (low, high)}, ...}."""
    made = {}
    for which, changes in boxes.items():
        old = getattr(now, which)
        made[which] = Boxes(old.low_m.copy(), old.high_m.copy())
        for number, (low, high) in changes.items():
            made[which].low_m[now.number(number)], made[which].high_m[now.number(number)] = low, high
    return replace(now, **made)


def test_what_a_thing_lies_on_is_not_in_its_way():
    # 4 is right under brick 1, whose hollow might reach down into it, to z = -0.1: not decided. The middle between what
    # was seen and what might be is at z = 0.025, and half of 0.1 below it is within 4; but there 1 is not.
    now = space()
    own = (now.seen.low_m[now.number(1)], now.seen.high_m[now.number(1)])
    under = ([-0.35, -0.05, -0.1], [-0.25, 0.05, 0.0])
    hollow = (own[0] - [0, 0, 0.1], own[1])
    asked = Candidate("obstacles_location", "which", (1, 2, 4, 3))
    open_below = lying(now, seen={4: under}, possible={4: under, 1: hollow})
    assert which_one(open_below, asked).reason == "not decided between seen and possible boxes"
    # With 1 seen down to its foot, and 4 a hand lower, it is the wall.
    lower = (np.array(under[0]) - [0, 0, 0.02], np.array(under[1]) - [0, 0, 0.02])
    assert which_one(lying(now, seen={4: lower}, possible={4: lower}), asked).choice == "3"


def test_a_middle_that_is_not_sure_decides_nothing_beside_the_way():
    # Brick 1 might reach 0.2 farther back, so that its middle is 0.05 off, and what it sweeps 0.1 and more wider.
    now = space()
    low, high = now.possible.low_m[now.number(1)], now.possible.high_m[now.number(1)]
    beside = ([-0.1, 0.15, 0.0], [0.1, 0.25, 0.1])  # 4; seen, the sweep reaches up to 0.07
    asked = Candidate("obstacles_location", "which", (1, 2, 4, 3))
    near = lying(now, seen={4: beside}, possible={4: beside})
    assert which_one(near, asked).choice == "3"
    wide = lying(near, possible={1: (low, high + np.array([0, 0.2, 0]))})
    assert which_one(wide, asked).reason == "not decided between seen and possible boxes"


def test_pairs_are_drawn_from_all_ordered_ones():
    pairs = {pair for seed in range(40) for pair in drawn_pairs(table(), rng(seed))}
    assert pairs == {(a, b) for a in (1, 2, 3, 4) for b in (1, 2, 3, 4) if a != b}


@pytest.mark.parametrize(
    ("length", "below"), [(0.0056, 0.005), (0.005, 0.005), (0.0199, 0.01), (0.02, 0.02), (9.9, 5.0), (1e-4, 1e-4)]
)
def test_round_lengths(length, below):
    assert nice_below(length) == pytest.approx(below)


def test_two_edits_alone_and_together_or_a_single_one():
    def plan(numbers):
        return Plan(tuple(Move("up", float(n)) for n in numbers), (), "hits", 1)

    edits = [lambda now: (now[0] + 1, now[1]), lambda now: (now[0], now[1] + 1)]
    wrong = square((0, 0), edits, plan, plan((0, 0)), rng())
    assert sorted(tuple(m.length_m for m in p.moves) for p in wrong) == [(0, 1), (1, 0), (1, 1)]
    only = square((0, 0), edits, lambda now: plan(now) if now == (1, 0) else None, plan((0, 0)), rng())
    assert [tuple(m.length_m for m in p.moves) for p in only] == [(1, 0)]
    assert square((0, 0), edits, lambda now: None, plan((0, 0)), rng()) == []
