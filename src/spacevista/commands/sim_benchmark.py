"""`python -m spacevista.commands.sim_benchmark {freeze,verify,write}`: the benchmark spacevista_sim.

Apart from the commands of `spacevista`, because only who maintains the benchmark freezes it.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import msgspec
from cyclopts import App

from spacevista.commands.pool import worker_pool
from spacevista.commands.progress import counted
from spacevista.errors import SpacevistaError
from spacevista.files import write_whole
from spacevista.qa.gold import gold_is_consistent
from spacevista.qa.record import Question
from spacevista.qa.sim_benchmark import benchmark_questions, write_benchmark
from spacevista.qa.sim_benchmark_file import FILE, load_benchmark
from spacevista.qa.sim_freeze import Frozen, assembled, freeze_scene
from spacevista.scales import Scale
from spacevista.sim.seeds import BENCHMARK_SEEDS, world_id

MIN_ROWS = 600  # a scale: fewer and the file is not written

app = App(
    name="python -m spacevista.commands.sim_benchmark",
    help="The frozen benchmark spacevista_sim.",
    help_format="plaintext",
)
ALL_SCALES = ",".join(Scale)


@app.command
def freeze(*, parts: Path, out: Path = Path(str(FILE)), workers: int = 1) -> int:
    """Choose the benchmark's questions anew and replace its file.

    Args:
        parts: folder for one file a world: run again, the command goes on with what is missing. Empty it when anything
            has changed that worlds or questions are made from.
        out: the file to write; by default the one in the package.
        workers: processes; the file does not depend on it.
    """
    parts.mkdir(parents=True, exist_ok=True)
    jobs = [(scale, seed, parts) for scale in Scale for seed in BENCHMARK_SEEDS]
    frozen: list[Frozen] = []
    for (scale, seed, _), done in zip(jobs, counted(_frozen(jobs, workers), len(jobs), "worlds"), strict=True):
        print(f"{scale} {seed}: {len(done.scene.rows)} rows, dropped {done.dropped or 'none'}", flush=True)
        frozen.append(done)
    rows = Counter(str(item.scene.scale) for item in frozen for _ in item.scene.rows)
    few = [f"{scale} {rows[scale]}" for scale in Scale if rows[scale] < MIN_ROWS]
    if few:
        raise SpacevistaError(f"expected at least {MIN_ROWS} rows a scale, got {', '.join(few)}")
    content = assembled(item.scene for item in frozen)
    write_whole(out, content)
    total = sum((Counter(item.dropped) for item in frozen), Counter[str]())
    print(f"{out}: {rows.total()} rows, {len(content)} bytes; dropped {dict(total) or 'none'}")
    return 0


@app.command
def verify(*, scales: str = ALL_SCALES) -> int:
    """Build the benchmark's worlds again and compare every answer with their truth.

    Args:
        scales: scale keys with commas between.
    """
    chosen = _scales(scales)
    return _report(benchmark_questions(chosen), len(chosen))


@app.command
def write(folder: Path, /, *, scales: str = ALL_SCALES) -> int:
    """Write the benchmark as a data set, with its frames.

    Args:
        folder: of the data set.
        scales: scale keys with commas between.
    """
    chosen = _scales(scales)
    return _report(write_benchmark(folder, chosen), len(chosen))


def _frozen(jobs: list[tuple[Scale, int, Path]], workers: int) -> Iterator[Frozen]:
    with worker_pool(workers) as pool:
        yield from pool.map(_part, *zip(*jobs, strict=True))


def _part(scale: Scale, seed: int, parts: Path) -> Frozen:
    """Return the frozen scene of a world from its file; make the file if it is not there."""
    file = parts / f"{world_id(scale, seed)}.json"
    if not file.is_file():
        write_whole(file, msgspec.json.encode(freeze_scene(scale, seed)))
    return msgspec.json.decode(file.read_bytes(), type=Frozen)


def _scales(keys: str) -> tuple[Scale, ...]:
    chosen = keys.split(",")
    if not set(chosen) <= set(Scale):
        raise SpacevistaError(f"--scales: expected some of {ALL_SCALES}, got {keys}")
    return tuple(Scale(key) for key in chosen)


def _report(scenes: Iterator[list[Question]], scales: int) -> int:
    """Count the questions of the scenes by task and scale; 1 if a gold answer is not what its value says."""
    questions: list[Question] = []
    for found in counted(scenes, scales * len(BENCHMARK_SEEDS), "worlds"):
        questions += found
    for (scale, task), count in sorted(Counter((q.scale, q.task) for q in questions).items()):
        print(f"{scale:14} {task:18} {count}")
    wrong = [q.id for q in questions if not gold_is_consistent(q)]
    print(f"{len(questions)} questions, {len(wrong)} answers that are not what their value says {wrong[:3]}")
    print(f"hash of the truths: {load_benchmark().header.truth_sha256['all']}")
    return 1 if wrong else 0


def main() -> int:
    """Run this process's command line and return its exit code."""
    try:
        code = app(result_action="return_value")
    except SpacevistaError as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        return 1
    return code if isinstance(code, int) else 0


if __name__ == "__main__":
    sys.exit(main())
