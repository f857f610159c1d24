"""What a task yields: a fact with its value, margin and error interval, or a decline with a named reason.

Values stay numbers with units until a sentence is written; a sentence is never parsed to get a value back.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

TASK_VERSION = 5  # raise it when a computation changes its result, or other candidates are asked

Quantity = Literal["length", "distance", "depth", "area", "volume", "choice", "motion", "count", "angle", "place"]


@dataclass(frozen=True)
class Interval:
    """A closed interval that holds the truth: hard bounds from carving, widened by a 90 % statistical part.

    `statistical` is the half-width that the noise added at each end, so the carving part is half_width - statistical.
    """

    low: float
    high: float
    statistical: float = 0.0

    def __post_init__(self) -> None:
        if not (self.low <= self.high and self.statistical >= 0):
            raise ValueError(f"interval: expected low <= high, got {self.low}, {self.high}, +-{self.statistical}")

    @property
    def middle(self) -> float:
        return (self.low + self.high) / 2

    @property
    def half_width(self) -> float:
        return (self.high - self.low) / 2

    def widened(self, by: float) -> Interval:
        return Interval(self.low - by, self.high + by, self.statistical + by)


@dataclass(frozen=True)
class Candidate:
    """What could be asked: a task, its aspect ("height", "point_z"), the objects in order, the frames."""

    task: str
    aspect: str
    objects: tuple[int, ...]
    frames: tuple[int, ...] = ()
    point_px: tuple[float, float] | None = None


@dataclass(frozen=True)
class Fact:
    """A candidate that the scene supports.

    Attributes:
        candidate: what is asked.
        quantity: what kind of value it is; "choice" holds `choice`, all others `values`.
        values: the number, or the numbers of a vector (metres, degrees, cubic metres); a place is a distance and an
            azimuth.
        intervals: one for each value; for a choice, of the quantities compared, in the order of the objects; none
            where what is compared has no zero of its own, as a position has none.
        choice: the right one of `options` ("" for numbers): an object id as text, a word, or ids in order ("3-1-2").
        options: all that could be right.
        margin: by how much a choice is decided, relative (0.25: the nearest rival is 25 % off).
    """

    candidate: Candidate
    quantity: Quantity
    values: tuple[float, ...]
    intervals: tuple[Interval, ...]
    choice: str = ""
    options: tuple[str, ...] = ()
    margin: float = 0.0
    version: int = TASK_VERSION


@dataclass(frozen=True)
class Decline:
    """A candidate that the scene does not support, and why."""

    candidate: Candidate
    reason: str
