"""Plans in words: slots, options, order of mention, gold answers under the strict scorer, evidence in 3D."""

import numpy as np
import pytest

from plan_worlds import table_scene
from qa_scenes import plan_kinds, scene_with
from spacevista.qa.evidence import evidence_of
from spacevista.qa.gold import gold_is_consistent
from spacevista.qa.make import questions_of
from spacevista.qa.options import LETTERS
from spacevista.qa.plan_words import (
    agent_text,
    decimals_for,
    length_text,
    moves_text,
    plan_mentions,
    plan_texts,
    steps_text,
)
from spacevista.qa.wording import named
from spacevista.scoring.verdicts import sim_sentence, strict_choice
from spacevista.tasks.facts import Candidate
from spacevista.tasks.manipulation_planning import manipulation_planning
from spacevista.tasks.plans import AGENTS, Agent, Move, PlanFact

NAMES = {number: named(name) for number, name in enumerate(("cup", "bottle", "box", "tissue box"), 1)}
QUESTIONS = [
    question
    for seed in range(6)
    for question in questions_of(
        scene_with(1, 2, 3, 4), plan_kinds(), np.random.default_rng(seed), seed=seed, unit_policy="native"
    )
]


def texts(fact):
    return plan_texts(fact, [NAMES[number] for number in fact.candidate.objects], "cm")


def fact_of(task, aspect):
    return next(f for f in plan_kinds() if (f.candidate.task, f.candidate.aspect) == (task, aspect))


def test_every_gold_answer_scores_1_and_every_other_letter_0():
    for q in QUESTIONS:
        assert gold_is_consistent(q)
        row = {"task": q.task, "form": q.form, "options": q.options, "ground_truth": q.answer, "value": q.value}
        if q.form == "mc":
            assert strict_choice("spacevista_sim", row, f"<answer>{q.answer}</answer>").score == 1.0
            for letter in LETTERS[: len(q.options)]:
                assert strict_choice("spacevista_sim", row, letter).score == float(letter == q.answer)
        else:
            assert sim_sentence("spacevista_sim", row, f"<answer>{q.answer}</answer>").score == 1.0


def test_every_task_is_asked_in_its_forms():
    forms = {(q.task, q.form) for q in QUESTIONS}
    assert forms == {
        ("route_planning", "mc"), ("route_planning", "free"), ("navigation", "mc"), ("navigation", "free"),
        ("manipulation_planning", "mc"), ("manipulation_planning", "free"), ("destination_location", "mc"),
        ("obstacles_location", "mc"), ("obstacles_location", "free"),
    }  # fmt: skip


def test_options_as_people_read_them():
    assert texts(fact_of("route_planning", "via"))[0] == [
        "turn left, turn back", "turn right, turn back", "turn left, turn right",
    ]  # fmt: skip
    assert texts(fact_of("navigation", "path"))[0] == ["4.61 m at 14 degrees", "4.61 m at 104 degrees"]
    assert texts(fact_of("manipulation_planning", "left"))[0] == ["6 cm up, 12.5 cm left", "6 cm up, 12.5 cm right"]
    sides, right = texts(fact_of("destination_location", "front"))
    assert (sides[0], sides[right]) == ("to the left of the tissue box", "in front of the tissue box")
    assert texts(fact_of("obstacles_location", "which")) == (["the box", "the tissue box", "neither of them"], 0)
    # 12 cm is the longest side: steps of at most 2 % of it, 0.1 cm.
    assert texts(fact_of("obstacles_location", "where"))[0][0] == "x -4.0 to 3.0, y 10.0 to 15.0, z 0.0 to 12.0 cm"


def test_a_route_leaves_its_turns_blank_but_tells_straight_stretches():
    moves = (Move("turn", 3.2, turn="left"), Move("turn", 0.85, turn="straight", until=2))
    assert steps_text(moves, {2: "the box"}) == (
        "1) [fill in], 2) go forward 3.2 m, 3) go straight on, 4) go forward 0.85 m until you are beside the box"
    )


def test_straight_on_is_no_blank_in_the_options():
    fact = fact_of("route_planning", "via")
    moves = (Move("turn", 2, turn="straight"), Move("turn", 1, turn="left"))
    plan = type(fact.plans[0])(moves, fact.plans[0].points_m)
    one = PlanFact(fact.candidate, "choice", (), (), "0", ("0",), plans=(plan,), agent=fact.agent)
    assert texts(one)[0] == ["turn left"]


@pytest.mark.parametrize(
    ("pattern", "places"),
    [
        ("{agent} goes from {a}, facing {b}, to {goal}: {steps}", [0, 1, 3, 2]),
        ("{steps} from {b} or {a}", [2, 3, 1, 0]),
        ("{goal} {a} {b} {steps}", [3, 0, 1, 2]),
    ],
)
def test_objects_are_counted_in_the_order_of_mention(pattern, places):
    candidate = Candidate("route_planning", "via", (5, 6, 7, 8))
    assert plan_mentions(candidate, pattern) == places


def test_lengths_and_agents():
    assert [length_text(m, "cm") for m in (0.06, 0.125, 0.1)] == ["6 cm", "12.5 cm", "10 cm"]
    assert length_text(0.0005, "mm") == "0.5 mm"
    assert agent_text(Agent("robot", 0.3, 0.5)) == "a robot 0.3 m wide and 0.5 m tall"
    assert moves_text((Move("up", 0.06), Move("left", 0.12)), "cm") == "6 cm up, 12 cm left"
    assert [decimals_for(longest) for longest in (100, 12, 0.4)] == [0, 1, 3]
    assert {agent.width_m < agent.height_m for agent in list(AGENTS.values())[:2]} == {True}


def test_evidence_follows_the_right_plan():
    scene = table_scene()
    fact = next(f for f in manipulation_planning(scene, np.random.default_rng(0)) if isinstance(f, PlanFact))
    stretches = evidence_of(scene, fact)
    assert [round(s.length_m, 6) for s in stretches] == [round(m.length_m, 6) for m in fact.plans[0].moves]
    which = Candidate("obstacles_location", "which", (1, 2, 3, 4))
    boxes = evidence_of(scene, type(plan_kinds()[4])(which, "choice", (), (), "3", ("3", "4", "nothing")))
    assert len(boxes) == 4 * 12
