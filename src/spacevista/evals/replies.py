"""Answers of the baselines in the words of our own questions: which option, which number, which sentence.

A number to be told is in metres (cubed, squared) or degrees; a motion is right, up, forward in metres, then yaw and
pitch in degrees. Options are read by the strict parser.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

from spacevista.qa.options import LETTERS, VISIBLE_SHIFT, VISIBLE_TURN_DEG
from spacevista.qa.patterns import fill, templates
from spacevista.qa.record import Form
from spacevista.qa.wording import bare_text, value_text
from spacevista.scoring.motion import read_motion
from spacevista.scoring.parse import read_length_m
from spacevista.scoring.units import unit_named

MOTION_LENGTH = 5
IN_METRES = ("length", "area", "volume")  # dimensions whose base unit is a power of the metre
_UNIT = re.compile(r"(?<![\w'])((?:square |cubic )?(?:mm|cm|km|m))\b")


def unit_in(text: str) -> str:
    """Return the first unit of length, area or volume that a text names ("cm", "cubic cm"), or ""."""
    found = _UNIT.search(text)
    return found[1] if found else ""


def factor(unit: str) -> float:
    """Return what a number in `unit` is multiplied by to be in metres (squared, cubed); 1 for what is no such unit."""
    named = unit_named(unit)
    return float(named.size) if named is not None and named.dimension in IN_METRES else 1.0


def scaled(values: Sequence[float], by: float) -> list[float]:
    """Return a value with its lengths multiplied: all numbers but the two angles of a motion."""
    angles = 2 if len(values) == MOTION_LENGTH else 0
    lengths = len(values) - angles
    return [v * by for v in values[:lengths]] + list(values[lengths:])


def nearest_length(options: Sequence[str], value: float) -> str | None:
    """Return the letter of the option with the smallest ratio to a positive length; None if one is no such length."""
    lengths = [length for length in map(read_length_m, options) if length is not None and length > 0]
    if not options or len(lengths) < len(options) or value <= 0:
        return None
    ratios = [abs(math.log(length / value)) for length in lengths]
    return LETTERS[ratios.index(min(ratios))]


def nearest_motion(options: Sequence[str], motion: Sequence[float]) -> str | None:
    """Return the letter of the option most like a motion, by the measure that keeps options apart; None as above."""
    motions = [read_motion(option, "m") for option in options]
    apart = [_unlike(other, motion) for other in motions if other is not None and all(map(math.isfinite, other))]
    if not options or len(apart) < len(options):
        return None
    return LETTERS[apart.index(min(apart))]


def _unlike(option: Sequence[float], motion: Sequence[float]) -> float:
    path = max(math.hypot(*option[:3]), math.hypot(*motion[:3]), 1e-12)
    turn = max(abs(a - b) for a, b in zip(option[3:], motion[3:], strict=True))
    return math.dist(option[:3], motion[:3]) / (VISIBLE_SHIFT * path) + turn / VISIBLE_TURN_DEG


def nearest_letter(options: Sequence[str], value: Sequence[float]) -> str | None:
    """Return the letter of the option nearest to a value (one number, or a motion); None if they are of other kinds."""
    if len(value) == MOTION_LENGTH:
        return nearest_motion(options, value)
    return nearest_length(options, value[0])


def number_reply(value: Sequence[float], error: float, unit: str, prompt: str) -> str:
    """Return a value in `unit` as an answer of its own, with its unit where the question does not name one."""
    return bare_text(value, error, unit, "native" if unit_in(prompt) else "free")


def sentence(task: str, aspect: str, slots: dict[str, str]) -> str:
    """Return a free answer: the first of our own sentences for the aspect, or the bare words where there is none."""
    patterns = templates().aspects.get((task, aspect))
    return fill(patterns.answer[0], slots) if patterns else next(iter(slots.values()))


def value_reply(
    form: Form, aspect: tuple[str, str], value: Sequence[float], error: float, unit: str, prompt: str
) -> str:
    """Return a value in `unit` as a number of form `reg` or as a sentence of form `free`."""
    if form == "free":
        return sentence(*aspect, {"value": value_text(value, error, unit)})
    return number_reply(value, error, unit, prompt)
