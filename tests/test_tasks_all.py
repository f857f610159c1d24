"""All tasks on one annotated capture: the same facts for the same seed, and at every scale of the same world."""

from functools import cache

import numpy as np
import pytest

from hand_scenes import scaled
from small_captures import capture_of
from small_worlds import box, cylinder, orbit
from spacevista.annotate.annotate import annotate
from spacevista.tasks.all import TASKS, all_candidates
from spacevista.tasks.facts import Decline, Fact, Interval
from spacevista.tasks.rules import asked, decided, extreme, margin, with_noise


@cache
def desk():
    meshes = [
        box((1, 0.7, 0.5), (0, 0, 0.25), 30),
        cylinder(0.3, 1.0, (1.4, 0, 0)),
        box((0.4, 0.3, 0.3), (0.3, 1.3, 0.15), 70),
        box((0.5, 0.5, 0.7), (-1.2, 0.5, 0.35), 10),
    ]
    return annotate(capture_of(meshes, orbit(3, 3, 7, (0.1, 0.3, 0.1)), size_px=(240, 180)))


def test_every_task_yields_facts_on_a_plain_desk():
    items = all_candidates(desk(), 0)
    tasks = {item.candidate.task for item in items if isinstance(item, Fact)}
    assert tasks == {
        "object_size",
        "size_comparison",
        "absolute_distance",
        "relative_distance",
        "depth_estimation",
        "view_change",
        "position_comparison",
        "existence",
        "object_counting",
        "object_matching",
        "rotation_estimation",
        "object_location",
        "manipulation_planning",
        "destination_location",
        "obstacles_location",
        "spatial_relation",
    }  # fmt: skip - all seven frames show all four objects: no order of appearance
    # Four objects: 4 x 4 sizes, 6 pairs x 3 comparisons, 6 distances.
    count = {task: sum(item.candidate.task == task for item in items) for task in tasks}
    assert (count["object_size"], count["size_comparison"], count["absolute_distance"]) == (16, 18, 6)
    assert all(item.reason for item in items if isinstance(item, Decline))


def test_the_seed_alone_decides_what_is_drawn():
    assert all_candidates(desk(), 3) == all_candidates(desk(), 3)
    assert all_candidates(desk(), 3) != all_candidates(desk(), 4)


def test_a_tasks_draws_do_not_depend_on_the_other_tasks():
    items = all_candidates(desk(), 3)
    for number, task in enumerate(TASKS):
        alone = list(task(desk(), np.random.default_rng([3, number])))
        assert alone == [item for item in items if item.candidate.task == task.__name__]


@pytest.mark.parametrize("factor", [1e-3, 1e3])
def test_the_same_world_at_another_scale_gives_the_same_facts_with_scaled_values(factor):
    before, after = all_candidates(desk(), 7), all_candidates(scaled(desk(), factor), 7)
    assert len(before) == len(after)
    for one, other in zip(before, after, strict=True):
        assert one.candidate == other.candidate
        assert type(one) is type(other)
        if isinstance(one, Decline):
            assert one.reason == other.reason
            continue
        assert (one.quantity, one.choice, one.options) == (other.quantity, other.choice, other.options)
        assert other.margin == pytest.approx(one.margin, rel=1e-4, abs=1e-6)
        if one.quantity == "motion":
            assert other.values[:3] == pytest.approx([v * factor for v in one.values[:3]])
            assert other.values[3:] == pytest.approx(one.values[3:])
        elif one.quantity in ("count", "angle"):
            assert other.values == pytest.approx(one.values, rel=1e-5)
        elif one.quantity == "place":
            assert other.values == pytest.approx((one.values[0] * factor, one.values[1]), rel=1e-5)
        elif one.quantity != "choice":
            assert other.values == pytest.approx([v * factor for v in one.values], rel=1e-5)
            assert other.intervals[0].high == pytest.approx(one.intervals[0].high * factor, rel=1e-5)


def test_values_are_the_middles_of_their_intervals():
    for item in all_candidates(desk(), 0):
        if isinstance(item, Fact) and item.quantity != "choice":
            for value, interval in zip(item.values, item.intervals, strict=True):
                assert value == pytest.approx(interval.middle, abs=1e-12)


def test_an_interval_is_asked_up_to_five_percent_of_its_middle_and_above_zero():
    assert asked(Interval(0.9501, 1.05))
    assert not asked(Interval(0.949, 1.05))
    assert not asked(Interval(0.0, 0.0))
    assert not asked(Interval(-0.1, 0.1))


def test_noise_adds_to_both_ends():
    # sqrt(0.03^2 + (0.04 * 1)^2) = 0.05, times 1.645.
    wider = with_noise(Interval(0.9, 1.1), 0.03, 0.04)
    assert (wider.low, wider.high, wider.statistical) == pytest.approx((0.9 - 0.08225, 1.1 + 0.08225, 0.08225))
    assert with_noise(Interval(0.9, 1.1), 0.0) == Interval(0.9, 1.1)


def test_comparisons_need_both_the_intervals_and_the_middles_apart():
    assert decided(Interval(1.1, 1.1), Interval(1.0, 1.0))
    assert not decided(Interval(1.0999, 1.0999), Interval(1.0, 1.0))
    assert not decided(Interval(0.9, 2.0), Interval(0.8, 1.0))  # middles 1.45 and 0.9, but they overlap
    assert not decided(Interval(1.0, 2.0), Interval(0.5, 1.0))  # they touch


def test_the_extreme_is_decided_against_all_others():
    three = [Interval(3.0, 3.0), Interval(1.0, 1.0), Interval(1.2, 1.2)]
    assert extreme(three, largest=True) == 0
    assert extreme(three, largest=False) == 1
    assert margin(three, 0) == pytest.approx(3 / 1.2 - 1)
    assert margin(three, 1) == pytest.approx(0.2)
    assert extreme([*three, Interval(1.05, 1.05)], largest=False) is None
