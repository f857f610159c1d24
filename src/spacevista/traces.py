"""Traces of the router on disk, and what they say as a whole: the part that needs no model.

A trace file is JSON Lines, one `TraceRow` a line.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from spacevista.errors import SpacevistaError

MAX_LINE_BYTES = 1_000_000
SUM_TOLERANCE = 1e-3  # weights of one layer have sum 1, or are all 0


class TraceRow(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The experts' weights for one sequence.

    Attributes:
        id: of the question.
        scale: key of the scene's scale, "" unknown.
        weights: layers x M, each layer with sum 1 (0 for text alone); one layer where all share it.
        log10_size: predicted log10 of the scene's size in metres, None where the router predicts none.
        log10_size_sd: its standard deviation, in decades.
        support: 0 to 1, how near the size is to that of an expert; near 0 it is beyond all of them.
        true_log10_size: the truth, None unknown.
    """

    id: str
    scale: str
    weights: list[list[float]]
    log10_size: float | None = None
    log10_size_sd: float | None = None
    support: float | None = None
    true_log10_size: float | None = None


class TraceError(SpacevistaError):
    """A trace file is not in the form it claims to be; the message names the file and the line."""


@dataclass(frozen=True)
class Usage:
    """How the experts are used over many sequences, in bits.

    Attributes:
        of_mean: H(mean of the weights): log2 M where all experts are used alike, 0 where one is used for everything.
        mean_of: mean of H(weights): 0 where each sequence uses one expert.
        with_scale: mutual information of the expert (drawn with its weight) and the scale; 0 where the choice tells
            nothing about the scale, at most min(of_mean, H(scale)).
    """

    of_mean: float
    mean_of: float
    with_scale: float


def usage(weights: NDArray[np.float64], scales: Sequence[str]) -> Usage:
    """Return the statistics of weights (sequences x M, each row with sum 1) and the sequences' scales.

    Raises:
        TraceError: there is no row, or the numbers of rows differ.
    """
    if not len(weights) or len(weights) != len(scales):
        raise TraceError(
            f"expected one scale for each of 1 or more rows of weights, got {len(scales)} and {len(weights)}"
        )
    mean = weights.mean(axis=0)
    names = sorted(set(scales))
    labels = np.array([names.index(scale) for scale in scales])
    within = sum(
        np.mean(labels == number) * _entropy(weights[labels == number].mean(axis=0)) for number in range(len(names))
    )
    return Usage(float(_entropy(mean)), float(np.mean(_entropy(weights))), max(float(_entropy(mean) - within), 0.0))


def _entropy(shares: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the entropy over the last axis, in bits."""
    logs = np.log2(shares, where=shares > 0, out=np.zeros_like(shares))
    entropy: NDArray[np.float64] = -(shares * logs).sum(axis=-1)
    return entropy


def random_labels(ids: Iterable[str], count: int, seed: int = 0) -> list[int]:
    """Return an expert (0 to count - 1) for each id, fixed by the id and the seed and blind to the scene: the control.

    Give the scene's id, so that all questions of a scene go to one expert.
    """
    digests = (hashlib.blake2b(f"{seed}:{name}".encode(), digest_size=8).digest() for name in ids)
    return [int.from_bytes(digest, "big") % count for digest in digests]


def write_traces(path: Path, rows: Iterable[TraceRow]) -> None:
    """Write a trace file."""
    encoder = msgspec.json.Encoder()
    with path.open("wb") as file:
        for row in rows:
            file.write(encoder.encode(row) + b"\n")


def read_traces(path: Path) -> list[TraceRow]:
    """Read a trace file.

    Raises:
        TraceError: it cannot be read, has no row, or a row is not a `TraceRow` of the first row's shape.
    """
    decoder = msgspec.json.Decoder(TraceRow)
    rows: list[TraceRow] = []
    try:
        with path.open("rb") as file:
            for number, line in enumerate(iter(lambda: file.readline(MAX_LINE_BYTES), b""), start=1):
                try:
                    row = decoder.decode(line)
                except msgspec.DecodeError as error:
                    raise TraceError(f"{path}, line {number}: expected a trace row, got {error}") from error
                _check(path, number, row, rows[0] if rows else row)
                rows.append(row)
    except OSError as error:
        raise TraceError(f"{path}: expected a trace file, {error.strerror}") from error
    if not rows:
        raise TraceError(f"{path}: expected 1 or more trace rows, got none")
    return rows


def _check(path: Path, number: int, row: TraceRow, first: TraceRow) -> None:
    shape, expected = ([len(layer) for layer in weights] for weights in (row.weights, first.weights))
    if shape != expected or len(set(shape)) != 1 or shape[0] == 0:
        raise TraceError(f"{path}, line {number}: expected layers of {expected} weights, got {shape}")
    for layer in row.weights:
        total = sum(layer)
        if min(layer) < 0 or not (abs(total - 1) < SUM_TOLERANCE or total == 0):
            raise TraceError(f"{path}, line {number}: expected weights of 0 or more with sum 1 (or all 0), got {layer}")
    if (row.log10_size is None) != (row.log10_size_sd is None) or (row.log10_size_sd or 0) < 0:
        raise TraceError(
            f"{path}, line {number}: expected log10_size with a log10_size_sd of 0 or more, or neither; "
            f"got {row.log10_size} and {row.log10_size_sd}"
        )
