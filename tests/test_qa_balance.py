"""Which facts of a scene are asked: their number, and how they spread over tasks, aspects and answers."""

from collections import Counter

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from qa_scenes import all_kinds, choice_fact, count_fact, length_fact, plan_kinds, word_fact
from spacevista.qa.balance import MOST_FACTS, answer_of, pick_facts
from spacevista.tasks.facts import Fact

YES_NO = ("yes", "no")
JOINED = ("apart", "on", "in", "around")
SEEDS = range(100)


def many_facts(per_aspect=30):
    sizes = [length_fact("object_size", a, (i,), 1.0) for a in ("height", "width") for i in range(per_aspect)]
    distances = [length_fact("absolute_distance", "closest", (i, i + 1), 1.0) for i in range(per_aspect)]
    few = [choice_fact("size_comparison", "height", (1, 2), 1)]
    return sizes + distances + few


def test_facts_are_spread_over_tasks_and_aspects():
    picked = pick_facts(many_facts(), np.random.default_rng(0))
    counts = Counter((f.candidate.task, f.candidate.aspect) for f in picked)
    # 40 in turn over three tasks, of which one has a single fact: (40 - 1) / 2 each, sizes shared by two aspects.
    assert len(picked) == MOST_FACTS
    assert counts["size_comparison", "height"] == 1
    assert abs(counts["absolute_distance", "closest"] - 20) <= 1
    assert abs(counts["object_size", "height"] - counts["object_size", "width"]) <= 1


def test_no_fact_is_asked_twice_not_even_with_its_objects_exchanged():
    there, back = (length_fact("absolute_distance", "closest", pair, 1.0) for pair in ((1, 2), (2, 1)))
    assert pick_facts([there, back, there], np.random.default_rng(0)) == [there]
    inside, outside = (choice_fact("relative_distance", "closest", o, 3, first=1) for o in ((1, 2, 3), (2, 1, 3)))
    assert len(pick_facts([inside, outside], np.random.default_rng(0))) == 2  # another anchor is another question


def relations(aspect: str, options: tuple[str, ...], **counts: int) -> list[Fact]:
    """So many facts of each answer, about other pairs of objects each, of one task."""
    answers = [answer for answer, count in counts.items() for _ in range(count)]
    return [word_fact("spatial_relation", aspect, (n, n + 1), (), answer, options) for n, answer in enumerate(answers)]


def answers(facts: list[Fact], seed: int, most: int = MOST_FACTS) -> list[str | None]:
    return [answer_of(fact) for fact in pick_facts(facts, np.random.default_rng(seed), most)]


def test_answers_take_turns_until_one_is_left() -> None:
    # 20 apart, 3 on, 1 in: three turns have an "on", one an "in", and each an "apart": 3 + 1 + 3 = 7, then the rest.
    facts = relations("how", JOINED, apart=20, on=3, **{"in": 1})
    for seed in SEEDS:
        found = answers(facts, seed)
        assert Counter(found[:7]) == {"on": 3, "apart": 3, "in": 1}
        assert set(found[7:]) == {"apart"}
        # Most facts are "apart": it is the last of each turn, after "on" and "in" in drawn order.
        assert found[2] == "apart"
        assert found[4] == "apart"
    assert {answers(facts, seed)[0] for seed in SEEDS} == {"on", "in"}


def test_the_first_of_two_answers_is_drawn_however_many_facts_it_has() -> None:
    # 9 no and 1 yes: a draw of facts would start with "yes" in 10 of 100 scenes, the rarest first in all. Of 100 fair
    # draws, 50 with a standard deviation of 5: four of them.
    first = Counter(answers(relations("on", YES_NO, yes=1, no=9), seed)[0] for seed in SEEDS)
    assert abs(first["yes"] - 50) <= 20
    # So with counts: 1 is the answer of 18 of 20, and comes first in a third of the scenes (33, deviation 4.7).
    many = [count_fact("class", (n,), (0,), count) for n, count in enumerate([1] * 18 + [2, 4])]
    first = Counter(answers(many, seed)[0] for seed in SEEDS)
    assert abs(first["1"] - 33) <= 19
    assert {answers(many, seed)[place] for seed in SEEDS for place in (0, 1, 2)} == {"1", "2", "4"}
    assert all(set(answers(many, seed)[:3]) == {"1", "2", "4"} for seed in SEEDS)


def test_what_is_left_of_one_answer_waits_for_the_other_aspects_but_is_not_lost() -> None:
    alone = relations("apart", YES_NO, yes=10)
    both = relations("on", YES_NO, yes=4, no=4)
    for seed in SEEDS:
        picked = pick_facts(alone + both, np.random.default_rng(seed))
        aspects = [fact.candidate.aspect for fact in picked]
        # "on" has two answers and comes first; "apart" gets its turn, and its nine others the places after all of "on".
        assert aspects == ["on", "apart"] + ["on"] * 7 + ["apart"] * 9


def test_measured_values_come_at_random_as_no_two_are_alike() -> None:
    facts = [length_fact("object_size", "height", (n,), 1.0) for n in range(3)]
    assert {answer_of(fact) for fact in facts} == {None}
    first = Counter(pick_facts(facts, np.random.default_rng(seed))[0].candidate.objects[0] for seed in range(300))
    assert all(abs(count - 100) < 41 for count in first.values())  # five standard deviations of 8.2


def test_plans_have_their_turns_as_answers() -> None:
    found = {(fact.candidate.task, fact.candidate.aspect): answer_of(fact) for fact in plan_kinds()}
    turns = found.pop(("route_planning", "via"))
    assert turns is not None
    assert set(turns.split(", ")) <= {"left", "right", "back", "straight"}
    assert found.pop(("obstacles_location", "which")) == "3"
    assert set(found.values()) == {None}  # of lengths, headings and boxes no two are alike


@given(st.data())
def test_picks_are_facts_each_once_and_as_many_as_there_may_be(data: st.DataObject) -> None:
    kinds = [*all_kinds(), *relations("how", JOINED, apart=9, on=2), *relations("in", YES_NO, yes=1, no=8)]
    kinds += [choice_fact("relative_distance", "closest", (n, 20, 21), 20 + n % 2, first=1) for n in range(8)]
    facts = data.draw(st.lists(st.sampled_from(kinds), max_size=60))
    most = data.draw(st.integers(0, MOST_FACTS))
    seed = data.draw(st.integers(0, 99))
    picked = pick_facts(facts, np.random.default_rng(seed), most)
    assert picked == pick_facts(facts, np.random.default_rng(seed), most)
    wanted = {fact.candidate for fact in facts}  # the kinds have no two that differ by the order of objects only
    assert all(fact in facts for fact in picked)
    assert len({fact.candidate for fact in picked}) == len(picked) == min(most, len(wanted))
    # Tasks take turns: one with fewer facts than another has all of its own.
    had, there = (Counter(c.task for c in found) for found in ((f.candidate for f in picked), wanted))
    fullest = max(had.values(), default=0)
    assert all(had[task] == count or had[task] >= fullest - 1 for task, count in there.items())
