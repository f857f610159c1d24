"""What a data set of the laboratory says about its scenes besides the questions, and where everything lies on disk."""

from __future__ import annotations

import os
from pathlib import Path

import msgspec
from experiments.all_scale.frames import Shot
from experiments.all_scale.splits import LAB_VERSION, Dose, SplitName

from spacevista.errors import DatasetError
from spacevista.qa.record import Question, Split

SCENES_FILE, MANIFEST_FILE, WORK_FOLDER = "scenes.jsonl", "manifest.json", ".build"


class ThingTruth(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A thing: what it is, the longest side of its least-volume box, the box of its visible pixels in each frame."""

    id: int
    name: str
    longest_m: float
    boxes_px: list[tuple[float, float, float, float]]


class SceneTruth(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A scene: the truth that gates and analyses need.

    Attributes:
        sizes: the band, gap or end that its sizes were drawn from.
        scale_m: geometric mean of the things' longest dimensions (the scale anchor is its log10).
        evidence: the kinds in it, one entry an item.
        pair: id of the counterfactual pair, "" outside of that split.
    """

    id: str
    pair: str
    split: Split
    sizes: str
    dose: Dose
    scale_m: float
    fov_deg: float
    evidence: list[str]
    things: list[ThingTruth]


class BuildSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Everything that a data set's bytes depend on."""

    split: SplitName
    scenes: dict[Split, int]
    seed: int
    version: int = LAB_VERSION


class LabManifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A finished data set: its settings, its counts, and the numbers that gave no scene."""

    settings: BuildSettings
    scenes: int
    questions: int
    left_out: list[str]


class LabShard(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The rows and truths of some scenes whose frames are on disk."""

    questions: list[Question]
    scenes: list[SceneTruth]
    left_out: list[str] = []


def truth_of(shot: Shot, scene_id: str, pair: str, part: Split) -> SceneTruth:
    """Return what is kept of a scene."""
    scene = shot.scene
    return SceneTruth(
        scene_id,
        pair,
        part,
        scene.sizes.name,
        scene.dose,
        scene.metres_per_unit,
        scene.layout.camera.horizontal_fov_deg,
        [item.kind.name for item in scene.items],
        [
            ThingTruth(thing.id, thing.name, scene.longest_m(thing.id), [seen.box for seen in shot.sights[thing.id]])
            for thing in scene.layout.things
        ],
    )


def read_scenes(data: Path) -> list[SceneTruth]:
    """Read the truths of a data set (DatasetError: there are none, or a line is damaged)."""
    file = data / SCENES_FILE
    if not file.is_file():
        raise DatasetError(f"{file}: expected the scenes of a finished data set, got no such file")
    try:
        return [msgspec.json.decode(line, type=SceneTruth) for line in file.read_bytes().splitlines()]
    except msgspec.MsgspecError as error:
        raise DatasetError(f"{file}: expected one scene a line, got {error}") from error


def write_whole(file: Path, content: bytes) -> None:
    """Write a file that is there with all its content or not at all."""
    part = file.with_name(file.name + ".part")
    part.write_bytes(content)
    os.replace(part, file)


def reward_columns(data: Path, questions: list[Question]) -> tuple[list[float | None], list[str | None]]:
    """Return the true scale in metres and the name of what a mark points at, for each question (None: none applies).

    These are the columns `scale_m` and `object_name` of docs/rewards.md.
    """
    scenes = {scene.id: scene for scene in read_scenes(data)}
    scales: list[float | None] = []
    names: list[str | None] = []
    for question in questions:
        scene = scenes[question.scene_id]
        objects = {mark.object_id for mark in question.marks}
        scales.append(scene.scale_m if question.unit else None)
        names.append(next((t.name for t in scene.things if t.id in objects), None) if len(objects) == 1 else None)
    return scales, names
