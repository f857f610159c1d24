"""Rewards: formulas with hand-derived values, terms that do not apply, and what a policy would try."""

from __future__ import annotations

import doctest
import json
import math
import re
from importlib.resources import files
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from spacevista.scoring import completions, rewards, targets
from spacevista.scoring.errors import ScoringError
from spacevista.scoring.rewards import (
    answer_reward,
    combined_reward,
    format_reward,
    progressive_reward,
    scale_reward,
    semantic_reward,
)
from spacevista.scoring.targets import Target, target_of

SHARE = st.floats(0, 1)
GOOD = "<think>A desk. <scale>10 cm</scale> <semantic>cup</semantic></think>\n<answer>B</answer>"
VECTORS = {"cup": (1.0, 0.0), "mug": (3.0, 4.0), "car": (-1.0, 0.0), "nothing": (0.0, 0.0)}


def embed(texts: list[str]) -> NDArray[np.float64]:
    return np.array([VECTORS[text] for text in texts])


def answered(text: str) -> str:
    return f"<think>I measure.</think><answer>{text}</answer>"


def earned(text: str, target: Target) -> float | None:
    (reward,) = answer_reward([answered(text)], [target])
    return reward


@pytest.mark.parametrize("module", [rewards, targets, completions], ids=lambda module: module.__name__)
def test_examples_in_the_documentation(module: ModuleType) -> None:
    found = doctest.testmod(module)
    assert found.attempted > 0
    assert found.failed == 0


def test_the_example_on_the_page_gives_what_it_says() -> None:
    page = (Path(__file__).parent.parent / "docs" / "rewards.md").read_text()
    (block,) = re.findall(r"```python\n(.*?)```", page, flags=re.DOTALL)
    *_, last = block.strip().splitlines()
    names: dict[str, object] = {}
    exec(block, names)  # our own page
    expression, said = last.split("  # ")
    assert eval(expression, names) == eval(said)


# Form


@pytest.mark.parametrize(
    "completion",
    [
        GOOD,
        "<think>x</think><answer>3</answer>",
        "\n<think>\nx\n</think>\n\n<answer>\n3 cm\n</answer>\n",
        "<think><semantic>cup</semantic><scale>1 m</scale></think><answer>3</answer>",
        "<think>is 3 < 5 and 5 > 3? <b>yes</b></think><answer>3</answer>",  # other angle brackets are text
    ],
)
def test_form_is_kept(completion: str) -> None:
    assert format_reward([completion]) == [1.0]


@pytest.mark.parametrize(
    "completion",
    [
        "",
        "B",
        "<answer>B</answer>",
        "<think>x</think>",
        "<think></think><answer>B</answer>",
        "<think>x</think><answer> </answer>",
        "<answer>B</answer><think>x</think>",
        "<think>x</think> so <answer>B</answer>",
        "well <think>x</think><answer>B</answer>",
        "<think>x</think><answer>B</answer> or C",
        "<think>x</think><answer>A</answer><answer>B</answer>",
        "<think>x</think><think>y</think><answer>B</answer>",
        "<think>x<think>y</think></think><answer>B</answer>",
        "<think>x<answer>A</answer></think><answer>B</answer>",
        "<think>x</think><answer><answer>B</answer></answer>",
        "<think>x</think><answer><scale>10 cm</scale>B</answer>",
        "<think>x</think><scale>10 cm</scale><answer>B</answer>",
        "<scale>10 cm</scale><think>x</think><answer>B</answer>",
        "<think>x<scale>10 cm</think><answer>B</answer>",
        "<think>x<scale>10 cm</semantic></think><answer>B</answer>",
        "<think>x<scale><semantic>cup</semantic></scale></think><answer>B</answer>",
        "<think>x<scale>1 m</scale><scale>2 m</scale></think><answer>B</answer>",
        "<Think>x</Think><answer>B</answer>",
        "<think>x</think><answer >B</answer>",
        "<think>x</think><answer>B</ANSWER>",
        '<think>x</think><answer class="a">B</answer>',
        "<think>x</think><answer>B</answer><answer>",
    ],
)
def test_form_is_broken(completion: str) -> None:
    assert format_reward([completion]) == [0.0]


# Answer


