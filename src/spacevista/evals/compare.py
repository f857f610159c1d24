"""Two runs of one benchmark, question by question.

Only questions that both have a score for are compared: two scores of different questions say little, and an answerer
that declines the hard ones would look better than it is. How many are left out, and why, is part of the result.
The interval is of the mean difference over scenes drawn with replacement (`intervals.py`); the sign test asks whether
scenes favour one run more often than a fair coin would (exact, two-sided, scenes without a difference left out).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import binomtest

from spacevista.evals.intervals import Measured, measured, resampled_means, scene_numbers, scene_totals
from spacevista.evals.report_rows import Row, scales_in_order
from spacevista.geometry.arrays import FloatArray, IntArray
from spacevista.scoring import Parser

TIE = 1e-9  # mean differences of a scene below it are rounding


@dataclass(frozen=True)
class Unpaired:
    """Questions that are not compared, by reason.

    Attributes:
        only_first, only_second: asked in one run only.
        unscored_first, unscored_second, unscored_both: asked in both, without a score in one or both.
        other_truth: one id with two truths, tasks or forms: not the same question.
        without_id: lines that name no question, of both runs.
    """

    only_first: int
    only_second: int
    unscored_first: int
    unscored_second: int
    unscored_both: int
    other_truth: int
    without_id: int


@dataclass(frozen=True)
class SignTest:
    """Scenes that the first run is better at, worse at, and equal at; exact two-sided p, None without a difference."""

    better: int
    worse: int
    equal: int
    p: float | None


@dataclass(frozen=True)
class Difference:
    """First minus second over the paired questions of one group, scores from 0 to 1."""

    mean: Measured
    first: float | None
    second: float | None
    signs: SignTest


@dataclass(frozen=True)
class Comparison:
    """Two runs compared; groups are keyed by task, scale and form as the rows name them."""

    overall: Difference
    by_task: dict[str, Difference]
    by_scale: dict[str, Difference]
    by_form: dict[str, Difference]
    unpaired: Unpaired


Pair = tuple[Row, Row]


def compare(first: Sequence[Row], second: Sequence[Row], parser: Parser, rng: np.random.Generator) -> Comparison:
    """Compare two runs of one benchmark by the scores of one parser."""
    pairs, unpaired = paired(first, second, parser)
    tasks, scales, forms = ([getattr(row, column) for row, _ in pairs] for column in ("task", "scale", "form"))
    members = [
        _members(tasks, sorted(set(tasks))),
        _members(scales, scales_in_order(scales)),
        _members(forms, sorted(set(forms))),
    ]
    groups = [np.arange(len(pairs)), *(places for named in members for places in named.values())]
    scores = np.array([(a.scores[parser], b.scores[parser]) for a, b in pairs], dtype=np.float64).reshape(-1, 2)
    scenes = scene_numbers([row.scene or mate.scene for row, mate in pairs])
    totals = scene_totals(scenes, scores[:, 0] - scores[:, 1], groups)
    replicates = resampled_means(totals, rng)
    found = iter(
        _difference(measured(totals, replicates, number, number), scenes[places], scores[places])
        for number, places in enumerate(groups)
    )
    overall = next(found)
    by_task, by_scale, by_form = ({name: next(found) for name in named} for named in members)
    return Comparison(overall, by_task, by_scale, by_form, unpaired)


def paired(first: Sequence[Row], second: Sequence[Row], parser: Parser) -> tuple[list[Pair], Unpaired]:
    """Match rows by id; the pairs that both have a score come in the order of `first`."""
    here, there = ({row.id: row for row in rows if row.id} for rows in (first, second))
    pairs: list[Pair] = []
    other_truth = 0
    missing = {(False, False): 0, (True, False): 0, (False, True): 0}  # has the first, has the second a score?
    for key, row in here.items():
        if key not in there:
            continue
        mate = there[key]
        scored = (row.scores[parser] is not None, mate.scores[parser] is not None)
        if not _same_question(row, mate):
            other_truth += 1
        elif all(scored):
            pairs.append((row, mate))
        else:
            missing[scored] += 1
    return pairs, Unpaired(
        only_first=len(here.keys() - there.keys()),
        only_second=len(there.keys() - here.keys()),
        unscored_first=missing[False, True],
        unscored_second=missing[True, False],
        unscored_both=missing[False, False],
        other_truth=other_truth,
        without_id=sum(not row.id for rows in (first, second) for row in rows),
    )


def sign_test(differences: Iterable[float]) -> SignTest:
    """Test whether differences favour one side: under the null, better ~ Binomial(better + worse, 1/2)."""
    values = np.asarray(list(differences), dtype=np.float64)
    better, worse = int(np.sum(values > TIE)), int(np.sum(values < -TIE))
    p = float(binomtest(better, better + worse).pvalue) if better + worse else None
    return SignTest(better, worse, len(values) - better - worse, p)


def _same_question(row: Row, mate: Row) -> bool:
    return (row.truth, row.task, row.form) == (mate.truth, mate.task, mate.form)


def _members(column: Sequence[str], names: Sequence[str]) -> dict[str, IntArray]:
    """Return the positions of each name in the column."""
    values = np.array(column, dtype=object)
    return {name: np.flatnonzero(values == name).astype(np.int64) for name in names}


def _difference(mean: Measured, scenes: IntArray, scores: FloatArray) -> Difference:
    if mean.value is None:
        return Difference(mean, None, None, sign_test(()))
    _, place = np.unique(scenes, return_inverse=True)
    by_scene = np.bincount(place, scores[:, 0] - scores[:, 1]) / np.bincount(place)
    first, second = (float(value) for value in scores.mean(axis=0))
    return Difference(mean, first, second, sign_test(by_scene.tolist()))
