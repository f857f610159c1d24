"""The strict parser, case by case, and what holds for any text."""

import json
import math
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spacevista.scoring import motion
from spacevista.scoring.parse import answer_part, read_length_m, read_letter, read_number, read_option
from spacevista.scoring.units import UNITS

TABLE = Path(__file__).parent / "scoring" / "strict_cases.jsonl"
CASES: list[dict[str, Any]] = [json.loads(line) for line in TABLE.read_text("utf-8").splitlines()]


def read(case: dict[str, Any]) -> object:
    text = answer_part(case["text"])
    match case["form"]:
        case "reg":
            return read_number(text, case.get("unit", ""))
        case "length":
            return read_length_m(text)
        case "mc":
            return read_letter(text, case.get("count", 4), case.get("options", ()))
        case "free":
            return read_option(text, case["options"])
        case "motion":
            return motion.read_motion(text, case["unit"])
        case "spar_motion":
            return motion.read_spar_motion(text)
    raise AssertionError(case["form"])


def test_the_table_is_large_and_without_doubles() -> None:
    assert len(CASES) >= 150
    keys = [json.dumps({k: v for k, v in case.items() if k not in ("source", "expected")}) for case in CASES]
    assert len(set(keys)) == len(keys)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['form']}: {case['text'][:40]!r}")
def test_strict_case(case: dict[str, Any]) -> None:
    expected = case["expected"]
    if isinstance(expected, float | list):
        assert read(case) == pytest.approx(expected, rel=1e-12)
    else:
        assert read(case) == expected


# Pieces that patterns are made of, so that hostile texts reach deep into them.
PIECES = (
    *("<answer>", "</answer>", "<think>", "\\boxed{", "}", "{", "**", "1", "2", ",", ".", " ", "\n", "-", "×10^", "e9"),
    *(
        "10^999",
        "9" * 20,
        "/",
        "'",
        '"',
        "one",
        "hundred ",
        "thousand ",
        "and",
        "a",
        "half",
        "m",
        "cm",
        "of",
        "(",
        ")",
        "A",
        "B",
    ),
    *("not ", "is ", "answer", "or", "½", "²", "٣"),
)


@given(st.one_of(st.text(max_size=200), st.lists(st.sampled_from(PIECES), max_size=60).map("".join)))
def test_any_text_is_read_or_not_but_never_breaks(text: str) -> None:
    part = answer_part(text)
    for value in (read_number(part, "cm"), read_number(part), read_length_m(part)):
        assert value is None or math.isfinite(value)
    assert read_letter(part) in (None, "A", "B", "C", "D")
    assert read_option(part, ("the cup", "the box")) in (None, "A", "B")
    assert motion.read_motion(part, "m") is None or len(motion.read_motion(part, "m") or ()) == 5


@given(
    st.floats(1e-3, 1e6).map(lambda value: float(f"{value:.4g}")),
    st.sampled_from(["mm", "cm", "m", "km"]),
    st.sampled_from(["mm", "cm", "m", "km"]),
)
def test_a_length_is_the_same_in_every_unit(value: float, written: str, asked: str) -> None:
    # From 1 um to 1e6 km, as Python writes it (exponents included).
    ratio = UNITS[written].size / UNITS[asked].size
    assert read_number(f"{value!r} {written}", asked) == pytest.approx(value * float(ratio), rel=1e-12)


@given(st.integers(0, 999_999))
def test_thousands_are_read_however_they_are_grouped(value: int) -> None:
    for text in (f"{value}", f"{value:,}", f"{value:,}".replace(",", " "), f"{value:,}".replace(",", "'")):
        assert read_number(text) == value


LONG = (
    " ",
    "<answer></answer>",
    "<",
    "hundred ",
    "__",
    "<answer>",
    "\\boxed{",
    "1",
    "1,",
    "one ",
    "a ",
    "- ",
    "((((",
    "not ",
    "**",
    "1 m ",
    "A or ",
    "\n",
    "A ",
    "1 ",
)


@pytest.mark.parametrize("piece", LONG)
def test_long_texts_take_no_long_time(piece: str) -> None:
    # No time is asserted: a pattern that backtracks would take hours.
    part = answer_part(piece * (60_000 // len(piece)))
    assert read_letter(part) in (None, "A")
    read_number(part, "m")
    motion.read_motion(part, "m")
    motion.read_spar_motion(part)
