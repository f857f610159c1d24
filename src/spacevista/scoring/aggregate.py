"""Means of scores as each benchmark takes them, with counts of what is in them and what is not.

Scores are added up in cells, one for each combination of question type and the fields that the benchmark's released
aggregate looks at, so that a file of any length needs little memory. Unscored rows (None) are in no mean.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Sequence
from operator import itemgetter
from typing import Any

from spacevista.scoring.benchmarks import (
    SPAR_LEVELS,
    STI_REASONING,
    VSI_DIRECTIONS,
    Parser,
    Row,
    field_of,
    layout_of,
    name_of,
)
from spacevista.scoring.errors import ScoringError
from spacevista.scoring.rows import judge
from spacevista.scoring.verdicts import Verdict

Means = dict[str, float | None]
Cell = list[float]  # sum of scores, how many

DIRECTION = "object_rel_direction"


class Tally:
    """Adds up verdicts of one benchmark, row by row."""

    def __init__(self, benchmark: str) -> None:
        layout = layout_of(benchmark)
        self.benchmark = benchmark
        self._task = layout.task
        self._groups = layout.groups
        self._fields = itemgetter(layout.task, *layout.groups)
        self._cells: dict[tuple[str, ...], Cell] = {}
        self._known: dict[Hashable, Cell] = {}  # the same cells by the fields as they stand in the rows
        self._reasons: Counter[str] = Counter()
        self._unparsable = 0

    def add(self, row: Row, verdict: Verdict) -> None:
        """Count a row with its verdict.

        Raises:
            ScoringError: the row has no question type.
        """
        try:
            cell = self._known[self._fields(row)]
        except (KeyError, TypeError):
            cell = self._new_cell(row)
        if verdict.score is None:
            self._reasons[verdict.reason] += 1
            return
        cell[0] += verdict.score
        cell[1] += 1
        if not verdict.readable:
            self._unparsable += 1

    def _new_cell(self, row: Row) -> Cell:
        task = field_of(self.benchmark, row, self._task)
        names = (str(task), *(str(row.get(group, "")) for group in self._groups))
        cell = self._cells.setdefault(names, [0.0, 0])
        if all(isinstance(row.get(field), str) for field in (self._task, *self._groups)):
            self._known[self._fields(row)] = cell
        return cell

    def result(self) -> dict[str, Any]:
        """Return the benchmark's means and counts; see `aggregate`."""
        scored = int(sum(count for _, count in self._cells.values()))
        unscored = sum(self._reasons.values())
        by_type = self._means(0)
        found: dict[str, Any] = {
            "benchmark": self.benchmark,
            "overall": None,
            "overall_items": _mean(self._cells.values()),
            "by_type": by_type,
            "count_by_type": {task: self._count(0, task) for task in by_type},
            "total": scored + unscored,
            "scored": scored,
            "unscored": unscored,
            "unscored_reasons": dict(self._reasons.most_common()),
            "unparsable": self._unparsable,
            **EXTRAS[self.benchmark](self, by_type),
        }
        return {**found["by_type"], **found}

    def _count(self, place: int, name: str) -> int:
        return int(sum(count for key, (_, count) in self._cells.items() if key[place] == name))

    def _names(self, place: int) -> list[str]:
        return sorted({key[place] for key in self._cells})

    def _means(self, place: int, **where: str) -> Means:
        """Return the mean of each value of a key's place, of the cells whose named groups are as given."""
        cells = self._where(**where)
        names = sorted({key[place] for key in cells})
        return {name: _mean(cell for key, cell in cells.items() if key[place] == name) for name in names}

    def _where(self, **where: str) -> dict[tuple[str, ...], Cell]:
        places = {self._groups.index(group) + 1: value for group, value in where.items()}
        return {key: cell for key, cell in self._cells.items() if all(key[p] == v for p, v in places.items())}


def _mean(cells: Iterable[Cell]) -> float | None:
    total, count = 0.0, 0.0
    for score, number in cells:
        total, count = total + score, count + number
    return total / count if count else None


def mean_of(means: Iterable[float | None]) -> float | None:
    """Return the mean of means, without those of nothing; None if none is left."""
    known = [mean for mean in means if mean is not None]
    return sum(known) / len(known) if known else None


def _vsi(tally: Tally, by_type: Means) -> dict[str, Any]:
    direction = mean_of(by_type.get(task) for task in VSI_DIRECTIONS)
    eight = {task: mean for task, mean in by_type.items() if task not in VSI_DIRECTIONS}
    if any(task in by_type for task in VSI_DIRECTIONS):
        eight[DIRECTION] = direction
    return {"overall": mean_of(eight.values()), "by_type": {**by_type, **eight}}


