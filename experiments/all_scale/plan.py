"""Every cell of the experiment in the order to run them: its name, its command, what it must hold.

    python -m experiments.all_scale.plan [--seeds 8] [--mandatory]

prints the commands. Gates come first, then the pilot's seeds of all families, then the further seeds.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass

from experiments.all_scale.protocol import PROTOCOL
from experiments.all_scale.protocol_records import HeldOut, Protocol

FAMILIES = ("gates", "rates", "arms", "conflict", "evidence", "reward rates", "rewards", "counts", "dense")
GATES = ("pixels", "cnn", "prior")
RATE_SEED = 0  # learning rates are chosen with it alone
FIRST_TEST_SCENE = 200_000  # of the laboratory's test part (splits.py)
FIRST_VAL_SCENE = 100_000
RUN = "python -m experiments.all_scale.run"


@dataclass(frozen=True)
class CellPlan:
    """A cell.

    Attributes:
        name: of its file below the results, without ".json": "arms/oracle/seed-3".
        rate: learning rate that a trial tries; None where the chosen one is used, or nothing is trained.
        samples: that its training reads (prompts, of a reward); 0 where nothing is trained.
        tests: names of the tests whose answers it must hold, and no others.
    """

    name: str
    family: str
    seed: int
    tests: tuple[str, ...]
    samples: int
    mandatory: bool
    rate: float | None = None

    @property
    def command(self) -> str:
        """The command line that makes it; run again, it goes on where it was stopped."""
        if self.family == "gates":
            return f"python -m experiments.all_scale.gate_{self.name.split('/')[1]} out/lab_main --seed {self.seed}"
        return f"{RUN} {self.name}"

    @property
    def cells(self) -> str:
        """Its name without the seed or rate: what a contrast calls it."""
        return self.name.rsplit("/", 1)[0]


def cells_of(protocol: Protocol, seeds: int | None = None) -> list[CellPlan]:
    """Return all cells in the order to run them, with `seeds` seeds each (None: the least that the protocol has)."""
    cells = [*_gates(), *_rate_trials(protocol)]
    for seed in range(seeds or protocol.seeds.least):
        cells += [*_adapted(protocol, seed), *_rewarded(protocol, seed)]
    pilot = set(protocol.seeds.pilot)
    return sorted(cells, key=lambda cell: (cell.seed not in pilot, FAMILIES.index(cell.family), cell.seed))


def numbers_of(test: HeldOut, seed: int) -> range:
    """Return the numbers of a test's scenes (of `pairs`, pairs), for the command of a cell.

    Those of validation are the same for all, as only one seed looks at them.
    """
    start = (FIRST_TEST_SCENE if test.stride else FIRST_VAL_SCENE) + seed * test.stride
    return range(start, start + test.scenes)


def chosen_rate_of(cells: str) -> str:
    """Return the cells whose trials choose the learning rate of these: themselves, for arms and rewards.

    Specialists and dense features take that of `lora`, numbers of experts that of `oracle`.
    """
    family = cells.split("/")[0]
    if family in ("arms", "rewards"):
        return cells
    return "arms/oracle" if family == "counts" else "arms/lora"


def _gates() -> Iterator[CellPlan]:
    for gate in GATES:
        yield CellPlan(f"gates/{gate}", "gates", 0, (), 0, True)


def _rate_trials(protocol: Protocol) -> Iterator[CellPlan]:
    arms, rewards = ([f"arms/{a.name}" for a in protocol.arms], [f"rewards/{r.name}" for r in protocol.rewards])
    for family, names, rates, samples in (
        ("rates", arms, protocol.rates, protocol.budget.samples),
        ("reward rates", rewards, protocol.reward_rates, protocol.budget.prompts),
    ):
        for name in names:
            for rate in rates:
                mandatory = name in protocol.mandatory
                yield CellPlan(f"rates/{name}/{rate:g}", family, RATE_SEED, ("val",), samples, mandatory, rate)


def _adapted(protocol: Protocol, seed: int) -> Iterator[CellPlan]:
    """Yield the cells that learn from answers, and those that ask finished arms further questions."""
    budget = protocol.budget
    further = tuple(test.name for test in protocol.tests if test.name not in ("val", "main", "forced"))
    for arm in protocol.arms:
        forced = ("forced",) if arm.name in protocol.forced_arms else ()
        yield _cell(protocol, f"arms/{arm.name}", "arms", seed, ("main",), budget.samples)
        yield _cell(protocol, f"evidence/{arm.name}", "evidence", seed, (*forced, *further), 0)
    for band in protocol.specialists:
        samples = budget.samples // len(protocol.specialists)
        yield _cell(protocol, f"conflict/{band}", "conflict", seed, ("main",), samples)
    for count in (*protocol.counts_total, *protocol.counts_each):
        if count.cells.startswith("counts/"):
            yield _cell(protocol, count.cells, "counts", seed, ("main",), budget.samples)
    for name in protocol.dense:
        yield _cell(protocol, f"dense/{name}", "dense", seed, ("main",), budget.samples)


def _rewarded(protocol: Protocol, seed: int) -> Iterator[CellPlan]:
    for reward in protocol.rewards:
        yield _cell(protocol, f"rewards/{reward.name}", "rewards", seed, ("main",), protocol.budget.prompts)


def _cell(protocol: Protocol, cells: str, family: str, seed: int, tests: tuple[str, ...], samples: int) -> CellPlan:
    mandatory = cells in protocol.mandatory and seed in protocol.seeds.pilot
    return CellPlan(f"{cells}/seed-{seed}", family, seed, tests, samples, mandatory)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seeds", type=int, default=PROTOCOL.seeds.least)
    parser.add_argument("--mandatory", action="store_true", help="only those that must be run")
    given = parser.parse_args()
    for cell in cells_of(PROTOCOL, given.seeds):
        if cell.mandatory or not given.mandatory:
            print(cell.command)


if __name__ == "__main__":
    main()