@pytest.mark.parametrize(
    ("text", "truth", "unit", "expected"),
    [
        ("10", "10", "cm", 1.0),
        ("9", "10", "cm", 0.9),  # 1 - 1/10
        ("90 mm", "10", "cm", 0.9),  # 9 cm
        ("11", "10", "cm", 0.9),
        ("20", "10", "cm", 0.0),  # off by the truth itself
        ("0", "10", "cm", 0.0),
        ("-10", "10", "cm", 0.0),
        ("1e300", "10", "cm", 0.0),
        ("1" + "0" * 400, "10", "cm", 0.0),  # more than a float holds
        ("1 mm", "0.001", "m", 1.0),
        ("0.9 km", "1000", "m", 0.9),
        ("0", "0", "", 1.0),
        ("0.001", "0", "", 0.0),
        ("-8", "-10", "degrees", 0.8),
        ("10 kg", "10", "cm", 0.0),  # of another dimension
        ("nan", "10", "cm", 0.0),
        ("inf", "10", "cm", 0.0),
        ("", "10", "cm", 0.0),
        ("5 or 10", "10", "cm", 0.0),  # hedged
        ("5 10 20", "10", "cm", 0.0),
        ("9 to 11 cm", "10", "cm", 0.0),
        ("1, 2, 3, 4, 5, 6, 7, 8, 9, 10", "10", "", 0.0),
    ],
)
def test_a_number(text: str, truth: str, unit: str, expected: float) -> None:
    assert earned(text, Target("reg", truth, unit)) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("B", 1.0), ("(b)", 1.0), ("B.", 1.0), ("A", 0.0), ("E", 0.0), ("A or B", 0.0), ("A, B, C, D", 0.0), ("", 0.0)],
)
def test_a_letter(text: str, expected: float) -> None:
    assert earned(text, Target("mc", "B")) == expected


def test_letters_beyond_d_count_where_there_are_as_many_options() -> None:
    assert earned("F", Target("mc", "F", option_count=6)) == 1.0


def test_a_motion_is_compared_as_shift_and_turn() -> None:
    target = Target("reg", "3, 0, 4, 10, 0", "m")
    assert earned("3, 0, 4, 10, 0", target) == 1.0
    # The shift is 1 m off on a path of 5 m: 0.8. The turn is 5 degrees off of 10: 0.5. Their mean is 0.65.
    assert earned("3, 1, 4, 5, 0", target) == pytest.approx(0.65)
    assert earned("300 cm, 0, 4, -350, 0", target) == 1.0  # units and full turns
    for text in (
        "3, 0, 4",
        "3, 0, 4, 1e999, 0",
        "nan, 0, 4, 10, 0",
        "3, 0, 4, 10, 0, 3, 0, 4, 10, 0",
        "1e308, 0, 4, 10, 0",
    ):
        assert earned(text, target) in (0.0, 0.5)
    assert earned("1e308, 0, 4, 10, 0", target) == 0.5  # the turn is right
    assert earned("3", target) == 0.0
    # Turned by 0.5 degrees, which nobody is asked to see: 1 degree off of 2 counts as half.
    assert earned("1, 0, 0, 1.5, 0", Target("reg", "1, 0, 0, 0.5, 0", "m")) == pytest.approx(0.75)


@pytest.mark.parametrize(
    "completion",
    [
        "10",  # evaluation would read it, training asks for the block
        "<answer>10",
        "<answer>7</answer><answer>10</answer>",
        "<answer>10</answer><answer>7</answer>",
        "<ANSWER>7</ANSWER><answer>10</answer>",
        "<answer>7<answer>10</answer></answer>",
        "<think><answer>10</answer></think><answer>7</answer>",
        "<answer>10<scale>10 cm</scale></answer>",
        "<answer><!-- 7 -->10 and 7</answer>",
    ],
)
def test_answers_elsewhere_than_in_the_one_block_earn_nothing(completion: str) -> None:
    assert answer_reward([completion], [Target("reg", "10", "cm")]) == [0.0]


def test_free_questions_have_no_reward() -> None:
    (target, completion) = Target("free", "The cup is left of the bowl."), GOOD
    found = progressive_reward([completion], [target])
    assert (found.format, found.answer, found.progressive, found.total) == ([1.0], [None], [None], [None])


# Scale


@pytest.mark.parametrize("true_m", [1e-3, 1.0, 1e3])
def test_scale_falls_to_nothing_at_two_orders_of_magnitude(true_m: float) -> None:
    said = [f"<scale>{true_m * factor!r} m</scale>" for factor in (1.0, 10.0, 0.1, 100.0, 0.01, 1e5)]
    assert scale_reward(said, [true_m] * 6) == pytest.approx([1.0, 0.5, 0.5, 0.0, 0.0, 0.0], abs=1e-12)


