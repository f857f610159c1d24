"""Arrangements of straight lines in the plane: the convex cells that they cut a rectangle into.

A line is (x, y, offset): the points p with (x, y) . p = offset, (x, y) of length 1. Every cell has one sign for each
line, so cells that differ in one sign alone, and meet, are neighbours across that line.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from spacevista.geometry.arrays import FloatArray

NOTHING = 1e-9  # of the rectangle's size: a cell or an edge that is smaller is none
RIM = -1  # the rectangle's own sides


@dataclass(frozen=True, eq=False)
class Cell:
    """A convex cell: corners (N, 2), counter-clockwise; `lines` (N) says on which line each following edge lies."""

    corners_m: FloatArray
    lines: tuple[int, ...]
    signs: tuple[int, ...]

    @property
    def area_m2(self) -> float:
        x, y = (self.corners_m - self.corners_m[0]).T
        return float(x @ np.roll(y, -1) - y @ np.roll(x, -1)) / 2

    def edge_on(self, line: int) -> FloatArray | None:
        """Return the ends (2, 2) of the edge on a line, None if there is none."""
        if line not in self.lines:
            return None
        place = self.lines.index(line)
        return self.corners_m[[place, (place + 1) % len(self.lines)]]


def cells_of(lines: FloatArray, low_m: FloatArray, high_m: FloatArray) -> dict[tuple[int, ...], Cell]:
    """Return the cells, by their signs, that lines (L, 3) cut the rectangle between two corners (2) into."""
    (a, b), (c, d) = low_m, high_m
    cells = [Cell(np.array([[a, b], [c, b], [c, d], [a, d]]), (RIM,) * 4, ())]
    least = NOTHING * float((high_m - low_m).max())
    for number, line in enumerate(lines):
        cells = [part for cell in cells for part in _split(cell, line, number, least)]
    return {cell.signs: cell for cell in cells}


def across(cell: Cell, line: int) -> tuple[int, ...]:
    """Return the signs of the cell on the other side of a line."""
    return tuple(-sign if number == line else sign for number, sign in enumerate(cell.signs))


def _split(cell: Cell, line: FloatArray, number: int, least: float) -> list[Cell]:
    height = cell.corners_m @ line[:2] - line[2]
    if float(height.min()) > -least:
        return [Cell(cell.corners_m, cell.lines, (*cell.signs, 1))]
    if float(height.max()) < least:
        return [Cell(cell.corners_m, cell.lines, (*cell.signs, -1))]
    return [_part(cell, sign * height, number, sign) for sign in (1, -1)]


def _part(cell: Cell, height: FloatArray, number: int, sign: int) -> Cell:
    """Return the part of a cell where `height` (N, of its corners) is positive."""
    corners: list[FloatArray] = []
    lines: list[int] = []
    for k, line in enumerate(cell.lines):
        start, end = cell.corners_m[k], cell.corners_m[(k + 1) % len(cell.lines)]
        a, b = float(height[k]), float(height[(k + 1) % len(cell.lines)])
        if a > 0:
            corners.append(start)
            lines.append(line)
        if (a > 0) != (b > 0):
            corners.append(start + (end - start) * a / (a - b))
            lines.append(number if a > 0 else line)
    return Cell(np.array(corners), tuple(lines), (*cell.signs, sign))
