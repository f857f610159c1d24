"""The commands `spacevista eval ...`, thin as those of `cli`, which loads this file when one of them is called."""

from __future__ import annotations

import os
from pathlib import Path

from cyclopts import App

from spacevista.cli import WrongCallError, finish, keys
from spacevista.commands.eval_options import Bench, EvalOptions, Mode
from spacevista.scales import Scale

app = App(name="eval", help="Ask a model the questions of a benchmark, score answers, report.")


@app.command
def run(options: EvalOptions) -> int:
    """Ask the questions of a benchmark and keep the answers in OUT/predictions.jsonl; goes on where it was stopped."""
    if fault := options.fault():
        raise WrongCallError(fault)
    key = os.environ.get(options.key_env) if options.key_env else None
    if options.key_env and key is None:
        raise WrongCallError(f"--key-env: expected an environment variable that is set, got {options.key_env}")
    scales = tuple(Scale(name) for name in keys(options.scales, Scale, "--scales"))

    from spacevista.commands import eval_run as command

    return finish(command.run(options, scales, key), options.json)


@app.command
def score(predictions: Path, /, *, bench: Bench | None = None, parser: Mode = "official", json: bool = False) -> int:
    """Score saved answers, ours or those of a benchmark's released scripts, by both parsers.

    Args:
        predictions: JSON Lines, or one JSON list.
        bench: the benchmark, if the file does not name it.
        parser: whose overall score leads.
        json: print the figures as the last line.
    """
    from spacevista.commands import eval_score as command

    return finish(command.run(predictions, bench, parser), json)


@app.command
def report(
    predictions: list[Path],
    /,
    *,
    out: Path,
    bench: Bench | None = None,
    baseline: list[Path] | None = None,
    parser: Mode = "official",
    json: bool = False,
) -> int:
    """Report on saved answers: tables, OUT/report.json and the page OUT/report.html.

    Args:
        predictions: files of answers; the first of each benchmark in detail.
        out: folder of the report.
        bench: the benchmark of files that do not name it.
        baseline: files that stand beside them, such as those of blind and prior; once for each.
        parser: whose scores lead; both are given.
        json: print the figures as the last line.
    """
    from spacevista.commands import eval_report as command

    return finish(command.run(predictions, bench, baseline or [], out, parser), json)


@app.command
def compare(
    first: Path,
    second: Path,
    /,
    *,
    bench: Bench | None = None,
    out: Path | None = None,
    parser: Mode = "official",
    json: bool = False,
) -> int:
    """Compare two runs of one benchmark, question by question: difference, interval, sign test.

    Args:
        first: a file of answers.
        second: another one.
        bench: the benchmark of files that do not name it.
        out: JSON file to write.
        parser: whose scores are compared.
        json: print the figures as the last line.
    """
    from spacevista.commands import eval_compare as command

    return finish(command.run(first, second, bench, out, parser), json)
