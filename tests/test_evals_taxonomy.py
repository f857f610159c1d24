"""Kinds of answers: a table of readings, then whole lines through the strict parser."""

from typing import Any

import pytest

from eval_lines import sim_line, vsi_line
from spacevista.evals.report_rows import read_row
from spacevista.evals.taxonomy import KINDS, Kind, Reading, is_refusal, kind_of


def number(true: float, predicted: float, **fields: Any) -> Reading:
    given = {"score": 0.0, "text": str(predicted), "readable": True, **fields}
    return Reading("object_size", "reg", **given, true=true, predicted=predicted)


def other(form: str, score: float | None, task: str = "view_change", **fields: Any) -> Reading:
    return Reading(task, form, score, **{"text": "B", "readable": True, **fields})


READINGS: list[tuple[Reading, Kind]] = [
    # numbers: 10 % is right, a factor of 10 is another scale, both ends included
    (number(10, 10), "right"),
    (number(10, 11), "right"),
    (number(10, 9), "right"),
    (number(10, 11.01), "wrong_value"),
    (number(10, 99.9), "wrong_value"),
    (number(10, 100), "off_10x"),
    (number(6.3, 63), "off_10x"),
    (number(63, 6.3), "off_10x"),
    (number(63, 6.4), "wrong_value"),
    (number(1e-3, 1e-2), "off_10x"),
    (number(1e3, 1e2), "off_10x"),
    (number(1e-3, 1.09e-3), "right"),
    (number(10, 0), "off_10x"),
    (number(10, float("inf")), "off_10x"),
    (number(-10, -9.5), "right"),
    (number(10, -10), "wrong_value"),
    (number(10, -100), "off_10x"),
    # a truth of 0 has no scale to be off from
    (number(0, 0), "right"),
    (number(0, 1e9), "wrong_value"),
    # an angle is right within 5 degrees
    (number(10, 15, angle=True), "right"),
    (number(10, 15.1, angle=True), "wrong_value"),
    (number(0, -5, angle=True), "right"),
    # several numbers have a score only
    (other("reg", 0.9), "right"),
    (other("reg", 0.88), "wrong_value"),
    # choices and texts
    (other("mc", 1.0), "right"),
    (other("mc", 0.0), "wrong_choice"),
    (other("mc", 0.0, task="relative_distance"), "wrong_object"),
    (other("mc", 0.0, task="OBJECT_MATCHING"), "wrong_object"),
    (other("mc", 0.0, task="depth_estimation", options=("the cup", "the nut")), "wrong_object"),
    (other("mc", 0.0, task="depth_estimation", options=("3.2 cm", "4.8 cm")), "wrong_choice"),
    (other("free", 0.0), "wrong_choice"),
    (other("free", 1.0), "right"),
    # the order of the rules
    (other("mc", None, text="", readable=False), "unscored"),
    (other("mc", None, text="", readable=False, refused=True), "refused"),
    (other("mc", 0.0, text="I cannot tell.", readable=False), "refused"),
    (other("mc", 0.0, text="I cannot tell, so B.", readable=True), "wrong_choice"),
    (other("mc", 0.0, text="<think>Well, the", readable=False), "no_answer"),
    (other("mc", 0.0, text="", readable=False), "no_answer"),
]


@pytest.mark.parametrize(("reading", "kind"), READINGS)
def test_kind_of_a_reading(reading: Reading, kind: Kind) -> None:
    assert kind_of(reading) == kind


def test_every_kind_is_in_the_table() -> None:
    assert {kind for _, kind in READINGS} == set(KINDS)


@pytest.mark.parametrize(
    "text",
    [
        "I can't determine the distance.",
        "I can’t say.",
        "It is not possible to tell from these frames.",
        "Sorry, the object is not visible.",
        "There is not enough information.",
        "I don't know",
        "UNABLE TO ANSWER",
    ],
)
def test_refusals(text: str) -> None:
    assert is_refusal(text)


@pytest.mark.parametrize("text", ["", "the canister", "B", "I know it: the cup", "candidate A", "cantilever"])
def test_no_refusals(text: str) -> None:
    assert not is_refusal(text)


@pytest.mark.parametrize(
    ("answer", "fields", "kind"),
    [
        # the truth is 10 cm; units count, the released parsers' faults do not
        ("<answer>100 mm</answer>", {}, "right"),
        ("about a distance of 9.8 cm", {}, "right"),
        ("10 m", {}, "off_10x"),
        ("10 mm", {}, "off_10x"),
        ("13", {}, "wrong_value"),
        ("I cannot measure that.", {}, "refused"),
        ("no idea", {}, "no_answer"),
        (None, {"refused": True, "unscored": "interval too wide"}, "refused"),
        (None, {"unscored": "media: frame 3 is missing"}, "unscored"),
        ("The answer is (B).", {"form": "mc", "truth": "B"}, "right"),
        ("C", {"form": "mc", "truth": "B"}, "wrong_choice"),
        ("C", {"form": "mc", "truth": "B", "task": "size_comparison"}, "wrong_object"),
    ],
)
def test_kind_of_a_line(answer: str | None, fields: dict[str, Any], kind: Kind) -> None:
    assert read_row("spacevista_sim", sim_line("1", answer, **fields)).kind == kind


def test_kind_of_a_released_line() -> None:
    line = vsi_line("object_rel_distance", "D", truth="A", scene_name="scene1", dataset="arkitscenes", id=7)
    row = read_row("vsi_bench", line)
    assert (row.kind, row.scene, row.id, row.scale) == ("wrong_object", "arkitscenes/scene1", "7", "")
