"""The log of a run: JSON Lines, one line a step (or every few), cut back to the checkpoint when a run goes on."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from spacevista.files import write_whole

LOG_FILE = "train_log.jsonl"


def cut_back(file: Path, step: int) -> None:
    """Keep the lines up to a step; a last line that a kill cut short goes as well."""
    if not file.exists():
        return
    kept = []
    for line in file.read_bytes().splitlines():
        try:
            entry = msgspec.json.decode(line, type=dict[str, Any])
        except msgspec.DecodeError:
            break
        if entry.get("step", 0) <= step:
            kept.append(line + b"\n")
    write_whole(file, b"".join(kept))


def append(file: Path, entry: Mapping[str, Any]) -> None:
    """Add a line."""
    with file.open("ab") as stream:
        stream.write(msgspec.json.encode(dict(entry)) + b"\n")
        stream.flush()
        os.fsync(stream.fileno())


def read_log(file: Path) -> list[dict[str, Any]]:
    """Read the lines of a log."""
    return [msgspec.json.decode(line) for line in file.read_bytes().splitlines()]
