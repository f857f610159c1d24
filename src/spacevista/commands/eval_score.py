"""`spacevista eval score`: any saved predictions file, ours or a released script's, by both parsers."""

from __future__ import annotations

from itertools import chain
from pathlib import Path

from rich.console import Console
from rich.text import Text

from spacevista.commands.eval_tables import WIDTH, add_row, plain_table
from spacevista.commands.outcome import Outcome
from spacevista.evals.predictions import PredictionsError
from spacevista.evals.report_rows import clipped
from spacevista.evals.report_text import BENCHMARK_LABELS, both, points
from spacevista.evals.scores import PARSERS, Scores, scores_of
from spacevista.scoring import Parser

MOST_SHOWN = 5  # reasons that are printed


def run(predictions: Path, bench: str | None, parser: Parser) -> Outcome:
    """Score a file, print the table of both modes; the check fails if no line of it has a score.

    Args:
        bench: of a file without a header; else it must be the header's.
        parser: whose overall score leads.

    Raises:
        SpacevistaError: the file cannot be read, or none of its lines is one of this benchmark.
    """
    scores = scores_of(predictions, bench)
    if not any(found["total"] for found in scores.aggregates.values()):
        raise PredictionsError(f"{predictions}: expected predictions, got none")
    print_scores(scores)
    return Outcome(scores.figures(parser), passed=scores.scored > 0)


def print_scores(scores: Scores) -> None:
    """Print the table of both modes, by question type, and what has no score."""
    console = Console(width=WIDTH)
    label = BENCHMARK_LABELS[scores.benchmark]
    table = plain_table(f"{label}: scores in percent", ("question type", "scored", *PARSERS), names=1)
    counts = scores.aggregates["official"]["count_by_type"]
    for task in counts:
        means = (points(scores.aggregates[parser]["by_type"].get(task)) for parser in PARSERS)
        add_row(table, task, f"{counts[task]:,}", *means)
    table.add_section()
    for name in ("overall", "overall_items"):
        means = (points(scores.aggregates[parser][name]) for parser in PARSERS)
        add_row(table, name, f"{scores.aggregates['official']['scored']:,}", *means)
    console.print(table)
    for parser, found in scores.aggregates.items():
        told = f"{parser}: {found['scored']:,} scored, {found['unparsable']:,} of them without a readable answer"
        console.print(Text(f"{told}; {found['unscored']:,} unscored"))
    unscored = [found["unscored_reasons"] for found in scores.aggregates.values()]
    for reason in list(dict.fromkeys(chain(*unscored)))[:MOST_SHOWN]:
        counts_of_both = both(f"{reasons.get(reason, 0):,}" for reasons in unscored)
        console.print(Text(f"unscored: {clipped(reason)}: {counts_of_both}"))
    if scores.rejected:
        console.print(Text(f"lines that are no results of {label}: {scores.rejected:,}"))
    for fault in scores.faults:
        console.print(Text(clipped(fault)))
    if scores.torn:
        console.print(Text("the last line is cut short and left out"))
