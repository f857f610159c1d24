"""Building a data set: scenes a minute by scale on one and on two workers, peak memory of small and large builds.

    python benchmarks/bench_build.py [--captures 20] [--kept FOLDER] [--scenes 100 2000] [--scales drone,indoor]

`spacevista build` runs in a process of its own on captures of every scale that were written before (`--kept` keeps them
for the next time): colour, depth and ids in full size, every task, rationales. KINDS worlds, each under several ids;
enough of them that the last one, beside which the other worker has nothing left to do, is a small part.
`scenes_per_minute_SCALE_1worker` and `_2workers` are of the same captures; `workers_SCALE` is their ratio, two
processes against one in the same run.
`peak_mb_100_scenes` and `peak_mb_2000_scenes` are the largest resident memory of any process of a build of as many
small captures (160 pixels wide, five frames; a scene in memory is its frames, so that small ones would show what
grows with their number). Run it on an idle machine.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import subprocess
import sys
import tempfile
from dataclasses import replace
from functools import partial
from itertools import count
from pathlib import Path

import numpy as np

from common import Result, Timing, report, timed_by_turns
from spacevista.captures.disk import write_capture
from spacevista.geometry.cameras import Camera
from spacevista.scales import Scale
from spacevista.sim.simulate import simulate
from spacevista.sim.world import World
from spacevista.sim.worlds import make_world

FIRST_SEED = 8_000
REPEATS = 3
KINDS = 4  # worlds among the captures of a scale; the others are these under other ids
SMALL_PX = (160, 120)
SMALL_FRAMES = 5


def build(captures: list[Path], out: Path, workers: int) -> None:
    """Build a data set from folders of captures in a process of its own."""
    command = [sys.executable, "-m", "spacevista.cli", "build", *map(str, captures)]
    subprocess.run(  # noqa: S603
        [*command, "--out", str(out), "--workers", str(workers)], check=True, stdout=subprocess.DEVNULL
    )


def per_minute(name: str, scenes: int, timing: Timing) -> list[Result]:
    """Return scenes a minute, from the median of the times, and how much of it lies between the quartiles."""
    rate = 60 * scenes / timing.median_s
    return [
        Result(name, rate, "scenes/min"),
        Result(f"{name}_iqr", rate * timing.iqr_s / timing.median_s, "scenes/min"),
    ]


def of_scale(scale: Scale, captures: int, kept: Path, scratch: Path) -> list[Result]:
    """Time builds of one scale's captures with one and with two workers."""
    folders = [kept / f"{scale}-{number}" for number in range(captures)]
    if not all(folder.exists() for folder in folders):
        write_captures([make_world(scale, FIRST_SEED + kind) for kind in range(KINDS)], folders)
    number = count()

    def once(workers: int, some: list[Path] = folders) -> None:
        build(some, scratch / f"{scale}-{next(number)}", workers)

    once(2, folders[:2])  # warm-up
    one, two = timed_by_turns([partial(once, workers) for workers in (1, 2)], REPEATS)
    return [
        *per_minute(f"scenes_per_minute_{scale}_1worker", captures, one),
        *per_minute(f"scenes_per_minute_{scale}_2workers", captures, two),
        Result(f"workers_{scale}", one.median_s / two.median_s, "x"),
    ]


def write_captures(worlds: list[World], folders: list[Path]) -> None:
    """Write a capture to every folder, of the worlds by turns, each with an id of its own."""
    for kind, world in enumerate(worlds):
        capture = simulate(world, np.random.default_rng(kind))
        for folder in folders[kind :: len(worlds)]:
            shutil.rmtree(folder, ignore_errors=True)  # of a run that was stopped
            write_capture(replace(capture, id=folder.name), folder)


def small(world: World) -> World:
    """Return a world that is seen in few small pictures."""
    return replace(world, camera=Camera.from_fov(*SMALL_PX, 60), path=world.path[:SMALL_FRAMES])


def peak_mb(scenes: int) -> float:
    """Return the peak memory of a build of small captures, in MB (10^6 bytes), measured from a fresh process."""
    command = [sys.executable, __file__, "--peak-of", str(scenes)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603
    return float(done.stdout.splitlines()[-1])


def print_peak(scenes: int, scratch: Path) -> None:
    """Print the largest resident memory of the processes of a build."""
    worlds = [small(make_world(Scale.TABLETOP, FIRST_SEED + kind)) for kind in range(KINDS)]
    write_captures(worlds, [scratch / "captures" / f"small-{number}" for number in range(scenes)])
    build([scratch / "captures"], scratch / "data", 2)
    print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024 / 1e6)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--captures", type=int, default=20, help="of every scale")
    options.add_argument("--kept", type=Path, help="folder that keeps the captures")
    options.add_argument("--scales", default=",".join(Scale), help="scale keys with commas between")
    options.add_argument("--scenes", type=int, nargs="*", default=(100, 2_000), help="scenes of the peaks")
    options.add_argument("--peak-of", type=int)
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        if given.peak_of is not None:
            print_peak(given.peak_of, scratch)
            return
        results = [Result(f"peak_mb_{n}_scenes", peak_mb(n), "MB") for n in given.scenes]
        for scale in filter(None, given.scales.split(",")):
            results += of_scale(Scale(scale), given.captures, given.kept or scratch / "worlds", scratch)
            for data in scratch.glob(f"{scale}-*"):
                shutil.rmtree(data)
        report("build", results, ("numpy", "scipy", "numba", "pyarrow"))


if __name__ == "__main__":
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    main()
