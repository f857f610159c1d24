"""One process at a time in a folder."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from spacevista.errors import SpacevistaError


@contextmanager
def locked(folder: Path, work: str) -> Iterator[None]:
    """Make a folder and keep other processes that ask here out; a killed one leaves no lock behind.

    Raises:
        SpacevistaError: another process is in it, at the same kind of `work` ("build").
    """
    folder.mkdir(parents=True, exist_ok=True)
    handle = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise SpacevistaError(f"{folder}: another {work} is at work there") from None
        yield
    finally:
        os.close(handle)
