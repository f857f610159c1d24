"""Camera motions in answers: SPAR-Bench's named amounts, and the five numbers or the words of spacevista_sim.

A motion is right, up, forward in a length unit, then yaw to the right and pitch up in degrees (docs/conventions.md).
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

import numpy as np

from spacevista.scoring.dress import undress
from spacevista.scoring.mra import mra, mra_of_error
from spacevista.scoring.official import spar_motion
from spacevista.scoring.quantities import Quantity, listed_quantities
from spacevista.scoring.units import UNITS, Unit, convert, unit_named

Motion = tuple[float, float, float, float, float]

SPAR_AXES = (
    ("move_right", "move_left"),
    ("move_up", "move_down"),
    ("move_forward", "move_backward"),
    ("rotate_right", "rotate_left"),
    ("rotate_up", "rotate_down"),
)
SPAR_NAME = re.compile(r"\b(move|rotate)[\s_-]+(right|left|up|down|forward|backward)s?\b[\s:=('\"]*(?:by\s+)?")
DEAD_ZONE_DEG = 2.0  # turns are compared with the true one, or with this: under it no turn is asked about

DIRECTIONS: dict[str, tuple[int, float]] = {
    **dict.fromkeys(("right", "rightward", "rightwards"), (0, 1.0)),
    **dict.fromkeys(("left", "leftward", "leftwards"), (0, -1.0)),
    **dict.fromkeys(("up", "upward", "upwards"), (1, 1.0)),
    **dict.fromkeys(("down", "downward", "downwards"), (1, -1.0)),
    **dict.fromkeys(("forward", "forwards", "ahead"), (2, 1.0)),
    **dict.fromkeys(("back", "backward", "backwards"), (2, -1.0)),
}
BEHIND = re.compile(rf"\s*(?:to(?:wards?)?\s+the\s+)?({'|'.join(sorted(DIRECTIONS, key=len, reverse=True))})\b")
OPPOSITE = re.compile(r"\b(?:left|down|back)(?:wards?)?\b")  # five numbers in order have signs for these
NO_SHIFT = re.compile(r"\bno\s+(?:shift|move|movement|translation)\b")
NUMBER = r"([+-]?\d+(?:\.\d+)?)"
FIVE = re.compile(rf"[(\[]?{','.join([NUMBER] * 5)}[)\]]?\.?")  # without blanks, commas would group or be decimal


def spar_vector(amounts: dict[str, float]) -> Motion:
    """Return five signed values of SPAR-Bench's named amounts; what is not named is 0."""
    a, b, c, d, e = (amounts.get(plus, 0.0) - amounts.get(minus, 0.0) for plus, minus in SPAR_AXES)
    return a, b, c, d, e


def read_spar_motion(text: str) -> Motion | None:
    """Return SPAR-Bench's five values however they are spaced and dressed; None if unreadable.

    Lengths with a unit are converted to metres, angles to degrees; a direction without an amount, or with two, is
    unreadable.
    """
    plain = undress(text).lower()
    found = {quantity.start: quantity for quantity in listed_quantities(plain)}
    amounts: dict[str, float] = {}
    for named in SPAR_NAME.finditer(plain):
        kind, direction = named.groups()
        amount = found.get(named.end())
        value = None if amount is None else _value(amount, UNITS["m" if kind == "move" else "degrees"])
        if value is None or not math.isfinite(value) or amounts.setdefault(f"{kind}_{direction}", value) != value:
            return None
    return spar_vector(amounts) if amounts else None


def spar_score(prediction: Motion, truth: Motion) -> float:
    """Return the mean of the five mean relative accuracies, 0 to 1 (SPAR-Bench, view_change_infer)."""
    scores = [mra(p, t) for p, t in zip(prediction, truth, strict=True)]
    return float(np.mean(scores))  # rounded as the released mean is


def official_spar_motion(text: str) -> Motion | None:
    """Return five values as the released scorer reads them, None if unreadable."""
    amounts = spar_motion(text)
    return None if amounts is None else spar_vector(amounts)


def read_motion(text: str, unit: str) -> Motion | None:
    """Return right, up, forward in `unit`, yaw and pitch in degrees; None if the text does not say exactly one motion.

    Two ways: five signed numbers in that order, bare or each with a unit; or words ("0.2 m right, 1 m up, turned 12
    degrees left"), where what is not mentioned is 0 and "no shift" or "no turn" may stand.
    """
    plain, length = undress(text).lower(), unit_named(unit)
    if (five := FIVE.fullmatch(plain)) and length is not None:
        a, b, c, d, e = map(float, five.groups())
        return (a, b, c, d, e) if math.isfinite(a + b + c + d + e) else None
    found = listed_quantities(plain)
    if length is None or not all(math.isfinite(quantity.value) for quantity in found):
        return None
    if NO_SHIFT.search(plain) or any(BEHIND.match(plain, quantity.end) for quantity in found):
        return _in_words(plain, found, length)
    return _in_order(found, length) if len(found) == 5 and not OPPOSITE.search(plain) else None


def _in_order(found: list[Quantity], length: Unit) -> Motion | None:
    values = [_value(q, length if i < 3 else UNITS["degrees"]) for i, q in enumerate(found)]
    if any(v is None for v in values):
        return None
    a, b, c, d, e = (v for v in values if v is not None)
    return a, b, c, d, e


def _value(quantity: Quantity, target: Unit) -> float | None:
    if quantity.unit is None:
        return quantity.value
    return convert(quantity.value, quantity.unit, target) if quantity.unit.dimension == target.dimension else None


def _in_words(text: str, found: list[Quantity], length: Unit) -> Motion | None:
    values = [0.0] * 5
    seen: set[int] = set()
    for quantity in found:
        behind = BEHIND.match(text, quantity.end)
        if behind is None or quantity.unit is None:
            return None
        axis, sign = DIRECTIONS[behind[1]]
        turn = quantity.unit.dimension == "angle"
        value = _value(quantity, UNITS["degrees"] if turn else length)
        axis += 3 if turn else 0
        if value is None or axis > 4 or axis in seen:
            return None
        seen.add(axis)
        values[axis] = sign * value
    a, b, c, d, e = values
    return a, b, c, d, e


def motion_score(prediction: Sequence[float], truth: Sequence[float]) -> float:
    """Return the score of a motion, 0 to 1: the mean of the accuracies of its shift and of its turn.

    The shift's error is the distance between the two end points, relative to the true path (absolute where the camera
    did not move); the turn's is the angle between the two viewing directions, relative to the true turn or to 2
    degrees, if that is more. Both are graded by `mra_of_error`.
    """
    path, shift_error = math.hypot(*truth[:3]), math.dist(prediction[:3], truth[:3])
    shift = mra_of_error(shift_error / path if path else shift_error)
    turn = max(_angle_deg(truth[3:], (0.0, 0.0)), DEAD_ZONE_DEG)
    return (shift + mra_of_error(_angle_deg(prediction[3:], truth[3:]) / turn)) / 2


def _angle_deg(first: Sequence[float], second: Sequence[float]) -> float:
    """Return the angle between two viewing directions given by yaw and pitch in degrees."""
    a, b = _direction(*first), _direction(*second)
    cross = (a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0])
    return math.degrees(math.atan2(math.hypot(*cross), sum(p * q for p, q in zip(a, b, strict=True))))


def _direction(yaw_deg: float, pitch_deg: float) -> tuple[float, float, float]:
    yaw, pitch = math.radians(yaw_deg), math.radians(pitch_deg)
    return math.sin(yaw) * math.cos(pitch), math.sin(pitch), math.cos(yaw) * math.cos(pitch)
