"""The prior: medians and shares of a hand-made training split, back-off, and what it has nothing to say about."""

import asyncio
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from spacevista.errors import DatasetError
from spacevista.evals.prior import MIN_FACTS, NO_ROWS, Prior, names_in
from spacevista.evals.records import Frames, Sample
from spacevista.qa.make import fact_id
from spacevista.qa.parquet import write_parquet
from spacevista.qa.patterns import fill, templates
from spacevista.qa.record import Question
from spacevista.tasks.facts import Candidate

TALL = "How tall is {}, from its lowest to its highest point, as it stands in the scene? Answer with one number, in {}."
HEIGHT = Candidate("object_size", "height", (1,))
VECTOR = Candidate("view_change", "vector", (), (0, 1))
DIRECTION = Candidate("view_change", "direction", (), (0, 1))
TALLER = Candidate("size_comparison", "height", (1, 2))


def row(scene, candidate, text, answer, value=(), unit="", form="reg", options=(), **changes):
    key = fact_id(scene, candidate)
    question = Question(
        id=f"{key}:{form}:none",
        fact_id=key,
        scene_id=scene,
        split="train",
        task=candidate.task,
        scale="tabletop",
        form=form,
        prompt_type="none",
        question=text,
        options=list(options),
        answer=answer,
        value=list(value),
        unit=unit,
        frames=["frames/0.jpg"],
        marks=[],
        rationale="",
        margin=0.0,
        error=0.01,
        seed=0,
        version="1.1",
        source="hand-made",
        licence="CC0-1.0",
    )
    return msgspec.structs.replace(question, **changes)


def heights(name, unit, values, first=0):
    """One height a scene."""
    text = TALL.format(f"the {name}", unit)
    return [row(f"s{first + n}", HEIGHT, text, f"{v:g}", [v], unit) for n, v in enumerate(values)]


def asked(candidate, text, form="reg", options=(), **changes):
    sample = Sample(
        id=f"{fact_id('new', candidate)}:{form}:none",
        benchmark="spacevista_sim",
        scene_id="new",
        task=candidate.task,
        scale="tabletop",
        form=form,
        prompt=text,
        media=Frames(Path(), ()),
        marks=(),
        row={},
        options=options,
    )
    return replace(sample, **changes)


# Cups: 8, 9, 10, 11, 30 cm. Chairs: 0.8, 0.9, 1.0, 1.1, 1.2 m. One bolt of 12 mm.
CUPS = heights("cup", "cm", (8, 9, 10, 11, 30))
CHAIRS = heights("chair", "m", (0.8, 0.9, 1.0, 1.1, 1.2), first=10)
ROWS = [*CUPS, *CHAIRS, *heights("bolt", "mm", (12,), first=20)]


@pytest.mark.parametrize(
    ("name", "unit", "text"),
    [
        ("cup", "cm", "10.0"),  # the median of the cups, not their mean of 13.6
        ("chair", "m", "1.00"),
        ("lamp", "m", "1.00"),  # an unknown category: all that is written in m
        ("bolt", "cm", "10.0"),  # one bolt, in mm, says nothing about cm: all that is written in cm
        # One fact in mm is too few: all facts, in m 0.012 .08 .09 .1 .11 .3 .8 .9 1 1.1 1.2; the sixth of 11 is 0.3 m.
        ("bolt", "mm", "300"),
        ("lamp", "km", "0.000300"),
    ],
)
def test_a_number_is_the_median_of_its_kind(name, unit, text):
    given = Prior(ROWS).answered(asked(HEIGHT, TALL.format(f"the {name}", unit)))
    assert (given.text, given.refused, given.interval) == (text, False, None)


def test_a_question_that_names_no_unit_gets_the_usual_one_and_is_told_it():
    # Five facts in cm, five in m, one in mm: the first of the most common is cm; 0.3 m are 30 cm.
    assert Prior(ROWS).answered(asked(HEIGHT, "How tall is it?")).text == "30.0 cm"
    assert Prior(ROWS).answered(asked(HEIGHT, "How tall is it?", "free")).text == "It is 30.0 cm tall."


def test_a_kind_needs_enough_facts():
    few = CUPS[: MIN_FACTS - 1]
    mugs = heights("mug", "cm", (20, 30, 40), first=30)
    question = asked(HEIGHT, TALL.format("the cup", "cm"))
    # Four cups are too few: all seven in cm, 8 9 10 11 20 30 40. Five cups: 8 9 10 11 30.
    assert Prior([*few, *mugs]).answered(question).text == "11.0"
    assert Prior([*CUPS, *mugs]).answered(question).text == "10.0"


