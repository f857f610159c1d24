"""Computed rationales: the fact's own intermediate values in plain English, worded at random by the question's id.

A rationale opens with the size of the scene and the name of what is asked about, says the quantities that lead to the
answer (both sizes, the distances of all candidates, the parts of a motion), and ends with the answer. A number has as
many digits as its interval supports. BY_TASK holds what fills the sentences of a task; a task that is not in it gets
what all have, and one without sentences of its own (templates/) a plain general one.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Callable, Mapping, Sequence

import numpy as np

from spacevista.qa.numbers import (
    FINEST_STEP,
    MOTION_WORDS,
    POWERS,
    Rounding,
    motion_numbers,
    rounding_of,
)
from spacevista.qa.options import LETTERS
from spacevista.qa.patterns import fill
from spacevista.qa.rationales.gate import Case
from spacevista.qa.rationales.patterns import patterns
from spacevista.qa.rationales.plans import plan_slots
from spacevista.qa.record import Question
from spacevista.qa.told import ABOUT_KINDS, plural, told
from spacevista.qa.wording import one_of, value_text
from spacevista.scales import METRES_PER_UNIT, SCALE_FACTS, Scale
from spacevista.scoring.rewards import MAX_NAME_CHARACTERS
from spacevista.tasks.facts import Interval
from spacevista.tasks.plans import PLANNING

STREAM = 2_000  # random numbers of the wording of rationales, apart from those of the questions
NOTHING = "next to nothing"
THINGS = {"view_change": "camera", "rotation_estimation": "camera", "room_size": "room"}  # where no object is named
# A length over the scene's size, up to these limits, in words.
LIKENESS = (
    (0.1, "less than a tenth of"), (0.4, "a small part of"), (0.7, "roughly half of"), (1.4, "about equal to"),
    (2.5, "about twice"), (3.5, "about three times"), (10.0, "several times"), (math.inf, "more than ten times"),
)  # fmt: skip

Slots = dict[str, str]


def computed(question: Question, case: Case) -> str:
    """Return a completion whose reasoning comes from the fact itself."""
    rng = np.random.default_rng([question.seed, STREAM, zlib.crc32(question.id.encode())])
    sentences = [_opening(question, case, rng), *_body(question, case, rng), _closing(question, rng)]
    return f"<think>{' '.join(sentences)}</think><answer>{question.answer}</answer>"


def _opening(question: Question, case: Case, rng: np.random.Generator) -> str:
    general = patterns().general
    slots = {"name": f"<semantic>{subject(question, case)}</semantic>"}
    if case.scale_m is None:
        return fill(one_of(general.opening_without_scale, rng), slots)
    unit = _unit(question)
    size = case.scale_m / METRES_PER_UNIT[unit]
    two_digits = Rounding(1 - math.floor(math.log10(size)))
    scale = f"<scale>{two_digits.text(size)} {unit}</scale>"
    return fill(one_of(general.opening, rng), slots | {"scale": scale})


def _body(question: Question, case: Case, rng: np.random.Generator) -> list[str]:
    candidate, general = case.fact.candidate, patterns().general
    slots = common_slots(question, case) | BY_TASK.get(candidate.task, _nothing)(question, case)
    plain = general.value if question.value else general.choice
    body = [one_of(patterns().of(candidate.task, candidate.aspect) or plain, rng)]
    if slots.get("low", "") != slots.get("high", ""):
        body.append(one_of(general.bounds, rng))
    if "like" in slots:
        body.append(one_of(general.compared, rng))
    if "fails" in slots:
        body.append(one_of(general.fails, rng))
    return [fill(pattern, slots) for pattern in body]


def _closing(question: Question, rng: np.random.Generator) -> str:
    general = patterns().general
    endings = {"mc": general.letter, "reg": general.number, "free": general.sentence}[question.form]
    answer = question.answer
    if question.form == "reg" and len(question.value) == 1:
        answer = value_text(question.value, question.error, question.unit)
    return fill(one_of(endings, rng), {"letter": question.answer, "answer": answer})


def subject(question: Question, case: Case) -> str:
    """Return what the question is about: the names of its objects, as many as an anchor may hold, or what has none."""
    candidate = case.fact.candidate
    objects = told(candidate).objects or candidate.objects
    names = list(dict.fromkeys(case.names.get(number) or "object" for number in objects))
    while len(enumerated(names)) > MAX_NAME_CHARACTERS and len(names) > 1:
        names.pop()
    return enumerated(names)[:MAX_NAME_CHARACTERS] or THINGS.get(candidate.task, "scene")


def phrases(question: Question, case: Case) -> dict[int, str]:
    """Return how the objects of a question are called: "the cup", "the cup marked red", "the cup in picture 2"."""
    candidate = told(case.fact.candidate)
    colors = {mark.object_id: mark.color for mark in question.marks}
    found: dict[int, str] = {}
    for place, number in enumerate(candidate.objects):
        phrase = f"the {case.names.get(number) or 'object'}"
        if number in colors:
            phrase += f" marked {colors[number]}"
        if len(set(candidate.frames)) > 1 and len(candidate.frames) == len(candidate.objects):
            phrase += f" in picture {sorted(set(candidate.frames)).index(candidate.frames[place]) + 1}"
        found[number] = phrase
    return found


def common_slots(question: Question, case: Case) -> Slots:
    """Return what any task's sentences may use: {a}, {b}, {value}, {option}, {kind}."""
    candidate = case.fact.candidate
    called = phrases(question, case)
    slots = dict(zip("ab", [*called.values(), "", ""], strict=False))
    if question.value:
        slots["value"] = value_text(question.value, question.error, question.unit)
    slots["option"] = _right(question, case, called)
    name = case.names.get(candidate.objects[0]) if candidate.task in ABOUT_KINDS else None
    return slots | {"kind": plural(name) if name else "objects"}


