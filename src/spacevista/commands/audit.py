"""`spacevista audit`: label accuracy against exact truth, with its yield."""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import as_completed
from dataclasses import dataclass
from pathlib import Path

import msgspec
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from spacevista.commands.outcome import Outcome
from spacevista.commands.pool import worker_pool
from spacevista.commands.simulate import world_of
from spacevista.qa.audit import audit_world
from spacevista.qa.audit_judged import Judged
from spacevista.qa.audit_table import Cell, as_json, as_markdown, decline_reasons, misses, table
from spacevista.scales import Scale
from spacevista.sim.assets import load_pack
from spacevista.sim.noise import NoiseLevel
from spacevista.sim.seeds import open_seeds
from spacevista.tasks.all import NAMES
from spacevista.tasks.facts import TASK_VERSION

COLUMNS = (
    "task", "scale", "labels", "right", "95 %", "asked/decidable", "decidable/visible", "median error", "p90",
    "coverage", "noise-led", "half-width", "size x", "distance x", "misses",
)  # fmt: skip


@dataclass(frozen=True)
class Job:
    """One world to audit; `out` is the folder that keeps its judgements, if any."""

    scale: Scale
    seed: int
    levels: tuple[NoiseLevel, ...]
    assets: Path | None
    out: Path | None
    unusual: float = 0.0
    tasks: tuple[str, ...] = NAMES


def run(
    scenes: int,
    levels: tuple[NoiseLevel, ...],
    scales: tuple[Scale, ...],
    assets: Path | None,
    workers: int,
    seed: int,
    out: Path | None,
    unusual: float = 0.0,
    tasks: tuple[str, ...] = NAMES,
) -> Outcome:
    """Audit `scenes` worlds a scale from `seed` on; the check holds if every row reaches its bars.

    `unusual` is the share of objects that get an unusual size.
    With `out`, the judgements of each world and level and the table (table.md) are kept there, and what is found there
    is not audited again.
    """
    seeds = open_seeds(seed, scenes)
    jobs = [Job(scale, number, levels, assets, out, unusual, tasks) for number in seeds for scale in scales]
    judged: list[Judged] = []
    with Progress(console=Console(stderr=True)) as progress:
        bar = progress.add_task(f"auditing {len(jobs)} worlds", total=len(jobs))
        for found in audited(jobs, workers):
            judged.extend(found)
            progress.advance(bar)
    judged.sort(key=lambda item: item.scene_id)
    cells = table(judged)
    console = Console(width=150)
    for level, rows in cells.items():
        console.print(rendered(level, rows))
    for task, reasons in decline_reasons(judged).items():
        console.print(f"{task} declined: " + ", ".join(f"{reason} {n}" for reason, n in reasons.most_common()))
    if out is not None:
        (out / "table.md").write_text(as_markdown(cells), encoding="utf-8")
    missed = any(misses(level, row) for level, rows in cells.items() for s in rows.values() for row in s.values())
    return Outcome(as_json(cells), passed=not missed)


def audited(jobs: list[Job], workers: int) -> Iterator[list[Judged]]:
    """Audit the jobs on `workers` processes, in the order in which they end."""
    if workers <= 1:
        yield from map(audit_one, jobs)
        return
    with worker_pool(workers) as pool:
        for done in as_completed([pool.submit(audit_one, job) for job in jobs]):
            yield done.result()


def audit_one(job: Job) -> list[Judged]:
    """Make and audit one world; levels whose judgements an earlier run kept are read."""
    world = world_of(job.scale, job.seed, load_pack(job.assets) if job.assets else None, job.unusual)
    if job.out is None:
        return audit_world(world, job.levels, job.tasks)
    chosen = "" if job.tasks == NAMES else f".{'+'.join(job.tasks)}"
    files = {level: job.out / f"{world.id}.{level}.{TASK_VERSION}{chosen}.json" for level in job.levels}
    missing = tuple(level for level, file in files.items() if not file.exists())
    judged = audit_world(world, missing, job.tasks) if missing else []
    job.out.mkdir(parents=True, exist_ok=True)
    for level in missing:
        partial = files[level].with_suffix(f".{os.getpid()}.part")
        partial.write_bytes(msgspec.json.encode([item for item in judged if item.level == level]))
        partial.replace(files[level])
    kept = (msgspec.json.decode(file.read_bytes(), type=list[Judged]) for file in files.values())
    return [item for judgements in kept for item in judgements]


def rendered(level: str, rows: dict[str, dict[str, Cell]]) -> Table:
    """Return the table of one level."""
    out = Table(*COLUMNS, title=f"level {level}")
    for task, scales in rows.items():
        for scale, row in scales.items():
            out.add_row(
                task,
                scale,
                str(row.labels),
                f"{row.right:.1%}",
                f"{row.right_low:.1%}-{row.right_high:.1%}",
                f"{row.asked_of_decidable:.0%}",
                f"{row.decidable_of_visible:.0%}",
                f"{row.median_rel_error:.2%}",
                f"{row.p90_rel_error:.2%}",
                f"{row.coverage:.1%}",
                f"{row.noise_coverage:.1%}",
                f"{row.median_half_width:.2%}",
                f"{row.size_ratio:.2f}",
                f"{row.distance_ratio:.2f}",
                "; ".join(misses(level, row)),
            )
    return out
