"""`spacevista eval compare`: two runs of one benchmark, question by question."""

from __future__ import annotations

from pathlib import Path

import msgspec
import numpy as np
from rich.console import Console
from rich.text import Text

from spacevista.commands.eval_tables import WIDTH, compared_table
from spacevista.commands.outcome import Outcome
from spacevista.evals.compare import compare
from spacevista.evals.predictions import PredictionsError
from spacevista.evals.report import SEED, Compared, comparison_figures
from spacevista.evals.report_rows import load_run
from spacevista.evals.report_text import unpaired_text
from spacevista.scoring import Parser


def run(a: Path, b: Path, bench: str | None, out: Path | None = None, parser: Parser = "official") -> Outcome:
    """Compare two saved runs on the questions that both answered; the difference is first minus second.

    Args:
        a, b: predictions files.
        bench: benchmark of files that do not say (those of the released scripts).
        out: JSON file to write, if any.

    Raises:
        SpacevistaError: a file cannot be used, they are of two benchmarks, or no question is in both.
    """
    first, second = load_run(a, bench), load_run(b, bench)
    if first.benchmark != second.benchmark:
        raise PredictionsError(f"expected two runs of one benchmark, got {first.benchmark} and {second.benchmark}")
    result = compare(first.rows, second.rows, parser, np.random.default_rng(SEED))
    told = unpaired_text(result.unpaired)
    if result.overall.mean.value is None:
        raise PredictionsError(f"{a} and {b}: expected questions that both runs have a score for, got none; {told}")
    names = (first.name, second.name) if first.name != second.name else (str(a), str(b))
    compared = Compared(*names, result)
    console = Console(width=WIDTH)
    console.print(compared_table(compared, parser))
    console.print(Text(told))
    found = {"benchmark": first.benchmark, "parser": parser, **comparison_figures(compared)}
    if out is not None:
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_bytes(msgspec.json.format(msgspec.json.encode(found)) + b"\n")
    return Outcome(found)