def test_scale_with_another_base() -> None:
    # Two is one step of base 2, and two steps are the end: 1 - 1/2 for twice the truth, 0 for four times.
    said = ["<scale>2 m</scale>", "<scale>4 m</scale>"]
    assert scale_reward(said, [1.0, 1.0], base=2.0) == pytest.approx([0.5, 0.0])
    for base in (1.0, 0.1, math.inf, math.nan):
        with pytest.raises(ScoringError, match=f"finite base over 1, got {base}"):
            scale_reward(said, [1.0, 1.0], base=base)


@pytest.mark.parametrize(
    "text", ["100 cm", "1 m", "1m", "1.0 metres", "1,000 mm", "1e0 m", " 0.001 km ", "+1 m", "1 m."]
)
def test_a_scale_in_any_unit_of_length(text: str) -> None:
    assert scale_reward([f"<scale>{text}</scale>"], [1.0]) == pytest.approx([1.0])


@pytest.mark.parametrize(
    "text",
    [
        *("", " ", "1", "m", "large", "about a metre", "nan m", "inf m", "1e999 m", "1e-999 m", "0 m", "-1 m", "1 kg"),
        *(
            "1 m2",
            "1 square m",
            "1 degree",
            "10 cm 5 m",
            "1 m 20 cm",
            "1 m or 2 m",
            "1-2 m",
            "1 m 1 m",
            "1/2 m",
            "x 1 m",
        ),
        *("1 m <b>", "1 m level", "1 2 m", "<think>1 m</think>", "1 m\u200b", "1 m, 2 m", "100 cm = 1 m"),
    ],
)
def test_a_scale_that_is_not_one_length(text: str) -> None:
    assert scale_reward([f"<think><scale>{text}</scale></think>"], [1.0]) == [0.0]


@pytest.mark.parametrize(
    "completion",
    [
        "no anchor",
        "<scale>1 m",
        "<scale>1 m</scale><scale>1 m</scale>",
        "<scale>9 km</scale><SCALE>1 m</SCALE>",
        "<scale><scale>1 m</scale></scale>",
        "</scale>1 m<scale>",
    ],
)
def test_scales_that_are_not_one_block(completion: str) -> None:
    assert scale_reward([completion], [1.0]) == [0.0]


@pytest.mark.parametrize("true_m", [0.0, -1.0, math.nan, math.inf])
def test_a_true_scale_that_is_none(true_m: float) -> None:
    with pytest.raises(ScoringError, match="expected true scales in metres over 0"):
        scale_reward(["<scale>1 m</scale>"], [true_m])


# Named object


def test_semantic_is_the_cosine_cut_at_zero() -> None:
    # mug is (3, 4): its cosine with cup, (1, 0), is 3/5. car points the other way: -1, cut to 0.
    named = ["cup", "mug", "car", "nothing", None, " ", "cup, mug, car, " * 9, "cup"]
    assert semantic_reward(named, ["cup"] * 7 + [None], embed) == pytest.approx([1, 0.6, 0, 0, 0, 0, 0, None])


def test_each_text_is_embedded_once_and_nothing_in_vain() -> None:
    calls: list[list[str]] = []

    def count(texts: list[str]) -> NDArray[np.float64]:
        calls.append(texts)
        return embed(texts)

    semantic_reward(["mug", "mug", None], ["cup", "cup", "car"], count)
    assert calls == [["mug", "cup"]]
    assert semantic_reward([None, "mug"], ["cup", None], count) == [0.0, None]
    assert len(calls) == 1


@pytest.mark.parametrize("vectors", [np.zeros(2), np.zeros((1, 3)), np.full((2, 3), np.nan)])
def test_embeddings_that_are_none(vectors: NDArray[np.float64]) -> None:
    with pytest.raises(ScoringError, match="one finite vector for each of 2 texts"):
        semantic_reward(["mug"], ["cup"], lambda texts: vectors)


# Together


def test_later_terms_count_as_far_as_earlier_ones_hold() -> None:
    # 0.8 + 0.8 * 0.5 + 0.8 * 0.5 * 0.25 = 0.8 + 0.4 + 0.1
    assert combined_reward([0.8], [0.5], [0.25]) == pytest.approx([1.3])
    assert combined_reward([0.8], [0.5], [0.25], normalize=True) == pytest.approx([1.3 / 3])
    assert combined_reward([0.0], [1.0], [1.0]) == [0.0]
    assert combined_reward([1.0], [0.0], [1.0]) == [1.0]
    # Left out: 0.8 + 0.8 * 0.25 without a scale, the answer alone without both, nothing without an answer.
    assert combined_reward([0.8, 0.8, None], [None, None, 1.0], [0.25, None, 1.0]) == pytest.approx([1.0, 0.8, None])
    assert combined_reward([0.8], [None], [0.25], normalize=True) == pytest.approx([0.5])


