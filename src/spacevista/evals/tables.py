"""The figures of one run: by task, scale and form, in both parser modes, each with its interval and its yield.

A score says little without the share of questions that it rests on, so that both are in one record (`Cell`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from spacevista.evals.intervals import Measured, Tree, measured, resampled_means, scene_numbers, scene_totals
from spacevista.evals.report_rows import PARSERS, Row, Run, scales_in_order
from spacevista.evals.taxonomy import Kind
from spacevista.geometry.arrays import IntArray
from spacevista.scoring import Parser
from spacevista.scoring.benchmarks import SPAR_LEVELS, STI_REASONING, VSI_DIRECTIONS

BY_ITEM = "mean over questions"
OVERALL = "overall"

Key = tuple[str | None, str | None, str | None]  # task, scale, form; None for any
WHOLE: Key = (None, None, None)


@dataclass(frozen=True)
class Cell:
    """The answers to one group of questions.

    Attributes:
        questions: asked.
        scores: mean over those with a score, 0 to 1, by parser; its `questions` over these is the share answered.
        unparsable: by parser: answers given, in which nothing of the question's form can be read.
        refused: the answerer declined, so that there is no score.
        unscored: by parser: there is no score for another reason (`RunTable.reasons`).
        kinds: what the answers are (`taxonomy.py`), kinds that occur only.
        stated: answers with an interval; `covered` of them hold the truth; `half_width` is the median, relative.
    """

    questions: int
    scores: Mapping[Parser, Measured]
    unparsable: Mapping[Parser, int]
    refused: int
    unscored: Mapping[Parser, int]
    kinds: Mapping[Kind, int]
    stated: int
    covered: int
    half_width: float | None

    def answered(self, parser: Parser) -> float | None:
        """Return the share of questions that the score rests on; None for an empty group."""
        return self.scores[parser].questions / self.questions if self.questions else None

    @property
    def coverage(self) -> float | None:
        """Share of the stated intervals that hold the truth; None where none was stated."""
        return self.covered / self.stated if self.stated else None


@dataclass(frozen=True)
class RunTable:
    """All figures of a run.

    Attributes:
        figures: by name, of `OVERALL` and the benchmark's other summaries, by parser.
        cells: by task, scale and form, None for any of them; a scale is "" where the benchmark does not say.
        reasons: why a question has no score, by parser, most frequent first.
        unnamed_scenes: questions that name no scene; each is drawn as a scene of its own.
    """

    run: Run
    figures: Mapping[str, Mapping[Parser, Measured]]
    cells: Mapping[Key, Cell]
    reasons: Mapping[Parser, Mapping[str, int]]
    unnamed_scenes: int

    @property
    def whole(self) -> Cell:
        return self.cells[WHOLE]

    @property
    def tasks(self) -> list[str]:
        return sorted({task for task, _, _ in self.cells if task is not None})

    @property
    def scales(self) -> list[str]:
        return scales_in_order(scale for _, scale, _ in self.cells if scale is not None)

    @property
    def forms(self) -> list[str]:
        return sorted({form for _, _, form in self.cells if form is not None})


def tabulate(run: Run, rng: np.random.Generator) -> RunTable:
    """Compute all figures of a run."""
    members = _members(run.rows)
    places = {key: number for number, key in enumerate(members)}
    trees = _trees(run.benchmark, places)
    scenes = scene_numbers([row.scene for row in run.rows])
    figures: dict[str, dict[Parser, Measured]] = {name: {} for name in trees}
    scores: dict[Key, dict[Parser, Measured]] = {key: {} for key in members}
    seed = int(rng.integers(2**32))  # of both modes, so that the same scores have the same interval
    for parser in PARSERS:
        values = np.array([row.scores[parser] for row in run.rows], dtype=np.float64)  # None becomes NaN
        groups = [rows[np.isfinite(values[rows])] for rows in members.values()]
        totals = scene_totals(scenes, values, groups)
        replicates = resampled_means(totals, np.random.default_rng(seed))
        for name, tree in trees.items():
            figures[name][parser] = measured(totals, replicates, tree, places[WHOLE])
        for key, number in places.items():
            scores[key][parser] = measured(totals, replicates, number, number)
    return RunTable(
        run=run,
        figures=figures,
        cells={key: _cell([run.rows[i] for i in rows.tolist()], scores[key]) for key, rows in members.items()},
        reasons={parser: _reasons(run.rows, parser) for parser in PARSERS},
        unnamed_scenes=sum(not row.scene for row in run.rows),
    )


def _members(rows: Sequence[Row]) -> dict[Key, IntArray]:
    """Return the places of the rows of each group: every task, scale and form that occurs, alone and together."""
    found: dict[Key, list[int]] = {WHOLE: []}
    for at, row in enumerate(rows):
        for task in (None, row.task):
            for scale in (None, row.scale):
                for form in (None, row.form):
                    found.setdefault((task, scale, form), []).append(at)
    return {key: np.array(places, dtype=np.int64) for key, places in found.items()}


def _trees(benchmark: str, places: Mapping[Key, int]) -> dict[str, Tree]:
    """Return the summaries of a benchmark as trees of means (docs/scoring.md); `OVERALL` is the released scorer's."""
    tasks = {task: n for (task, scale, form), n in places.items() if task is not None and scale is form is None}
    items: Tree = places[WHOLE]
    means: Tree = tuple(tasks.values())
    if benchmark == "vsi_bench":
        directions: Tree = tuple(n for task, n in tasks.items() if task in VSI_DIRECTIONS)
        others = [n for task, n in tasks.items() if task not in VSI_DIRECTIONS]
        return {OVERALL: (*others, directions), BY_ITEM: items}
    if benchmark == "sti_bench":
        reasoning: Tree = tuple(n for task, n in tasks.items() if task in STI_REASONING)
        # The released code averages the sub-score in as one more task, as 0 where none of its tasks was asked.
        return {OVERALL: (*tasks.values(), reasoning or None), "spatial reasoning (SR)": reasoning, BY_ITEM: items}
    if benchmark == "mmsi_bench":
        return {OVERALL: means, BY_ITEM: items}
    if benchmark == "spar_bench":
        levels = {
            level: tuple(n for task, n in tasks.items() if task in wanted) for level, wanted in SPAR_LEVELS.items()
        }
        return {OVERALL: means, **levels, BY_ITEM: items}
    return {OVERALL: items}


def _cell(rows: Sequence[Row], scores: Mapping[Parser, Measured]) -> Cell:
    widths = [row.half_width for row in rows if row.half_width is not None]
    return Cell(
        questions=len(rows),
        scores=scores,
        unparsable={parser: sum(row.readable[parser] is False for row in rows) for parser in PARSERS},
        refused=sum(row.refused for row in rows),
        unscored={parser: sum(row.scores[parser] is None and not row.refused for row in rows) for parser in PARSERS},
        kinds=Counter(row.kind for row in rows),
        stated=sum(row.covered is not None for row in rows),
        covered=sum(row.covered is True for row in rows),
        half_width=float(np.median(widths)) if widths else None,
    )


def _reasons(rows: Sequence[Row], parser: Parser) -> dict[str, int]:
    return dict(Counter(row.unscored[parser] for row in rows if row.unscored[parser]).most_common())
