"""One capture -> one shard: a folder with its scene, its frames and its questions, or with why there are none.

A shard is made under a temporary name and renamed when it is complete, so a folder under its final name is finished
work, whenever the process was killed. The same capture and settings give the same bytes.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

import msgspec
import numpy as np
from PIL import Image

from spacevista.annotate.annotate import annotate
from spacevista.annotate.segment import with_objects
from spacevista.captures.open import open_capture
from spacevista.captures.record import Capture
from spacevista.errors import CaptureError, DatasetError, SpacevistaError
from spacevista.files import PART, sync
from spacevista.qa.check import check_question
from spacevista.qa.licences import is_allowed
from spacevista.qa.make import frame_path, questions_of
from spacevista.qa.rationales.gate import Gated
from spacevista.qa.rationales.scene_cases import with_computed
from spacevista.qa.record import Question, UnitPolicy
from spacevista.qa.sources import Source
from spacevista.qa.split import split_of
from spacevista.scenes.disk import write_scene
from spacevista.scenes.record import Scene, SceneObject
from spacevista.scenes.sizes import longest_sides_m, scene_size_m
from spacevista.tasks.all import all_candidates
from spacevista.tasks.facts import Decline, Fact

SHARD_FILE, SCENE_FOLDER, FRAMES_FOLDER = "shard.json", "scene", "frames"
POLICIES: tuple[UnitPolicy, ...] = get_args(UnitPolicy)
QUESTION_STREAM = 1_000  # random numbers of the wording, apart from those of the tasks, which count from 0
JPEG_QUALITY = 95  # of frames named .jpg: above the level at which small objects lose their edges

# What a damaged or unusual capture can make the mathematics raise. Faults of the machine (OSError, MemoryError) are
# not among them: they end the build, which then goes on where it was.
UNUSABLE = (SpacevistaError, ValueError, ArithmeticError, LookupError, RuntimeError)

RationaleSource = Literal["computed", "none"]
Reasons = dict[str, dict[str, int]]  # task -> reason -> how many candidates


@dataclass(frozen=True)
class Asked:
    """What a scene supports, what it declines, and the rows made from it."""

    facts: tuple[Fact, ...]
    declines: tuple[Decline, ...]
    questions: tuple[Question, ...]


class SceneSummary(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A scene in the manifest.

    Attributes:
        facts: how many facts of each task it supports; `asked` of them have rows, `questions` in number.
        sizes_m: of each object, the longest side of the minimum-volume box around its seen surface.
        distances_m: of each object, its middle's median distance from the cameras that see it.
        drops: what the annotation left out, by reason.
    """

    id: str
    capture: str
    scale: str
    split: str
    licence: str
    source: str
    frames: int
    objects: int
    facts: dict[str, int]
    asked: int
    questions: int
    sizes_m: list[float]
    distances_m: list[float]
    drops: dict[str, int]


