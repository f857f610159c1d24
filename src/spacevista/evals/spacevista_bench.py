"""SpaceVista-Bench: bench_final.json, one list of entries, and the frames that they name below its folder."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath

import msgspec

from spacevista.errors import DatasetError, SpacevistaError
from spacevista.evals.bench_files import Found, benchmark_files, json_rows, loaded, record_of
from spacevista.evals.bench_marks import Marked, marks_of, point_order
from spacevista.evals.prompts import LETTER_FORM, NUMBER_FORM, TEXT_FORM, plain_prompt
from spacevista.evals.records import BENCH_SCALES, Frames, Loaded, Sample
from spacevista.qa.check import MAX_FRAMES, FrameSize, check_relative, frame_sizes
from spacevista.qa.items import Annotations, CoordinateOrder, InputType
from spacevista.qa.record import Form

FILES = ("bench_final.json", "bench*.json")
FORMS: dict[str, tuple[Form, str]] = {
    "mc": ("mc", LETTER_FORM),
    "numerical": ("reg", NUMBER_FORM),
    "text": ("free", TEXT_FORM),
}


class Metadata(msgspec.Struct, frozen=True):
    """Where some files keep what others have in the entry itself, and where ours state the order of coordinates."""

    category: str | None = None
    original_type: str | None = None
    coordinate_order: CoordinateOrder | None = None


class Entry(msgspec.Struct, frozen=True):
    """One entry; `videos` holds the frames, as one list or as one list in a list."""

    id: int | str
    question: str
    answer: str | int | float
    videos: list[list[str] | str]
    input_type: InputType = "image_text"
    category: str | None = None
    original_type: str | None = None
    annotations: Annotations | None = None
    metadata: Metadata | None = None


def read(root: Path) -> Loaded:
    """Read the benchmark from its folder. Marks are checked against their frames, of which only headers are read.

    Raises:
        DatasetError: no such file, or not one JSON list.
    """
    folder, files = benchmark_files(root, *FILES)
    rows = [found for file in files for found in json_rows(file)]
    size_of = frame_sizes(folder)
    order, note = point_order(_readable(rows, folder), size_of)
    result = loaded(rows, lambda found: _sample(record_of(found.row, Entry), folder, order, size_of))
    return Loaded(result.samples, result.rejected, (note,) if note else ())


def answer_type(answer: str | int | float) -> str:
    """Return how an answer is scored: "mc" for A to E, "numerical" for what Python reads as a number, else "text"."""
    text = str(answer).strip()
    if text in ("A", "B", "C", "D", "E"):
        return "mc"
    try:
        float(text)
    except ValueError:
        return "text"
    return "numerical"


def _readable(rows: Iterable[Found], folder: Path) -> Iterator[Marked]:
    for found in rows:
        try:
            yield _marked(record_of(found.row, Entry), folder)
        except SpacevistaError:
            continue  # rejected, with the reason, when its sample is made


def _marked(entry: Entry, folder: Path) -> Marked:
    notes, meta = entry.annotations or Annotations(), entry.metadata or Metadata()
    return Marked(entry.input_type, notes, _frames(entry), folder, meta.coordinate_order)


def _frames(entry: Entry) -> list[str]:
    lists = [video for video in entry.videos if isinstance(video, list)]
    frames = [video for video in entry.videos if isinstance(video, str)]
    if len(lists) > 1 or (lists and frames):
        raise DatasetError(f"expected the frames of one video, got {len(entry.videos)}")
    paths = lists[0] if lists else frames
    if not 1 <= len(paths) <= MAX_FRAMES:
        raise DatasetError(f"expected 1 to {MAX_FRAMES} frames, got {len(paths)}")
    return [str(PurePosixPath(path)) for path in paths]


def _sample(entry: Entry, folder: Path, order: CoordinateOrder, size_of: FrameSize) -> Sample:
    marked = _marked(entry, folder)
    for path in marked.frames:
        check_relative(path)
    meta = entry.metadata or Metadata()
    category = entry.category or meta.category or ""
    task = entry.original_type or meta.original_type
    if not task:
        raise DatasetError("expected an original_type, got none")
    scored = answer_type(entry.answer)
    form, wanted = FORMS[scored]
    return Sample(
        id=str(entry.id),
        benchmark="spacevista_bench",
        scene_id=str(PurePosixPath(marked.frames[0]).parent),
        task=task,
        scale=BENCH_SCALES.get(category, ""),
        form=form,
        prompt=plain_prompt(entry.question.replace("<video>", ""), wanted),
        media=Frames(folder, tuple(marked.frames)),
        marks=marks_of(marked, order, size_of),
        row={
            "input_type": entry.input_type,
            "category": category,
            "original_type": task,
            "question": entry.question,
            "answer_type": scored,
            "ground_truth": entry.answer,
        },
    )
