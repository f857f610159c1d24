"""STI-Bench: qa.parquet, and the frames of each question in frames/{ID, six digits}/, or whole videos in video/.

A question is about a part of a video, whose first and last second are named in the prompt. A folder of frames holds
that part; of a whole video only that part is sampled.
"""

from __future__ import annotations

import math
from functools import partial
from pathlib import Path
from typing import Any

import msgspec

from spacevista.captures.safe import inside
from spacevista.errors import DatasetError
from spacevista.evals.bench_files import Found, Kind, benchmark_files, loaded, record_of, table_rows
from spacevista.evals.clips import folder_frames, noting_missing
from spacevista.evals.foreign_json import decoded
from spacevista.evals.prompts import LETTERS, bare_options, choice_prompt
from spacevista.evals.records import Loaded, Sample, ScaleKey, Video

COLUMNS: dict[str, Kind] = {
    "ID": "other",
    "Question": "text",
    "Candidates": "other",
    "Answer": "text",
    "Task": "text",
    "time_start": "other",
    "time_end": "other",
}
OPTIONAL = ("Video", "Scene")
SCALES: dict[str, ScaleKey] = {"outdoor": "outdoor", "indoor": "indoor", "desktop": "tabletop"}


class Row(msgspec.Struct, frozen=True):
    """The columns that are used; `Video` is the name of a file, `Scene` says where it was recorded."""

    ID: int | str
    Question: str
    Candidates: str | dict[str, Any]
    Answer: str
    Task: str
    time_start: float | str
    time_end: float | str
    Video: str | None = None
    Scene: str | None = None


def read(root: Path) -> Loaded:
    """Read the benchmark from its folder.

    Raises:
        DatasetError: no Parquet file, or one without its columns; neither frames/ nor video/.
    """
    folder, files = benchmark_files(root, "qa.parquet", "*.parquet")
    frames, videos = (folder / "frames").is_dir(), (folder / "video").is_dir()
    if not (frames or videos):
        raise DatasetError(f"{folder}: expected a folder frames/ or video/, got neither")
    rows = table_rows(files, COLUMNS, OPTIONAL)
    return noting_missing(loaded(rows, partial(_sample, folder=folder, frames=frames)))


def _sample(found: Found, folder: Path, frames: bool) -> Sample:
    row = record_of(found.row, Row)
    start_s, end_s = _part(row)
    clip = folder_frames(folder, f"frames/{str(row.ID).zfill(6)}") if frames else _video(row, folder, start_s, end_s)
    options = _options(row.Candidates)
    about = f"The pictures are from second {start_s:g} to second {end_s:g} of a video."
    return Sample(
        id=str(row.ID) if frames else f"{row.Video}:{row.ID}",  # a folder is one question's, a video may be many's
        benchmark="sti_bench",
        scene_id=row.Video or str(row.ID),
        task=row.Task,
        scale=SCALES.get((row.Scene or "").strip().lower(), ""),
        form="mc",
        prompt=choice_prompt(f"{about} {row.Question.strip()}", options),
        media=clip,
        marks=(),
        row={
            "question": row.Question,
            "question_type": "multiple choice",
            "task": row.Task,
            "options": list(options),
            "ground_truth": row.Answer,
        },
        options=options,
    )


def _part(row: Row) -> tuple[float, float]:
    try:
        start_s, end_s = float(row.time_start), float(row.time_end)
    except ValueError as error:
        raise DatasetError(f"expected numbers as time_start and time_end, got {error}") from error
    if not 0 <= start_s <= end_s < math.inf:
        raise DatasetError(f"expected 0 <= time_start <= time_end, got {start_s} and {end_s}")
    return start_s, end_s


def _video(row: Row, folder: Path, start_s: float, end_s: float) -> Video:
    if row.Video is None:
        raise DatasetError("expected the name of a file in column Video, or a folder frames/, got neither")
    return Video(folder, inside(folder, f"video/{row.Video}").name, start_s, end_s)


def _options(candidates: str | dict[str, Any]) -> tuple[str, ...]:
    """Return the options in the order of their letters, from {"A": ..} or the same as JSON text."""
    try:
        if isinstance(candidates, str):
            candidates = decoded(candidates.encode(), dict[str, Any])
    except msgspec.DecodeError as error:
        raise DatasetError(f'expected Candidates as {{"A": ..}}, got {error}') from error
    texts = {letter: str(text) for letter, text in candidates.items() if text is not None}
    if not 2 <= len(texts) <= len(LETTERS) or set(texts) != set(LETTERS[: len(texts)]):
        raise DatasetError(f"expected Candidates A, B and on, got {sorted(texts)[:12]}")
    return bare_options([texts[letter] for letter in sorted(texts)])
