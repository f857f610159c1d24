"""Checkpoints that are there whole or not at all.

A checkpoint is a folder `checkpoint-<step>`; `complete.json` in it is written last, and names every file with its size.
A folder without it, or with other files, was cut short and is never gone on from.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
from safetensors import SafetensorError

from spacevista.files import sync, write_whole
from spacevista.train.errors import TrainError

PREFIX = "checkpoint-"
COMPLETE_FILE = "complete.json"


def checkpoint_folder(out: Path, step: int) -> Path:
    """Return where the checkpoint of a step is kept."""
    return out / f"{PREFIX}{step}"


def last_checkpoint(out: Path) -> Path | None:
    """Return the complete checkpoint of the highest step, None if there is none."""
    return next(iter(_complete(out)), None)


def step_of(checkpoint: Path) -> int:
    """Return the step after which a checkpoint was written."""
    return int(checkpoint.name.removeprefix(PREFIX))


@contextmanager
def writing(folder: Path) -> Iterator[None]:
    """Write a checkpoint inside a `with` block; what an error leaves is removed, which also gives its space back.

    Raises:
        TrainError: it could not be written: the disk is full, or broken; names the last complete checkpoint.
    """
    try:
        yield
    except (OSError, RuntimeError, SafetensorError) as error:
        shutil.rmtree(folder, ignore_errors=True)
        last = last_checkpoint(folder.parent)
        raise TrainError(
            f"{folder}: the checkpoint could not be written ({error}); {free_text(folder.parent)}. "
            + (f"Training can go on from {last.name}" if last else "No checkpoint was written before")
        ) from error


def free_text(folder: Path) -> str:
    """Say how much room the disk of a folder has."""
    return f"{shutil.disk_usage(folder).free / 1e9:.3f} GB are free"


def mark_complete(folder: Path) -> None:
    """Say that all files of a checkpoint are there, after they are on the disk."""
    files = {
        file.relative_to(folder).as_posix(): file.stat().st_size for file in sorted(folder.rglob("*")) if file.is_file()
    }
    for name in files:
        sync(folder / name)
    write_whole(folder / COMPLETE_FILE, msgspec.json.encode(files))


def remove_older(out: Path, keep: int) -> None:
    """Remove all but the newest complete checkpoints, and those that were cut short before them."""
    kept = _complete(out)[:keep]
    for folder in out.glob(f"{PREFIX}*"):
        if folder not in kept:
            shutil.rmtree(folder)


def _complete(out: Path) -> list[Path]:
    """Return the complete checkpoints, newest first."""
    named = [folder for folder in out.glob(f"{PREFIX}*") if folder.name.removeprefix(PREFIX).isdigit()]
    return sorted(filter(_is_complete, named), key=step_of, reverse=True)


def _is_complete(folder: Path) -> bool:
    try:
        files = msgspec.json.decode((folder / COMPLETE_FILE).read_bytes(), type=dict[str, int])
        return all((folder / name).stat().st_size == size for name, size in files.items())
    except (OSError, msgspec.DecodeError):
        return False
