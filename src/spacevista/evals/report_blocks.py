"""The tables of a report's page as HTML: every text from a prediction file is escaped here."""

from __future__ import annotations

import math
from html import escape
from itertools import product

import msgspec

from spacevista.evals.report import BenchmarkReport
from spacevista.evals.report_rows import PARSERS, Row, clipped, printable
from spacevista.evals.report_text import (
    FORM_LABELS,
    KIND_LABELS,
    NOTHING,
    Part,
    both,
    differences_of,
    groups_of,
    html_score,
    html_table,
    p_text,
    points,
    run_faults,
    scale_label,
    share_text,
    task_label,
    unpaired_text,
)
from spacevista.evals.tables import Cell, Key, RunTable
from spacevista.evals.taxonomy import KINDS
from spacevista.scoring import Parser

MOST_REASONS = 8  # of a run; the rest are added up
EXAMPLES = 2  # of each kind of wrong answer
MOST_ANSWER = 200  # letters of an answer that are shown
COUNTS = ("answered", "questions", "refused", "unscored", "unparsable", "coverage")


def runs_table(part: BenchmarkReport) -> str:
    """Return every summary of every run in both modes, with what it rests on."""
    groups = []
    for table in part.runs:
        rows = [
            ["", escape(name), *(html_score(found[mode]) for mode in PARSERS)] for name, found in table.figures.items()
        ]
        rows[0] = [run_name(part, table), *rows[0][1:], *_counts(table.whole)]
        groups.append([row + [""] * (4 + len(COUNTS) - len(row)) for row in rows])
    return html_table(("run", "summary", *PARSERS, *COUNTS), groups, "two")


def groups_table(part: BenchmarkReport, by: Part) -> str:
    """Return the scores by task, scale or form, all runs of a group together."""
    rows = [_group_rows(part, label, key) for label, key in groups_of(part, by)]
    return html_table((by, "run", *PARSERS, *COUNTS), rows, "two")


def cross_table(part: BenchmarkReport) -> str:
    """Return the scores by task, scale and form together."""
    groups = [
        _group_rows(part, f"{task_label(task)}, {scale_label(scale)}, {FORM_LABELS[form]}", (task, scale, form))
        for task, scale, form in product(part.tasks, part.scales, part.forms)
        if any((task, scale, form) in table.cells for table in part.runs)
    ]
    return html_table(("group", "run", *PARSERS, *COUNTS), groups, "two")


def kinds_table(part: BenchmarkReport) -> str:
    """Return how many answers are of each kind: every run, then the first by scale."""
    groups = [[[run_name(part, table), *_kinds(table.whole)] for table in part.runs]]
    first = part.runs[0]
    if first.scales != [""]:
        groups.append(
            [[f"{escape(scale_label(s))}, first run", *_kinds(first.cells[None, s, None])] for s in first.scales]
        )
    return html_table(("", *(KIND_LABELS[kind] for kind in KINDS)), groups, "narrow")


def compared_table(part: BenchmarkReport, parser: Parser) -> str:
    """Return the first run against each other one, on the questions that both have a score for."""
    heads = ("against", "group", "questions", "first", "other", "difference", "scenes better / worse / equal", "p")
    groups = []
    for each in part.compared:
        rows = [
            [
                *("", escape(name), f"{d.mean.questions:,}", points(d.first), points(d.second)),
                html_score(d.mean, signed=True),
                f"{d.signs.better} / {d.signs.worse} / {d.signs.equal}",
                escape(p_text(d.signs.p)),
            ]
            for name, d in differences_of(each.result)
        ]
        rows[0][0] = escape(each.second)
        groups.append(rows)
    left_out = "".join(
        f"<p>{escape(each.second)}: {unpaired_text(each.result.unpaired)}.</p>" for each in part.compared
    )
    note = f"<p>Mean difference per question of the {parser} scores, first run minus the other.</p>"
    return note + html_table(heads, groups, "two") + left_out


