"""`spacevista build`: captures -> annotated scenes -> questions, on any number of processes, going on after a kill."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import as_completed
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from spacevista.commands.outcome import Outcome
from spacevista.commands.pool import worker_pool
from spacevista.commands.progress import counted
from spacevista.errors import DatasetError
from spacevista.locks import locked
from spacevista.qa.dataset import Manifest, assemble, finished, open_jobs, settings_of
from spacevista.qa.record import UnitPolicy
from spacevista.qa.shards import Done, Job, RationaleSource, make_shard
from spacevista.qa.sources import described_capture, find_captures

ESTIMATE_AFTER = 3  # scenes a worker: the first one also pays for starting up
SHOWN_LEFT_OUT = 10  # rejected captures named on the terminal; the manifest has all


def run(
    captures: list[Path],
    configs: list[Path],
    out: Path,
    workers: int,
    limit: int | None,
    licences: list[str],
    seed: int,
    unit_policy: UnitPolicy,
    rationales: RationaleSource = "computed",
) -> Outcome:
    """Build the data set `out`; the check fails if no capture gave a question.

    Args:
        configs: one description for each of `captures`, or none at all.
    """
    started = time.perf_counter()
    target = out.resolve()
    found = list(map(described_capture, captures, configs)) if configs else find_captures(captures)
    sources = [source for source in found if source.folder.resolve() != target][:limit]
    settings = settings_of(sources, seed, unit_policy, licences, rationales)
    with locked(out, "build"):
        manifest = finished(out, settings)
        if manifest is None:
            jobs = open_jobs(out, sources, settings)
            if len(jobs) < len(sources):
                print(f"going on with a build: {len(sources) - len(jobs)} of {len(sources)} captures are done")
            make_all(jobs, workers)
            manifest = assemble(out, settings)
    seconds = time.perf_counter() - started
    report(manifest, out)
    print(f"{out}: {manifest.questions} questions about {len(manifest.scenes)} scenes, {seconds:.1f} s")
    return Outcome(figures(manifest, seconds), passed=manifest.questions > 0)


def make_all(jobs: list[Job], workers: int) -> None:
    """Make the shards and say, after the first ones, what all will take."""
    started = time.perf_counter()
    done: list[Done] = []
    for one in counted(made(jobs, workers), len(jobs), "captures"):
        done.append(one)
        if len(done) == ESTIMATE_AFTER * workers and len(done) < len(jobs):
            minutes = (time.perf_counter() - started) / len(done) * (len(jobs) - len(done)) / 60
            megabytes = sum(item.size_bytes for item in done) / len(done) * len(jobs) / 1e6
            print(f"estimate: {minutes:.1f} minutes more, {megabytes:.0f} MB for {len(jobs)} captures")


def made(jobs: list[Job], workers: int) -> Iterator[Done]:
    """Make the shards on `workers` processes, in the order in which they end.

    One worker is a process too, so that the same libraries run with the same number of threads.
    """
    if not jobs:
        return
    pool = worker_pool(min(workers, len(jobs)))
    try:
        for future in as_completed([pool.submit(make_shard, job) for job in jobs]):
            yield future.result()
    except BrokenProcessPool:
        raise DatasetError("a worker process died (out of memory?); call again to go on with the build") from None
    finally:
        pool.shutdown(cancel_futures=True)


def report(manifest: Manifest, out: Path) -> None:
    """Print what each task gave, why candidates were declined, and which captures were left out and why."""
    table = Table("task", "facts", "declined", "declined because", title=str(out))
    for task in sorted({*manifest.facts, *manifest.declines}):
        reasons = sorted(manifest.declines.get(task, {}).items(), key=lambda item: (-item[1], item[0]))
        told = "; ".join(f"{reason} {count}" for reason, count in reasons)
        declined = sum(count for _, count in reasons)
        table.add_row(task, str(manifest.facts.get(task, 0)), str(declined), told)
    Console().print(table)
    for reason, count in dropped_because(manifest).items():
        print(f"dropped {count}: {reason}")
    if (rationales := manifest.rationales) is not None:
        print(f"rationales: {rationales.kept} of {rationales.rows} rows; discarded: {rationales.discarded or 'none'}")
    rejected = [left for left in manifest.left_out if left.outcome == "rejected"]
    for left in rejected[:SHOWN_LEFT_OUT]:
        print(f"rejected: {left.capture}: {left.reason}")
    if len(rejected) > SHOWN_LEFT_OUT:
        print(f"and {len(rejected) - SHOWN_LEFT_OUT} more, see the manifest")


def dropped_because(manifest: Manifest) -> dict[str, int]:
    """Return how many captures each reason left out that could have been used: "licence CC-BY-NC-4.0"."""
    counts = Counter(left.reason for left in manifest.left_out if left.outcome == "dropped")
    return dict(sorted(counts.items()))


def figures(manifest: Manifest, seconds: float) -> dict[str, Any]:
    """Return the counts of a build."""
    outcomes = [left.outcome for left in manifest.left_out]
    return {
        "built": len(manifest.scenes),
        "dropped": outcomes.count("dropped"),
        "dropped_because": dropped_because(manifest),
        "rejected": outcomes.count("rejected"),
        "questions": manifest.questions,
        "facts": manifest.facts,
        "asked": sum(scene.asked for scene in manifest.scenes),
        "declines": manifest.declines,
        "rationales": 0 if manifest.rationales is None else manifest.rationales.kept,
        "discarded_rationales": {} if manifest.rationales is None else manifest.rationales.discarded,
        "seconds": round(seconds, 3),
    }