def _right(question: Question, case: Case, called: Mapping[int, str]) -> str:
    """Return the right choice in words."""
    if question.form == "mc":
        return question.options[LETTERS.index(question.answer)]
    choice = case.fact.choice
    if choice.isdigit() and int(choice) in called:
        return called[int(choice)]
    return choice if choice and not any(c.isdigit() for c in choice) else question.answer.rstrip(".")


def _nothing(question: Question, case: Case) -> Slots:
    return {}


def _one_length(question: Question, case: Case) -> Slots:
    """A length with its bounds, and against the size of the scene."""
    (interval,), unit = case.fact.intervals, _unit(question)
    rounding = rounding_of(question.value[0], question.error)
    low, high = (f"{rounding.text(v / METRES_PER_UNIT[unit])} {unit}" for v in (interval.low, interval.high))
    slots = {"low": low, "high": high}
    return slots if case.scale_m is None else slots | {"like": likeness(case.fact.values[0] / case.scale_m)}


def _two_sizes(question: Question, case: Case) -> Slots:
    fact, called = case.fact, phrases(question, case)
    volume = fact.candidate.aspect == "volume"
    first, second = (told_number(interval, _unit(question), volume) for interval in fact.intervals)
    won = fact.options.index(fact.choice)
    winner, loser = (called[fact.candidate.objects[place]] for place in (won, 1 - won))
    return {"a_value": first, "b_value": second, "winner": winner, "loser": loser}


def _distances(question: Question, case: Case) -> Slots:
    fact, called = case.fact, phrases(question, case)
    anchor, *others = fact.candidate.objects
    unit = _unit(question)
    each = [f"{told_number(i, unit)} to {called[n]}" for n, i in zip(others, fact.intervals, strict=True)]
    return {"anchor": called[anchor], "each": enumerated(each), "winner": called[int(fact.choice)]}


def _depth(question: Question, case: Case) -> Slots:
    fact, called = case.fact, phrases(question, case)
    if fact.quantity != "choice":
        return {name: text for name, text in _one_length(question, case).items() if name != "like"}
    unit = _unit(question)
    objects = fact.candidate.objects
    each = [f"{told_number(i, unit)} for {called[n]}" for n, i in zip(objects, fact.intervals, strict=True)]
    return {"each": enumerated(each), "winner": called[int(fact.choice)]}


