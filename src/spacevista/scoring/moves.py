"""Plans in answers: turns, moves along axes, stretches with headings, boxes; and how near one told plan is to another.

A plan is read from the words that carry it; what is said around them does not matter. Lengths need a unit. A plan
with other turns or directions than the true one scores 0: there may be other free ways, but no text says so.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Literal

from spacevista.scoring.dress import undress
from spacevista.scoring.mra import mra
from spacevista.scoring.quantities import Quantity, listed_quantities
from spacevista.scoring.units import UNITS, convert

PLANNED = ("route_planning", "navigation", "manipulation_planning", "obstacles_location")
HEADING_DEG = 10.0  # a heading that is farther off than this is another one
DIRECTIONS = {
    **dict.fromkeys(("right", "rightward", "rightwards"), "right"),
    **dict.fromkeys(("left", "leftward", "leftwards"), "left"),
    **dict.fromkeys(("up", "upward", "upwards"), "up"),
    **dict.fromkeys(("down", "downward", "downwards"), "down"),
    **dict.fromkeys(("forward", "forwards", "ahead"), "forward"),
    **dict.fromkeys(("back", "backward", "backwards"), "back"),
}
_WORDS = "|".join(sorted(DIRECTIONS, key=len, reverse=True))
_BEHIND = re.compile(rf"\s*(?:to(?:wards?)?\s+the\s+)?({_WORDS})\b")
_BEFORE = re.compile(rf"\b({_WORDS})\s*(?:by|:|,)?\s*$")
_TURN = re.compile(r"\bturn(?:s|ing|ed)?\s+(?:to\s+the\s+)?(left|right|back|around|round)\b")
_BARE_TURN = re.compile(r"\b(left|right|back|around|round)\b")
_NUMBER = r"([+-]?\d+(?:\.\d+)?)"
_SPAN = r"{}\s*(?:from|:|=)?\s*" + _NUMBER + r"\s*(?:[a-z]{{1,2}}\s+)?(?:to|\.\.|–)\s*" + _NUMBER
_BETWEEN = r"\W+(?:[a-z]{1,2}\W+)?(?:and\s+)?"
_BOX = re.compile(rf"\b{_BETWEEN.join(_SPAN.format(axis) for axis in 'xyz')}\s*([a-z]{{1,2}})\b")
_TURN_NAMES = {"around": "back", "round": "back"}


@dataclass(frozen=True)
class ToldPlan:
    """A plan as a text tells it: what kind, the words in order, the numbers in order (metres, degrees)."""

    kind: Literal["turns", "moves", "headings", "box"]
    words: tuple[str, ...]
    numbers: tuple[float, ...]


def read_plan(text: str) -> ToldPlan | None:
    """Return the one plan of a text, None if there is none.

    >>> read_plan("Move it 6 cm up, 12.5 cm left.")
    ToldPlan(kind='moves', words=('up', 'left'), numbers=(0.06, 0.125))
    >>> read_plan("Turn left, then turn back.").words
    ('left', 'back')
    """
    plain = undress(text).lower()
    return _read_box(plain) or _read_stretches(plain) or _read_turns(plain)


def plan_score(said: ToldPlan, true: ToldPlan) -> float:
    """Return the score of a told plan, 0 to 1: its lengths' mean relative accuracy where all words agree, else 0.

    Of a box, the volume shared with the true one over that of both together.
    """
    if said.kind != true.kind or said.words != true.words or len(said.numbers) != len(true.numbers):
        return 0.0
    if said.kind == "box":
        return _shared(said.numbers, true.numbers)
    if said.kind == "turns":
        return 1.0
    lengths = list(zip(said.numbers, true.numbers, strict=True))
    if said.kind == "headings":
        off = [abs((a - b + 180) % 360 - 180) for a, b in lengths[1::2]]
        if max(off) > HEADING_DEG:
            return 0.0
        lengths = lengths[::2]
    return sum(mra(a, b) for a, b in lengths) / len(lengths)


def _read_box(text: str) -> ToldPlan | None:
    found = _BOX.search(text)
    unit = UNITS.get(found[7]) if found else None
    if found is None or unit is None or unit.dimension != "length":
        return None
    values = tuple(convert(float(found[n]), unit, UNITS["m"]) for n in range(1, 7))
    return ToldPlan("box", (), values)


def _read_stretches(text: str) -> ToldPlan | None:
    """Read "6 cm up, left by 3 cm" or "4.6 m at 144 degrees"; each length with its direction or its heading."""
    found = listed_quantities(text)
    lengths = [q for q in found if q.unit is not None and q.unit.dimension == "length"]
    angles = [q for q in found if q.unit is not None and q.unit.dimension == "angle"]
    if not lengths or not all(math.isfinite(q.value) for q in (*lengths, *angles)):
        return None
    metres = [_in(q, "m") for q in lengths]
    if angles:
        if len(angles) != len(lengths):
            return None
        pairs = zip(metres, (_in(q, "degrees") for q in angles), strict=True)
        return ToldPlan("headings", (), tuple(number for pair in pairs for number in pair))
    words = [_direction(text, q) for q in lengths]
    if None in words:
        return None
    return ToldPlan("moves", tuple(word for word in words if word is not None), tuple(metres))


def _direction(text: str, length: Quantity) -> str | None:
    behind = _BEHIND.match(text, length.end)
    if behind is None:
        behind = _BEFORE.search(text[: length.start])
    return DIRECTIONS[behind[1]] if behind else None


def _read_turns(text: str) -> ToldPlan | None:
    found = _TURN.findall(text) or _BARE_TURN.findall(text)
    return ToldPlan("turns", tuple(_TURN_NAMES.get(word, word) for word in found), ()) if found else None


def _in(quantity: Quantity, unit: str) -> float:
    assert quantity.unit is not None, "only quantities with a unit are taken"
    return convert(quantity.value, quantity.unit, UNITS[unit])


def _shared(said: tuple[float, ...], true: tuple[float, ...]) -> float:
    if said == true:
        return 1.0
    both = mine = theirs = 1.0
    for low, high, true_low, true_high in zip(said[::2], said[1::2], true[::2], true[1::2], strict=True):
        both *= max(min(high, true_high) - max(low, true_low), 0.0)
        mine *= max(high - low, 0.0)
        theirs *= max(true_high - true_low, 0.0)
    joint = mine + theirs - both
    return both / joint if joint > 0 else 0.0
