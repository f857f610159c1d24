"""Questions of a hand-made scene: naming, marks, forms, balance, ids and gold answers."""

import re
from collections import Counter

import numpy as np
import pytest

from qa_scenes import BOXES, all_kinds, box_on, choice_fact, length_fact, nearest_fact, point_fact, scene_with
from spacevista.qa.balance import MOST_FACTS
from spacevista.qa.gold import gold_is_consistent
from spacevista.qa.lint import sentence_problems
from spacevista.qa.make import FORMS, fact_id, frame_path, questions_of
from spacevista.qa.masks import decode_mask
from spacevista.qa.naming import inner_point_px, mark_object, sightings_of
from spacevista.qa.options import LETTERS
from spacevista.qa.refer import MOST_FRAMES, sent_frames
from spacevista.qa.split import split_of
from spacevista.scales import SCALE_FACTS, Scale
from spacevista.tasks.facts import Candidate


def ask(scene, facts, policy="native", seed=0):
    return questions_of(scene, facts, np.random.default_rng(seed), seed=seed, unit_policy=policy)


@pytest.mark.parametrize("policy", ["native", "free"])
@pytest.mark.parametrize("scale", list(Scale))
def test_every_question_of_every_kind_is_sound(scale, policy):
    scene = scene_with(1, 2, 3, 4, scale=scale)
    questions = [q for seed in range(5) for q in ask(scene, all_kinds(), policy, seed)]
    assert {(q.task, q.form) for q in questions} == {(task, form) for task, forms in FORMS.items() for form in forms}
    for q in questions:
        assert gold_is_consistent(q), q
        lines = q.question.split("\n")
        assert sentence_problems(lines[0]) == []
        assert sentence_problems(lines[-1]) == []
        assert lines[1:-1] == [f"{letter}. {text}" for letter, text in zip(LETTERS, q.options, strict=False)]
        if q.value and policy == "native":
            assert re.search(rf"\b{q.unit}\b", q.question), q.question
        if q.value and policy == "free" and q.form != "mc" and q.unit not in ("", "degrees"):  # these tell no scale
            assert not re.search(rf"(in|of|using) {q.unit}\b", q.question), q.question
        own = {"object_counting": "", "rotation_estimation": "degrees"}
        length = SCALE_FACTS[scale].unit
        own |= {"area_estimation": f"square {length}"}
        own |= {"room_size": f"{'cubic' if ':volume' in q.id else 'square'} {length}"}
        assert q.unit == (own.get(q.task, length) if q.value else "")


def test_the_wrong_answer_is_not_consistent():
    for q in ask(scene_with(1, 2, 3, 4), all_kinds()):
        if q.value:
            answers = {
                "mc": LETTERS[LETTERS.find(q.answer) - 1] if q.form == "mc" else "",
                "reg": "7",
                "free": "It is 7.",
            }
            changed = {f: getattr(q, f) for f in q.__struct_fields__} | {"answer": answers[q.form]}
            assert not gold_is_consistent(type(q)(**changed))


def test_ids_are_unique_stable_and_spell_out_the_fact():
    scene = scene_with(1, 2, 3, 4)
    first, again = ask(scene, all_kinds()), ask(scene, all_kinds())
    assert first == again
    assert len({q.id for q in first}) == len(first)
    assert all(q.id == f"{q.fact_id}:{q.form}:{q.prompt_type}" for q in first)
    candidate = Candidate("depth_estimation", "point_z", (3,), (2,), (120.5, 33.5))
    assert fact_id("kitchen", candidate) == "kitchen:depth_estimation:point_z:o3:f2:p120.5-33.5"


def test_other_fact_order_or_seed_changes_wording_but_not_ids_of_facts():
    scene, facts = scene_with(1, 2, 3, 4), all_kinds()[:MOST_FACTS]  # of more, other ones would be left out
    assert {q.fact_id for q in ask(scene, facts, seed=1)} == {q.fact_id for q in ask(scene, facts, seed=2)}


