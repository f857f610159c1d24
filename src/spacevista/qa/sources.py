"""Which captures a build is about: folders found below what the user named, in a fixed order."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from spacevista.captures.kitti_object import frame_files, is_kitti_frame, kitti_frames
from spacevista.captures.open import READERS, check_config
from spacevista.errors import CaptureError


@dataclass(frozen=True)
class Source:
    """A folder to be read as a capture.

    Attributes:
        name: what the data set calls it: the named folder, and the folder in it. No path of this machine.
        folder: or FOLDER/NAME, one frame of a KITTI folder.
        content: digest of the names and sizes of its files, and of its description if that lies elsewhere, to tell
            whether a resumed build is about the same ones.
        config: its description (docs/captures.md), where that does not lie in the folder.
    """

    folder: Path
    name: str
    content: str
    config: Path | None = None


def find_captures(paths: Iterable[Path]) -> list[Source]:
    """Return the captures in `paths`: each is one itself, or holds one in every folder directly below it.

    A folder below that no reader recognises is in the list too: the build says that it could not be read.

    Raises:
        CaptureError: a path is no folder, or holds no capture at all.
    """
    found: dict[Path, tuple[Path, str]] = {}
    for path in paths:
        for folder, name in _in(path):
            found.setdefault(folder.resolve(), (folder, name))
    return [Source(folder, name, _content(folder)) for folder, name in found.values()]


def described_capture(folder: Path, config: Path) -> Source:
    """Return the capture in `folder` that the file `config` describes.

    Raises:
        CaptureError: `folder` is no folder, or `config` cannot be used.
    """
    _require_folder(folder)
    check_config(config)  # a wrong description is a wrong call: said now, not after hours
    content = hashlib.sha256(f"{_content(folder)}\0".encode() + config.read_bytes()).hexdigest()[:16]
    return Source(folder, f"{folder.resolve().name} by {config.name}", content, config)


def _in(path: Path) -> Iterator[tuple[Path, str]]:
    name = path.resolve().name
    if is_kitti_frame(path):
        yield path, f"{path.resolve().parent.name}/{name}"
        return
    _require_folder(path)
    if _recognised(path):
        yield from _captures_of(path, name)
        return
    below = sorted(entry for entry in path.iterdir() if entry.is_dir() and not entry.name.startswith("."))
    if not any(map(_recognised, below)):
        raise CaptureError(f"{path}: expected a capture or a folder of captures, got neither (see docs/captures.md)")
    for folder in below:
        yield from _captures_of(folder, f"{name}/{folder.name}")


def _captures_of(folder: Path, name: str) -> Iterator[tuple[Path, str]]:
    """Yield the folder itself, or the frames of one of KITTI's, each of which is a capture."""
    frames = kitti_frames(folder)
    if len(frames) > 1:
        yield from ((folder / frame, f"{name}/{frame}") for frame in frames)
    else:
        yield folder, name


def _require_folder(path: Path) -> None:
    if not path.is_dir():
        raise CaptureError(f"{path}: expected a folder, got {'a file' if path.exists() else 'nothing there'}")


def _recognised(folder: Path) -> bool:
    return any(recognises(folder) for _, recognises, _ in READERS)


def _content(folder: Path) -> str:
    digest = hashlib.sha256()
    if not folder.exists():
        for file in frame_files(folder):
            digest.update(f"{file.name}\0{file.lstat().st_size}\0".encode())
    for parent, folders, files in os.walk(folder):
        folders.sort()
        for name in sorted(files):
            file = Path(parent, name)
            digest.update(f"{file.relative_to(folder).as_posix()}\0{file.lstat().st_size}\0".encode(errors="replace"))
    return digest.hexdigest()[:16]
