"""Units that answers bring: their names, dimensions and sizes.

Sizes are exact fractions of the dimension's base unit (metre, square metre, cubic metre, degree, second, kilogram,
metre per second), so that 63 mm are 6.3 cm to the last bit. Names are matched in lower case.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

Dimension = Literal["length", "area", "volume", "angle", "other"]


@dataclass(frozen=True)
class Unit:
    """A unit: what it measures and how many base units it holds. Units of dimension "other" are never converted."""

    dimension: Dimension
    size: Fraction


OTHER = Unit("other", Fraction(1))  # a unit of something that no benchmark asks for

_LENGTHS: dict[str, tuple[str, Fraction]] = {
    "km": ("km kilometer kilometers kilometre kilometres kms", Fraction(1000)),
    "m": ("m meter meters metre metres mtr mtrs", Fraction(1)),
    "dm": ("dm decimeter decimeters decimetre decimetres", Fraction(1, 10)),
    "cm": ("cm centimeter centimeters centimetre centimetres cms", Fraction(1, 100)),
    "mm": ("mm millimeter millimeters millimetre millimetres mms", Fraction(1, 1000)),
    "um": ("um μm micrometer micrometers micrometre micrometres micron microns", Fraction(1, 10**6)),
    "nm": ("nm nanometer nanometers nanometre nanometres", Fraction(1, 10**9)),
    "inch": ("in inch inches", Fraction(254, 10000)),
    "ft": ("ft foot feet", Fraction(3048, 10000)),
    "yd": ("yd yds yard yards", Fraction(9144, 10000)),
    "mi": ("mi mile miles", Fraction(1609344, 1000)),
}
_AREAS: dict[str, Fraction] = {
    **dict.fromkeys(("ha", "hectare", "hectares"), Fraction(10000)),
    **dict.fromkeys(("acre", "acres"), Fraction(40468564224, 10**7)),
    **dict.fromkeys(("sqm",), Fraction(1)),
    **dict.fromkeys(("sqft",), Fraction(3048, 10000) ** 2),
}
_VOLUMES: dict[str, Fraction] = {
    **dict.fromkeys(("l", "liter", "liters", "litre", "litres"), Fraction(1, 1000)),
    **dict.fromkeys(("gal", "gallon", "gallons"), Fraction(3785411784, 10**12)),
    **dict.fromkeys(("ml", "milliliter", "milliliters", "millilitre", "millilitres", "cc"), Fraction(1, 10**6)),
}
_ANGLES: dict[str, Fraction] = {
    **dict.fromkeys(("°", "deg", "degs", "degree", "degrees"), Fraction(1)),
    **dict.fromkeys(("turn", "turns", "revolution", "revolutions"), Fraction(360)),
    **dict.fromkeys(("rad", "rads", "radian", "radians"), Fraction(math.degrees(1))),
}
_OTHERS = (
    *("kg", "kgs", "kilogram", "kilograms", "g", "gram", "grams", "mg", "tonne", "tonnes", "lb", "lbs", "pounds"),
    *("s", "sec", "secs", "second", "seconds", "ms", "min", "mins", "minute", "minutes", "h", "hour", "hours"),
    *("frame", "frames", "image", "images", "view", "views", "picture", "pictures", "photo", "photos"),
    *("px", "pixel", "pixels", "%", "percent", "per cent", "°c", "°f", "mph", "kph", "kmh", "hz", "fps"),
    *("degrees celsius", "degree celsius", "degrees fahrenheit", "miles per hour"),
)


def _table() -> dict[str, Unit]:
    table: dict[str, Unit] = {}
    for names, size in _LENGTHS.values():
        area, volume = Unit("area", size**2), Unit("volume", size**3)
        for name in names.split():
            table[name] = Unit("length", size)
            for square in ("square {}", "sq {}", "sq. {}", "{}2", "{}^2", "{} squared", "{} square"):
                table[square.format(name)] = area
            for cubic in ("cubic {}", "cu {}", "cu. {}", "{}3", "{}^3", "{} cubed"):
                table[cubic.format(name)] = volume
            for speed in ("{}/s", "{}/h", "{}/s2", "{}/s^2", "{} per second", "{} per hour", "{} an hour"):
                table[speed.format(name)] = OTHER
    table.update({name: Unit("area", size) for name, size in _AREAS.items()})
    table.update({name: Unit("volume", size) for name, size in _VOLUMES.items()})
    table.update({name: Unit("angle", size) for name, size in _ANGLES.items()})
    for name in (*_ANGLES, *_OTHERS):
        table[f"{name}/s"] = table[f"{name} per second"] = OTHER
    table.update(dict.fromkeys(_OTHERS, OTHER))
    return table


UNITS: dict[str, Unit] = _table()
# The longest name first; a name of letters ends where letters and digits end.
NAME = re.compile(
    r"(?:"
    + "|".join(
        re.escape(name).replace(r"\ ", r"\s+") + (r"(?![^\W_]|/\w)" if name[-1].isalnum() else "")
        for name in sorted(UNITS, key=len, reverse=True)
    )
    + ")"
)
# "in" is a unit where no word follows, or one that a length comes before: "6 in", "6 in long", not "3 in the room".
PREPOSITION = re.compile(r"in\s+(?!(?:x|by|or|and|to|long|wide|tall|high|deep|thick|across|apart|away|from)\b)\w")


ASKED = re.compile(r"\b(?:in|unit:?|units:?|number of)\s+|\((?:in\s+)?")
MAX_QUESTION_CHARACTERS = 20_000


def unit_named(name: str) -> Unit | None:
    """Return the unit of that name ("cubic cm", "degrees", "m2"), or None if it is none that is known."""
    return UNITS.get(re.sub(r"\s+", " ", name.strip().lower().replace("²", "2").replace("³", "3").replace("µ", "μ")))


def unit_at(text: str, start: int) -> tuple[Unit, int] | None:
    """Return the unit whose name starts at a place of a lower-case text, and where the name ends; None if none does."""
    found = NAME.match(text, start)
    if found is None or PREPOSITION.match(text, start):
        return None
    return UNITS[re.sub(r"\s+", " ", found.group())], found.end()


def unit_asked(question: str) -> str:
    """Return the name of the one unit that a question asks for ("... in centimeters?", "(mm)"), "" for none or several.

    >>> unit_asked("How tall is the lamp in the corner, in cm?")
    'cm'
    """
    text = question[:MAX_QUESTION_CHARACTERS].lower()
    names = {name for place in ASKED.finditer(text) if (name := _unit_name_at(text, place.end()))}
    return min(names) if len({UNITS[name] for name in names}) == 1 else ""


def _unit_name_at(text: str, start: int) -> str:
    found = NAME.match(text, start)
    name = re.sub(r"\s+", " ", found.group()) if found else ""
    return name if name and UNITS[name].dimension in ("length", "area", "volume", "angle") else ""


def convert(value: float, unit: Unit, into: Unit) -> float:
    """Return a value in another unit of the same dimension, correctly rounded for powers of ten.

    >>> convert(63.0, UNITS["mm"], UNITS["cm"])
    6.3
    """
    ratio = unit.size / into.size
    return value * ratio.numerator / ratio.denominator
