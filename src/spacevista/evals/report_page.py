"""The report as one HTML page that needs nothing else and runs nothing: no script, no outside file.

Names and answers come from files that somebody else wrote. Each is escaped where it enters the page, and the page's
own policy allows one style sheet (by its hash) and nothing besides, so that markup that slipped through stays dead.
"""

from __future__ import annotations

import base64
import hashlib
from html import escape
from importlib.resources import files
from string import Template

from spacevista.evals.intervals import FEW_SCENES, REPLICATES
from spacevista.evals.report import BenchmarkReport, Report
from spacevista.evals.report_blocks import (
    compared_table,
    cross_table,
    examples_table,
    groups_table,
    kinds_table,
    notes_table,
    runs_table,
)
from spacevista.evals.report_figures import kinds_figure, length_figures, score_figures
from spacevista.evals.report_rows import PARSERS
from spacevista.evals.report_text import BENCHMARK_LABELS, html_score, html_table, points, share_text
from spacevista.evals.reported import COLUMNS, MARK, REPORTED, SOURCE
from spacevista.evals.tables import OVERALL, RunTable
from spacevista.scoring import Parser


def report_page(report: Report) -> str:
    """Return the page of a report."""
    package = files("spacevista.evals")
    style = package.joinpath("report_page.css").read_text(encoding="utf-8")
    return Template(package.joinpath("report_page.html").read_text(encoding="utf-8")).substitute(
        title=escape(", ".join(BENCHMARK_LABELS[part.benchmark] for part in report.benchmarks)),
        style=style,
        style_hash=f"sha256-{base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()}",
        lead=_lead(report),
        links=_links(report),
        overview=_overview(report) if len(report.benchmarks) > 1 else "",
        benchmarks="".join(_section(part, report.parser) for part in report.benchmarks),
        mark=MARK,
        source=escape(SOURCE),
        reported=_reported(),
        replicates=f"{REPLICATES:,}",
        seed=report.seed,
        few=FEW_SCENES,
    )


def _lead(report: Report) -> str:
    lines = sum(table.whole.questions for part in report.benchmarks for table in part.runs)
    return (
        f"{lines:,} results lines of {sum(len(part.runs) for part in report.benchmarks)} runs. Scores are in percent, "
        "with their 95&nbsp;% interval over scenes and beside the share of the questions that they rest on. "
        f"The {report.parser} parser leads; the other stands beside it."
    )


def _links(report: Report) -> str:
    anchors = [(part.benchmark, BENCHMARK_LABELS[part.benchmark]) for part in report.benchmarks]
    anchors += [("reported", "Figures of other people"), ("reading", "How to read this page")]
    return "".join(f'<a href="#{anchor}">{escape(text)}</a>' for anchor, text in anchors)


def _overview(report: Report) -> str:
    """Return the overall scores, a column for each benchmark; runs of one name share a row."""
    found = {(table.run.name, part.benchmark): table for part in report.benchmarks for table in part.runs}
    rows = [
        [escape(name), *(_overall(found.get((name, part.benchmark)), report.parser) for part in report.benchmarks)]
        for name in dict.fromkeys(name for name, _ in found)
    ]
    heads = ["run", *(BENCHMARK_LABELS[part.benchmark] for part in report.benchmarks)]
    return f"<section><h2>Overall, {report.parser} parser</h2>{html_table(heads, [rows])}</section>"


def _overall(table: RunTable | None, parser: Parser) -> str:
    if table is None:
        return points(None)
    answered = share_text(table.whole.answered(parser))
    return f"{html_score(table.figures[OVERALL][parser])}<small>{escape(answered)} answered</small>"


def _section(part: BenchmarkReport, parser: Parser) -> str:
    first = part.runs[0]
    by_scale = part.scales != [""]  # else the benchmark does not say
    blocks = [
        f"<h2>{BENCHMARK_LABELS[part.benchmark]}</h2>",
        _headline(first, parser),
        f"<h3>Runs beside each other</h3>{runs_table(part)}",
        f'<div class="plots">{score_figures(part, parser)}</div>',
        f"<h3>By scale</h3>{groups_table(part, 'scale')}" if by_scale else "",
        f"<h3>By form</h3>{groups_table(part, 'form')}",
        f"<h3>By task</h3>{groups_table(part, 'task')}",
        f"<details><summary>By task, scale and form</summary>{cross_table(part)}</details>" if by_scale else "",
        f"<h3>Kinds of answers</h3>{kinds_figure(part)}{kinds_table(part)}",
        f'<h3>Predicted and true lengths</h3><div class="plots">{length_figures(part)}</div>',
        f"<h3>Question by question</h3>{compared_table(part, parser)}" if part.compared else "",
        f"<h3>Wrong answers of the first run, some of each kind</h3>{examples_table(first)}",
        f"<h3>What is not scored, and how the runs were made</h3>{notes_table(part, parser)}",
    ]
    return f'<section id="{part.benchmark}">{"".join(blocks)}</section>'


def _headline(table: RunTable, parser: Parser) -> str:
    whole, found = table.whole, table.figures[OVERALL]
    judged = whole.questions - whole.kinds.get("unscored", 0)
    off = whole.kinds.get("off_10x", 0) / judged if judged else None
    pairs = (
        *((f"overall, {mode}", html_score(found[mode])) for mode in (parser, *(m for m in PARSERS if m != parser))),
        ("answered", f"{escape(share_text(whole.answered(parser)))}<small>of {whole.questions:,} questions</small>"),
        ("scenes", f"{found[parser].scenes:,}"),
        ("wrong by 10× or more", escape(share_text(off))),
    )
    body = "".join(f"<div><dt>{name}</dt><dd>{value}</dd></div>" for name, value in pairs)
    return f'<p>First run: {escape(table.run.name)}</p><dl class="figures">{body}</dl>'


def _reported() -> str:
    rows = [
        [escape(row.model), *(points(None if score is None else score / 100) for score in row.scores)]
        for row in REPORTED
    ]
    return html_table([f"{MARK}: model", *(BENCHMARK_LABELS[name] for name in COLUMNS)], [rows])
