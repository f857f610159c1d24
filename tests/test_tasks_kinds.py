"""Existence and counting: what is in view, what is in doubt, which kinds can be asked about, relations, declines."""

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from hand_scenes import brick, facts, few_points, looking_along_y, mirrored, rng, scaled, scene_of, spun, with_spans
from spacevista.qa.refer import MOST_FRAMES as MOST_SENT
from spacevista.tasks.existence import ANCHOR_UNSEEN, existence
from spacevista.tasks.existence import measure as measure_existence
from spacevista.tasks.facts import Candidate, Decline, Fact
from spacevista.tasks.kinds import IN_DOUBT, SIMILAR, UNNAMED, exemplars, of_kind, similar
from spacevista.tasks.object_counting import measure as measure_count
from spacevista.tasks.object_counting import object_counting
from spacevista.tasks.relations import UNDECIDED
from spacevista.tasks.visibility import MOST_FRAMES, in_view, spans_of

CLEAR = dict.fromkeys(range(3), 40)
KINDS = {1: "cup", 2: "cup", 3: "cup", 4: "vase", 5: "bowl"}


def table(spans=None, **names):
    """Three cups at x = -2, 2, 4 and heights 1, 1, 3, a vase at 0, 2 high, a bowl behind it; three equal frames."""
    heights, places = {1: 1, 2: 1, 3: 3, 4: 2, 5: 1}, {1: -2, 2: 2, 3: 4, 4: 0, 5: 0}
    kinds = KINDS | {int(key[1:]): name for key, name in names.items()}
    things = [
        brick(n, (0.5, 0.5, heights[n]), at=(places[n], 5 if n == 5 else 0, 0), category=kinds[n]) for n in heights
    ]
    scene = scene_of(*things, frames=[looking_along_y()] * 3)
    return with_spans(scene, dict.fromkeys(heights, CLEAR) | (spans or {}))


def exists(scene, aspect, kind=1, anchor=4, frames=(0,)):
    return measure_existence(scene, Candidate("existence", aspect, (kind, anchor), frames))


def count(scene, aspect="class", objects=(1,), frames=(0,)):
    return measure_count(scene, Candidate("object_counting", aspect, objects, frames))


def test_yes_and_no():
    scene = table()
    assert exists(scene, "left").choice == "yes"
    assert exists(scene, "right").choice == "yes"
    assert exists(scene, "farther", kind=5).choice == "yes"
    assert exists(scene, "nearer", kind=5).choice == "no"
    assert exists(scene, "taller", frames=(0, 1, 2)).choice == "yes"
    assert exists(scene, "shorter", kind=4, anchor=1, frames=(0, 1, 2)).choice == "no"
    assert exists(scene, "left").options == ("yes", "no")


def test_counts():
    scene = table()
    assert count(scene).values == (3.0,)
    assert (count(scene).intervals[0].low, count(scene).intervals[0].high) == (3, 3)
    counts = {aspect: count(scene, aspect, (1, 4)).values for aspect in ("left", "right")}
    assert counts == {"left": (1.0,), "right": (2.0,)}
    assert count(scene, "taller", (1, 4), (0, 1, 2)).values == (1.0,)
    assert count(scene, "shorter", (1, 4), (0, 1, 2)).values == (2.0,)
    assert count(scene, "shorter", (4, 1), (0, 1, 2)).values == (0.0,)


def test_one_object_in_several_frames_counts_once_and_only_frames_given_count():
    scene = table({1: {0: 40}, 2: {2: 40}, 3: {}})
    assert [count(scene, frames=f).values for f in ((0,), (1,), (2,), (0, 1, 2))] == [(1.0,), (0.0,), (1.0,), (2.0,)]


@pytest.mark.parametrize("span", [4.0, 10.0, 20.0, 31.9])
def test_any_instance_between_hidden_and_clearly_seen_declines(span):
    scene = table({2: {0: span}})
    assert count(scene).reason == IN_DOUBT
    assert exists(scene, "left").reason == IN_DOUBT
    assert count(scene, objects=(4,)).values == (1.0,)  # a vase is not in doubt
    assert count(table({2: {0: span, 1: 32}}), frames=(0, 1)).values == (3.0,)  # another frame shows it clearly


def test_the_ends_of_the_doubtful_band():
    scene = table({2: {0: 32, 1: 31.9, 2: 3.9}})
    assert [in_view(2, (frame,), spans_of(scene)) for frame in range(3)] == [True, None, False]
    noisy = replace(scene, noise=replace(scene.noise, depth_rel=0.005))
    assert in_view(2, (0,), spans_of(noisy)) is None  # ragged masks may have made it 4 pixels larger


def test_a_noisy_mask_may_be_missing_where_the_object_lies_open():
    # Cup 2 has no mask in frame 1, but the depth there is that of its front: at y = -0.25, 9.75 from the camera.
    scene = table({2: {0: 40, 2: 40}})
    noisy = replace(scene, noise=replace(scene.noise, depth_rel=0.005))
    assert count(noisy, frames=(1,)).values == (2.0,)  # the depth of 2 m says that something stands before it
    frame = replace(noisy.frames[1], depth_m=np.full((48, 64), 9.75, dtype=np.float32))
    open_there = replace(noisy, frames=(noisy.frames[0], frame, noisy.frames[2]))
    assert count(open_there, frames=(1,)).reason == IN_DOUBT
    assert count(open_there, frames=(0, 1, 2)).values == (3.0,)
    exact = replace(open_there, noise=scene.noise)
    assert count(exact, frames=(1,)).values == (2.0,)  # exact masks are not missing


