"""Which plots a report's page shows, as HTML."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from spacevista.evals.report import BenchmarkReport
from spacevista.evals.report_plots import Pairs, factors_svg, lengths_svg, scores_svg, shares_svg
from spacevista.evals.report_rows import Row
from spacevista.evals.report_text import KIND_LABELS, Part, groups_of, scale_label
from spacevista.evals.tables import RunTable
from spacevista.evals.taxonomy import KINDS
from spacevista.scoring import Parser

MOST_RUNS = 5  # colours in a plot


def score_figures(part: BenchmarkReport, parser: Parser) -> str:
    """Return the scores by task and, where the benchmark says, by scale: a dot with its interval for each run."""
    parts: tuple[Part, ...] = ("task", "scale") if part.scales != [""] else ("task",)
    return "".join(_scores(part, parser, by) for by in parts)


def kinds_figure(part: BenchmarkReport) -> str:
    """Return the shares of the kinds of answers: one bar for each run, then for each scale of the first."""
    first = part.runs[0]
    cells = [(table.run.name, table.whole) for table in part.runs]
    if first.scales != [""]:
        cells += [(f"{scale_label(scale)}, first run", first.cells[None, scale, None]) for scale in first.scales]
    shares = [
        (name, [cell.kinds.get(kind, 0) / cell.questions if cell.questions else 0.0 for kind in KINDS])
        for name, cell in cells
    ]
    svg = shares_svg(shares, [KIND_LABELS[kind] for kind in KINDS], "kinds of answers")
    return _figure(svg, "Share of all questions by what the answer is, strict parser.")


def length_figures(part: BenchmarkReport) -> str:
    """Return predicted against true lengths, and their quotients, of each run that states lengths."""
    figures = []
    for table in part.runs[:MOST_RUNS]:
        pairs = _lengths(table)
        name = escape(table.run.name)
        if not any(pairs.values()):
            figures.append(f"<figure><figcaption>{name}: no answer is a length in a known unit.</figcaption></figure>")
            continue
        shown = lengths_svg(pairs, f"predicted against true lengths, {table.run.name}")
        notes = [f"{shown.total:,} lengths"]
        if shown.drawn < shown.total - shown.unplaced:
            notes.append(f"every n-th drawn, {shown.drawn:,} in all")
        if shown.unplaced:
            notes.append(f"{shown.unplaced:,} of 0 or less have no place on a log axis")
        if shown.outside:
            notes.append(f"{shown.outside:,} beyond the axes stand on the border")
        caption = f"<b>{name}</b>: predicted against true length, 1&nbsp;mm to 1&nbsp;km. {'; '.join(notes)}."
        figures.append(f"<figure>{shown.svg}<figcaption>{caption}</figcaption></figure>")
        quotients = factors_svg(pairs, f"predicted over true length, {table.run.name}")
        note = f"<b>{name}</b>: by which factor its lengths are off. Humps at powers of ten are a lost sense of scale."
        figures.append(f"<figure>{quotients}<figcaption>{note}</figcaption></figure>")
    return "".join(figures)


def _scores(part: BenchmarkReport, parser: Parser, by: Part) -> str:
    tables = part.runs[:MOST_RUNS]
    scores = [
        (label, {table.run.name: table.cells[key].scores[parser] for table in tables if key in table.cells})
        for label, key in groups_of(part, by)
    ]
    svg = scores_svg(scores, [table.run.name for table in tables], f"score by {by}")
    return _figure(svg, f"Score by {by}, percent, {parser} parser, with 95 % intervals over scenes.")


def _figure(svg: str, caption: str) -> str:
    return f"<figure>{svg}<figcaption>{escape(caption)}</figcaption></figure>"


def _lengths(table: RunTable) -> dict[str, Pairs]:
    return {scale_label(scale): _pairs(row for row in table.run.rows if row.scale == scale) for scale in table.scales}


def _pairs(rows: Iterable[Row]) -> Pairs:
    return [row.lengths_m for row in rows if row.lengths_m is not None]
