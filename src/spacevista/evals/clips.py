"""Clips on disk: the frames of a folder in the order of their numbers, and which clips are missing."""

from __future__ import annotations

import os
import re
from dataclasses import replace
from pathlib import Path

from spacevista.captures.safe import inside
from spacevista.errors import DatasetError
from spacevista.evals.records import Frames, Loaded, Video

SUFFIXES = frozenset({".png", ".jpg", ".jpeg", ".webp"})
MAX_FRAMES = 100_000


def folder_frames(root: Path, folder: str) -> Frames:
    """Return the pictures of a folder below `root` by the numbers in their names: 2.png before 10.png.

    Raises:
        CaptureError: the folder is outside `root`.
        DatasetError: it is not there, or has no picture or more than MAX_FRAMES.
    """
    found = inside(root, folder)
    if not found.path.is_dir():
        raise DatasetError(f"{found.name}: expected a folder of frames, got nothing there")
    names = [entry.name for entry in found.path.iterdir() if entry.suffix.lower() in SUFFIXES]
    if not 1 <= len(names) <= MAX_FRAMES:
        raise DatasetError(f"{found.name}: expected 1 to {MAX_FRAMES} frames, got {len(names)}")
    return Frames(root, tuple(f"{found.name}/{name}" for name in sorted(names, key=_by_number)))


def noting_missing(loaded: Loaded) -> Loaded:
    """Return samples with a note if videos are missing: those that need them will be unscored."""
    videos = {sample.media.path: sample.media for sample in loaded.samples if isinstance(sample.media, Video)}
    missing = [path for path, video in videos.items() if not os.path.isfile(video.root / path)]
    if not missing:
        return loaded
    note = f"{len(missing)} of {len(videos)} videos are missing (first: {missing[0]}); their questions are unscored"
    return replace(loaded, notes=(*loaded.notes, note))


def _by_number(name: str) -> list[tuple[int, int, str]]:
    """Return a key that compares runs of digits as numbers; a number comes before a word."""
    parts = re.findall(r"[0-9]{1,18}|[^0-9]+", name.lower())
    return [(0, int(part), "") if part[0].isdigit() else (1, 0, part) for part in parts] + [(2, 0, name)]
