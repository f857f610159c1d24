"""The released scorers' parsers, faults included, so that scores compare with published tables.

Source: the scorers released with SpaceVista (arXiv 2510.09606) for VSI-Bench, STI-Bench, MMSI-Bench, SPAR-Bench and
SpaceVista-Bench. Known faults: "about a distance of 6.3 cm" is 1, "twenty-one" is 1, "1,250 m" is 1, units are not
read, "(B)" and "The answer is B" are no letters (STI-Bench reads them). `\\b`, `\\d` and letter case are Python's, for
all of Unicode.
"""

from __future__ import annotations

import re

from spacevista.scoring.memory import remembered

OPEN = re.compile(r"<answer>", re.IGNORECASE)
CLOSE = re.compile(r"</answer>", re.IGNORECASE)

LEADING_LETTER = re.compile(r"[A-D]\b", re.IGNORECASE)

TENS = ("thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
UP_TO_TWENTY = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"),
    *("eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen", "twenty"),
)
# Tried in this order, wherever they stand, and before any digit.
WORD_RANKS: dict[str, int] = {word: rank for rank, word in enumerate((*UP_TO_TWENTY, *TENS, "a", "an"))}
WORD_VALUES: tuple[float, ...] = (*map(float, range(21)), *map(float, range(30, 100, 10)), 1.0, 1.0)
WORD = re.compile(rf"\b(?:{'|'.join(WORD_RANKS)})\b")
SIGNED = re.compile(r"-?\d+(?:\.\d+)?")
UNSIGNED = re.compile(r"(?<!\^)\d+\.\d+|(?<!\^)\d+")
NO_NUMBER = -1.0  # what SPAR-Bench reads where there is no number

STI_RULES: tuple[re.Pattern[str], ...] = tuple(
    re.compile(rule, re.IGNORECASE | re.MULTILINE)
    for rule in (
        r"\(([A-E])\)",
        r"Ans\s*=\s*['\"]?([A-E])",
        r"Answer\s*[:=]\s*([A-E])",
        r"Option\s+([A-E])",
        r"\b([A-E])\s*(?:is|was)\s*correct",
        r"\b([A-E])[.)]\s*$",
        r"^[^\S\n]*([A-E])\s*$",
    )
)
STI_LEADING = re.compile(r"([A-E])\b", re.IGNORECASE)


def between_tags(text: str) -> str | None:
    """Return what stands inside the first complete <answer> pair, stripped; None if there is no such pair."""
    opened = OPEN.search(text)
    if opened is None:
        return None
    start = opened.end()
    closed = CLOSE.search(text, start)
    return None if closed is None else text[start : closed.start()].strip()


def extract(text: str) -> str:
    """Return what stands inside the first <answer> pair, stripped, or the whole text where there is no complete pair.

    >>> extract("<think>6 or 7?</think><answer> 6.3 </answer>"), extract("<answer>6")
    ('6.3', '<answer>6')
    """
    inside = between_tags(text)
    return text if inside is None else inside


@remembered
def choice(text: str) -> str:
    """Return the capital of a letter A-D with which the text starts, or the text, stripped (VSI, MMSI, SpaceVista)."""
    stripped = text.strip()
    found = LEADING_LETTER.match(stripped)
    return found.group().upper() if found else stripped


@remembered
def number(text: str) -> float | None:
    """Return a text's first number word by rank, else its first digits, else None (VSI, SpaceVista)."""
    lowered = text.strip().lower()
    ranks = [WORD_RANKS[word] for word in WORD.findall(lowered)]
    if ranks:
        return WORD_VALUES[min(ranks)]
    found = SIGNED.search(lowered)
    return float(found.group()) if found else None


def sti_choice(text: str) -> str:
    """Return the letter A-E of the first rule that matches, or the text, stripped (STI-Bench).

    Tags are looked for only where the text holds a lower-case <answer>.
    """
    return _sti_choice(extract(text) if "<answer>" in text else text)


@remembered
def _sti_choice(text: str) -> str:
    for rule in STI_RULES:
        found = rule.search(text)
        if found:
            return found.group(1).upper()
    stripped = text.strip()
    leading = STI_LEADING.match(stripped)
    return leading.group(1).upper() if leading else stripped


def spar_extract(text: str) -> str:
    """Return what stands inside the first <answer> pair, or "" where there is no complete pair (SPAR-Bench)."""
    return between_tags(text) or ""


def spar_choice(extracted: str) -> str:
    """Return what stands before the first space, without full stops at its end (SPAR-Bench)."""
    return extracted.split(" ")[0].rstrip(".").strip()


def spar_number(extracted: str, last: bool) -> float:
    """Return the first (or last) unsigned number that is not directly behind "^", or -1 (SPAR-Bench)."""
    found: list[str] = UNSIGNED.findall(extracted)
    return float(found[-1 if last else 0]) if found else NO_NUMBER


def spar_motion(text: str) -> dict[str, float] | None:
    """Return the amounts of "move_right:0.3,rotate_left:20" by name, as written; None if unreadable (SPAR-Bench).

    Names are not stripped, so that one behind a blank is none that counts; of the same name twice the last counts.
    """
    amounts: dict[str, float] = {}
    for item in text.split(","):
        parts = item.split(":")
        amount = _float(parts[1]) if len(parts) == 2 else None
        if amount is None:
            return None
        amounts[parts[0]] = amount
    return amounts


def same(prediction: str, truth: str) -> bool:
    """Tell whether two answers are equal once stripped and lower-cased."""
    return prediction.strip().lower() == truth.strip().lower()


def truth_number(truth: str) -> float | None:
    """Return a truth as Python's float() reads it, None if it does not."""
    return _float(truth)


def _float(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
