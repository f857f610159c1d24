"""`spacevista patterns`: how many ways of asking each task has, and how much they differ."""

from __future__ import annotations

from dataclasses import asdict

from rich.console import Console
from rich.table import Table

from spacevista.commands.outcome import Outcome
from spacevista.qa.diversity import by_task
from spacevista.qa.lint import NEAREST


def run() -> Outcome:
    """Print the figures; the check fails if two patterns are nearer than the lint allows."""
    found = by_task()
    table = Table("task", "patterns", "distinct words", "nearest two", title="sentence patterns of questions")
    for task, figures in found.items():
        table.add_row(task, str(figures.patterns), str(figures.words), f"{figures.nearest:.3f}")
    Console(width=120).print(table)
    every = found["all"]
    print("nearest two of all:", *(f"  {pattern}" for pattern in every.pair), sep="\n")
    return Outcome({task: asdict(figures) for task, figures in found.items()}, passed=every.nearest >= NEAREST)
