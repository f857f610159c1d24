"""Paired comparison: hand-computed sign tests, intervals and counts."""

import math
from typing import Any

import numpy as np
import pytest

from eval_lines import sim_line
from spacevista.evals.compare import Comparison, compare, sign_test
from spacevista.evals.report_rows import Row, read_row


def rows_of(lines: list[dict[str, Any]]) -> list[Row]:
    return [read_row("spacevista_sim", line) for line in lines]


def compared(first: list[dict[str, Any]], second: list[dict[str, Any]]) -> Comparison:
    return compare(rows_of(first), rows_of(second), "strict", np.random.default_rng(0))


@pytest.mark.parametrize(
    ("better", "worse", "p"),
    [
        # two-sided exact: twice the smaller tail of Binomial(n, 1/2), at most 1
        (5, 0, 2 / 2**5),
        (0, 5, 2 / 2**5),
        (9, 1, 2 * (1 + 10) / 2**10),
        (8, 2, 2 * (1 + 10 + 45) / 2**10),
        (3, 3, 1.0),
        (1, 0, 1.0),
    ],
)
def test_sign_test(better: int, worse: int, p: float) -> None:
    found = sign_test([0.5] * better + [-0.1] * worse + [0.0, 1e-15, -1e-15])
    assert (found.better, found.worse, found.equal) == (better, worse, 3)
    assert found.p == pytest.approx(p)


def test_sign_test_of_nothing() -> None:
    assert sign_test([]).p is None
    assert sign_test([0.0]).p is None


def test_scenes_are_what_the_sign_test_counts() -> None:
    # Scene a: the first run is right 3 times, the second once: better. Scene b: 1 against 2 of 4: worse. Scene c: one
    # each, of different questions: equal. Differences per question: (2 - 1 + 0) / 10.
    answers = {"a": ("1110", "1000"), "b": ("1000", "0110"), "c": ("10", "01")}
    first, second = (
        [
            sim_line(f"{scene}{at}", "10" if right == "1" else "30", scene_id=scene)
            for scene, both in answers.items()
            for at, right in enumerate(both[side])
        ]
        for side in (0, 1)
    )
    found = compared(first, second).overall
    assert (found.signs.better, found.signs.worse, found.signs.equal, found.signs.p) == (1, 1, 1, 1.0)
    assert found.first == pytest.approx(5 / 10)
    assert found.second == pytest.approx(4 / 10)
    assert found.mean.value == pytest.approx(1 / 10)
    assert (found.mean.scenes, found.mean.questions) == (3, 10)


def test_the_interval_is_of_the_difference_not_of_the_scores() -> None:
    # 200 scenes, half hard for both runs. The first is right in 150 scenes, the second in 100 of those: differences
    # are 1 in 50 of 200 scenes, so their mean is 0.25 with sd sqrt(0.25 * 0.75 / 200) = 0.0306; were the runs not
    # paired, the sd would be sqrt(0.75 * 0.25 / 200 + 0.5 * 0.5 / 200) = 0.0468.
    first, second = (
        [sim_line(str(n), "10" if n < right else "30", scene_id=f"scene {n}") for n in range(200)]
        for right in (150, 100)
    )
    found = compared(first, second).overall
    assert found.mean.value == pytest.approx(0.25)
    assert found.mean.interval is not None
    low, high = found.mean.interval
    assert (high - low) / 2 == pytest.approx(1.96 * math.sqrt(0.25 * 0.75 / 200), rel=0.1)
    assert low > 0
    assert found.signs.p == pytest.approx(2 / 2**50)


def test_what_is_not_compared_is_counted() -> None:
    shared = [sim_line("both", "10"), sim_line("truth", "10"), sim_line("none", None)]
    first = [*shared, sim_line("only first", "10"), sim_line("unscored first", None), sim_line("unscored second", "10")]
    second = [
        *(sim_line("both", "30"), sim_line("truth", "10", truth="11"), sim_line("none", None)),
        *(sim_line("only second", "10"), sim_line("unscored first", "10")),
        sim_line("unscored second", None, refused=True),
        sim_line("", "10"),
    ]
    found = compared(first, second)
    assert found.overall.mean.questions == 1
    assert found.overall.mean.reason == "one scene only"
    left = found.unpaired
    assert (left.only_first, left.only_second, left.unscored_first, left.unscored_second) == (1, 1, 1, 1)
    assert (left.unscored_both, left.other_truth, left.without_id) == (1, 1, 1)


def test_groups_have_only_their_questions() -> None:
    first = [sim_line("1", "10"), sim_line("2", "B", truth="B", form="mc", task="view_change", scale="drone")]
    second = [sim_line("1", "10"), sim_line("2", "C", truth="B", form="mc", task="view_change", scale="drone")]
    found = compared(first, second)
    assert list(found.by_scale) == ["tabletop", "drone"]
    assert {name: each.mean.value for name, each in found.by_task.items()} == {"object_size": 0.0, "view_change": 1.0}
    assert {name: each.mean.value for name, each in found.by_form.items()} == {"mc": 1.0, "reg": 0.0}


def test_nothing_in_common() -> None:
    found = compared([sim_line("1", "10")], [sim_line("2", "10")]).overall
    assert (found.mean.value, found.first, found.second, found.signs.p) == (None, None, None, None)


def test_truths_written_in_two_ways_are_one_question() -> None:
    first, second = sim_line("1", "10", truth="10"), sim_line("1", "10", truth="10.0")
    assert compared([first], [second]).unpaired.other_truth == 0
