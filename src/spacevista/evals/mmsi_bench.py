"""MMSI-Bench: one Parquet file with the pictures of each question in it; the options stand in the question.

Each question has pictures of its own, so that each one counts as a scene.
"""

from __future__ import annotations

from pathlib import Path

import msgspec

from spacevista.errors import DatasetError
from spacevista.evals.bench_files import Found, Kind, benchmark_files, loaded, record_of, table_rows
from spacevista.evals.image_column import ImageColumn
from spacevista.evals.prompts import LETTER_FORM, plain_prompt
from spacevista.evals.records import Images, Loaded, Sample
from spacevista.scoring.benchmarks import MMSI_TYPES

COLUMNS: dict[str, Kind] = {"id": "other", "question_type": "text", "question": "text", "answer": "text"}
PICTURES = "images"


class Row(msgspec.Struct, frozen=True):
    """The columns that are used, beside the pictures."""

    id: int | str
    question_type: str
    question: str
    answer: str


def read(root: Path) -> Loaded:
    """Read the benchmark from its folder; pictures stay in the file until they are sent.

    Raises:
        DatasetError: no Parquet file, or one without its columns.
    """
    _, files = benchmark_files(root, "MMSI_Bench.parquet", "*.parquet", "data/*.parquet")
    pictures = {file: ImageColumn(file, PICTURES) for file in files}
    rows = table_rows(files, COLUMNS, pictures=PICTURES)
    return loaded(rows, lambda found: _sample(found, Images(pictures[found.file], found.number)))


def _sample(found: Found, images: Images) -> Sample:
    row = record_of(found.row, Row)
    if row.question_type not in MMSI_TYPES:
        raise DatasetError(f"expected a question_type of {', '.join(MMSI_TYPES)}, got {row.question_type[:60]!r}")
    return Sample(
        id=str(row.id),
        benchmark="mmsi_bench",
        scene_id=str(row.id),
        task=row.question_type,
        scale="",
        form="mc",
        prompt=plain_prompt(row.question, LETTER_FORM),
        media=images,
        marks=(),
        row={"question": row.question, "question_type": row.question_type, "ground_truth": row.answer},
    )
