"""Scores of answers: one parser in two modes, the metrics of the benchmarks, and their means.

`official` reads answers exactly as the released scorers do, so that scores compare with published tables; `strict`
reads them right. Pure functions: no model, no network, no files except where a name says so. See docs/scoring.md.
"""

from spacevista.scoring.aggregate import aggregate
from spacevista.scoring.benchmarks import BENCHMARKS, Form, Parser, form_of, task_of
from spacevista.scoring.errors import ScoringError
from spacevista.scoring.rows import (
    is_unparsable,
    predicted_letter,
    predicted_number,
    score_row,
    score_rows,
    true_number,
    unscored_reason,
)

__all__ = [
    "BENCHMARKS",
    "Form",
    "Parser",
    "ScoringError",
    "aggregate",
    "form_of",
    "is_unparsable",
    "predicted_letter",
    "predicted_number",
    "score_row",
    "score_rows",
    "task_of",
    "true_number",
    "unscored_reason",
]
