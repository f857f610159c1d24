"""What there is of the experiment: the cells that were run, those that were not, and every result of theirs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from experiments.all_scale.analysis import PRIMARY_ENDPOINT, Result, contrast_result, contrast_samples, side_result
from experiments.all_scale.cell_checks import check_against_plan
from experiments.all_scale.cell_records import Cell, Gate
from experiments.all_scale.cells import GATES_FILE, file_of, read_cell, read_gates
from experiments.all_scale.checkpoint_record import CHECKPOINT_FILE, Checkpoint, read_checkpoint
from experiments.all_scale.endpoints import asked_in, figure
from experiments.all_scale.plan import CellPlan, cells_of, chosen_rate_of
from experiments.all_scale.protocol_records import Contrast, Endpoint, Protocol, Side
from experiments.all_scale.statistics import seeds_needed

MAIN_CELLS = ("arms", "rewards", "counts", "dense")  # families that answer the main test as a whole


@dataclass(frozen=True)
class Found:
    """What there is of the experiment.

    Attributes:
        plans: all cells that it should have.
        cells: those that were run, by name.
        checkpoint: of the demo's model; None where it was not scored.
        strangers: files below the results that are no planned cell.
    """

    plans: tuple[CellPlan, ...]
    cells: dict[str, Cell]
    gates: dict[str, Gate]
    checkpoint: Checkpoint | None
    strangers: tuple[str, ...]

    def missing(self) -> list[CellPlan]:
        """Return the cells that were not run, in the order to run them."""
        return [plan for plan in self.plans if not self.has(plan)]

    def has(self, plan: CellPlan) -> bool:
        return plan.name in self.cells or (plan.family == "gates" and plan.name.split("/")[1] in self.gates)


@dataclass(frozen=True)
class Findings:
    """All results that the report shows more than once.

    Attributes:
        contrasts: of every contrast, by the endpoint that decides.
        arms: name of cells with answers to the main test -> each endpoint of the protocol, in its order.
    """

    found: Found
    protocol: Protocol
    contrasts: dict[Contrast, Result]
    arms: dict[str, tuple[Result, ...]]

    @property
    def endpoint(self) -> Endpoint:
        """The endpoint that contrasts are decided by."""
        return next(endpoint for endpoint in self.protocol.endpoints if endpoint.name == PRIMARY_ENDPOINT)


def find(results: Path, protocol: Protocol) -> Found:
    """Read all cells that are there; as many seeds are planned as the pilot's spread asks for.

    Raises:
        CellError: a cell is damaged, or not what the protocol asks for.
    """
    first = _found(results, protocol, protocol.seeds.least)
    seeds = max([protocol.seeds.least, *(count for _, count in seeds_asked(first.cells, protocol).values())])
    return first if seeds == protocol.seeds.least else _found(results, protocol, seeds)


def seeds_asked(cells: Mapping[str, Cell], protocol: Protocol) -> dict[Contrast, tuple[float, int]]:
    """Return for each primary contrast with a whole pilot the spread of its seeds and how many seeds that asks for."""
    asked: dict[Contrast, tuple[float, int]] = {}
    rule = protocol.seeds
    for contrast in (c for c in protocol.contrasts if c.primary):
        samples = contrast_samples(contrast, PRIMARY_ENDPOINT, cells)
        if set(rule.pilot) <= set(samples):
            own = [samples[seed].own() for seed in rule.pilot]
            needed = seeds_needed(own, rule.effect, rule.power, rule.alpha, rule.least)
            asked[contrast] = float(np.std(own, ddof=1)), needed
    return asked


def findings_of(found: Found, protocol: Protocol) -> Findings:
    """Compute the results.

    Raises:
        CellError: as `analysis.contrast_result`.
    """
    contrasts = {
        contrast: contrast_result(contrast, PRIMARY_ENDPOINT, found.cells, protocol) for contrast in protocol.contrasts
    }
    names = dict.fromkeys(plan.cells for plan in found.plans if plan.family in MAIN_CELLS and found.has(plan))
    arms = {
        name: tuple(side_result(Side(name), each.name, found.cells, protocol) for each in protocol.endpoints)
        for name in names
    }
    return Findings(found, protocol, contrasts, arms)


def rate_trials(name: str, cells: Mapping[str, Cell]) -> dict[float, float]:
    """Return the macro MRA on the validation scenes of every learning rate that was tried for some cells."""
    found = {}
    for key, cell in cells.items():
        if key.rsplit("/", 1)[0] == f"rates/{name}" and cell.settings.rate is not None:
            asked = asked_in(cell.tests["val"])
            found[cell.settings.rate] = float(figure(asked, PRIMARY_ENDPOINT, np.ones((1, len(asked.scenes))))[0])
    return dict(sorted(found.items()))


def chosen_rate(name: str, cells: Mapping[str, Cell], protocol: Protocol) -> float | None:
    """Return the learning rate to train some cells with: the best of its trials, of equals the lowest; None: not all
    have been run.
    """
    source = chosen_rate_of(name)
    trials = rate_trials(source, cells)
    rates = protocol.reward_rates if source.startswith("rewards/") else protocol.rates
    return max(sorted(trials), key=lambda rate: trials[rate]) if set(rates) <= set(trials) else None


def _found(results: Path, protocol: Protocol, seeds: int) -> Found:
    plans = cells_of(protocol, seeds)
    cells: dict[str, Cell] = {}
    for plan in plans:
        if plan.family != "gates" and (cell := read_cell(results, plan.name)) is not None:
            check_against_plan(cell, plan, protocol, file_of(results, plan.name))
            cells[plan.name] = cell
    known = {file_of(results, plan.name) for plan in plans} | {results / GATES_FILE, results / CHECKPOINT_FILE}
    strangers = sorted(str(file.relative_to(results)) for file in results.rglob("*.json") if file not in known)
    return Found(tuple(plans), cells, read_gates(results), read_checkpoint(results), tuple(strangers))
