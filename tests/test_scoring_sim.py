"""Scores of spacevista_sim: every frozen gold answer is right, and how motions and sentences are graded."""

from typing import Any

import pytest

from spacevista.qa.patterns import fill, templates
from spacevista.qa.sim_benchmark_file import load_benchmark
from spacevista.qa.wording import value_text
from spacevista.scales import METRES_PER_UNIT
from spacevista.scoring import Parser, aggregate, score_row, score_rows, unscored_reason
from spacevista.scoring.motion import motion_score


def gold_rows() -> list[dict[str, Any]]:
    """Return the frozen rows as lines of results that give the true answer; their lengths are frozen in metres."""
    rows = []
    for scene in load_benchmark().scenes:
        for row in scene.rows:
            metres = METRES_PER_UNIT.get(row.unit, 1.0)
            value = [v / metres if i < 3 else v for i, v in enumerate(row.values)]
            fields = {"task": row.task, "scale": scene.scale, "form": row.form, "unit": row.unit}
            answers = {"ground_truth": row.answer, "predicted_answer": row.answer}
            rows.append({**fields, **answers, "options": list(row.options), "value": value})
    return rows


@pytest.mark.parametrize("parser", ["official", "strict"])
def test_every_gold_answer_is_right(parser: Parser) -> None:
    rows = gold_rows()
    scores = score_rows("spacevista_sim", rows, parser)
    assert len(scores) > 1900
    assert set(scores) == {1.0}
    result = aggregate("spacevista_sim", rows, scores, parser)
    assert result["overall"] == 1.0
    assert set(result["by_scale"]) == {"tiny_tabletop", "tabletop", "indoor", "outdoor", "drone"}
    assert set(result["by_form"]) == {"mc", "reg"}
    assert result["unparsable"] == 0


def test_a_wrong_answer_is_wrong() -> None:
    for row in gold_rows()[:200]:
        # No area is 100 square metres to four digits here, and nothing was counted 999 times.
        wrong = "0.0001 km2" if row["unit"] else "999"
        other = {"A": "B", "B": "A", "C": "A", "D": "A"}.get(row["ground_truth"], wrong)
        assert score_row("spacevista_sim", {**row, "predicted_answer": other}, "strict") == 0.0


def free(answer: str, **more: Any) -> dict[str, Any]:
    return {"task": "x", "scale": "indoor", "form": "free", "predicted_answer": answer, **more}


def test_a_sentence_with_a_number_is_graded_by_its_number() -> None:
    row = free("It is about 63 mm long.", ground_truth="Its longest dimension is 6.3 cm.", value=[6.3], unit="cm")
    assert score_row("spacevista_sim", row, "strict") == 1.0
    assert score_row("spacevista_sim", {**row, "predicted_answer": "It is long."}, "strict") == 0.0


def test_a_sentence_with_a_choice_must_name_just_one_option() -> None:
    truth, options = "The closest one is the table.", ["the chair", "the table"]
    row = free("I would say the table.", ground_truth=truth, options=options, value=[], unit="")
    assert score_row("spacevista_sim", row) == 1.0
    for wrong in ("The chair.", "The chair or the table", "The sofa"):
        assert score_row("spacevista_sim", {**row, "predicted_answer": wrong}) == 0.0


@pytest.mark.parametrize(("unit", "size"), [("mm", 1.0), ("cm", 1.0), ("m", 1.0), ("m", 1000.0)])
def test_every_sentence_that_the_package_writes_is_right(unit: str, size: float) -> None:
    one, five = [4.567 * size], [0.123 * size, -4.2 * size, 0.0, 12.34, -3.21]
    written = 0
    for (task, aspect), patterns in templates().aspects.items():
        value = five if task == "view_change" else one
        name = f"cubic {unit}" if aspect == "volume" else unit
        for pattern in patterns.answer:
            if "{value}" in pattern:
                answer = fill(pattern, {"value": value_text(value, 0.01, name)})
                row = free(answer, ground_truth=answer, value=value, unit=name)
                assert score_row("spacevista_sim", row, "strict") == 1.0, answer
                written += 1
            else:
                answer = fill(pattern, {"choice": "the red chair"})
                row = free(answer, ground_truth=answer, value=[], unit="", options=["the chair", "the red chair"])
                assert score_row("spacevista_sim", row, "strict") == 1.0, answer
    assert written > 10


def test_a_sentence_without_options_must_say_the_same_words() -> None:
    row = free("mostly left", ground_truth="Mostly left.", options=[], value=[], unit="")
    assert score_row("spacevista_sim", row) == 1.0
    assert score_row("spacevista_sim", {**row, "predicted_answer": "Mostly right."}) == 0.0


TRUTH = (3.0, 0.0, 4.0, 30.0, 0.0)  # a path of 5, a turn of 30 degrees


@pytest.mark.parametrize(
    ("motion", "expected"),
    [
        (TRUTH, 1.0),
        ((3.0, 0.0, 4.0, -330.0, 0.0), 1.0),  # the same direction, once around
        ((3.0, 0.9, 4.0, 30.0, 0.0), (0.7 + 1.0) / 2),  # 0.9 of 5 is 0.18: within the limits of 0.5 to 0.8, seven
        ((3.0, 0.0, 4.0, 38.0, 0.0), (1.0 + 0.5) / 2),  # 8 of 30 degrees is 0.27: 0.5 to 0.7
        ((-3.0, 0.0, -4.0, 30.0, 0.0), 0.5),
        ((3.0, 0.0, 4.0, -30.0, 0.0), 0.5),
        ((0.0, 0.0, 0.0, 0.0, 0.0), 0.0),
    ],
)
@pytest.mark.parametrize("size", [1e-3, 1.0, 1e3])
def test_motion_score(motion: tuple[float, ...], expected: float, size: float) -> None:
    scaled = [[v * size for v in m[:3]] + list(m[3:]) for m in (motion, TRUTH)]
    assert motion_score(*scaled) == pytest.approx(expected)


# No turn: errors are compared with 2 degrees. 0.55 of them is 0.275: within the limits of 0.5 to 0.7, five.
def test_a_turn_below_the_dead_zone_is_compared_with_it() -> None:
    assert motion_score((1, 0, 0, 0.55, 0), (1, 0, 0, 0, 0)) == pytest.approx((1 + 0.5) / 2)


def test_a_motion_is_read_in_the_unit_of_its_row() -> None:
    truth = "20, 0, 5, -12, 0"
    fields = {"task": "view_change", "scale": "tabletop", "form": "reg", "unit": "cm"}
    row = {**fields, "value": [20.0, 0.0, 5.0, -12.0, 0.0], "ground_truth": truth}

    def score(answer: str) -> float | None:
        return score_row("spacevista_sim", {**row, "predicted_answer": answer})

    assert score(truth) == 1.0
    assert score("0.2 m, 0 m, 0.05 m, -12 degrees, 0 degrees") == 1.0
    assert score("20 cm right, 5 cm forward, turned 12 degrees left") == 1.0
    assert score("0.2, 0, 0.05, -12, 0") == 0.5
    assert score("to the right") == 0.0
    broken = {**row, "unit": "apples", "predicted_answer": truth}
    assert score_row("spacevista_sim", broken) is None
    assert "unit of length" in str(unscored_reason("spacevista_sim", broken))
