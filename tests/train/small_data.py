"""Small data sets with frames on disk, and settings of runs of a few seconds."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, get_args

import msgspec
import numpy as np
import pyarrow as pa
from PIL import Image
from pyarrow import parquet as pq

from spacevista.qa.parquet import SCHEMA
from spacevista.qa.record import Question, ScaleName
from spacevista.train.settings import ExpertsSettings, RouterStageSettings, SftSettings

SCALES: tuple[ScaleName, ...] = get_args(ScaleName)
SIDE = 56  # pixels: four visual tokens a frame


def question(number: int, scale: ScaleName, split: str = "train", **fields: Any) -> Question:
    """Return a question of its own scene; its length is told by nothing in the frames."""
    scene = f"{scale}-{split}-{number}"
    values: dict[str, Any] = {
        "id": f"{scene}:q",
        "fact_id": scene,
        "scene_id": scene,
        "split": split,
        "task": "object_size" if number % 2 else "absolute_distance",
        "scale": scale,
        "form": "reg",
        "prompt_type": "none",
        "question": "How long is the thing?" + " Say it in full." * (number % 3),
        "options": [],
        "answer": f"{number + 1} cm",
        "value": [float(number + 1)],
        "unit": "cm",
        "frames": [f"frames/{scene}-{frame}.png" for frame in range(2)],
        "marks": [],
        "rationale": "<scale>2 cm</scale>" if number % 2 else "",
        "margin": 0.0,
        "error": 0.0,
        "seed": 0,
        "version": "1.1",
        "source": "tests",
        "licence": "CC0",
    }
    return Question(**values | fields)


def write_data(
    root: Path,
    each: int = 8,
    val: int = 2,
    group: int = 1000,
    scales: Sequence[ScaleName] = SCALES,
    frames: bool = True,
    **fields: Any,
) -> Path:
    """Write a data set with `each` training and `val` validation rows of each scale, in row groups of `group`."""
    (root / "frames").mkdir(parents=True)
    rows = [question(n, s, "train", **fields) for s in scales for n in range(each)]
    rows += [question(n, s, "val", **fields) for s in scales for n in range(val)]
    write_rows(root / "questions.parquet", rows, group)
    for number, row in enumerate(rows if frames else []):
        for path in row.frames:
            pixels = np.random.default_rng([number, int(path[-5])]).integers(0, 256, (SIDE, SIDE, 3), dtype=np.uint8)
            Image.fromarray(pixels).save(root / path)
    return root


def write_rows(file: Path, rows: Sequence[Question], group: int) -> None:
    """Write rows as Parquet in row groups of a size."""
    table = pa.Table.from_pylist([msgspec.to_builtins(row) for row in rows], schema=SCHEMA)
    pq.write_table(table, file, compression="zstd", row_group_size=group)


COMMON: dict[str, Any] = {
    "recipe": "test",
    "follows": "nothing",
    "machine": "any",
    "expected_hours": None,
    "expected_memory_gb": None,
    "measured": False,
    "scratch": "tiny",
    "precision": "float32",
    "gradient_checkpointing": False,
    "learning_rate": 1e-3,
    "steps": 5,
    "batch_size": 4,
    "rows_at_once": 2,
    "frames": 2,
    "pixels": SIDE * SIDE,
    "save_every": 2,
    "eval_every": 0,
    "eval_rows": 0,
}


def sft_settings(**changes: Any) -> SftSettings:
    """Return settings of a cold start of five steps."""
    return SftSettings(**{**COMMON, "trained": ("language_model", "projector", "fusion"), **changes})


def experts_settings(**changes: Any) -> ExpertsSettings:
    """Return settings of experts of five steps each."""
    return ExpertsSettings(**{**COMMON, "trained": ("experts",), "rank": 2, "alpha": 4.0, **changes})


def router_settings(**changes: Any) -> RouterStageSettings:
    """Return settings of a router of five steps."""
    return RouterStageSettings(**{**COMMON, "trained": ("router",), "hidden": 8, **changes})
