"""Scores: parity with the released scorers, every boundary of the accuracy, what is unscored, errors."""

import json
import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import scoring_restated as restated
from scoring_lines import line
from spacevista.scoring import (
    BENCHMARKS,
    ScoringError,
    aggregate,
    form_of,
    is_unparsable,
    predicted_letter,
    predicted_number,
    score_row,
    score_rows,
    task_of,
    true_number,
    unscored_reason,
)
from spacevista.scoring.mra import mra, mra_many, mra_of_error
from spacevista.scoring.rouge import rouge_f1

RELEASED = tuple(name for name in BENCHMARKS if name != "spacevista_sim")
CASES = [
    json.loads(text) for text in (Path(__file__).parent / "data" / "scorer_cases.jsonl").read_text("utf-8").splitlines()
]


def test_all_recorded_cases_are_there() -> None:
    assert len(CASES) == 660
    assert {case["benchmark"] for case in CASES} == set(RELEASED)


@pytest.mark.parametrize("benchmark", RELEASED)
def test_official_scores_equal_those_recorded_from_the_released_scorers(benchmark: str) -> None:
    cases = [case for case in CASES if case["benchmark"] == benchmark]
    assert score_rows(benchmark, cases) == [case["expected_score"] for case in cases]


@pytest.mark.parametrize("benchmark", RELEASED)
def test_official_scores_equal_the_restated_rules(benchmark: str) -> None:
    rng = random.Random(benchmark)
    rows = [line(benchmark, rng) for _ in range(1500)]
    expected = [restated.score(benchmark, row) for row in rows]
    assert 0.1 < np.mean(expected) < 0.9  # the lines reach both ends
    for row, score, right in zip(rows, score_rows(benchmark, rows), expected, strict=True):
        assert score == right, row


def test_recorded_cases_check_the_restated_rules_too() -> None:
    for case in CASES:
        assert restated.score(case["benchmark"], case) == case["expected_score"], case


# Errors on each limit 1 - t, for t of linspace(0.5, 0.95, 10): on it counts, a hair above does not.
@pytest.mark.parametrize(("place", "threshold"), list(enumerate(np.linspace(0.5, 0.95, 10))))
def test_accuracy_at_every_threshold(place: int, threshold: float) -> None:
    limit = float(1 - threshold)
    assert mra_of_error(limit) == (place + 1) / 10
    assert mra_of_error(float(np.nextafter(limit, 2))) == place / 10
    assert mra_of_error(float(np.nextafter(limit, 0))) == (place + 1) / 10


# |7.7 - 7| / 7 = 0.10000000000000002, and 1 - linspace's 0.9 is 0.09999999999999998, but its ninth value is
# 0.8999999999999999, so that 1 - t is 0.10000000000000009: nine hits. The tuple 0.5, 0.55, ... gives eight.
def test_the_floats_of_linspace_decide_at_a_boundary() -> None:
    assert mra(7.7, 7.0) == 0.9
    assert np.mean([abs(7.7 - 7) / 7 <= 1 - t for t in (0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95)]) == 0.8


@pytest.mark.parametrize(
    ("prediction", "truth", "expected"),
    [
        (0.001, 0.001, 1.0),
        (1000.0, 1000.0, 1.0),
        (0.00118, 0.001, 0.7),  # 18 % off: thresholds 0.5 to 0.8, seven
        (1180.0, 1000.0, 0.7),
        (0.0, 0.0, 1.0),
        (0.3, 0.0, 0.5),  # absolute error where the truth is 0: 0.5 to 0.7, five
        (-5.0, 5.0, 0.0),
        (float("inf"), 5.0, 0.0),
        (float("nan"), 5.0, 0.0),
        (5.0, float("nan"), 0.0),
    ],
)
def test_accuracy(prediction: float, truth: float, expected: float) -> None:
    assert mra(prediction, truth) == expected


def vsi(
    answer: str | None, truth: object = "63", question_type: str = "object_size_estimation", **more: Any
) -> dict[str, Any]:
    return {"question_type": question_type, "ground_truth": truth, "predicted_answer": answer, **more}


# A released fault: -1 stands for "no number" and is then compared with the truth. |-1 + 1.2| / 1.2 = 0.17: seven.
@pytest.mark.parametrize(("truth", "expected"), [("-1", 1.0), ("-1.2", 0.7), ("1", 0.0)])
def test_spar_without_a_number_is_minus_one(truth: str, expected: float) -> None:
    row = {"task": "depth_prediction_oo", "ground_truth": truth, "predicted_answer": "<answer>near</answer>"}
    assert score_row("spar_bench", row) == restated.score("spar_bench", row) == expected
    assert is_unparsable("spar_bench", row)
    assert predicted_number("spar_bench", row) is None


def test_an_empty_text_equals_an_empty_truth() -> None:
    row = {"original_type": "MATCH", "answer_type": "text", "ground_truth": "", "predicted_answer": " "}
    assert score_row("spacevista_bench", row) == 1.0
    assert is_unparsable("spacevista_bench", {**row, "ground_truth": "left"})


