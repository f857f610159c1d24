"""What is said to a model beside a benchmark's own words: options with letters, and the form of the answer.

Every prompt asks for the answer between <answer> and </answer>: the released scorers read it there, one of them only
there. A change of a word here raises `versions.PROMPT_VERSION`: answers to different prompts are not compared.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from spacevista.errors import DatasetError

LETTERS = "ABCDEFGH"  # more than any of the benchmarks has options

_THINK = "Think first if that helps."
LETTER_FORM = f"{_THINK} Then write the letter of the right option, and nothing else, between <answer> and </answer>."
NUMBER_FORM = f"{_THINK} Then write the number, and nothing else, between <answer> and </answer>."
TEXT_FORM = f"{_THINK} Then write what is asked for, and nothing else, between <answer> and </answer>."

_LETTERED = re.compile(r"\s*\(?([A-Z])[.):]\s*(.*)", re.DOTALL)


def choice_prompt(question: str, options: Sequence[str]) -> str:
    """Return a question with its options, one a line after its letter, and the request for a letter.

    Raises:
        DatasetError: fewer than two options, or more than there are letters.
    """
    if not 2 <= len(options) <= len(LETTERS):
        raise DatasetError(f"expected 2 to {len(LETTERS)} options, got {len(options)}")
    lines = (f"{letter}. {text}" for letter, text in zip(LETTERS, options, strict=False))
    return "\n".join((question.strip(), *lines, LETTER_FORM))


def plain_prompt(question: str, form: str) -> str:
    """Return a question and the form of its answer (LETTER_FORM, NUMBER_FORM or TEXT_FORM)."""
    return f"{question.strip()}\n{form}"


def bare_options(options: Sequence[str]) -> tuple[str, ...]:
    """Return options without the letters that they start with, if each one starts with its own.

    >>> bare_options(["A. left", "B. right"]), bare_options(["A. Smith", "C. Jones"])
    (('left', 'right'), ('A. Smith', 'C. Jones'))
    """
    found = [_LETTERED.fullmatch(option) for option in options]
    if all(match and match[1] == letter for match, letter in zip(found, LETTERS, strict=False)):
        return tuple(match[2] for match in found if match)
    return tuple(options)
