"""Rationales of plans: what moves add up to, what stands in the way, and why other ways fail."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np

from spacevista.geometry.arrays import FloatArray
from spacevista.qa.numbers import Rounding
from spacevista.qa.patterns import listed
from spacevista.qa.plan_words import SIDE_WORDS, TURN_WORDS, length_text, moves_text
from spacevista.qa.rationales.plan_numbers import AXES, bearing_deg, bends_deg, box_m, shift_m, straight_m, way_m
from spacevista.qa.told import with_article
from spacevista.scales import METRES_PER_UNIT
from spacevista.tasks.facts import Fact
from spacevista.tasks.obstacles_location import NOTHING
from spacevista.tasks.plans import Plan, PlanFact

DIGITS, WALKED_DIGITS = 3, 2  # of a length that was worked out; on a route, whose stretches have two
Called = Mapping[int, str]  # "the cup marked red" by the object's id


def plan_slots(fact: Fact, called: Called, names: Mapping[int, str | None], unit: str) -> dict[str, str]:
    """Return what fills the sentences about a planning task's fact; `unit` is the scene's unit of length."""
    objects = fact.candidate.objects
    side = SIDE_WORDS.get(fact.candidate.aspect, "")
    slots = {"goal": called[objects[-1]], "side": side, "place": f"{side} {called[objects[1]]}"}
    if not isinstance(fact, PlanFact):
        return slots | {"found": _found(fact, called)}
    slots |= _failing(fact, called, names)
    plan = fact.plans[0]
    if not plan.moves:
        return slots | _box(plan, unit)
    if plan.moves[0].kind == "turn":
        return slots | _ends(plan) | {"legs": _legs(plan, called)}
    if plan.moves[0].kind == "heading":
        return slots | _ends(plan) | {"moves": moves_text(plan.moves, "m"), "bearing": f"{bearing_deg(plan)} degrees"}
    shift = shift_m(plan)
    way, straight = worked_out(way_m(plan), unit), worked_out(float(np.linalg.norm(shift)), unit)
    return slots | {
        "moves": moves_text(plan.moves, unit),
        "shift": _shift(shift, unit),
        "way": way,
        "straight": straight,
    }


def worked_out(length_m: float, unit: str, digits: int = DIGITS) -> str:
    """Return a length with so many digits: "12.5 cm"."""
    value = length_m / METRES_PER_UNIT[unit]
    return f"{Rounding(digits - 1 - math.floor(math.log10(value))).text(value) if value else 0} {unit}"


def _found(fact: Fact, called: Called) -> str:
    """Return which of the two objects that are asked about is in the way."""
    first, second = (called[number] for number in fact.candidate.objects[2:])
    if fact.choice == NOTHING:
        return f"neither {first} nor {second} reaches into it"
    met, clear = (first, second) if int(fact.choice) == fact.candidate.objects[2] else (second, first)
    return f"{met} reaches into it, while {clear} stays clear"


def _failing(fact: PlanFact, called: Called, names: Mapping[int, str | None]) -> dict[str, str]:
    """Return how wrong plans fail: "runs into the cup or ends elsewhere"; nothing where none are, or boxes."""
    hits = [plan.hits for plan in fact.plans[1:] if plan.moves and plan.fails == "hits"]
    ways = [f"runs into {_met(number, called, names)}" for number in dict.fromkeys(hits)]
    if any(plan.moves and plan.fails == "ends elsewhere" for plan in fact.plans[1:]):
        ways.append("ends elsewhere")
    return {"fails": listed(ways)} if ways else {}


def _met(number: int, called: Called, names: Mapping[int, str | None]) -> str:
    name = names.get(number)
    return called.get(number) or (with_article(name) if name else "something")


def _ends(plan: Plan) -> dict[str, str]:
    digits = WALKED_DIGITS if plan.moves[0].kind == "turn" else DIGITS
    return {"way": worked_out(way_m(plan), "m", digits), "straight": worked_out(straight_m(plan), "m", digits)}


def _legs(plan: Plan, called: Called) -> str:
    """Return "turn left and go 2.5 m to the side of the cup, then turn right by 88 degrees and go 1.2 m"."""
    bends = [0, *bends_deg(plan)]
    legs = []
    for number, move in enumerate(plan.moves):
        bend = bends[number] if number < len(bends) and move.turn != "straight" else 0
        turn = TURN_WORDS[move.turn] + (f" by {bend} degrees" if bend else "")
        until = f" to the side of {called[move.until]}" if move.until else ""
        legs.append(f"{turn}, {length_text(move.length_m, 'm')} ahead{until}")
    return "; ".join(legs)


def _shift(shift: FloatArray, unit: str) -> str:
    """Return "12.5 cm left and 6 cm up"."""
    told = zip(shift.tolist(), AXES, strict=True)
    return _joined([f"{length_text(abs(v), unit)} {words[v < 0]}" for v, words in told if v])


def _box(plan: Plan, unit: str) -> dict[str, str]:
    sides, middle = box_m(plan)
    told = zip(middle.tolist(), AXES, strict=True)
    longest = float(sides.max())
    off = [f"{worked_out(abs(v), unit)} {words[v < 0]}" for v, words in told if abs(v) > 0.01 * longest]
    return {"box": " by ".join(worked_out(side, unit) for side in sides.tolist()), "off": _joined(off)}


def _joined(parts: Sequence[str]) -> str:
    return listed(parts, "and") if parts else "next to nothing"
