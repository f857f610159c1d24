"""Spatial relations: each of them on pairs from a drawing, from both sides, and every reason to decline."""

from dataclasses import replace

import numpy as np
import pytest

from hand_scenes import facts, few_points, gap, rng, scene_of
from joined_scenes import PAIRS, joined, scene_with, thing, transformed, turn
from small_worlds import box
from spacevista.sim.truth_relations import ASPECTS, REVERSED
from spacevista.sim.truth_relations import YES as TRUE_YES
from spacevista.tasks.facts import Candidate, Decline, Fact
from spacevista.tasks.relation_rules import BOTTOM, CLOSE, CLOSED, NO_GAP, NO_NAME, OVER, SMALL_THING, WALLS
from spacevista.tasks.spatial_relation import OPPOSITE, RELATIONS, TOO_FEW, YES, measure, spatial_relation

NAMES = tuple(PAIRS)
OTHER_WAY = OPPOSITE | {"apart": "apart"}


def asked(scene, aspect="how", pair=(1, 2)):
    return measure(scene, Candidate("spatial_relation", aspect, pair))


def test_truth_and_task_know_the_same_relations():
    assert OPPOSITE == REVERSED
    assert YES == TRUE_YES
    assert set(ASPECTS) == {"how", *YES}


@pytest.mark.parametrize("name", NAMES)
def test_each_relation_from_both_sides(name):
    scene = joined(name)
    assert asked(scene).choice == name
    assert asked(scene, pair=(2, 1)).choice == OTHER_WAY[name]


@pytest.mark.parametrize("name", NAMES)
def test_yes_to_one_word_only(name):
    scene = joined(name)
    answers = {aspect: asked(scene, aspect).choice for aspect in YES}
    assert answers == {aspect: "yes" if aspect == name else "no" for aspect in YES}
    if name != "apart":
        assert asked(scene, name, (2, 1)).choice == "no"


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("matrix", [np.diag([-1.0, 1, 1]), turn(37), turn(-160), np.eye(3) * 1e-3, np.eye(3) * 1e3])
def test_mirrored_turned_and_scaled_scenes_say_the_same(name, matrix):
    shaken = transformed(joined(name), matrix, rng(3), 0.002)  # a tenth of the spacing
    assert asked(shaken).choice == name
    assert asked(shaken, pair=(2, 1)).choice == OTHER_WAY[name]


def test_a_thing_on_its_own_kind_is_stacked():
    above, below = PAIRS["on"]
    pile = scene_with(thing(1, above, "book"), thing(2, below, "book"))
    assert asked(pile).choice == "stacked"
    assert asked(pile, pair=(2, 1)).choice == "beneath"
    assert asked(pile, "on").choice == "yes"
    assert "on" not in asked(pile).options  # a pile is a support too
    assert "stacked" not in asked(joined("on")).options
    unnamed = replace(pile, objects=(replace(pile.objects[0], category=None), pile.objects[1]))
    assert asked(unnamed).reason == NO_NAME


def test_a_plug_that_touches_a_socket_is_plugged_in():
    above, below = PAIRS["on"]
    scene = scene_with(thing(1, above, "plug"), thing(2, below, "power strip"))
    assert asked(scene).choice == asked(scene, pair=(2, 1)).choice == "plugged"
    away = scene_with(thing(1, PAIRS["apart"][0], "plug"), thing(2, PAIRS["apart"][1], "power strip"))
    assert asked(away).choice == "apart"


def test_a_chair_is_not_in_a_table():
    chair = box((0.4, 0.4, 0.5), (0, 0, 0.25))
    legs = [box((0.06, 0.06, 0.7), (x, y, 0.35)) for x in (-0.6, 0.6) for y in (-0.6, 0.6)]
    from spacevista.sim.shapes import union

    table = union(box((1.3, 1.3, 0.05), (0, 0, 0.725)), *legs)
    assert asked(scene_with(thing(1, chair), thing(2, table))).reason == OVER


