"""SpaceVista-Bench in its older form: rows with a folder of frames each, as Parquet or JSON Lines.

Frames stand in frames/{Frames Path}/ or {Frames Path}/ beside the file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache, partial
from pathlib import Path, PurePosixPath

import msgspec

from spacevista.errors import DatasetError
from spacevista.evals.bench_files import Found, Kind, benchmark_files, json_lines, loaded, record_of, table_rows
from spacevista.evals.clips import folder_frames
from spacevista.evals.prompts import NUMBER_FORM, bare_options, choice_prompt, plain_prompt
from spacevista.evals.records import Frames, Loaded, Sample

COLUMNS: dict[str, Kind] = {
    "Question Number": "other",
    "Scene Source": "text",
    "Frames Path": "text",
    "Question": "text",
    "Question Type": "text",
    "options": "texts",
    "Answer": "other",
    "TaskType": "text",
}


class Row(msgspec.Struct, frozen=True):
    """The columns of a row."""

    number: int | str = msgspec.field(name="Question Number")
    source: str = msgspec.field(name="Scene Source")
    frames: str = msgspec.field(name="Frames Path")
    question: str = msgspec.field(name="Question")
    question_type: str = msgspec.field(name="Question Type")
    answer: str | int | float = msgspec.field(name="Answer")
    task: str = msgspec.field(name="TaskType")
    options: list[str] | None = None


def read(root: Path) -> Loaded:
    """Read the benchmark from its folder; a question's id is its frames and its number, which alone is not unique.

    Raises:
        DatasetError: no file, or one without its columns.
    """
    folder, files = benchmark_files(root, "*.parquet", "*.jsonl")
    frames_root = folder / "frames" if (folder / "frames").is_dir() else folder
    frames_of = cache(partial(folder_frames, frames_root))
    return loaded(_rows(files), lambda found: _sample(found, frames_of))


def _rows(files: list[Path]) -> Iterator[Found]:
    for file in files:
        yield from json_lines(file) if file.suffix == ".jsonl" else table_rows([file], COLUMNS)


def _sample(found: Found, frames_of: Callable[[str], Frames]) -> Sample:
    row = record_of(found.row, Row)
    options: tuple[str, ...] = ()
    if row.question_type == "multiple choice":
        options = bare_options(row.options or [])
        prompt = choice_prompt(row.question, options)
    elif row.question_type == "regression":
        prompt = plain_prompt(row.question, NUMBER_FORM)
    else:
        raise DatasetError(f"expected Question Type multiple choice or regression, got {row.question_type[:60]!r}")
    scene = str(PurePosixPath(row.frames))
    return Sample(
        id=f"{scene}:{row.number}",
        benchmark="spacevista_parquet",
        scene_id=scene,
        task=row.task,
        scale="",
        form="mc" if options else "reg",
        prompt=prompt,
        media=frames_of(row.frames),
        marks=(),
        row={
            "Question Number": row.number,
            "Scene Source": row.source,
            "Frames Path": row.frames,
            "question": row.question,
            "question_type": row.task,  # the released lines have the two types under each other's names
            "task_type": row.question_type,
            "options": list(options),
            "ground_truth": row.answer,
        },
        options=options,
    )
