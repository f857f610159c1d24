"""What a question means: a table by hand, the patterns of data sets, and refusals where it is not clear."""

from dataclasses import replace

import pytest

from ask_questions import BOOK, CATEGORIES, CUP, MARKED, OUTSIDE, QUESTIONS, SMALLER
from qa_scenes import scene_with
from spacevista.ask.grammar import TASKS, read
from spacevista.ask.measure import asked_of
from spacevista.ask.record import RefusedError
from spacevista.qa.patterns import SLOTS, templates
from spacevista.qa.record import Mark

SCENE = scene_with(1, 2, 3, 4, 5, categories=CATEGORIES)
HOME = {number: number for number in range(4)}
RED = Mark("point", 1, [9.5, 5.5], "", "red", 0)  # the cup is at x 4 to 14, y 2 to 9 in frame 1
BLUE = Mark("box", 2, [37.0, 19.0, 55.0, 39.0], "", "blue", 0)  # the book at x 38 to 54, y 20 to 38 in frame 2


def meant(question, marks=(), scene=SCENE):
    """Task, aspect, objects and frames of a question."""
    reading = read(question)
    candidate = asked_of(scene, reading, tuple(marks), HOME).candidate
    least = SMALLER if reading.least else ""
    return candidate.task, least + candidate.aspect, candidate.objects, candidate.frames


def refused(question, marks=(), scene=SCENE):
    with pytest.raises(RefusedError) as caught:
        meant(question, marks, scene)
    return f"{caught.value.reason} | {' | '.join(caught.value.help)}"


def test_the_table_is_large():
    assert len(QUESTIONS) + len(MARKED) >= 60
    assert {row[1] for row in QUESTIONS} == set(TASKS)


@pytest.mark.parametrize("row", QUESTIONS, ids=lambda row: row[0])
def test_a_question_means_its_task_and_objects(row):
    question, task, aspect, objects, frames = row
    assert meant(question) == (task, aspect, objects, frames)


@pytest.mark.parametrize("row", MARKED, ids=lambda row: row[0])
def test_marks_are_objects_or_points(row):
    question, task, aspect, objects, frames, count = row
    assert meant(question, (RED, BLUE)[:count]) == (task, aspect, objects, frames)


@pytest.mark.parametrize("question", OUTSIDE)
def test_other_questions_are_not_understood(question):
    assert read(question) is None


@pytest.mark.parametrize("key", [key for key in SLOTS if key[0] in TASKS], ids="-".join)
def test_the_sentences_of_data_sets_are_understood(key):
    task, aspect = key
    words = {"a": "the cup", "b": "the bottle", "anchor": "the lamp", "list": "the cup, the bottle or the book"}
    order = {"a": ("cup",), "b": ("bottle",), "anchor": ("lamp",), "list": ("cup", "bottle", "book")}
    expected = tuple(name for slot in ("anchor", "a", "b", "list") if slot in SLOTS[key] for name in order[slot])
    for pattern in templates().aspects[key].ask:
        reading = read(pattern.format(unit="cm", **words))
        assert reading is not None, pattern
        assert (reading.task, reading.aspect) == (task, aspect.removesuffix("_across")), pattern
        assert reading.phrases == expected, pattern


def test_questions_of_tasks_that_are_not_measured_are_not_understood():
    assert read("Is there a cup to the left of the bottle in this picture?") is None
    assert read("How many cups can be seen in this picture?") is None


@pytest.mark.parametrize(
    ("question", "unit"),
    [
        ("How tall is the cup in mm?", "mm"),
        ("In inches, how tall is the cup?", "inches"),
        ("how many centimetres apart are the cup and the box?", None),  # not a pattern
        ("How tall is the cup?", ""),
    ],
)
def test_the_unit_of_a_question(question, unit):
    reading = read(question)
    assert (reading and reading.unit) == unit


def test_a_question_that_goes_on_and_on_is_read_in_time():
    assert read("how far is " + "the cup and " * 50_000) is None


# --- refusals


def test_an_unknown_name_is_refused_with_what_there_is():
    text = refused("How tall is the teapot?")
    assert 'nothing here is called "teapot"' in text
    assert "book, bottle, cup, lamp, tissue box" in text


def test_more_words_than_a_name_are_no_name():
    # "cup compared to the lamp" ends with a name, and is not that thing.
    assert "nothing here is called" in refused("How tall is the cup compared to the lamp?")


def test_two_of_a_name_are_refused_and_a_mark_decides():
    scene = scene_with(1, 2, 3, 4, 5)  # two cups; a box and a tissue box
    assert '2 objects here go by "cup"' in refused("How tall is the cup?", scene=scene)
    text = refused("How tall is the box?", scene=scene)
    assert 'such as "tissue box"' in text
    assert "--point" in text
    assert meant("How tall is the cup?", [RED], scene)[2] == (1,)


def test_unnamed_objects_are_pointed_at():
    scene = scene_with(1, 2, categories={1: None, 2: "bottle"})
    assert meant("How far is the red point from the bottle?", [RED], scene)[2] == (1, 2)
    assert "bottle, object 1" in refused("How tall is the cup?", scene=scene)


def test_a_mark_on_nothing():
    off = Mark("point", 1, [0.5, 47.5], "", "red", 0)
    assert "lies on no object" in refused("How tall is it?", [off])
    assert "lies on no object" in refused("How tall is it?", [Mark("box", 0, [58.0, 40.0, 63.0, 47.0], "", "red", 0)])
    assert meant("What is the depth at the red point?", [off])[2] == (0,)  # a surface all the same


def test_a_box_around_two_objects():
    both = Mark("box", 0, [0.0, 0.0, 32.0, 26.0], "", "red", 0)  # cup 80 px, bottle 200 px: less than half of it
    assert meant("How tall is it?", [both])[2] == (2,)
    more = Mark("box", 0, [0.0, 0.0, 64.0, 48.0], "", "red", 0)  # book 320 px, tissue box 280 px
    assert "more than one object" in refused("How tall is it?", [more])


def test_a_box_within_an_object_means_it():
    assert meant("How tall is it?", [Mark("box", 0, [36.0, 22.0, 40.0, 26.0], "", "red", 0)])[2] == (BOOK,)


@pytest.mark.parametrize(
    ("question", "marks", "said"),
    [
        ("How tall is it?", [], "no mark is left"),
        ("How tall is the red point?", [], "is no mark of this call (marks: none)"),
        ("How tall is the object marked green?", [RED], "a red point in frame 1"),
        ("How far apart are these?", [RED], "2 objects; understood: the cup"),
        ("Which is taller?", [], "2 objects; understood: none"),
        ("How tall is the bottle?", [RED], "does not ask about the cup"),
        ("How far is the cup from the cup?", [], "one object"),
        ("How did the camera move from frame 1 to frame 9?", [], "frame 9 is not in the scene"),
        ("How did the camera move in frame 2?", [], "between two frames"),
        ("Which is farther from the camera, the cup, the book or the bottle?", [], "2 objects"),
    ],
)
def test_what_is_unclear_is_refused(question, marks, said):
    assert said in refused(question, marks)


def test_a_frame_that_does_not_show_the_object():
    cup = SCENE.object(CUP)
    elsewhere = replace(cup, views=tuple(view for view in cup.views if view.frame_index != 3))
    scene = replace(SCENE, objects=tuple(elsewhere if thing is cup else thing for thing in SCENE.objects))
    text = refused("How far is the cup from the camera in frame 3?", scene=scene)
    assert "frame 3 does not show the cup" in text
    assert "0-2" in text
