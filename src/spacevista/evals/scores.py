"""Scores of a saved predictions file of any length, ours or a released script's, in little memory."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any, get_args

from spacevista.evals.predictions import Header, PredictionsError, entries
from spacevista.scoring import Parser, ScoringError
from spacevista.scoring.aggregate import Tally
from spacevista.scoring.rows import judge

PARSERS: tuple[Parser, ...] = get_args(Parser)
MOST_FAULTS = 5  # rejected lines that are named; all are counted


@dataclass(frozen=True)
class Scores:
    """The scores of a file.

    Attributes:
        aggregates: by parser, as `spacevista.scoring.aggregate` gives them.
        rejected: how many lines are no results lines of this benchmark; the first of them in `faults`.
        torn: the last line is cut short and left out.
    """

    benchmark: str
    aggregates: dict[Parser, dict[str, Any]]
    rejected: int
    faults: tuple[str, ...]
    torn: bool

    @property
    def scored(self) -> int:
        """Return how many lines have a score by any of the parsers."""
        return max(int(found["scored"]) for found in self.aggregates.values())

    def figures(self, parser: Parser) -> dict[str, Any]:
        """Return everything as JSON values; `overall` is that of `parser`."""
        return {
            "benchmark": self.benchmark,
            "parser": parser,
            "overall": self.aggregates[parser]["overall"],
            **{str(name): found for name, found in self.aggregates.items()},
            "rejected": self.rejected,
            "torn": self.torn,
        }


def scores_of(predictions: Path, bench: str | None = None, parsers: Iterable[Parser] = PARSERS) -> Scores:
    """Read a file once, line by line, and score it.

    Args:
        predictions: JSON Lines, with our header or without, or one JSON list.
        bench: of a file without a header; else it must be the header's.
        parsers: by which to score.

    Raises:
        PredictionsError: the file cannot be read, does not name its benchmark, or holds no line of it.
        ScoringError: there is no such benchmark.
    """
    found = entries(predictions)
    first = next(found, None)
    name = _benchmark(predictions, first, bench)
    tallies = {parser: Tally(name) for parser in parsers}
    rejected, torn = 0, False
    faults: list[str] = []
    lines = found if first is None or isinstance(first, Header) else chain((first,), found)
    for place, entry in enumerate(lines, 1):
        if isinstance(entry, Header):
            raise PredictionsError(f"{predictions}: expected one header, got a second after {place - 1} lines")
        if entry is None:
            torn = True
            continue
        try:
            for parser, tally in tallies.items():  # what one parser raises for a row, the first raised already
                tally.add(entry, judge(name, entry, parser))
        except ScoringError as error:
            rejected += 1
            if len(faults) < MOST_FAULTS:
                faults.append(f"prediction {place}: {error}")
    aggregates = {parser: tally.result() for parser, tally in tallies.items()}
    if rejected and not any(found["total"] for found in aggregates.values()):
        raise PredictionsError(f"{predictions}: no line is a result of {name}; {faults[0]}")
    return Scores(name, aggregates, rejected, tuple(faults), torn)


def _benchmark(predictions: Path, first: Header | dict[str, Any] | None, bench: str | None) -> str:
    if isinstance(first, Header):
        if bench not in (None, first.benchmark):
            raise PredictionsError(f"{predictions}: expected answers to {bench}, got those to {first.benchmark}")
        return first.benchmark
    if bench is None:
        raise PredictionsError(f"{predictions}: the file does not name its benchmark; say which one (--bench)")
    return bench
