"""Files that are there with all their content or not at all, also after the power went."""

from __future__ import annotations

import os
from pathlib import Path

PART = ".part"  # ends the name of what is still being written


def write_whole(file: Path, content: bytes) -> None:
    """Write a file that is there with all its content or not at all."""
    part = file.with_name(file.name + PART)
    part.write_bytes(content)
    sync(part)
    os.replace(part, file)
    sync(file.parent)


def sync(path: Path) -> None:
    """Bring a file, or the names in a folder, to the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
