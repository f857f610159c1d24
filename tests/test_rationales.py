"""Rationales: what computed ones say, and what the gate lets through, whoever proposed it."""

import re
from collections import Counter
from dataclasses import replace

import msgspec
import numpy as np
import pytest

from qa_scenes import all_kinds, direction_fact, scene_with
from rationale_data import SIZE_M, asked
from spacevista.evals.rationales import GENERAL, examples, rationale_prompt
from spacevista.qa.lint import near_pairs, sentence_problems
from spacevista.qa.make import FORMS, fact_id, questions_of
from spacevista.qa.patterns import SLOTS
from spacevista.qa.rationales.computed import computed, likeness, told_number
from spacevista.qa.rationales.gate import MAX_CHARACTERS, Case, fault_of, gated, reasoning
from spacevista.qa.rationales.known import Known, known_of_fact, numbers_of
from spacevista.qa.rationales.patterns import patterns
from spacevista.qa.rationales.scene_cases import with_computed
from spacevista.qa.record import Question
from spacevista.scoring.completions import block, well_formed
from spacevista.scoring.parse import read_length_m
from spacevista.tasks.facts import Candidate, Fact, Interval

SCENE, ASKED = asked()
NUMBERS = numbers_of(SCENE)
NAMES = {thing.id: thing.category for thing in SCENE.objects}
FACTS = {fact_id(SCENE.id, fact.candidate): fact for fact in ASKED.facts}


def case_of(question: Question, **changes: object) -> Case:
    fact = FACTS[question.fact_id]
    return replace(Case(fact, SIZE_M, NAMES, lambda text: known_of_fact(fact)), **changes)


def row(task: str, aspect: str, form: str, marked: bool = False) -> Question:
    return next(
        q
        for q in ASKED.questions
        if q.fact_id.split(":")[1:3] == [task, aspect] and q.form == form and bool(q.marks) == marked
    )


NUMBER = next(
    q for q in ASKED.questions if q.fact_id == "hand:object_size:height:o2" and q.form == "reg" and not q.marks
)


def said(think: str, answer: str = "20") -> str:
    return f"<think>{think}</think><answer>{answer}</answer>"


GOOD = "The <semantic>bottle</semantic> stands among things of about <scale>18 cm</scale>. It rises by some 20 cm here."


# Computed.


def test_every_row_gets_a_rationale_that_passes() -> None:
    told = with_computed(SCENE, ASKED.facts, ASKED.questions, SIZE_M)
    assert not told.discarded
    assert len(told.questions) == len(ASKED.questions) > 100
    for before, after in zip(ASKED.questions, told.questions, strict=True):
        assert msgspec.structs.replace(after, rationale="") == before
        assert well_formed(f"<think>{after.rationale}</think><answer>{after.answer}</answer>")
        # 18.17 cm in two digits.
        assert block(f"<think>{after.rationale}</think>", "scale") == "18 cm"
        plain = re.sub(r"</?\w+>", "", after.rationale).replace("option A", "option B")  # a letter, not an article
        for sentence in re.split(r"(?<=[.?]) (?=[A-Z])", plain):
            assert sentence_problems(sentence) == [], sentence


@pytest.mark.parametrize("policy", ["native", "free"])
def test_every_task_and_aspect_has_one(policy: str) -> None:
    scene = scene_with(1, 2, 3, 4)
    names = {thing.id: thing.category for thing in scene.objects}
    facts = [fact for fact in all_kinds() if fact.candidate.aspect != "direction" or fact.candidate.objects]
    sized = (Interval(0.3, 0.32), Interval(0.1, 0.11), Interval(0.02, 0.03))
    facts.append(replace(direction_fact("right"), intervals=sized))
    cases = {
        fact_id("bench", fact.candidate): Case(fact, 0.09, names, lambda text, fact=fact: known_of_fact(fact))
        for fact in facts
    }
    rows = [
        question
        for seed in range(2)
        for question in questions_of(scene, facts, np.random.default_rng(seed), seed=seed, unit_policy=policy)
    ]
    told = gated([(question, cases[question.fact_id]) for question in rows], computed)
    assert not told.discarded, [q.id for q in told.questions if not q.rationale]
    assert {(q.task, q.form) for q in told.questions} == {(task, form) for task in FORMS for form in FORMS[task]}


