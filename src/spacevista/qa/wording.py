"""The sentences of a question: what is asked, how its objects are referred to, what form the answer takes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from spacevista.qa.numbers import motion_numbers, motion_text, number_text, place_text, scalar_text
from spacevista.qa.options import lettered
from spacevista.qa.patterns import fill, templates
from spacevista.qa.record import Color, Form, MarkKind, UnitPolicy
from spacevista.tasks.facts import Quantity


@dataclass(frozen=True)
class Reference:
    """How a question refers to an object: within a sentence ("the object in the red box") and in options, short."""

    phrase: str
    option: str


def named(name: str, place: str = "") -> Reference:
    """Refer to an object by its name; `place` says in which picture ("in picture 2")."""
    text = _placed(templates().phrases.object["named"][0].format(name=name), place)
    return Reference(text, text)


def pointed(kind: MarkKind, color: Color, rng: np.random.Generator, place: str = "") -> Reference:
    """Refer to an object by the mark that is drawn on it."""
    phrases = templates().phrases.object
    return Reference(
        _placed(one_of(phrases[kind], rng).format(color=color), place),
        _placed(phrases["option"][0].format(color=color), place),
    )


def spot(color: Color, rng: np.random.Generator) -> Reference:
    """Refer to a marked point of a surface, not to the object that it lies on."""
    text = one_of(templates().phrases.spot["point"], rng).format(color=color)
    return Reference(text, text)


def choose_pattern(task: str, aspect: str, unit: str, rng: np.random.Generator) -> str:
    """Return a pattern at random; those with {unit} only if there is a unit to be named."""
    patterns = templates().aspects[task, aspect].ask
    return one_of([p for p in patterns if unit or "{unit}" not in p], rng)


def form_line(
    quantity: Quantity, form: Form, policy: UnitPolicy, unit: str, rng: np.random.Generator, yes_no: bool = False
) -> str:
    """Return the sentence that says what form the answer takes; `yes_no` says that it is one of these two words."""
    lines = templates().phrases.form
    native = policy == "native"
    motion = quantity == "motion"
    if form == "mc":
        choices = lines.mc
    elif quantity == "count":
        choices = lines.count if form == "reg" else lines.count_sentence
    elif quantity == "choice":
        choices = lines.yes_no_sentence if yes_no else lines.choice_sentence
    elif form == "reg" and motion:
        choices = lines.motion_native if native else lines.motion_free
    elif form == "reg":
        choices = lines.number_native if native else lines.number_free
    elif motion:
        choices = lines.motion_sentence_native if native else lines.motion_sentence_free
    else:
        choices = lines.sentence_native if native else lines.sentence_free
    return fill(one_of(choices, rng), {"unit": unit})


def user_text(sentence: str, options: Sequence[str], form_sentence: str) -> str:
    """Return all that the user says: the question, the options on lines of their own, the form of the answer."""
    if options:
        return f"{sentence}\n{lettered(options)}\n{form_sentence}"
    return f"{sentence} {form_sentence}"


def value_text(value: Sequence[float], error: float, unit: str) -> str:
    """Return a value as it stands in an option or a sentence: "6.3 cm", a place or a motion in words."""
    if len(value) == 2:
        return place_text(value, error, unit)
    return scalar_text(value[0], error, unit) if len(value) == 1 else motion_text(value, error, unit)


def bare_text(value: Sequence[float], error: float, unit: str, policy: UnitPolicy) -> str:
    """Return a value as an answer of its own: "6.3", or "6.3 cm" where the question does not name the unit."""
    numbers = [number_text(value[0], error, unit)] if len(value) == 1 else motion_numbers(value, error)
    if policy == "native" or not unit:
        return ", ".join(numbers)
    units = [unit] if len(value) == 1 else [unit] * 3 + ["degrees"] * 2
    return ", ".join(f"{number} {name}" for number, name in zip(numbers, units, strict=True))


def _placed(text: str, place: str) -> str:
    return f"{text} {place}" if place else text


def one_of(texts: Sequence[str], rng: np.random.Generator) -> str:
    """Return one of the texts at random."""
    return texts[int(rng.integers(len(texts)))]
