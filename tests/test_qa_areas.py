"""Questions about rooms and areas: units, options, marks, gold answers, drawn outlines, computed reasoning."""

import re
from itertools import pairwise

import numpy as np
import pytest

from qa_scenes import area_kinds, scene_with
from room_worlds import SQUARE, room_scene
from spacevista.evals.replies import nearest_area, nearest_letter
from spacevista.qa.evidence import evidence_of, told
from spacevista.qa.make import questions_of
from spacevista.qa.options import LETTERS
from spacevista.qa.patterns import templates
from spacevista.scoring import score_row
from spacevista.scoring.parse import read_number
from spacevista.tasks.facts import Candidate
from spacevista.tasks.room_size import measure


def ask(seed=0, policy="native"):
    return questions_of(scene_with(1, 2, 3), area_kinds(), np.random.default_rng(seed), seed=seed, unit_policy=policy)


@pytest.mark.parametrize("policy", ["native", "free"])
def test_every_gold_answer_scores_one(policy):
    for seed in range(8):
        for q in ask(seed, policy):
            row = {name: getattr(q, name) for name in ("task", "scale", "form", "options", "value", "unit", "question")}
            row |= {"ground_truth": q.answer, "predicted_answer": q.answer}
            assert score_row("spacevista_sim", row, "strict") == 1.0, q


def test_values_are_in_squares_and_cubes_of_the_scales_unit():
    found = {q.id.split(":")[2]: (q.unit, q.value[0]) for q in ask() if q.form == "reg"}
    assert found["area"] == ("square cm", pytest.approx(2317))
    assert found["volume"] == ("cubic cm", pytest.approx(61300))
    assert found["footprint"] == ("square cm", pytest.approx(43.1))


def test_the_unit_is_named_by_the_question_or_by_the_answer():
    for q in ask(1, "native"):
        if q.form == "reg":
            assert re.search(r"(square|cubic) cm", q.question)
            assert re.fullmatch(r"[\d.]+", q.answer)
    for q in ask(1, "free"):
        if q.form == "reg":
            assert not re.search(r"\bcm\b", q.question)
            assert q.answer.endswith(q.unit)


def test_areas_are_offered_apart_and_only_of_what_is_marked():
    seen = 0
    for seed in range(30):
        for q in ask(seed):
            if q.form != "mc":
                assert q.task == "room_size" or q.prompt_type in ("none", "point", "box", "mask")
                continue
            seen += 1
            assert q.task == "area_estimation"
            assert q.prompt_type != "none"
            assert "bottle" not in q.question
            areas = sorted(read_number(option, "square cm") for option in q.options)
            assert all(b / a >= 1.2 for a, b in pairwise(areas))
            assert read_number(q.options[LETTERS.index(q.answer)], "square cm") == pytest.approx(43.1, rel=0.01)
    assert seen >= 25


def test_an_area_picks_the_nearest_option():
    options = ["30 square cm", "43 square cm", "0.0060 square m"]
    assert nearest_letter(options, (0.0045,)) == "B"
    assert nearest_letter(options, (0.0065,)) == "C"
    assert nearest_area(["30 cm", "43 square cm"], 0.0045) is None
    assert nearest_area([], 1.0) is None


def test_patterns_enough():
    asked = templates().aspects
    assert len(asked["room_size", "area"].ask) + len(asked["room_size", "volume"].ask) >= 170
    assert len(asked["area_estimation", "footprint"].ask) >= 170


def test_the_outline_of_a_room_is_drawn():
    scene = room_scene(SQUARE, ((1.2, 1.5, 1.5), (3.8, 2.5, 1.5)))
    fact = measure(scene, Candidate("room_size", "volume", ()))
    stretches = evidence_of(scene, fact)
    edges = [stretch for stretch in stretches if not stretch.label]
    # Twice round the walls, 18 m each: at the floor and at the ceiling.
    assert sum(stretch.length_m for stretch in edges) == pytest.approx(36.0, rel=0.01)
    assert {round(float(stretch.ends_m[0, 2]), 1) for stretch in edges} == {0.0, 2.5}
    (line,) = told(stretches)
    assert line.startswith("floor 20")
