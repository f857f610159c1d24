"""How the laboratory says things: lengths with two digits, one wording a task, references to marked and named things.

One wording a task keeps language out of the experiment. The sentences of tasks that the package has templates for are
the first of those, so that baselines which read them back understand them here too.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from spacevista.qa.patterns import fill, templates
from spacevista.qa.record import Color
from spacevista.scales import METRES_PER_UNIT

Box = tuple[float, float, float, float]

UNITS = (
    ("mm", 0.01),
    ("cm", 1.0),
    ("m", 1000.0),
    ("km", math.inf),
)  # unit and the length in metres below which it is used
DIGITS = 2

LEFT = "In picture {number}, which of the two lies further to the left: {a} or {b}?"
LARGER = "In picture {number}, which of the two takes up more of the picture: {a} or {b}?"
COUNT = "How many {name}s are there in these pictures?"
MATCH = "Which object in picture {number} is the same as {a}?"
CHOOSE = "Answer with the letter of the right option."
ONE_NUMBER = "Answer with one number."


def unit_for(length_m: float) -> str:
    """Return the unit that people would choose for a length: mm below 1 cm, cm below 1 m, m below 1 km."""
    return next(unit for unit, below in UNITS if length_m < below)


def two_digits(value: float) -> str:
    """Return a positive number with two significant digits: "3.2", "0.14", "630"."""
    decimals = DIGITS - 1 - math.floor(math.log10(value))
    rounded = round(value, decimals)
    decimals = DIGITS - 1 - math.floor(math.log10(rounded))  # 9.96 becomes 10, which has no decimals
    return f"{rounded:.{max(decimals, 0)}f}"


def length_text(length_m: float) -> str:
    """Return a length with two digits and its unit: "3.2 cm"."""
    unit = unit_for(length_m)
    text = two_digits(length_m / METRES_PER_UNIT[unit])
    shown = unit_for(float(text) * METRES_PER_UNIT[unit] * (1 + 1e-12))  # 9.97 mm is written 10 mm, so 1.0 cm
    return f"{text} {unit}" if shown == unit else f"{two_digits(length_m / METRES_PER_UNIT[shown])} {shown}"


def asks(task: str, aspect: str, slots: dict[str, str]) -> str:
    """Return the first sentence that the package has for a task and aspect, filled."""
    return fill(templates().aspects[task, aspect].ask[0], slots)


def number_line(unit: str) -> str:
    """Return what is said about the form of a number: in `unit`, or with a unit of its own where that is ""."""
    lines = templates().phrases.form
    return lines.number_native[0].format(unit=unit) if unit else lines.number_free[0]


def pointed(kind: str, color: Color) -> str:
    """Return "the object in the red box" or "the object marked by the red point"."""
    return templates().phrases.object[kind][0].format(color=color)


def marked(color: Color) -> str:
    """Return "the object marked red", as options call it."""
    return templates().phrases.object["option"][0].format(color=color)


def seen_line(frame: int, things: Sequence[tuple[str, Box]], evidence: Sequence[str], side_px: int) -> str:
    """Return what a picture shows, without any length: "picture 1: red chair 31 45 12 20, tree 60 52 9 30; coin".

    From left to right, so that the order too can be seen.

    Args:
        frame: counted from 0.
        things: what each is called, and the box of its visible pixels (x and y of two corners, px); said are its
            middle, width and height in hundredths of the picture's side.
        evidence: kinds of things of known size that lie there; each is said once.
    """
    said = []
    for name, (left, top, right, bottom) in sorted(things, key=lambda thing: thing[1][0] + thing[1][2]):
        numbers = ((left + right) / 2, (top + bottom) / 2, right - left, bottom - top)
        said.append(" ".join([name, *(str(min(round(100 * number / side_px), 99)) for number in numbers)]))
    return f"picture {frame + 1}: {', '.join(said)}; {', '.join(sorted(set(evidence))) or 'nothing else'}"


def rationale(name: str, scale_m: float) -> str:
    """Return the reasoning of an answer: what is asked about, and the scale of the clip."""
    return f"<semantic>{name}</semantic> <scale>{length_text(scale_m)}</scale>"