def _motion(question: Question, case: Case) -> Slots:
    return _parts(question, case) if case.fact.quantity == "choice" else _vector(question)


def _vector(question: Question) -> Slots:
    numbers = motion_numbers(question.value, question.error)
    parts = [
        (number.lstrip("-"), words[number.startswith("-")]) if float(number) else None
        for number, words in zip(numbers, (*MOTION_WORDS, *MOTION_WORDS[:2]), strict=True)
    ]
    shift = enumerated([f"{part[0]} {question.unit} {part[1]}" for part in parts[:3] if part])
    turns = enumerated([f"{part[0]} degrees {part[1]}" for part in parts[3:] if part])
    way = math.hypot(*question.value[:3])
    path = f"{rounding_of(way, question.error).text(way)} {question.unit}" if shift else NOTHING
    return {"shift": shift or NOTHING, "turns": f"turned {turns}" if turns else "not turned", "path": path}


def _parts(question: Question, case: Case) -> Slots:
    """The parts of a way, all rounded as the largest is."""
    unit = _unit(question)
    rounding = _rounding(max(case.fact.intervals, key=lambda i: i.middle), METRES_PER_UNIT[unit])
    texts = [rounding.text(i.middle / METRES_PER_UNIT[unit]) for i in case.fact.intervals]
    parts = (f"{text} {unit}" if float(text) else NOTHING for text in texts)
    return dict(zip(("side", "rise", "ahead"), parts, strict=True)) | {"choice": case.fact.choice}


def _one_area(question: Question, case: Case) -> Slots:
    """An area or a volume with its bounds."""
    (interval,) = case.fact.intervals
    rounding, per_unit = rounding_of(question.value[0], question.error), METRES_PER_UNIT[_unit(question)]
    power = POWERS[case.fact.quantity]
    low, high = (f"{rounding.text(v / per_unit**power)} {question.unit}" for v in (interval.low, interval.high))
    return {"low": low, "high": high}


def _plan(question: Question, case: Case) -> Slots:
    return plan_slots(case.fact, phrases(question, case), case.names, _unit(question))


BY_TASK: Mapping[str, Callable[[Question, Case], Slots]] = {
    "object_size": _one_length,
    "absolute_distance": _one_length,
    "size_comparison": _two_sizes,
    "relative_distance": _distances,
    "depth_estimation": _depth,
    "view_change": _motion,
    "room_size": _one_area,
    "area_estimation": _one_area,
    **dict.fromkeys(PLANNING, _plan),
}


def likeness(ratio: float) -> str:
    """Return in words what a length is of another one."""
    return next(words for limit, words in LIKENESS if ratio < limit)


def enumerated(parts: Sequence[str]) -> str:
    """Return "x, y and z"."""
    return " and ".join(filter(None, [", ".join(parts[:-1]), *parts[-1:]]))


def told_number(interval: Interval, unit: str, volume: bool = False) -> str:
    """Return the middle of an interval of metres (cubic metres), with the digits that its half-width supports.

    The step is a power of ten below the half-width, so that of two intervals apart the numbers keep their order.
    """
    per_unit = METRES_PER_UNIT[unit] ** (3 if volume else 1)
    text = _rounding(interval, per_unit).text(interval.middle / per_unit)
    return f"{text} cubic {unit}" if volume else f"{text} {unit}"


def _rounding(interval: Interval, per_unit: float) -> Rounding:
    middle = abs(interval.middle) / per_unit
    if middle == 0:
        return Rounding(0)
    step = min(max(interval.half_width / per_unit, FINEST_STEP * middle), middle)  # one digit at least
    return Rounding(-math.floor(math.log10(step)))


def _unit(question: Question) -> str:
    """Return the unit of length of the question's scale; a choice names none."""
    return SCALE_FACTS[Scale(question.scale)].unit