class Shard(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What came of a capture: a scene with its rows, or the reason why it has none.

    Attributes:
        outcome: `dropped` was not wanted (its licence), `rejected` could not be used.
        discarded: computed rationales that did not pass, by reason.
    """

    capture: str
    outcome: Literal["built", "dropped", "rejected"]
    reason: str = ""
    scene: SceneSummary | None = None
    declines: Reasons = {}
    questions: list[Question] = []
    discarded: dict[str, int] = {}


@dataclass(frozen=True)
class Job:
    """A shard to be made: `target` is its folder, in a folder that exists; any licence will do if none is named."""

    source: Source
    target: Path
    seed: int
    unit_policy: UnitPolicy
    licences: tuple[str, ...]
    rationales: RationaleSource = "computed"


@dataclass(frozen=True)
class Done:
    """What a shard took."""

    built: bool
    seconds: float
    size_bytes: int


def scene_seed(scene_id: str, seed: int) -> int:
    """Return the seed of a scene's questions: 48 bits, which every reader of JSON holds exactly."""
    return int.from_bytes(hashlib.sha256(f"{seed}:{scene_id}".encode()).digest()[:6], "big")


def ask(scene: Scene, seed: int, unit_policy: UnitPolicy) -> Asked:
    """Run every task on a scene and make its questions; `seed` is the data set's."""
    return ask_with(scene, scene_seed(scene.id, seed), unit_policy)


def ask_with(scene: Scene, number: int, unit_policy: UnitPolicy) -> Asked:
    """Run every task and make the questions with the scene's own seed, the one that its rows hold."""
    found = all_candidates(scene, number)
    facts = tuple(item for item in found if isinstance(item, Fact))
    rng = np.random.default_rng([number, QUESTION_STREAM])
    questions = questions_of(scene, facts, rng, seed=number, unit_policy=unit_policy)
    return Asked(facts, tuple(item for item in found if isinstance(item, Decline)), tuple(questions))


def make_shard(job: Job) -> Done:
    """Make the shard of one capture; one that cannot be used makes a shard with the reason."""
    started = time.perf_counter()
    part = Path(tempfile.mkdtemp(PART, job.target.name + ".", job.target.parent))
    try:
        shard = _build(job, part)
    except UNUSABLE as error:
        for folder in (SCENE_FOLDER, FRAMES_FOLDER):
            shutil.rmtree(part / folder, ignore_errors=True)
        shard = Shard(job.source.name, "rejected", _reason(error, job.source))
    (part / SHARD_FILE).write_bytes(msgspec.json.encode(shard))
    size_bytes = synced_bytes(part)
    os.replace(part, job.target)
    sync(job.target.parent)
    return Done(shard.outcome == "built", time.perf_counter() - started, size_bytes)


def read_shard(folder: Path) -> Shard:
    """Read a finished shard (DatasetError: it is damaged)."""
    file = folder / SHARD_FILE
    try:
        return msgspec.json.decode(file.read_bytes(), type=Shard)
    except msgspec.DecodeError as error:
        raise DatasetError(f"{file}: expected a shard of this build, got {error}; remove its folder") from error


@dataclass(frozen=True)
class ShardRows:
    """The rows of finished shards, read from the disk one shard at a time, as often as they are gone through."""

    folders: tuple[Path, ...]

    def __iter__(self) -> Iterator[Question]:
        for folder in self.folders:
            yield from read_shard(folder).questions


def _build(job: Job, part: Path) -> Shard:
    capture = open_capture(job.source.folder, job.source.config)
    if job.licences and not is_allowed(capture.licence, job.licences):
        return Shard(job.source.name, "dropped", f"licence {capture.licence}")
    scene = annotate(with_objects(capture))
    asked = ask(scene, job.seed, job.unit_policy)
    sizes, longest_m = _sizes(scene), longest_sides_m(scene.objects)
    told = Gated(list(asked.questions))
    if job.rationales == "computed":
        told = with_computed(scene, asked.facts, asked.questions, scene_size_m(longest_m.values()))
    for question in told.questions:
        check_question(question, sizes.get)  # what a reader would refuse is never written
    write_scene(scene, part / SCENE_FOLDER)
    _write_frames(capture, scene, part / FRAMES_FOLDER)
    return Shard(
        capture=job.source.name,
        outcome="built",
        scene=_summary(scene, asked, job.source, longest_m),
        declines=_reasons(asked.declines),
        questions=told.questions,
        discarded=_sorted_counts(told.discarded.elements()),
    )


def _sizes(scene: Scene) -> dict[str, tuple[int, int]]:
    sizes = ((frame.camera.width_px, frame.camera.height_px) for frame in scene.frames)
    return {frame_path(scene.id, index): size for index, size in enumerate(sizes)}


def _write_frames(capture: Capture, scene: Scene, folder: Path) -> None:
    """Write the pictures of the scene's frames, named as `frame_path` names them."""
    folder.mkdir()
    images = {frame.name: frame.images for frame in capture.frames}
    for index, frame in enumerate(scene.frames):
        color = images[frame.name].color()
        size = (frame.camera.height_px, frame.camera.width_px)
        if color.shape != (*size, 3):
            raise CaptureError(f"frame {frame.name}: expected a picture of {size} pixels, got {color.shape}")
        file = folder / Path(frame_path(scene.id, index)).name
        Image.fromarray(color).save(file, quality=JPEG_QUALITY, subsampling=0)


def _summary(scene: Scene, asked: Asked, source: Source, longest_m: Mapping[int, float]) -> SceneSummary:
    seen = [thing for thing in scene.objects if len(thing.seen_m) and thing.views]
    return SceneSummary(
        id=scene.id,
        capture=source.name,
        scale=str(scene.scale),
        split=split_of(scene.id),
        licence=scene.licence,
        source=scene.source,
        frames=len(scene.frames),
        objects=len(scene.objects),
        facts=_sorted_counts(fact.candidate.task for fact in asked.facts),
        asked=len({question.fact_id for question in asked.questions}),
        questions=len(asked.questions),
        sizes_m=[longest_m[thing.id] for thing in seen],
        distances_m=[_distance_m(scene, thing) for thing in seen],
        drops=_sorted_counts(reason for _, reason in scene.drops),
    )


def _distance_m(scene: Scene, thing: SceneObject) -> float:
    eyes = np.stack([scene.frames[view.frame_index].world_from_camera.translation_m for view in thing.views])
    return float(np.median(np.linalg.norm(eyes - thing.seen_m.mean(axis=0), axis=1)))


def _reasons(declines: Sequence[Decline]) -> Reasons:
    tasks = sorted({decline.candidate.task for decline in declines})
    return {task: _sorted_counts(d.reason for d in declines if d.candidate.task == task) for task in tasks}


def _sorted_counts(keys: Iterable[str]) -> dict[str, int]:
    return dict(sorted(Counter(keys).items()))


def _reason(error: Exception, source: Source) -> str:
    """Return an error as one line without paths of this machine; what is not ours is named by its type."""
    text = str(error).replace(str(source.folder), source.name)
    return text if isinstance(error, SpacevistaError) else f"{type(error).__name__}: {text}"


def synced_bytes(folder: Path) -> int:
    """Bring all files below a folder to the disk and return their bytes."""
    total = 0
    for parent, _, files in os.walk(folder):
        for name in files:
            file = Path(parent, name)
            total += file.stat().st_size
            sync(file)
        sync(Path(parent))
    return total
