"""What kind of answer is it? Every row of a run is of exactly one kind.

The first of these that holds, in this order:

| kind | holds where |
|---|---|
| `refused` | the answerer declined (`refused` in its line), or nothing can be read from its text and the text says that the question cannot be answered |
| `unscored` | there is no score for another reason: the pictures or the endpoint failed. Not the answerer's error: left out of shares |
| `no_answer` | no letter (mc), no number (reg), no text at all (free) can be read |
| `right` | a number within 10 % of the truth, an angle also within 5 degrees; several numbers: score 0.9 or more; else: score 1 |
| `off_10x` | a number at least 10 times, or at most a tenth of the truth in absolute value; the truth is not 0 |
| `wrong_value` | any other number: the right scale, the wrong value |
| `wrong_object` | another option of a question whose options are objects (OBJECT_TASKS, MIXED_TASKS) |
| `wrong_choice` | any other letter or text |

Answers are read by the strict parser whatever the mode of the scores: a released parser's fault ("about a distance of
6.3 cm" is 1) is no error of the model.
"""  # noqa: E501 - a table

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal, get_args

Kind = Literal[
    "right", "off_10x", "wrong_value", "wrong_object", "wrong_choice", "no_answer", "refused", "unscored"
]  # fmt: skip
KINDS: tuple[Kind, ...] = get_args(Kind)

RIGHT_WITHIN, RIGHT_WITHIN_DEG = 0.1, 5.0  # relative; an angle's: what "right" means everywhere in this project
RIGHT_SCORE = 0.9  # of an answer of several numbers: on average within about 10 %
OFF_FACTOR = 10.0
SLACK = 1e-9  # 6.3 and 63 are 10 apart, whatever their quotient as floats

# Tasks whose options are objects, under every name that the benchmarks have for them.
OBJECT_TASKS = frozenset(
    {
        *("object_rel_distance", "obj_appearance_order"),  # VSI-Bench
        *("position_matching", "distance_infer_center_oo", "distance_infer_center_oo_mv"),  # SPAR-Bench
        *("comparison_height", "comparison_width", "object_matching", "match", "appear_order"),  # SpaceVista-Bench
        *("size_comparison", "relative_distance", "appearance_order", "position_comparison"),  # spacevista_sim
    }
)

# Tasks of which some questions offer objects and some offer numbers: the options decide.
MIXED_TASKS = frozenset({"depth_estimation"})
DIGIT = re.compile(r"\d")

REFUSAL = re.compile(
    r"\b(?:can(?:not|'t| not)|could(?:n't| not)|unable to|not able to|impossible to|not possible to|"
    r"(?:not enough|insufficient) (?:information|context|detail)|(?:do not|don't) know|sorry)\b",
    re.IGNORECASE,
)
MAX_REFUSAL_CHARS = 20_000  # what is searched of a text


@dataclass(frozen=True)
class Reading:
    """What is known of one answer.

    Attributes:
        score: by the strict parser; None where there is none.
        text: of the answer, "" where there is none.
        readable: a letter, a number (numbers) or a text could be read, by its form.
        options: their texts; () where they are not known.
        true, predicted: the two numbers in one unit; None where the answer is not one number.
        angle: they are degrees.
    """

    task: str
    form: str
    score: float | None
    text: str
    readable: bool
    refused: bool = False
    true: float | None = None
    predicted: float | None = None
    angle: bool = False
    options: tuple[str, ...] = ()


def kind_of(reading: Reading) -> Kind:
    """Return the kind of one answer (table at the top)."""
    if reading.refused or (not reading.readable and is_refusal(reading.text)):
        return "refused"
    if reading.score is None:
        return "unscored"
    if not reading.readable:
        return "no_answer"
    if reading.true is not None and reading.predicted is not None:
        return _number_kind(reading.true, reading.predicted, RIGHT_WITHIN_DEG if reading.angle else 0.0)
    if reading.form == "reg":
        return "right" if reading.score >= RIGHT_SCORE - SLACK else "wrong_value"
    if reading.score >= 1 - SLACK:
        return "right"
    return "wrong_object" if _names_objects(reading) else "wrong_choice"


def is_refusal(text: str) -> bool:
    """Say if a text states that the question cannot be answered."""
    return REFUSAL.search(text.replace("’", "'")[:MAX_REFUSAL_CHARS]) is not None


def _names_objects(reading: Reading) -> bool:
    if reading.task in MIXED_TASKS:
        return bool(reading.options) and not any(DIGIT.search(option) for option in reading.options)
    return reading.task.lower() in OBJECT_TASKS


def _number_kind(true: float, predicted: float, allowed: float) -> Kind:
    if abs(predicted - true) <= max(RIGHT_WITHIN * abs(true), allowed) * (1 + SLACK):
        return "right"
    larger, smaller = max(abs(true), abs(predicted)), min(abs(true), abs(predicted))
    if true != 0 and larger >= OFF_FACTOR * smaller * (1 - SLACK):
        return "off_10x"
    return "wrong_value"
