"""The rows of any data set: ours, a benchmark's released files, or training items of the released form."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Any

import msgspec

from spacevista.errors import DatasetError
from spacevista.evals import spacevista_sim
from spacevista.evals.bench_files import Found, json_rows, loaded, record_of
from spacevista.evals.benchmarks import BENCHMARKS, read_benchmark
from spacevista.evals.records import Frames, Loaded, Sample
from spacevista.evals.spacevista_bench import FORMS, answer_type
from spacevista.qa.check import MAX_FRAMES, check_relative
from spacevista.qa.items import VIDEO, Message
from spacevista.qa.released import Metadata

NAMES = tuple(benchmark.name for benchmark in BENCHMARKS)
LAST_TAG = "<answer>"


class ForeignItem(msgspec.Struct, frozen=True):
    """A training item of the released form; marks are not looked at, so that their order does not matter."""

    id: int | str
    messages: list[Message]
    videos: list[list[str]]
    metadata: dict[str, Any] = {}


def read_rows(named: str) -> Loaded:
    """Read a data set.

    Args:
        named: NAME=PATH, the released files of a benchmark; spacevista_sim, the frozen one; or the path of a data set
            of ours or of a JSON file of training items in the released form.

    Raises:
        SpacevistaError: there is no such data set, or it is not in the form it claims to be.
    """
    name, sign, path = named.partition("=")
    if sign and name in NAMES:
        return read_benchmark(name, Path(path))
    if named == "spacevista_sim":
        return read_benchmark(named, None)
    if not Path(named).exists():
        raise DatasetError(
            f"expected the path of a data set, or NAME=PATH with NAME of {', '.join(NAMES)}, got {named!r}"
        )
    return _foreign(Path(named)) if _is_foreign(Path(named)) else spacevista_sim.read(Path(named))


def _is_foreign(path: Path) -> bool:
    """Tell whether a file holds training items that we did not write: those have no such metadata as ours."""
    if path.suffix != ".json" or not path.is_file():
        return False
    first = next(iter(json_rows(path)), None)
    if first is None:
        return False
    try:
        metadata = record_of(first.row, ForeignItem).metadata
    except DatasetError:
        return False
    return not set(Metadata.__struct_fields__) <= set(metadata)


def _foreign(path: Path) -> Loaded:
    return loaded(json_rows(path), lambda found: _foreign_sample(found, path.parent))


def _foreign_sample(found: Found, folder: Path) -> Sample:
    item = record_of(found.row, ForeignItem)
    if [message.role for message in item.messages] != ["user", "assistant"] or len(item.videos) != 1:
        raise DatasetError("expected one message of a user, one of an assistant, and one video")
    if not 1 <= len(item.videos[0]) <= MAX_FRAMES:
        raise DatasetError(f"expected 1 to {MAX_FRAMES} frames, got {len(item.videos[0])}")
    frames = [str(PurePosixPath(frame)) for frame in item.videos[0]]
    for frame in frames:
        check_relative(frame)
    answer = item.messages[1].content.rpartition(LAST_TAG)[2].removesuffix("</answer>").strip()
    scored = answer_type(answer)
    task = _text(item.metadata, "task", "original_type", "problem_type", "category")
    return Sample(
        id=str(item.id),
        benchmark="spacevista_bench",
        scene_id=str(PurePosixPath(frames[0]).parent),
        task=task or "unknown",
        scale="",
        form=FORMS[scored][0],
        prompt=item.messages[0].content.removeprefix(VIDEO),
        media=Frames(folder, tuple(frames)),
        marks=(),
        row={"category": "", "original_type": task, "answer_type": scored, "ground_truth": answer},
    )


def _text(metadata: Mapping[str, Any], *keys: str) -> str:
    return next((metadata[key] for key in keys if isinstance(metadata.get(key), str)), "")
