"""`python -m spacevista.commands.verify_training OUT`: does every stage gain on scenes that it was not trained on?

Worlds are simulated and built, the stages of the recipe `debug` run on them, and each is compared with its start: by
the held-out losses row by row, GRPO by the rewards of answers: drawn ones, whose mean reward it learns to raise, and
greedy ones. Intervals are of a bootstrap over scenes; where one holds zero there is no conclusion. All of it goes on
where it was stopped.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from spacevista.commands import build
from spacevista.commands.pool import worker_pool
from spacevista.commands.simulate import write_world
from spacevista.evals.intervals import Measured, measured, resampled_means, scene_numbers, scene_totals
from spacevista.recipes import debug
from spacevista.scales import Scale
from spacevista.train.experts import train_experts
from spacevista.train.gains import plainly, row_losses, row_rewards, unseen_rows, with_own_expert
from spacevista.train.grpo_stage import train_policy
from spacevista.train.router import train_router
from spacevista.train.sft import train_sft
from spacevista.train.shards import Row

FIRST_SEED = 7_000
DRAWS = 3  # answers to a row at the temperature of training, whose mean reward is what GRPO raises
COMPARED = 400  # unseen rows whose losses are compared, evenly spread; of rewards, which scatter more, all are


def main(arguments: Sequence[str] | None = None) -> int:
    """Run all stages and print a line for each; 0 if none is worse than its start."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--worlds", type=int, default=8, help="a scale")
    parser.add_argument("--workers", type=int, default=2)
    asked = parser.parse_args(arguments)
    data = simulated(asked.out, asked.worlds, asked.workers)
    verdicts = [verdict(name, gain) for name, gain in gains(asked.out, data)]
    print(*verdicts, sep="\n")
    return int(any("worse" in line for line in verdicts))


def simulated(out: Path, worlds: int, workers: int) -> Path:
    """Return a data set of simulated worlds of all scales."""
    wanted = [(scale, seed) for scale in Scale for seed in range(FIRST_SEED, FIRST_SEED + worlds)]
    with worker_pool(workers) as pool:
        for done in [pool.submit(write_world, scale, seed, out / "worlds", None) for scale, seed in wanted]:
            done.result()
    build.run([out / "worlds"], [], out / "data", workers, None, [], 0, "native", "none")
    return out / "data"


def gains(out: Path, data: Path) -> list[tuple[str, Measured]]:
    """Train all stages and return what each gains over its start: nats a held-out token, or reward."""
    sft, experts, router, grpo = debug.sft(), debug.experts(), debug.router(), debug.grpo()
    first = train_sft(sft, [data], out / "sft", tell=print)
    second = train_experts(experts, [data], out / "experts", first, print)
    third = train_router(router, [data], out / "router", second, print)
    policy = train_policy(grpo, [data], out / "grpo", first, print)
    unseen = unseen_rows(sft, [data])
    rows = spread(unseen, COMPARED)
    closed = [row for row in unseen if row.question.form != "free"]
    trained = row_losses(sft, first, rows)
    mixed = row_losses(sft, second, rows, plainly)

    def rewarded(draws: int) -> Measured:
        return gain(closed, *(row_rewards(grpo, model, closed, data, draws) for model in (policy, first)))

    return [
        ("sft over random weights", gain(rows, row_losses(sft, None, rows), trained)),
        ("own expert over sft", gain(rows, trained, row_losses(sft, second, rows, with_own_expert))),
        ("router and thawed experts over equal weights", gain(rows, mixed, row_losses(sft, third, rows))),
        ("grpo over sft, reward of drawn answers", rewarded(DRAWS)),
        ("grpo over sft, reward of greedy answers", rewarded(0)),
    ]


def spread(rows: Sequence[Row], most: int) -> list[Row]:
    """Return at most so many of the rows, evenly spaced."""
    count = min(len(rows), most)
    return [rows[place * len(rows) // count] for place in range(count)]


def gain(rows: Sequence[Row], before: NDArray[np.float64], after: NDArray[np.float64]) -> Measured:
    """Return the mean of before - after, with its interval over scenes."""
    scenes = scene_numbers([row.question.scene_id for row in rows])
    totals = scene_totals(scenes, before - after, [np.arange(len(rows))])
    return measured(totals, resampled_means(totals, np.random.default_rng(0)), 0, 0)


def verdict(name: str, found: Measured) -> str:
    """Return a line: better, worse or no conclusion, with the numbers."""
    if found.value is None or found.interval is None:
        return f"{name}: no conclusion ({found.reason})"
    low, high = found.interval
    word = "better" if low > 0 else "worse" if high < 0 else "no conclusion"
    numbers = f"{found.value:+.3f}, 95 % {low:+.3f} to {high:+.3f}"
    return f"{name}: {word}, {numbers}, {found.questions} rows of {found.scenes} scenes"


if __name__ == "__main__":
    sys.exit(main())
