"""Numbers as people write them: converted to the scale's unit and rounded to the digits that the noise supports."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from spacevista.scales import METRES_PER_UNIT
from spacevista.tasks.facts import Fact, Interval, Quantity
from spacevista.tasks.object_location import direction_of

# A rounding step is the power of ten below the half-width, so that rounding adds at most half of what is unknown.
FINEST_STEP = 0.005  # relative: digits beyond half a percent are not read by anybody
COARSEST_STEP = 0.02  # relative: whatever the noise, rounding moves a value by 1 % at most
FINEST_ANGLE_DEG = 0.5  # as above, for angles: tenths are written at best ...
COARSEST_ANGLE_DEG = 2.0  # ... and whole degrees at worst
# Relative, of an angle: a score is full within 5 % (scoring/mra.py), and yaw and pitch, each rounded by half a step,
# are off by 0.71 of it together: 3.6 %. So whole degrees are written from 20 degrees on.
COARSEST_ANGLE_STEP = 0.05
LEAST_TURN_DEG = 2.0  # turns of a motion are compared with this at least (scoring/motion.py)
DEGREES = "degrees"
POWERS: Mapping[Quantity, int] = {"area": 2, "volume": 3}  # of a length
LEAST_PATH = 1e-3  # units: a camera that only turned has a path of rounding noise, taken and written as nothing
MOTION_WORDS = (("right", "left"), ("up", "down"), ("forward", "back"))


@dataclass(frozen=True)
class Rounding:
    """How a value is written: `decimals` after the point; negative ones round to tens, hundreds, ..."""

    decimals: int

    def text(self, value: float) -> str:
        rounded = round(value, self.decimals) + 0.0  # no "-0"
        return f"{rounded:.{max(self.decimals, 0)}f}"


def rounding_of(value: float, relative_error: float) -> Rounding:
    """Return the rounding of a value known to a relative half-width: at least two digits, at most 1 % off."""
    if value == 0:
        return Rounding(0)
    step = abs(value) * min(max(relative_error, FINEST_STEP), COARSEST_STEP)
    return Rounding(-math.floor(math.log10(step)))


def angle_rounding(error_rad: float, size_deg: float) -> Rounding:
    """Return the rounding of an angle of a size over 0 with a half-width in radians: tenths or whole degrees.

    Angles under 20 degrees are never whole, those under 2 degrees have hundredths: rounded further, they would be
    another answer to whoever scores it.
    """
    step_deg = min(max(math.degrees(error_rad), FINEST_ANGLE_DEG), COARSEST_ANGLE_DEG, COARSEST_ANGLE_STEP * size_deg)
    return Rounding(-math.floor(math.log10(step_deg)))


def rounding_in(value: float, error: float, unit: str) -> Rounding:
    """Return the rounding of a value known to a relative half-width: of an angle, a count ("") or anything else."""
    if not unit or value == 0:
        return Rounding(0)
    if unit == DEGREES:
        return angle_rounding(math.radians(error * abs(value)), abs(value))
    return rounding_of(value, error)


def in_units(fact: Fact, unit: str) -> list[float]:
    """Return a fact's values in `unit`: areas in its square, volumes in its cube; angles and counts stay.

    A motion's path under a thousandth of the unit is none.
    """
    if fact.quantity in ("count", "angle"):
        return list(fact.values)
    metres = METRES_PER_UNIT[unit]
    if fact.quantity == "motion":
        shifts = [v / metres for v in fact.values[:3]]
        return (shifts if math.hypot(*shifts) >= LEAST_PATH else [0.0] * 3) + list(fact.values[3:])
    if fact.quantity in POWERS:
        return [v / metres ** POWERS[fact.quantity] for v in fact.values]
    if fact.quantity == "place":
        return [fact.values[0] / metres, fact.values[1]]
    return [v / metres for v in fact.values]


def unit_name(fact: Fact, unit: str) -> str:
    """Return what a fact's values are counted in: "cm", "square cm", "degrees"; for a choice or a count, nothing."""
    if fact.quantity in ("choice", "count"):
        return ""
    if fact.quantity == "angle":
        return DEGREES
    return {"area": f"square {unit}", "volume": f"cubic {unit}"}.get(fact.quantity, unit)


def relative_error(fact: Fact) -> float:
    """Return the relative half-width of a fact's value, or the largest of those that a choice compares."""
    if fact.quantity == "motion":
        path = math.hypot(*fact.values[:3])
        shift = max(i.half_width for i in fact.intervals[:3])
        turn = max(math.radians(i.half_width) for i in fact.intervals[3:])
        return max(shift / path if path > 0 else 0.0, turn)
    if fact.quantity == "choice":
        return max((_relative(i, i.middle) for i in fact.intervals), default=0.0)
    values = fact.values[:1] if fact.quantity == "place" else fact.values  # an azimuth has no size of its own
    return max(_relative(i, v) for i, v in zip(fact.intervals, values, strict=False))


def _relative(interval: Interval, value: float) -> float:
    return interval.half_width / abs(value) if value else 0.0


def number_text(value: float, error: float, unit: str) -> str:
    """Return a number without its unit, with as many digits as are known."""
    return rounding_in(value, error, unit).text(value)


def scalar_text(value: float, error: float, unit: str) -> str:
    """Return "6.3 cm", or "3" for a count."""
    return f"{number_text(value, error, unit)} {unit}".rstrip()


def place_text(place: Sequence[float], error: float, unit: str) -> str:
    """Return a distance and an azimuth in words: "front-left, 2.0 cm"."""
    return f"{direction_of(place[1])}, {scalar_text(place[0], error, unit)}"


def motion_numbers(motion: Sequence[float], error: float) -> list[str]:
    """Return the five numbers of a motion as text, lengths all rounded as the path is, and angles alike."""
    path, turn_deg = math.hypot(*motion[:3]), max(abs(v) for v in motion[3:])
    lengths = rounding_of(path, error) if path >= LEAST_PATH else Rounding(0)
    angles = angle_rounding(error, max(turn_deg, LEAST_TURN_DEG))
    return [lengths.text(v) for v in motion[:3]] + [angles.text(v) for v in motion[3:]]


def motion_text(motion: Sequence[float], error: float, unit: str) -> str:
    """Return a motion in words: "0.20 m right, 1.30 m up, turned 12.0 degrees left"; what rounds to 0 is left out."""
    numbers = motion_numbers(motion, error)
    shifts = [
        f"{number.lstrip('-')} {unit} {words[number.startswith('-')]}"
        for number, words in zip(numbers[:3], MOTION_WORDS, strict=True)
        if float(number)
    ]
    turns = [
        f"{number.lstrip('-')} degrees {words[number.startswith('-')]}"
        for number, words in zip(numbers[3:], MOTION_WORDS[:2], strict=True)
        if float(number)
    ]
    parts = [", ".join(shifts) or "no shift"]
    parts.append("turned " + " and ".join(turns) if turns else "no turn")
    return ", ".join(parts)
