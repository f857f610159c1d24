"""A sheet for people who review rows: one HTML page that holds everything, or a table for a spreadsheet.

The page takes decisions and comments and saves them as a file itself; it needs no server and loads nothing. What rows
say reaches it as data that its script writes as text, never as markup, and its policy runs no script but its own.
"""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import json
from collections.abc import Callable, Iterator, Sequence
from html import escape
from importlib.resources import files
from pathlib import Path
from string import Template
from typing import Any

import numpy as np

from spacevista.errors import DatasetError
from spacevista.qa.marks import by_frame, draw_marks
from spacevista.qa.options import LETTERS
from spacevista.qa.record import Question
from spacevista.qa.review import COLUMNS, guarded
from spacevista.qa.small_frames import jpeg_bytes, small_frames

PICTURE_WIDTH_PX = 320
QUALITY = 82
MAX_PAGE_BYTES = 1 << 29  # browsers load a page of half a gigabyte, slowly
CSV_COLUMNS = (*COLUMNS, "question", "answer", "task", "scale", "form", "prompt_type", "frames", "licence")


def drawn_rows(questions: Sequence[Question], rows: int | None, seed: int) -> list[Question]:
    """Return `rows` of the questions, drawn at random, in their order; all of them if that is None or too many."""
    if rows is None or rows >= len(questions):
        return list(questions)
    places = np.random.default_rng(seed).choice(len(questions), rows, replace=False)
    return [questions[place] for place in sorted(places)]


def sheet_csv(questions: Sequence[Question]) -> str:
    """Return a table with a line for each row, for decision and comment; no cell of it is a formula."""
    table = io.StringIO(newline="")
    writer = csv.writer(table)
    writer.writerow(CSV_COLUMNS)
    for q in questions:
        cells = (q.id, "", "", q.question, answer_text(q), q.task, q.scale, q.form, q.prompt_type)
        writer.writerow([guarded(cell) for cell in (*cells, " ".join(q.frames), q.licence)])
    return table.getvalue()


def sheet_html(questions: Sequence[Question], data: Path, title: str, counted: Callable[[], None]) -> str:
    """Return the page.

    Args:
        data: folder that the frames lie in.
        counted: is called once for every row.

    Raises:
        DatasetError: a frame is missing or damaged, or the page would be larger than MAX_PAGE_BYTES.
    """
    package = files("spacevista.qa")
    script = package.joinpath("review.js").read_text(encoding="utf-8")
    style = package.joinpath("review.css").read_text(encoding="utf-8")
    pictures: dict[str, str] = {}
    rows = list(_rows(questions, data, pictures, counted))
    return Template(package.joinpath("review.html").read_text(encoding="utf-8")).substitute(
        title=escape(title),
        policy=f"default-src 'none'; img-src data:; style-src {_digest(style)}; script-src {_digest(script)}",
        style=style,
        script=script,
        data=as_data({"title": title, "rows": rows, "pictures": pictures}),
    )


def as_data(value: object) -> str:
    """Return a value as JSON that no parser of HTML takes for markup, wherever in a page it stands."""
    text = json.dumps(value, ensure_ascii=True, separators=(",", ":"))
    return text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")


def answer_text(question: Question) -> str:
    """Return the answer as people read it: of a choice the letter and its option, of a number its unit too."""
    if question.form == "mc":
        return f"{question.answer}. {question.options[LETTERS.index(question.answer)]}"
    if question.form == "reg" and len(question.value) == 1 and question.unit not in question.answer:
        return f"{question.answer} {question.unit}"
    return question.answer


def _rows(
    questions: Sequence[Question], data: Path, pictures: dict[str, str], counted: Callable[[], None]
) -> Iterator[dict[str, Any]]:
    """Yield the rows of the page; their pictures, each one once, are added to `pictures`."""
    small, size = small_frames(data, PICTURE_WIDTH_PX), 0
    for question in questions:
        marks, shown = by_frame(question.marks), []
        for index, frame in enumerate(question.frames):
            picture, full_size_px = small(frame)
            encoded = jpeg_bytes(draw_marks(picture, marks.get(index, ()), full_size_px), QUALITY)
            name = hashlib.sha256(encoded).hexdigest()[:24]
            if name not in pictures:
                pictures[name] = base64.b64encode(encoded).decode("ascii")
                size += len(pictures[name])
            shown.append([name, picture.width, picture.height, index in marks])
        if size > MAX_PAGE_BYTES:
            raise DatasetError(
                f"expected a page of at most {MAX_PAGE_BYTES} bytes, got more; review fewer rows at once"
            )
        tags = [question.task, question.scale, question.form, question.prompt_type]
        yield {
            "id": question.id,
            "tags": [tag.replace("_", " ") for tag in tags if tag != "none"],
            "question": question.question,
            "answer": answer_text(question),
            "pictures": shown,
        }
        counted()


def _digest(text: str) -> str:
    """Return how a page's policy names the one script or style that it runs: what stands between the tags."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode('ascii')}'"
