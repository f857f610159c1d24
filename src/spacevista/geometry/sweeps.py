"""Boxes pushed along straight stretches: what do they meet, and by which few moves along the axes do they get past?

All boxes lie along the axes of one frame and are given by their lowest and highest corner. A box that moves without
turning meets another exactly where its centre enters the other box grown by half its own sides.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from spacevista.geometry.arrays import BoolArray, FloatArray, IntArray

# Whether boxes given by their lowest and highest corners (N, 3), (N, 3) hold nothing: (N,).
IsFree = Callable[[FloatArray, FloatArray], BoolArray]


@dataclass(frozen=True, eq=False)
class Boxes:
    """Boxes along the axes of a frame: lowest and highest corners (N, 3), metres."""

    low_m: FloatArray
    high_m: FloatArray

    @property
    def centre_m(self) -> FloatArray:
        return np.asarray((self.low_m + self.high_m) / 2)

    @property
    def size_m(self) -> FloatArray:
        return np.asarray(self.high_m - self.low_m)

    def grown(self, by_m: float | FloatArray) -> Boxes:
        """Return the boxes with every face moved outwards by `by_m`; moved inwards no farther than to the centre."""
        half = np.maximum(self.size_m / 2 + by_m, 0.0)
        return Boxes(self.centre_m - half, self.centre_m + half)

    def at(self, number: int) -> Boxes:
        return Boxes(self.low_m[number : number + 1], self.high_m[number : number + 1])


def box_of(points_m: FloatArray) -> Boxes:
    """Return the one box around points (N, 3), N >= 1."""
    return Boxes(points_m.min(axis=0)[None], points_m.max(axis=0)[None])


def entered_at(start_m: FloatArray, end_m: FloatArray, size_m: FloatArray, boxes: Boxes) -> FloatArray:
    """Return for each box the share (0 to 1) of the way at which a moving box enters it, inf where it never does.

    Args:
        start_m, end_m: (3) centre of the moving box at both ends of the stretch.
        size_m: (3) sides of the moving box. Touching is not entering.
    """
    step = end_m - start_m
    low, high = boxes.low_m - size_m / 2 - start_m, boxes.high_m + size_m / 2 - start_m
    with np.errstate(divide="ignore", invalid="ignore"):
        first, second = low / step, high / step
    still = step == 0
    inside = (low < 0) & (high > 0)
    enter = np.where(still, np.where(inside, -np.inf, np.inf), np.minimum(first, second)).max(axis=1)
    leave = np.where(still, np.where(inside, np.inf, -np.inf), np.maximum(first, second)).min(axis=1)
    met = (enter < leave) & (enter < 1) & (leave > 0)
    return np.where(met, np.clip(enter, 0, 1), np.inf)


def first_met(points_m: FloatArray, size_m: FloatArray, boxes: Boxes) -> int | None:
    """Return the number of the box that a moving box enters first on its way through points (K, 3), None if none."""
    for start, end in itertools.pairwise(points_m):
        shares = entered_at(start, end, size_m, boxes)
        if len(shares) and np.isfinite(shares).any():
            return int(shares.argmin())
    return None


@dataclass(frozen=True, eq=False)
class Blocked:
    """A block of cells (counts) of which some are blocked, ready to be asked about whole boxes at once.

    Attributes:
        low_m: (3) corner of the first cell; cell_m: (3) sides of a cell.
        sums: (counts + 1) how many blocked cells lie below each corner: a summed table.
    """

    low_m: FloatArray
    cell_m: FloatArray
    sums: IntArray

    @staticmethod
    def of(low_m: FloatArray, cell_m: FloatArray, blocked: BoolArray) -> Blocked:
        sums = np.zeros(tuple(n + 1 for n in blocked.shape), dtype=np.int64)
        sums[1:, 1:, 1:] = blocked.cumsum(axis=0).cumsum(axis=1).cumsum(axis=2)
        return Blocked(low_m, cell_m, sums)

    def is_free(self, low_m: FloatArray, high_m: FloatArray) -> BoolArray:
        """Tell which boxes (N, 3), (N, 3) touch no blocked cell and stay within the block."""
        counts = np.array(self.sums.shape) - 1
        first = np.floor((low_m - self.low_m) / self.cell_m + 1e-6).astype(np.int64)
        last = np.ceil((high_m - self.low_m) / self.cell_m - 1e-6).astype(np.int64)
        inside = ((first >= 0) & (last <= counts)).all(axis=1)
        a, b = np.clip(first, 0, counts), np.clip(last, 0, counts)
        total = np.zeros(len(a), dtype=np.int64)
        for x, y, z in np.ndindex(2, 2, 2):
            corner = np.where(np.array([x, y, z]) == 1, b, a)
            total += (-1) ** (3 - x - y - z) * self.sums[corner[:, 0], corner[:, 1], corner[:, 2]]
        return np.asarray(inside & (total == 0))


def fewest_moves(
    start_m: FloatArray, goal_m: FloatArray, size_m: FloatArray, lines_m: tuple[FloatArray, ...], is_free: IsFree
) -> FloatArray | None:
    """Return way points (K, 3) of the box's centre, by moves along the axes: the fewest moves, then the shortest way.

    A shortest way among boxes along the axes needs to turn only at heights, depths and breadths at which the box just
    passes something; `lines_m` are these places along each axis. None where there is no way over them.
    """
    lines = tuple(np.unique(np.concatenate([lines_m[k], [start_m[k], goal_m[k]]])) for k in range(3))
    grid = _lattice(lines, size_m, is_free)
    counts = tuple(len(line) for line in lines)
    ends = [tuple(int(np.searchsorted(lines[k], place[k])) for k in range(3)) for place in (start_m, goal_m)]
    start, goal = (int(np.ravel_multi_index(end, counts)) for end in ends)
    size = int(np.prod(counts))
    lengths, before = dijkstra(grid, indices=start + 3 * size, return_predecessors=True)
    arrivals = np.array([goal + axis * size for axis in range(3)])
    best = int(arrivals[int(np.round(lengths[arrivals], 9).argmin())])
    if start == goal or not np.isfinite(lengths[best]):
        return None
    way = [best]
    while before[way[-1]] >= 0:
        way.append(int(before[way[-1]]))
    places = np.stack(np.unravel_index(np.array(way[::-1]) % size, counts), axis=1)
    return _corners(np.stack([lines[k][places[:, k]] for k in range(3)], axis=1))


def _lattice(lines: tuple[FloatArray, ...], size_m: FloatArray, is_free: IsFree) -> csr_array:
    """Return the links of a graph with a node for each crossing and axis of the last move, and one to start from.

    Every turn costs more than all lengths together, so that the shortest way is one with the fewest moves.
    """
    counts = tuple(len(line) for line in lines)
    size = int(np.prod(counts))
    numbers = np.arange(size).reshape(counts)
    extent = sum(float(line[-1] - line[0]) for line in lines)
    turn = float(sum(counts))  # lengths are counted in extents: no way is longer than all lines many times over
    rows, columns, weights = [], [], []
    for axis in range(3):
        here = numbers.take(np.arange(counts[axis] - 1), axis).ravel()
        there = numbers.take(np.arange(1, counts[axis]), axis).ravel()
        if not len(here):
            continue
        low, high = _centres(lines, counts, here), _centres(lines, counts, there)
        free = is_free(low - size_m / 2, high + size_m / 2)
        here, there = here[free], there[free]
        lengths = (high - low)[free, axis] / extent
        for one, other in ((here, there), (there, here)):
            for last in range(4):  # 3: nothing moved yet, which costs a turn like any other
                rows.append(one + last * size)
                columns.append(other + axis * size)
                weights.append(lengths + (0.0 if last == axis else turn))
    if not rows:
        return csr_array((4 * size, 4 * size))
    pairs = (np.concatenate(rows), np.concatenate(columns))
    return csr_array((np.concatenate(weights), pairs), shape=(4 * size, 4 * size))


def _centres(lines: tuple[FloatArray, ...], counts: tuple[int, ...], numbers: IntArray) -> FloatArray:
    places = np.unravel_index(numbers, counts)
    return np.stack([lines[k][places[k]] for k in range(3)], axis=1)


def _corners(points_m: FloatArray) -> FloatArray:
    """Return way points (K, 3) without those on a straight stretch between their neighbours along one axis."""
    axes = np.abs(np.diff(points_m, axis=0)).argmax(axis=1)
    kept = np.concatenate([[True], axes[1:] != axes[:-1], [True]])
    return np.asarray(points_m[kept])