def test_a_comparison_says_what_it_compares_and_who_wins() -> None:
    # The bottle is 20 cm high, the cup 8 cm: the fact's intervals have no width, half a per cent of them is the step.
    wanted = ("hand:size_comparison:height:o1-2", "hand:size_comparison:height:o2-1")
    fact = next(fact for name, fact in FACTS.items() if name in wanted)
    question = questions_of(SCENE, [fact], np.random.default_rng(0), seed=0, unit_policy="native")[0]
    text = reasoning(computed(question, case_of(question)))
    assert re.search(r"\b8\.00 cm\b", text)
    assert re.search(r"\b20\.0 cm\b", text)
    by_object = {m.object_id: f" marked {m.color}" for m in question.marks}
    assert f"the bottle{by_object.get(2, '')}" in text


def test_all_distances_of_a_relative_distance_are_told() -> None:
    question = next(q for q in ASKED.questions if q.fact_id == "hand:relative_distance:closest:o1-2-3" or
                    q.fact_id == "hand:relative_distance:closest:o1-3-2")  # fmt: skip
    text = reasoning(computed(question, case_of(question)))
    assert "25.0 cm to the bottle" in text
    assert "40.0 cm to the book" in text


def test_a_motion_tells_its_parts() -> None:
    # 20 cm to the right a frame: frames 0 and 1, or 1 and 0.
    question = row("view_change", "vector", "free")
    text = reasoning(computed(question, case_of(question)))
    assert re.search(r"\b(20|40)\.0 cm (right|left)\b", text)
    assert "not turned" in text


@pytest.mark.parametrize(
    ("low_m", "high_m", "text"),
    [
        (0.1234, 0.1234, "12.34 cm"),  # half a per cent of 12.34 is 0.06: hundredths
        (0.20, 0.26, "23 cm"),  # +- 3: whole ones
        (0.11, 0.35, "20 cm"),  # +- 12: tens
        (0.0, 0.30, "20 cm"),  # 15 +- 15: tens; a half goes to the even one
        (2.9e-3, 3.1e-3, "0.30 cm"),
    ],
)
def test_a_number_has_the_digits_that_its_interval_supports(low_m: float, high_m: float, text: str) -> None:
    assert told_number(Interval(low_m, high_m), "cm") == text


def test_two_sizes_that_are_apart_keep_their_order_when_rounded() -> None:
    rng = np.random.default_rng(0)
    for _ in range(2000):
        low, gap = rng.uniform(0.01, 1), rng.uniform(0.001, 0.5)
        small, large = Interval(low, low + rng.uniform(0, 1)), None
        start = small.high + gap
        large = Interval(start, start + rng.uniform(0, 1))
        if large.middle < 1.1 * small.middle:
            continue  # not asked
        first, second = (float(told_number(i, "m").split()[0]) for i in (small, large))
        assert first < second, (small, large)


def test_volumes_are_told_in_cubes() -> None:
    # 0.05 m3 +- 2 % are 50,000 cubic cm +- 1,000.
    assert told_number(Interval(0.049, 0.051), "cm", volume=True) == "50000 cubic cm"


def test_a_task_without_sentences_gets_a_plain_one() -> None:
    number = Fact(Candidate("new_task", "any", (2,)), "area", (0.3,), (Interval(0.29, 0.31),))
    choice = Fact(Candidate("new_task", "any", (1, 2)), "choice", (), (), "0", ("0", "1"), 0.2)
    for fact, question in ((number, NUMBER), (choice, row("size_comparison", "height", "mc"))):
        text = reasoning(computed(question, Case(fact, SIZE_M, NAMES, lambda text: ())))
        right = "20.0 cm" if question.value else question.options["ABCD".index(question.answer)]
        assert right in text
        assert (
            fault_of(computed(question, Case(fact, SIZE_M, NAMES, lambda text: ())), question, case_of(question))
            is None
        )


def test_without_a_size_there_is_no_scale() -> None:
    text = computed(NUMBER, case_of(NUMBER, scale_m=None))
    assert "<scale>" not in text
    assert "usual length" not in text
    assert fault_of(text, NUMBER, case_of(NUMBER, scale_m=None)) is None


