"""What is measured of a cell: its questions as columns, and figures of them under any weights of their scenes.

A figure takes weights (R, S), a row for each way to weigh the S scenes, and returns (R,). All ones is the cell as it
is; how often each scene was drawn makes a bootstrap replicate. An answer that the strict parser did not read, or that
is no length above 0, is off by ten and CAP decades off; unread, it scores 0 (at or below 0 it would anyway).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from experiments.all_scale.cell_records import Answers, CellError
from experiments.all_scale.protocol import BANDS, CENTRES
from experiments.all_scale.protocol_records import Partition

from spacevista.geometry.arrays import FloatArray, IntArray
from spacevista.scoring.mra import mra_many

CAP = 6.0  # decades, from 1 mm to 1 km: an answer cannot be further off than that
TEN_TIMES = 1.0 - 1e-9  # decades; lengths are kept with four digits, so a factor of ten may come out a hair short
HISTOGRAM_EDGES = np.linspace(-4.1, 4.1, 42)  # fifths of a decade, a factor of 1 in the middle of one


@dataclass(frozen=True)
class Asked:
    """Questions about lengths of one test, or of one band or dose of it: N questions about S scenes.

    Attributes:
        scene, group: (N,) places in `scenes` and in `groups`, the ranges of sizes.
        predicted_m: (N,) NaN where the answer could not be read.
    """

    scenes: tuple[str, ...]
    groups: tuple[str, ...]
    scene: IntArray
    group: IntArray
    question: tuple[str, ...]
    true_m: FloatArray
    predicted_m: FloatArray


@dataclass(frozen=True)
class Moves:
    """How far answers moved where they should have moved: N questions about S scenes (or pairs of scenes).

    Attributes:
        due, got: (N,) decades; `got` is 0 where an answer could not be read.
        unread: how many those are.
    """

    scenes: tuple[str, ...]
    scene: IntArray
    due: FloatArray
    got: FloatArray
    unread: int


def asked_in(rows: Answers, band: str = "", dose: str = "") -> Asked:
    """Return the questions of a test, of one range of sizes and one dose where they are not ""."""
    kept = [
        place
        for place, (size, amount) in enumerate(zip(rows.sizes, rows.doses, strict=True))
        if band in ("", size) and dose in ("", amount)
    ]
    groups = tuple(dict.fromkeys(rows.sizes[place] for place in kept))
    place_of = {place: number for number, place in enumerate(kept)}
    lengths = rows.lengths
    asked = [number for number, place in enumerate(lengths.scene) if place in place_of]
    predicted = [lengths.predicted_m[number] for number in asked]
    return Asked(
        scenes=tuple(rows.scenes[place] for place in kept),
        groups=groups,
        scene=np.array([place_of[lengths.scene[number]] for number in asked], dtype=np.int64),
        group=np.array([groups.index(rows.sizes[lengths.scene[number]]) for number in asked], dtype=np.int64),
        question=tuple(lengths.question[number] for number in asked),
        true_m=np.array([lengths.true_m[number] for number in asked], dtype=np.float64),
        predicted_m=np.array([np.nan if value is None else value for value in predicted], dtype=np.float64),
    )


def mra_scores(asked: Asked) -> FloatArray:
    """Return the mean relative accuracy of each answer, (N,), 0 to 1."""
    return np.asarray(mra_many(asked.predicted_m, asked.true_m))


def log_ratios(asked: Asked) -> FloatArray:
    """Return log10(predicted / true) of each answer, (N,), within +-CAP; NaN where it has none."""
    placed = asked.predicted_m > 0  # False for NaN
    logs = np.log10(np.where(placed, asked.predicted_m, np.nan)) - np.log10(asked.true_m)
    return np.asarray(np.clip(logs, -CAP, CAP))


def log_errors(asked: Asked) -> FloatArray:
    """Return |log10(predicted / true)| of each answer, (N,), CAP where it has none."""
    return np.nan_to_num(np.abs(log_ratios(asked)), nan=CAP)


def unread_share(asked: Asked) -> float:
    """Return the share of answers that could not be read, NaN without a question."""
    return float(np.isnan(asked.predicted_m).mean()) if len(asked.predicted_m) else float("nan")


def figure(asked: Asked, endpoint: str, weights: FloatArray) -> FloatArray:
    """Return an endpoint of the protocol, (R,), under weights (R, S); NaN where no question has a weight.

    `macro_mra` and `off_by_ten` are means over the groups of the means over their questions, `median_log_ratio` is the
    median over all questions.
    """
    if endpoint == "macro_mra":
        return macro_mean(asked, mra_scores(asked), weights)
    if endpoint == "off_by_ten":
        return macro_mean(asked, (log_errors(asked) >= TEN_TIMES).astype(np.float64), weights)
    if endpoint == "median_log_ratio":
        return weighted_median(log_errors(asked), weights[:, asked.scene])
    raise ValueError(f"expected an endpoint of the protocol, got {endpoint!r}")


def macro_mean(asked: Asked, values: FloatArray, weights: FloatArray) -> FloatArray:
    """Return the mean over groups of the weighted means of values (N,); groups without weight are left out."""
    shape = len(asked.scenes), len(asked.groups)
    cell = asked.scene * shape[1] + asked.group
    sums, counts = (
        np.bincount(cell, each, minlength=shape[0] * shape[1]).reshape(shape) for each in (values, np.ones_like(values))
    )
    with np.errstate(invalid="ignore"):
        means = (weights @ sums) / (weights @ counts)
    present = np.isfinite(means)
    total = np.where(present, means, 0.0).sum(axis=1)
    return np.asarray(np.where(present.any(axis=1), total / np.maximum(present.sum(axis=1), 1), np.nan))


def weighted_median(values: FloatArray, weights: FloatArray) -> FloatArray:
    """Return the median of values (N,) under each row of weights (R, N), midway between the two middle ones if even."""
    order = np.argsort(values, kind="stable")
    running = np.cumsum(weights[:, order], axis=1)
    if not len(values):
        return np.full(len(weights), np.nan)
    half, ordered = running[:, -1:] / 2, values[order]
    last = len(values) - 1
    below, above = (np.minimum(np.sum(under, axis=1), last) for under in (running < half, running <= half))
    return np.where(half[:, 0] > 0, (ordered[below] + ordered[above]) / 2, np.nan)


def log_ratio_shares(asked: Asked) -> tuple[FloatArray, float]:
    """Return the share of all answers in each bin of HISTOGRAM_EDGES, and the share that has no place in them.

    Answers beyond the edges count in the outermost bins.
    """
    ratios = log_ratios(asked)
    placed = ratios[~np.isnan(ratios)]
    counts, _ = np.histogram(np.clip(placed, HISTOGRAM_EDGES[0], HISTOGRAM_EDGES[-1]), HISTOGRAM_EDGES)
    total = max(len(ratios), 1)
    return np.asarray(counts / total), float((len(ratios) - len(placed)) / total)


def slope(moves: Moves, weights: FloatArray) -> FloatArray:
    """Return sum(due * got) / sum(due^2), (R,): 1 where answers move as they should, 0 where they do not move."""
    size = len(moves.scenes)
    product, square = (np.bincount(moves.scene, each, minlength=size) for each in (moves.due * moves.got, moves.due**2))
    with np.errstate(invalid="ignore"):
        return np.asarray((weights @ product) / (weights @ square))


def pair_moves(rows: Answers) -> Moves:
    """Return how answers moved between the members of the counterfactual pairs, whose true factor is `due`.

    Questions that only one member was asked are left out; scenes are the pairs.
    """
    asked = asked_in(rows)
    place = {(asked.scenes[s], q): n for n, (s, q) in enumerate(zip(asked.scene.tolist(), asked.question, strict=True))}
    mates = [(n, place.get((f"{name[:-1]}b", q)), name[:-1]) for (name, q), n in place.items() if name.endswith("a")]
    first, second = (np.array([m[k] for m in mates if m[1] is not None], dtype=np.int64) for k in (0, 1))
    return _moves(
        [name for _, mate, name in mates if mate is not None],
        np.log10(asked.true_m[second] / asked.true_m[first]),
        asked.predicted_m[first],
        asked.predicted_m[second],
    )


def forced_moves(main: Answers, forced: Answers, partition: Partition) -> Moves:
    """Return how answers moved when a scene was given another expert than its own.

    `due` is the distance of the experts' centres: what an expert would add that knows the sizes of its own bands and
    nothing of the scene.

    Raises:
        CellError: a forced scene is not in `main`, or was given its own expert, or one that is not there.
    """
    centre = dict(zip(BANDS, CENTRES, strict=True))
    centres = [float(np.mean([centre[band] for band in bands])) for bands in partition]
    own = [next(e for e, bands in enumerate(partition) if size in bands) for size in forced.sizes]
    asked, usual = asked_in(forced), asked_in(main)
    answer = {
        (usual.scenes[s], q): usual.predicted_m[n]
        for n, (s, q) in enumerate(zip(usual.scene.tolist(), usual.question, strict=True))
    }
    for name, expert, right in zip(forced.scenes, forced.forced or [], own, strict=True):
        if expert == right or expert >= len(partition):
            raise CellError(f"scene {name}: expected another expert of {len(partition)} than its own, got {expert}")
    shift = np.array([centres[e] - centres[o] for e, o in zip(forced.forced or [], own, strict=True)])
    keys = [(asked.scenes[s], q) for s, q in zip(asked.scene.tolist(), asked.question, strict=True)]
    if lost := [key for key in keys if key not in answer]:
        raise CellError(f"scene {lost[0][0]}: expected the forced questions in test main too, got none {lost[0][1]}")
    before = np.array([answer[key] for key in keys], dtype=np.float64)
    return _moves([scene for scene, _ in keys], shift[asked.scene], before, asked.predicted_m)


def _moves(names: Sequence[str], due: FloatArray, before: FloatArray, after: FloatArray) -> Moves:
    scenes = tuple(dict.fromkeys(names))
    place = {name: number for number, name in enumerate(scenes)}
    read = (before > 0) & (after > 0)
    with np.errstate(invalid="ignore", divide="ignore"):
        got = np.where(read, np.clip(np.log10(after) - np.log10(before), -CAP, CAP), 0.0)
    return Moves(scenes, np.array([place[name] for name in names], dtype=np.int64), due, got, int((~read).sum()))
