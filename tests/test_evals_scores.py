"""Scoring a saved file: the same means as row by row; lines of another kind are counted and named."""

import json
import random
from pathlib import Path

import msgspec
import pytest

from eval_lines import HEADER, sim_line
from scoring_lines import line
from spacevista.evals.predictions import PredictionsError
from spacevista.evals.scores import MOST_FAULTS, scores_of
from spacevista.scoring import ScoringError, aggregate, score_rows


@pytest.mark.parametrize("benchmark", ["spacevista_bench", "spar_bench", "vsi_bench"])
def test_a_file_gives_the_means_of_its_rows(tmp_path: Path, benchmark: str) -> None:
    rng = random.Random(2)
    rows = [line(benchmark, rng) for _ in range(500)] + [{**line(benchmark, rng), "predicted_answer": None}]
    path = tmp_path / "results.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    found = scores_of(path, benchmark)
    assert (found.benchmark, found.rejected, found.faults, found.torn) == (benchmark, 0, (), False)
    for parser in ("official", "strict"):
        assert found.aggregates[parser] == aggregate(benchmark, rows, score_rows(benchmark, rows, parser), parser)
        assert found.aggregates[parser]["unscored"] >= 1
    alone = scores_of(path, benchmark, ("strict",))
    assert alone.aggregates == {"strict": found.aggregates["strict"]}
    assert alone.figures("strict")["overall"] == found.aggregates["strict"]["overall"]


def test_our_header_names_the_benchmark(tmp_path: Path) -> None:
    path = tmp_path / "predictions.jsonl"
    path.write_bytes(msgspec.json.encode({"header": HEADER}) + b"\n" + msgspec.json.encode(sim_line("q1", "10 cm")))
    assert scores_of(path).aggregates["strict"]["overall"] == 1.0
    with pytest.raises(PredictionsError, match="expected answers to vsi_bench, got those to spacevista_sim"):
        scores_of(path, "vsi_bench")


def test_lines_of_another_kind_are_counted_in_no_mean_and_named(tmp_path: Path) -> None:
    good = {"task": "x", "form": "reg", "value": [6.3], "unit": "cm", "ground_truth": "6.3", "predicted_answer": "6.3"}
    others = [{**good, "value": ["ten"]}, {**good, "value": [10**400]}, *[{"task": "x"}] * MOST_FAULTS]
    path = tmp_path / "results.json"
    path.write_text(json.dumps([good, *others]))
    found = scores_of(path, "spacevista_sim")
    assert [means["total"] for means in found.aggregates.values()] == [1, 1]
    assert found.rejected == len(others)
    assert len(found.faults) == MOST_FAULTS
    assert found.faults[0].startswith("prediction 2: spacevista_sim")


def test_a_file_that_cannot_be_scored(tmp_path: Path) -> None:
    path = tmp_path / "results.jsonl"
    path.write_text('{"task": "x"}\n')
    with pytest.raises(PredictionsError, match="does not name its benchmark"):
        scores_of(path)
    with pytest.raises(PredictionsError, match=r"no line is a result of sti_bench; prediction 1: .*predicted_answer"):
        scores_of(path, "sti_bench")
    with pytest.raises(ScoringError, match="expected one of the benchmarks"):
        scores_of(path, "scan_bench")
