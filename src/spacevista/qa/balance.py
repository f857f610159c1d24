"""Which facts of a scene are asked: 25 to 40 of them, spread over tasks, their aspects, and the answers within these.

A shard is made without a look at other scenes, so what a guess would get over a whole data set is held down by rules
for one scene:

- Tasks take turns, within a task its aspects, within an aspect its answers, in drawn order. The rarest first would only
  turn a guess between two answers, or of a count, around: what is rare in one scene is so in most.
- Of more than two answers in words, one that most facts of the aspect have comes last: "apart" is often the only one.
- Aspects that have one answer only come after the others of their task.
- Once all other answers of an aspect are used up, what is left of one waits until the other aspects have had theirs.

Facts of one answer, and those of measured values, come at random. No fact is left out but by the limit.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import TypeVar

import numpy as np

from spacevista.tasks.facts import Candidate, Fact
from spacevista.tasks.plans import PlanFact

MOST_FACTS = 40  # a scene with fewer is taken whole; the source has about 25 questions a scene
UNORDERED = ("size_comparison", "absolute_distance")  # the same question whichever object is named first

T = TypeVar("T")


@dataclass(frozen=True)
class _Aspect:
    """The facts of an aspect, answers in turn; and what is left of one answer when the others are used up."""

    spread: Sequence[Fact]
    left: Sequence[Fact]
    of_one_answer: bool


def pick_facts(facts: Sequence[Fact], rng: np.random.Generator, most: int = MOST_FACTS) -> list[Fact]:
    """Return at most `most` facts: one of each task in turn, each time of its next aspect, its answers in turn."""
    return _in_turn([_spread(of_task, rng) for of_task in _grouped(_distinct(facts), lambda f: f.candidate.task)])[
        :most
    ]


def answer_of(fact: Fact) -> str | None:
    """Return the answer as other facts may have it too; None of a measured value, of which no two are alike."""
    if isinstance(fact, PlanFact):
        return ", ".join(move.turn for move in fact.plans[0].moves if move.turn) or None
    if fact.quantity == "count":
        return f"{fact.values[0]:g}"
    return fact.choice or None


def _spread(facts: Sequence[Fact], rng: np.random.Generator) -> list[Fact]:
    """Return the facts of one task: its aspects in turn, mostly those of many facts first."""
    by_aspect = _grouped(_drawn(facts, rng), lambda f: f.candidate.aspect)
    aspects = sorted((_over_answers(of_aspect, rng) for of_aspect in by_aspect), key=lambda a: a.of_one_answer)
    return _in_turn(aspect.spread for aspect in aspects) + _in_turn(aspect.left for aspect in aspects)


def _over_answers(mixed: Sequence[Fact], rng: np.random.Generator) -> _Aspect:
    """Put the answers of an aspect in turn; what is left of the last one, once no other is, is kept apart."""
    if any(answer_of(fact) is None for fact in mixed):
        return _Aspect(mixed, [], of_one_answer=False)
    answers = _drawn(_grouped(mixed, lambda f: str(answer_of(f))), rng)
    answers.sort(key=lambda of_answer: _is_usual(of_answer, len(mixed)))
    taken = _in_turn(answers)
    last = answer_of(taken[-1])
    alone = sum(1 for _ in takewhile(lambda fact: answer_of(fact) == last, reversed(taken)))
    end = len(taken) - alone + 1  # the first of them belongs to the last full turn, or is all that the aspect gets
    return _Aspect(taken[:end], taken[end:], of_one_answer=len(answers) == 1)


def _is_usual(of_answer: Sequence[Fact], of_aspect: int) -> bool:
    """Tell whether one of several words is the answer of most facts of an aspect."""
    return len(of_answer[0].options) > 2 and 2 * len(of_answer) > of_aspect


def _drawn(things: Sequence[T], rng: np.random.Generator) -> list[T]:
    return [things[i] for i in rng.permutation(len(things))]


def _distinct(facts: Iterable[Fact]) -> list[Fact]:
    first: dict[Candidate, Fact] = {}
    for fact in facts:
        first.setdefault(_key(fact.candidate), fact)
    return list(first.values())


def _key(candidate: Candidate) -> Candidate:
    if candidate.task not in UNORDERED:
        return candidate
    return Candidate(candidate.task, candidate.aspect, tuple(sorted(candidate.objects)), candidate.frames)


def _grouped(facts: Iterable[Fact], key: Callable[[Fact], str]) -> list[list[Fact]]:
    groups: dict[str, list[Fact]] = {}
    for fact in facts:
        groups.setdefault(key(fact), []).append(fact)
    return list(groups.values())


def _in_turn(queues: Iterable[Iterable[Fact]]) -> list[Fact]:
    waiting = deque(deque(q) for q in queues)
    taken: list[Fact] = []
    while waiting:
        queue = waiting.popleft()
        if queue:
            taken.append(queue.popleft())
            waiting.append(queue)
    return taken
