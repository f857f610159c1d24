"""One run as a report needs it: every line of its predictions file read by both parsers, once.

Lines are untrusted: what cannot be used (a field missing or of a wrong type, an id seen before) is rejected with its
place and a reason, and counted.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

from spacevista.errors import SpacevistaError
from spacevista.evals.predictions import Header, PredictionsError, read_predictions
from spacevista.evals.records import BENCH_SCALES
from spacevista.evals.taxonomy import Kind, Reading, kind_of
from spacevista.scales import Scale
from spacevista.scoring import BENCHMARKS, Parser, form_of, predicted_number, task_of, true_number
from spacevista.scoring.benchmarks import unit_of
from spacevista.scoring.rows import judge
from spacevista.scoring.units import Unit, unit_named
from spacevista.scoring.verdicts import Verdict, options_of

PARSERS: tuple[Parser, ...] = get_args(Parser)
SCALES = frozenset(str(scale) for scale in Scale)
REFUSED = "refused"
MAX_NAME = 120  # letters of a run, scene, task or reason that are kept


@dataclass(frozen=True, slots=True)
class Row:
    """One question of a run.

    Attributes:
        id: "" where the line has none.
        scene: "" where the line names none.
        truth: as text; numbers in one spelling, so that two files can be compared.
        line: the fields of the results line, for the benchmark's own aggregate.
        scores: by parser; None where unscored.
        unscored: by parser: why there is no score; "" where there is one.
        readable: by parser: an answer of the question's form could be read; None where no answer was given.
        refused: the answerer itself says that it declines.
        kind: by the strict parser (`taxonomy.py`).
        lengths_m: true and predicted length in metres; None where the answer is no single length.
        covered: whether the stated interval holds the truth; None where none was stated.
        half_width: of the stated interval, relative to the truth; None where none was stated or the truth is 0.
    """

    id: str
    scene: str
    task: str
    scale: str
    form: str
    truth: str
    line: Mapping[str, Any]
    scores: Mapping[Parser, float | None]
    unscored: Mapping[Parser, str]
    readable: Mapping[Parser, bool | None]
    refused: bool
    kind: Kind
    lengths_m: tuple[float, float] | None
    covered: bool | None
    half_width: float | None


@dataclass(frozen=True)
class Rejected:
    """A line that is not used; `place` counts predictions from 1."""

    place: int
    reason: str


@dataclass(frozen=True)
class Run:
    """A predictions file, read.

    Attributes:
        name: of the answerer and its model, or of the file.
        torn: the last line was cut short and is left out.
    """

    name: str
    benchmark: str
    path: Path
    header: Header | None
    rows: tuple[Row, ...]
    rejected: tuple[Rejected, ...]
    torn: bool


def load_run(path: Path, benchmark: str | None = None) -> Run:
    """Read a predictions file, ours or one of the released scripts'.

    Args:
        benchmark: of a file without a header; else it must be the header's.

    Raises:
        SpacevistaError: the file cannot be read, its benchmark is not known, or it has no line that can be used.
    """
    found = read_predictions(path)
    stated = found.header.benchmark if found.header else None
    name = benchmark or stated
    if name not in BENCHMARKS:
        raise PredictionsError(f"{path}: expected a benchmark, one of {', '.join(BENCHMARKS)}, got {name}")
    if stated not in (None, name):
        raise PredictionsError(f"{path}: expected predictions of {name}, got those of {stated}")
    rows: list[Row] = []
    rejected: list[Rejected] = []
    ids: set[str] = set()
    for place, line in enumerate(found.lines, 1):
        try:
            row = read_row(name, line)
            if row.id and row.id in ids:
                raise PredictionsError(f"expected each id once, got {row.id} again")
        except SpacevistaError as error:
            rejected.append(Rejected(place, clipped(str(error))))
        else:
            ids.add(row.id)
            rows.append(row)
    if not found.lines:
        raise PredictionsError(f"{path}: expected predictions, got none")
    if rejected and not rows:
        first = rejected[0]
        raise PredictionsError(f"{path}: no line can be used; prediction {first.place}: {first.reason}")
    return Run(_run_name(path, found.header), name, path, found.header, tuple(rows), tuple(rejected), found.torn)


def read_row(benchmark: str, line: Mapping[str, Any]) -> Row:
    """Read one results line by both parsers.

    Raises:
        SpacevistaError: a field is missing or of a wrong type; names it.
    """
    _check_value(line)
    form, task = form_of(benchmark, line), clipped(task_of(benchmark, line))
    verdicts = {parser: _verdict(benchmark, line, parser) for parser in PARSERS}
    true = true_number(benchmark, line) if form == "reg" else None
    predicted = predicted_number(benchmark, line, "strict") if form == "reg" else None
    unit = unit_named(unit_of(benchmark, line))
    covered, half_width = _coverage(line, true)
    text = line.get("predicted_answer")
    reading = Reading(
        task=task,
        form=form,
        score=verdicts["strict"].score,
        text="" if text is None else str(text),
        readable=verdicts["strict"].readable,
        refused=line.get("refused") is True,
        true=true,
        predicted=predicted,
        options=options_of(line),
        angle=unit is not None and unit.dimension == "angle",
    )
    return Row(
        id=_name(line, "id"),
        scene=_scene(line),
        task=task,
        scale=_scale(benchmark, line),
        form=form,
        truth=_plain(line.get("ground_truth")),
        line=line,
        scores={parser: verdict.score for parser, verdict in verdicts.items()},
        unscored={parser: clipped(verdict.reason) for parser, verdict in verdicts.items()},
        readable={parser: None if v.score is None else v.readable for parser, v in verdicts.items()},
        refused=reading.refused,
        kind=kind_of(reading),
        lengths_m=_lengths_m(unit, true, predicted),
        covered=covered,
        half_width=half_width,
    )


def scales_in_order(scales: Iterable[str]) -> list[str]:
    """Return each scale once, from the smallest to the largest; "" (the benchmark does not say) comes last."""
    found = set(scales)
    return [str(scale) for scale in Scale if scale in found] + [""] * ("" in found)


def clipped(text: str) -> str:
    """Return a text of bounded length that prints in one line."""
    return printable(text if len(text) <= MAX_NAME else text[: MAX_NAME - 1] + "…")


def printable(text: str) -> str:
    """Return a text with spaces for letters that do not print: control, direction, line ends."""
    return "".join(letter if letter.isprintable() else " " for letter in text)


def _check_value(line: Mapping[str, Any]) -> None:
    value = line.get("value")
    if value is None or (isinstance(value, list) and all(_is_number(each) for each in value)):
        return
    raise PredictionsError(f"expected value to be a list of numbers, got {value!r:.80}")


def _is_number(value: object) -> bool:
    # Whole numbers in JSON have no upper end; float() of a larger one raises.
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= sys.float_info.max


def _verdict(benchmark: str, line: Mapping[str, Any], parser: Parser) -> Verdict:
    """Judge a line; what the run itself calls unscored stays so, whatever text stands beside it."""
    reason = line.get("unscored")
    if reason or line.get("refused") is True:
        return Verdict(None, readable=False, reason=str(reason or REFUSED))
    return judge(benchmark, line, parser)


def _coverage(line: Mapping[str, Any], true: float | None) -> tuple[bool | None, float | None]:
    bounds = line.get("interval")
    if true is None or not isinstance(bounds, list) or len(bounds) != 2:
        return None, None
    if not all(_is_number(end) for end in bounds):
        return None, None
    low, high = bounds
    return low <= true <= high, (high - low) / 2 / abs(true) if true else None


def _lengths_m(unit: Unit | None, true: float | None, predicted: float | None) -> tuple[float, float] | None:
    if unit is None or unit.dimension != "length" or true is None or predicted is None:
        return None
    lengths = (true * float(unit.size), predicted * float(unit.size))
    return lengths if all(map(math.isfinite, lengths)) else None


def _name(line: Mapping[str, Any], field: str) -> str:
    value = line.get(field)
    return clipped(str(value)) if isinstance(value, str | int) and not isinstance(value, bool) else ""


def _scene(line: Mapping[str, Any]) -> str:
    """Return the scene; the released VSI-Bench lines name it in two fields."""
    if scene := _name(line, "scene_id"):
        return scene
    scene = _name(line, "scene_name")
    return f"{_name(line, 'dataset')}/{scene}" if scene else ""


def _scale(benchmark: str, line: Mapping[str, Any]) -> str:
    scale = line.get("scale")
    if isinstance(scale, str) and scale in SCALES:
        return scale
    category = line.get("category") if benchmark == "spacevista_bench" else None
    return BENCH_SCALES.get(category, "") if isinstance(category, str) else ""


def _plain(truth: object) -> str:
    text = str(truth).strip().lower()
    try:
        return repr(float(text))
    except ValueError:
        return text


def _run_name(path: Path, header: Header | None) -> str:
    if header is None:
        return clipped(path.stem)
    parts = (header.answerer, header.model, header.source)
    return clipped(" ".join(part for part in parts if part))
