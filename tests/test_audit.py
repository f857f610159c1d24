"""The audit: intervals of shares, rows of the table, what counts as right and covered, a whole world at `exact`."""

import json
import math
from dataclasses import fields, replace

import numpy as np
import pytest

from small_captures import seen_world
from small_worlds import box, cylinder, orbit
from spacevista.annotate.annotate import annotate
from spacevista.qa.audit import audit_world, judge_item, judged_numbers
from spacevista.qa.audit_judged import FLOAT_SLACK, Judged
from spacevista.qa.audit_rules import really_marked
from spacevista.qa.audit_table import Cell, as_json, cell, decline_reasons, misses, table, wilson
from spacevista.sim.noise import NoiseLevel
from spacevista.sim.oracle import Oracle
from spacevista.sim.simulate import simulate
from spacevista.sim.truth import Truth
from spacevista.tasks.facts import Candidate, Fact, Interval

PLAIN = Judged("tabletop-000001", "tabletop", "exact", "object_size", "height", (1,), "", True, True)
GOOD = replace(PLAIN, right=True, rel_error=0.01, half_width=0.02, covered=1.0, size_m=1.0, distance_m=2.0)
DECLINED = replace(PLAIN, reason="interval too wide", size_m=4.0, distance_m=8.0)


@pytest.mark.parametrize(
    ("successes", "trials", "low", "high"),
    [
        # z = 1.96, z^2 = 3.8416. None of 10: 0 to z^2 / (10 + z^2).
        # Half of 10: 0.5 +- z sqrt(1 / 40 + z^2 / 400) / (1 + z^2 / 10).
        (0, 10, 0.0, 0.27754),
        (10, 10, 0.72246, 1.0),
        (5, 10, 0.23659, 0.76341),
        # 99 of 100, as in any table of Wilson's interval.
        (99, 100, 0.94551, 0.99823),
        (0, 0, 0.0, 1.0),
    ],
)
def test_wilsons_interval(successes, trials, low, high):
    assert wilson(successes, trials) == pytest.approx((low, high), abs=1e-5)


