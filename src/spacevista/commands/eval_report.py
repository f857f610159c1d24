"""`spacevista eval report`: saved predictions as tables on the terminal, as JSON, and as one page."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec
from rich.console import Console
from rich.table import Table
from rich.text import Text

from spacevista.commands.eval_tables import WIDTH, add_row, compared_table, plain_table
from spacevista.commands.outcome import Outcome
from spacevista.evals.report import BenchmarkReport, Report, build, figures
from spacevista.evals.report_page import report_page
from spacevista.evals.report_rows import PARSERS, load_run
from spacevista.evals.report_text import (
    BENCHMARK_LABELS,
    KIND_LABELS,
    NOTHING,
    Part,
    both,
    groups_of,
    run_faults,
    score_text,
    share_text,
    unpaired_text,
)
from spacevista.evals.tables import OVERALL, Cell
from spacevista.evals.taxonomy import KINDS
from spacevista.scoring import Parser

MOST_REASONS = 5  # why questions have no score; all are in report.json


def run(
    predictions: Sequence[Path], bench: str | None, baselines: Sequence[Path], out: Path, parser: Parser = "official"
) -> Outcome:
    """Report on saved predictions; writes report.json and report.html to the folder `out`.

    Args:
        predictions: files to report on, of one benchmark or several; the first of each benchmark in detail.
        bench: benchmark of the files that do not say (those of the released scripts).
        baselines: files that stand beside them, such as blind and prior.
        parser: whose scores lead; both are given.

    Raises:
        SpacevistaError: a file cannot be used.
    """
    report = build(
        [load_run(path, bench) for path in predictions], [load_run(path, bench) for path in baselines], parser
    )
    found = figures(report)
    out.mkdir(parents=True, exist_ok=True)
    (out / "report.json").write_bytes(msgspec.json.format(msgspec.json.encode(found)) + b"\n")
    (out / "report.html").write_text(report_page(report), encoding="utf-8")
    show(report, Console(width=WIDTH))
    print(f"page: {out / 'report.html'}")
    print(f"figures: {out / 'report.json'}")
    return Outcome(found)


def show(report: Report, console: Console) -> None:
    """Print the tables."""
    for part in report.benchmarks:
        console.print(_scores(part))
        console.print(_kinds(part))
        for each in part.compared:
            console.print(compared_table(each, report.parser))
            console.print(Text(f"{each.second}: {unpaired_text(each.result.unpaired)}"))
        for table in part.runs:
            for fault, count in run_faults(table):
                console.print(Text(f"{table.run.name}: {fault}: {count}"))
            for reason, number in list(table.reasons[report.parser].items())[:MOST_REASONS]:
                console.print(Text(f"{table.run.name}: unscored: {reason}: {number:,}"))


def _scores(part: BenchmarkReport) -> Table:
    heads = ("group", "run", *PARSERS, "answered", "questions", "refused", "unscored", "unparsable", "coverage")
    table = plain_table(f"{BENCHMARK_LABELS[part.benchmark]}: scores in percent with 95 % intervals over scenes", heads)
    for run_table in part.runs:
        for name, found in run_table.figures.items():
            counts = _counts(run_table.whole) if name == OVERALL else ()
            add_row(table, name, run_table.run.name, *(score_text(found[mode]) for mode in PARSERS), *counts)
    parts: tuple[Part, ...] = ("scale", "form", "task") if part.scales != [""] else ("form", "task")
    for label, key in (group for by in parts for group in groups_of(part, by)):
        table.add_section()
        for run_table in part.runs:
            if (cell := run_table.cells.get(key)) is not None:
                scores = (score_text(cell.scores[mode]) for mode in PARSERS)
                add_row(table, label, run_table.run.name, *scores, *_counts(cell))
                label = ""
    return table


def _kinds(part: BenchmarkReport) -> Table:
    table = plain_table("kinds of answers, share of the questions", ("run", *(KIND_LABELS[kind] for kind in KINDS)))
    for run_table in part.runs:
        whole = run_table.whole
        shares = (whole.kinds.get(kind, 0) / whole.questions for kind in KINDS)
        add_row(table, run_table.run.name, *(share_text(share) if share else NOTHING for share in shares))
    return table


def _counts(cell: Cell) -> tuple[str, ...]:
    return (
        both(share_text(cell.answered(mode)) for mode in PARSERS),
        *(f"{count:,}" for count in (cell.questions, cell.refused)),
        *(both(f"{counts[mode]:,}" for mode in PARSERS) for counts in (cell.unscored, cell.unparsable)),
        f"{share_text(cell.coverage)} of {cell.stated:,}" if cell.stated else NOTHING,
    )