def test_the_right_choice_is_the_facts_own():
    # Object 4 is the "tissue box": named, or marked as the second object mentioned of (1, 4).
    for q in ask(scene_with(1, 2, 4), [choice_fact("size_comparison", "height", (1, 4), 4)]):
        by_object = {m.object_id: f"the object marked {m.color}" for m in q.marks}
        right = by_object.get(4, "the tissue box")
        said = q.options[LETTERS.index(q.answer)] if q.form == "mc" else q.answer.lower()
        assert right in said
        assert by_object.get(1, "the cup") not in said


def test_an_object_is_named_only_if_nothing_else_goes_by_its_name():
    sightings = sightings_of(scene_with(1, 2, 3, 4, 5))
    names = {o: sightings.name(o, range(4)) for o in BOXES}
    # Two cups; a "box" beside a "tissue box", which itself is plain enough.
    assert names == {1: None, 2: "bottle", 3: None, 4: "tissue box", 5: None}
    assert sightings_of(scene_with(1, 2, 3)).name(3, range(4)) == "box"


def test_uniqueness_counts_only_frames_that_are_sent():
    near, far = scene_with(1, 2, frames=2), scene_with(1, 2, 5, frames=2)
    scene = type(far)(**(vars(far) | {"frames": (near.frames[0], far.frames[1])}))
    sightings = sightings_of(scene)
    assert sightings.name(1, (0,)) == "cup"
    assert sightings.name(1, (0, 1)) is None


def test_nothing_is_named_beside_something_large_without_a_category():
    categories = {1: "cup", 2: None}
    assert sightings_of(scene_with(1, 2, categories=categories)).name(1, (0,)) is None  # object 2 has 200 pixels
    assert sightings_of(scene_with(1, 2, categories=categories)).name(2, (0,)) is None
    kept = scene_with(1, 2, categories={1: "cup", 2: "bottle"})
    dropped = type(kept)(**(vars(kept) | {"objects": kept.objects[:1]}))  # still in the pictures, no longer a record
    assert sightings_of(dropped).name(1, (0,)) is None


def test_an_object_without_a_unique_name_is_always_pointed_at():
    questions = ask(scene_with(1, 2, 5), [length_fact("object_size", "height", (1,), 0.05)])
    assert {q.prompt_type for q in questions} <= {"point", "box", "mask"}
    assert len(questions) == 3


def test_marks_lie_on_their_objects_and_colours_follow_the_order_of_mention():
    scene = scene_with(1, 2, 3, 4)
    for q in (q for seed in range(8) for q in ask(scene, all_kinds(), seed=seed)):
        assert [m.color for m in q.marks] == ["red", "blue", "green", "yellow"][: len(q.marks)]
        mentioned = list(dict.fromkeys(re.findall("red|blue|green|yellow", q.question.split("\n")[0])))
        if q.marks:
            assert mentioned == [m.color for m in q.marks], q.question
        for m in q.marks:
            frame = next(f for f in range(4) if frame_path("bench", f) == q.frames[m.frame_index])
            x1, y1, x2, y2 = box_on(m.object_id, frame)
            if m.kind == "box":
                assert m.coords == [x1, y1, x2, y2]
            elif m.kind == "point":
                assert x1 < m.coords[0] < x2
                assert y1 < m.coords[1] < y2
            else:
                assert decode_mask(m.mask_rle).sum() == (x2 - x1) * (y2 - y1)


def test_the_marked_frame_shows_the_object_best_and_is_the_facts_own_for_depth():
    scene = scene_with(1, 2, 3)
    for q in ask(scene, [length_fact("object_size", "height", (2,), 0.05), nearest_fact(3, 2, 0.5)]):
        frames = {q.frames[m.frame_index] for m in q.marks}
        if q.task == "object_size":
            assert frames <= {frame_path("bench", 0)}  # later frames show one row less
        else:
            assert q.frames == [frame_path("bench", 2)]
            assert frames <= set(q.frames)


