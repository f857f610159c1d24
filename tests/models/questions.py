"""Rows of a data set with frames on disk, for the tests of inputs."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PIL import Image

from spacevista.qa.record import Mark, MarkKind, Question


def mark(coords: Sequence[float], kind: MarkKind = "point", frame_index: int = 0) -> Mark:
    """Return a red mark."""
    return Mark(kind, frame_index, list(coords), "", "red", 1)


def write_frames(root: Path, count: int, size: tuple[int, int]) -> list[str]:
    """Write grey frames, each 10 levels lighter than the one before, and return their paths below `root`."""
    (root / "frames").mkdir(parents=True, exist_ok=True)
    paths = [f"frames/{index}.png" for index in range(count)]
    for index, path in enumerate(paths):
        Image.new("RGB", size, (10 * index,) * 3).save(root / path)
    return paths


def question_on(frames: Sequence[str], marks: Sequence[Mark] = (), text: str = "How far is the cup?") -> Question:
    """Return a question about frames."""
    return Question(
        id="q1",
        fact_id="f1",
        scene_id="s1",
        split="train",
        task="absolute_distance",
        scale="tabletop",
        form="reg",
        prompt_type="none",
        question=text,
        options=[],
        answer="12.5 cm",
        value=[12.5],
        unit="cm",
        frames=list(frames),
        marks=list(marks),
        rationale="",
        margin=0.0,
        error=0.0,
        seed=0,
        version="1.1",
        source="",
        licence="",
    )
