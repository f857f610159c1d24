"""Means: every benchmark's own, against the restated rules; what is left out of them is counted."""

import random

import numpy as np
import pytest

import scoring_restated as restated
from scoring_lines import line
from spacevista.scoring import ScoringError, aggregate, score_rows

COUNT = 3000


def scored(benchmark: str, parser: str = "official") -> tuple[list[restated.Row], list[float]]:
    rng = random.Random(benchmark)
    rows = [line(benchmark, rng) for _ in range(COUNT)]
    return rows, [restated.score(benchmark, row) for row in rows]


@pytest.mark.parametrize("benchmark", ["vsi_bench", "sti_bench", "mmsi_bench", "spar_bench", "spacevista_parquet"])
def test_one_mean_for_each_type(benchmark: str) -> None:
    rows, scores = scored(benchmark)
    field = "task" if benchmark in ("sti_bench", "spar_bench") else "question_type"
    result = aggregate(benchmark, rows, score_rows(benchmark, rows))
    for task, mean in restated.means([row[field] for row in rows], scores).items():
        assert result["by_type"][task] == result[task] == pytest.approx(mean)
        assert result["count_by_type"][task] == sum(row[field] == task for row in rows)
    assert result["overall_items"] == pytest.approx(np.mean(scores))
    assert (result["total"], result["scored"], result["unscored"]) == (COUNT, COUNT, 0)


def test_vsi_overall_is_the_mean_of_eight() -> None:
    rows, scores = scored("vsi_bench")
    result = aggregate("vsi_bench", rows, scores)
    assert result["overall"] == pytest.approx(restated.vsi_overall(rows, scores))
    directions = [result["by_type"][f"object_rel_direction_{level}"] for level in ("easy", "medium", "hard")]
    assert result["by_type"]["object_rel_direction"] == pytest.approx(np.mean(directions))


def test_sti_overall_counts_its_sub_score_as_one_more_task() -> None:
    rows, scores = scored("sti_bench")
    result = aggregate("sti_bench", rows, scores)
    assert (result["overall"], result["sr_sub"]) == pytest.approx(restated.sti_overall(rows, scores))
    tasks = restated.means([row["task"] for row in rows], scores)
    assert result["overall_tasks"] == pytest.approx(np.mean(list(tasks.values())))


def test_mmsi_has_both_overalls() -> None:
    rows, scores = scored("mmsi_bench")
    result = aggregate("mmsi_bench", rows, scores)
    types = restated.means([row["question_type"] for row in rows], scores)
    assert len(types) == 11
    assert result["overall"] == pytest.approx(np.mean(list(types.values())))
    assert result["overall_items"] == pytest.approx(np.mean(scores))
    assert result["overall"] != pytest.approx(result["overall_items"], abs=1e-6)


def test_spar_levels_in_all_and_by_image_type() -> None:
    rows, scores = scored("spar_bench")
    result = aggregate("spar_bench", rows, scores)
    assert {"overall": result["overall"], **result["levels"]} == pytest.approx(restated.spar_overall(rows, scores))
    for image_type in ("single_view", "multi_view"):
        places = [i for i, row in enumerate(rows) if row["image_type"] == image_type]
        expected = restated.spar_overall([rows[i] for i in places], [scores[i] for i in places])
        found = result["by_image_type"][image_type]
        assert {"overall": found["overall"], **found["levels"]} == pytest.approx(expected)


def test_spacevista_bench_by_category_and_answer_type() -> None:
    rows, scores = scored("spacevista_bench")
    result = aggregate("spacevista_bench", rows, scores)
    assert result["overall"] == pytest.approx(np.mean(scores))
    assert result["by_type"] == pytest.approx(restated.means([row["original_type"] for row in rows], scores))
    pairs = restated.means([(row["category"], row["answer_type"]) for row in rows], scores)
    assert len(pairs) == 12
    for (category, answer_type), mean in pairs.items():
        assert result["by_category"][category]["by_answer_type"][answer_type] == pytest.approx(mean)
    for category, mean in restated.means([row["category"] for row in rows], scores).items():
        assert result["by_category"][category]["overall"] == pytest.approx(mean)


def test_parquet_by_form() -> None:
    rows, scores = scored("spacevista_parquet")
    result = aggregate("spacevista_parquet", rows, scores)
    assert result["overall"] == pytest.approx(np.mean(scores))
    forms = restated.means(["reg" if row["task_type"] == "regression" else "mc" for row in rows], scores)
    assert result["by_form"] == pytest.approx(forms)


def count_row(answer: str | None, truth: str = "4", **more: str) -> dict[str, object]:
    return {"question_type": "object_counting", "ground_truth": truth, "predicted_answer": answer, **more}


# Two right, one without a number (0, in the mean), two never answered (in no mean): (1 + 1 + 0) / 3.
def test_unscored_rows_are_in_no_mean_and_counted() -> None:
    rows = [count_row("4"), count_row("4.0"), count_row("many"), count_row(None, unscored="timeout"), count_row(None)]
    scores = score_rows("vsi_bench", rows)
    assert scores == [1.0, 1.0, 0.0, None, None]
    result = aggregate("vsi_bench", rows, scores, "official")
    assert result["overall"] == pytest.approx(2 / 3)
    assert (result["total"], result["scored"], result["unscored"], result["unparsable"]) == (5, 3, 2, 1)
    assert result["unscored_reasons"] == {"timeout": 1, "no answer": 1}
    assert aggregate("vsi_bench", rows, scores)["unparsable"] is None


def test_a_type_whose_rows_are_all_unscored_has_no_mean() -> None:
    rows = [count_row("4"), {**count_row(None), "question_type": "route_planning"}]
    result = aggregate("vsi_bench", rows, [1.0, None])
    assert result["by_type"] == {"object_counting": 1.0, "route_planning": None}
    assert result["count_by_type"] == {"object_counting": 1, "route_planning": 0}
    assert result["overall"] == 1.0


@pytest.mark.parametrize("benchmark", ["vsi_bench", "sti_bench", "mmsi_bench", "spar_bench", "spacevista_bench"])
def test_nothing_has_no_mean(benchmark: str) -> None:
    result = aggregate(benchmark, [], [])
    assert (result["overall"], result["overall_items"], result["total"]) == (None, None, 0)


@pytest.mark.parametrize("scores", [[], [1.0, 1.0]])
def test_rows_and_scores_must_be_as_many(scores: list[float]) -> None:
    with pytest.raises(ScoringError, match="one score a row"):
        aggregate("vsi_bench", [count_row("4")], scores)


@pytest.mark.parametrize("score", [-0.1, 5.0, float("nan"), float("inf")])
def test_a_score_is_from_0_to_1(score: float) -> None:
    with pytest.raises(ScoringError, match="a score from 0 to 1"):
        aggregate("vsi_bench", [count_row("4")], [score])


def test_a_row_without_its_type_is_named() -> None:
    with pytest.raises(ScoringError, match=r"'q7'.*question_type"):
        aggregate("vsi_bench", [{"id": "q7", "ground_truth": "4", "predicted_answer": "4"}], [1.0])