@pytest.mark.parametrize("trials", [1, 7, 200, 100_000])
def test_wilsons_interval_stays_within_zero_and_one_and_holds_the_share(trials):
    for successes in {0, 1, trials // 2, trials}:
        low, high = wilson(successes, trials)
        assert 0 <= low <= successes / trials + 1e-12
        assert successes / trials - 1e-12 <= high <= 1


def test_a_row_counts_labels_yield_and_coverage():
    items = [
        GOOD,
        replace(GOOD, rel_error=0.03, half_width=0.04, size_m=4.0, distance_m=8.0),
        replace(GOOD, right=False, rel_error=0.2, covered=0.0, noise_leads=True, decidable=False),
        DECLINED,
        replace(DECLINED, decidable=False),
        replace(DECLINED, decidable=True, visible=False),  # not in the picture: no yield is owed
    ]
    row = cell(items)
    assert row.labels == 3
    assert row.right == pytest.approx(2 / 3)
    assert (row.right_low, row.right_high) == wilson(2, 3)
    # Decidable and visible: the first two and the first decline; two of the three were asked.
    assert row.decidable == 3
    assert row.asked_of_decidable == pytest.approx(2 / 3)
    # Visible: all but the last.
    assert row.decidable_of_visible == pytest.approx(3 / 5)
    # Errors of the asked: 0.01, 0.03, 0.2; the 90 % quantile lies 0.8 of the way from the second to the third.
    assert row.median_rel_error == pytest.approx(0.03)
    assert row.p90_rel_error == pytest.approx(0.03 + 0.8 * 0.17)
    assert row.coverage == pytest.approx(2 / 3)
    assert row.noise_coverage == 0.0
    assert row.median_half_width == pytest.approx(0.02)
    # Asked: sizes 1, 4, 1; visible: 1, 4, 1, 4, 4. Geometric means 4^(1/3) and 4^(3/5); distances are twice that.
    assert row.size_ratio == pytest.approx(4 ** (1 / 3 - 3 / 5))
    assert row.distance_ratio == pytest.approx(4 ** (1 / 3 - 3 / 5))


def test_choices_have_no_errors_and_a_row_of_declines_no_shares():
    choice = replace(PLAIN, right=True, size_m=1.0)
    row = cell([choice])
    assert row.right == 1.0
    assert math.isnan(row.median_rel_error)
    assert math.isnan(row.coverage)
    empty = cell([DECLINED])
    assert empty.labels == 0
    assert math.isnan(empty.right)
    assert (empty.right_low, empty.right_high) == (0.0, 1.0)
    assert empty.asked_of_decidable == 0.0
    assert math.isnan(cell([replace(DECLINED, decidable=False)]).asked_of_decidable)


def test_the_table_keeps_levels_tasks_and_scales_apart():
    items = [GOOD, replace(GOOD, level="sensor"), replace(GOOD, task="view_change"), replace(GOOD, scale="drone"), GOOD]
    cells = table(items)
    labels = {(lv, t, s): row.labels for lv, ts in cells.items() for t, ss in ts.items() for s, row in ss.items()}
    assert labels == {
        ("exact", "object_size", "tabletop"): 2,
        ("exact", "object_size", "drone"): 1,
        ("exact", "view_change", "tabletop"): 1,
        ("sensor", "object_size", "tabletop"): 1,
    }


def row_of(**changes):
    good = {f.name: 1.0 for f in fields(Cell)} | {"labels": 200, "right": 0.99, "asked_of_decidable": 0.6}
    good |= {"coverage": 0.85, "noise_coverage": 0.97}
    return Cell(**(good | changes))


def test_a_row_at_its_bars_misses_nothing():
    assert misses("exact", row_of()) == []
    assert misses("sensor", row_of(right=0.95, asked_of_decidable=0.0)) == []
    assert misses("harsh", row_of(right=0.1, asked_of_decidable=0.0)) == []


@pytest.mark.parametrize(
    ("level", "changes", "words"),
    [
        ("exact", {"labels": 199}, "199 labels of 200"),
        ("exact", {"right": 0.989}, "right 98.9% under 99%"),
        ("sensor", {"right": 0.949}, "right 94.9% under 95%"),
        ("exact", {"asked_of_decidable": 0.59}, "asked 59% of decidable, under 60%"),
        ("exact", {"coverage": 0.849}, "coverage 84.9% under 85%"),
        ("sensor", {"noise_coverage": 0.971}, "noise-led coverage 97.1% over 97%"),
    ],
)
def test_each_bar_is_named_when_it_is_missed(level, changes, words):
    assert misses(level, row_of(**changes)) == [words]


def test_a_share_that_is_missing_misses_its_bar_and_coverage_of_choices_does_not():
    nan = float("nan")
    assert len(misses("exact", row_of(right=nan))) == 1
    assert len(misses("exact", row_of(asked_of_decidable=nan))) == 1
    assert misses("exact", row_of(coverage=nan, noise_coverage=nan)) == []


def test_json_has_null_where_there_is_no_number():
    plain = as_json(table([GOOD, DECLINED, replace(PLAIN, task="view_change", right=True)]))
    text = json.dumps(plain, allow_nan=False)  # raises on NaN
    row = json.loads(text)["exact"]["view_change"]["tabletop"]
    assert row["coverage"] is None
    assert row["labels"] == 1
    assert set(row) == {f.name for f in fields(Cell)}


def test_reasons_are_counted_by_task():
    items = [DECLINED, DECLINED, GOOD, replace(DECLINED, task="absolute_distance", reason="too few points")]
    counted = decline_reasons(items)
    assert counted == {"object_size": {"interval too wide": 2}, "absolute_distance": {"too few points": 1}}


def length(value, low, high, statistical=0.0):
    interval = Interval(low, high, statistical)
    return Fact(Candidate("object_size", "height", (1,)), "length", (value,), (interval,))


@pytest.mark.parametrize("metre", [1e-3, 1.0, 1e3])
def test_a_length_is_right_within_ten_percent(metre):
    def judged(value):
        return judged_numbers(PLAIN, length(value * metre, 0.9 * metre, 1.3 * metre), metre)

    assert judged(1.0999).right
    assert judged(0.9001).right
    assert not judged(1.1001).right
    assert not judged(0.8999).right
    assert judged(1.05).rel_error == pytest.approx(0.05)
    assert judged(1.05).half_width == pytest.approx(0.2)


def test_an_interval_covers_the_truth_to_float32_rounding():
    assert judged_numbers(PLAIN, length(1.0, 0.9, 1.0 - FLOAT_SLACK / 2), 1.0).covered == 1.0
    assert judged_numbers(PLAIN, length(1.0, 0.9, 1.0 - FLOAT_SLACK * 2), 1.0).covered == 0.0
    # 0.02 of carving, 0.03 of noise: noise leads; the other way round it does not.
    assert judged_numbers(PLAIN, length(1.0, 0.95, 1.05, 0.03), 1.0).noise_leads
    assert not judged_numbers(PLAIN, length(1.0, 0.95, 1.05, 0.02), 1.0).noise_leads


@pytest.mark.parametrize("metre", [1e-3, 1.0, 1e3])
def test_a_motion_is_right_within_ten_percent_of_the_path_and_five_degrees(metre):
    truth = (3 * metre, 0.0, 4 * metre, 20.0, -5.0)  # a path of 5

    def judged(right=3.0, up=0.0, forward=4.0, yaw=20.0, pitch=-5.0):
        values = (right * metre, up * metre, forward * metre, yaw, pitch)
        spans = [0.01 * metre] * 3 + [1.0] * 2
        intervals = tuple(Interval(v - s, v + s) for v, s in zip(values, spans, strict=True))
        fact = Fact(Candidate("view_change", "vector", (), (0, 1)), "motion", values, intervals)
        return judged_numbers(PLAIN, fact, truth)

    assert judged().right
    assert judged().covered == 1.0
    assert judged(up=0.499).right
    assert judged(up=0.499).rel_error == pytest.approx(0.0998)
    assert judged(up=0.499).covered == pytest.approx(4 / 5)
    assert not judged(up=0.501).right
    assert judged(yaw=24.9).right
    assert not judged(yaw=25.1).right
    assert not judged(pitch=0.1).right
    assert judged().half_width == pytest.approx(0.01 / 5)


@pytest.fixture(scope="module")
def audited():
    meshes = [box((1, 0.7, 0.5), (0, 0, 0.25), 30), cylinder(0.3, 1.0, (1.4, 0, 0))]
    world = seen_world(meshes, orbit(3, 3, 5, (0.4, 0.1, 0.1)), size_px=(320, 240))
    return audit_world(world, (NoiseLevel.EXACT, NoiseLevel.SENSOR))


def test_at_exact_everything_asked_is_right_and_the_decidable_is_asked(audited):
    exact = [item for item in audited if item.level == "exact"]
    for task, scales in table(exact)["exact"].items():
        row = scales["tabletop"]
        # All five frames show both objects, and no third one stands in a way.
        if task in ("appearance_order", "obstacles_location"):
            assert (row.labels, row.decidable) == (0, 0)
            continue
        assert row.labels > 0, task
        assert row.right == 1.0, task
        assert row.asked_of_decidable >= 0.6, task
        if task in ("object_size", "absolute_distance", "view_change", "object_counting", "rotation_estimation"):
            assert row.coverage == 1.0, task


def test_every_level_judges_every_candidate(audited):
    levels = {level: [i for i in audited if i.level == level] for level in ("exact", "sensor")}
    # 2 objects x 4 sizes, 3 comparisons, 1 distance; frames 0 to 4 with 4 + 3 + 1 pairs and two aspects each.
    for items in levels.values():
        count = {t: sum(i.task == t for i in items) for t in ("object_size", "size_comparison", "absolute_distance")}
        assert count == {"object_size": 8, "size_comparison": 3, "absolute_distance": 1}
        assert sum(i.task == "view_change" for i in items) == 16
    motions = [i.half_width for i in levels["sensor"] if i.aspect == "vector" and not i.reason]
    assert motions
    assert min(motions) > 0


def test_whereabouts_are_those_of_the_first_object(audited):
    for item in audited:
        if item.objects and item.objects[0] == 1:
            assert item.size_m == pytest.approx(1.0)
            # From (3.4, 0.1, 3) to the box's middle at (0, 0, 0.25).
            assert item.distance_m == pytest.approx(np.linalg.norm([3.4, 0.1, 2.75]), rel=1e-3) or item.level != "exact"
        if not item.objects:
            assert item.size_m is None


def counted(value, true):
    fact = Fact(Candidate("object_counting", "class", (1,), (0,)), "count", (float(value),), (Interval(value, value),))
    return judged_numbers(PLAIN, fact, float(true))


def test_a_count_is_right_if_it_is_equal():
    assert (counted(3, 3).right, counted(3, 3).covered) == (True, 1.0)
    assert (counted(0, 0).right, counted(0, 0).rel_error) == (True, 0.0)
    assert (counted(3, 2).right, counted(3, 2).rel_error) == (False, 0.5)
    assert (counted(1, 0).right, counted(1, 0).rel_error) == (False, 1.0)


def test_an_angle_is_right_within_five_degrees_or_ten_percent():
    def angle(value, true):
        interval = Interval(value - 2, value + 2, 1.5)
        fact = Fact(Candidate("rotation_estimation", "turn_net", (), (0, 1)), "angle", (value,), (interval,))
        return judged_numbers(PLAIN, fact, true)

    assert angle(24.9, 20.0).right
    assert not angle(25.1, 20.0).right
    assert angle(-219.0, -200.0).right  # 10 % of 200
    assert not angle(-221.0, -200.0).right
    assert not angle(20.0, -20.0).right
    assert (angle(21.0, 20.0).covered, angle(23.0, 20.0).covered) == (1.0, 0.0)
    assert angle(21.0, 20.0).noise_leads


def test_a_place_is_right_in_the_same_direction_within_ten_percent():
    def place(distance, azimuth, true):
        intervals = (Interval(distance - 0.05, distance + 0.05), Interval(azimuth - 5, azimuth + 5))
        fact = Fact(Candidate("object_location", "place", (1, 2), (0,)), "place", (distance, azimuth), intervals)
        return judged_numbers(PLAIN, fact, true)

    assert place(1.09, 10.0, (1.0, -10.0)).right  # both "right"
    assert not place(1.11, 10.0, (1.0, -10.0)).right
    assert not place(1.0, 20.0, (1.0, 25.0)).right  # "right" is up to 22.5 degrees
    assert place(1.0, 179.0, (1.0, -179.0)).covered == 1.0  # once around
    assert place(1.0, 10.0, (1.0, -10.0)).covered == 0.5


def test_a_mark_on_another_object_than_its_id_says_is_found_out():
    meshes = [box((1, 0.7, 0.5), (0, 0, 0.25), 30), box((0.5, 0.5, 0.5), (1.4, 0, 0.25))]
    world = seen_world(meshes, orbit(3, 3, 4, (0.6, 0.0, 0.1)), size_px=(160, 120))
    truth, scene = Truth(world), annotate(simulate(world, np.random.default_rng(0), color=False))
    exchanged = np.array([0, 2, 1])  # what the ids of the second frame become
    second = scene.frames[1]
    wrong = replace(second, ids=exchanged[np.maximum(second.ids, 0)].astype(np.int32))
    swapped = replace(scene, frames=(scene.frames[0], wrong, *scene.frames[2:]))
    asked = Candidate("object_matching", "same", (1, 1), (0, 1))
    assert really_marked(scene, asked, truth) == (1, 1)
    assert really_marked(swapped, asked, truth) == (1, 2)
    same = Fact(asked, "choice", (), (), "yes", ("yes", "no"))
    oracle = Oracle(world, truth)
    assert judge_item(same, world, NoiseLevel.EXACT, scene, truth, oracle).right
    assert not judge_item(same, world, NoiseLevel.SENSOR, swapped, truth, oracle).right
