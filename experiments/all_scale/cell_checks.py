"""What a cell must be: in itself, and against the protocol."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import msgspec
from experiments.all_scale.cell_records import CELL_VERSION, Answers, Cell, CellError
from experiments.all_scale.plan import CellPlan
from experiments.all_scale.protocol import DOSES
from experiments.all_scale.protocol_records import HeldOut, Protocol

LETTERS = "ABCDEFGH"
NAME = re.compile(r"[a-z_]+(/[a-z0-9_]+)*/[a-z0-9_.-]*[a-z0-9]")


def check_cell(cell: Cell, file: Path) -> None:
    """Raise CellError unless columns are of one length, numbers finite, and nothing is there twice."""
    settings = cell.settings
    _expect(NAME.fullmatch(cell.name) is not None, f"{file}: name", "that of a cell", cell.name)
    _expect(cell.version == CELL_VERSION, f"{file}: version", f"{CELL_VERSION}", cell.version)
    counts = (settings.seed, settings.steps, settings.samples, settings.parameters, settings.rank)
    _expect(min(counts) >= 0, f"{file}: settings", "counts of 0 or more", counts)
    rate_is_right = settings.rate is None or (math.isfinite(settings.rate) and settings.rate > 0)
    _expect(rate_is_right, f"{file}: settings.rate", "a finite number above 0, or null", settings.rate)
    _expect(math.isfinite(cell.seconds) and cell.seconds >= 0, f"{file}: seconds", "0 or more", cell.seconds)
    _expect(bool(cell.tests), f"{file}: tests", "one or more", "none")
    for name, rows in cell.tests.items():
        check_rows(rows, f"{file}: tests.{name}")


def check_rows(rows: Answers, where: str) -> None:
    """Raise CellError unless the columns of a test are of one length and nothing is asked twice."""
    count = len(rows.scenes)
    _expect(count > 0 and len(set(rows.scenes)) == count, f"{where}.scenes", "one or more ids, none twice", count)
    _same_length(where, count, sizes=rows.sizes, doses=rows.doses, forced=rows.forced)
    _expect(set(rows.doses) <= set(DOSES), f"{where}.doses", f"some of {', '.join(DOSES)}", sorted(set(rows.doses)))
    _expect(min(rows.forced or [0]) >= 0, f"{where}.forced", "experts of 0 or more", rows.forced)
    lengths, here = rows.lengths, f"{where}.lengths"
    _check_asked(lengths.scene, lengths.question, count, here)
    _same_length(here, len(lengths.scene), true_m=lengths.true_m, predicted_m=lengths.predicted_m)
    for place, value in enumerate(lengths.true_m):
        if not (math.isfinite(value) and value > 0):
            raise CellError(f"{here}.true_m[{place}]: expected a finite length above 0, got {value}")
    for place, answer in enumerate(lengths.predicted_m):
        if answer is not None and not math.isfinite(answer):
            raise CellError(f"{here}.predicted_m[{place}]: expected a finite length or null, got {answer}")
    if (letters := rows.letters) is not None:
        here = f"{where}.letters"
        _check_asked(letters.scene, letters.question, count, here)
        _same_length(here, len(letters.scene), true=letters.true, predicted=letters.predicted)
        given = {*letters.true, *(letter for letter in letters.predicted if letter is not None)}
        _expect(given <= set(LETTERS), here, f"letters of {LETTERS}", sorted(given))
    if rows.usage is not None:
        bits = msgspec.structs.astuple(rows.usage)
        _expect(all(math.isfinite(b) and b >= 0 for b in bits), f"{where}.usage", "finite bits of 0 or more", bits)


def _check_asked(scene: Sequence[int], question: Sequence[str], count: int, where: str) -> None:
    _same_length(where, len(scene), question=question)
    _expect(all(0 <= place < count for place in scene), f"{where}.scene", f"places of 0 to {count - 1}", "another")
    pairs: Iterable[tuple[int, str]] = zip(scene, question, strict=True)
    _expect(len(set(pairs)) == len(scene), f"{where}.question", "no question of a scene twice", "one twice")


def _same_length(where: str, count: int, **columns: Sequence[Any] | None) -> None:
    for name, column in columns.items():
        _expect(column is None or len(column) == count, f"{where}.{name}", f"{count} values", len(column or ()))


def _expect(holds: bool, where: str, expected: str, got: object) -> None:
    if not holds:
        raise CellError(f"{where}: expected {expected}, got {got}")


def check_against_plan(cell: Cell, plan: CellPlan, protocol: Protocol, file: Path) -> None:
    """Raise CellError unless a cell is the one that the protocol asks for: seed, samples, rate, tests and scenes."""
    settings = cell.settings
    for field, expected, got in (
        ("settings.seed", plan.seed, settings.seed),
        ("settings.samples", plan.samples, settings.samples),
        ("tests", sorted(plan.tests), sorted(cell.tests)),
    ):
        if expected != got:
            raise CellError(f"{file}: {field}: expected {expected}, got {got}")
    if plan.rate is not None and plan.rate != settings.rate:
        raise CellError(f"{file}: settings.rate: expected {plan.rate:g}, got {settings.rate}")
    for test in protocol.tests:
        if test.name in cell.tests:
            _check_scenes(cell.tests[test.name], test, f"{file}: tests.{test.name}")


def _check_scenes(rows: Answers, test: HeldOut, where: str) -> None:
    most = test.scenes * (2 if test.name == "pairs" else 1)  # a number that gave no scene is missing
    if len(rows.scenes) > most:
        raise CellError(f"{where}.scenes: expected at most {most}, got {len(rows.scenes)}")
    if set(rows.sizes) != set(test.groups):  # one that is missing would leave the mean over all unnoticed
        got = ", ".join(sorted(set(rows.sizes)))
        raise CellError(f"{where}.sizes: expected all of {', '.join(test.groups)}, got {got}")
    if (rows.forced is None) == (test.name == "forced"):
        raise CellError(f"{where}.forced: expected it in test forced and nowhere else")
