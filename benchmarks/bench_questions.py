"""Making questions from annotated scenes: every task, the picks, all rows, their rationales and the checks of a build.

    python benchmarks/bench_questions.py [--worlds 2] [--kept FOLDER] [--profile]

A few worlds of every scale are simulated and annotated once (minutes; `--kept` keeps them for the next time), then
asked many times, each time under another id, so that words, marks and options differ. `questions_per_second_1core` is
one process, `_2cores` two of them, as `spacevista build --workers 2` has them; reading a scene from the disk and
annotating it are not in it. `peak_mb_100_scenes` and `peak_mb_2000_scenes` are the peak memory of a process that makes
that many shards and puts them together to a data set: every ASKED_EVERY-th scene is asked, the others are that one
under other ids. `--profile` tells what each task takes, and the functions that take most. Run it on an idle machine.
"""

from __future__ import annotations

import argparse
import cProfile
import os
import pstats
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from itertools import cycle, islice
from pathlib import Path

import msgspec
import numpy as np

from common import Result, Timing, report, timed
from spacevista.annotate.annotate import annotate
from spacevista.commands.pool import worker_pool
from spacevista.qa.check import check_question
from spacevista.qa.dataset import assemble, finished, open_jobs, settings_of
from spacevista.qa.rationales.scene_cases import with_computed
from spacevista.qa.shards import SHARD_FILE, Job, SceneSummary, Shard, ask
from spacevista.qa.sources import Source
from spacevista.scales import Scale
from spacevista.scenes.disk import read_scene, write_scene
from spacevista.scenes.record import Scene
from spacevista.scenes.sizes import longest_sides_m, scene_size_m
from spacevista.sim.simulate import simulate
from spacevista.sim.worlds import make_world
from spacevista.tasks.all import TASKS

FIRST_SEED = 7_000
REPEATS = 5
ROUNDS = 4  # in a timed call of two processes: every scene so many times, so that both are busy to the end
ASKED_EVERY = 20
SHOWN = 25  # functions of the profile


def annotated(folder: Path, worlds: int) -> list[Path]:
    """Return the folders of annotated scenes, `worlds` of every scale; those that are missing are made."""
    found = []
    for scale in Scale:
        for seed in range(FIRST_SEED, FIRST_SEED + worlds):
            target = folder / f"{scale.value}-{seed}"
            if not (target / "scene.json").exists():
                rng = np.random.default_rng([seed, list(Scale).index(scale)])
                write_scene(annotate(simulate(make_world(scale, seed), rng, color=False)), target)
            found.append(target)
    return found


@cache
def scene_at(folder: Path) -> Scene:
    return read_scene(folder)


def shard_of(folder: Path, number: int) -> Shard:
    """Make the rows of a scene under an id of its own; nothing that was worked out of its objects before is kept."""
    scene = scene_at(folder)
    scene = replace(scene, id=f"{scene.id}-{number}", objects=tuple(replace(thing) for thing in scene.objects))
    asked = ask(scene, 0, "native")
    size_m = scene_size_m(longest_sides_m(scene.objects).values())
    told = with_computed(scene, asked.facts, asked.questions, size_m)
    sizes = (scene.frames[0].camera.width_px, scene.frames[0].camera.height_px)
    for question in told.questions:
        check_question(question, lambda path: sizes)
    summary = SceneSummary(
        scene.id, scene.id, scene.scale.value, told.questions[0].split, scene.licence, scene.source, len(scene.frames),
        len(scene.objects), {}, len({q.fact_id for q in told.questions}), len(told.questions), [], [], {},
    )  # fmt: skip
    return Shard(scene.id, "built", scene=summary, questions=told.questions, discarded=dict(told.discarded))


def rows_of(folder: Path, number: int) -> int:
    return len(shard_of(folder, number).questions)


def per_second(name: str, rows: int, timing: Timing) -> list[Result]:
    """Return rows a second, from the median of the times, and how much of it lies between the quartiles."""
    rate = rows / timing.median_s
    return [
        Result(name, rate, "questions/s"),
        Result(f"{name}_iqr", rate * timing.iqr_s / timing.median_s, "questions/s"),
    ]


