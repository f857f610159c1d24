"""Unobserved space: what might an object fill beyond the surface that was seen?

A cell of space is the object's only if no view saw through it and it can be reached from the object's seen surface
without crossing its support plane, a wall or another seen surface. A thin uncarved layer on these belongs to them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import label

from spacevista.geometry.arrays import BoolArray, ByteArray, FloatArray, IntArray
from spacevista.geometry.freespace import FREE, NOBODY, OTHER, OWN, DepthView, observe
from spacevista.geometry.planes import Plane

WALL_LAYER_CELLS = 0.75  # cells this near to its support, or a wall, are not the object's
SPARSE_SHARE = 0.1  # of the cells with seen points, 0.65 and more lie at a dense depth map's surface, none at a LiDAR's


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

    def centres_of(self, chosen: BoolArray) -> FloatArray:
        """Return the centres (N, 3) of the chosen cells (counts)."""
        return np.asarray((self.low + (np.argwhere(chosen) + 0.5) * self.cell) @ self.axes.T)

    def cells_of(self, points_m: FloatArray) -> IntArray:
        """Return flat numbers of the cells that hold points (N, 3), those outside left out."""
        at = np.floor((points_m @ self.axes - self.low) / self.cell).astype(np.int64)
        inside = ((at >= 0) & (at < np.array(self.counts))).all(axis=1)
        return np.asarray(np.ravel_multi_index(tuple(at[inside].T), self.counts), dtype=np.int64)


@dataclass(frozen=True, eq=False)
class PossibleSpace:
    """Cells an object might fill: `filled` (counts), and whether they run on past the grid."""

    grid: Grid
    filled: BoolArray
    open_space: bool

    def tight_grid(self, cells: int) -> Grid:
        """Return a finer grid of `cells` along each axis around what is filled, two of its cells beyond it."""
        spans = [np.flatnonzero(self.filled.any(axis=other)) for other in ((1, 2), (0, 2), (0, 1))]
        low = np.array([span[0] - 2 if len(span) else 0 for span in spans])
        high = np.array([span[-1] + 3 if len(span) else n for span, n in zip(spans, self.grid.counts, strict=True)])
        low_m, high_m = self.grid.low + low * self.grid.cell, self.grid.low + high * self.grid.cell
        return Grid.around(low_m, high_m, self.grid.axes, (high_m - low_m) / cells)

    def surface_cells(self) -> FloatArray:
        """Return the world centres of filled cells with an empty neighbour or at the border."""
        padded = np.pad(self.filled, 1)
        inner = (
            padded[:-2, 1:-1, 1:-1] & padded[2:, 1:-1, 1:-1] & padded[1:-1, :-2, 1:-1]
            & padded[1:-1, 2:, 1:-1] & padded[1:-1, 1:-1, :-2] & padded[1:-1, 1:-1, 2:]
        )  # fmt: skip
        return self.grid.centres_of(self.filled & ~inner)


def possible_space(
    grid: Grid, own_id: int, points_m: FloatArray, views: tuple[DepthView, ...], walls: tuple[Plane, ...]
) -> PossibleSpace:
    """Flood unobserved cells of `grid` from the object's seen surface, up to its `walls` (normals towards it).

    Depth between the pixels of a sparse depth map is not known, so it shows no surface and frees no space: there the
    flood starts from the seen `points_m` (N, 3) themselves.
    """
    centres = grid.centres()
    closed, held = behind(grid, centres, walls), grid.cells_of(points_m)
    asked = ~closed
    asked[held] = True
    flags = observed(centres, asked, reach_of(grid), views, own_id)
    own = (flags & OWN) != 0
    if len(held) and own[held].mean() < SPARSE_SHARE:
        own[held] = True
    return flooded(grid, (flags & FREE) != 0, own, (flags & OTHER) != 0, closed)


def reach_of(grid: Grid) -> float:
    """Return how near to a surface a cell's centre lies if the surface passes through the cell: half its diagonal."""
    return float(np.linalg.norm(grid.cell)) / 2


def behind(grid: Grid, centres: FloatArray, walls: tuple[Plane, ...]) -> BoolArray:
    """Tell which cells (N,), by their `centres` (N, 3), are at or behind a wall."""
    out = np.zeros(len(centres), dtype=bool)
    for wall in walls:
        step = float(np.abs(wall.normal @ grid.axes) @ grid.cell)
        out |= wall.signed_distance(centres) < WALL_LAYER_CELLS * step
    return out


def observed(
    centres: FloatArray,
    asked: BoolArray,
    reach_m: float,
    views: tuple[DepthView, ...],
    own_id: int,
    second_id: int = NOBODY,
) -> ByteArray:
    """Return the flags (N,) of the cells `asked` for (N,), 0 for all others: no view frees what is behind walls."""
    flags = np.zeros(len(centres), dtype=np.uint8)
    flags[asked] = observe(centres[asked], reach_m, views, own_id, second_id)
    return flags


def flooded(grid: Grid, free: BoolArray, own: BoolArray, other: BoolArray, behind_walls: BoolArray) -> PossibleSpace:
    """Flood from `own` cells through cells that are neither free, nor another's surface, nor behind a wall.

    All flags are flat, one per cell, in the order of the grid's centres.
    """
    closed = free | (other & ~own) | behind_walls
    labels, _ = label((~closed).reshape(grid.counts))
    reached = np.zeros(int(labels.max()) + 1, dtype=bool)
    reached[np.unique(labels.ravel()[own & ~closed])] = True
    reached[0] = False
    filled = reached[labels]
    border = filled[[0, -1]].any() or filled[:, [0, -1]].any() or filled[:, :, [0, -1]].any()
    return PossibleSpace(grid, filled, bool(border))
