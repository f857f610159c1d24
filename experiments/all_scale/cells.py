"""Cells on disk: `<results>/<name>.json`, and the gates' results in `<results>/gates.json`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
from experiments.all_scale.cell_checks import check_cell
from experiments.all_scale.cell_records import Answers, Cell, CellError, Gate, Usage

from spacevista.files import write_whole

MAX_BYTES = 300_000
MAX_GATES_BYTES = 1_000_000
DIGITS = 4
GATES_FILE = "gates.json"


def rounded(value: float | None) -> float | None:
    """Return a number with the digits that cells keep."""
    return None if value is None else float(f"{value:.{DIGITS}g}")


def write_cell(results: Path, cell: Cell) -> Path:
    """Write a cell, whole or not at all, and return its file. Lengths are rounded.

    Raises:
        CellError: it is not what it must be, or too large.
    """
    file = file_of(results, cell.name)
    tests = {name: rounded_rows(rows) for name, rows in cell.tests.items()}
    cell = msgspec.structs.replace(cell, tests=tests, seconds=round(cell.seconds, 1))
    check_cell(cell, file)
    content = msgspec.json.encode(cell) + b"\n"
    if len(content) > MAX_BYTES:
        raise CellError(f"{file}: expected at most {MAX_BYTES:,} bytes, got {len(content):,}; ask about fewer scenes")
    file.parent.mkdir(parents=True, exist_ok=True)
    write_whole(file, content)
    return file


def read_cell(results: Path, name: str) -> Cell | None:
    """Read a cell; None where it has not been run.

    Raises:
        CellError: the file is not a cell, or that of another name.
    """
    file = file_of(results, name)
    cell = read_record(file, MAX_BYTES, Cell, "a cell")
    if cell is None:
        return None
    if cell.name != name:
        raise CellError(f"{file}: name: expected {name}, got {cell.name}")
    check_cell(cell, file)
    return cell


def read_gates(results: Path) -> dict[str, Gate]:
    """Read the gates' results, one object each in a list or under any names; {} where there are none.

    Raises:
        CellError: the file is something else.
    """
    file = results / GATES_FILE
    found: list[Gate] | dict[str, Gate] | None
    found = read_record(file, MAX_GATES_BYTES, list[Gate] | dict[str, Gate], "the gates' objects")
    if found is None:
        return {}
    return {gate.gate: gate for gate in (found.values() if isinstance(found, dict) else found)}


def file_of(results: Path, name: str) -> Path:
    return results / f"{name}.json"


def read_record(file: Path, most: int, kind: Any, what: str) -> Any:
    """Return what a JSON file of at most `most` bytes holds, as `kind`; None where there is no file.

    Raises:
        CellError: it cannot be read, is too large, or is not `what`.
    """
    content = _content(file, most)
    try:
        return None if content is None else msgspec.json.decode(content, type=kind)
    except msgspec.MsgspecError as error:
        raise CellError(f"{file}: expected {what}, got {error}") from error


def _content(file: Path, most: int) -> bytes | None:
    try:
        with file.open("rb") as stream:
            content = stream.read(most + 1)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise CellError(f"{file}: expected a file that can be read, {error.strerror}") from error
    if len(content) > most:
        raise CellError(f"{file}: expected at most {most:,} bytes, got more")
    return content


def rounded_rows(rows: Answers) -> Answers:
    """Return answers with the digits that cells keep."""
    # Only what JSON can hold is rounded; the rest is for the check to refuse.
    lengths = msgspec.structs.replace(
        rows.lengths,
        true_m=[rounded(value) for value in rows.lengths.true_m],
        predicted_m=[rounded(value) for value in rows.lengths.predicted_m],
    )
    usage = rows.usage and Usage(**{k: round(v, DIGITS) for k, v in msgspec.structs.asdict(rows.usage).items()})
    return msgspec.structs.replace(rows, lengths=lengths, usage=usage)