def test_strict_reads_units_where_official_does_not() -> None:
    row = vsi("0.63 m")  # object sizes are asked for in cm
    assert (score_row("vsi_bench", row, "official"), score_row("vsi_bench", row, "strict")) == (0.0, 1.0)
    assert (predicted_number("vsi_bench", row, "official"), predicted_number("vsi_bench", row, "strict")) == (
        0.63,
        63.0,
    )


def test_the_unit_of_the_row_goes_before_that_of_its_type() -> None:
    assert score_row("vsi_bench", vsi("0.63 m", unit="m", truth="0.63"), "strict") == 1.0
    row = {"original_type": "DEPTH", "answer_type": "numerical", "ground_truth": "6.3", "predicted_answer": "63 mm"}
    assert score_row("spacevista_bench", {**row, "unit": "cm"}, "strict") == 1.0
    assert score_row("spacevista_bench", row, "strict") == 0.0  # no unit is known: 63 for 6.3


def test_a_truth_that_brings_its_unit_is_converted() -> None:
    assert true_number("vsi_bench", vsi("63", truth="0.63 m")) == 63.0
    assert score_row("vsi_bench", vsi("63", truth="0.63 m"), "strict") == 1.0
    assert score_row("vsi_bench", vsi("63", truth="0.63 m"), "official") == 0.0  # the released scorer cannot read it


def test_an_option_beyond_d_is_right_where_the_truth_is() -> None:
    row = {"task": "Pose Estimation", "ground_truth": "F", "predicted_answer": "(F)"}
    assert score_row("sti_bench", row, "strict") == 1.0
    assert predicted_letter("sti_bench", row, "strict") == "F"


@pytest.mark.parametrize("parser", ["official", "strict"])
@pytest.mark.parametrize("benchmark", RELEASED)
def test_a_question_that_was_never_answered_is_unscored(benchmark: str, parser: Any) -> None:
    row = {**line(benchmark, random.Random(1)), "predicted_answer": None}
    assert score_row(benchmark, row, parser) is None
    assert unscored_reason(benchmark, row, parser) == "no answer"
    assert unscored_reason(benchmark, {**row, "unscored": "missing video"}, parser) == "missing video"
    assert unscored_reason(benchmark, {**row, "refused": True}, parser) == "refused"
    assert not is_unparsable(benchmark, row, parser)
    assert predicted_number(benchmark, row, parser) is None
    assert predicted_letter(benchmark, row, parser) is None


def test_an_unreadable_answer_is_zero_and_unparsable_in_both_modes() -> None:
    row = vsi("I cannot tell")
    for parser in ("official", "strict"):
        assert score_row("vsi_bench", row, parser) == 0.0
        assert is_unparsable("vsi_bench", row, parser)
        assert unscored_reason("vsi_bench", row, parser) is None


@pytest.mark.parametrize("truth", ["tall", "", None, "5 or 6", "nan"])
def test_an_unreadable_truth_is_zero_in_official_and_unscored_in_strict_mode(truth: object) -> None:
    row = vsi("5", truth=truth)
    assert score_row("vsi_bench", row, "official") == 0.0
    assert score_row("vsi_bench", row, "strict") is None
    assert "truth" in str(unscored_reason("vsi_bench", row, "strict"))


def test_numbers_in_json_are_read_as_their_text() -> None:
    assert score_row("vsi_bench", vsi(63, truth=63.0)) == 1.0


def test_what_a_row_is() -> None:
    spar = {"task": "view_change_infer", "ground_truth": "", "predicted_answer": ""}
    assert (task_of("spar_bench", spar), form_of("spar_bench", spar)) == ("view_change_infer", "reg")
    assert form_of("vsi_bench", vsi("")) == "reg"
    assert form_of("vsi_bench", vsi("", question_type="route_planning")) == "mc"
    bench = {"original_type": "DEPTH", "answer_type": "text"}
    assert (task_of("spacevista_bench", bench), form_of("spacevista_bench", bench)) == ("DEPTH", "free")


@pytest.mark.parametrize(
    ("benchmark", "row", "words"),
    [
        ("scan_bench", {}, ("vsi_bench", "scan_bench")),
        ("vsi_bench", {"id": "q7", "ground_truth": "1", "predicted_answer": "1"}, ("q7", "question_type")),
        ("vsi_bench", {"id": 7, "question_type": "object_counting", "predicted_answer": "1"}, ("7", "ground_truth")),
        ("sti_bench", {"id": "q7", "task": "MSR", "ground_truth": "A"}, ("q7", "predicted_answer")),
        (
            "vsi_bench",
            {"id": "q7", **vsi("1", question_type="DEPTH")},
            ("q7", "question_type", "DEPTH", "route_planning"),
        ),
        ("vsi_bench", {"id": "q7", **vsi("1"), "question_type": ["a"]}, ("q7", "question_type", "route_planning")),
        ("spacevista_sim", {"id": "q7", "task": "object_size", "form": "essay"}, ("q7", "form", "essay")),
        ("spacevista_sim", {"id": "q7", "task": "object_size", "form": "reg", "value": "6.3"}, ("q7", "value", "6.3")),
        ("spacevista_sim", {"id": "q7", "task": "x", "form": "reg", "value": ["ten"]}, ("q7", "value", "ten")),
        ("spacevista_sim", {"id": "q7", "task": "x", "form": "reg", "value": [10**400]}, ("q7", "value", "1000")),
        ("spacevista_sim", {"id": "q7", "task": "x", "form": "reg", "value": [float("nan")]}, ("q7", "value", "nan")),
    ],
)
def test_errors_name_the_row_and_the_field(benchmark: str, row: dict[str, Any], words: tuple[str, ...]) -> None:
    with pytest.raises(ScoringError) as caught:
        score_row(benchmark, row)
    assert all(word in str(caught.value) for word in words)


