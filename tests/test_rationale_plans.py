"""Rationales of plans: numbers worked out from the moves, which obstacle blocks, and the gate that they pass."""

import math
import re
from dataclasses import replace

import numpy as np
import pytest

from qa_scenes import plan_kinds, plan_of, plans_fact, scene_with
from spacevista.qa.make import fact_id, questions_of
from spacevista.qa.rationales.computed import computed
from spacevista.qa.rationales.gate import Case, fault_of, reasoning
from spacevista.qa.rationales.known import known_of_fact
from spacevista.qa.rationales.plan_numbers import bearing_deg, bends_deg, box_m, shift_m, straight_m, way_m
from spacevista.qa.rationales.plans import plan_slots, worked_out
from spacevista.scenes.record import Scene
from spacevista.tasks.facts import Fact
from spacevista.tasks.plans import Agent, Move, Plan

SCENE = scene_with(1, 2, 3, 4)
NAMES = {thing.id: thing.category for thing in SCENE.objects}  # cup, bottle, box, tissue box
CALLED = {number: f"the {name}" for number, name in NAMES.items()}
ROBOT = Agent("robot", 0.3, 0.5)


def case_of(fact: Fact) -> Case:
    return Case(fact, 0.09, NAMES, lambda text: known_of_fact(fact))


def told(fact: Fact, scene: Scene = SCENE, seeds: int = 6) -> list[str]:
    """Return the reasonings of all rows of a fact, each of which must pass the gate."""
    texts = []
    for seed in range(seeds):
        for question in questions_of(scene, [fact], np.random.default_rng(seed), seed=seed, unit_policy="native"):
            assert fault_of(computed(question, case_of(fact)), question, case_of(fact)) is None, question.id
            texts.append(reasoning(computed(question, case_of(fact))))
    assert texts
    return texts


def over(*points: tuple[float, float], moves: tuple[Move, ...]) -> Plan:
    return Plan(moves, tuple((x, y, 0.0) for x, y in points))


def test_moves_add_up_to_a_shift_and_a_way() -> None:
    # 6 cm up, 12.5 cm left, 3 cm back, 6 cm down: 27.5 cm of way; sideways -12.5, ahead -3, up 0: 12.85 cm.
    plan = plan_of(Move("up", 0.06), Move("left", 0.125), Move("back", 0.03), Move("down", 0.06))
    assert way_m(plan) == pytest.approx(0.275)
    assert shift_m(plan) == pytest.approx((-0.125, -0.03, 0.0))
    fact = plans_fact("manipulation_planning", "left", (2, 4), plan, plan_of(Move("left", 0.125), fails="hits", hits=3))
    slots = plan_slots(fact, CALLED, NAMES, "cm")
    assert slots["shift"] == "12.5 cm left and 3 cm back"
    assert (slots["way"], slots["straight"]) == ("27.5 cm", "12.9 cm")
    assert slots["side"] == "to the left of"
    assert slots["fails"] == "runs into the box"
    for text in told(fact):
        assert "12.5 cm left and 3 cm back" in text
        assert "27.5 cm" in text
        assert "runs into the box" in text or "runs into a box" in text  # the question does not name the box


def test_an_end_is_told_by_the_sum_of_the_moves() -> None:
    # 6 cm up and 12.5 cm left, as its data set asks of object 1 beside 4.
    fact = next(fact for fact in plan_kinds() if fact.candidate.task == "destination_location")
    for text in told(fact):
        assert "12.5 cm left and 6 cm up" in text
        assert "in front of the tissue box" in text or "in front of the object marked" in text


def test_headings_add_up_as_arrows() -> None:
    # 3 m at 90 degrees (to the right), then 4 m at 0 (ahead): 7 m of way, 5 m off, at atan2(3, 4) = 36.9 degrees.
    legs = (Move("heading", 3.0, heading_deg=90), Move("heading", 4.0, heading_deg=0))
    right, wrong = plan_of(*legs), plan_of(Move("heading", 5.0, heading_deg=37), fails="hits", hits=1)
    assert (way_m(right), straight_m(right), bearing_deg(right)) == (7.0, pytest.approx(5.0), 37)
    assert bearing_deg(plan_of(Move("heading", 2.0, heading_deg=350))) == 350
    for text in told(plans_fact("navigation", "path", (2, 3), right, wrong, agent=ROBOT)):
        assert "3 m at 90 degrees, 4 m at 0 degrees" in text
        assert "5.00 m" in text
        assert "37 degrees" in text
        assert "runs into a cup" in text


