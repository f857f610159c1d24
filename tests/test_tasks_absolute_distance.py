"""Absolute distance: closest points, hard bounds and noise, every reason to decline."""

import pytest

from hand_scenes import brick, by_candidate, gap, reasons, rng, scene_of
from spacevista.scenes.record import Noise
from spacevista.tasks.absolute_distance import absolute_distance
from spacevista.tasks.facts import Decline, Fact
from spacevista.tasks.rules import NINETY_PERCENT


def distance(pair_gap, **scene):
    things = brick(1, (1, 1, 1)), brick(2, (1, 1, 1), at=(4, 0, 0))
    return by_candidate(absolute_distance(scene_of(*things, gaps=[pair_gap], **scene), rng()))["closest", (1, 2)]


@pytest.mark.parametrize("metre", [1e-3, 1.0, 1e3])
def test_a_gap_between_its_bounds(metre):
    # Between 2.9 and 3: 2.95 +- 0.05 (1.7 %).
    fact = distance(gap(1, 2, 3 * metre, below=0.1 * metre))
    assert fact.quantity == "distance"
    assert fact.values == pytest.approx((2.95 * metre,))
    assert (fact.intervals[0].low, fact.intervals[0].high) == pytest.approx((2.9 * metre, 3 * metre))


def test_a_gap_is_asked_up_to_five_percent():
    # low to 1: half-width over middle is (1 - low) / (1 + low), 5 % at low = 0.95 / 1.05 = 0.90476.
    assert isinstance(distance(gap(1, 2, 1.0, below=1 - 0.9050)), Fact)
    item = distance(gap(1, 2, 1.0, below=1 - 0.9045))
    assert item == Decline(item.candidate, "interval too wide")


def test_spaces_that_might_touch_are_not_asked():
    item = distance(gap(1, 2, 1.0, below=1.0))
    assert item == Decline(item.candidate, "interval too wide")


def test_below_ten_point_spacings_it_may_be_a_contact():
    assert isinstance(distance(gap(1, 2, 1.0, spacing=0.1)), Fact)
    item = distance(gap(1, 2, 1.0, spacing=0.1001))
    assert item == Decline(item.candidate, "touching or below ten point spacings")
    touching = distance(gap(1, 2, 0.0, spacing=0.01))
    assert touching == Decline(touching.candidate, "touching or below ten point spacings")


def test_below_five_sigmas_it_may_be_noise():
    item = distance(gap(1, 2, 1.0, error=0.201))
    assert item == Decline(item.candidate, "below five sigmas of the noise")
    # At 0.199 it is above five sigmas, but +-33 % is too wide.
    item = distance(gap(1, 2, 1.0, error=0.199))
    assert item == Decline(item.candidate, "interval too wide")


def test_noise_and_scale_error_widen_the_interval():
    # sqrt(0.006^2 + (0.004 * 2)^2) = 0.01 at 2 m.
    fact = distance(gap(1, 2, 2.0, error=0.006), noise=Noise(0.001, 0, 0.004))
    assert fact.intervals[0].statistical == pytest.approx(NINETY_PERCENT * 0.01)
    assert fact.values == pytest.approx((2.0,))


def test_a_pair_without_a_gap_had_too_few_points():
    things = brick(1, (1, 1, 1)), brick(2, (1, 1, 1)), brick(3, (1, 1, 1))
    items = list(absolute_distance(scene_of(*things, gaps=[gap(1, 3, 2.0)]), rng()))
    assert [item.candidate.objects for item in items] == [(1, 2), (1, 3), (2, 3)]
    assert reasons(items) == {"too few points": 2}
