"""VSI-Bench: test-*.parquet, and the videos as {dataset}/{scene_name}.mp4 beside it.

Rooms of ScanNet, ScanNet++ and ARKitScenes. Its questions name the unit of the answer.
"""

from __future__ import annotations

from pathlib import Path

import msgspec

from spacevista.captures.safe import inside
from spacevista.errors import DatasetError
from spacevista.evals.bench_files import Found, Kind, benchmark_files, loaded, record_of, table_rows
from spacevista.evals.clips import noting_missing
from spacevista.evals.prompts import NUMBER_FORM, bare_options, choice_prompt, plain_prompt
from spacevista.evals.records import Loaded, Sample, Video
from spacevista.scoring.benchmarks import VSI_CHOICES, VSI_UNITS

COLUMNS: dict[str, Kind] = {
    "id": "other",
    "dataset": "text",
    "scene_name": "text",
    "question_type": "text",
    "question": "text",
    "options": "texts",
    "ground_truth": "other",
}


class Row(msgspec.Struct, frozen=True):
    """The columns that are used."""

    id: int | str
    dataset: str
    scene_name: str
    question_type: str
    question: str
    ground_truth: str | int | float
    options: list[str] | None = None


def read(root: Path) -> Loaded:
    """Read the benchmark from its folder.

    Raises:
        DatasetError: no Parquet file, or one without its columns.
    """
    folder, files = benchmark_files(root, "test-*.parquet", "data/test-*.parquet", "*.parquet")
    return noting_missing(loaded(table_rows(files, COLUMNS), lambda found: _sample(found, folder)))


def _sample(found: Found, folder: Path) -> Sample:
    row = record_of(found.row, Row)
    video = Video(folder, inside(folder, f"{row.dataset}/{row.scene_name}.mp4").name)
    options: tuple[str, ...] = ()
    if row.question_type in VSI_CHOICES:
        options = bare_options(row.options or [])
        prompt = choice_prompt(row.question, options)
    elif row.question_type in VSI_UNITS:
        prompt = plain_prompt(row.question, NUMBER_FORM)
    else:
        known = ", ".join((*VSI_CHOICES, *VSI_UNITS))
        raise DatasetError(f"expected a question_type of {known}, got {row.question_type[:60]!r}")
    return Sample(
        id=str(row.id),
        benchmark="vsi_bench",
        scene_id=f"{row.dataset}/{row.scene_name}",
        task=row.question_type,
        scale="indoor",
        form="mc" if options else "reg",
        prompt=prompt,
        media=video,
        marks=(),
        row={
            "dataset": row.dataset,
            "scene_name": row.scene_name,
            "question": row.question,
            "question_type": row.question_type,
            "options": list(options),
            "ground_truth": row.ground_truth,
        },
        options=options,
    )
