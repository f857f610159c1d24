"""A data set on disk: shards of scenes, put together in the order of scene ids, and a manifest written last.

While a build goes on, its shards lie in `.build/` of the data set's folder, beside the settings that they were made
with. Every step is a rename or can be done again, so a build killed at any moment goes on where it was, and the files
in the end are the same byte for byte, however often it was killed and on however many processes it ran.
"""

from __future__ import annotations

import os
import shutil
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TypeVar

import msgspec

from spacevista import __version__
from spacevista.errors import DatasetError
from spacevista.files import PART, sync, write_whole
from spacevista.qa.card import dataset_card
from spacevista.qa.licences import named_licences
from spacevista.qa.parquet import write_parquet
from spacevista.qa.rationales.summary import RationaleSummary
from spacevista.qa.record import QA_VERSION, Question, UnitPolicy
from spacevista.qa.released import write_released
from spacevista.qa.review import ReviewSummary
from spacevista.qa.shards import (
    FRAMES_FOLDER,
    SCENE_FOLDER,
    Job,
    RationaleSource,
    Reasons,
    SceneSummary,
    Shard,
    ShardRows,
    read_shard,
    synced_bytes,
)
from spacevista.qa.sources import Source
from spacevista.scenes.header import SCENE_VERSION
from spacevista.tasks.facts import TASK_VERSION

WORK_FOLDER, SETTINGS_FILE, MANIFEST_FILE = ".build", "settings.json", "manifest.json"
CARD_FILE = "README.md"
FINAL_FILES = ("questions.parquet", "all.json", CARD_FILE)
TITLE = "A spacevista data set"
MASKS_FOLDER = "masks"  # beside all.json, only if a question has a mask
MANIFEST_VERSION = 2

Record = TypeVar("Record")


class CaptureEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A capture that a build is about, as in `sources.Source`."""

    name: str
    content: str


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Everything that a data set's bytes depend on, but for the captures' own bytes; no licence: any of them."""

    seed: int
    unit_policy: UnitPolicy
    licences: list[str]
    captures: list[CaptureEntry]
    rationales: RationaleSource = "none"
    version: str = f"{__version__}, tasks {TASK_VERSION}, questions {QA_VERSION}, scenes {SCENE_VERSION}"


