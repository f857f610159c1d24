"""The progress bar of a command: it names what it counts, and goes to standard error so that output stays clean."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import TypeVar

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

Item = TypeVar("Item")


def counted(items: Iterable[Item], total: int, what: str) -> Iterator[Item]:
    """Yield `items` and count them as "12/40 worlds"; silent where standard error is no terminal."""
    with counting(total, what) as count:
        for item in items:
            yield item
            count()


@contextmanager
def counting(total: int, what: str) -> Iterator[Callable[[], None]]:
    """Give a function to call after each of `total` things; silent where standard error is no terminal."""
    console = Console(stderr=True)
    columns = (BarColumn(), MofNCompleteColumn(), TextColumn(what), TimeElapsedColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        task = progress.add_task(what, total=total)
        yield partial(progress.advance, task)