def test_a_fact_counts_once_in_however_many_forms_it_is_asked():
    options = ("8 cm", "12 cm")
    again = [
        row("s4", HEIGHT, "How tall?", "A", [30], "cm", form, options) for form in ("mc", "free")
    ]  # the cup of 30 cm, twice more
    assert Prior([*CUPS, *again]).answered(asked(HEIGHT, TALL.format("the cup", "cm"))).text == "10.0"


def test_only_the_training_split_counts():
    others = [msgspec.structs.replace(r, split=s) for r in heights("cup", "cm", (99,) * 9, 40) for s in ("test", "val")]
    assert Prior([*ROWS, *others]).answered(asked(HEIGHT, TALL.format("the cup", "cm"))).text == "10.0"
    with pytest.raises(DatasetError, match="expected rows of the training split, got none among 18"):
        Prior(others)


def test_the_scale_of_the_scene_is_not_looked_at():
    question = asked(HEIGHT, TALL.format("the lamp", "m"))
    prior = Prior(ROWS)
    assert {prior.answered(replace(question, scale=s)).text for s in ("tiny_tabletop", "drone", "")} == {"1.00"}
    assert prior.answered(replace(question, row={"value": [7.0], "unit": "mm"})).text == "1.00"


def test_the_nearest_option_is_taken_by_ratio():
    # 10 cm: 0.22 m is 2.2 times as much, 4 cm a 2.5th of it.
    text = TALL.format("the cup", "cm")
    prior = Prior(ROWS)
    assert prior.answered(asked(HEIGHT, text, "mc", ("4 cm", "22 cm"))).text == "B"
    assert prior.answered(asked(HEIGHT, text, "mc", ("red", "blue"))).failure == NO_ROWS


def test_a_motion_is_the_median_of_each_number():
    # Right 10, 20, 60 -> 20; up 0; forward -5, 0, 10 -> 0; yaw -30, -20, 5 -> -20; pitch 1, 2, 3 -> 2.
    motions = ((10, 0, 0, -30, 1), (20, 0, -5, 5, 2), (60, 0, 10, -20, 3))
    text = "Which move is it? Five numbers, lengths in cm."
    rows = [row(f"s{n}", VECTOR, text, "-", m, "cm") for n, m in enumerate(motions)]
    prior = Prior(rows)
    assert prior.answered(asked(VECTOR, text)).text == "20.0, 0.0, 0.0, -20, 2"
    in_m = prior.answered(asked(VECTOR, "Which move is it? Five numbers, lengths in m.")).text
    assert in_m == "0.200, 0.000, 0.000, -20, 2"
    options = ("0.20 m left, turned 20 degrees right", "0.20 m right, turned 20 degrees left")
    assert prior.answered(asked(VECTOR, "Which?", "mc", options)).text == "B"


def chosen(scene, candidate, options, letter):
    return row(scene, candidate, "Which?", letter, form="mc", options=options)


def test_a_choice_is_the_option_that_was_right_most_often_when_it_was_one():
    # "right": 3 of 4. "left": 1 of 4. "up": 1 of 1, drawn to chance by 5 rows at 1 / 3: (1 + 5/3) / 6 = 0.44 against
    # (3 + 5/3) / 9 = 0.52 for "right" and (1 + 5/3) / 9 = 0.30 for "left".
    pair = ("left", "right")
    rows = [chosen(f"s{n}", DIRECTION, pair, letter) for n, letter in enumerate("BBBA")]
    rows.append(chosen("s9", DIRECTION, ("up", "down"), "A"))
    prior = Prior(rows)
    assert prior.answered(asked(DIRECTION, "Which?", "mc", ("up", "left", "right"))).text == "C"
    assert prior.answered(asked(DIRECTION, "Which?", "mc", ("left", "up"))).text == "B"
    # "down" was never right: (0 + 5/2) / 6 = 0.42; "back" was never an option: chance, 0.5.
    assert prior.answered(asked(DIRECTION, "Which?", "mc", ("back", "down"))).text == "A"


def test_an_aspect_that_is_the_answer_is_not_looked_at():
    # The id of an end's side tells it; the words do not. "left" was right in 4 of 6 rows, so it is said of a right too.
    sides, options = ["left"] * 4 + ["right"] * 2, ("to the left of the cup", "to the right of the cup")
    rows = [
        row(f"s{n}", Candidate("destination_location", side, (n, n + 1)), "Where does it end?", "AB"[side == "right"],
            form="mc", options=options)
        for n, side in enumerate(sides)
    ]  # fmt: skip
    question = asked(Candidate("destination_location", "right", (1, 2)), "Where does it end?", "mc", options)
    assert Prior(rows).answered(question).text == "A"


def test_a_category_wins_wherever_it_was_seen():
    pairs = [("the cup in picture 1", "the chair in picture 2"), ("the chair", "the cup")]
    rows = [chosen(f"s{n}", TALLER, pair, "BA"[n]) for n, pair in enumerate(pairs)]
    prior = Prior(rows)
    assert prior.answered(asked(TALLER, "Which?", "mc", ("the cup in picture 2", "the chair in picture 1"))).text == "B"
    # Other aspects are other questions.
    wider = replace(TALLER, aspect="width")
    assert prior.answered(asked(wider, "Which?", "mc", ("the cup", "the chair"))).failure == NO_ROWS