def _sti(tally: Tally, by_type: Means) -> dict[str, Any]:
    reasoning = mean_of(by_type.get(task) for task in STI_REASONING)
    known = [mean for mean in by_type.values() if mean is not None]
    # The released code averages the sub-score in as one more task, as 0 where none of its tasks was asked.
    overall = mean_of([*known, reasoning or 0.0]) if known else None
    return {"overall": overall, "overall_tasks": mean_of(known), "sr_sub": reasoning}


def _mmsi(tally: Tally, by_type: Means) -> dict[str, Any]:
    return {"overall": mean_of(by_type.values())}


def _levels(by_type: Means) -> Means:
    return {level: mean_of(by_type.get(task) for task in tasks) for level, tasks in SPAR_LEVELS.items()}


def _spar(tally: Tally, by_type: Means) -> dict[str, Any]:
    by_image_type = {}
    for name in tally._names(1):
        means = tally._means(0, image_type=name)
        by_image_type[name] = {"overall": mean_of(means.values()), "levels": _levels(means), "by_type": means}
    return {"overall": mean_of(by_type.values()), "levels": _levels(by_type), "by_image_type": by_image_type}


def _bench(tally: Tally, by_type: Means) -> dict[str, Any]:
    by_category = {
        name: {
            "overall": _mean(tally._where(category=name).values()),
            "count": tally._count(1, name),
            "by_answer_type": tally._means(2, category=name),
        }
        for name in tally._names(1)
    }
    return {
        "overall": _mean(tally._cells.values()),
        "by_category": by_category,
        "by_answer_type": tally._means(2),
    }


def _parquet(tally: Tally, by_type: Means) -> dict[str, Any]:
    forms = {"multiple choice": "mc", "regression": "reg"}
    by_form = {forms.get(name, name): mean for name, mean in tally._means(1).items()}
    return {"overall": _mean(tally._cells.values()), "by_form": by_form}


def _sim(tally: Tally, by_type: Means) -> dict[str, Any]:
    return {
        "overall": _mean(tally._cells.values()),
        "by_scale": tally._means(1),
        "by_form": tally._means(2),
    }


EXTRAS: dict[str, Callable[[Tally, Means], dict[str, Any]]] = {
    "vsi_bench": _vsi,
    "sti_bench": _sti,
    "mmsi_bench": _mmsi,
    "spar_bench": _spar,
    "spacevista_bench": _bench,
    "spacevista_parquet": _parquet,
    "spacevista_sim": _sim,
}


def aggregate(
    benchmark: str, rows: Iterable[Row], scores: Sequence[float | None], parser: Parser | None = None
) -> dict[str, Any]:
    """Return the means of a benchmark over rows with the scores that `score_row` gave them.

    Always there: `overall`, as the benchmark's released code takes it, and the mean of each question type under its own
    name, all of them also in `by_type`; `overall_items`, the mean over all items; `count_by_type`; `total`, `scored`,
    `unscored`, `unscored_reasons` and `unparsable`. A mean of nothing is None. More by benchmark: docs/scoring.md.

    Args:
        parser: the mode of the scores. If given, scores of 0 are looked at again for replies that hold no answer;
            else `unparsable` is None.

    Raises:
        ScoringError: there is no such benchmark, rows and scores differ in number, a score is not from 0 to 1, or a row
            lacks a field.
    """
    tally = Tally(benchmark)
    count = 0
    for count, row in enumerate(rows, start=1):
        if count > len(scores):
            raise ScoringError(f"{benchmark}: expected one score a row, got {len(scores)} scores for more rows")
        tally.add(row, _verdict(benchmark, row, scores[count - 1], parser))
    if count != len(scores):
        raise ScoringError(f"{benchmark}: expected one score a row, got {len(scores)} scores for {count} rows")
    result = tally.result()
    return result if parser else {**result, "unparsable": None}


def _verdict(benchmark: str, row: Row, score: float | None, parser: Parser | None) -> Verdict:
    if score is None:
        reason = judge(benchmark, row, parser or "strict").reason
        return Verdict(None, readable=False, reason=reason or "given without a score")
    if not 0.0 <= score <= 1.0:
        raise ScoringError(f"{benchmark}, {name_of(row)}: expected a score from 0 to 1, or None, got {score}")
    if parser and score == 0:
        return Verdict(score, judge(benchmark, row, parser).readable)
    return Verdict(score, readable=True)
