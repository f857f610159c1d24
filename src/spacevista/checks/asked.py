"""What a shortcut can see of a row: its options, its words, its kind, never its pictures; and what is right."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from spacevista.errors import DatasetError, SpacevistaError
from spacevista.evals.geometric_match import candidate_of
from spacevista.evals.prior import Kind, kinds, worded
from spacevista.evals.records import Sample
from spacevista.evals.replies import factor, scaled, unit_in
from spacevista.qa.record import Form
from spacevista.scoring.parse import read_length_m, read_letter
from spacevista.scoring.rows import true_number

LETTERS = "ABCDEFGH"
_LINE = re.compile(r"^\s*\(?([A-H])[.):]\s*(.+?)\s*$", re.MULTILINE)
_INLINE = re.compile(r"(?:^|[\s,;(])([A-H])[.):]\s+(.+?)(?=[\s,;(]+[A-H][.):]\s|\s*$)", re.MULTILINE)
_NUMBER = re.compile(r"([+-]?\d+(?:\.\d+)?)\s*(.*)")
_DIGITS = re.compile(r"\d+(?:\.\d+)?")


@dataclass(frozen=True)
class Asked:
    """A row without its pictures.

    Attributes:
        fact: rows of one fact have one name; a fact counts once in medians.
        options: texts of the options; () where there are none or they cannot be read.
        right: place of the right option, None where it is not known.
        value: the numbers of the answer, lengths in metres where the unit is known; () for a choice without numbers.
        kinds: what the row is like, from narrow to wide: with the words that name its objects, and without.
    """

    id: str
    scene_id: str
    task: str
    form: Form
    fact: str
    options: tuple[str, ...]
    right: int | None
    value: tuple[float, ...]
    kinds: tuple[Kind, ...]


def asked(sample: Sample) -> Asked:
    """Return what a shortcut can see of a row."""
    options = sample.options or (options_in(sample.prompt) if sample.form == "mc" else ())
    right = _right(sample, options)
    value, found = _ours(sample) or _theirs(sample, options, right)
    ours = sample.benchmark == "spacevista_sim"
    return Asked(
        id=sample.id,
        scene_id=sample.scene_id,
        task=sample.task,
        form=sample.form,
        fact=sample.id.rsplit(":", 2)[0] if ours else sample.id,
        options=options,
        right=right,
        value=value,
        kinds=found,
    )


def options_in(text: str) -> tuple[str, ...]:
    """Return the options that stand in a question, one a line or one after the other; () if they are not A, B, ..."""
    for pattern in (_LINE, _INLINE):
        found = pattern.findall(text)
        if len(found) > 1 and [letter for letter, _ in found] == list(LETTERS[: len(found)]):
            return tuple(option.rstrip(" ,;") for _, option in found)
    return ()


def numbers_of(options: Sequence[str]) -> list[float] | None:
    """Return options as numbers of one kind: lengths in metres, or numbers with the same words; None if they are none.

    >>> numbers_of(["63 mm", "1.2 cm"]), numbers_of(["2 chairs", "3 chairs"]), numbers_of(["2 chairs", "no chair"])
    ([0.063, 0.012], [2.0, 3.0], None)
    """
    lengths = [read_length_m(option) for option in options]
    if options and all(length is not None for length in lengths):
        return [length for length in lengths if length is not None]
    found = [_NUMBER.fullmatch(option.strip()) for option in options]
    if not options or not all(found) or len({match[2] for match in found if match}) > 1:
        return None
    return [float(match[1]) for match in found if match]


def _right(sample: Sample, options: Sequence[str]) -> int | None:
    if sample.form != "mc" or not options:
        return None
    letter = read_letter(str(sample.row.get("ground_truth", "")).strip(), len(options), tuple(options))
    return None if letter is None else LETTERS.index(letter)


def _ours(sample: Sample) -> tuple[tuple[float, ...], tuple[Kind, ...]] | None:
    """Return the value in metres and the kinds of a row of ours; None for a row that is not."""
    stored = sample.row.get("value")
    if sample.benchmark != "spacevista_sim" or not isinstance(stored, list):
        return None
    try:
        candidate = candidate_of(sample.id, sample.scene_id)
    except DatasetError:
        return None
    value = tuple(scaled(stored, factor(str(sample.row.get("unit", ""))))) if stored else ()
    return value, tuple(kinds(worded(candidate), sample.prompt))


def _theirs(sample: Sample, options: Sequence[str], right: int | None) -> tuple[tuple[float, ...], tuple[Kind, ...]]:
    """Return the value and the kinds of any row; its words without numbers and options stand for what it names."""
    words = " ".join(_DIGITS.sub("#", sample.prompt.split("\n", 1)[0]).lower().split())
    unit = unit_in(sample.prompt)
    found: tuple[Kind, ...] = ((sample.task, "", unit, words), (sample.task, "", unit))
    if sample.form == "mc":
        numbers = numbers_of(options)
        return ((numbers[right],) if numbers is not None and right is not None else ()), found
    try:
        number = true_number(sample.benchmark, sample.row) if sample.form == "reg" else None
    except SpacevistaError:
        number = None
    return (() if number is None else (number,)), found
