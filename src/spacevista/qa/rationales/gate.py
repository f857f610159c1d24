"""The gate that every rationale passes, whoever proposed it: a completion is kept as reasoning, or there is a reason.

Checked in this order; the first that does not hold is the reason.

| reason | what holds for a rationale that is kept |
|---|---|
| no reply | there is a completion |
| form | it is one <think>..</think> and one <answer>..</answer>, with each anchor at most once, as for the reward |
| length | the reasoning has MIN_CHARACTERS to MAX_CHARACTERS, blanks counted once |
| markup | it holds no other tags, no LaTeX, no control characters and no control tokens |
| answer unreadable, answer wrong | the strict scorer says right (letter, words), or within 10 % (number) |
| no scale | where the scene has a size, <scale> holds one positive length |
| scale off | that is within a factor of SCALE_FACTOR of the scene's |
| no name | <semantic> holds a name of at most 80 characters |
| other name | where marks point at things of one known category, the name has it, or it has the name, as whole words |
| number | every number with a unit of length, area, volume or angle is one of what is known (below) |

Numbers are read as the strict parser reads them, in digits or in words, outside of <scale>. A number agrees with a
known quantity of its dimension if it lies within 10 % of the quantity's interval (parts of a camera's way: of 10 % of
the way; angles: of 5 degrees, if that is more), signs left aside; it need agree with one only, for the parser does not
know of what it is said. What stands in the question is known too (an option may be weighed), and what stands in the
right answer (a box, a path). Not compared are numbers without a unit or with another one (2 pictures, 30 %), bounds
(over 2 m), articles (a metre), and those of a dimension of which nothing is known.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

import msgspec

from spacevista.qa.rationales.known import Known
from spacevista.qa.record import Question
from spacevista.scoring.completions import block, well_formed
from spacevista.scoring.dress import undress
from spacevista.scoring.quantities import listed_quantities, word_quantities
from spacevista.scoring.rewards import MAX_NAME_CHARACTERS, scale_reward
from spacevista.scoring.rows import judge
from spacevista.tasks.facts import Fact

AGREES = 0.9  # of the strict scorer: nine of ten thresholds hold within 10 % of the truth
MIN_CHARACTERS, MAX_CHARACTERS = 40, 2_000  # the upper is about 500 tokens
SCALE_FACTOR = 2.0
QUOTED = 0.01  # relative: a number of the question may be said again with fewer digits
SCALE_LEAST = 1 - math.log10(SCALE_FACTOR) / 2 - 1e-9  # what the reward of the anchor is then

Reason = Literal[
    "no reply", "form", "length", "markup", "answer unreadable", "answer wrong", "no scale", "scale off",
    "no name", "other name", "number",
]  # fmt: skip

_ANCHOR = re.compile(r"</?(?:scale|semantic)>")
_SCALE = re.compile(r"<scale>.*?</scale>", re.DOTALL)
_MARKUP = re.compile(r"<[^\s<>=\d][^<>]*>|<\||\\|\$|[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_WORD = re.compile(r"[^\W_]+")
_ARTICLE = re.compile(r"(?:an?|single)\b")


@dataclass(frozen=True)
class Case:
    """What is known of a question's scene.

    Attributes:
        fact: what the question asks for, measured.
        scale_m: geometric mean of the longest sides of the scene's objects, metres; None: none has a size.
        names: category of each object by its id; None: it has no name.
        known: returns what the scene says in numbers, for a rationale in lower case; the fact itself included.
    """

    fact: Fact
    scale_m: float | None
    names: Mapping[int, str | None]
    known: Callable[[str], Iterable[Known]]


Source = Callable[[Question, Case], str | None]  # proposes a completion for a question, or None


@dataclass(frozen=True)
class Gated:
    """Rows with the rationales that were kept, "" for the others, and how many proposals were discarded, by reason."""

    questions: list[Question]
    discarded: Counter[str] = field(default_factory=Counter)


def gated(rows: Iterable[tuple[Question, Case]], source: Source) -> Gated:
    """Let a source propose a rationale for every row and keep those that pass."""
    out = Gated([])
    for question, case in rows:
        completion = source(question, case)
        reason = fault_of(completion, question, case)
        if reason:
            out.discarded[reason] += 1
        out.questions.append(msgspec.structs.replace(question, rationale="" if reason else reasoning(completion or "")))
    return out


def reasoning(completion: str) -> str:
    """Return the reasoning of a well-formed completion, on one line."""
    return " ".join(completion.partition("<think>")[2].partition("</think>")[0].split())


def fault_of(completion: str | None, question: Question, case: Case) -> Reason | None:
    """Return why a proposed completion is not kept, None if it is."""
    if completion is None or not completion.strip():
        return "no reply"
    if not well_formed(completion):
        return "form"
    text = reasoning(completion)
    if not MIN_CHARACTERS <= len(_ANCHOR.sub("", text)) <= MAX_CHARACTERS:
        return "length"
    if _MARKUP.search(_ANCHOR.sub("", text)):
        return "markup"
    return (
        _answer_fault(completion, question)
        or _scale_fault(completion, case.scale_m)
        or _name_fault(completion, question, case.names)
        or (None if numbers_hold(text, question, case) else "number")
    )


def numbers_hold(text: str, question: Question, case: Case) -> bool:
    """Tell whether every number of a reasoning agrees with the scene, as above."""
    of_scene = list(case.known(text.lower()))
    dimensions = {known.dimension for known in of_scene}
    said = (n for n in _said(_ANCHOR.sub("", _SCALE.sub(" ", text))) if n.dimension in dimensions)
    if not (strange := [number for number in said if not _among(number, of_scene)]):
        return True
    given = f"{question.question} {question.answer}"
    quoted = [Known(k.dimension, k.low, k.high, QUOTED * k.high) for k in _said(given)]
    return all(_among(number, quoted) for number in strange)


def _among(number: Known, known: Iterable[Known]) -> bool:
    return any(other.dimension == number.dimension and other.allows(number.low) for other in known)


def _said(text: str) -> Iterator[Known]:
    """Yield the numbers of a text with a unit of length, area, volume or angle, without their signs."""
    plain = undress(text).lower()
    words = (q for q in word_quantities(plain) if not _ARTICLE.match(plain, q.start))
    for quantity in (*listed_quantities(plain), *words):
        unit = quantity.unit
        if unit is None or unit.dimension == "other" or not math.isfinite(quantity.value):
            continue
        value = abs(quantity.value) * float(unit.size)
        yield Known(unit.dimension, value, value, 0.0)


def _answer_fault(completion: str, question: Question) -> Reason | None:
    row = {
        "id": question.id,
        "task": question.task,
        "scale": question.scale,
        "form": question.form,
        "unit": question.unit,
        "options": question.options,
        "ground_truth": question.answer,
        "value": question.value,
        "predicted_answer": f"<answer>{block(completion, 'answer')}</answer>",
    }
    verdict = judge("spacevista_sim", row, "strict")
    if not verdict.readable:
        return "answer unreadable"
    return None if verdict.score is not None and verdict.score >= AGREES else "answer wrong"


def _scale_fault(completion: str, scale_m: float | None) -> Reason | None:
    if scale_m is None:
        return None
    (reward,) = scale_reward([completion], [scale_m])
    if reward:
        return None if reward >= SCALE_LEAST else "scale off"
    # 0 is what the reward gives to no length, and to one that is a hundred times off.
    (any_size,) = scale_reward([completion], [1.0], base=1e300)
    return "scale off" if any_size else "no scale"


def _name_fault(completion: str, question: Question, names: Mapping[int, str | None]) -> Reason | None:
    said = block(completion, "semantic")
    if not said or len(said) > MAX_NAME_CHARACTERS:
        return "no name"
    marked = {names.get(mark.object_id) for mark in question.marks}
    (name,) = marked if len(marked) == 1 else (None,)
    if name is None:
        return None
    one, other = (f" {' '.join(_WORD.findall(text.lower()))} " for text in (said, name))
    return None if one in other or other in one else "other name"