def examples_table(table: RunTable) -> str:
    """Return some wrong answers of each kind, as the files have them."""
    rows = []
    for kind in KINDS:
        if kind not in ("right", "unscored"):
            rows += [
                [
                    KIND_LABELS[kind],
                    *(escape(text) for text in (row.id, task_label(row.task))),
                    escape(_truth(row)),
                    escape(_excerpt(row.line.get("predicted_answer"))),
                ]
                for row in _spread([row for row in table.run.rows if row.kind == kind])
            ]
    heads = ("kind", "question", "task", "truth", "answer, its end if it is long")
    return html_table(heads, [rows], "texts") if rows else "<p>None.</p>"


def notes_table(part: BenchmarkReport, parser: Parser) -> str:
    """Return what of each run is not scored, and its header."""
    groups = []
    for table in part.runs:
        notes = [(reason, f"{count:,}") for reason, count in table.reasons[parser].items()]
        rest = sum(count for _, count in list(table.reasons[parser].items())[MOST_REASONS:])
        rows = [("unscored: " + reason, count) for reason, count in notes[:MOST_REASONS]]
        rows += [("unscored: other reasons", f"{rest:,}")] if rest else []
        rows += run_faults(table)
        if table.run.header is not None:
            made = msgspec.to_builtins(table.run.header)
            told = (f"{name.replace('_', ' ')} {value}" for name, value in made.items() if value not in ("", None))
            rows.append(("made with", "; ".join(told)))
        groups.append(
            [["", escape(name), escape(printable(value))] for name, value in rows] or [["", "nothing to note", ""]]
        )
        groups[-1][0][0] = run_name(part, table)
    return html_table(("run", "", ""), groups, "texts")


def run_name(part: BenchmarkReport, table: RunTable) -> str:
    """Return the name of a run, with a note if it is a baseline."""
    note = "<small>baseline</small>" if table.run.name in part.baselines else ""
    return f"{escape(table.run.name)}{note}"


def _group_rows(part: BenchmarkReport, label: str, key: Key) -> list[list[str]]:
    rows = [
        ["", run_name(part, table), *(html_score(cell.scores[mode]) for mode in PARSERS), *_counts(cell)]
        for table in part.runs
        if (cell := table.cells.get(key)) is not None
    ]
    rows[0][0] = escape(label)
    return rows


def _counts(cell: Cell) -> list[str]:
    answered = both(share_text(cell.answered(mode)) for mode in PARSERS)
    unscored, unparsable = (
        both(f"{counts[mode]:,}" for mode in PARSERS) for counts in (cell.unscored, cell.unparsable)
    )
    coverage = NOTHING
    if cell.stated:
        width = "" if cell.half_width is None else f", ±{share_text(cell.half_width)}"
        coverage = f"{escape(share_text(cell.coverage))}<small>{escape(f'of {cell.stated:,}{width}')}</small>"
    return [escape(answered), f"{cell.questions:,}", f"{cell.refused:,}", unscored, unparsable, coverage]


def _kinds(cell: Cell) -> list[str]:
    return [
        f"{count:,}<small>{escape(share_text(count / cell.questions))}</small>" if count else NOTHING
        for count in (cell.kinds.get(kind, 0) for kind in KINDS)
    ]


def _spread(rows: list[Row]) -> list[Row]:
    """Return EXAMPLES of the rows, far apart: those of one scale stand together."""
    return rows[:: max(math.ceil(len(rows) / EXAMPLES), 1)]


def _truth(row: Row) -> str:
    unit = row.line.get("unit") if row.form == "reg" else ""
    return clipped(f"{row.line.get('ground_truth')} {unit or ''}")


def _excerpt(answer: object) -> str:
    text = " ".join(printable(str(answer if answer is not None else "")).split())
    return text if len(text) <= MOST_ANSWER else "…" + text[1 - MOST_ANSWER :]
