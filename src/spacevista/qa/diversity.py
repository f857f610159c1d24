"""How much the packed sentence patterns differ: how many there are, of how many words, how near two of them come."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from spacevista.qa.lint import nearest_pair
from spacevista.qa.patterns import templates

SLOT = re.compile(r"\{\w+\}")
WORD = re.compile(r"[a-z]+(?:['-][a-z]+)*")


@dataclass(frozen=True)
class Diversity:
    """Figures of some patterns.

    Attributes:
        patterns: how many.
        words: distinct words, slots left out, capitals alike.
        nearest: the least edit distance of two of them, divided by the longer one's length.
        pair: these two.
    """

    patterns: int
    words: int
    nearest: float
    pair: tuple[str, str]


def diversity_of(patterns: Sequence[str]) -> Diversity:
    """Return the figures of two or more patterns."""
    words = {word for pattern in patterns for word in WORD.findall(SLOT.sub(" ", pattern).lower())}
    first, second, distance = nearest_pair(patterns)
    return Diversity(len(patterns), len(words), distance, (first, second))


def by_task() -> dict[str, Diversity]:
    """Return the figures of each task's questions, and of all together under "all"."""
    asked: dict[str, list[str]] = {}
    for (task, _), aspect in templates().aspects.items():
        asked.setdefault(task, []).extend(aspect.ask)
    figures = {task: diversity_of(patterns) for task, patterns in asked.items()}
    return figures | {"all": diversity_of([pattern for patterns in asked.values() for pattern in patterns])}
