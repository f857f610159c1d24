"""From the cells that are there to estimates: of arms, of contrasts, of the answers' moves."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from experiments.all_scale.cell_records import Cell, CellError
from experiments.all_scale.endpoints import (
    Asked,
    Moves,
    asked_in,
    figure,
    forced_moves,
    log_ratio_shares,
    pair_moves,
    slope,
)
from experiments.all_scale.protocol import BANDS, FOUR
from experiments.all_scale.protocol_records import Contrast, Protocol, Side
from experiments.all_scale.statistics import Estimate, Sample, estimate, holm

from spacevista.geometry.arrays import FloatArray, IntArray

PRIMARY_ENDPOINT = "macro_mra"


@dataclass(frozen=True)
class Result:
    """An estimate and the seeds that it rests on; None where no seed has all cells that it needs."""

    estimate: Estimate | None
    seeds: tuple[int, ...]


@dataclass(frozen=True)
class Response:
    """How far answers of some cells follow what should move them: the slope, and answers that could not be read."""

    result: Result
    questions: int
    unread: int


@dataclass(frozen=True)
class Conflict:
    """Answers to scenes of one band, mean over seeds.

    Attributes:
        shares: line of the plot -> share of answers in each bin.
        unplaced: line -> share of answers without a place in them, for they are no length above 0.
    """

    band: str
    shares: dict[str, FloatArray]
    unplaced: dict[str, float]


def side_result(side: Side, endpoint: str, cells: Mapping[str, Cell], protocol: Protocol) -> Result:
    """Return an endpoint of one side."""
    asked = by_seed(side, cells)
    samples = [Sample(len(one.scenes), partial(figure, one, endpoint)) for one in asked.values()]
    _check_apart(f"{side.cells}, {side.test}", [one.scenes for one in asked.values()])
    return _result(samples, tuple(asked), f"{side}:{endpoint}", protocol)


def contrast_result(contrast: Contrast, endpoint: str, cells: Mapping[str, Cell], protocol: Protocol) -> Result:
    """Return the difference of an endpoint, first - second, over the seeds that both sides have.

    Raises:
        CellError: as `contrast_samples`.
    """
    samples = contrast_samples(contrast, endpoint, cells)
    return _result(list(samples.values()), tuple(samples), f"{contrast.first}-{contrast.second}:{endpoint}", protocol)


def contrast_samples(contrast: Contrast, endpoint: str, cells: Mapping[str, Cell]) -> dict[int, Sample]:
    """Return the difference of an endpoint for each seed that both sides have, under any weights of its scenes.

    Raises:
        CellError: sides that should have been asked the same were not, or two seeds share a scene.
    """
    first, second = (by_seed(side, cells) for side in (contrast.first, contrast.second))
    samples, scenes = {}, []
    for seed in (seed for seed in first if seed in second):
        one, other = first[seed], second[seed]
        if _alike(contrast):
            _check_paired(contrast, seed, one, other)
        names = list(dict.fromkeys([*one.scenes, *other.scenes]))
        place = {name: number for number, name in enumerate(names)}
        here, there = (np.array([place[name] for name in side.scenes], dtype=np.int64) for side in (one, other))
        samples[seed] = Sample(len(names), partial(_difference, endpoint, (one, other), (here, there)))
        scenes.append(names)
    _check_apart(f"{contrast.first.cells} - {contrast.second.cells}", scenes)
    return samples


def holm_of_primary(results: Mapping[Contrast, Result]) -> dict[Contrast, float | None]:
    """Return the adjusted p of each primary contrast; one without an estimate counts as 1."""
    names = {f"{number}": contrast for number, contrast in enumerate(results)}
    ps = {name: found.p if (found := results[c].estimate) is not None else None for name, c in names.items()}
    return {names[name]: p for name, p in holm(ps).items()}


def pair_response(arm: str, cells: Mapping[str, Cell], protocol: Protocol) -> Response:
    """Return how far an arm's answers follow the true factor of the counterfactual pairs."""
    moves = {}
    for seed, cell in cells_by_seed(f"evidence/{arm}", cells).items():
        moves[seed] = pair_moves(cell.tests["pairs"])
    return _response(moves, f"pairs:{arm}", protocol)


