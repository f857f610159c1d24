"""Remembering what short texts were read as: answers repeat, "B" and "2.5" more than anything."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from functools import lru_cache
from typing import TypeVar, TypeVarTuple

Arguments = TypeVarTuple("Arguments")
Result = TypeVar("Result")

SHORT = 64  # characters; longer answers seldom repeat, and remembering them would take memory without bound
KEPT = 1 << 15


def remembered(read: Callable[[str, *Arguments], Result]) -> Callable[[str, *Arguments], Result]:
    """Return a pure reader of text that looks its result up where the text is short."""
    known = lru_cache(maxsize=KEPT)(read)

    def reader(text: str, *arguments: *Arguments) -> Result:
        if len(text) > SHORT:
            return read(text, *arguments)
        keys: tuple[Hashable, ...] = arguments
        return known(text, *keys)

    return reader
