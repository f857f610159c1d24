"""A small data set with rows of many tasks, made by hand: three bricks on a table, three frames, no annotation."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
from PIL import Image

from hand_scenes import brick, gap, picture, scene_of
from spacevista.geometry.poses import Pose
from spacevista.qa.dataset import MANIFEST_VERSION, Manifest, settings_of, write_manifest, write_question_files
from spacevista.qa.record import Question
from spacevista.qa.shards import Asked, ask
from spacevista.scenes.disk import write_scene
from spacevista.scenes.record import Scene

# Sides in metres: 10 x 6 x 8, 5 x 5 x 20 and 30 x 20 x 2 cm; the longest are 10, 20 and 30 cm.
SIDES = {1: ("cup", (0.10, 0.06, 0.08)), 2: ("bottle", (0.05, 0.05, 0.20)), 3: ("book", (0.30, 0.20, 0.02))}
SIZE_M = (0.10 * 0.20 * 0.30) ** (1 / 3)  # 18 cm
FRAMES = 3


def bricks() -> Scene:
    """Three bricks, 25, 40 and 60 cm apart, seen in all frames by a camera that moves 20 cm to the right a frame."""
    things = [
        replace(brick(number, sides, at=(0, 0, 1.0 + number / 10)), category=name)
        for number, (name, sides) in SIDES.items()
    ]
    ids = np.zeros((48, 64), dtype=np.int32)
    ids[4:20, 4:24], ids[4:44, 30:40], ids[30:46, 42:62] = 1, 2, 3
    right = np.array([1.0, 0.0, 0.0])
    frames = [picture(str(n), 1.5, Pose(np.eye(3), 0.2 * n * right), ids) for n in range(FRAMES)]
    gaps = (gap(1, 2, 0.25), gap(1, 3, 0.40), gap(2, 3, 0.60))
    return scene_of(*things, gaps=gaps, frames=frames)


def asked() -> tuple[Scene, Asked]:
    scene = bricks()
    return scene, ask(scene, 0, "native")


def write_data(folder: Path) -> list[Question]:
    """Write the data set, without rationales, and return its rows."""
    scene, found = asked()
    questions = list(found.questions)
    write_scene(scene, folder / "scenes" / scene.id)
    for path in {path for question in questions for path in question.frames}:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (64, 48), (90, 120, 60)).save(folder / path)
    write_question_files(folder, questions)
    settings = settings_of([], 0, "native", (), "none")
    write_manifest(folder, Manifest(MANIFEST_VERSION, settings, len(questions), {}, {}, [], []))
    return questions
