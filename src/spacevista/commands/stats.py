"""`spacevista stats`: what a data set holds, on the terminal and as a page."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console
from rich.table import Table

from spacevista.commands.outcome import Outcome
from spacevista.qa.dataset import read_manifest
from spacevista.qa.readers import read_questions
from spacevista.qa.stats import Stats, figures, page, stats_of
from spacevista.scales import Scale

HARMLESS = {"same prompt"}  # if the answers agree, it is only asked twice


def run(data: Path, out: Path) -> Outcome:
    """Describe a data set; the check fails if an id is there twice, rows contradict, or a scene is in two splits."""
    stats = stats_of(read_questions(data), read_manifest(data))
    report(stats)
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(page(stats, data.resolve().name), encoding="utf-8")
    print(f"page: {out}")
    return Outcome(figures(stats), passed=set(stats.faults) <= HARMLESS)


def report(stats: Stats) -> None:
    """Print the tables."""
    scales = [scale.value for scale in Scale if scale.value in stats.rows["scale"]]
    table = Table("task", *scales, title="rows by task and scale")
    for task, counts in stats.tasks.items():
        table.add_row(task, *(str(counts.get(scale, 0)) for scale in scales))
    console = Console(width=120)
    console.print(table)
    for column in ("form", "prompt_type", "split", "licence"):
        print(f"{column}: " + ", ".join(f"{name} {count}" for name, count in stats.rows[column].items()))
    for count, letters in stats.letters.items():
        total = sum(letters.values())
        told = ", ".join(f"{letter} {number / total:.0%}" for letter, number in letters.items())
        print(f"right letter of {count} options ({total} rows): {told}")
    for fault, (number, example) in stats.faults.items():
        print(f"{fault}: {number}, such as {example}")
