"""Cells of the experiment from end to end, with a tiny model, a handful of scenes and a step or two of training."""

from __future__ import annotations

from dataclasses import replace

import pytest

pytest.importorskip("torch")

from experiments.all_scale.adapt import matched_rank
from experiments.all_scale.base import make_base
from experiments.all_scale.build import build
from experiments.all_scale.cells import read_cell
from experiments.all_scale.plan import cells_of
from experiments.all_scale.protocol import PROTOCOL
from experiments.all_scale.record import BuildSettings
from experiments.all_scale.run import run_cell
from experiments.all_scale.tokens import write_tokens
from experiments.all_scale.work import RunError, Work

from spacevista.models.debug import TINY

SCENES = 5  # one of each band
SMALL = replace(
    PROTOCOL,
    rates=(1e-3, 3e-3),
    reward_rates=(1e-4,),
    tests=tuple(replace(test, scenes=SCENES, stride=min(test.stride, SCENES)) for test in PROTOCOL.tests),
    budget=replace(
        PROTOCOL.budget, eye_samples=8, base_samples=8, samples=16, router_samples=4, batch=4, prompts=8, group=2
    ),
)


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory) -> Work:
    root = tmp_path_factory.mktemp("experiment")
    made = Work(root / "lab", root / "models", root / "results", SMALL)
    build(made.data / "main", BuildSettings("main", {"train": SCENES, "val": SCENES, "test": SCENES}, 0), 1)
    build(made.data / "base", BuildSettings("base", {"train": 2}, 0), 1)
    for split in ("main", "base"):
        write_tokens(made.data / split, 1)
    make_base(made, TINY)
    return made


def run(work: Work, *names: str) -> None:
    plans = {plan.name: plan for plan in cells_of(SMALL, 1)}
    for name in names:
        run_cell(plans[name], work)


def test_an_arm_needs_its_trials_and_then_gives_a_cell(work: Work) -> None:
    with pytest.raises(RunError, match=r"rates/arms/oracle/0.001: expected this trial .* to be run first"):
        run(work, "arms/oracle/seed-0")
    run(work, "rates/arms/oracle/0.001", "rates/arms/oracle/0.003", "arms/oracle/seed-0")
    cell = read_cell(work.results, "arms/oracle/seed-0")
    assert cell is not None
    assert (cell.settings.rank, cell.settings.samples, cell.settings.steps) == (4, 16, 4)
    answers = cell.tests["main"]
    assert len(answers.scenes) == SCENES
    assert len(set(answers.sizes)) == SCENES
    assert len(answers.lengths.true_m) == len(answers.lengths.predicted_m) >= SCENES


def test_a_router_is_trained_on_what_its_experts_leave(work: Work) -> None:
    run(work, "rates/arms/learned/0.001")
    cell = read_cell(work.results, "rates/arms/learned/0.001")
    assert cell is not None
    assert cell.tests["val"].usage is not None
    assert (work.cell(cell.name) / "experts" / "model").is_dir()


def test_a_reward_begins_with_the_adapter_of_its_seed(work: Work) -> None:
    with pytest.raises(RunError, match="expected the model of arms/lora/seed-0"):
        run(work, "rates/rewards/progressive/0.0001")
    run(work, "rates/arms/lora/0.001", "rates/arms/lora/0.003", "arms/lora/seed-0", "rates/rewards/progressive/0.0001")
    cell = read_cell(work.results, "rates/rewards/progressive/0.0001")
    assert cell is not None
    assert (cell.settings.samples, cell.settings.steps) == (8, 1)


def test_the_matched_rank_has_the_parameters_of_experts_and_router(work: Work) -> None:
    # The tiny model: widths 64 and 192, heads 4 with 2 of keys, 2 layers. A rank costs (in + out) of q 128, k and v 96
    # each, o 128, gate, up, down 256 each: 1,216 a layer, 2,432; 16 ranks 38,912. The router has 64 x 64 + 64 weights
    # and biases, then 64 x 4 + 4: 4,420, which are 1.8 ranks: 17.8, so 18.
    assert matched_rank(work) == 18