def test_words_for_a_ratio() -> None:
    assert [likeness(ratio) for ratio in (0.05, 0.5, 1.0, 2.0, 50)] == [
        *("less than a tenth of", "roughly half of", "about equal to", "about twice", "more than ten times"),
    ]


def test_wording_differs_between_rows_and_not_between_runs() -> None:
    first, again = (with_computed(SCENE, ASKED.facts, ASKED.questions, SIZE_M) for _ in range(2))
    assert first == again
    openings = Counter(q.rationale.split("<")[0] for q in first.questions)
    assert len(openings) == len(patterns().general.opening)


def test_sentences_are_for_aspects_that_there_are() -> None:
    known = {(task, aspect) for task, aspect in SLOTS} | {(task, "any") for task, _ in SLOTS}
    assert set(patterns().aspects) <= known
    general = patterns().general
    for said in (*patterns().aspects.values(), *(getattr(general, name) for name in general.__struct_fields__)):
        assert list(near_pairs(said)) == []


# The gate.


@pytest.mark.parametrize(
    ("completion", "reason"),
    [
        (said(GOOD), None),
        (said(GOOD, "0.21 m"), None),  # 5 % off, in another unit
        (None, "no reply"),
        ("  ", "no reply"),
        (GOOD, "form"),
        (said(GOOD) + " Done.", "form"),
        (said(GOOD + " <scale>20 cm</scale>"), "form"),  # two scales
        (said("<semantic>bottle</semantic> <scale>18 cm</scale> short"), "length"),
        (said(GOOD + " and so on" * 250), "length"),
        (said(GOOD + " <img src=x>"), "markup"),
        (said(GOOD + r" \boxed{20}"), "markup"),
        (said(GOOD + " <|im_end|>"), "markup"),
        (said(GOOD, "tall"), "answer unreadable"),
        (said(GOOD, "30"), "answer wrong"),
        (said(GOOD, "17.9"), "answer wrong"),  # more than 10 % off
        (said(GOOD.replace("<scale>18 cm</scale>", "some size")), "no scale"),
        (said(GOOD.replace("18 cm", "large")), "no scale"),
        (said(GOOD.replace("<scale>18 cm", "<scale>37 cm")), "scale off"),  # 37 / 18.2 > 2
        (said(GOOD.replace("<scale>18 cm", "<scale>900 m")), "scale off"),
        (said(GOOD.replace("<scale>18 cm", "<scale>10 cm")), None),
        (said(GOOD.replace("<semantic>bottle</semantic>", "bottle")), "no name"),
        (said(GOOD.replace(">bottle<", f">{'bottle ' * 12}<")), "no name"),
        (said(GOOD.replace("20 cm", "35 cm")), "number"),
        (said(GOOD.replace("20 cm", "0.215 m")), None),
        (said(GOOD.replace("20 cm", "two metres")), "number"),
        (
            said(GOOD.replace("20 cm", "200 % of 30 degrees in picture 2, over 3 m, a metre or so")),
            None,
        ),  # not compared
    ],
)
def test_the_gate_says_why(completion: str | None, reason: str | None) -> None:
    assert fault_of(completion, NUMBER, case_of(NUMBER)) == reason


def test_length_counts_blanks_once() -> None:
    assert fault_of(said(GOOD.replace(" ", "\n" * 40)), NUMBER, case_of(NUMBER)) is None
    assert len(reasoning(said(GOOD.replace(" ", "  ")))) == len(GOOD) < MAX_CHARACTERS


def test_a_choice_needs_its_letter() -> None:
    question = row("object_size", "height", "mc", marked=True)
    name = NAMES[question.marks[0].object_id]
    think = f"The mark is on a <semantic>{name}</semantic>; things are about <scale>20 cm</scale> long around here."
    assert fault_of(said(think, f"({question.answer})"), question, case_of(question)) is None
    wrong = "ABCD".replace(question.answer, "")[0]
    assert fault_of(said(think, wrong), question, case_of(question)) == "answer wrong"
    other = next(other for other in NAMES.values() if other != name)
    assert (
        fault_of(said(think.replace(str(name), str(other)), question.answer), question, case_of(question))
        == "other name"
    )
    assert (
        fault_of(said(think.replace(f">{name}", f">small {name}"), question.answer), question, case_of(question))
        is None
    )


