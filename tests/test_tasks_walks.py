"""Routes and navigation on an annotated yard: ways, turns, mirror and scale, attacks, every decline."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from hand_scenes import brick, facts, picture, reasons, rng, scene_of
from plan_worlds import yard_scene, yard_world
from spacevista.qa.audit_plans import plan_is_right
from spacevista.scales import Scale
from spacevista.sim.truth import Truth
from spacevista.tasks.facts import Candidate, Decline
from spacevista.tasks.floor import floor_of, rises_m
from spacevista.tasks.floor_paths import is_free, surely_hit, turn_deg, walked, way_over, why_it_fails
from spacevista.tasks.navigation import measure as navigate
from spacevista.tasks.navigation import navigation, north_deg, paths_of
from spacevista.tasks.plans import Agent
from spacevista.tasks.route_planning import (
    drawn_routes,
    route_of,
    route_planning,
    routes_of,
    turn_name,
)
from spacevista.tasks.route_planning import measure as turns_of

CART = Agent("cart", 0.6, 0.8)


def cart(metre):
    return Agent("cart", CART.width_m * metre, CART.height_m * metre)


@cache
def yard(mirror=False, metre=1.0):
    return yard_scene(mirror, metre)


@cache
def floor(mirror=False, metre=1.0):
    return floor_of(yard(mirror, metre), cart(metre))


def path(start, goal, mirror=False, metre=1.0):
    now = floor(mirror, metre)
    candidate = Candidate("navigation", "path", (start, goal))
    return navigate(now, candidate, north_deg(yard(mirror, metre), now), rng())


def route(*objects, mirror=False, metre=1.0):
    """A route from the first past the others to the last; the second is faced."""
    now = floor(mirror, metre)
    stops = (objects[0], *objects[2:])
    way = way_over(now, [now.ids.index(number) for number in stops])
    return turns_of(now, route_of(stops, objects[1]), way, rng())


def test_the_floor_is_free_around_the_house_and_not_in_it():
    now = floor()
    cells, inside = now.grid.cells_of(np.array([[0.0, 0.0], [2.5, 2.5], [-4.0, 0.3], [2.5, -2.5]]))
    assert inside.all()
    assert now.standing[cells[:, 0], cells[:, 1]].tolist() == [False, True, False, True]
    # Beside the house half of the cart must fit, 0.3; with what cells may hide it does at 0.5.
    ((near, y), (far, _)), _ = now.grid.cells_of(np.array([[1.0 + 0.25, 0.0], [1.0 + 0.5, 0.0]]))
    assert not now.standing[near, y]
    assert now.standing[far, y]


def test_the_way_from_side_to_side_goes_around_the_house():
    fact = path(2, 3)
    assert len(fact.plans[0].moves) >= 2
    points = np.array(fact.plans[0].points_m)
    assert (np.abs(points[1:-1, 1]) > 1.5 + 0.3).all()  # past the house's front or back, half a cart off
    assert points[:, 2] == pytest.approx(0, abs=0.02)


def test_headings_are_from_the_way_into_the_first_picture():
    # The first camera looks along +y. From 5 (in front) to 2 (at x = -4): to the left and onwards.
    (move,) = path(5, 2).plans[0].moves
    assert 270 < move.heading_deg < 360


def test_every_plan_is_right_in_the_worlds_own_meshes():
    truth = Truth(yard_world())
    for found in (facts(paths_of(yard(), CART, rng())), facts(routes_of(yard(), CART, rng()))):
        assert len(found) >= 8
        for fact in found:
            assert plan_is_right(fact, 0, truth), fact.candidate


def test_a_plan_that_leads_through_the_house_is_found_out():
    truth, fact = Truth(yard_world()), path(2, 3)
    right, wrong = fact.plans[0], fact.plans[1]
    assert not plan_is_right(replace(fact, plans=(wrong, right)), 0, truth)
    assert not plan_is_right(replace(fact, plans=(right, right)), 0, truth)


def test_turns_are_told_as_the_agent_has_them():
    # From 5 (in front) facing 2 (behind it to the left) to 3 (behind it to the right).
    fact = route(5, 2, 3)
    assert [(move.turn, move.until) for move in fact.plans[0].moves] == [("right", 3)]
    assert sorted(plan.moves[0].turn for plan in fact.plans[1:]) == ["back", "left"]


def test_via_another_object_the_stop_is_named():
    fact = next(f for f in facts(routes_of(yard(), CART, rng())) if f.candidate.aspect == "via")
    assert fact.candidate.objects[2] in [move.until for move in fact.plans[0].moves]


@pytest.mark.parametrize("pair", [(2, 3), (5, 2), (4, 3), (4, 2)])
def test_a_mirrored_yard_has_the_mirrored_headings(pair):
    there, back = path(*pair), path(*pair, mirror=True)
    assert isinstance(there, Decline) == isinstance(back, Decline)
    if not isinstance(there, Decline):
        moves = [(move.heading_deg, move.length_m) for move in there.plans[0].moves]
        assert [((-move.heading_deg) % 360, move.length_m) for move in back.plans[0].moves] == moves


@pytest.mark.parametrize("objects", [(5, 2, 3), (4, 3, 2), (4, 2, 3), (2, 4, 5, 3)])
def test_a_mirrored_yard_has_left_for_right(objects):
    swap = {"left": "right", "right": "left"}
    there, back = route(*objects), route(*objects, mirror=True)
    assert isinstance(there, Decline) == isinstance(back, Decline)
    if not isinstance(there, Decline):
        names = [move.turn for move in there.plans[0].moves]
        assert [swap.get(move.turn, move.turn) for move in back.plans[0].moves] == names


@pytest.mark.parametrize("metre", [1e-3, 1e3])
def test_the_same_yard_at_another_scale_has_the_same_way(metre):
    there, other = path(2, 3), path(2, 3, metre=metre)
    assert [m.heading_deg for m in other.plans[0].moves] == [m.heading_deg for m in there.plans[0].moves]
    assert [m.length_m for m in other.plans[0].moves] == pytest.approx(
        [m.length_m * metre for m in there.plans[0].moves], rel=1e-6
    )
    one, two = route(2, 4, 5, 3), route(2, 4, 5, 3, metre=metre)
    assert [m.turn for m in two.plans[0].moves] == [m.turn for m in one.plans[0].moves]


def test_a_walk_that_clips_the_house_by_1_mm_is_not_free():
    now = floor()
    half = CART.width_m / 2
    along = np.array([[1.0 + half - 0.001, -3.0], [1.0 + half - 0.001, 3.0]])
    assert not is_free(now, along)
    assert surely_hit(now, along) is None  # no seen point is that near to its middle for certain
    into = np.array([[0.9, -3.0], [0.9, 3.0]])
    assert surely_hit(now, into) == now.ids.index(1)
    assert why_it_fails(now, into, now.ids.index(4)) == ("hits", 1)


def test_a_walk_that_ends_far_off_fails_and_one_that_ends_near_does_not():
    now = floor()
    goal = now.ids.index(3)
    assert why_it_fails(now, np.array([[3.0, 3.0], [3.0, 6.0]]), goal) == ("ends elsewhere", 0)
    assert why_it_fails(now, np.array([[3.0, 3.0], [3.0, 0.0]]), goal) is None


def test_an_end_that_the_unseen_side_of_a_goal_might_reach_is_not_elsewhere():
    # What was seen of 3 ends at y = 0.3. An end at y = 6 is elsewhere, unless 3 might reach up to y = 5.
    now = floor()
    goal = now.ids.index(3)
    end = np.array([4.0, 6.0])
    tall = np.array([[3.5, -0.7], [4.5, -0.7], [4.5, 5.0], [3.5, 5.0]])
    more = tuple(tall if k == goal else corners for k, corners in enumerate(now.possible_flat))
    deep = replace(now, possible_flat=more)
    assert deep.least_distance_m(end, goal) == pytest.approx(1.0)
    assert deep.least_distance_m(np.array([4.0, 4.0]), goal) == 0
    assert deep.least_distance_m(np.array([7.5, 9.0]), goal) == pytest.approx(5.0)  # 3 and 4 from a corner
    assert why_it_fails(now, np.stack([end - 1, end]), goal) == ("ends elsewhere", 0)
    assert why_it_fails(deep, np.stack([end - 1, end]), goal) is None


def test_ground_rises_by_its_highest_place_within_the_radius():
    # 0.1 a cell, so 0.2 within two cells; at the end nothing higher is known; a kerb of 0.3 counts from both cells off.
    slope = np.tile(0.1 * np.arange(8.0)[:, None], (1, 5))
    assert rises_m(slope, 2.0)[:, 2] == pytest.approx([0.2] * 6 + [0.1, 0.0])
    kerb = np.where(np.arange(8)[:, None] < 4, 0.0, 0.3) * np.ones((1, 5))
    assert rises_m(kerb, 2.0)[:, 2] == pytest.approx([0, 0, 0.3, 0.3, 0, 0, 0, 0])
    unknown = np.where(np.arange(8)[:, None] < 4, 0.0, np.nan) * np.ones((1, 5))
    assert rises_m(unknown, 2.0)[:4] == pytest.approx(0)
    assert np.isnan(rises_m(unknown, 2.0)[4:]).all()


def test_an_agent_with_a_small_step_stays_off_a_steep_bank(monkeypatch):
    # A bank of 0.4 m beyond y = 2.6: over 0.15 of the cart's 0.8 m.
    def banked(scene, grid):
        return np.where(grid.centres()[..., 1] > 2.6, 0.4, 0.0)

    monkeypatch.setattr("spacevista.tasks.floor.ground_height", banked)
    now = floor_of(replace(yard()), CART)  # a scene with nothing kept
    (near, far), _ = now.grid.cells_of(np.array([[2.5, 2.4], [2.5, 1.8]]))
    assert not now.standing[tuple(near)]
    assert now.standing[tuple(far)]


def test_unseen_floor_is_not_free():
    blank = tuple(replace(f, depth_m=np.where(f.ids == 0, 0, f.depth_m).astype(np.float32)) for f in yard().frames)
    assert floor_of(replace(yard(), frames=blank), CART) == "no floor"
    everything = tuple(replace(f, ids=np.where(f.ids == 0, 9, f.ids)) for f in yard().frames)
    assert floor_of(replace(yard(), frames=everything), CART) == "no floor"  # all of it is some object
    one = floor_of(replace(yard(), frames=yard().frames[:1]), CART)
    behind = one.grid.cells_of(np.array([[0.0, 2.2]]))[0][0]
    assert not one.standing[tuple(behind)]  # the house hides it from the first camera


@pytest.mark.parametrize(
    ("scene", "reason"),
    [
        (lambda: scene_of(brick(1, (1, 1, 1)), frames=[picture()]), "fewer than two objects with enough points"),
        (lambda: replace(yard(), frames=()), "no floor"),
        (
            lambda: replace(yard(), objects=tuple(replace(t, seen_m=t.seen_m * np.nan) for t in yard().objects)),
            "fewer than two objects with enough points",
        ),
    ],
)
def test_a_scene_without_a_floor_is_declined_by_every_candidate(scene, reason):
    made = scene()
    assert floor_of(made, CART) == reason
    for items in (list(paths_of(made, CART, rng())), list(routes_of(made, CART, rng()))):
        assert facts(items) == []
        assert set(reasons(items)) <= {reason}


def test_a_giant_finds_no_free_floor():
    assert reasons(list(paths_of(yard(), Agent("giant", 30.0, 1.0), rng())))
    assert facts(paths_of(yard(), Agent("giant", 30.0, 1.0), rng())) == []


def test_an_object_of_broken_points_is_no_goal():
    points = yard().object(4).seen_m.copy()
    points[3] = np.nan
    things = tuple(replace(t, seen_m=points) if t.id == 4 else t for t in yard().objects)
    items = list(paths_of(replace(yard(), objects=things), CART, rng()))
    assert reasons(items)["too few points"] > 0
    assert facts(items)


def test_a_fence_all_around_leaves_no_way():
    now = floor()
    goal = now.ids.index(3)
    island = now.net.lengths_cells.copy()
    island[now.net.beside[goal]] = np.inf
    island[:, now.net.beside[goal]] = np.inf
    assert way_over(replace(now, net=replace(now.net, lengths_cells=island)), [0, goal]) == "no free floor between"
    nowhere = tuple(np.zeros(0, dtype=int) if k == goal else b for k, b in enumerate(now.net.beside))
    alone = replace(now, net=replace(now.net, beside=nowhere))
    assert way_over(alone, [0, goal]) == "no free floor beside the target"
    assert way_over(alone, [goal, 0]) == "no free floor beside the start"


def test_tasks_keep_to_their_scales():
    assert list(route_planning(replace(yard(), scale=Scale.TABLETOP), rng())) == []
    assert list(navigation(replace(yard(), scale=Scale.INDOOR), rng())) == []
    alone = replace(yard(), objects=yard().objects[:1], scale=Scale.OUTDOOR)
    assert list(navigation(alone, rng())) == list(route_planning(alone, rng())) == []


@pytest.mark.parametrize(
    ("turn", "name"),
    [
        (0, "straight"),
        (28, "straight"),
        (29, None),
        (61, None),
        (62, "right"),
        (-90, "left"),
        (152, "back"),
        (-152, "back"),
    ],
)
def test_only_plain_turns_have_names(turn, name):
    assert turn_name(turn) == name


def test_turns_and_walks():
    assert (turn_deg(350, 10), turn_deg(10, 350)) == (20, -20)
    assert walked(np.zeros(2), np.array([0.0, 90.0]), np.array([2.0, 1.0]))[-1] == pytest.approx([1, 2])


def test_routes_are_drawn_with_others_to_face():
    for stops, faced in drawn_routes([1, 2, 3, 4, 5], rng()):
        assert len(stops) in (2, 3)
        assert not set(stops) & set(faced)
