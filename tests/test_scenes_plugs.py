"""A plug in its socket has hidden pins and no upper bounds; one apart, and other things that touch, keep theirs."""

from dataclasses import replace

import pytest

from hand_scenes import brick, gap
from spacevista.scenes.plugs import with_hidden_pins


def named(number, category):
    return replace(brick(number, (0.04, 0.04, 0.05), at=(0.1 * number, 0, 0)), category=category)


@pytest.mark.parametrize(
    ("first", "second", "spacings", "hidden"),
    [
        ("plug", "power strip", 2.9, {1}),
        ("power strip", "plug", 2.9, {2}),
        ("plug", "power strip", 3.1, set()),
        ("plug", "cup", 0.0, set()),
        ("cup", "power strip", 0.0, set()),
        (None, "power strip", 0.0, set()),
    ],
)
def test_only_what_may_be_plugged_in_loses_its_bounds(first, second, spacings, hidden):
    between = replace(gap(1, 2, 0.0), spacing_m=0.001, high_m=spacings * 0.001)
    things = with_hidden_pins([named(1, first), named(2, second)], [between])
    assert {thing.id for thing in things if thing.open_space} == hidden
