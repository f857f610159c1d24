"""The record of a finished cell: small enough to commit, full enough that every endpoint can be computed from it again.

Lengths are metres with four digits, as the strict parser read them; null is an answer that it did not read. Nothing
tells on which machine a cell ran but its seconds.
"""

from __future__ import annotations

import msgspec

from spacevista.errors import SpacevistaError

CELL_VERSION = 1


class CellError(SpacevistaError):
    """A cell, or the file of one, is not what it must be; the message names the file and the field."""


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a cell was made with, as far as it could matter to its scores.

    Attributes:
        rate: learning rate; None where nothing was trained.
        samples: that training read; prompts, of a reward.
        parameters: that were trained.
        rank: of each adapter; 0 where nothing was trained.
        base: digest of the weights that it began with: one for all arms.
    """

    seed: int
    rate: float | None
    steps: int
    samples: int
    parameters: int
    rank: int
    base: str


class Lengths(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Questions about lengths, a column each.

    Attributes:
        scene: place of its scene in `Answers.scenes`.
        question: what is asked, the same in all cells and in both members of a pair ("object_size:longest:o2").
        predicted_m: None where the strict parser reads no length; may be 0 or below.
    """

    scene: list[int]
    question: list[str]
    true_m: list[float]
    predicted_m: list[float | None]


class Letters(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Questions with options, likewise; None is an answer that names no option."""

    scene: list[int]
    question: list[str]
    true: list[str]
    predicted: list[str | None]


class Usage(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How the experts were used, in bits (`spacevista.traces.usage`)."""

    entropy_of_mean: float
    mean_entropy: float
    information_on_scale: float


class Answers(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The answers to one test.

    Attributes:
        scenes: ids; of a pair, the pair's with "a" or "b".
        sizes, doses: of each scene: what range its sizes are from, and how much evidence it shows.
        forced: the expert that each scene was given instead of its own; only of test `forced`.
    """

    scenes: list[str]
    sizes: list[str]
    doses: list[str]
    lengths: Lengths
    letters: Letters | None = None
    forced: list[int] | None = None
    usage: Usage | None = None


class Cell(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A finished cell.

    Attributes:
        protocol: `protocol.digest` of the protocol that it was run under.
        versions: of what computed it ("torch": "2.15.0").
        seconds: of the whole cell, over all its sittings.
        tests: name of the test -> the answers.
    """

    name: str
    protocol: str
    settings: Settings
    versions: dict[str, str]
    seconds: float
    tests: dict[str, Answers]
    version: int = CELL_VERSION


class Gate(msgspec.Struct, frozen=True):
    """What the report needs of a gate's result; the gate's command writes more."""

    gate: str
    passed: bool
    limit: float | None = None
