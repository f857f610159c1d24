"""Scores of result lines, ours or a released script's: one row at a time, or many.

A row is one line of a results file as a mapping: the fields of its benchmark's released line, or ours. A row whose
`predicted_answer` is null was never answered and is unscored: None, kept out of means and counted with its reason.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from typing import get_args

from spacevista.scoring.benchmarks import Parser, Row, field_of, kind_of, layout_of
from spacevista.scoring.errors import ScoringError
from spacevista.scoring.parse import answer_part, read_number
from spacevista.scoring.verdicts import (
    JUDGES,
    Verdict,
    official_letter_text,
    official_number_of,
    strict_letter_of,
    strict_truth,
)

NEVER_ANSWERED = "no answer"


def judge(benchmark: str, row: Row, parser: Parser = "official") -> Verdict:
    """Return the score of a row, whether its reply held an answer, and why it is unscored if it is.

    Raises:
        ScoringError: there is no such benchmark or parser, the row lacks a field, or its question type is unknown;
            names the row and the field.
    """
    judges = JUDGES.get(parser)
    if judges is None:
        raise ScoringError(f"expected one of the parsers {', '.join(get_args(Parser))}, got {parser!r}")
    kind = kind_of(benchmark, row)
    reply = row.get("predicted_answer")
    if reply is None or "ground_truth" not in row:
        field_of(benchmark, row, "predicted_answer")
        field_of(benchmark, row, "ground_truth")
        return Verdict(None, readable=False, reason=_never_answered(row))
    return judges[kind](benchmark, row, reply if type(reply) is str else str(reply))


def judge_all(benchmark: str, rows: Iterable[Row], parser: Parser = "official") -> Iterator[Verdict]:
    """Yield what `judge` returns for each row; errors name its place too, counted from 1."""
    layout_of(benchmark)
    for number, row in enumerate(rows, start=1):
        try:
            yield judge(benchmark, row, parser)
        except ScoringError as error:
            raise ScoringError(f"row {number}: {error}") from error


def score_row(benchmark: str, row: Row, parser: Parser = "official") -> float | None:
    """Return the score of one line of results, 0 to 1, or None where it is unscored.

    Multiple choice and texts: 1 or 0. Numbers: mean relative accuracy. Parsers: `official` reads answers as the
    released scorers do, faults included; `strict` reads them right, in the truth's unit.

    >>> row = {"question_type": "object_size_estimation", "ground_truth": "63", "predicted_answer": "0.63 m"}
    >>> score_row("vsi_bench", row, "official"), score_row("vsi_bench", row, "strict")
    (0.0, 1.0)

    Raises:
        ScoringError: as `judge`.
    """
    return judge(benchmark, row, parser).score


def score_rows(benchmark: str, rows: Iterable[Row], parser: Parser = "official") -> list[float | None]:
    """Return the scores of many lines, as `score_row` gives them.

    Raises:
        ScoringError: as `judge`; names the place of the row too, counted from 1.
    """
    return [verdict.score for verdict in judge_all(benchmark, rows, parser)]


def unscored_reason(benchmark: str, row: Row, parser: Parser = "official") -> str | None:
    """Return why a row has no score: what its own line says, "no answer", or that its truth cannot be read.

    Returns None for a row that has one.

    Raises:
        ScoringError: as `judge`.
    """
    verdict = judge(benchmark, row, parser)
    return verdict.reason if verdict.score is None else None


def is_unparsable(benchmark: str, row: Row, parser: Parser = "official") -> bool:
    """Tell whether a row has a score, 0, only because its reply holds no answer that the parser can read.

    Raises:
        ScoringError: as `judge`.
    """
    verdict = judge(benchmark, row, parser)
    return verdict.score is not None and not verdict.readable


def predicted_number(benchmark: str, row: Row, parser: Parser = "official") -> float | None:
    """Return the finite number that a reply is read as, in the truth's unit; None if none, or if none is asked for.

    The official parser does not look at units.

    Raises:
        ScoringError: as `judge`.
    """
    reply = row.get("predicted_answer")
    if reply is None or kind_of(benchmark, row) != "number":
        return None
    if parser == "official":
        found = official_number_of(benchmark, row, str(reply))
        return found if found is not None and math.isfinite(found) else None
    return read_number(answer_part(str(reply)), strict_truth(benchmark, row)[1])


def true_number(benchmark: str, row: Row) -> float | None:
    """Return the true number of a row in its unit; None if it cannot be read, or if no number is asked for.

    Raises:
        ScoringError: as `judge`.
    """
    if kind_of(benchmark, row) != "number":
        return None
    field_of(benchmark, row, "ground_truth")
    return strict_truth(benchmark, row)[0]


def predicted_letter(benchmark: str, row: Row, parser: Parser = "official") -> str | None:
    """Return the option letter, a capital, that a reply names; None if none, or if the question has no options.

    Raises:
        ScoringError: as `judge`.
    """
    reply = row.get("predicted_answer")
    if reply is None or kind_of(benchmark, row) != "choice":
        return None
    if parser == "strict":
        return strict_letter_of(benchmark, row, str(reply))
    named = official_letter_text(benchmark, str(reply)).upper()
    return named if len(named) == 1 and named.isascii() and named.isalpha() else None


def _never_answered(row: Row) -> str:
    reason = row.get("unscored")
    if isinstance(reason, str) and reason:
        return reason
    return "refused" if row.get("refused") else NEVER_ANSWERED
