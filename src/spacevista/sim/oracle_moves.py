"""Which questions about moving an object over a table the views hold the answer to, with the true meshes and cameras.

Frame: right, forward and up of the first frame's camera, levelled; metres. Way: a grid of places of the moved box; a
place is possible if the box, grown, holds nothing but seen free space; start and goal must hang together.
"""

from __future__ import annotations

import math

import numpy as np
from scipy import ndimage

from spacevista.geometry.arrays import BoolArray, FloatArray, IntArray
from spacevista.sim.oracle_carve import Carver
from spacevista.sim.oracle_space import Space
from spacevista.sim.truth import Truth
from spacevista.sim.truth_moves import extents, levelled_axes, overlap_from

STEP_SHARE = 0.05  # of the objects' median longest side: lengths in the moves are multiples of a round number below it
CLEAR_STEPS = 1.3  # more than what planning has to keep
GAP_STEPS = 3
UNSURE_SHARE = 0.03  # of the median longest side: a face the views leave so open is not measured from
NEARLY = 0.06  # of the moved object's least side: nearer misses and shallower hits are not decided
BOX_SHARE = 0.03  # of its longest side: a face of an obstacle that is stated is known to this
CELLS = 72
SIDES: dict[str, tuple[int, int]] = {
    "left": (0, -1),
    "right": (0, 1),
    "front": (1, -1),
    "behind": (1, 1),
    "top": (2, 1),
}


