"""Occupancy grids of a floor, and ways with few straight stretches on them for a disc.

A cell is free or it is not: what was not seen is not free. The disc keeps its radius, and what a cell may hide, from
every cell that is not free. A way leads over cells of a regular net that see each other; among all such ways it is the
one with the fewest stretches, then the shortest (Dijkstra's algorithm, scipy.sparse.csgraph). Everything is counted in
cells from the middle of the grid, so that the same floor at another scale, or mirrored, has the same ways; nothing is
drawn at random.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numba
import numpy as np
from scipy.ndimage import distance_transform_edt
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from spacevista.geometry.arrays import BoolArray, FloatArray, IntArray

CELL_REACH = 2**-0.5  # cells from a cell's centre to its corner
MOST_NODES = 400  # of the net over all cells where a disc may stand
MOST_BESIDE = 40  # of the finer net beside one object
SAMPLES_PER_CELL = 4  # along a straight stretch


@dataclass(frozen=True, eq=False)
class FloorGrid:
    """Where the cells of a floor are.

    Attributes:
        axes: (3, 3; columns) horizontal, horizontal, up.
        low_m: (2) corner of the first cell along the two horizontal axes.
        cell_m: side of a cell.
        shape: cells along both axes.
    """

    axes: FloatArray
    low_m: FloatArray
    cell_m: float
    shape: tuple[int, int]

    @staticmethod
    def around(low_m: FloatArray, high_m: FloatArray, axes: FloatArray, cell_m: float) -> FloorGrid:
        """Return a grid with an odd number of cells along both axes, its middle in the middle of a rectangle."""
        counts = np.maximum(np.ceil((high_m - low_m) / cell_m - 1e-6).astype(int), 1)
        counts += 1 - counts % 2
        return FloorGrid(axes, (low_m + high_m - counts * cell_m) / 2, cell_m, (int(counts[0]), int(counts[1])))

    def centres(self) -> FloatArray:
        """Return the cells' centres (X, Y, 2) along the horizontal axes, metres."""
        lines = [self.low_m[k] + (np.arange(self.shape[k]) + 0.5) * self.cell_m for k in range(2)]
        return np.stack(np.meshgrid(*lines, indexing="ij"), axis=-1)

    def cells_of(self, flat_m: FloatArray) -> tuple[IntArray, BoolArray]:
        """Return the cells (N, 2) that hold points (N, 2), and whether they are on the grid (clipped to it if not)."""
        at = np.floor((flat_m - self.low_m) / self.cell_m).astype(np.int64)
        last = np.array(self.shape) - 1
        return np.clip(at, 0, last), np.asarray(((at >= 0) & (at <= last)).all(axis=1))


def room_in_cells(free: BoolArray) -> FloatArray:
    """Return how far (in cells) the centre of each cell (X, Y) is at least from anything that is not free.

    What lies beyond the grid is not free; a cell that is not free may be filled up to its corners.
    """
    distances = distance_transform_edt(np.pad(free, 1))[1:-1, 1:-1]
    return np.asarray(np.maximum(distances - CELL_REACH, 0.0))


@dataclass(frozen=True, eq=False)
class Net:
    """Cells (N, 2) in whose centres a disc may stand, and how far (N, N, in cells) those are that see each other.

    `beside` holds the numbers of the cells beside each object; `lengths_cells` is inf where a pair sees nothing.
    """

    cells: IntArray
    lengths_cells: FloatArray
    beside: tuple[IntArray, ...]

    @staticmethod
    def of(standing: BoolArray, rings: tuple[BoolArray, ...]) -> Net:
        """Return the net over the cells `standing` (X, Y), finer in `rings` (X, Y), one beside each object."""
        parts = [thinned(standing, MOST_NODES), *(thinned(standing & ring, MOST_BESIDE) for ring in rings)]
        cells, numbers = np.unique(np.concatenate(parts), axis=0, return_inverse=True)
        starts = np.cumsum([0, *(len(part) for part in parts)])
        of_part = [numbers.ravel()[a:b] for a, b in itertools.pairwise(starts)]
        sees = _sees(cells, standing)
        apart = np.linalg.norm((cells[:, None] - cells[None]).astype(np.float64), axis=2)
        return Net(cells, np.where(sees & (apart > 0), apart, np.inf), tuple(of_part[1:]))

    @cached_property
    def _graph(self) -> csr_array:
        """The costs of the links: each is dearer than all lengths together, so that few stretches count first."""
        far = 1.0 + 2 * float(len(self.cells)) * float(np.abs(np.ptp(self.cells, axis=0)).max() + 1)
        return csr_array(np.where(np.isfinite(self.lengths_cells), self.lengths_cells + far, 0.0))  # 0: no link

    def way(self, starts: IntArray, ends: IntArray) -> IntArray | None:
        """Return the numbers (K) of the cells of a way from one of `starts` to one of `ends`; None if there is none."""
        if not (len(starts) and len(ends)):
            return None
        reached, before, _ = dijkstra(
            self._graph, directed=False, indices=starts, return_predecessors=True, min_only=True
        )
        # Sums of the same lengths in another order differ in their last digits.
        best = int(np.round(reached[ends], 6).argmin())
        if not np.isfinite(reached[ends[best]]):
            return None
        way = [int(ends[best])]
        while before[way[-1]] >= 0:
            way.append(int(before[way[-1]]))
        return np.array(way[::-1])


def thinned(chosen: BoolArray, most: int) -> IntArray:
    """Return cells (N, 2) of the finest regular net around the grid's middle with at most `most` of the chosen."""
    step = 1
    while True:
        lines = [(np.arange(n) - n // 2) % step == 0 for n in chosen.shape]
        found = np.argwhere(chosen & lines[0][:, None] & lines[1])
        if len(found) <= most:
            return found
        step += 1


@numba.njit(cache=True)
def _sees(cells: Any, standing: Any) -> Any:
    count = len(cells)
    out = np.zeros((count, count), dtype=np.bool_)
    for i in range(count):
        for j in range(i):
            dx, dy = cells[j, 0] - cells[i, 0], cells[j, 1] - cells[i, 1]
            samples = max(abs(dx), abs(dy)) * SAMPLES_PER_CELL
            clear = True
            for k in range(1, samples):
                x = cells[i, 0] + 0.5 + dx * k / samples
                y = cells[i, 1] + 0.5 + dy * k / samples
                if not standing[int(x), int(y)]:
                    clear = False
                    break
            out[i, j] = out[j, i] = clear
    return out


def clear_stretch(start: FloatArray, end: FloatArray, standing: BoolArray) -> bool:
    """Tell whether a disc may stand on every cell on the straight stretch between two places (2), in cells."""
    count = max(int(np.ceil(np.abs(end - start).max() * SAMPLES_PER_CELL)), 1)
    places = start + np.linspace(0, 1, count + 1)[:, None] * (end - start)
    cells = np.floor(places).astype(np.int64)
    if (cells < 0).any() or (cells >= standing.shape).any():
        return False
    return bool(standing[cells[:, 0], cells[:, 1]].all())


def in_outline(places_m: FloatArray, corners_m: FloatArray) -> BoolArray:
    """Tell which places (..., 2) lie in the convex outline with corners (N, 2), counter-clockwise; N < 3: none."""
    inside = np.full(places_m.shape[:-1], len(corners_m) > 2)
    for first, second in zip(corners_m, np.roll(corners_m, -1, axis=0), strict=True):
        side = second - first
        inside &= side[0] * (places_m[..., 1] - first[1]) - side[1] * (places_m[..., 0] - first[0]) >= 0
    return inside