def test_what_is_closed_in_is_not_asked():
    inner, vessel = PAIRS["in"]
    from spacevista.sim.shapes import moved, union

    lid = moved(box((0.8, 0.8, 0.05), (0, 0, 0.03)), (0, 0, 0.5))
    assert asked(scene_with(thing(1, inner), thing(2, union(vessel, lid)))).reason == CLOSED


def test_a_hidden_floor_is_not_guessed():
    inner, vessel = PAIRS["in"]
    hollow = thing(2, vessel, keep=lambda p: np.linalg.norm(p[:, :2], axis=1) > 0.33)
    assert asked(scene_with(thing(1, inner), hollow)).reason == BOTTOM


def test_walls_on_some_sides_are_not_enough():
    inner, vessel = PAIRS["in"]
    # An opening of 90 degrees: 18 of 24 sectors have walls, more than 60 % and less than 90 %.
    open_side = thing(2, vessel, keep=lambda p: ~((p[:, 0] > 0.02) & (np.abs(p[:, 1]) < p[:, 0])))
    assert asked(scene_with(thing(1, inner), open_side)).reason == WALLS


def test_close_things_without_a_relation_are_not_asked():
    beside = scene_with(thing(1, box((0.3, 0.3, 0.3), (0, 0, 0.15))), thing(2, box((0.3, 0.3, 0.3), (0.31, 0, 0.15))))
    assert asked(beside).reason == CLOSE
    # A gap of 0.1 is five spacings: no contact, but fewer than the ten that prove a gap.
    near = scene_with(thing(1, box((0.3, 0.3, 0.3), (0, 0, 0.15))), thing(2, box((0.3, 0.3, 0.3), (0.4, 0, 0.15))))
    assert asked(near).reason == NO_GAP


def test_over_another_without_touching_is_not_asked():
    over = scene_with(thing(1, box((0.3, 0.3, 0.3), (0, 0, 1.0))), thing(2, box((1, 1, 0.3), (0, 0, 0.15))))
    assert asked(over).reason == OVER


def test_too_small_too_few_and_broken_points():
    tiny = scene_with(thing(1, box((0.05, 0.05, 0.05), (0, 0, 0.425))), thing(2, PAIRS["on"][1]))
    assert asked(tiny).reason in (SMALL_THING, TOO_FEW)
    small = scene_with(thing(1, box((0.2, 0.2, 0.2), (0, 0, 0.5))), thing(2, PAIRS["on"][1]))
    assert asked(small).reason == SMALL_THING  # tolerance is two spacings: 0.04, six of them 0.24
    assert asked(scene_of(few_points(1), thing(2, PAIRS["on"][1]), gaps=[gap(1, 2, 1.0)])).reason == TOO_FEW
    assert asked(scene_of(*joined("on").objects)).reason == TOO_FEW  # no gap was measured
    scene = joined("on")
    broken = scene.objects[0].seen_m.copy()
    broken[0] = np.nan
    holed = replace(scene, objects=(replace(scene.objects[0], seen_m=broken), scene.objects[1]))
    assert "no numbers" in asked(holed).reason


def test_noise_widens_what_may_touch():
    scene = joined("apart")  # a gap of 0.5
    assert asked(scene).choice == "apart"
    noisy = scene_with(scene.objects[0], scene.objects[1], error_m=0.08)  # five sigmas of the gap: 0.57
    assert isinstance(asked(noisy), Decline)


def test_candidates_come_in_drawn_order_with_two_aspects_each():
    pairs, words = set(), set()
    for seed in range(40):
        items = list(spatial_relation(joined("on"), rng(seed)))
        assert [item.candidate.aspect == "how" for item in items] == [True, False]
        pairs.add(items[0].candidate.objects)
        words.add((items[1].candidate.aspect, items[1].choice))
        assert all(isinstance(item, Fact) for item in items)
    assert pairs == {(1, 2), (2, 1)}
    assert {("on", "yes"), ("on", "no")} < words
    assert len({aspect for aspect, _ in words}) == len(YES)
    assert {f.choice for f in facts(iter(items))} <= {*RELATIONS, "yes", "no"}