class TableOracle:
    """Judges the candidates of one world; `spaces` are what is seen of each object and what it might fill."""

    def __init__(self, truth: Truth, carver: Carver, spaces: dict[int, Space]) -> None:
        self.truth, self.spaces = truth, spaces
        self.axes = levelled_axes(truth, 0)
        self.boxes = {body.id: np.stack(extents(truth, body.id, self.axes)) for body in truth.world.objects}
        # What each might fill, faces no farther in than its own.
        self._hulls = {
            number: np.stack([np.minimum(low, hull.min(axis=0)), np.maximum(high, hull.max(axis=0))])
            for number, (low, high) in self.boxes.items()
            for hull in [spaces[number].possible_m @ self.axes.T]
        }
        self.typical_m = float(np.median([np.ptp(box, axis=0).max() for box in self.boxes.values()]))
        self.step_m = _round_below(STEP_SHARE * self.typical_m)
        self._low, self._cell, self._unseen = self._look(carver)
        self._open_m: dict[int, FloatArray] = {}
        self._parts: dict[int, IntArray] = {}

    def way(self, side: str, objects: tuple[int, int]) -> bool:
        """Tell whether one object can be brought to a side of another through space that was seen free."""
        moved, other = objects
        if any(self.spaces[i].open or self._unsure(i)[:2].max() > UNSURE_SHARE * self.typical_m for i in objects):
            return False
        start, goal = self._place(moved, other, side)
        if moved not in self._parts:
            self._parts[moved] = ndimage.label(~self._blocked(moved))[0]
        parts = self._parts[moved]
        ends = []
        for place in (start, goal):
            at = np.floor((place - self._low) / self._cell).astype(int)
            if (at < 0).any() or (at >= parts.shape).any():
                return False
            ends.append(int(parts[tuple(at)]))
        return ends[0] == ends[1] > 0

    def in_way(self, objects: tuple[int, ...], asked: tuple[int, ...]) -> list[int] | None:
        """Return which of `asked` is in one object's way to another; None where that is close or views are poor."""
        moved, towards = objects
        if any(self.spaces[i].open for i in (moved, towards, *asked)):
            return None
        low, high = self.boxes[moved]
        goal = self.boxes[towards]
        step = (goal.sum(axis=0) - low - high) / 2 * np.array([1.0, 1.0, 0.0])
        stop = min(overlap_from(low, high, goal[0], goal[1], step), 1.0)
        slack = NEARLY * float((high - low).min())
        found = []
        for number in asked:
            outer = slack + float(self._unsure(number).max())
            near, far = (
                self.boxes[number] + np.array([[outer], [-outer]]),
                self.boxes[number] + np.array([[-slack], [slack]]),
            )
            surely = bool((near[0] < near[1]).all()) and overlap_from(low, high, near[0], near[1], step) <= stop
            perhaps = overlap_from(low - outer, high + outer, far[0], far[1], step) <= stop
            if surely != perhaps:
                return None
            if surely:
                found.append(number)
        return found

    def box_known(self, number: int) -> bool:
        """Tell whether the views bound every face of an object's box."""
        longest = float(np.ptp(self.boxes[number], axis=0).max())
        return not self.spaces[number].open and float(self._unsure(number).max()) <= BOX_SHARE * longest

    def _unsure(self, number: int) -> FloatArray:
        """Return by how much (3) the faces of what an object might fill lie outside those of what was seen."""
        if number not in self._open_m:
            self._open_m[number] = self._beyond(number)
        return self._open_m[number]

    def _beyond(self, number: int) -> FloatArray:
        space = self.spaces[number]
        if not len(space.seen_m):
            return np.full(3, np.inf)
        seen, possible = space.seen_m @ self.axes.T, np.concatenate([space.possible_m, space.seen_m]) @ self.axes.T
        return np.asarray(np.maximum(possible.max(axis=0) - seen.max(axis=0), seen.min(axis=0) - possible.min(axis=0)))

    def _place(self, moved: int, other: int, side: str) -> tuple[FloatArray, FloatArray]:
        """Return the middle of the moved box now, and at a side of the other."""
        axis, sign = SIDES[side]
        own, target = self.boxes[moved], self.boxes[other]
        start = own.mean(axis=0)
        goal = start.copy()
        goal[:2] = target.mean(axis=0)[:2]
        face = target[1 if sign > 0 else 0, axis]
        goal[axis] = face + sign * (GAP_STEPS * self.step_m + np.ptp(own, axis=0)[axis] / 2)
        return start, goal

    def _look(self, carver: Carver) -> tuple[FloatArray, float, BoolArray]:
        corners = np.concatenate(list(self.boxes.values()))
        low, high = corners.min(axis=0), corners.max(axis=0)
        tallest = max(float(np.ptp(box, axis=0)[2]) for box in self.boxes.values())
        edge = np.array([self.typical_m, self.typical_m, 0])
        low, high = low - edge, high + edge + np.array([0, 0, tallest])
        cell = float((high - low).max()) / CELLS
        counts = np.ceil((high - low) / cell).astype(int)
        lines = [low[k] + (np.arange(counts[k]) + 0.5) * cell for k in range(3)]
        points = np.stack(np.meshgrid(*lines, indexing="ij"), axis=-1).reshape(-1, 3)
        return low, cell, ~carver.carved(points @ self.axes).reshape(tuple(counts.tolist()))

    def _blocked(self, moved: int) -> BoolArray:
        """Return the cells at which the moved box's middle would put it into something else, or into unseen space."""
        own, size = self.boxes[moved], np.ptp(self._hulls[moved], axis=0)
        unseen = self._unseen.copy()
        unseen[self._cells(own[0] - self._cell, own[1] + self._cell)] = False
        unseen[:, :, 0] = False  # its foot is on the table: only what is above counts
        reach = 2 * np.floor(size / 2 / self._cell).astype(int) + 1
        out: BoolArray = ndimage.maximum_filter(unseen, size=tuple(reach.tolist()), mode="constant", cval=False)
        clear = CLEAR_STEPS * self.step_m
        for number, box in self._hulls.items():
            if number != moved:
                out[self._cells(box[0] - size / 2 - clear, box[1] + size / 2 + clear)] = True
        return out

    def _cells(self, low: FloatArray, high: FloatArray) -> tuple[slice, ...]:
        first = np.maximum(np.floor((low - self._low) / self._cell).astype(int), 0)
        last = np.maximum(np.ceil((high - self._low) / self._cell).astype(int), 0)
        return tuple(slice(a, b) for a, b in zip(first.tolist(), last.tolist(), strict=True))


def _round_below(length_m: float) -> float:
    """Return the largest of 1, 2 and 5 times powers of ten that is not above a length."""
    candidates = [n * 10.0 ** math.floor(math.log10(length_m)) for n in (1, 2, 5)]
    return max(c for c in candidates if c <= length_m)