def test_a_number_of_the_question_may_be_weighed() -> None:
    question = row("object_size", "height", "mc", marked=True)
    name = NAMES[question.marks[0].object_id]
    wrong = next(text for letter, text in zip("ABCD", question.options, strict=True) if letter != question.answer)
    think = (
        f"It is a <semantic>{name}</semantic> among things of about <scale>18 cm</scale>; {wrong} would be too much."
    )
    assert fault_of(said(think, question.answer), question, case_of(question)) is None
    assert fault_of(said(think.replace(wrong, "7 m"), question.answer), question, case_of(question)) == "number"


def test_the_scene_is_known_by_the_objects_that_are_spoken_of() -> None:
    height = Candidate("object_size", "height", (2,))
    alone = NUMBERS(height, [0, 1, 2], "it rises by 20 cm")
    both = NUMBERS(height, [0, 1, 2], "the bottle beside the book")
    allowed = lambda known, metres: any(k.allows(metres) for k in known if k.dimension == "length")  # noqa: E731
    assert allowed(alone, 0.20)  # its height
    assert allowed(alone, 1.2)  # the camera sees its foot and top 1.1 and 1.3 m away
    assert not allowed(alone, 0.30)  # the book's length
    assert allowed(both, 0.30)
    # Gaps between the objects of the question: 25 cm from the cup to the bottle.
    assert allowed(NUMBERS(Candidate("absolute_distance", "closest", (1, 2)), [0], ""), 0.25)
    assert not allowed(NUMBERS(Candidate("absolute_distance", "closest", (1, 2)), [0], ""), 0.40)


def test_known_quantities_have_a_tolerance_of_ten_per_cent_or_five_degrees() -> None:
    (length,) = known_of_fact(Fact(Candidate("object_size", "height", (1,)), "length", (1.0,), (Interval(0.9, 1.1),)))
    assert [length.allows(v) for v in (0.79, 0.81, 1.19, 1.21)] == [False, True, True, False]
    (angle,) = known_of_fact(Fact(Candidate("turn", "net", ()), "angle", (-20.0,), (Interval(-21, -19),)))
    assert [angle.allows(v) for v in (13.9, 14.1, 25.9, 26.1)] == [False, True, True, False]
    motion = (Interval(0.3, 0.3), Interval(-0.4, -0.4), Interval(0, 0), Interval(-30, -30), Interval(0, 0))
    parts = known_of_fact(
        Fact(Candidate("view_change", "vector", (), (0, 1)), "motion", (0.3, -0.4, 0, -30, 0), motion)
    )
    # Parts and the way of 50 cm itself, each within 5 cm; a turn of 30 degrees within 5.
    lengths = [known for known in parts if known.dimension == "length"]
    told = {v: any(known.allows(v) for known in lengths) for v in (0.04, 0.06, 0.26, 0.44, 0.5, 0.56)}
    assert told == {0.04: True, 0.06: False, 0.26: True, 0.44: True, 0.5: True, 0.56: False}
    assert known_of_fact(Fact(Candidate("new", "any", ()), "choice", (), (Interval(1, 2),))) == ()
    assert Known("length", 1, 2, 0.1).allows(2.05)


# What a model is asked.


def test_every_example_would_pass_as_to_its_form() -> None:
    assert {"object_size", "view_change", "relative_distance", "size_comparison", GENERAL} <= set(examples())
    for task, shown in examples().items():
        for example in shown:
            completion = said(example.think, example.answer)
            assert well_formed(completion), task
            assert read_length_m(block(completion, "scale") or "") is not None, task
            assert block(completion, "semantic"), task


def test_a_prompt_has_the_examples_of_its_task_then_the_question() -> None:
    prompt = rationale_prompt(NUMBER)
    assert prompt.endswith(NUMBER.question)
    assert all(example.think in prompt for example in examples()["object_size"])
    assert not any(example.think in prompt for example in examples()["view_change"])
    assert "<answer>20" not in prompt.rpartition("Now your question")[2]
    other = msgspec.structs.replace(NUMBER, task="object_matching")
    assert examples()["object_matching"][0].think in rationale_prompt(other)
