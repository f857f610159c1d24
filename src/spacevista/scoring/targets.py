"""The truth of a training question, as the rewards need it, and how it comes out of the columns of a data set."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from numbers import Real
from string import ascii_uppercase
from typing import Literal

from spacevista.scoring.errors import ScoringError
from spacevista.scoring.units import unit_named

WITH_SCALE = ("length", "area", "volume")  # distances and depths are lengths


@dataclass(frozen=True)
class Target:
    """The truth of one question, as the rewards need it.

    Attributes:
        form: free questions have no reward (None): one that counts words pays for the template around a wrong number.
        answer: the letter of the right option; or the right number in `unit`; or the five of a camera's motion with
            commas between: right, up and forward in `unit`, yaw to the right and pitch up in degrees.
        unit: of the numbers in the answer, or in the options; "" for a count, a name, a direction.
        option_count: how many letters there are to choose from.
        scale_m: geometric mean of the longest dimensions of the objects of the clip, metres; None if unknown, or if the
            options are camera motions, whose unit alone would make them lengths.
        object_name: what the question points at with a mark; None if it points at nothing, or names it.

    Raises:
        ScoringError: an answer that is not of its form, an unknown unit, or a scale that is no positive length.
    """

    form: Literal["mc", "reg", "free"]
    answer: str
    unit: str = ""
    option_count: int = 4
    scale_m: float | None = None
    object_name: str | None = None

    def __post_init__(self) -> None:
        if self.form not in ("mc", "reg", "free"):
            raise ScoringError(f"target: expected form mc, reg or free, got {self.form!r}")
        if self.form == "mc":
            if not 2 <= self.option_count <= len(ascii_uppercase):
                raise ScoringError(f"target: expected 2 to 26 options, got {self.option_count}")
            letters = ascii_uppercase[: self.option_count]
            if len(self.answer) != 1 or self.answer not in letters:
                raise ScoringError(f"target: expected a letter A-{letters[-1]} as answer, got {self.answer!r}")
        unit = unit_named(self.unit)
        if self.unit and unit is None:
            raise ScoringError(f"target: expected a known unit, as cm or cubic m, or none, got {self.unit!r}")
        if self.form == "reg" and len(self.numbers()) == 5 and (unit is None or unit.dimension != "length"):
            raise ScoringError(f"target: expected a unit of length for a motion, got {self.unit!r}")
        if self.scale_m is not None and not (math.isfinite(self.scale_m) and self.scale_m > 0):
            raise ScoringError(f"target: expected a scale in metres over 0, or None, got {self.scale_m}")
        if self.object_name is not None and not self.object_name.strip():
            raise ScoringError("target: expected the name of the object, or None, got blanks")

    def numbers(self) -> tuple[float, ...]:
        """Return the right number or numbers of a question of form reg."""
        try:
            numbers = tuple(float(part) for part in self.answer.split(","))
        except ValueError:
            numbers = (math.nan,)
        if len(numbers) not in (1, 5) or not all(map(math.isfinite, numbers)):
            raise ScoringError(f"target: expected one finite number, or five with commas between, got {self.answer!r}")
        return numbers

    @property
    def has_scale(self) -> bool:
        """Whether the scale anchor applies: the answer is one length, distance, depth, area or volume."""
        unit = unit_named(self.unit)
        one = self.form == "mc" or (self.form == "reg" and len(self.numbers()) == 1)
        return one and self.scale_m is not None and unit is not None and unit.dimension in WITH_SCALE


# Columns of a data set of questions. The truth is called `solution` because TRL and ms-swift keep a column of that
# name (ms-swift takes `answer` for the reply to learn from, and `objects` for boxes to ground).
COLUMNS = ("form", "solution", "unit", "option_count", "scale_m", "object_name")


def target_of(row: Mapping[str, object]) -> Target:
    """Return the target of one row: `form` and `solution` must be there, the other COLUMNS may lack or be None.

    >>> target_of({"form": "mc", "solution": "C", "option_count": 3, "frames": ["0.jpg"]}).answer
    'C'

    Raises:
        ScoringError: a column is missing or of the wrong type, or Target refuses its value; names the column.
    """
    form, answer = _text(row, "form"), _text(row, "solution")
    if form is None or answer is None:
        raise ScoringError(f"target: expected columns form and solution, got {', '.join(sorted(map(str, row)))}")
    count = _number(row, "option_count")
    if count is not None and not count.is_integer():
        raise ScoringError(f"column option_count: expected a whole number, got {count}")
    return Target(
        form=form,  # type: ignore[arg-type]  # checked by Target
        answer=answer.strip(),
        unit=_text(row, "unit") or "",
        option_count=4 if count is None else int(count),
        scale_m=_number(row, "scale_m"),
        object_name=_text(row, "object_name"),
    )


def targets_of(columns: Mapping[str, object], count: int) -> list[Target]:
    """Return the targets of a batch whose columns are lists, as trainers hand them to a reward function.

    Keys that are not among COLUMNS are not looked at.

    Raises:
        ScoringError: a column is no list of `count` values, or `target_of` refuses a row; names the row.
    """
    known: dict[str, Sequence[object]] = {}
    for name in COLUMNS:
        values = columns.get(name)
        if values is None:
            continue
        if isinstance(values, str) or not isinstance(values, Sequence) or len(values) != count:
            raise ScoringError(f"column {name}: expected a list of {count} values, got {values!r:.80}")
        known[name] = values
    targets = []
    for number in range(count):
        try:
            targets.append(target_of({name: values[number] for name, values in known.items()}))
        except ScoringError as error:
            raise ScoringError(f"row {number} of the batch: {error}") from error
    return targets


def _text(row: Mapping[str, object], column: str) -> str | None:
    value = row.get(column)
    if value is None or isinstance(value, str):
        return value
    raise ScoringError(f"column {column}: expected text, got {value!r:.80}")


def _number(row: Mapping[str, object], column: str) -> float | None:
    value = row.get(column)
    if value is None:
        return None
    if isinstance(value, Real) and not isinstance(value, bool):
        try:
            return None if math.isnan(value) else float(value)  # tables of pandas write nan where nothing is
        except OverflowError:
            raise ScoringError(f"column {column}: expected a number below 1e308, got {value!r:.80}") from None
    raise ScoringError(f"column {column}: expected a number, got {value!r:.80}")
