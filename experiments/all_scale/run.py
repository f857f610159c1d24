"""Run one cell of the experiment, or go on with it.

    python -m experiments.all_scale.run arms/oracle/seed-3 [--data out/lab] [--models out/models]

Trains what the cell asks for from the base, asks the tests of its seed, and writes a small JSON file that is committed.
Needs torch, the base (`base.py`), the data sets (`build.py`) and, for its learning rate, the trials of its arm.
"""

from __future__ import annotations

import importlib.metadata
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from experiments.all_scale.adapt import arm_of, train_arm
from experiments.all_scale.answer import answers_to
from experiments.all_scale.cell_records import Cell, Settings
from experiments.all_scale.cells import read_cell, write_cell
from experiments.all_scale.features import kept
from experiments.all_scale.findings import chosen_rate
from experiments.all_scale.plan import RATE_SEED, RUN, CellPlan, cells_of, chosen_rate_of
from experiments.all_scale.protocol import ARMS, PROTOCOL, digest
from experiments.all_scale.protocol_records import Arm
from experiments.all_scale.reinforce import reward_of, train_reward
from experiments.all_scale.work import RunError, Work, work_of, work_parser
from transformers import AutoModelForImageTextToText, AutoProcessor

from spacevista.models.experts import experts_of
from spacevista.train.grpo import fingerprint
from spacevista.train.load import MODEL_FOLDER

PACKAGES = ("torch", "transformers", "trl", "numpy")
SECONDS_FILE = "seconds.txt"


def run_cell(plan: CellPlan, work: Work) -> Path:
    """Run a cell, or go on with it, and return its file.

    Raises:
        RunError: something that it rests on is missing; says the command that makes it.
    """
    with counted(work.cell(plan.name)) as seconds, kept(work.models / "features"):
        arm, folder, rate, steps = trained(plan, work)
        model = AutoModelForImageTextToText.from_pretrained(folder).eval()
        processor = AutoProcessor.from_pretrained(folder)
        tests = {test.name: test for test in work.protocol.tests if test.name in plan.tests}
        answers = {name: answers_to(model, processor, arm, test, plan.seed, work) for name, test in tests.items()}
        experts = experts_of(model)
        learned = [*experts.expert_parameters(), *experts.routers.parameters()]
        cell = Cell(
            name=plan.name,
            protocol=digest(work.protocol),
            settings=Settings(
                seed=plan.seed,
                rate=rate,
                steps=steps,
                samples=plan.samples,
                parameters=sum(parameter.numel() for parameter in learned) if rate else 0,
                rank=experts.settings.rank if rate else 0,
                base=fingerprint(AutoModelForImageTextToText.from_pretrained(work.base)),
            ),
            versions={name: importlib.metadata.version(name) for name in PACKAGES},
            seconds=seconds(),
            tests=answers,
        )
    return write_cell(work.results, cell)


def trained(plan: CellPlan, work: Work) -> tuple[Arm, Path, float | None, int]:
    """Return a cell's arm, its model's folder, and the rate and steps of its own training (None, 0: it has none)."""
    if plan.family == "evidence":
        name = plan.cells.split("/")[1]
        return next(arm for arm in ARMS if arm.name == name), work.trained(f"arms/{name}/seed-{plan.seed}"), None, 0
    rate = plan.rate or rate_of(plan.cells, work)
    take_over_trial(plan, rate, work)
    if reward_of(plan) is not None:
        folder, steps = train_reward(plan, rate, work)
        return ARMS[0], folder, rate, steps
    arm = arm_of(plan, work.protocol)
    return arm, train_arm(plan, arm, rate, work), rate, plan.samples // work.protocol.budget.batch


def take_over_trial(plan: CellPlan, rate: float, work: Work) -> None:
    """Give the cell of the trials' seed the model of its chosen trial: training it again would give the same."""
    trial = work.cell(f"rates/{plan.cells}/{rate:g}") / MODEL_FOLDER
    folder = work.cell(plan.name) / MODEL_FOLDER
    if plan.rate is None and plan.seed == RATE_SEED and trial.is_dir() and not folder.exists():
        part = folder.with_name(f"{MODEL_FOLDER}.part")
        shutil.rmtree(part, ignore_errors=True)
        shutil.copytree(trial, part)
        os.replace(part, folder)


def rate_of(cells: str, work: Work) -> float:
    """Return the learning rate that trials chose for some cells (RunError: a trial is missing)."""
    protocol = work.protocol
    source = chosen_rate_of(cells)
    rates = protocol.reward_rates if source.startswith("rewards/") else protocol.rates
    names = [f"rates/{source}/{rate:g}" for rate in rates]
    trials = {name: cell for name in names if (cell := read_cell(work.results, name)) is not None}
    rate = chosen_rate(cells, trials, protocol)
    if rate is None:
        missing = next(name for name in names if name not in trials)
        raise RunError(f"{missing}: expected this trial of the learning rate to be run first; {RUN} {missing}")
    return rate


@contextmanager
def counted(folder: Path) -> Iterator[Any]:
    """Count the seconds of a cell over all its sittings, inside a `with` block."""
    folder.mkdir(parents=True, exist_ok=True)
    file, started = folder / SECONDS_FILE, time.monotonic()
    before = float(file.read_text()) if file.exists() else 0.0

    def seconds() -> float:
        return before + time.monotonic() - started

    try:
        yield seconds
    finally:
        file.write_text(f"{seconds():.1f}")


def main() -> None:
    parser = work_parser(__doc__)
    parser.add_argument("cell", help="its name, as python -m experiments.all_scale.plan prints it")
    given = parser.parse_args()
    torch.set_num_threads(1)  # the same sums in the same order on any machine
    plans = {plan.name: plan for plan in cells_of(PROTOCOL) if plan.family != "gates"}
    if given.cell not in plans:
        parser.error(f"expected a cell of the plan, got {given.cell}")
    print(run_cell(plans[given.cell], work_of(given)))


if __name__ == "__main__":
    main()
