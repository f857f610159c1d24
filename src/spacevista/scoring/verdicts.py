"""Scoring one answer: what a reply says, against the truth, for every kind of question and both parsers.

In official mode what the released scorers count as 0 is 0. In strict mode an answer that cannot be read is 0 as well
and counts as unparsable; a truth that cannot be read is never held against a model: the row is unscored.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from spacevista.scoring import motion, official
from spacevista.scoring.benchmarks import LAYOUTS, Kind, Parser, Row, sim_value, unit_of
from spacevista.scoring.closed import READERS, place_score
from spacevista.scoring.joined import read_relation
from spacevista.scoring.moves import PLANNED, plan_score, read_plan
from spacevista.scoring.mra import mra
from spacevista.scoring.official import choice, extract, number, same, truth_number
from spacevista.scoring.parse import answer_part, read_letter, read_number, read_option, same_text
from spacevista.scoring.units import unit_named


@dataclass(frozen=True, slots=True)
class Verdict:
    """What scoring found: the score, 0 to 1, or None and the reason; whether the reply held an answer at all."""

    score: float | None
    readable: bool
    reason: str = ""


RIGHT = Verdict(1.0, readable=True)
WRONG = Verdict(0.0, readable=True)
UNREADABLE = Verdict(0.0, readable=False)


HITS = {hits / 10: Verdict(hits / 10, readable=True) for hits in range(11)}  # all that `mra` can say


def _graded(right: bool) -> Verdict:
    return RIGHT if right else WRONG


def _no_truth(row: Row, expected: str) -> Verdict:
    return Verdict(None, readable=False, reason=f"the truth is {row.get('ground_truth')!r:.80}, expected {expected}")


def truth_text(row: Row) -> str:
    """Return a row's truth as text, "" where it is null."""
    truth = row["ground_truth"]
    return truth if type(truth) is str else "" if truth is None else str(truth)


# Official: (benchmark, row, reply) -> Verdict.


def official_choice(benchmark: str, row: Row, text: str) -> Verdict:
    named = official_letter_text(benchmark, text)
    if same(named, truth_text(row)):
        return RIGHT
    is_answer = bool(named) if benchmark == "spar_bench" else len(named) == 1 and named.isalpha()
    return WRONG if is_answer else UNREADABLE


def official_letter_text(benchmark: str, text: str) -> str:
    """Return what a released scorer compares with the right letter."""
    if benchmark == "sti_bench":
        return official.sti_choice(text)
    if benchmark == "spar_bench":
        return official.spar_choice(official.spar_extract(text))
    return choice(extract(text))


def official_number(benchmark: str, row: Row, text: str) -> Verdict:
    if benchmark == "spacevista_sim" and row.get("form") == "free":
        return strict_number(benchmark, row, text)  # in a sentence, which the released scorers do not read
    predicted, true = official_number_of(benchmark, row, text), stated_truth(benchmark, row)
    if predicted is None:
        if benchmark != "spar_bench" or true is None:
            return UNREADABLE
        return Verdict(mra(official.NO_NUMBER, true), readable=False)  # it compares this with the truth all the same
    return HITS[mra(predicted, true)] if true is not None else WRONG


def official_number_of(benchmark: str, row: Row, text: str) -> float | None:
    """Return the number that a released scorer reads, None if none."""
    if benchmark != "spar_bench":
        return number(extract(text))
    found = official.spar_number(official.spar_extract(text), last=str(row["task"]).endswith("_mv"))
    return None if found == official.NO_NUMBER else found


def stated_truth(benchmark: str, row: Row) -> float | None:
    """Return the true number as the released scorers read it, None if they cannot; ours states it as a number too."""
    value = sim_value(row) if benchmark == "spacevista_sim" else ()
    return value[0] if value else truth_number(truth_text(row))


def official_text(benchmark: str, row: Row, text: str) -> Verdict:
    found = extract(text)
    if same(found, truth_text(row)):
        return RIGHT
    return WRONG if found.strip() else UNREADABLE


def official_spar_motion(benchmark: str, row: Row, text: str) -> Verdict:
    predicted = motion.official_spar_motion(official.spar_extract(text))
    true = motion.official_spar_motion(truth_text(row))
    if predicted is None:
        return UNREADABLE
    return Verdict(motion.spar_score(predicted, true), readable=True) if true is not None else WRONG


def official_unknown(benchmark: str, row: Row, text: str) -> Verdict:
    return WRONG  # a type that the released scorer does not know counts as 0


# Strict: (benchmark, row, reply) -> Verdict.


def options_of(row: Row) -> tuple[str, ...]:
    """Return the texts of a row's options in order, () where it does not list them."""
    options = row.get("options")
    if isinstance(options, list | tuple) and all(isinstance(option, str) for option in options):
        return tuple(options)
    return ()