class LeftOut(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A capture without a scene in the data set, and why."""

    capture: str
    outcome: str
    reason: str


class Manifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a finished data set holds and how it was made.

    Attributes:
        declines: candidates by task and reason.
        review: what people decided, where the data set is what was left of another one.
        rationales: where those of the rows come from; None: they have none.
    """

    version: int
    settings: Settings
    questions: int
    facts: dict[str, int]
    declines: Reasons
    scenes: list[SceneSummary]
    left_out: list[LeftOut]
    review: ReviewSummary | None = None
    rationales: RationaleSummary | None = None


class _Versioned(msgspec.Struct, frozen=True):
    version: int


def settings_of(
    sources: Sequence[Source],
    seed: int,
    unit_policy: UnitPolicy,
    licences: Sequence[str],
    rationales: RationaleSource = "computed",
) -> Settings:
    """Return the settings of a build; SpacevistaError if a licence is no SPDX identifier."""
    entries = [CaptureEntry(source.name, source.content) for source in sources]
    return Settings(seed, unit_policy, named_licences(licences), entries, rationales)


def finished(out: Path, settings: Settings) -> Manifest | None:
    """Return the manifest of a data set that is complete, None if there is work left; leftovers are removed.

    Raises:
        DatasetError: the folder holds a data set with other settings, or files that are none of ours.
    """
    work = out / WORK_FOLDER
    if (out / MANIFEST_FILE).is_file():
        manifest = read_manifest(out)
        _require_same(manifest.settings, settings, out)
        if work.exists():
            shutil.rmtree(work)
        return manifest
    strangers = sorted(entry.name for entry in out.iterdir() if entry.name != WORK_FOLDER)
    if not (work / SETTINGS_FILE).is_file():
        if strangers:
            raise DatasetError(f"{out}: expected an empty folder or a build to go on with, got {strangers[0]}")
        work.mkdir(exist_ok=True)
        write_whole(work / SETTINGS_FILE, msgspec.json.encode(settings))
    _require_same(_read(work / SETTINGS_FILE, Settings), settings, out)
    for left in work.glob(f"*{PART}"):
        shutil.rmtree(left) if left.is_dir() else left.unlink()
    return None


def open_jobs(out: Path, sources: Sequence[Source], settings: Settings) -> list[Job]:
    """Return the shards that are still to be made."""
    targets = _shard_folders(out, settings)
    return [
        Job(source, target, settings.seed, settings.unit_policy, tuple(settings.licences), settings.rationales)
        for source, target in zip(sources, targets, strict=True)
        if not target.exists()
    ]


def assemble(out: Path, settings: Settings) -> Manifest:
    """Turn the shards of a build into the data set; its shards are gone afterwards.

    However many rows there are, those of one shard, or one row group of the table, are in memory at once.
    """
    folders = _shard_folders(out, settings)
    shards = _distinct(msgspec.structs.replace(read_shard(folder), questions=[]) for folder in folders)
    built = [(shard.scene, folder) for shard, folder in zip(shards, folders, strict=True) if shard.scene is not None]
    built.sort(key=lambda item: item[0].id)
    for summary, folder in built:
        _place(folder / SCENE_FOLDER, out / "scenes" / summary.id)
        _place(folder / FRAMES_FOLDER, out / "frames" / summary.id)
    _write_final(out, ShardRows(tuple(folder for _, folder in built)))
    kept = [shard for shard in shards if shard.scene is not None]
    count, discarded = sum(scene.questions for scene, _ in built), _summed(shard.discarded for shard in kept)
    told = RationaleSummary("computed", "", count, count - sum(discarded.values()), discarded)
    manifest = Manifest(
        version=MANIFEST_VERSION,
        settings=settings,
        questions=count,
        facts=_summed(scene.facts for scene, _ in built),
        declines=_all_reasons(shard.declines for shard in kept),
        scenes=[scene for scene, _ in built],
        left_out=[LeftOut(s.capture, s.outcome, s.reason) for s in shards if s.scene is None],
        rationales=told if settings.rationales == "computed" else None,
    )
    write_manifest(out, manifest)
    shutil.rmtree(out / WORK_FOLDER)
    return manifest


def read_manifest(data: Path) -> Manifest:
    """Read the manifest of a data set.

    Raises:
        DatasetError: there is none (the build is not finished), or it is of another version or damaged.
    """
    file = data / MANIFEST_FILE
    if not file.is_file():
        raise DatasetError(f"{file}: expected the manifest of a finished data set, got no such file")
    if (version := _read(file, _Versioned).version) != MANIFEST_VERSION:
        raise DatasetError(f"{file}: expected version {MANIFEST_VERSION}, got {version}; build it again")
    return _read(file, Manifest)


def write_manifest(data: Path, manifest: Manifest) -> None:
    """Write the manifest of a data set, which says that all the rest is there."""
    write_whole(data / MANIFEST_FILE, msgspec.json.format(msgspec.json.encode(manifest), indent=1) + b"\n")


def write_question_files(folder: Path, questions: Iterable[Question]) -> None:
    """Write questions in all forms, masks included, and the card; goes through them three times."""
    write_parquet(folder / "questions.parquet", questions)
    write_released(folder / "all.json", questions)
    (folder / CARD_FILE).write_text(dataset_card(TITLE, questions), encoding="utf-8")


def scene_folder(data: Path, scene_id: str) -> Path:
    """Return where a data set keeps an annotated scene."""
    return data / "scenes" / scene_id


def _shard_folders(out: Path, settings: Settings) -> list[Path]:
    return [out / WORK_FOLDER / f"{number:06d}" for number in range(len(settings.captures))]


def _require_same(there: Settings, asked: Settings, out: Path) -> None:
    for name in Settings.__struct_fields__:
        had, wants = getattr(there, name), getattr(asked, name)
        if had == wants:
            continue
        if name == "captures":
            both = len({entry.name for entry in had} & {entry.name for entry in wants})
            had, wants = f"{len(had)} of them", f"{len(wants)}, {both} of the same names, or with other files"
        raise DatasetError(
            f"{out}: expected {name} as in the build that is there ({had}), got {wants}; use another folder"
        )


def _distinct(shards: Iterable[Shard]) -> list[Shard]:
    """Return the shards with every scene id once: of those with the same id, the first one counts."""
    first: dict[str, str] = {}
    out = []
    for shard in shards:
        if shard.scene is None or shard.scene.id not in first:
            out.append(shard)
        else:
            reason = f"its id {shard.scene.id} is that of {first[shard.scene.id]} too"
            out.append(Shard(shard.capture, "rejected", reason))
        if shard.scene is not None:
            first.setdefault(shard.scene.id, shard.capture)
    return out


def _place(source: Path, target: Path) -> None:
    """Move a folder to its place, unless that was done before."""
    if source.exists():
        target.parent.mkdir(exist_ok=True)
        os.replace(source, target)
        sync(target.parent)


def _write_final(out: Path, questions: Iterable[Question]) -> None:
    part = out / WORK_FOLDER / f"final{PART}"
    if part.exists():
        shutil.rmtree(part)
    part.mkdir()
    write_question_files(part, questions)
    synced_bytes(part)
    if (out / MASKS_FOLDER).exists():  # of an assembly that was killed: the same, but folders cannot be replaced
        shutil.rmtree(out / MASKS_FOLDER)
    if (part / MASKS_FOLDER).exists():
        os.replace(part / MASKS_FOLDER, out / MASKS_FOLDER)
    for name in FINAL_FILES:
        os.replace(part / name, out / name)
    sync(out)


def _read(file: Path, kind: type[Record]) -> Record:
    try:
        return msgspec.json.decode(file.read_bytes(), type=kind)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        raise DatasetError(f"{file}: expected what a build wrote, got {error}") from error


def _summed(counts: Iterable[dict[str, int]]) -> dict[str, int]:
    total: Counter[str] = Counter()
    for count in counts:
        total.update(count)
    return dict(sorted(total.items()))


def _all_reasons(found: Iterable[Reasons]) -> Reasons:
    every = list(found)
    tasks = sorted({task for reasons in every for task in reasons})
    return {task: _summed(reasons.get(task, {}) for reasons in every) for task in tasks}
