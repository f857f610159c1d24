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
from spacevista.scoring.closed import read_direction
from spacevista.scoring.motion import read_motion
from spacevista.scoring.parse import read_length_m, read_number
from spacevista.scoring.units import unit_named
from spacevista.tasks.object_location import direction_of

MOTION_LENGTH = 5
PLACE_LENGTH = 2
ANGLES = {MOTION_LENGTH: 2, PLACE_LENGTH: 1}  # at the end of a motion, of a place
IN_METRES = ("length", "area", "volume")  # dimensions whose base unit is a power of the metre
PLAIN = re.compile(r"(-?\d+(?:\.\d+)?)(?: degrees)?")
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
    """Return a value with its lengths multiplied: all numbers but the angles of a motion or a place."""
    angles = ANGLES.get(len(values), 0)
    lengths = len(values) - angles
    return [v * by for v in values[:lengths]] + list(values[lengths:])


def nearest_length(options: Sequence[str], value: float) -> str | None:
    """Return the letter of the option with the smallest ratio to a positive length; None if one is no such length."""
    lengths = [length for length in map(read_length_m, options) if length is not None and length > 0]
    if not options or len(lengths) < len(options) or value <= 0:
        return None
    ratios = [abs(math.log(length / value)) for length in lengths]
    return LETTERS[ratios.index(min(ratios))]


def nearest_area(options: Sequence[str], value: float) -> str | None:
    """Return the letter of the option with the smallest ratio to a positive area; None if one is no such area."""
    areas = [area for option in options if unit_in(option) and (area := read_number(option, "square m")) is not None]
    if not options or len(areas) < len(options) or min(areas) <= 0 or value <= 0:
        return None
    ratios = [abs(math.log(area / value)) for area in areas]
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
    if len(value) == PLACE_LENGTH:
        return nearest_place(options, value)
    return nearest_length(options, value[0]) or nearest_area(options, value[0]) or nearest_plain(options, value[0])


def nearest_plain(options: Sequence[str], value: float) -> str | None:
    """Return the letter of the count or the angle that is nearest to a value; None if one is neither."""
    found = [PLAIN.fullmatch(option) for option in options]
    numbers = [float(match[1]) for match in found if match is not None]
    if not options or len(numbers) < len(options):
        return None
    apart = [abs(number - value) for number in numbers]
    return LETTERS[apart.index(min(apart))]


def nearest_place(options: Sequence[str], place: Sequence[float]) -> str | None:
    """Return the letter of the option in a place's direction with the nearest distance; None if there is none."""
    distance, azimuth = place
    word = direction_of(azimuth)
    lengths = {LETTERS[i]: read_length_m(o) for i, o in enumerate(options) if read_direction(o) == word}
    apart = {letter: abs(length - distance) for letter, length in lengths.items() if length is not None}
    return min(apart, key=lambda letter: apart[letter]) if apart else None


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
