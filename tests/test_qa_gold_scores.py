"""Every answer that the package writes as right is right to its own scorers, whatever noise and size."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import product

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from qa_scenes import further_kinds, motion_fact, scene_with
from spacevista.qa.make import questions_of
from spacevista.qa.numbers import DEGREES, LEAST_PATH, in_units, motion_numbers, scalar_text
from spacevista.qa.patterns import fill, templates
from spacevista.qa.wording import bare_text, value_text
from spacevista.scales import SCALE_FACTS, Scale
from spacevista.scoring import Parser, score_row

PARSERS: tuple[Parser, ...] = ("strict", "official")
ERRORS = st.one_of(st.just(0.0), st.floats(1e-6, 0.5))  # relative half-widths; of a motion in radians too
SIZES = st.builds(lambda digits, power: digits * 10.0**power, st.floats(1, 10), st.integers(-2, 4))
SIGNS = st.sampled_from((-1.0, 1.0))
ANGLES = st.builds(lambda size, sign: size * sign, st.floats(0.3, 1080), SIGNS)
UNITS = tuple(SCALE_FACTS[scale].unit for scale in Scale)


def score(task: str, form: str, answer: str, value: Sequence[float], unit: str, parser: Parser) -> float | None:
    row = {"task": task, "scale": "indoor", "form": form, "options": [], "value": list(value), "unit": unit}
    return score_row("spacevista_sim", row | {"ground_truth": answer, "predicted_answer": answer}, parser)


def assert_right(task: str, aspect: str, value: Sequence[float], error: float, unit: str) -> None:
    """In figures, where the question names the unit or not, and in every sentence that answers it."""
    answers = [("free", value_text(value, error, unit))]
    if len(value) != 2:
        answers += [("reg", bare_text(value, error, unit, "native")), ("reg", bare_text(value, error, unit, "free"))]
    answers += [
        ("free", fill(pattern, {"value": value_text(value, error, unit)}))
        for pattern in templates().aspects[task, aspect].answer
    ]
    for (form, answer), parser in product(answers, PARSERS):
        assert score(task, form, answer, value, unit, parser) == 1.0, (form, answer, value, parser)


@given(SIZES, ERRORS, st.sampled_from(UNITS))
def test_lengths(value, error, unit):
    for task, aspect in (("object_size", "height"), ("absolute_distance", "closest"), ("depth_estimation", "point_z")):
        assert_right(task, aspect, [value], error, unit)


@given(st.integers(0, 500), ERRORS)
def test_counts(count, error):
    assert_right("object_counting", "class", [float(count)], error, "")


@given(ANGLES, ERRORS)
@example(3.4, 1.2 / 3.4)  # in whole degrees 3: 12 % off
def test_angles(degrees, error):
    assert_right("rotation_estimation", "turn_swept", [degrees], error, DEGREES)


@given(SIZES, st.floats(-180, 180), ERRORS, st.sampled_from(UNITS))
def test_places(distance, azimuth_deg, error, unit):
    assert_right("object_location", "place", [distance, azimuth_deg], error, unit)


WAYS = st.tuples(*[st.floats(-1, 1)] * 3).filter(lambda way: math.hypot(*way) > 0.1)


@given(WAYS, st.floats(-7, 4), st.floats(-180, 180), st.floats(-80, 80), ERRORS, st.sampled_from(UNITS))
@example((0.3, 0.0, 0.4), 0.0, 1.7, 1.4, 0.04, "m")  # in whole degrees 2 and 1: a fifth off
@example((1.0, 0.0, 0.0), -7.0, 30.0, 0.0, 0.0, "m")  # a camera that only turned: a path of rounding noise
@example((1.0, 1.0, 0.0), -2.6, 30.0, 0.0, 0.0, "m")  # 3.5 mm, of which thousandths of the unit were too coarse
def test_motions(way, power, yaw, pitch, error, unit):
    right, up, ahead = (v * 10.0**power for v in way)
    motion = in_units(motion_fact((right, up, ahead, yaw, pitch)), unit)
    assert_right("view_change", "vector", motion, error, unit)


def test_a_path_of_rounding_noise_is_none():
    assert in_units(motion_fact((1e-9, 0.0, -1e-9, 30.0, 0.0)), "cm") == [0, 0, 0, 30.0, 0.0]
    assert in_units(motion_fact((LEAST_PATH, 0.0, 0.0, 30.0, 0.0)), "m") == [LEAST_PATH, 0, 0, 30.0, 0.0]
    assert motion_numbers((1e-9, 0.0, -1e-9, 30.0, 0.0), 0.0) == ["0", "0", "0", "30.0", "0.0"]


@pytest.mark.parametrize(
    ("degrees", "text"),
    [
        # A half-width of 1.2 degrees allows whole degrees; 5 % of the angle do from 20 degrees on.
        (20.4, "20 degrees"),
        (19.9, "19.9 degrees"),
        (2.04, "2.0 degrees"),
        (1.96, "1.96 degrees"),  # and tenths from 2 degrees on
        (-1.96, "-1.96 degrees"),
        (0.0, "0 degrees"),
    ],
)
def test_small_angles_are_not_whole(degrees, text):
    assert scalar_text(degrees, 1.2 / abs(degrees) if degrees else 0.0, DEGREES) == text


def test_the_turns_of_a_motion_are_rounded_alike():
    # 0.04 radians are 2.3 degrees; the larger turn decides.
    assert motion_numbers((1.0, 0.0, 0.0, 1.7, 1.4), 0.04)[3:] == ["1.7", "1.4"]
    assert motion_numbers((1.0, 0.0, 0.0, -21.7, 1.4), 0.04)[3:] == ["-22", "1"]
    assert motion_numbers((1.0, 0.0, 0.0, 0.3, 0.04), 0.04)[3:] == ["0.3", "0.0"]


@pytest.mark.parametrize("policy", ["native", "free"])
@pytest.mark.parametrize("parser", PARSERS)
def test_questions_of_further_kinds(policy, parser):
    for seed in range(4):
        rng = np.random.default_rng(seed)
        for q in questions_of(scene_with(1, 2, 3, 4), further_kinds(), rng, seed=seed, unit_policy=policy):
            row = {name: getattr(q, name) for name in ("task", "scale", "form", "options", "value", "unit")}
            row |= {"ground_truth": q.answer, "predicted_answer": q.answer}
            assert score_row("spacevista_sim", row, parser) == 1.0, q