def test_errors_do_not_repeat_long_texts() -> None:
    long = "x" * 100_000
    with pytest.raises(ScoringError) as caught:
        score_row("vsi_bench", {**vsi("1"), "question_type": long, "id": long})
    assert len(str(caught.value)) < 1000
    assert len(str(unscored_reason("vsi_bench", vsi("1", truth=long), "strict"))) < 1000


def test_errors_of_many_rows_name_the_place() -> None:
    rows = [vsi("1"), vsi("2"), {"ground_truth": "1", "predicted_answer": "1"}]
    with pytest.raises(ScoringError, match=r"row 3: .*expected a field 'question_type'"):
        score_rows("vsi_bench", rows)


def test_an_unknown_parser_is_an_error() -> None:
    with pytest.raises(ScoringError, match="official, strict"):
        score_row("vsi_bench", vsi("1"), "lenient")  # type: ignore[arg-type]


def test_accuracies_of_arrays_are_those_of_their_numbers() -> None:
    rng = np.random.default_rng(0)
    truths = np.where(rng.random(2000) < 0.1, 0.0, 10 ** rng.uniform(-3, 3, 2000))
    predictions = truths * (1 + rng.integers(-12, 13, 2000) / 20)  # many on a threshold
    predictions[:2] = np.nan, np.inf
    expected = [mra(p, t) for p, t in zip(predictions.tolist(), truths.tolist(), strict=True)]
    assert mra_many(predictions, truths).tolist() == expected


# "the cup is near" against "the cup is far": 3 of 4 words, 2 of 3 pairs, a common run of 3: (3/4 + 2/3 + 3/4) / 3.
def test_rouge_is_the_mean_of_three() -> None:
    assert rouge_f1("the cup is near", "the cup is far") == pytest.approx((3 / 4 + 2 / 3 + 3 / 4) / 3)
    assert rouge_f1("cups", "cup") == 0.0  # no stemming
    assert rouge_f1("", "cup") == 0.0


VALUES = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=20), st.lists(st.floats(), max_size=5)
)
FIELDS = ("answer_type", "form", "unit", "value", "options", "image_type", "unscored", "refused", "scale", "id")


@given(
    st.sampled_from(BENCHMARKS),
    st.integers(0, 50),
    st.dictionaries(st.sampled_from(("ground_truth", "predicted_answer", *FIELDS)), VALUES),
    st.sampled_from(("official", "strict")),
)
def test_whatever_a_line_holds_it_is_scored_or_named(
    benchmark: Any, seed: int, fields: dict[str, Any], parser: Any
) -> None:
    row = {**line(benchmark, random.Random(seed)), **fields}
    try:
        score = score_row(benchmark, row, parser)
        reason = unscored_reason(benchmark, row, parser)
        aggregate(benchmark, [row], [score], parser)
        predicted_number(benchmark, row, parser)
        predicted_letter(benchmark, row, parser)
        true_number(benchmark, row)
    except ScoringError:
        return
    assert (score is None) == (reason is not None)
    assert score is None or 0 <= score <= 1


@pytest.mark.parametrize(
    ("question", "answer", "score"),
    [
        ("How tall is the lamp in the corner, in cm?", "0.63 m", 1.0),
        ("How tall is the lamp (in millimeters)?", "6.3 cm", 1.0),
        ("How tall is the lamp in meters?", "63", 1.0),  # a bare number is in the unit asked for
        ("How tall is the lamp in the corner?", "0.63 m", 0.0),  # none is named: numbers as they stand
        ("How tall is it, in cm or in m?", "0.63 m", 0.0),
    ],
)
def test_a_question_says_the_unit_of_its_truth(question, answer, score):
    row = {"category": "Tabletop", "original_type": "HEIGHT", "answer_type": "numerical", "question": question}
    assert score_row("spacevista_bench", {**row, "ground_truth": "63", "predicted_answer": answer}, "strict") == score
    old = {"question_type": "HEIGHT", "task_type": "regression", "question": question}
    assert score_row("spacevista_parquet", {**old, "ground_truth": "63", "predicted_answer": answer}, "strict") == score