def test_kinds_without_a_sharp_name_decline():
    assert count(table(o5=None)).reason == UNNAMED
    assert count(table(o5="tea cup")).reason == SIMILAR
    assert count(table({5: {0: 3}}, o5=None)).values == (3.0,)  # too small to be counted by anybody
    assert count(table(o1=None), objects=(1,)).reason == UNNAMED
    assert similar("box", "tissue box")
    assert not similar("box", "boxer")
    assert [thing.id for thing in exemplars(table())] == [1, 4, 5]
    assert of_kind(table(), "spoon", (0,), spans_of(table())) == []


def test_no_needs_every_candidate_measured_and_yes_only_one():
    unknown = few_points(3)
    scene = table()
    scene = replace(scene, objects=(*scene.objects[:2], replace(unknown, category="cup", views=scene.objects[2].views),
                                    *scene.objects[3:]))  # fmt: skip
    assert exists(scene, "left").choice == "yes"  # cup 1 is, whatever cup 3 does
    assert exists(scene, "above").reason in ("too few points", UNDECIDED)
    assert exists(scene, "taller", frames=(0, 1, 2)).reason == "too few points"
    assert count(scene, "left", (1, 4)).reason == "too few points"
    assert count(scene).values == (3.0,)  # counting needs no points


def test_ties_and_close_calls_decline():
    assert exists(table(), "taller", kind=5, anchor=1, frames=(0, 1, 2)).reason == UNDECIDED  # both 1 high
    assert exists(table(), "left", kind=5).reason == UNDECIDED  # right behind the vase
    assert count(table(), "left", (5, 4)).reason == UNDECIDED


def test_the_named_object_must_be_clearly_seen():
    for spans in ({}, {0: 20}):
        assert exists(table({4: spans}), "left").reason == ANCHOR_UNSEEN
        assert count(table({4: spans}), "left", (1, 4)).reason == ANCHOR_UNSEEN


@pytest.mark.parametrize("field", ["seen_m", "possible_m"])
def test_points_that_are_no_numbers_decline(field):
    scene = table()
    broken = replace(scene.objects[3], **{field: np.full_like(getattr(scene.objects[3], field), np.nan)})
    scene = replace(scene, objects=(*scene.objects[:3], broken, scene.objects[4]))
    for aspect, frames in (("left", (0,)), ("taller", (0, 1, 2))):
        assert exists(scene, aspect, frames=frames).reason == "points that are no numbers"


@pytest.mark.parametrize("task", [existence, object_counting])
def test_scenes_with_little_in_them(task):
    empty = scene_of(frames=[looking_along_y()])
    assert list(task(empty, rng())) == []
    alone = with_spans(scene_of(brick(1, (1, 1, 1)), frames=[looking_along_y()]), {1: {0: 40}})
    items = list(task(alone, rng()))
    assert {item.candidate.aspect for item in items} <= {"class"}
    assert all(isinstance(item, Fact) for item in items)
    unseen = with_spans(table(), {})
    assert all(isinstance(i, Decline) or i.values == (0.0,) for i in task(unseen, rng()))


@pytest.mark.parametrize("task", [existence, object_counting])
@pytest.mark.parametrize("change", [lambda s: scaled(s, 1e-3), lambda s: scaled(s, 1e3), lambda s: spun(s, 77)])
def test_size_and_heading_of_the_world_change_nothing(task, change):
    before, after = list(task(table(), rng())), list(task(change(table()), rng()))
    assert len(facts(before)) > 20
    assert [(i.candidate, getattr(i, "choice", ""), getattr(i, "values", ())) for i in before] == [
        (i.candidate, getattr(i, "choice", ""), getattr(i, "values", ())) for i in after
    ]


@pytest.mark.parametrize("task", [existence, object_counting])
def test_in_the_mirror_left_and_right_change_places(task):
    swap = {"left": "right", "right": "left"}

    def found(scene):
        return {
            (i.candidate.aspect, i.candidate.objects, i.candidate.frames): (getattr(i, "choice", ""), i.values)
            for i in task(scene, rng())
            if isinstance(i, Fact)
        }

    before, after = found(table()), found(mirrored(table()))
    assert len(before) > 20
    assert {(swap.get(aspect, aspect), *rest): value for (aspect, *rest), value in before.items()} == {
        (aspect, *rest): value for (aspect, *rest), value in after.items()
    }


def test_every_relation_of_a_single_instance_is_asked_both_ways():
    # One bowl, one vase: what is "yes" for left is "no" for right.
    answers = Counter(f.choice for f in facts(existence(table(), rng())) if f.candidate.objects in ((5, 4), (4, 5)))
    assert answers["yes"] == answers["no"] > 0


def test_size_questions_are_about_as_many_frames_as_are_sent():
    assert MOST_FRAMES == MOST_SENT
    scene = scene_of(brick(1, (1, 1, 1)), brick(2, (1, 1, 2)), frames=[looking_along_y()] * 50)
    clips = {i.candidate.frames for i in existence(scene, rng()) if i.candidate.aspect == "taller"}
    assert {len(clip) for clip in clips} == {MOST_FRAMES}