def forced_response(arm: str, cells: Mapping[str, Cell], protocol: Protocol) -> Response:
    """Return how far an arm's answers follow another expert than the scene's own."""
    usual, moves = cells_by_seed(f"arms/{arm}", cells), {}
    for seed, cell in cells_by_seed(f"evidence/{arm}", cells).items():
        if seed in usual and "forced" in cell.tests:
            moves[seed] = forced_moves(usual[seed].tests["main"], cell.tests["forced"], FOUR)
    return _response(moves, f"forced:{arm}", protocol)


def conflict_of(band: str, cells: Mapping[str, Cell]) -> Conflict:
    """Return by which factor answers to one band are off: its specialist's, the others', one adapter's, experts'."""
    others = [Side(f"conflict/{other}", band=band) for other in BANDS if other != band]
    lines = {
        "own specialist": [Side(f"conflict/{band}", band=band)],
        "other bands' specialists": others,
        "one adapter": [Side("arms/lora", band=band)],
        "experts by label": [Side("arms/oracle", band=band)],
    }
    found = {
        name: [log_ratio_shares(asked) for side in sides for asked in by_seed(side, cells).values()]
        for name, sides in lines.items()
    }
    return Conflict(
        band,
        {name: np.mean([shares for shares, _ in each], axis=0) for name, each in found.items() if each},
        {name: float(np.mean([unplaced for _, unplaced in each])) for name, each in found.items() if each},
    )


def by_seed(side: Side, cells: Mapping[str, Cell]) -> dict[int, Asked]:
    """Return the questions of a side for each seed that was run and has any."""
    found = {
        seed: asked_in(cell.tests[side.test], side.band, side.dose)
        for seed, cell in cells_by_seed(side.cells, cells).items()
        if side.test in cell.tests
    }
    return {seed: asked for seed, asked in found.items() if len(asked.true_m)}


def cells_by_seed(name: str, cells: Mapping[str, Cell]) -> dict[int, Cell]:
    """Return the cells of a name without its seed, by seed in ascending order."""
    found = [cell for key, cell in cells.items() if key.rsplit("/", 1)[0] == name]
    return {cell.settings.seed: cell for cell in sorted(found, key=lambda cell: cell.settings.seed)}


def _result(samples: list[Sample], seeds: tuple[int, ...], name: str, protocol: Protocol) -> Result:
    if not samples:
        return Result(None, ())
    seed = hashlib.sha256(f"{protocol.version}:{name}".encode()).digest()[:8]  # of no other figure's draws
    return Result(estimate(samples, np.random.default_rng(int.from_bytes(seed, "big"))), seeds)


def _response(moves: Mapping[int, Moves], name: str, protocol: Protocol) -> Response:
    _check_apart(name, [one.scenes for one in moves.values()])
    samples = [Sample(len(one.scenes), partial(slope, one)) for one in moves.values()]
    questions, unread = (
        sum(counts) for counts in ([len(m.due) for m in moves.values()], [m.unread for m in moves.values()])
    )
    return Response(_result(samples, tuple(moves), name, protocol), questions, unread)


def _difference(
    endpoint: str, sides: tuple[Asked, Asked], places: tuple[IntArray, IntArray], weights: FloatArray
) -> FloatArray:
    first, second = (figure(side, endpoint, weights[:, place]) for side, place in zip(sides, places, strict=True))
    return np.asarray(first - second)


def _alike(contrast: Contrast) -> bool:
    """Tell whether both sides are asked the very same questions."""
    first, second = contrast.first, contrast.second
    return (first.test, first.band, first.dose) == (second.test, second.band, second.dose)


def _check_paired(contrast: Contrast, seed: int, first: Asked, second: Asked) -> None:
    same = first.scenes == second.scenes and first.question == second.question
    if not (same and np.array_equal(first.scene, second.scene) and np.array_equal(first.true_m, second.true_m)):
        raise CellError(
            f"{contrast.first.cells} and {contrast.second.cells}, seed {seed}, test {contrast.first.test}: expected "
            "the same scenes, questions and truths in the same order, got others"
        )


def _check_apart(what: str, scenes: Sequence[Sequence[str]]) -> None:
    """Raise CellError if two seeds share a scene: they would count it as independent."""
    seen: set[str] = set()
    for names in scenes:
        if shared := seen & set(names):
            raise CellError(f"{what}: expected scenes of its own for every seed, got {min(shared)} in two")
        seen |= set(names)
