"""Build a data set of the laboratory.

    python -m experiments.all_scale.build --split main --train 4000 --val 200 --test 500 --out out/lab_main

Scenes are made in shards of twenty; a build that was killed goes on where it was. The same settings give the same
bytes, on however many processes (`--workers`). `--seed` moves only the wording's free choices (marks, pairs, options):
scenes come from their numbers (splits.py).
"""

from __future__ import annotations

import argparse
import os
import shutil
from collections.abc import Iterator
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import msgspec
import numba as nb
import numpy as np
from experiments.all_scale.ask import length_asks
from experiments.all_scale.ask_base import base_asks
from experiments.all_scale.frames import Shot, shoot
from experiments.all_scale.record import (
    MANIFEST_FILE,
    SCENES_FILE,
    WORK_FOLDER,
    BuildSettings,
    LabManifest,
    LabShard,
    SceneTruth,
    truth_of,
    write_whole,
)
from experiments.all_scale.row import question_of
from experiments.all_scale.scene import LabScene, SceneError, make_pair, make_scene
from experiments.all_scale.splits import PARTS, PLANS, STREAMS, SplitName, part_of, scene_id
from PIL import Image

from spacevista.errors import DatasetError
from spacevista.qa.card import dataset_card
from spacevista.qa.check import check_question
from spacevista.qa.make import frame_path
from spacevista.qa.parquet import write_parquet
from spacevista.qa.record import Question, Split
from spacevista.scales import Scale

SHARD = 20  # scenes
JPEG_QUALITY = 95
SETTINGS_FILE = "settings.json"
ASKING = 2  # random numbers of the questions, apart from the scene's and the sensor's


def build(out: Path, settings: BuildSettings, workers: int) -> LabManifest:
    """Build a data set, or go on with one.

    Raises:
        DatasetError: the folder holds a data set with other settings, or a part has not that many scenes.
    """
    numbers = list(_numbers(settings))
    work = _open(out, settings)
    if (out / MANIFEST_FILE).is_file():
        return msgspec.json.decode((out / MANIFEST_FILE).read_bytes(), type=LabManifest)
    shards = [numbers[start : start + SHARD] for start in range(0, len(numbers), SHARD)]
    todo = [shard for shard in shards if not _shard_file(work, shard).exists()]
    task = partial(_make_shard, out, settings)
    if workers == 1 or len(todo) < 2:
        for done, shard in enumerate(todo, start=1):
            task(shard)
            print(f"{done} of {len(todo)} shards", flush=True)
    else:
        with get_context("spawn").Pool(workers) as pool:
            for done, _ in enumerate(pool.imap_unordered(task, todo), start=1):
                print(f"{done} of {len(todo)} shards", flush=True)
    return _assemble(out, settings, [_shard_file(work, shard) for shard in shards])


def _numbers(settings: BuildSettings) -> Iterator[int]:
    plan = PLANS[settings.split]
    for part, count in settings.scenes.items():
        if count and (part not in plan.parts or count > len(PARTS[part])):
            most = len(PARTS[part]) if part in plan.parts else 0
            raise DatasetError(f"split {settings.split}, part {part}: expected at most {most} scenes, got {count}")
        yield from PARTS[part][:count]


def _open(out: Path, settings: BuildSettings) -> Path:
    """Return the work folder of a build with these settings, made if there is none."""
    work = out / WORK_FOLDER
    manifest = out / MANIFEST_FILE
    if manifest.is_file():
        there = msgspec.json.decode(manifest.read_bytes(), type=LabManifest).settings
    elif (work / SETTINGS_FILE).is_file():
        there = msgspec.json.decode((work / SETTINGS_FILE).read_bytes(), type=BuildSettings)
    else:
        work.mkdir(parents=True, exist_ok=True)
        write_whole(work / SETTINGS_FILE, msgspec.json.encode(settings))
        there = settings
    if there != settings:
        raise DatasetError(f"{out}: expected the settings of the build that is there ({there}), got {settings}")
    return work


