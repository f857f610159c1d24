"""A measured fact, or a decline, in plain words: values rounded as the noise allows, bounds rounded outwards."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Sequence
from functools import cache
from importlib.resources import files

import msgspec

from spacevista.ask.measure import Asked
from spacevista.ask.record import Part, Reading
from spacevista.qa.numbers import MOTION_WORDS, motion_text, relative_error
from spacevista.qa.patterns import listed
from spacevista.scales import SCALE_FACTS, Scale
from spacevista.scenes.record import Scene
from spacevista.scoring.units import UNITS
from spacevista.tasks.facts import Fact, Interval
from spacevista.tasks.rules import MAX_HALF_WIDTH, NINETY_PERCENT

# What is measured, in words; {0}, {1}: the objects.
MEASURED: dict[tuple[str, str], str] = {
    ("object_size", "longest"): "longest side of {0} (of the smallest box around it)",
    ("object_size", "height"): "height of {0}, bottom to top as it is placed",
    ("object_size", "length"): "length of {0}, the longer side of its footprint",
    ("object_size", "width"): "width of {0}, the shorter side of its footprint",
    ("size_comparison", "height"): "which is {word}: {list}, bottom to top as placed",
    ("size_comparison", "width"): "which is {word}: {list}, by the longer side of the footprint",
    ("size_comparison", "volume"): "which is {word} in volume: {list}, hollows filled in",
    ("absolute_distance", "closest"): "distance between {0} and {1} at their closest points",
    ("relative_distance", "closest"): "which of {rest} is closest to {0}, between closest points",
    ("relative_distance", "farthest"): "which of {rest} is farthest from {0}, between closest points",
    ("depth_estimation", "point_z"): "depth of {0} along the viewing direction of {frame}",
    ("depth_estimation", "ray"): "straight line from the camera of {frame} to {0}",
    (
        "depth_estimation",
        "nearest_point",
    ): "straight line from the camera of {frame} to the nearest point seen of {0}",
    (
        "depth_estimation",
        "which_nearest",
    ): "which is {word} the camera, by its nearest visible point: {list}, in {frame}",
    ("view_change", "vector"): "motion of the camera from {first} to {second}, in the axes of the first",
    ("view_change", "direction"): "main direction of the camera from {first} to {second}, in the axes of the first",
}
WORDS = {
    ("height", False): "taller",
    ("height", True): "shorter",
    ("width", False): "wider",
    ("width", True): "narrower",
    ("volume", False): "larger",
    ("volume", True): "smaller",
    ("which_nearest", False): "nearest to",
    ("which_nearest", True): "farther from",
}
MOTION_LABELS = ("right", "up", "forward", "turn to the right", "turn upwards")
MOST_DIGITS = 6  # after the point
FINEST = 1e-2  # relative: a half-width below it gets no more digits

_SCALE_HELP = (
    "the metric scale is known to {percent:.0f} % only: put a ruler or a tag of known size in view, scale depth and "
    "poses by it, and lower length_sigma"
)
_NOISE_HELP = "the noise of depth and poses makes most of it: film from nearer, or use a better sensor"
_UNSEEN_HELP = "sides that were not seen make most of it: film it from all around"
_SLANTED_HELP = (
    "its nearest part is slanted or its mask ragged in that frame: ask for another frame, or for the depth at a point "
    "well inside it (--point)"
)


class _Words(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    says: str
    help: tuple[str, ...]


@cache
def declines() -> dict[str, _Words]:
    """Return what is said for each reason of the tasks to decline."""
    text = (files("spacevista.ask") / "declines.toml").read_text(encoding="utf-8")
    return msgspec.convert(tomllib.loads(text), dict[str, _Words])


def understood(reading: Reading, asked: Asked, frame_names: Sequence[str]) -> str:
    """Return in words what is measured.

    Args:
        frame_names: of the candidate's frames, in order ("frame 3").
    """
    aspect = "ray" if asked.ray else asked.candidate.aspect
    labels = [pick.label for pick in asked.picks]
    return MEASURED[reading.task, aspect].format(
        *labels,
        list=_either(labels),
        rest=_either(labels[1:]),
        word=WORDS.get((aspect, reading.least), ""),
        frame=" and ".join(frame_names),
        first=frame_names[0] if frame_names else "",
        second=frame_names[-1] if frame_names else "",
    )


def _either(labels: Sequence[str]) -> str:
    return listed(labels) if labels else ""


def unit_of(reading: Reading, scale: Scale) -> str:
    """Return the unit of length of the answer: what the question wants, else what people use at that scale."""
    return reading.unit or SCALE_FACTS[scale].unit


def parts_of(fact: Fact, asked: Asked, unit: str) -> tuple[Part, ...]:
    """Return the numbers of a fact: its value, what it compares, or the five of a motion."""
    cubed = fact.candidate.aspect == "volume"
    if fact.quantity == "motion":
        units = (unit, unit, unit, "degrees", "degrees")
        rows = zip(MOTION_LABELS, fact.values, fact.intervals, units, strict=True)
        return tuple(_part(label, value, interval, name) for label, value, interval, name in rows)
    if fact.candidate.aspect == "direction":
        axes = (f"{one} or {other}" for one, other in MOTION_WORDS)
        return tuple(_part(axis, i.middle, _positive(i), unit) for axis, i in zip(axes, fact.intervals, strict=True))
    picks = asked.picks[1:] if fact.candidate.task == "relative_distance" else asked.picks
    if fact.quantity == "choice":
        of = f"cubic {unit}" if cubed else unit
        pairs = zip(picks, fact.intervals, strict=True)
        return tuple(_part(pick.label, i.middle, _positive(i), of) for pick, i in pairs)
    return (_part("", fact.values[0], fact.intervals[0], unit),)


def bounds_part(interval: Interval, unit: str) -> Part:
    """Return what is known of a number that is not answered."""
    return _part("what is known", interval.middle, _positive(interval), unit)


def _positive(interval: Interval) -> Interval:
    """Return the part of an interval that a length can lie in; noise knows no sign."""
    return Interval(max(interval.low, 0.0), max(interval.high, 0.0), interval.statistical)


def answer_text(reading: Reading, asked: Asked, fact: Fact, unit: str) -> str:
    """Return the answer in a few words, without its interval."""
    if fact.quantity == "motion":
        lengths = [value / _size(unit) for value in fact.values[:3]]
        return motion_text([*lengths, *fact.values[3:]], relative_error(fact), unit)
    if fact.quantity == "choice":
        options = [str(pick.object_id) for pick in asked.picks]
        if fact.choice not in options:
            return fact.choice
        place = options.index(fact.choice)
        return asked.picks[1 - place if reading.least else place].label
    part = parts_of(fact, asked, unit)[0]
    return f"{part.value:.{_decimals(part)}f} {unit}"


def interval_text(part: Part) -> str:
    """Return "9.12 to 9.38 cm": two digits of the half-width, rounded outwards."""
    decimals = _decimals(part)
    slack = 1e-9 * max(abs(part.value), 1e-12) * 10**decimals  # of float64: 9.3 cm is 9.299999...
    low = math.floor(part.low * 10**decimals + slack) / 10**decimals
    high = math.ceil(part.high * 10**decimals - slack) / 10**decimals
    return f"{low + 0.0:.{decimals}f} to {high + 0.0:.{decimals}f} {part.unit}"


def _decimals(part: Part) -> int:
    """Return the digits after the point that a value and its bounds get: a rounded value must not leave its bounds."""
    step = max((part.high - part.low) / 2, FINEST * abs(part.value), 10.0**-MOST_DIGITS)
    return min(max(1 - math.floor(math.log10(step)), 0), MOST_DIGITS)


def why_wide(scene: Scene, task: str, interval: Interval | None) -> tuple[str, ...]:
    """Return what would make the interval of a task's number narrower, by what makes most of it."""
    scale = NINETY_PERCENT * scene.noise.length_rel
    if scale > MAX_HALF_WIDTH:
        return (_SCALE_HELP.format(percent=100 * scale),)
    hard_part = _SLANTED_HELP if task == "depth_estimation" else _UNSEEN_HELP
    if interval is None:
        return (hard_part, _NOISE_HELP)
    return (_NOISE_HELP,) if 2 * interval.statistical > interval.half_width else (hard_part,)


def _part(label: str, value: float, interval: Interval, unit: str) -> Part:
    size = _size(unit)
    return Part(label, value / size, interval.low / size, interval.high / size, unit)


def _size(unit: str) -> float:
    """Return metres, cubic metres or degrees of one unit."""
    return float(UNITS[unit].size)
