"""Rows for other trainers: messages, and the frames as our models see them, written as pictures with the marks drawn.

Both ms-swift and LLaMA-Factory take a video as the list of its frames and `<video>` where it stands in the text. They
choose and resize frames by rules of their own; those written here are final, and their settings (export_configs.py)
ask for all of them in this size.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec
from PIL import Image

from spacevista.models.clips import Budget, clip_of_question
from spacevista.qa.record import Split
from spacevista.train.errors import TrainError
from spacevista.train.rows import choice_of, completion_of, shards_of
from spacevista.train.settings import SftSettings
from spacevista.train.shards import Row, index_of, question_files

FRAMES_FOLDER = "frames"
DATA_FILES: dict[Split, str] = {"train": "train.jsonl", "val": "val.jsonl"}
JPEG_QUALITY = 95


def export_rows(settings: SftSettings, data: Sequence[Path], out: Path, side_px: int) -> dict[Split, int]:
    """Write `train.jsonl` and `val.jsonl` with their frames, and return how many rows each has.

    Frames that rows share are written once, named by what they show.

    Args:
        side_px: of a visual token: 28 for Qwen2.5-VL, 32 for Qwen3-VL.

    Raises:
        TrainError: there is no training row.
        DatasetError, ModelError, CaptureError: a row cannot be shown; names it.
    """
    index = index_of(question_files(data))
    shards = shards_of(index, settings)
    budget = Budget(settings.frames, settings.pixels, side_px)
    (out / FRAMES_FOLDER).mkdir(parents=True, exist_ok=True)
    counts: dict[Split, int] = {}
    for split, name in DATA_FILES.items():
        numbers = choice_of(index, settings, split).rows.tolist()
        if not numbers and split == "train":
            raise TrainError(f"expected rows of split train with forms {', '.join(settings.forms)}, got none")
        with (out / name).open("wb") as file:
            for number in numbers:
                file.write(msgspec.json.encode(exported(shards.row(number), budget, out)) + b"\n")
        counts[split] = len(numbers)
    return counts


def exported(row: Row, budget: Budget, out: Path) -> dict[str, Any]:
    """Return one row as both trainers read it, after its frames were written below `out`."""
    question = row.question
    clip = clip_of_question(question, row.root, budget)
    return {
        "messages": [
            {"role": "user", "content": f"<video>{question.question}"},
            {"role": "assistant", "content": completion_of(question)},
        ],
        "videos": [list(_written(clip.frames, out))],
        "id": question.id,
        "scale": question.scale,
        "task": question.task,
    }


def _written(frames: Sequence[Image.Image], out: Path) -> Iterator[str]:
    """Write frames that are not there yet, and yield their absolute paths."""
    for frame in frames:
        digest = hashlib.blake2b(f"{frame.size}".encode() + frame.tobytes(), digest_size=12).hexdigest()
        file = (out / FRAMES_FOLDER / digest[:2] / f"{digest}.jpg").resolve()
        if not file.exists():
            file.parent.mkdir(exist_ok=True)
            frame.save(file, quality=JPEG_QUALITY, subsampling=0)
        yield str(file)
