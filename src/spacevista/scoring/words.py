"""Numbers in words: "twenty-one", "one hundred and five", "two and a half", "two point five", "half a metre"."""

from __future__ import annotations

import math
import re

from spacevista.scoring.official import TENS, UP_TO_TWENTY

SMALL: dict[str, int] = {word: value for value, word in enumerate(UP_TO_TWENTY[:20])}
TENS_VALUES: dict[str, int] = {word: 10 * value for value, word in enumerate(("twenty", *TENS), start=2)}
LARGE: dict[str, int] = {"thousand": 10**3, "million": 10**6, "billion": 10**9}
PARTS: dict[str, float] = {
    **dict.fromkeys(("half", "halves"), 1 / 2),
    **dict.fromkeys(("quarter", "quarters"), 1 / 4),
    **dict.fromkeys(("third", "thirds"), 1 / 3),
    **dict.fromkeys(("fifth", "fifths"), 1 / 5),
    **dict.fromkeys(("tenth", "tenths"), 1 / 10),
}

_CARDINAL = "|".join((*SMALL, *TENS_VALUES, "hundred", "dozen", *LARGE))
_PART = "|".join(PARTS)
_COUNT = r"(?:an?|one|two|three|four|five|six|seven|eight|nine)"
RUN = re.compile(
    rf"\b(?:a\s+(?=(?:hundred|dozen|thousand|million|billion)\b))?(?:{_CARDINAL})\b"
    rf"(?:(?!\s+and\s+{_COUNT}[\s-]+(?:{_PART})\b)(?:\s+and\s+|\s*-\s*|\s+)(?:{_CARDINAL})\b)*"
)
DECIMALS = re.compile(rf"\s+point((?:\s+(?:{'|'.join(UP_TO_TWENTY[:10])})\b)+)")
AND_PART = re.compile(rf"\s+and\s+({_COUNT})?[\s-]*({_PART})\b")
PART = re.compile(rf"\b(?:({_COUNT})[\s-]+)?({_PART})\b")
ARTICLE = re.compile(r"\b(?:an?|single)\b")


def value_of_run(run: str) -> float:
    """Return the value of words that follow each other, nan if they are no number ("two three", "hundred hundred").

    >>> value_of_run("one hundred and twenty-one"), value_of_run("a dozen")
    (121.0, 12.0)
    """
    total, below = 0, 0
    open_to, largest = math.inf, math.inf  # the next word must be smaller than what it completes
    for word in re.findall(r"[a-z]+", run):
        if word in ("and", "a"):
            continue
        if word in SMALL or word in TENS_VALUES:
            value = SMALL.get(word, TENS_VALUES.get(word, 0))
            if value >= open_to or (open_to == 10 and value == 0):
                return math.nan
            below += value
            open_to = 10 if value >= 20 else 0
        elif word in ("hundred", "dozen"):
            if below >= 100:
                return math.nan
            below = max(below, 1) * (100 if word == "hundred" else 12)
            open_to = 100 if word == "hundred" else 0
        else:
            if LARGE[word] >= largest:
                return math.nan
            total += max(below, 1) * LARGE[word]
            below, open_to, largest = 0, 1000, LARGE[word]
    return float(total + below)


def value_of_part(count: str | None, part: str) -> float:
    """Return the value of "a half", "three quarters", "half"."""
    times = 1 if count in (None, "a", "an") else SMALL[count or "one"]
    return times * PARTS[part]


def decimals_of(words: str) -> float:
    """Return the value of digits behind a spoken point: 0.25 for "two five"."""
    return float("0." + "".join(str(SMALL[word]) for word in words.split()))
