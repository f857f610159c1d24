"""A data set of two hand-made scenes for the tests of reviews and of the hub: real rows, grey frames, a manifest."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

from qa_scenes import HEIGHT, WIDTH, all_kinds, scene_with
from spacevista.qa import questions_of
from spacevista.qa.dataset import (
    MANIFEST_VERSION,
    Manifest,
    settings_of,
    write_manifest,
    write_question_files,
)
from spacevista.qa.make import frame_path
from spacevista.qa.record import Question
from spacevista.qa.shards import SceneSummary

FRAMES = 4
SCENES = ("bench", "shelf")


def rows_of(scene_id: str) -> list[Question]:
    scene = scene_with(1, 2, 3, 4, frames=FRAMES, scene_id=scene_id)
    return questions_of(scene, all_kinds(), np.random.default_rng(1), seed=7, unit_policy="native")


def write_frames(folder: Path, scene_id: str) -> None:
    for index in range(FRAMES):
        file = folder / frame_path(scene_id, index)
        file.parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (WIDTH, HEIGHT), (50 * index + 40, 90, 60)).save(file)


def write_data(folder: Path) -> list[Question]:
    """Write the data set to a new folder and return its rows."""
    folder.mkdir()
    questions = [question for scene_id in SCENES for question in rows_of(scene_id)]
    for scene_id in SCENES:
        write_frames(folder, scene_id)
        scene = folder / "scenes" / scene_id
        scene.mkdir(parents=True)
        (scene / "scene.json").write_text("{}")
    write_question_files(folder, questions)
    write_manifest(folder, _manifest(questions))
    return questions


def _manifest(questions: list[Question]) -> Manifest:
    return Manifest(
        version=MANIFEST_VERSION,
        settings=settings_of([], 0, "native", ()),
        questions=len(questions),
        facts={"object_size": 2 * len(SCENES)},
        declines={},
        scenes=[_summary(scene_id, [q for q in questions if q.scene_id == scene_id]) for scene_id in SCENES],
        left_out=[],
    )


def _summary(scene_id: str, rows: list[Question]) -> SceneSummary:
    return SceneSummary(
        id=scene_id,
        capture=f"captures/{scene_id}",
        scale="tabletop",
        split=rows[0].split,
        licence="CC0-1.0",
        source="hand-made",
        frames=FRAMES,
        objects=4,
        facts={"object_size": 2},
        asked=len({row.fact_id for row in rows}),
        questions=len(rows),
        sizes_m=[],
        distances_m=[],
        drops={},
    )
