"""Rounding, units and options, at both ends of the scale."""

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa_scenes import length_fact, motion_fact
from spacevista.qa.numbers import in_units, motion_numbers, motion_text, relative_error, rounding_of, scalar_text
from spacevista.qa.options import (
    choice_options,
    looks_different,
    motion_options,
    number_options,
    opposite_options,
    twisted_motions,
)
from spacevista.tasks.facts import Candidate, Fact, Interval

VALUES = st.floats(1e-3, 1e5)
ERRORS = st.floats(0, 0.05)


@pytest.mark.parametrize(
    ("value", "error", "unit", "text"),
    [
        # 0.5 % of 1.23 is 0.006: thousandths. A half-width of 2 % or more allows 0.0246: hundredths.
        (1.23, 0.0, "mm", "1.230 mm"),
        (1.23, 0.05, "mm", "1.23 mm"),
        # 0.5 % of 412 is 2.06, so ones; 2 % is 8.2: still ones.
        (412.3, 0.0, "m", "412 m"),
        (412.3, 0.05, "m", "412 m"),
        # 3 % of 1234 is capped at 2 %, 24.7: tens.
        (1234.0, 0.03, "m", "1230 m"),
        (6.34, 0.016, "cm", "6.3 cm"),
        (0.0, 0.0, "m", "0 m"),
    ],
)
def test_digits_follow_the_noise(value, error, unit, text):
    assert scalar_text(value, error, unit) == text


@given(VALUES, ERRORS)
def test_rounding_adds_less_than_half_of_what_is_unknown_and_one_per_cent_at_most(value, error):
    rounded = float(rounding_of(value, error).text(value))
    assert abs(rounded - value) <= value * max(error, 0.005) / 2 * (1 + 1e-9)
    assert abs(rounded - value) <= 0.01 * value * (1 + 1e-9)


@given(VALUES, ERRORS)
def test_at_least_two_digits_are_written(value, error):
    digits = rounding_of(value, error).text(value).replace(".", "").lstrip("0")
    assert len(digits) >= 2


def test_values_are_converted_to_the_unit():
    assert in_units(length_fact("object_size", "height", (1,), 0.00123), "mm") == pytest.approx([1.23])
    volume = Fact(Candidate("object_size", "volume", (1,)), "volume", (2e-6,), (Interval(2e-6, 2e-6),))
    assert in_units(volume, "cm") == pytest.approx([2.0])  # 2 cubic centimetres
    assert in_units(motion_fact((0.1, 0, 1, 20, -5)), "cm") == pytest.approx([10, 0, 100, 20, -5])


def test_the_error_of_a_motion_is_relative_to_its_path_or_in_radians():
    still = Interval(0, 0)
    shifts = (Interval(0.2, 0.4), still, Interval(0.4, 0.4))
    fact = Fact(Candidate("view_change", "vector", ()), "motion", (0.3, 0, 0.4, 0, 0), (*shifts, still, still))
    assert relative_error(fact) == pytest.approx(0.1 / 0.5)  # half-width 0.1 on a path of 0.5
    turned = Fact(fact.candidate, "motion", fact.values, (*[still] * 3, Interval(-30, 30), still))
    assert relative_error(turned) == pytest.approx(math.radians(30))


def test_a_motion_in_words_and_in_numbers():
    motion = (0.12, -0.03, 0.4, -12.0, 0.0)
    # Path 0.419: 0.5 % is 0.002, so thousandths for all three; angles in tenths.
    assert motion_numbers(motion, 0.0) == ["0.120", "-0.030", "0.400", "-12.0", "0.0"]
    assert motion_text(motion, 0.0, "m") == "0.120 m right, 0.030 m down, 0.400 m forward, turned 12.0 degrees left"
    assert motion_text((0, 0, 2.0, 0, 0), 0.05, "m") == "2.00 m forward, no turn"
    assert motion_text((0, -1e-9, 2.0, 0, 0), 0.05, "m") == "2.00 m forward, no turn"