def test_among_equal_options_the_letter_that_was_right_most_often_with_as_many_options():
    rows = [chosen(f"s{n}", TALLER, (f"x{n}", f"y{n}"), letter) for n, letter in enumerate("ABB")]
    rows += [chosen(f"t{n}", TALLER, (f"x{n}", f"y{n}", f"z{n}"), "A") for n in range(9)]
    prior = Prior(rows)
    assert prior.answered(asked(TALLER, "Which?", "mc", ("new", "newer"))).text == "B"
    assert prior.answered(asked(TALLER, "Which?", "mc", ("new", "newer", "newest"))).text == "A"


def test_a_sentence_about_a_choice_is_the_most_common_one():
    rows = [
        row(f"s{n}", DIRECTION, "Which?", text, form="free") for n, text in enumerate(("Left.", "Right.", "Right."))
    ]
    assert Prior(rows).answered(asked(DIRECTION, "Which?", "free")).text == "Right."


@pytest.mark.parametrize(
    "sample",
    [
        asked(replace(HEIGHT, aspect="length"), TALL.format("the cup", "cm")),
        asked(DIRECTION, "Which?", "mc", ("left", "right")),
        asked(DIRECTION, "Which?", "free"),
        asked(HEIGHT, TALL.format("the cup", "cm"), benchmark="vsi_bench"),
        asked(HEIGHT, TALL.format("the cup", "cm"), id="17"),
    ],
)
def test_what_was_never_trained_on_is_refused(sample):
    given = asyncio.run(Prior(ROWS).answer(sample, None))
    assert (given.text, given.failure, given.refused) == (None, NO_ROWS, True)


@pytest.mark.parametrize("value", [[1.0, 2.0], [1.0] * 5])
def test_values_of_one_aspect_have_as_many_numbers(value):
    with pytest.raises(DatasetError, match="s99:object_size:height"):
        Prior([*ROWS, row("s99", HEIGHT, "How tall?", "-", value, "cm")])


def test_rows_whose_ids_do_not_say_what_is_asked_are_refused():
    with pytest.raises(DatasetError, match="expected an id of scene"):
        Prior([msgspec.structs.replace(ROWS[0], id="17")])


def test_it_reads_data_sets_and_says_what_it_was_made_from(tmp_path):
    rows = sorted(ROWS, key=lambda r: r.id)
    write_parquet(tmp_path / "questions.parquet", rows)
    prior = Prior.from_data(tmp_path)
    assert prior.answered(asked(HEIGHT, TALL.format("the cup", "cm"))).text == "10.0"
    assert prior.source == Prior(rows[::-1]).source  # whatever the order
    assert prior.source.startswith("11 training rows, sha256 ")
    assert prior.source != Prior([*rows[1:], msgspec.structs.replace(rows[0], answer="9.5")]).source


@pytest.mark.parametrize(
    ("aspect", "text", "names"),
    [
        (("object_size", "height"), TALL.format("the tissue box", "cm"), ("tissue box",)),
        (("object_size", "height"), TALL.format("the object in the red box", "cm"), ()),
        (("object_size", "longest"), "The cup just fits into a minimum-volume box. Find the length of that box along "
         "its longest edge. Answer with one number, in cm.", ("cup",)),
        (("absolute_distance", "closest"), "How long is the shortest string that could be stretched from the nut to "
         "the Washer? Answer with one number, in mm.", ("nut", "washer")),
        (("depth_estimation", "point_z"), "How far in front of the camera, along the optical axis, lies the spot "
         "under the red dot?", ()),
        (("object_size", "height"), "Something that nobody ever asked about the cup?", ()),
        (("object_counting", "all"), "How many?", ()),
    ],
)  # fmt: skip
def test_categories_that_a_question_names(aspect, text, names):
    assert names_in(aspect, text) == names


def test_the_kind_that_is_counted_is_known_by_its_name():
    counted = ("object_counting", "class")
    for name in ("cups", "tissue boxes"):
        for pattern in (*templates().aspects[counted].ask, *templates().aspects["object_counting", "class_across"].ask):
            assert names_in(counted, f"{fill(pattern, {'plural': name})} Answer with one whole number.") == (name,), (
                pattern
            )
    left = templates().aspects["existence", "left"].ask[0]
    assert names_in(("existence", "left"), fill(left, {"one": "an apple", "a": "the vase"})) == ("apple", "vase")
    marked = fill(left, {"one": "an apple", "a": "the object in the red box"})
    assert names_in(("existence", "left"), marked) == ("apple",)