def _shard_file(work: Path, numbers: list[int]) -> Path:
    return work / f"{numbers[0]:06d}-{numbers[-1]:06d}.json"


def _make_shard(out: Path, settings: BuildSettings, numbers: list[int]) -> None:
    """Make the scenes of a shard and write its file last."""
    nb.set_num_threads(1)
    questions: list[Question] = []
    scenes: list[SceneTruth] = []
    left_out = []
    for number in numbers:
        try:
            made = list(scenes_at(settings.split, number))
        except SceneError as error:
            left_out.append(str(error))
            continue
        for name, pair, scene in made:
            shot = shoot(scene)
            _write_frames(out, name, shot)
            rows = rows_of(shot, settings.split, name, settings.seed)
            questions += rows
            scenes.append(truth_of(shot, name, pair, part_of(number)))
    write_whole(_shard_file(out / WORK_FOLDER, numbers), msgspec.json.encode(LabShard(questions, scenes, left_out)))


def scenes_at(split: SplitName, number: int) -> Iterator[tuple[str, str, LabScene]]:
    """Yield the scene of a number, or both of a pair, with its id and its pair's (SceneError: it gives none)."""
    if split != "pairs":
        yield scene_id(split, number), "", make_scene(PLANS[split].stream, number)
        return
    for member, scene in zip("ab", make_pair(number), strict=True):
        yield scene_id(split, number, member), scene_id(split, number), scene


def rows_of(shot: Shot, split: SplitName, name: str, seed: int) -> list[Question]:
    """Return the checked questions of a scene; members of a pair are asked the same."""
    scene = shot.scene
    rng = np.random.default_rng([STREAMS.index(scene.stream), scene.number, ASKING, seed])
    scale = Scale(scene.sizes.name) if split == "native" else Scale.INDOOR
    asks = base_asks(shot, rng) if split == "base" else length_asks(shot, split, scale, rng)
    rows = [question_of(ask, shot, name, seed) for ask in asks]
    size = scene.layout.camera.width_px, scene.layout.camera.height_px
    for row in rows:
        check_question(row, lambda _: size)
    return rows


def _write_frames(out: Path, name: str, shot: Shot) -> None:
    for frame, color in enumerate(shot.colors):
        file = out / frame_path(name, frame)
        file.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(color).save(file, quality=JPEG_QUALITY, subsampling=0)


def _assemble(out: Path, settings: BuildSettings, files: list[Path]) -> LabManifest:
    shards = [msgspec.json.decode(file.read_bytes(), type=LabShard) for file in files]
    questions = [question for shard in shards for question in shard.questions]
    scenes = [scene for shard in shards for scene in shard.scenes]
    part = out / WORK_FOLDER / "questions.parquet"
    write_parquet(part, questions)
    os.replace(part, out / "questions.parquet")
    write_whole(out / SCENES_FILE, b"".join(msgspec.json.encode(scene) + b"\n" for scene in scenes))
    title = f"The laboratory of the all-scale experiment: {settings.split}"
    write_whole(out / "README.md", dataset_card(title, questions).encode())
    left_out = [reason for shard in shards for reason in shard.left_out]
    manifest = LabManifest(settings, len(scenes), len(questions), left_out)
    write_whole(out / MANIFEST_FILE, msgspec.json.format(msgspec.json.encode(manifest), indent=1) + b"\n")
    shutil.rmtree(out / WORK_FOLDER)
    return manifest


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--split", choices=tuple(PLANS), required=True)
    for part in PARTS:
        parser.add_argument(f"--{part}", type=int, default=0, help=f"scenes of the {part} part")
    parser.add_argument("--seed", type=int, default=0, help="of the questions' free choices")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--workers", type=int, default=1)
    given = parser.parse_args()
    scenes: dict[Split, int] = {part: getattr(given, part) for part in PARTS}
    manifest = build(given.out, BuildSettings(given.split, scenes, given.seed), given.workers)
    print(f"{manifest.questions} questions about {manifest.scenes} scenes, {len(manifest.left_out)} numbers left out")


if __name__ == "__main__":
    main()