def test_a_points_depth_is_asked_at_the_point_itself():
    (mc, reg) = ask(scene_with(1, 2), [point_fact(2, 1, (25.5, 9.5), 0.71)])
    assert {mc.prompt_type, reg.prompt_type} == {"point"}
    assert mc.marks == reg.marks
    assert (mc.marks[0].coords, mc.marks[0].frame_index, mc.frames) == ([25.5, 9.5], 0, [frame_path("bench", 1)])


def test_across_frames_each_object_is_named_with_its_picture():
    fact = choice_fact("depth_estimation", "which_nearest", (1, 2, 3), 3, (3, 0, 1))
    questions = ask(scene_with(1, 2, 3), [fact])
    # Sent in order of time: 0, 1, 3; so object 1 is in picture 3, object 2 in picture 1, object 3 in picture 2.
    assert all(q.frames == [frame_path("bench", f) for f in (0, 1, 3)] for q in questions)
    plain = next(q for q in questions if q.prompt_type == "none")
    assert set(plain.options) == {"the cup in picture 3", "the bottle in picture 1", "the box in picture 2"}
    marked = next(q for q in questions if q.prompt_type != "none")
    assert {m.object_id: m.frame_index for m in marked.marks} == {1: 2, 2: 0, 3: 1}


def test_a_fifth_object_is_named_because_there_are_four_colours():
    fact = choice_fact("relative_distance", "closest", (4, 1, 2, 3, 5), 2, first=1)
    categories = {1: "cup", 2: "bottle", 3: "plate", 4: "box", 5: "cup"}
    (question,) = ask(scene_with(1, 2, 3, 4, 5, categories=categories), [fact])  # two cups: no row without marks
    assert len(question.marks) == 4
    unmarked = {1, 2, 3, 4, 5} - {m.object_id for m in question.marks}
    assert categories[unmarked.pop()] in ("bottle", "plate", "box")
    nothing = dict.fromkeys(categories)
    assert ask(scene_with(1, 2, 3, 4, 5, categories=nothing), [fact]) == []


def test_the_inner_point_is_deepest_inside():
    mask = np.zeros((20, 30), dtype=bool)
    mask[5:8, 0:30] = True  # a long bar, three high ...
    mask[2:11, 3:12] = True  # ... with a square of 9 x 9 around its column 7, row 6
    assert inner_point_px(mask) == [7.5, 6.5]


def test_the_inner_point_stays_away_from_the_border_of_the_picture():
    mask = np.ones((11, 21), dtype=bool)  # fills the picture: the middle row is deepest
    x, y = inner_point_px(mask)
    assert y == 5.5
    assert 5 < x < 16


def test_all_marks_of_one_object_agree():
    frame = scene_with(2).frames[0]
    point, box, mask = (mark_object(frame, 0, 2, kind, "red") for kind in ("point", "box", "mask"))
    x, y = point.coords
    assert decode_mask(mask.mask_rle)[int(y), int(x)]
    assert box.coords == [20, 4, 30, 24]


def test_a_long_video_is_thinned_but_keeps_the_best_view_of_each_object():
    scene = scene_with(1, 2, frames=12)
    long = type(scene)(**(vars(scene) | {"frames": scene.frames[1:] * 5 + scene.frames[:1]}))  # best view comes last
    frames = sent_frames(Candidate("absolute_distance", "closest", (1, 2)), sightings_of(long))
    assert len(frames) <= MOST_FRAMES
    assert len(long.frames) - 1 in frames
    assert list(frames) == sorted(set(frames))


def test_a_scene_is_in_one_split_and_shares_are_as_stated():
    assert {q.split for q in ask(scene_with(1, 2, 3), all_kinds()[:4])} == {split_of("bench")}
    counts = Counter(split_of(f"scene-{i}") for i in range(4000))
    # 3200, 400, 400 with standard deviations of 25, 19, 19: five of them.
    assert abs(counts["train"] - 3200) < 127
    assert abs(counts["val"] - 400) < 95
    assert split_of("bench") == split_of("bench")
