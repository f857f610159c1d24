"""Options, words and marks of counts, angles, places, orders and matches."""

import re
from collections import Counter
from itertools import pairwise

import numpy as np
import pytest

from qa_scenes import angle_fact, choice_fact, count_fact, further_kinds, scene_with, word_fact
from spacevista.qa.make import frame_path, questions_of
from spacevista.qa.options import LETTERS, angle_options, count_options, place_options, turn_options
from spacevista.qa.told import plural, told, with_article
from spacevista.scoring import score_row
from spacevista.scoring.closed import read_direction
from spacevista.tasks.facts import Candidate


def ask(*facts, scene=None, seed=0, policy="native"):
    scene = scene_with(1, 2, 3, 4) if scene is None else scene
    return questions_of(scene, facts, np.random.default_rng(seed), seed=seed, unit_policy=policy)


def drawn(make, times=200):
    rng = np.random.default_rng(0)
    return [make(rng) for _ in range(times)]


@pytest.mark.parametrize("count", [0, 1, 2, 3, 5, 6, 7, 12, 40])
def test_counts_offer_four_whole_numbers_apart(count):
    ranks = Counter()
    for options, place in drawn(lambda rng: count_options(float(count), rng)):
        numbers = sorted(int(option) for option in options)
        assert options[place] == str(count)
        assert numbers[0] >= 0
        assert len(numbers) == 4
        assert all(b >= max(a + 1, 1.2 * a) for a, b in pairwise(numbers))
        ranks[numbers.index(count)] += 1
    assert len(ranks) == min(count, 3) + 1  # as many ranks as there are numbers below


@pytest.mark.parametrize("degrees", [-165.0, -20.0, 6.0, 100.0, 169.0])
def test_angles_offer_both_ways_round(degrees):
    for options, place in drawn(lambda rng: angle_options(degrees, 0.01, 180.0, rng)):
        numbers = [float(option.removesuffix(" degrees")) for option in options]
        assert numbers[place] == pytest.approx(degrees, abs=0.5)
        assert sorted(numbers) == sorted(-n for n in numbers)
        assert max(numbers) <= 180
        small, large = sorted({abs(n) for n in numbers})
        assert large / small > 1.3


@pytest.mark.parametrize("degrees", [5.0, 90.0, 120.0, 179.0])
def test_angles_without_a_sign_stay_below_a_half_turn(degrees):
    for options, place in drawn(lambda rng: turn_options(degrees, 0.01, 180.0, rng)):
        numbers = sorted(float(option.removesuffix(" degrees")) for option in options)
        assert float(options[place].removesuffix(" degrees")) == pytest.approx(degrees, abs=0.5)
        assert 0 < numbers[0] < numbers[-1] <= 180
        assert all(b / a > 1.2 for a, b in pairwise(numbers))


def test_places_offer_two_directions_at_two_distances():
    for options, place in drawn(lambda rng: place_options((3.17, -140.0), 0.01, "cm", rng)):
        assert options[place] == "front-left, 3.17 cm"
        directions = Counter(read_direction(option) for option in options)
        assert directions == {"front-left": 2, "back-right": 2}
        assert len({option.split(", ")[1] for option in options}) == 2


def test_an_order_is_offered_among_other_orders():
    orders = ("1-2-3", "1-3-2", "2-1-3", "2-3-1", "3-1-2", "3-2-1")
    questions = ask(
        word_fact("appearance_order", "order", (1, 2, 3), (3, 2, 1, 0), "3-1-2", orders), scene=scene_with(1, 2, 3)
    )
    plain = next(q for q in questions if q.prompt_type == "none")
    assert plain.options[LETTERS.index(plain.answer)] == "the box, the cup, the bottle"
    assert len(set(plain.options)) == 4
    assert "the cup, the bottle and the box" in plain.question.split("\n")[0]
    assert plain.frames == [frame_path("bench", f) for f in (3, 2, 1, 0)]  # as the clip runs


