"""What a review leaves of a data set, written as a data set of its own."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path

import msgspec

from spacevista.errors import DatasetError
from spacevista.files import PART
from spacevista.qa.check import inside
from spacevista.qa.dataset import LeftOut, Manifest, write_manifest, write_question_files
from spacevista.qa.record import Question
from spacevista.qa.review import ReviewSummary
from spacevista.qa.shards import FRAMES_FOLDER, SceneSummary

NOTHING_LEFT = "no row left after the review"


def write_reviewed(data: Path, manifest: Manifest, kept: Sequence[Question], summary: ReviewSummary, out: Path) -> None:
    """Write the kept rows of a data set with their scenes and frames as the data set `out`, whole or not at all.

    Args:
        manifest: of the data set in `data`; its declines stay as they are, they count the build's candidates.

    Raises:
        DatasetError: `out` is there and not empty, or a scene of a kept row is missing.
    """
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise DatasetError(f"{out}: expected a folder that is empty or not there, got one with something in it")
    out.parent.mkdir(parents=True, exist_ok=True)
    part = Path(tempfile.mkdtemp(PART, f".{out.name}-", out.parent))
    try:
        reviewed = reviewed_manifest(manifest, kept, summary)
        for scene in reviewed.scenes:
            for folder in ("scenes", FRAMES_FOLDER):
                _copy(data, f"{folder}/{scene.id}", part)
        write_question_files(part, kept)
        write_manifest(part, reviewed)
        part.chmod(0o755)  # a temporary folder is its owner's alone
        os.replace(part, out)
    finally:
        shutil.rmtree(part, ignore_errors=True)


def reviewed_manifest(manifest: Manifest, kept: Sequence[Question], summary: ReviewSummary) -> Manifest:
    """Return the manifest of what is left; rows that an earlier review rejected stay in the list.

    Raises:
        DatasetError: the manifest has no scene of a row.
    """
    rows: dict[str, list[Question]] = {scene.id: [] for scene in manifest.scenes}
    for question in kept:
        if question.scene_id not in rows:
            raise DatasetError(f"{question.id}: expected a scene of the manifest, got {question.scene_id[:200]!r}")
        rows[question.scene_id].append(question)
    scenes = [_counted(scene, rows[scene.id]) for scene in manifest.scenes if rows[scene.id]]
    gone = [LeftOut(scene.capture, "dropped", NOTHING_LEFT) for scene in manifest.scenes if not rows[scene.id]]
    before = [] if manifest.review is None else manifest.review.rejected
    return msgspec.structs.replace(
        manifest,
        questions=len(kept),
        facts={task: sum(s.facts.get(task, 0) for s in scenes) for task in _tasks(scenes)},
        scenes=scenes,
        left_out=[*manifest.left_out, *gone],
        review=msgspec.structs.replace(summary, rejected=[*before, *summary.rejected]),
    )


def _counted(scene: SceneSummary, rows: Sequence[Question]) -> SceneSummary:
    return msgspec.structs.replace(scene, asked=len({q.fact_id for q in rows}), questions=len(rows))


def _tasks(scenes: Iterable[SceneSummary]) -> list[str]:
    return sorted({task for scene in scenes for task in scene.facts})


def _copy(data: Path, folder: str, part: Path) -> None:
    source = inside(data, folder)
    if not source.is_dir():
        raise DatasetError(f"{data}: expected {folder} of a row that was kept, got nothing there")
    shutil.copytree(source, part / folder, symlinks=True)  # a link stays one: what it leads to is not copied
