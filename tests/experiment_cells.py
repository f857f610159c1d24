"""Cells of the experiment as a model would have made them that is off by a known bias and spread."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from experiments.all_scale.cell_records import Answers, Cell, Lengths, Settings, Usage
from experiments.all_scale.cells import write_cell
from experiments.all_scale.plan import CellPlan, cells_of, numbers_of
from experiments.all_scale.protocol import BANDS, CENTRES, DOSES, FOUR, PROTOCOL, digest
from experiments.all_scale.protocol_records import HeldOut, Protocol

SCENES = 20  # of a test: enough for every range of sizes, few enough to be fast
QUESTIONS = 3  # of a scene
SMALL = replace(PROTOCOL, tests=tuple(replace(test, scenes=min(test.scenes, SCENES)) for test in PROTOCOL.tests))
USAGE = Usage(entropy_of_mean=2.0, mean_entropy=0.5, information_on_scale=1.2)
MIDDLES = {
    **dict(zip(BANDS, CENTRES, strict=True)),
    "gap_1": -1.8,
    "gap_2": -0.6,
    "gap_3": 0.6,
    "gap_4": 1.8,
    "below": -3.3,
    "above": 3.3,
}


def answers_of(
    test: HeldOut, seed: int, rng: np.random.Generator, bias: float = 0.0, spread: float = 0.2, unread: float = 0.0
) -> Answers:
    """Return answers with log10(pred / true) ~ N(bias, spread); truths depend on test and seed alone."""
    worlds = np.random.default_rng([len(test.name), seed])
    scenes, sizes, doses, log_m = [], [], [], []
    for number in numbers_of(test, seed):
        for member in ("a", "b") if test.name == "pairs" else ("",):
            size = test.groups[(number + (member == "b")) % len(test.groups)]
            scenes.append(f"lab-{test.split}-{number:06d}{member}")
            sizes.append(size)
            doses.append(DOSES[number % 3])
            log_m.append(MIDDLES[size] + worlds.uniform(-0.1, 0.1))
    true = 10 ** np.repeat(log_m, QUESTIONS)
    predicted = true * 10 ** (bias + spread * rng.standard_normal(len(true)))
    lengths = Lengths(
        scene=np.repeat(np.arange(len(scenes)), QUESTIONS).tolist(),
        question=[f"object_size:longest:o{number}" for number in range(1, QUESTIONS + 1)] * len(scenes),
        true_m=true.tolist(),
        predicted_m=[None if rng.random() < unread else value for value in predicted.tolist()],
    )
    forced = None
    if test.name == "forced":
        own = [next(e for e, bands in enumerate(FOUR) if size in bands) for size in sizes]
        forced = [(expert + 1) % len(FOUR) for expert in own]
    return Answers(scenes=scenes, sizes=sizes, doses=doses, lengths=lengths, forced=forced, usage=USAGE)


def cell_of(plan: CellPlan, protocol: Protocol = SMALL, **model: float) -> Cell:
    """Return the cell of a plan, `model` as in `answers_of`."""
    rng = np.random.default_rng([plan.seed, *plan.name.encode()])
    tests = {t.name: answers_of(t, plan.seed, rng, **model) for t in protocol.tests if t.name in plan.tests}
    settings = Settings(
        seed=plan.seed,
        rate=plan.rate or 1e-3,
        steps=250,
        samples=plan.samples,
        parameters=123_456,
        rank=4,
        base="a1b2c3",
    )
    return Cell(name=plan.name, protocol=digest(protocol), settings=settings, versions={}, seconds=1.0, tests=tests)


def write_cells(
    results: Path, names: Sequence[str], seeds: Sequence[int], protocol: Protocol = SMALL, **model: float
) -> None:
    """Write the cells of some names ("arms/oracle") for some seeds."""
    for plan in cells_of(protocol, max(seeds) + 1):
        if plan.cells in names and plan.seed in seeds:
            write_cell(results, cell_of(plan, protocol, **model))
