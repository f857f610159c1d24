"""SPAR-Bench: test-*.parquet with the pictures of each question in it, marks already drawn, options in the question.

Rooms of ScanNet, ScanNet++ and Structured3D. The rows do not say which scene they are from unless the names of their
pictures do; otherwise each one counts as a scene of its own, and intervals may come out too narrow.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import msgspec

from spacevista.errors import DatasetError
from spacevista.evals.bench_files import Found, Kind, benchmark_files, loaded, record_of, table_rows
from spacevista.evals.image_column import ImageColumn
from spacevista.evals.prompts import LETTER_FORM, LETTERS, NUMBER_FORM, TEXT_FORM, plain_prompt
from spacevista.evals.records import Images, Loaded, Sample
from spacevista.qa.record import Form
from spacevista.scoring.benchmarks import SPAR_CHOICES, SPAR_MOTION, SPAR_NUMBERS

COLUMNS: dict[str, Kind] = {
    "id": "other",
    "question": "text",
    "answer": "text",
    "task": "text",
    "img_type": "text",
    "format_type": "text",
}
PICTURES = "image"
# Tasks whose questions or options hold boxes of the picture; the released evaluation explains their numbers.
BOXES = ("position_matching", "camera_motion_infer")
BOX_FORM = "Coordinates in the question are those of boxes in the picture: they run from 0 to 1000, from the top left."
_SCENE = re.compile(r"scene\d{4}_\d{2}|scene_\d{5}|(?<![0-9a-f])[0-9a-f]{10}(?![0-9a-f])")


class Row(msgspec.Struct, frozen=True):
    """The columns that are used, beside the pictures."""

    id: int | str
    question: str
    answer: str
    task: str
    img_type: str
    format_type: str


def read(root: Path) -> Loaded:
    """Read the benchmark from its folder; pictures stay in the files until they are sent.

    Raises:
        DatasetError: no Parquet file, or one without its columns.
    """
    _, files = benchmark_files(root, "data/test-*.parquet", "test-*.parquet", "*.parquet")
    pictures = {file: ImageColumn(file, PICTURES) for file in files}
    rows = table_rows(files, COLUMNS, pictures=PICTURES)
    return loaded(rows, lambda found: _sample(found, Images(pictures[found.file], found.number)))


def _sample(found: Found, images: Images) -> Sample:
    row = record_of(found.row, Row)
    form, prompt = _asked(row)
    return Sample(
        id=str(row.id),
        benchmark="spar_bench",
        scene_id=_scene_of(found, row),
        task=row.task,
        scale="indoor",
        form=form,
        prompt=prompt,
        media=images,
        marks=(),
        row={
            "question": row.question,
            "question_type": "multiple choice" if form == "mc" else "regression",
            "task": row.task,
            "image_type": row.img_type,
            "ground_truth": row.answer,
        },
    )


def _asked(row: Row) -> tuple[Form, str]:
    """Return the form of a question and its prompt."""
    question = f"{row.question.strip()}\n{BOX_FORM}" if row.task in BOXES else row.question
    if row.task in SPAR_CHOICES:  # the answers of some are the words of an option
        return "mc", plain_prompt(question, LETTER_FORM if row.answer.strip() in tuple(LETTERS) else TEXT_FORM)
    if row.task in SPAR_NUMBERS:
        return "reg", plain_prompt(question, NUMBER_FORM)
    if row.task == SPAR_MOTION:
        return "reg", plain_prompt(question, TEXT_FORM)
    raise DatasetError(f"expected a task of the benchmark, got {row.task[:60]!r}")


def _scene_of(found: Found, row: Row) -> str:
    pictures = found.row.get(PICTURES) if isinstance(found.row, Mapping) else None
    names = [str(item.get("path")) for item in pictures or () if isinstance(item, dict)]
    scene = next((match[0] for name in names if (match := _SCENE.search(name))), None)
    return scene or str(row.id)
