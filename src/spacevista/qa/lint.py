"""What is wrong with a sentence or a set of patterns: used on every pattern, each rendered with sample objects."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np

from spacevista.geometry.arrays import IntArray

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
    """Yield the pairs of patterns whose edit distance, divided by the longer length, is under `nearest`.

    Two bounds spare nearly all pairs the full count: no edit mends more than one surplus letter on either side, nor
    more than two surplus pairs of neighbouring letters.
    """
    for first, second, _ in _distances(patterns, nearest):
        yield first, second


def nearest_pair(patterns: Sequence[str]) -> tuple[str, str, float]:
    """Return the two patterns (of two or more) that are nearest to each other, and their distance as above.

    The limit rises in steps, for the bounds spare few pairs under a wide one.
    """
    for limit in (*np.arange(0.1, 1.0, 0.05).tolist(), 1.01):
        if found := list(_distances(patterns, limit)):
            return min(found, key=lambda pair: pair[2])
    raise ValueError(f"lint: expected two patterns or more, got {len(patterns)}")


def _distances(patterns: Sequence[str], nearest: float) -> Iterator[tuple[str, str, float]]:
    """Yield the pairs nearer than `nearest` and their distance."""
    lengths = np.array([len(p) for p in patterns])
    letters = _counts([Counter(p) for p in patterns])
    couples = [Counter(a + b for a, b in pairwise(p)) for p in patterns]
    for i, first in enumerate(patterns):
        longer = np.maximum(lengths[i + 1 :], lengths[i])
        more = letters[i + 1 :] - letters[i]
        surplus = np.maximum(np.maximum(more, 0).sum(axis=1), np.maximum(-more, 0).sum(axis=1))
        for j in np.flatnonzero(surplus < nearest * longer).tolist():
            other, limit = i + 1 + j, nearest * float(longer[j])
            apart = max((couples[i] - couples[other]).total(), (couples[other] - couples[i]).total())
            if apart < 2 * limit and (edits := edit_distance(first, patterns[other])) < limit:
                yield first, patterns[other], edits / float(longer[j])


def _counts(texts: Sequence[Counter[str]]) -> IntArray:
    """Return how often each letter (columns) is in each text (rows)."""
    columns = {letter: k for k, letter in enumerate(sorted(set().union(*texts)))}
    table = np.zeros((len(texts), len(columns)), dtype=np.int64)
    for row, counts in enumerate(texts):
        table[row, [columns[letter] for letter in counts]] = list(counts.values())
    return table


def edit_distance(first: str, second: str) -> int:
    """Return the least number of insertions, deletions and substitutions that turn one text into the other."""
    row = list(range(len(second) + 1))
    for i, a in enumerate(first, 1):
        diagonal, row[0] = row[0], i
        for j, b in enumerate(second, 1):
            diagonal, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, diagonal + (a != b))
    return row[-1]
