"""A measured fact in the words of a question: the letter of an option, a number or numbers, a sentence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from spacevista.evals.records import Sample
from spacevista.evals.replies import nearest_letter, sentence, value_reply
from spacevista.qa.numbers import in_units, relative_error, unit_name
from spacevista.qa.options import LETTERS
from spacevista.qa.record import Color
from spacevista.qa.refer import own_frames
from spacevista.qa.told import choice_text, told
from spacevista.qa.wording import named, pointed
from spacevista.scales import SCALE_FACTS, Scale
from spacevista.scenes.record import Scene
from spacevista.tasks.facts import Candidate, Fact

NOT_AN_OPTION = "the measured choice is not among the options"
OTHER_OPTIONS = "the options are of another kind than what was measured"


@dataclass(frozen=True)
class Refusal:
    """Why there is no answer."""

    reason: str


def interval_of(fact: Fact, scale: Scale) -> tuple[float, float] | None:
    """Return the bounds of a fact that is one number, in the scale's unit (volumes: in its cube); else None."""
    if fact.quantity == "choice" or len(fact.intervals) > 1:
        return None
    (bounds,) = fact.intervals
    ends = Fact(fact.candidate, fact.quantity, (bounds.low, bounds.high), ())
    low, high = in_units(ends, SCALE_FACTS[scale].unit)
    return low, high


def spoken(scene: Scene, fact: Fact, colors: Mapping[int, Color]) -> str:
    """Return the text by which an option calls the choice of a fact ("" for numbers), as `qa/refer.py` refers to it.

    Args:
        colors: of the marked objects; all others are named.
    """
    candidate = told(fact.candidate)
    references = [_called(scene, candidate, place, colors) for place in range(len(candidate.objects))]
    return choice_text(candidate, fact.choice, references) if fact.choice else ""


def _called(scene: Scene, candidate: Candidate, place: int, colors: Mapping[int, Color]) -> str:
    number, pictures = candidate.objects[place], sorted(set(candidate.frames))
    several = own_frames(candidate) and len(pictures) > 1
    where = f"in picture {pictures.index(candidate.frames[place]) + 1}" if several else ""
    if number in colors:
        return pointed("box", colors[number], np.random.default_rng(0), where).option  # options know no kinds of marks
    return named(scene.object(number).category or "", where).option


def reply(sample: Sample, fact: Fact, scale: Scale, choice: str) -> str | Refusal:
    """Return a fact as the answer to a question; `choice` is what `spoken` says of it."""
    aspect = fact.candidate.task, fact.candidate.aspect
    if fact.quantity == "choice" and sample.form == "free":
        return sentence(*aspect, {"choice": choice})
    if fact.quantity == "choice":
        options = sample.options
        return LETTERS[options.index(choice)] if choice in options[: len(LETTERS)] else Refusal(NOT_AN_OPTION)
    if sample.form == "mc":
        return nearest_letter(sample.options, fact.values) or Refusal(OTHER_OPTIONS)
    unit = SCALE_FACTS[scale].unit
    value, error = in_units(fact, unit), relative_error(fact)
    return value_reply(sample.form, aspect, value, error, unit_name(fact, unit), sample.prompt)