def on_one_core(folders: list[Path]) -> list[Result]:
    numbers = iter(range(10**9))
    rows = sum(rows_of(folder, next(numbers)) for folder in folders)  # warm-up, too
    timing = timed(lambda: [rows_of(folder, next(numbers)) for folder in folders], REPEATS)
    return per_second("questions_per_second_1core", rows, timing)


def on_two_cores(folders: list[Path]) -> list[Result]:
    numbers = iter(range(10**9))
    with worker_pool(2) as pool:

        def call() -> int:
            jobs = [pool.submit(rows_of, folder, next(numbers)) for _ in range(ROUNDS) for folder in folders]
            return sum(job.result() for job in jobs)

        rows = call()
        return per_second("questions_per_second_2cores", rows, timed(call, REPEATS))


def shards(folders: list[Path], count: int) -> Iterator[bytes]:
    """Yield shards as they stand on disk: every ASKED_EVERY-th is asked, those behind it are it under other ids."""
    for number, folder in enumerate(islice(cycle(folders), -(-count // ASKED_EVERY))):
        shard = shard_of(folder, number)
        content, name = msgspec.json.encode(shard), shard.capture.encode()
        for copy in range(min(ASKED_EVERY, count - number * ASKED_EVERY)):
            yield content.replace(name, b"%b-%d" % (name, copy))


def build(folders: list[Path], count: int, out: Path) -> int:
    """Make a data set of `count` scenes, without frames; return its rows."""
    out.mkdir()
    sources = [Source(out, f"scene-{number}", "") for number in range(count)]
    settings = settings_of(sources, 0, "native", ())
    finished(out, settings)
    jobs: list[Job] = open_jobs(out, sources, settings)
    for job, content in zip(jobs, shards(folders, count), strict=True):
        job.target.mkdir()
        (job.target / SHARD_FILE).write_bytes(content)
    return assemble(out, settings).questions


def peak_mb(kept: Path, worlds: int, count: int) -> float:
    """Return the peak memory of a fresh process that builds from `count` scenes, in MB (10^6 bytes)."""
    command = [sys.executable, __file__, "--peak-of", str(count), "--kept", str(kept), "--worlds", str(worlds)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603
    return float(done.stdout.splitlines()[-1])


def print_profile(folders: list[Path]) -> None:
    """Print what each task takes on all scenes, then the functions that take most."""
    for task in TASKS:
        started, found = time.process_time(), 0
        for folder in folders:
            found += len(list(task(scene_at(folder), np.random.default_rng(0))))
        print(f"{task.__name__:24s} {time.process_time() - started:8.3f} s  {found} candidates")
    profile = cProfile.Profile()
    profile.enable()
    rows = sum(rows_of(folder, number) for number, folder in enumerate(folders))
    profile.disable()
    print(f"{rows} rows")
    pstats.Stats(profile).sort_stats("tottime").print_stats(SHOWN)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--worlds", type=int, default=2, help="worlds of every scale")
    options.add_argument("--kept", type=Path, help="folder that keeps the annotated scenes")
    options.add_argument("--scenes", type=int, nargs=2, default=(100, 2_000), help="scenes of the two peaks")
    options.add_argument("--profile", action="store_true")
    options.add_argument("--peak-of", type=int)
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        kept = given.kept or Path(folder) / "annotated"
        if given.peak_of is not None:
            build(annotated(kept, given.worlds), given.peak_of, Path(folder) / "data")
            print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6)
        elif given.profile:
            print_profile(annotated(kept, given.worlds))
        else:
            peak_mb(kept, given.worlds, 0)  # makes the scenes, in a process of its own: a peak starts with its parent's
            peaks = [Result(f"peak_mb_{n}_scenes", peak_mb(kept, given.worlds, n), "MB") for n in given.scenes]
            folders = annotated(kept, given.worlds)
            results = [*peaks, *on_one_core(folders), *on_two_cores(folders)]
            report("questions", results, ("numpy", "scipy", "msgspec", "pyarrow"))


if __name__ == "__main__":
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    main()
