"""Told plans: what is read from a text, and what it scores against the true one."""

import pytest

from spacevista.scoring.moves import ToldPlan, plan_score, read_plan
from spacevista.scoring.verdicts import sim_sentence


@pytest.mark.parametrize(
    ("text", "kind", "words", "numbers"),
    [
        ("Move it 6 cm up, 12.5 cm left.", "moves", ("up", "left"), (0.06, 0.125)),
        ("up 6 cm, then to the left by 125 mm", "moves", ("up", "left"), (0.06, 0.125)),
        ("First 0.06 m upwards and 12.5 cm to the left", "moves", ("up", "left"), (0.06, 0.125)),
        ("2.45 m at 104 degrees, then 3 m at 12 degrees", "headings", (), (2.45, 104, 3, 12)),
        ("Turn left, turn back.", "turns", ("left", "back"), ()),
        ("It turns right, then turns around.", "turns", ("right", "back"), ()),
        ("left, right", "turns", ("left", "right"), ()),
        ("It spans x -4 to 3, y 10 to 15, z 0 to 12 cm.", "box", (), (-0.04, 0.03, 0.1, 0.15, 0, 0.12)),
    ],
)
def test_plans_are_read_however_they_are_put(text, kind, words, numbers):
    found = read_plan(text)
    assert (found.kind, found.words) == (kind, words)
    assert found.numbers == pytest.approx(numbers)


@pytest.mark.parametrize(
    "text", ["", "Neither of them is in the way.", "6 cm and 3 cm", "4 m at 10 degrees and 20 degrees", "up and away"]
)
def test_texts_without_one_plan_are_not_read(text):
    assert read_plan(text) is None


def test_directions_must_agree_and_lengths_are_graded():
    true = read_plan("6 cm up, 10 cm left")
    assert plan_score(read_plan("6 cm up, 10 cm left"), true) == 1.0
    assert plan_score(read_plan("6 cm up, 10 cm right"), true) == 0.0
    assert plan_score(read_plan("10 cm left, 6 cm up"), true) == 0.0
    assert plan_score(read_plan("6 cm up"), true) == 0.0
    # 8.2 for 10: 18 % off, within the thresholds 0.5 to 0.8 (7 of 10); the other length is right.
    assert plan_score(read_plan("6 cm up, 8.2 cm left"), true) == pytest.approx((1 + 0.7) / 2)


def test_headings_count_within_ten_degrees_also_over_north():
    true = read_plan("4 m at 355 degrees")
    assert plan_score(read_plan("4 m at 4 degrees"), true) == 1.0
    assert plan_score(read_plan("4 m at 6 degrees"), true) == 0.0


def test_boxes_are_graded_by_what_they_share():
    true = ToldPlan("box", (), (0, 2, 0, 1, 0, 1))
    # Half of it shifted out: 1 shared of 2 + 2 - 1 = 3.
    assert plan_score(ToldPlan("box", (), (1, 3, 0, 1, 0, 1)), true) == pytest.approx(1 / 3)
    assert plan_score(ToldPlan("box", (), (5, 6, 0, 1, 0, 1)), true) == 0.0
    assert plan_score(true, true) == 1.0


def test_another_kind_of_plan_scores_nothing():
    assert plan_score(read_plan("turn left"), read_plan("6 cm left")) == 0.0


def test_a_row_is_scored_by_its_plan():
    row = {"task": "route_planning", "form": "free", "ground_truth": "In order: turn left, turn back.", "value": []}
    assert sim_sentence("spacevista_sim", row, "<answer>Turn left and then turn around</answer>").score == 1.0
    assert sim_sentence("spacevista_sim", row, "turn right, turn back").score == 0.0
    assert not sim_sentence("spacevista_sim", row, "no idea").readable
