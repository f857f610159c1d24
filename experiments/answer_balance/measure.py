"""How common the commonest answer is, among all facts of simulated worlds and among those that are picked to be asked.

    python experiments/answer_balance/measure.py FIRST_SEED WORLDS

Makes WORLDS worlds of each scale from FIRST_SEED on, annotates them at level `exact`, and picks facts DRAWS times from
each. Prints, for each task and aspect whose answers are words or counts: facts, the share of the commonest answer among
them; picks a draw, and its share among these. Objects as answers are left out: they are other ones in every scene.
"""

from __future__ import annotations

import sys
from collections import Counter, defaultdict
from collections.abc import Iterable

import numpy as np

from spacevista.annotate.annotate import annotate
from spacevista.qa.balance import answer_of, pick_facts
from spacevista.scales import Scale
from spacevista.sim.seeds import open_seeds
from spacevista.sim.simulate import simulate
from spacevista.sim.world import World
from spacevista.sim.worlds import make_world
from spacevista.tasks.all import all_candidates
from spacevista.tasks.facts import Fact
from spacevista.tasks.obstacles_location import NOTHING

DRAWS = 20
Answers = defaultdict[tuple[str, str], Counter[str]]


def facts_of(world: World) -> list[Fact]:
    """Annotate a world and run every task."""
    scene = annotate(simulate(world, np.random.default_rng(world.seed), color=False))
    return [item for item in all_candidates(scene, world.seed) if isinstance(item, Fact)]


def said(fact: Fact) -> str | None:
    """Return an answer that means the same in other scenes; None for measured values and for objects."""
    answer = answer_of(fact)
    if fact.quantity == "count" or answer is None:
        return answer
    if NOTHING in fact.options:
        return NOTHING if answer == NOTHING else "an object"
    return None if answer[0].isdigit() else answer


def add(answers: Answers, facts: Iterable[Fact]) -> None:
    """Count the answers of facts."""
    for fact in facts:
        if (answer := said(fact)) is not None:
            answers[fact.candidate.task, fact.candidate.aspect][answer] += 1


def commonest(answers: Counter[str], draws: int = 1) -> str:
    """Return the cells of a row: how many, and the share of the commonest."""
    ((answer, count),) = answers.most_common(1) or [("-", 0)]
    return f"{answers.total() / draws:.1f} | {count / max(answers.total(), 1):.0%} {answer}"


def main(first: int, worlds: int) -> None:
    """Measure and print."""
    there: Answers = defaultdict(Counter)
    picked: Answers = defaultdict(Counter)
    for scale in Scale:
        for seed in open_seeds(first, worlds):
            facts = facts_of(make_world(scale, seed))
            add(there, facts)
            for draw in range(DRAWS):
                add(picked, pick_facts(facts, np.random.default_rng(draw)))
    print("| task, aspect | facts | commonest | picks a draw | commonest |\n|---|---|---|---|---|")
    for task, aspect in sorted(there):
        all_facts, drawn = there[task, aspect], picked[task, aspect]
        print(f"| {task}, {aspect} | {commonest(all_facts)} | {commonest(drawn, DRAWS)} |")


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