@given(VALUES, ERRORS, st.integers(0, 2**32 - 1))
def test_number_options_are_apart_and_one_is_right(value, error, seed):
    texts, right = number_options(value, error, "m", np.random.default_rng(seed))
    numbers = sorted(float(text.removesuffix(" m")) for text in texts)
    assert len(set(texts)) == 4
    assert texts[right] == scalar_text(value, error, "m")
    assert numbers[0] > 0
    assert all(high / low >= 1.2 for low, high in pairwise(numbers))
    assert len({text.partition(".")[2] and len(text.partition(".")[2]) for text in texts}) == 1  # same rounding


def test_letters_and_ranks_of_the_right_number_are_uniform():
    rng = np.random.default_rng(0)
    letters, ranks = np.zeros(4), np.zeros(4)
    for _ in range(2000):
        texts, right = number_options(3.0, 0.01, "m", rng)
        numbers = [float(text.removesuffix(" m")) for text in texts]
        letters[right] += 1
        ranks[sorted(numbers).index(numbers[right])] += 1
    # 500 each, standard deviation sqrt(2000 * 3 / 16) = 19: five of them.
    assert np.abs(np.concatenate([letters, ranks]) - 500).max() < 97


@given(st.integers(2, 6), st.data())
def test_choices_keep_the_right_one(count, data):
    right = data.draw(st.integers(0, count - 1))
    texts = [f"thing {i}" for i in range(count)]
    options, place = choice_options(texts, right, 4, np.random.default_rng(data.draw(st.integers(0, 1000))))
    assert options[place] == texts[right]
    assert len(options) == len(set(options)) == min(count, 4)


SHIFT = st.floats(-1, 1).map(lambda v: round(v, 3))


@settings(max_examples=30)
@given(SHIFT, SHIFT, SHIFT, st.floats(-60, 60), st.floats(-30, 30), st.integers(0, 1000))
def test_motion_options_look_different(right, up, ahead, yaw, pitch, seed):
    motion = (right, up, ahead, yaw, pitch)
    if math.hypot(right, up, ahead) < 0.05:
        return
    found = motion_options(motion, 0.01, "m", np.random.default_rng(seed))
    assert found is not None  # the main shift can always be turned round
    options, place = found
    assert 2 <= len(options) <= 4
    assert len(set(options)) == len(options)
    assert options[place] == motion_text(motion, 0.01, "m")


def test_twisted_motions_keep_path_and_turn():
    motion = (0.1, 0.2, 0.3, 10.0, 5.0)
    twisted = twisted_motions(motion)
    assert len(twisted) == 2**5 * 6 - 1
    assert all(math.hypot(*m[:3]) == pytest.approx(math.hypot(*motion[:3])) for m in twisted)
    assert not looks_different(motion, (0.1, 0.2, 0.3, 10.0, -5.0))  # 10 degrees apart
    assert looks_different(motion, (0.1, 0.2, -0.3, 10.0, 5.0))


def test_no_motion_no_options():
    assert motion_options((0, 0, 0, 3, 0), 0.0, "m", np.random.default_rng(0)) is None
    assert motion_options((1e-9, 0, 1e-12, 3, 0), 0.0, "m", np.random.default_rng(0)) is None  # rounding noise


def test_a_camera_that_only_turned_has_options_that_differ_in_their_turns():
    options, place = motion_options((1e-9, 0, 0, 30.0, 0), 0.0, "m", np.random.default_rng(0)) or ([], 0)
    assert sorted(options) == ["no shift, turned 30.0 degrees left", "no shift, turned 30.0 degrees right"]
    assert options[place].endswith("right")


def test_a_number_that_is_not_positive_has_no_options():
    with pytest.raises(ValueError, match="positive value, got 0"):
        number_options(0.0, 0.0, "m", np.random.default_rng(0))


@pytest.mark.parametrize("right", range(6))
def test_directions_are_offered_by_whole_axes(right):
    words = ("right", "up", "forward", "left", "down", "back")
    drawn = [opposite_options(words, right, np.random.default_rng(seed)) for seed in range(200)]
    others = set()
    for options, place in drawn:
        assert options[place] == words[right]
        axes = {words.index(word) % 3 for word in options}
        assert len(set(options)) == 4
        assert len(axes) == 2
        others |= axes
    assert others == {0, 1, 2}
    # Of 200 draws over four places, 50 each; five errors of 6.1 are 31.
    assert all(19 < [place for _, place in drawn].count(n) < 81 for n in range(4))
