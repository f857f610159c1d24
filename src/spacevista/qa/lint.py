"""What is wrong with a sentence or a set of patterns: used on every pattern, each rendered with sample objects."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import combinations

NEAREST = 0.15  # normalised edit distance: patterns nearer than this are one pattern
_VOWEL_SOUND = re.compile(r"^(?:[aeio]|u(?!n[ai]|s[ei])|hour)", re.IGNORECASE)  # "a unit", "a used one", "an hour"


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
    return (match[1].lower() == "an") != bool(_VOWEL_SOUND.match(match[2]))


def near_pairs(patterns: Sequence[str], nearest: float = NEAREST) -> Iterator[tuple[str, str]]:
    """Yield the pairs of patterns whose edit distance, divided by the longer length, is under `nearest`."""
    letters = [Counter(p) for p in patterns]
    for i, j in combinations(range(len(patterns)), 2):
        first, second = patterns[i], patterns[j]
        limit = nearest * max(len(first), len(second))
        # No edit mends more than one surplus letter on either side: a bound that spares most pairs the full count.
        surplus = max((letters[i] - letters[j]).total(), (letters[j] - letters[i]).total())
        if surplus < limit and edit_distance(first, second) < limit:
            yield first, second


def edit_distance(first: str, second: str) -> int:
    """Return the least number of insertions, deletions and substitutions that turn one text into the other."""
    row = list(range(len(second) + 1))
    for i, a in enumerate(first, 1):
        diagonal, row[0] = row[0], i
        for j, b in enumerate(second, 1):
            diagonal, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, diagonal + (a != b))
    return row[-1]
