"""Unobserved space: what might an object fill beyond the surface that was seen?

A cell of space is the object's only if no view saw through it and it can be reached from the object's seen surface
without crossing its support plane or another seen surface. A thin uncarved layer on the support belongs to the support.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import label

from spacevista.geometry.arrays import BoolArray, FloatArray, IntArray
from spacevista.geometry.freespace import FREE, OTHER, OWN, DepthView, observe
from spacevista.geometry.planes import Plane

SUPPORT_LAYER_CELLS = 0.75  # cells this near above the support are the support's


@dataclass(frozen=True, eq=False)
class Grid:
    """A block of cells: `axes` (3, 3; columns, world), corner `low` in those axes, cell sizes (3,), counts (3,)."""

    axes: FloatArray
    low: FloatArray
    cell: FloatArray
    counts: tuple[int, int, int]

    @staticmethod
    def around(low: FloatArray, high: FloatArray, axes: FloatArray, cell: FloatArray) -> Grid:
        counts = np.maximum(np.ceil((high - low) / cell).astype(int), 1)
        return Grid(axes, low, (high - low) / counts, (int(counts[0]), int(counts[1]), int(counts[2])))

    def centres(self) -> FloatArray:
        """Return the cell centres (N, 3) in the world, the last axis running fastest."""
        lines = [self.low[k] + (np.arange(self.counts[k]) + 0.5) * self.cell[k] for k in range(3)]
        return np.stack(np.meshgrid(*lines, indexing="ij"), axis=-1).reshape(-1, 3) @ self.axes.T

    def cells_of(self, points_m: FloatArray) -> IntArray:
        """Return flat numbers of the cells that hold points (N, 3), those outside left out."""
        at = np.floor((points_m @ self.axes - self.low) / self.cell).astype(np.int64)
        inside = ((at >= 0) & (at < np.array(self.counts))).all(axis=1)
        return np.asarray(np.ravel_multi_index(tuple(at[inside].T), self.counts), dtype=np.int64)


@dataclass(frozen=True, eq=False)
class PossibleSpace:
    """Cells an object might fill: `filled` (counts), and whether they run on past the grid (the bottom apart)."""

    grid: Grid
    filled: BoolArray
    open_space: bool

    def surface_cells(self) -> FloatArray:
        """Return the world centres of filled cells with an empty neighbour or at the border."""
        padded = np.pad(self.filled, 1)
        inner = (
            padded[:-2, 1:-1, 1:-1] & padded[2:, 1:-1, 1:-1] & padded[1:-1, :-2, 1:-1]
            & padded[1:-1, 2:, 1:-1] & padded[1:-1, 1:-1, :-2] & padded[1:-1, 1:-1, 2:]
        )  # fmt: skip
        return np.asarray(self.grid.centres()[(self.filled & ~inner).ravel()])


def possible_space(
    grid: Grid, own_id: int, views: tuple[DepthView, ...], support: Plane | None, seeds_m: FloatArray
) -> PossibleSpace:
    """Flood unobserved cells from the object's seen surface and from `seeds_m` (N, 3)."""
    centres = grid.centres()
    reach = float(np.linalg.norm(grid.cell)) / 2
    flags = observe(centres, reach, own_id, views)
    own = (flags & OWN) != 0
    closed = ((flags & FREE) != 0) | (((flags & OTHER) != 0) & ~own)
    if support is not None:
        step = float(np.abs(support.normal @ grid.axes) @ grid.cell)
        closed |= support.signed_distance(centres) < SUPPORT_LAYER_CELLS * step
    unseen = ~closed
    own[grid.cells_of(seeds_m)] = True
    labels, _ = label(unseen.reshape(grid.counts))
    reached = np.unique(labels.ravel()[own & unseen])
    filled = np.isin(labels, reached[reached > 0])
    border = filled[[0, -1]].any() or filled[:, [0, -1]].any() or filled[:, :, -1].any()
    if support is None:
        border = border or filled[:, :, 0].any()
    return PossibleSpace(grid, filled, bool(border))
