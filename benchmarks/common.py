"""The benchmark contract: warm-up, median and interquartile range, ratio to a named rival, JSON on the last line.

A benchmark measures with `timed`, collects `Result`s and ends with `report`, whose last line on standard output is
`{"benchmark": name, "results": [{"name", "value", "unit"}, ...], "machine": {...}}`.
"""

from __future__ import annotations

import json
import os
import platform
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path


@dataclass(frozen=True)
class Result:
    name: str
    value: float
    unit: str


@dataclass(frozen=True)
class Timing:
    """Seconds a call: median and interquartile range over the repeats."""

    median_s: float
    iqr_s: float


def timed(call: Callable[[], object], repeats: int, warm_up: int = 1) -> Timing:
    """Time `call` `repeats` (2 or more) times after `warm_up` calls that do not count."""
    for _ in range(warm_up):
        call()
    return timed_by_turns([call], repeats)[0]


def timed_by_turns(calls: Sequence[Callable[[], object]], repeats: int) -> list[Timing]:
    """Time each call `repeats` (2 or more) times, all of them in every turn: a machine that slows down slows all."""
    seconds: list[list[float]] = [[] for _ in calls]
    for _ in range(repeats):
        for call, taken in zip(calls, seconds, strict=True):
            start = time.perf_counter()
            call()
            taken.append(time.perf_counter() - start)
    return [_timing(taken) for taken in seconds]


def _timing(seconds: list[float]) -> Timing:
    quarters = statistics.quantiles(seconds, n=4, method="inclusive")
    return Timing(statistics.median(seconds), quarters[2] - quarters[0])


def in_milliseconds(name: str, timing: Timing) -> list[Result]:
    """Return the results `name` and `name_iqr`."""
    return [Result(name, 1e3 * timing.median_s, "ms"), Result(f"{name}_iqr", 1e3 * timing.iqr_s, "ms")]


def machine(packages: tuple[str, ...]) -> dict[str, object]:
    """Return what the numbers depend on: processor, usable cores, load at the time, versions."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return {
        "processor": _processor(),
        "cores": cores,
        "load_1min": round(os.getloadavg()[0], 2),
        "system": platform.platform(),
        "python": platform.python_version(),
        **{name: version(name) for name in packages},
    }


def _processor() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    names = [line for line in cpuinfo.read_text().splitlines() if "model name" in line] if cpuinfo.exists() else []
    return names[0].split(":", 1)[1].strip() if names else platform.processor()


def report(benchmark: str, results: list[Result], packages: tuple[str, ...]) -> None:
    """Print a table for people, then the JSON line."""
    width = max(len(result.name) for result in results)
    for result in results:
        print(f"{result.name:{width}s}  {result.value:10.3f} {result.unit}")
    line = {"benchmark": benchmark, "results": [asdict(result) for result in results], "machine": machine(packages)}
    print(json.dumps(line))
