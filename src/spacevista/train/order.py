"""Which row comes when: fixed by the seed, so that any step can be begun at without going through those before it.

A pass has as many places as there are rows. Rows with larger weights take more of them, exactly in proportion over
scales and tasks (to one place). Within a scale, row groups are shuffled, then taken a few at a time and their rows
shuffled together, so that only those few have to be in memory; the scales are mixed evenly over the pass.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.int64]


@dataclass(frozen=True)
class Choice:
    """The rows to be shown.

    Attributes:
        rows: their numbers, rising.
        weights: a positive number each.
        scale, task: codes, one each.
        block: row group of each.
    """

    rows: Numbers
    weights: NDArray[np.float64]
    scale: NDArray[np.int32]
    task: NDArray[np.int32]
    block: NDArray[np.int32]


class Order:
    """The row at each place of an endless sequence of passes; one pass is held at a time."""

    def __init__(self, choice: Choice, seed: int, window: int) -> None:
        self.choice = choice
        self.seed = seed
        self.window = window
        self._held: tuple[int, Numbers] | None = None

    def at(self, place: int) -> int:
        """Return the number of the row at a place, from 0."""
        number, inside = divmod(place, len(self.choice.rows))
        if self._held is None or self._held[0] != number:
            self._held = (number, pass_order(self.choice, self.seed, number, self.window))
        return int(self._held[1][inside])


def pass_order(choice: Choice, seed: int, number: int, window: int) -> Numbers:
    """Return the numbers of the rows in pass `number`, as many as there are rows in `choice`."""
    rng = np.random.default_rng([seed, number])
    shown = np.repeat(np.arange(len(choice.rows)), _copies(choice, rng))
    scales = choice.scale[shown]
    labels = rng.permutation(scales)
    order = np.empty(len(shown), dtype=np.int64)
    for scale in np.unique(scales):
        order[labels == scale] = _windowed(shown[scales == scale], choice.block, window, rng)
    return choice.rows[order]


def _copies(choice: Choice, rng: np.random.Generator) -> Numbers:
    """Return how often each row is shown in a pass: its weight over the mean weight, rounded up or down at random.

    The rounding is systematic along the rows sorted by scale and task, so that each of these gets its share to one row.
    """
    count = len(choice.rows)
    if np.all(choice.weights == choice.weights[0]):
        return np.ones(count, dtype=np.int64)
    shuffled = rng.permutation(count)
    along = shuffled[np.lexsort((choice.task[shuffled], choice.scale[shuffled]))]
    ends = np.cumsum(choice.weights[along])
    ends *= count / ends[-1]
    ends[-1] = count
    steps = np.floor(np.concatenate([[0.0], ends]) + rng.random())
    copies = np.empty(count, dtype=np.int64)
    copies[along] = np.diff(steps).astype(np.int64)
    return copies


def _windowed(rows: Numbers, block: NDArray[np.int32], window: int, rng: np.random.Generator) -> Numbers:
    """Shuffle the row groups of some rows, and the rows of `window` of them at a time."""
    blocks, of_row = np.unique(block[rows], return_inverse=True)
    windows = rng.permutation(len(blocks))[of_row] // window
    return rows[np.lexsort((rng.random(len(rows)), windows))]
