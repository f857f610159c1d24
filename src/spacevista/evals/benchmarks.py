"""The benchmarks that can be run, in the order in which reports list them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from spacevista.errors import SpacevistaError
from spacevista.evals import (
    mmsi_bench,
    spacevista_bench,
    spacevista_parquet,
    spacevista_sim,
    spar_bench,
    sti_bench,
    vsi_bench,
)
from spacevista.evals.records import BenchmarkName, Loaded


@dataclass(frozen=True)
class Benchmark:
    """A benchmark: its key, and what reads its released files from their folder."""

    name: BenchmarkName
    read: Callable[[Path], Loaded]


BENCHMARKS: tuple[Benchmark, ...] = (
    Benchmark("vsi_bench", vsi_bench.read),
    Benchmark("sti_bench", sti_bench.read),
    Benchmark("mmsi_bench", mmsi_bench.read),
    Benchmark("spar_bench", spar_bench.read),
    Benchmark("spacevista_bench", spacevista_bench.read),
    Benchmark("spacevista_parquet", spacevista_parquet.read),
    Benchmark("spacevista_sim", spacevista_sim.read),
)


def read_benchmark(name: str, root: Path | None) -> Loaded:
    """Read a benchmark; only spacevista_sim needs no folder.

    Raises:
        SpacevistaError: there is no such benchmark, or it needs a folder; what its reader raises.
    """
    found = next((benchmark for benchmark in BENCHMARKS if benchmark.name == name), None)
    if found is None:
        raise SpacevistaError(f"expected a benchmark of {', '.join(b.name for b in BENCHMARKS)}, got {name!r}")
    if root is not None:
        return found.read(root)
    if name != "spacevista_sim":
        raise SpacevistaError(f"{name}: expected the folder of its released files, got none")
    return spacevista_sim.read()