def test_matching_points_and_never_names():
    which = word_fact("object_matching", "which", (2, 3, 2, 1), (3, 0, 0, 0), "2", ("1", "2", "3"))
    same = word_fact("object_matching", "same", (2, 2), (1, 3), "yes", ("yes", "no"))
    for seed in range(10):
        for q in ask(which, same, seed=seed):
            assert q.prompt_type != "none"
            assert not re.search("bottle|cup|box at|tissue", q.question)
            assert q.frames == [frame_path("bench", f) for f in ((0, 3) if ":which:" in q.id else (1, 3))]
            if ":which:" in q.id:
                target = next(m for m in q.marks if m.frame_index == 1)
                right = next(m for m in q.marks if m.frame_index == 0 and m.object_id == 2)
                assert target.object_id == 2
                assert q.options[LETTERS.index(q.answer)] == f"the object marked {right.color} in picture 1"
            else:
                assert sorted(q.options) == ["no", "yes"]
                assert [m.object_id for m in q.marks] == [2, 2]


def test_a_kind_is_named_and_its_exemplar_is_not_pointed_at():
    for seed in range(10):
        for q in ask(word_fact("existence", "above", (1, 2), (1,), "no", ("yes", "no")), seed=seed):
            assert "a cup" in q.question
            assert {m.object_id for m in q.marks} <= {2}
            if q.form == "mc":
                assert q.options[LETTERS.index(q.answer)] == "no"
        for q in ask(count_fact("left", (1, 2), (1,), 0), seed=seed):
            assert "cups" in q.question
            assert {m.object_id for m in q.marks} <= {2}
            assert q.value == [0.0]
    assert told(Candidate("object_counting", "class", (3,), (0,))).objects == ()


def test_one_and_several_pictures_are_worded_apart():
    (one,) = {q.question for q in ask(count_fact("class", (1,), (2,), 1)) if q.form == "reg"}
    (several,) = {q.question for q in ask(count_fact("class", (1,), (0, 1, 2, 3), 1)) if q.form == "reg"}
    assert not re.search("pictures|frames|clip|video|sequence", one)
    assert re.search(
        "pictures|frames|clip|video|sequence|altogether|total|in all|gather|come into view|camera", several
    )


def test_the_reference_picture_is_named_by_its_place():
    # The first object's frame, 3, is the second of the two that are sent.
    for seed in range(5):
        for q in ask(choice_fact("position_comparison", "nearer", (2, 3), 2, (3, 0)), seed=seed):
            assert q.frames == [frame_path("bench", f) for f in (0, 3)]
            assert re.search(r"picture 2\b(?! .*picture 2.*picture 2)", q.question)


def test_all_pictures_of_a_turn_are_sent_in_its_sense():
    for q in ask(angle_fact("turn_net", (), -123.4, (3, 0))):
        assert q.frames == [frame_path("bench", f) for f in (3, 2, 1, 0)]
        assert q.unit == "degrees"
        assert q.prompt_type == "none"


@pytest.mark.parametrize("policy", ["native", "free"])
def test_every_gold_answer_scores_one(policy):
    for seed in range(4):
        for q in ask(*further_kinds(), seed=seed, policy=policy):
            row = {name: getattr(q, name) for name in ("task", "scale", "form", "options", "value", "unit", "question")}
            row |= {"ground_truth": q.answer, "predicted_answer": q.answer}
            assert score_row("spacevista_sim", row, "strict") == 1.0, q


def test_letters_are_spread():
    letters = Counter(q.answer for seed in range(60) for q in ask(*further_kinds(), seed=seed) if len(q.options) == 4)
    total = sum(letters.values())
    # A quarter each, within four standard deviations.
    assert total > 600
    assert all(abs(n - total / 4) < 4 * np.sqrt(total * 3 / 16) for n in letters.values())


def test_articles_and_plurals():
    assert [with_article(n) for n in ("cup", "apple", "hour glass", "used battery", "LED", "USB stick")] == [
        "a cup", "an apple", "an hour glass", "a used battery", "an LED", "a USB stick",
    ]  # fmt: skip
    names = (
        "bench",
        "battery",
        "potted plant",
        "bus",
        "toy",
        "football pitch",
        "box",
        "bookshelf",
        "roll of tape",
        "die",
        "LED",
    )
    expected = "benches batteries potted-plants buses toys football-pitches boxes bookshelves rolls-of-tape dice LEDs"
    assert [plural(n).replace(" ", "-") for n in names] == expected.split()