def test_corners_of_a_route_have_their_angle() -> None:
    # East 2 m, then north 1 m: a bend of 90 degrees; then back by 135: south-west, 1.4 m. 4.4 m of way, ending 1.01 m
    # east of the start and 0.01 m north: |(2 - 1.4 / sqrt 2, 1 - 1.4 / sqrt 2)| = |(1.01, 0.01)|.
    step = 1.4 / math.sqrt(2)
    moves = (Move("turn", 2.0, turn="left"), Move("turn", 1.0, turn="left", until=3), Move("turn", 1.4, turn="left"))
    plan = over((0, 0), (2, 0), (2, 1), (2 - step, 1 - step), moves=moves)
    assert bends_deg(plan) == [90, 135]
    assert straight_m(plan) == pytest.approx(1.01, abs=0.01)
    wrong = over((0, 0), (0, 2), (2, 2), (3, 2), moves=(replace(moves[0], turn="right"), *moves[1:]))
    fact = plans_fact("route_planning", "via", (1, 2, 3, 4), plan, replace(wrong, fails="ends elsewhere"), agent=ROBOT)
    legs = "turn left, 2 m ahead; turn left by 90 degrees, 1 m ahead to the side of the box; turn left by 135 degrees"
    assert plan_slots(fact, CALLED, NAMES, "cm")["legs"].startswith(legs)
    for text in told(fact):
        assert "turn left by 90 degrees, 1 m ahead to the side of" in text
        assert re.search(r"\b4\.4 m\b", text)
        assert "ends elsewhere" in text


def test_a_straight_line_is_not_longer_than_its_way() -> None:
    # Two stretches of 12.4 m in one line, told as 12 m each: 24 m of way, and 24.8 m between the points.
    moves = (Move("turn", 12.0, turn="left"), Move("turn", 12.0, turn="straight"))
    plan = over((0, 0), (12.4, 0), (24.8, 0), moves=moves)
    assert straight_m(plan) == way_m(plan) == 24.0
    slots = plan_slots(plans_fact("route_planning", "direct", (1, 2, 3), plan), CALLED, NAMES, "cm")
    assert (slots["way"], slots["straight"]) == ("24 m", "24 m")
    assert slots["legs"] == "turn left, 12 m ahead; go straight on, 12 m ahead"


def test_the_object_in_the_way_is_told_from_the_other() -> None:
    which = next(f for f in plan_kinds() if (f.candidate.task, f.candidate.aspect) == ("obstacles_location", "which"))
    assert plan_slots(which, CALLED, NAMES, "cm")["found"] == (
        "the box reaches into it, while the tissue box stays clear"  # 3 of 3 and 4
    )
    other, none = replace(which, choice="4"), replace(which, choice="nothing")
    assert plan_slots(other, CALLED, NAMES, "cm")["found"].startswith("the tissue box reaches into it")
    assert plan_slots(none, CALLED, NAMES, "cm")["found"] == "neither the box nor the tissue box reaches into it"
    assert all("reaches into it" in text for fact in (which, other, none) for text in told(fact))


def test_a_box_has_its_sides_and_its_middle() -> None:
    # x -4 to 3, y 10 to 15, z 0 to 12 cm: 7 by 5 by 12 cm; the middle 0.5 cm left, 12.5 cm forward, 6 cm up.
    where = next(f for f in plan_kinds() if (f.candidate.task, f.candidate.aspect) == ("obstacles_location", "where"))
    sides, middle = box_m(where.plans[0])  # type: ignore[attr-defined]
    assert (sides.tolist(), middle.tolist()) == (
        pytest.approx([0.07, 0.05, 0.12]),
        pytest.approx([-0.005, 0.125, 0.06]),
    )
    for text in told(where):
        assert "7.00 cm by 5.00 cm by 12.0 cm" in text
        assert "0.500 cm left, 12.5 cm forward and 6.00 cm up" in text


def test_a_number_that_is_not_the_plans_does_not_pass() -> None:
    fact = next(fact for fact in plan_kinds() if fact.candidate.task == "destination_location")
    question = questions_of(SCENE, [fact], np.random.default_rng(0), seed=0, unit_policy="native")[0]
    completion = computed(question, case_of(fact))
    assert "12.5 cm left and 6 cm up" in completion
    changed = completion.replace("12.5 cm left and 6 cm up", "31 cm left and 6 cm up")
    assert fault_of(changed, question, case_of(fact)) == "number"


def test_a_length_that_was_worked_out_has_three_digits() -> None:
    assert [worked_out(v, "cm") for v in (0.12853, 0.0, 12.3456)] == ["12.9 cm", "0 cm", "1230 cm"]


def test_a_plan_is_not_told_by_an_object_without_a_name() -> None:
    plans = plan_of(Move("left", 0.1)), plan_of(Move("right", 0.1), fails="hits", hits=9)
    fact = plans_fact("manipulation_planning", "left", (2, 4), *plans)
    assert plan_slots(fact, CALLED, NAMES, "cm")["fails"] == "runs into something"
    assert fact_id(SCENE.id, fact.candidate) == "bench:manipulation_planning:left:o2-4"
