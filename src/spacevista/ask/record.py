"""The records of asking: what a question means, what an answer rests on, and why there is none.

Frame numbers count from 0 in the capture (or video). Points are in the capture's world frame, metres.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from spacevista.errors import DatasetError, SpacevistaError
from spacevista.geometry.arrays import FloatArray
from spacevista.qa.record import Mark
from spacevista.tasks.facts import Fact


class MarkError(DatasetError):
    """A mark that the call gives is not on a frame that there is; the call was wrong."""


class RefusedError(SpacevistaError):
    """There is no honest answer: `reason` says why, `help` what would make one possible. It becomes a `Refusal`."""

    def __init__(self, reason: str, *help: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.help = help


@dataclass(frozen=True)
class Reading:
    """A question as the grammar reads it, before anything of a scene is known.

    Attributes:
        least: the smaller (or farther) of two is asked for, where the task decides which is larger (or nearer).
        phrases: how its objects are called, in the order of the task's candidate.
        open_end: further objects may belong to it that it does not call anything: marks, or all others of the scene.
        frames: those it names, in order.
        unit: of length in which it wants its answer, "" if it names none.
    """

    task: str
    aspect: str
    least: bool = False
    phrases: tuple[str, ...] = ()
    open_end: bool = False
    frames: tuple[int, ...] = ()
    unit: str = ""


@dataclass(frozen=True)
class Pick:
    """An object that a question means: its id in the scene (0: background), and how it is called in the answer.

    Attributes:
        mark: that it was picked by, or None: by its name.
        spot: only the marked point of the surface is meant, not the object that it lies on.
    """

    object_id: int
    label: str
    mark: Mark | None = None
    spot: bool = False


@dataclass(frozen=True, eq=False)
class Place:
    """Two points of the world (2, 3) that a number lies between, or one twice, and what they are."""

    label: str
    ends_m: FloatArray


@dataclass(frozen=True)
class Part:
    """One number with its 90 % interval, in `unit`: the value, one of those compared, or one of a camera's motion."""

    label: str
    value: float
    low: float
    high: float
    unit: str


@dataclass(frozen=True, eq=False)
class Answered:
    """A measured answer.

    Attributes:
        understood: the question as it was measured, in plain words.
        text: the answer in a few words.
        parts: the numbers it rests on: of a choice, those that were compared.
        frames: number and path of each frame that it was measured in.
        fact: the task's own; its frames count in the scene.
    """

    understood: str
    text: str
    parts: tuple[Part, ...]
    frames: tuple[tuple[int, str], ...]
    places: tuple[Place, ...]
    picks: tuple[Pick, ...]
    fact: Fact

    @property
    def kind(self) -> Literal["number", "choice", "motion"]:
        if self.fact.quantity in ("choice", "motion"):
            return "choice" if self.fact.quantity == "choice" else "motion"
        return "number"


@dataclass(frozen=True)
class Refusal:
    """Why there is no answer, what was understood ("" if nothing was), what the scene has, and what would help."""

    reason: str
    understood: str
    scene: str
    help: tuple[str, ...]
    parts: tuple[Part, ...] = ()
