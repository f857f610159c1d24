"""The report of an evaluation as data: runs beside each other, by benchmark, and every figure as plain JSON values.

Scores are shares from 0 to 1, with `null` where there is nothing to score. Figures of other people are in a place of
their own (`reported`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import msgspec
import numpy as np

from spacevista.evals.compare import Comparison, Difference, compare
from spacevista.evals.intervals import LEVEL, REPLICATES, Measured
from spacevista.evals.report_rows import PARSERS, Run, scales_in_order
from spacevista.evals.reported import COLUMNS, MARK, REPORTED, SOURCE
from spacevista.evals.tables import Cell, Key, RunTable, tabulate
from spacevista.scoring import BENCHMARKS, Parser, aggregate

SEED = 0
METHOD = "bootstrap over scenes, expanded percentiles"
MOST_REJECTED = 20  # lines that are listed; all are counted


@dataclass(frozen=True)
class Compared:
    """The first run of a benchmark against another one, by the names of the runs."""

    first: str
    second: str
    result: Comparison


@dataclass(frozen=True)
class BenchmarkReport:
    """The runs of one benchmark.

    Attributes:
        runs: those reported on first, then the baselines; names are unique.
        baselines: names of the latter.
        compared: the first run against each other one.
    """

    benchmark: str
    runs: tuple[RunTable, ...]
    baselines: frozenset[str]
    compared: tuple[Compared, ...]

    @property
    def tasks(self) -> list[str]:
        return sorted({task for table in self.runs for task in table.tasks})

    @property
    def scales(self) -> list[str]:
        return scales_in_order(scale for table in self.runs for scale in table.scales)

    @property
    def forms(self) -> list[str]:
        return sorted({form for table in self.runs for form in table.forms})


@dataclass(frozen=True)
class Report:
    """An evaluation: `parser` is the mode that leads; both are given everywhere."""

    parser: Parser
    seed: int
    benchmarks: tuple[BenchmarkReport, ...]


def build(runs: Sequence[Run], baselines: Sequence[Run], parser: Parser, seed: int = SEED) -> Report:
    """Compute a report.

    Args:
        runs: what is reported on, the first of each benchmark in detail.
        baselines: stand beside the runs of their benchmark.
        seed: of the bootstrap.
    """
    used = [name for name in BENCHMARKS if any(run.benchmark == name for run in (*runs, *baselines))]
    return Report(parser, seed, tuple(_benchmark(name, runs, baselines, parser, seed) for name in used))


def figures(report: Report) -> dict[str, Any]:
    """Return the report as JSON values."""
    return {
        "parser": report.parser,
        "interval": {
            "level": LEVEL,
            "method": METHOD,
            "replicates": REPLICATES,
            "seed": report.seed,
        },
        "benchmarks": {part.benchmark: _benchmark_figures(part) for part in report.benchmarks},
        "reported": {
            "mark": MARK,
            "source": SOURCE,
            "percent": {row.model: dict(zip(COLUMNS, row.scores, strict=True)) for row in REPORTED},
        },
    }


def comparison_figures(compared: Compared) -> dict[str, Any]:
    """Return a comparison as JSON values."""
    result = compared.result
    return {
        "first": compared.first,
        "second": compared.second,
        "overall": difference_figures(result.overall),
        "by_task": {name: difference_figures(found) for name, found in result.by_task.items()},
        "by_scale": {name: difference_figures(found) for name, found in result.by_scale.items()},
        "by_form": {name: difference_figures(found) for name, found in result.by_form.items()},
        "unpaired": asdict(result.unpaired),
    }


def difference_figures(found: Difference) -> dict[str, Any]:
    return {
        **measured_figures(found.mean),
        "first": found.first,
        "second": found.second,
        "sign_test": asdict(found.signs),
    }


def measured_figures(found: Measured) -> dict[str, Any]:
    return {
        "value": found.value,
        "interval": None if found.interval is None else list(found.interval),
        "no_interval": found.reason or None,
        "scenes": found.scenes,
        "questions": found.questions,
    }


def _benchmark(name: str, runs: Sequence[Run], baselines: Sequence[Run], parser: Parser, seed: int) -> BenchmarkReport:
    named = _named([run for run in (*runs, *baselines) if run.benchmark == name])
    tables = tuple(tabulate(run, np.random.default_rng(seed)) for run in named)
    first, others = named[0], named[1:]
    compared = tuple(
        Compared(first.name, other.name, compare(first.rows, other.rows, parser, np.random.default_rng(seed)))
        for other in others
    )
    reported_on = sum(run.benchmark == name for run in runs)
    return BenchmarkReport(name, tables, frozenset(run.name for run in named[reported_on:]), compared)


def _named(runs: Sequence[Run]) -> list[Run]:
    """Return the runs with names that differ: the second of a name gets its file's, then a number."""
    found: list[Run] = []
    for run in runs:
        taken = {other.name for other in found}
        name = run.name if run.name not in taken else f"{run.name} ({run.path.stem})"
        candidates = (name, *(f"{name} {number}" for number in range(2, len(runs) + 2)))
        found.append(replace(run, name=next(each for each in candidates if each not in taken)))
    return found


def _benchmark_figures(part: BenchmarkReport) -> dict[str, Any]:
    return {
        "runs": {table.run.name: _run_figures(table, table.run.name in part.baselines) for table in part.runs},
        "compared": [comparison_figures(each) for each in part.compared],
    }


def _run_figures(table: RunTable, baseline: bool) -> dict[str, Any]:
    run = table.run
    return {
        "file": run.path.name,
        "baseline": baseline,
        "header": None if run.header is None else msgspec.to_builtins(run.header),
        "questions": len(run.rows),
        "questions_without_scene": table.unnamed_scenes,
        "last_line_torn": run.torn,
        "rejected": len(run.rejected),
        "rejected_lines": [asdict(each) for each in run.rejected[:MOST_REJECTED]],
        "figures": {
            name: {parser: measured_figures(found) for parser, found in by_parser.items()}
            for name, by_parser in table.figures.items()
        },
        "released_aggregate": {parser: _aggregate(run, parser) for parser in PARSERS},
        "unscored_reasons": table.reasons,
        "groups": [_cell_figures(key, cell) for key, cell in table.cells.items()],
    }


def _aggregate(run: Run, parser: Parser) -> Mapping[str, Any]:
    return aggregate(run.benchmark, [row.line for row in run.rows], [row.scores[parser] for row in run.rows])


def _cell_figures(key: Key, cell: Cell) -> dict[str, Any]:
    return {
        **dict(zip(("task", "scale", "form"), key, strict=True)),
        "questions": cell.questions,
        "scores": {parser: measured_figures(found) for parser, found in cell.scores.items()},
        "answered": {parser: cell.answered(parser) for parser in PARSERS},
        "unparsable": cell.unparsable,
        "refused": cell.refused,
        "unscored": cell.unscored,
        "kinds": cell.kinds,
        "intervals": {"stated": cell.stated, "coverage": cell.coverage, "median_half_width": cell.half_width},
    }
