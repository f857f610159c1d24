"""What is wrong with a sentence or a set of patterns: used on every pattern, each rendered with sample objects."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import numpy as np
from rapidfuzz.distance import Levenshtein
from rapidfuzz.process import cdist

from spacevista.geometry.arrays import FloatArray

NEAREST = 0.15  # normalised edit distance: patterns nearer than this are one pattern
SPOKEN_WITH_VOWEL = "AEFHILMNORSX"  # letters whose names begin with a vowel
VOWEL_SOUND = re.compile(r"^(?:[aeio]|u(?!n[ai]|s[ei])|hour)", re.IGNORECASE)  # "a unit", "a used one", "an hour"


def sentence_problems(text: str) -> list[str]:
    """Return what is wrong with a question as it is sent, in words."""
    checks = {
        "unfilled slot": "{" in text or "}" in text,
        "doubled word": re.search(r"\b(\w+) \1\b", text, re.IGNORECASE) is not None,
        "double space": "  " in text,
        "space before punctuation": re.search(r" [,.;:?]", text) is not None,
        "no capital at the start": not text[:1].isupper(),
        "no question mark or full stop": not text.endswith(("?", ".")),
        "wrong article": any(_wrong_article(m) for m in re.finditer(r"\b(an?) (\w+)", text, re.IGNORECASE)),
    }
    return [problem for problem, found in checks.items() if found]


def _wrong_article(match: re.Match[str]) -> bool:
    return (match[1].lower() == "an") != takes_an(match[2])


def takes_an(word: str) -> bool:
    """Tell whether a word begins with a vowel as it is spoken: an apple, an hour, an LED; a unit, a cup."""
    if len(word) > 1 and word.isupper():
        return word[0] in SPOKEN_WITH_VOWEL
    return VOWEL_SOUND.match(word) is not None


def near_pairs(patterns: Sequence[str], nearest: float = NEAREST) -> Iterator[tuple[str, str]]:
    """Yield the pairs of patterns whose edit distance, divided by the longer length, is under `nearest`."""
    for number, first in enumerate(patterns[:-1]):
        others = patterns[number + 1 :]
        for place in np.flatnonzero(_distances(first, others, nearest) < nearest).tolist():
            yield first, others[place]


def nearest_pair(patterns: Sequence[str]) -> tuple[str, str, float]:
    """Return the two patterns (of two or more) that are nearest to each other, and their distance as above."""
    if len(patterns) < 2:
        raise ValueError(f"lint: expected two patterns or more, got {len(patterns)}")
    best = (patterns[0], patterns[1], 1.0)
    for number, first in enumerate(patterns[:-1]):
        others = patterns[number + 1 :]
        apart = _distances(first, others, best[2])
        if apart.min() < best[2]:
            best = (first, others[int(apart.argmin())], float(apart.min()))
    return best


def _distances(first: str, others: Sequence[str], limit: float) -> FloatArray:
    """Return the distances of one text from others (N); what is over `limit` is not measured and counts as 1."""
    scorer = Levenshtein.normalized_distance
    found: FloatArray = cdist([first], others, scorer=scorer, score_cutoff=limit, dtype=np.float64)[0]
    return found