@given(SHARE, SHARE | st.none(), SHARE | st.none())
def test_combined_stays_in_its_range_and_never_falls(
    answer: float, scale: float | None, semantic: float | None
) -> None:
    (reward,) = combined_reward([answer], [scale], [semantic])
    assert reward is not None
    assert answer <= reward <= 1 + (scale is not None) + (semantic is not None)
    (share,) = combined_reward([answer], [scale], [semantic], normalize=True)
    assert share is not None
    assert 0 <= share <= 1
    (better,) = combined_reward([min(1.0, answer + 0.1)], [scale], [semantic])
    assert better is not None
    assert better >= reward


def test_all_terms_of_a_batch() -> None:
    marked = Target("mc", "B", unit="cm", scale_m=0.1, object_name="cup")
    counted = Target("reg", "4", scale_m=0.1)  # a count has no scale anchor
    found = progressive_reward([GOOD, answered("3")], [marked, counted], embed)
    assert found.format == [1.0, 1.0]
    assert found.answer == [1.0, 0.75]
    assert found.scale == [1.0, None]
    assert found.semantic == [1.0, None]
    assert found.progressive == [3.0, 0.75]
    assert found.total == [4.0, 1.75]
    blind = progressive_reward([GOOD], [marked], normalize=True)
    assert (blind.semantic, blind.progressive, blind.total) == ([None], [1.0], [2.0])


def test_right_anchors_beside_a_wrong_answer_earn_the_form_only() -> None:
    wrong = GOOD.replace("<answer>B", "<answer>C")
    found = progressive_reward([wrong], [Target("mc", "B", unit="cm", scale_m=0.1, object_name="cup")], embed)
    assert found.total == [1.0]


def test_the_frozen_benchmark_s_own_answers_earn_all() -> None:
    lines = (files("spacevista.qa") / "spacevista_sim.jsonl").read_text().splitlines()[1:]
    rows = [row for line in lines for row in json.loads(line)["rows"] if row["form"] != "free"]
    assert {(row["task"], row["form"]) for row in rows} >= {("view_change", "reg"), ("size_comparison", "mc")}
    known = []
    for row in rows:
        count = len(row.get("options", ())) or None
        scale_m = None if row["task"] == "view_change" else 1.0  # options that are motions have a unit of length too
        known.append(target_of({**row, "solution": row["answer"], "option_count": count, "scale_m": scale_m}))
    replies = [f"<think><scale>1 m</scale></think><answer>{row['answer']}</answer>" for row in rows]
    found = progressive_reward(replies, known)
    assert set(found.answer) == {1.0}
    assert set(found.format) == {1.0}
    # Sizes, distances, depths, places and areas have a scale; comparisons, counts and angles have none.
    assert {row["task"] for row, scale in zip(rows, found.scale, strict=True) if scale is not None} == {
        "object_size",
        "absolute_distance",
        "depth_estimation",
        "object_location",
        "room_size",
        "area_estimation",
    }


def test_an_empty_batch() -> None:
    assert progressive_reward([], [], embed).total == []


def test_lists_of_different_lengths_are_named() -> None:
    with pytest.raises(ScoringError, match="completions: 1, targets: 0"):
        progressive_reward([GOOD], [])


@given(
    st.text(max_size=200)
    | st.lists(
        st.sampled_from(
            [
                *"<>/ 1.9",
                "<think>",
                "</think>",
                "<answer>",
                "</answer>",
                "<scale>",
                "</scale>",
                "<semantic>",
                "</semantic>",
                "10 cm",
                "B",
                "nan",
                "1e308",
                "²",
            ]
        ),
        max_size=20,
    ).map("".join)
)
def test_any_text_gets_rewards_in_their_ranges(text: str) -> None:
    target = Target("reg", "10", "cm", scale_m=0.1, object_name="cup")
    found = progressive_reward([text], [target], lambda texts: np.ones((len(texts), 2)))
    for value in (found.format[0], found.answer[0], found.scale[0], found.semantic[0]):
        assert value is not None
        assert 0 <= value <= 1
    assert found.total[0] is not None
    assert 0 <= found.total[0] <= 4