def strict_letter_of(benchmark: str, row: Row, text: str) -> str | None:
    """Return the letter that a reply names, among the row's options; where it lists none, among its benchmark's."""
    truth = truth_text(row).strip()
    count = LAYOUTS[benchmark].letters
    if len(truth) == 1 and truth.isalpha():
        count = max(count, ord(truth.upper()) - ord("A") + 1)  # a right option beyond D is an option
    return read_letter(answer_part(text), count, options_of(row))


def strict_choice(benchmark: str, row: Row, text: str) -> Verdict:
    truth = truth_text(row)
    right = read_letter(truth, 26, options_of(row))
    if right is None:
        return strict_text(benchmark, row, text)  # SPAR-Bench: some right options are words
    named = strict_letter_of(benchmark, row, text)
    return UNREADABLE if named is None else _graded(named == right)


def strict_number(benchmark: str, row: Row, text: str) -> Verdict:
    true, unit = strict_truth(benchmark, row)
    if true is None:
        return _no_truth(row, f"one number{f' of {unit}' if unit else ''}")
    predicted = read_number(answer_part(text), unit)
    return UNREADABLE if predicted is None else HITS[mra(predicted, true)]


def strict_truth(benchmark: str, row: Row) -> tuple[float | None, str]:
    """Return the true number and its unit: the row's, or that of its type; None if the truth is no single number."""
    unit = unit_of(benchmark, row)
    true = stated_truth(benchmark, row)
    if true is None:
        return read_number(truth_text(row), unit), unit
    return (true if math.isfinite(true) else None), unit


def strict_text(benchmark: str, row: Row, text: str) -> Verdict:
    truth, answer = truth_text(row), answer_part(text)
    if not truth.strip():
        return _no_truth(row, "a text")
    return _graded(same_text(answer, truth)) if answer.strip() else UNREADABLE


def strict_spar_motion(benchmark: str, row: Row, text: str) -> Verdict:
    true = motion.read_spar_motion(truth_text(row))
    if true is None:
        return _no_truth(row, "named moves and turns")
    predicted = motion.read_spar_motion(answer_part(text))
    return UNREADABLE if predicted is None else Verdict(motion.spar_score(predicted, true), readable=True)


def strict_unknown(benchmark: str, row: Row, text: str) -> Verdict:
    """Score a SpaceVista-Bench row without an answer type by what its truth is: a letter, a number, or else a text."""
    truth = truth_text(row).strip()
    if len(truth) == 1 and truth.upper() in "ABCDE":
        return strict_choice(benchmark, row, text)
    return (strict_text if truth_number(truth) is None else strict_number)(benchmark, row, text)


# spacevista_sim: no released scorer; motions and sentences, those with one number too, are always read strictly.


def sim_motion(benchmark: str, row: Row, text: str) -> Verdict:
    value, unit_name = sim_value(row), str(row.get("unit", ""))
    unit = unit_named(unit_name)
    if len(value) != 5 or unit is None or unit.dimension != "length":
        return Verdict(None, readable=False, reason="the truth is no motion: expected five values and a unit of length")
    predicted = motion.read_motion(answer_part(text), unit_name)
    return UNREADABLE if predicted is None else Verdict(motion.motion_score(predicted, value), readable=True)


def sim_place(benchmark: str, row: Row, text: str) -> Verdict:
    unit_name = str(row.get("unit", ""))
    unit = unit_named(unit_name)
    if unit is None or unit.dimension != "length":
        return Verdict(None, readable=False, reason="the truth is no place: expected a unit of length")
    score = place_score(answer_part(text), sim_value(row), unit_name)
    return UNREADABLE if score is None else Verdict(score, readable=True)


def sim_sentence(benchmark: str, row: Row, text: str) -> Verdict:
    options, answer = options_of(row), answer_part(text)
    reader = read_relation if row.get("task") == "spatial_relation" else READERS.get(str(row.get("task")))
    if reader is not None and (true := reader(truth_text(row))) is not None:
        said = reader(answer)
        return UNREADABLE if said is None else _graded(said == true)
    if row.get("task") in PLANNED and (plan := read_plan(truth_text(row))) is not None:
        told = read_plan(answer)
        return UNREADABLE if told is None else Verdict(plan_score(told, plan), readable=True)
    right = read_option(truth_text(row), options)
    if right is None:
        return strict_text(benchmark, row, text)
    named = read_option(answer, options)
    return UNREADABLE if named is None else _graded(named == right)


Judge = Callable[[str, Row, str], Verdict]
JUDGES: dict[Parser, dict[Kind, Judge]] = {
    "official": {
        "choice": official_choice,
        "number": official_number,
        "text": official_text,
        "spar_motion": official_spar_motion,
        "unknown": official_unknown,
        "motion": sim_motion,
        "place": sim_place,
        "sentence": sim_sentence,
    },
    "strict": {
        "choice": strict_choice,
        "number": strict_number,
        "text": strict_text,
        "spar_motion": strict_spar_motion,
        "unknown": strict_unknown,
        "motion": sim_motion,
        "place": sim_place,
        "sentence": sim_sentence,
    },
}
