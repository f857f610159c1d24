"""Every number of an answer with its unit, as the strict parser sees them, in the order in which they stand.

Written with digits: "1,250", "1 250", "1'250", "1.250,5" and "1.250.000" are grouped thousands; "6,3" and "0,125" are
decimal commas (a comma before exactly three digits groups, unless the number starts with 0); "6.3e-2", "6.3 × 10^-2",
"1/2", "2 1/2", "2.5 thousand", "2 and a half"; "6.3 ± 0.2" is 6.3. Two units of one dimension add up ("1 m 20 cm",
5'11"). A value is nan where the text gives no single number: a range, a product, a bound, a power.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

from spacevista.scoring.units import UNITS, Unit, convert, unit_at
from spacevista.scoring.words import (
    AND_PART,
    ARTICLE,
    DECIMALS,
    LARGE,
    PART,
    RUN,
    decimals_of,
    value_of_part,
    value_of_run,
)


@dataclass(frozen=True)
class Quantity:
    """A number of a text, nan if it is none after all; its unit, None if bare; where it starts and ends."""

    value: float
    unit: Unit | None
    start: int
    end: int


DIGITS = re.compile(
    r"""(?<![0-9a-z_À-ɏ.^/√])(?P<sign>(?<![)\]%°"'])[-+])?(?:
      (?P<dots>\d{1,3}(?:\.\d{3})+,\d+|\d{1,3}(?:\.\d{3}){2,})
    | (?P<mixed>\d{1,6}\s+\d{1,4}/\d{1,4})
    | (?P<fraction>\d{1,6}/\d{1,6})
    | (?P<grouped>(?!0)\d{1,3}(?:,\d{3})+(?:\.\d+)?
       |(?!0)\d{1,3}(?:[ ]\d{3})+(?:[.,]\d+)?|(?!0)\d{1,3}(?:'\d{3})+(?:\.\d+)?)
    | (?P<comma>\d+,\d+(?!,\d))
    | (?P<plain>\d+(?:\.\d+)?|\.\d+)
    )(?![\d]|_\d)(?:(?P<e>e[+-]?\d{1,3})(?![\d_])|\s*[×x*]\s*10(?P<power>\^\(?[+-]?\d{1,3}\)?|[+-]\d{1,3}))?""",
    re.VERBOSE,
)
POWER = re.compile(r"\^\(?([+-]?\d{1,3})\)?")
MULTIPLIER = re.compile(rf"\s+(hundred|dozen|{'|'.join(LARGE)})\b")
UNCERTAINTY = re.compile(r"\s*(?:±|\+/-|\+-)\s*\d+(?:[.,]\d+)?")
BEFORE_UNIT = (re.compile(r"\s*-?\s*"), re.compile(r"\s*[(\[]\s*"), re.compile(r"\s+in\s+(?:units\s+of\s+)?"))
OF_A = re.compile(r"\s+(?:of\s+)?(?:an?|one|the)\s+")
ORDINAL = re.compile(r"(?:st|nd|rd|th)\b")
NUMBERED_LINE = re.compile(r"[.)]\s+[a-z(]")
LABEL = re.compile(
    r"\b(?:object|frame|picture|image|view|point|box|option|step|figure|question|region|camera|candidate|item|photo|mask"
    r"|marker|id|no\.)\s*#?\s*$|#\s*$"
)
NOT = re.compile(r"(?:\bnot|n't|\bnever|\brather\s+than|\binstead\s+of)\s+(?:about\s+|exactly\s+|quite\s+)?$")
BOUND = re.compile(
    r"(?:\b(?:at\s+least|at\s+most|up\s+to|over|under|(?:more|less|greater|fewer|larger|smaller)\s+than)|[<>]=?|[≤≥])\s*(?:about\s+)?$"
    r"|\bsqrt\s*\(?\s*$"  # no bound, but no number of the answer either
)
BOUND_BEHIND = re.compile(r"\s*(?:(?:or\s+(?:more|less|fewer|larger|smaller)|at\s+(?:least|most))\b|\+(?=\W*$))")
NEGATIVE = re.compile(r"\b(?:minus|negative)\s+$|(?<![\w)\]%°\"'-])-$")
JOINT = re.compile(r"\s*(?:-|—|to|through|or|and|~|,|;|/|&|x|×|\*|by|of|out\s+of|\+)\s*")
WITHIN = re.compile(r"\s*(?:and\s+)?")
WITHIN_FEET = re.compile(r"\s*[.,]*\s*(?:and\s+)?")  # "5 ft. 11 in."
LOOK_BACK = 40  # characters before a number that say what it is
MOST = 200  # numbers of one text that are looked at


def digit_quantities(text: str) -> list[Quantity]:
    """Return the numbers that a lower-case text writes with digits."""
    return _without_joint(text, listed_quantities(text))


def listed_quantities(text: str) -> list[Quantity]:
    """Return the numbers that a lower-case text writes with digits, where a list of them is what is asked for."""
    return _compound(text, list(_scan_digits(text)))


def word_quantities(text: str) -> list[Quantity]:
    """Return the numbers that a lower-case text writes in words; a mere article counts only before a unit."""
    return _without_joint(text, _compound(text, list(_scan_words(text))))


def _scan_digits(text: str) -> Iterator[Quantity]:
    position = seen = 0
    while seen < MOST and (found := DIGITS.search(text, position)):
        seen += 1
        position = found.end()
        if ORDINAL.match(text, found.end()):
            continue
        quantity = _with_unit(text, found.start(), found.end(), _value(found), found["fraction"] is not None)
        position = max(position, quantity.end)
        before = text[max(0, found.start() - LOOK_BACK) : found.start()]
        if quantity.unit is None and _is_label(text, found, before):
            continue
        if not NOT.search(before):
            yield _signed(text, quantity, before)


def _scan_words(text: str) -> Iterator[Quantity]:
    position = 0
    ahead = {pattern: pattern.search(text) for pattern in (RUN, PART, ARTICLE)}
    for _ in range(MOST):
        for pattern, found in ahead.items():
            if found and found.start() < position:
                ahead[pattern] = pattern.search(text, position)
        matches = [found for found in ahead.values() if found]
        if not matches:
            return
        first = min(matches, key=lambda found: (found.start(), -found.end()))
        start, (end, value) = first.start(), _value_in_words(text, first)
        is_number = first.re is RUN
        quantity = _with_unit(text, start, end, value, part=not is_number)
        position = max(end, quantity.end)
        before = text[max(0, start - LOOK_BACK) : start]
        counts = is_number or (quantity.unit is not None and quantity.unit.dimension != "other")  # "from an image"
        if counts and not NOT.search(before) and not LABEL.search(before):
            yield _signed(text, quantity, before)


def _value_in_words(text: str, found: re.Match[str]) -> tuple[int, float]:
    """Return where words that may be a number end, and their value."""
    if found.re is PART:
        return found.end(), value_of_part(found[1], found[2])
    if found.re is ARTICLE:
        return found.end(), 1.0
    value, end = value_of_run(found.group()), found.end()
    if decimals := DECIMALS.match(text, end):
        return decimals.end(), value + decimals_of(decimals[1])
    return end, value


def _value(found: re.Match[str]) -> float:
    sign = -1.0 if found["sign"] == "-" else 1.0
    power = (found["e"] or found["power"] or "0").strip("e^()")
    if found["mixed"] or found["fraction"]:
        *whole, fraction = (found["mixed"] or found["fraction"]).split()
        above, below = map(int, fraction.split("/"))
        return sign * (sum(map(int, whole)) + above / below) * float(f"1e{power}") if below else math.nan
    return sign * float(f"{_plain_digits(found)}e{power}")


def _plain_digits(found: re.Match[str]) -> str:
    """Return a number without what groups its thousands, with a decimal point."""
    if found["dots"]:
        return found["dots"].replace(".", "").replace(",", ".")
    if found["grouped"]:
        text = found["grouped"].replace("'", "")
        return text.replace(" ", "").replace(",", ".") if " " in text else text.replace(",", "")
    return (found["comma"] or found["plain"]).replace(",", ".")


def _with_unit(text: str, start: int, end: int, value: float, part: bool) -> Quantity:
    """Return the quantity of a number that ends at `end`, with all that belongs to it behind it."""
    if power := POWER.match(text, end):
        value = float(f"1e{power[1]}") if value == 10 else math.nan
        end = power.end()
    if times := MULTIPLIER.match(text, end):
        value, end = value * value_of_run(times[1]), times.end()
    value, end = _and_part(text, value, end)
    if more := UNCERTAINTY.match(text, end):
        end = more.end()
    unit, end = _unit_behind(text, start, end, part)
    if unit is not None:
        value, end = _and_part(text, value, end)
        if (more := UNCERTAINTY.match(text, end)) and math.isfinite(value):
            _, end = _unit_behind(text, start, more.end(), part=False)
    return Quantity(value, unit, start, end)


def _and_part(text: str, value: float, end: int) -> tuple[float, int]:
    more = AND_PART.match(text, end)
    return (value + value_of_part(more[1], more[2]), more.end()) if more else (value, end)


def _unit_behind(text: str, start: int, end: int, part: bool) -> tuple[Unit | None, int]:
    mark = text[end : end + 1]
    if text.startswith("''", end):
        return UNITS["in"], end + 2
    if mark in ("'", '"') and text[start - 1 : start] != mark:
        return UNITS["ft" if mark == "'" else "in"], end + 1
    for before in (OF_A, *BEFORE_UNIT) if part else BEFORE_UNIT:
        gap = before.match(text, end)
        if gap and (found := unit_at(text, gap.end())):
            return found
    return None, end


def _is_label(text: str, found: re.Match[str], before: str) -> bool:
    """Tell whether a bare number names something: "frame 3", "#2", "3d", the "1." of a list."""
    follows = text[found.end() : found.end() + 1]
    starts_line = not before.strip(" \t") or before.rstrip(" \t").endswith("\n")
    return bool(
        LABEL.search(before)
        or ("a" <= follows <= "z")
        or follows == "π"
        or (starts_line and NUMBERED_LINE.match(text, found.end()))
    )


def _signed(text: str, quantity: Quantity, before: str) -> Quantity:
    if BOUND.search(before) or BOUND_BEHIND.match(text, quantity.end):
        return replace(quantity, value=math.nan)
    return replace(quantity, value=-quantity.value) if NEGATIVE.search(before) else quantity


def _compound(text: str, found: list[Quantity]) -> list[Quantity]:
    """Return quantities with those added up that are one in two units."""
    compound: list[Quantity] = []
    for quantity in found:
        if compound and _continues(text, compound[-1], quantity):
            compound[-1] = _sum(compound[-1], quantity)
        else:
            compound.append(quantity)
    return compound


def _without_joint(text: str, found: list[Quantity]) -> list[Quantity]:
    """Return quantities with nan for those that stand together as one of several: ranges, products, lists."""
    joint = [bool(JOINT.fullmatch(text, a.end, b.start)) and not agree(a, b) for a, b in pairwise(found)]
    return [
        replace(q, value=math.nan) if (i and joint[i - 1]) or (i < len(joint) and joint[i]) else q
        for i, q in enumerate(found)
    ]


def _continues(text: str, first: Quantity, second: Quantity) -> bool:
    """Tell whether two quantities are one: 1 m 20 cm, 5 feet 11 inches, 5'11"."""
    a, b = first.unit, second.unit
    if a is None or b is None or a.dimension != b.dimension:
        return False
    within = WITHIN_FEET if a == UNITS["ft"] and b == UNITS["in"] else WITHIN
    if not within.fullmatch(text, first.end, second.start):
        return False
    return b.size < a.size and 0 <= convert(second.value, b, a) < 1


def _sum(first: Quantity, second: Quantity) -> Quantity:
    assert first.unit is not None
    assert second.unit is not None
    value = first.value + math.copysign(convert(second.value, second.unit, first.unit), first.value)
    return Quantity(value, first.unit, first.start, second.end)


SAME = 0.05  # relative: "2.5 cm (about 1 inch)" says one thing twice


def agree(first: Quantity, second: Quantity) -> bool:
    """Tell whether two quantities say the same: equal if bare, within 5 % if converted from unit to unit."""
    a, b = first.unit, second.unit
    if a is None or b is None or a.dimension != b.dimension or a is b:
        return first.value == second.value
    return math.isclose(first.value, convert(second.value, b, a), rel_tol=SAME)
