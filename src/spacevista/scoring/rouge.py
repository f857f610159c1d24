"""ROUGE of free answers, for comparison with others: it pays for template words around a wrong number."""

from __future__ import annotations

from functools import cache
from typing import Any

KINDS = ("rouge1", "rouge2", "rougeL")


def rouge_f1(prediction: str, truth: str) -> float:
    """Return the mean F1 of ROUGE-1, ROUGE-2 and ROUGE-L without stemming, 0 to 1.

    >>> rouge_f1("the cup is closest", "the cup is closest"), rouge_f1("a box", "the cup")
    (1.0, 0.0)
    """
    scores = _scorer().score(truth, prediction)
    return sum(float(scores[kind].fmeasure) for kind in KINDS) / len(KINDS)


@cache
def _scorer() -> Any:
    from rouge_score.rouge_scorer import RougeScorer  # imports nltk, which takes a second

    return RougeScorer(list(KINDS), use_stemmer=False)
