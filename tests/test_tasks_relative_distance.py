"""Relative distance: which is closest to an anchor, decided exactly at the 10 % margin."""

import pytest

from hand_scenes import brick, facts, gap, reasons, rng, scene_of
from spacevista.tasks.facts import Candidate, Decline, Fact
from spacevista.tasks.pairs import gaps_by_pair
from spacevista.tasks.relative_distance import GROUPS, measure, relative_distance

UNDECIDED = "not decided by 10 % over the intervals"


def decided(aspect, *gaps):
    """Ask about anchor 1 and objects 2, 3, ... at the gaps given."""
    things = [brick(number, (1, 1, 1)) for number in range(1, len(gaps) + 2)]
    scene = scene_of(*things, gaps=gaps)
    others = range(2, len(gaps) + 2)
    return measure(Candidate("relative_distance", aspect, (1, *others)), gaps_by_pair(scene))


@pytest.mark.parametrize("metre", [1e-3, 1.0, 1e3])
def test_the_closest_and_the_farthest_of_three(metre):
    gaps = gap(1, 2, 2 * metre), gap(1, 3, metre), gap(4, 1, 3 * metre)  # a gap counts in either order
    nearest, farthest = decided("closest", *gaps), decided("farthest", *gaps)
    assert (nearest.choice, farthest.choice) == ("3", "4")
    assert nearest.options == ("2", "3", "4")
    assert nearest.margin == pytest.approx(2 / 1 - 1)
    assert farthest.margin == pytest.approx(3 / 2 - 1)
    assert [i.middle for i in nearest.intervals] == pytest.approx([2 * metre, metre, 3 * metre])


@pytest.mark.parametrize("aspect", ["closest", "farthest"])
def test_first_and_second_must_be_ten_percent_apart(aspect):
    winner = "2" if aspect == "closest" else "3"
    assert decided(aspect, gap(1, 2, 1.0), gap(1, 3, 1.101)).choice == winner
    item = decided(aspect, gap(1, 2, 1.0), gap(1, 3, 1.099))
    assert item == Decline(item.candidate, UNDECIDED)


def test_only_the_runner_up_matters():
    # 3 and 4 are as good as equal, which does not matter to the closest and leaves the farthest open.
    gaps = gap(1, 2, 1.0), gap(1, 3, 2.0), gap(1, 4, 2.01)
    assert decided("closest", *gaps).choice == "2"
    assert isinstance(decided("farthest", *gaps), Decline)


def test_bounds_that_overlap_decide_nothing():
    # 1.3 could be as near as 0.99, under the other's 1.
    assert isinstance(decided("closest", gap(1, 2, 1.0), gap(1, 3, 1.3, below=0.31)), Decline)
    assert isinstance(decided("closest", gap(1, 2, 1.0), gap(1, 3, 1.3, below=0.1)), Fact)
    # Noise of 0.1 each: 1 +- 0.16 and 1.3 +- 0.16 overlap.
    noisy = gap(1, 2, 1.0, error=0.1), gap(1, 3, 1.3, error=0.1)
    assert isinstance(decided("closest", *noisy), Decline)


def test_an_unmeasured_object_declines_its_groups():
    things = [brick(number, (1, 1, 1)) for number in (1, 2, 3)]
    items = list(relative_distance(scene_of(*things, gaps=[gap(1, 2, 1.0)]), rng()))
    # Three anchors with the one pair of others each, two aspects; every group misses the gap of 13 or 23.
    assert reasons(items) == {"too few points": 6}


def test_groups_are_distinct_drawn_by_the_rng_and_never_hold_the_anchor():
    numbers = range(1, 7)
    things = [brick(number, (1, 1, 1)) for number in numbers]
    gaps = [gap(a, b, 1.5 ** (a + b)) for a in numbers for b in numbers if a < b]
    scene = scene_of(*things, gaps=gaps)
    items = list(relative_distance(scene, rng(3)))
    # Six anchors, GROUPS groups of each of three sizes, two aspects.
    assert len(items) == 6 * GROUPS * 3 * 2
    for anchor in numbers:
        groups = [i.candidate.objects[1:] for i in items if i.candidate.objects[0] == anchor]
        assert all(anchor not in group and len(set(group)) == len(group) for group in groups)
        assert len({frozenset(group) for group in groups}) == GROUPS * 3
    # Gaps grow by half with every step of the other's number: all is decided, the lowest number is the closest.
    assert len(facts(items)) == len(items)
    for item in items:
        others = item.candidate.objects[1:]
        assert item.choice == str(min(others) if item.candidate.aspect == "closest" else max(others))
    assert items == list(relative_distance(scene, rng(3)))
    assert items != list(relative_distance(scene, rng(4)))


def test_two_objects_are_no_choice():
    scene = scene_of(brick(1, (1, 1, 1)), brick(2, (1, 1, 1)), gaps=[gap(1, 2, 1.0)])
    assert list(relative_distance(scene, rng())) == []
