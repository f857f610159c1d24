"""A review: what people decided about rows of a data set, read from a file that they or the review page saved.

As JSON, `{"version": 1, "rows": [{"id": ..., "decision": "accept", "comment": ...}]}`; as CSV, a table with the columns
id, decision and comment, whatever others it has. A decision is accept, reject or empty.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Literal

import msgspec

from spacevista.errors import DatasetError
from spacevista.qa.record import Question

Decision = Literal["accept", "reject", ""]
Undecided = Literal["keep", "drop"]
DECISIONS: tuple[str, ...] = ("accept", "reject", "")
REVIEW_VERSION = 1
COLUMNS = ("id", "decision", "comment")
MAX_REVIEW_BYTES = 1 << 28
MAX_COMMENT = 10_000
MAX_COLUMNS = 64
_RISKY = re.compile(r"[=+\-@\t\r\n']")  # what makes a spreadsheet take a cell for a formula, and the guard itself


class Reviewed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What was decided about one row."""

    id: str
    decision: Decision = ""
    comment: str = ""


class ReviewFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A review as JSON."""

    version: int
    rows: list[Reviewed]


class RejectedRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A row that people took out, and why."""

    id: str
    comment: str


class ReviewSummary(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a review did: rows accepted, rows that nobody decided about, rows rejected."""

    accepted: int
    undecided_kept: int
    undecided_dropped: int
    rejected: list[RejectedRow]


def guarded(text: str) -> str:
    """Return a text as a cell that no spreadsheet takes for a formula: an apostrophe before what could be one."""
    return f"'{text}" if _RISKY.match(text) else text


def unguarded(cell: str) -> str:
    """Return the text of a guarded cell; a text that is not guarded stays."""
    return cell[1:] if cell.startswith("'") and _RISKY.match(cell[1:]) else cell


def read_review(path: Path) -> list[Reviewed]:
    """Read a review.

    Raises:
        DatasetError: not a review as .json or .csv; names the row, counting from 1 without the heading.
    """
    if not path.is_file():
        raise DatasetError(f"{path}: expected a review as .json or .csv, got nothing there")
    if path.stat().st_size > MAX_REVIEW_BYTES:
        raise DatasetError(f"{path}: expected at most {MAX_REVIEW_BYTES} bytes, got {path.stat().st_size}")
    if path.suffix not in (".json", ".csv"):
        raise DatasetError(f"{path}: expected a .json or .csv file, got {path.suffix or 'no suffix'}")
    rows = _from_json(path) if path.suffix == ".json" else list(_from_csv(path))
    for number, row in enumerate(rows, start=1):
        if len(row.comment) > MAX_COMMENT:
            raise DatasetError(
                f"{path}, row {number}: expected a comment of at most {MAX_COMMENT} characters, got {len(row.comment)}"
            )
    return rows


def decide(
    questions: Sequence[Question], reviewed: Iterable[Reviewed], undecided: Undecided | None
) -> tuple[list[Question], ReviewSummary]:
    """Return the rows that stay, and what was decided.

    Args:
        undecided: what becomes of rows without a decision; with None there may be none.

    Raises:
        DatasetError: an id that is no row's or is there twice, with its row, counting from 1; rows without a decision.
    """
    decisions: dict[str, Reviewed] = {}
    known = {question.id for question in questions}
    for number, row in enumerate(reviewed, start=1):
        if row.id not in known:
            raise DatasetError(f"row {number}: expected the id of a row of the data set, got {row.id[:200]!r}")
        if row.id in decisions:
            raise DatasetError(f"row {number}: expected every id once, got {row.id[:200]!r} again")
        decisions[row.id] = row
    open_ids = [q.id for q in questions if q.id not in decisions or not decisions[q.id].decision]
    if open_ids and undecided is None:
        raise DatasetError(
            f"expected a decision about every row, got none about {len(open_ids)} of {len(questions)}, such as "
            f"{open_ids[0][:200]!r}; say whether to keep or to drop them"
        )
    stay = set(open_ids if undecided == "keep" else ()) | {i for i, r in decisions.items() if r.decision == "accept"}
    rejected = [decisions[q.id] for q in questions if q.id in decisions and decisions[q.id].decision == "reject"]
    summary = ReviewSummary(
        accepted=sum(row.decision == "accept" for row in decisions.values()),
        undecided_kept=len(open_ids) if undecided == "keep" else 0,
        undecided_dropped=len(open_ids) if undecided == "drop" else 0,
        rejected=[RejectedRow(row.id, row.comment) for row in rejected],
    )
    return [question for question in questions if question.id in stay], summary


def _from_json(path: Path) -> list[Reviewed]:
    try:
        review = msgspec.json.decode(path.read_bytes(), type=ReviewFile)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        raise DatasetError(f"{path}: expected a review as JSON, got {error}") from error
    if review.version != REVIEW_VERSION:
        raise DatasetError(f"{path}: expected version {REVIEW_VERSION}, got {review.version}")
    return review.rows


def _from_csv(path: Path) -> Iterator[Reviewed]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise DatasetError(f"{path}: expected text in UTF-8, got {error}") from error
    heading = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=heading.count)  # what spreadsheets separate with depends on their language
    table = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        places = _places(path, next(table, []))
        for number, cells in enumerate((cells for cells in table if any(cells)), start=1):
            if len(cells) <= max(places):
                raise DatasetError(f"{path}, row {number}: expected a cell in each of {', '.join(COLUMNS)}, got fewer")
            name, decision, comment = (unguarded(cells[place]) for place in places)
            yield _reviewed(path, number, name, decision.strip().lower(), comment)
    except csv.Error as error:
        raise DatasetError(f"{path}, line {table.line_num}: expected a table as CSV, got {error}") from error


def _places(path: Path, heads: Sequence[str]) -> list[int]:
    names = [head.strip().lower() for head in heads[:MAX_COLUMNS]]
    if any(names.count(column) != 1 for column in COLUMNS):
        raise DatasetError(f"{path}: expected the columns {', '.join(COLUMNS)} once each, got {names[:12]}")
    return [names.index(column) for column in COLUMNS]


def _reviewed(path: Path, number: int, name: str, decision: str, comment: str) -> Reviewed:
    try:
        return msgspec.convert({"id": name, "decision": decision, "comment": comment}, Reviewed)
    except msgspec.ValidationError as error:
        raise DatasetError(
            f"{path}, row {number}: expected accept, reject or nothing as decision, got {decision[:40]!r}"
        ) from error
