"""The answer parser: what a model's reply says, in the released scorers' way (official.py) or read right (strict).

Strict readers take the words of an answer (`answer_part` finds them in a reply) and return None where they hold no
answer, or more than one. What they understand is a table: tests/scoring/strict_cases.jsonl.
"""

from __future__ import annotations

import math
import re

from spacevista.scoring.dress import answer_part, undress
from spacevista.scoring.letters import read_letter, read_option, same_text
from spacevista.scoring.memory import remembered
from spacevista.scoring.official import extract
from spacevista.scoring.quantities import Quantity, agree, digit_quantities, word_quantities
from spacevista.scoring.units import Unit, convert, unit_named

__all__ = [
    "answer_part",
    "extract",
    "read_length_m",
    "read_letter",
    "read_number",
    "read_option",
    "same_text",
    "undress",
]

# What follows the last of these is the answer, if what comes before says something else.
CUE = re.compile(
    r"\b(?:answer|result|total|estimate)(?:\s+(?:is|would\s+be|of))?\b\s*:?|(?<![<>])=|≈|\b(?:therefore|thus|hence)\b"
)

BY_PREFERENCE = (digit_quantities, word_quantities)


def read_length_m(text: str) -> float | None:
    """Return the one length of a text in metres; None without a unit of length, without a number, or with several.

    >>> read_length_m("about 63 mm"), read_length_m("63"), read_length_m("6 to 7 cm")
    (0.063, None, None)
    """
    return _read(text, "m", False)


def read_number(text: str, unit: str = "") -> float | None:
    """Return the one number of a text, in `unit`; None if there is none, or more than one.

    A number with a unit of the same dimension is converted, a bare one is taken in `unit`, one of another dimension
    is no answer. Where `unit` is "" (a count, or unknown), a bare number goes before one with a unit, and the unit of
    that one is not looked at.

    >>> read_number("The two cups are 63 mm apart", "cm"), read_number("twenty-one"), read_number("2 kg", "m")
    (6.3, 21.0, None)
    """
    return _read(text, unit, True)


@remembered
def _read(text: str, unit_name: str, bare: bool) -> float | None:
    plain, unit = undress(text).lower(), unit_named(unit_name)
    value = _one_value(plain, unit, bare)
    if value is None and (cues := list(CUE.finditer(plain))):
        value = _one_value(plain[cues[-1].end() :], unit, bare)
    return value


def _one_value(text: str, unit: Unit | None, bare: bool) -> float | None:
    """Return the value that the numbers of a text agree on; words count only where no digits do."""
    for quantities in BY_PREFERENCE:
        candidates = _candidates(quantities(text), unit, bare)
        if candidates:
            asked = next((q for q in candidates if q.unit == unit), candidates[0])  # 5 m rather than 16 ft (5 m)
            return _in_unit(asked, unit) if _is_one(candidates) else None
    return None


def _candidates(found: list[Quantity], unit: Unit | None, bare: bool) -> list[Quantity]:
    plain = [q for q in found if q.unit is None] if bare else []
    if unit is None:
        return plain or found
    return [q for q in found if q.unit is not None and q.unit.dimension == unit.dimension != "other"] or plain


def _is_one(candidates: list[Quantity]) -> bool:
    first = candidates[0]
    return math.isfinite(first.value) and all(agree(first, other) for other in candidates[1:])


def _in_unit(quantity: Quantity, unit: Unit | None) -> float:
    if unit is None or quantity.unit is None:
        return quantity.value
    return convert(quantity.value, quantity.unit, unit)
