"""Which facts of a scene are asked: 25 to 40 of them, spread over tasks and, within a task, over its aspects."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Sequence

import numpy as np

from spacevista.tasks.facts import Candidate, Fact

MOST_FACTS = 40  # a scene with fewer is taken whole; the source has about 25 questions a scene
UNORDERED = ("size_comparison", "absolute_distance")  # the same question whichever object is named first


def pick_facts(facts: Sequence[Fact], rng: np.random.Generator, most: int = MOST_FACTS) -> list[Fact]:
    """Return at most `most` facts: one of each task in turn, each time of its next aspect, at random within it."""
    tasks = [
        _in_turn([_mixed(of_aspect, rng) for of_aspect in _grouped(of_task, lambda f: f.candidate.aspect)])
        for of_task in _grouped(_distinct(facts), lambda f: f.candidate.task)
    ]
    return _in_turn(tasks)[:most]


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


def _mixed(facts: Sequence[Fact], rng: np.random.Generator) -> list[Fact]:
    return [facts[i] for i in rng.permutation(len(facts))]


def _in_turn(queues: Iterable[Iterable[Fact]]) -> list[Fact]:
    waiting = deque(deque(q) for q in queues)
    taken: list[Fact] = []
    while waiting:
        queue = waiting.popleft()
        if queue:
            taken.append(queue.popleft())
            waiting.append(queue)
    return taken
