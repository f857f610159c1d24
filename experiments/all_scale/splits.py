"""Which scenes there are and which part of the experiment may see them. Nothing else decides that.

A scene is a stream of worlds and a number in it. Parts are ranges of numbers, so that a data set can grow without a
scene ever changing its part. `main`, `named` and `native` ask about the same worlds in other words.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from spacevista.qa.record import Split

SplitName = Literal["main", "named", "native", "base", "pairs", "gaps", "beyond"]
Stream = Literal["band", "base", "pairs", "gaps", "beyond"]
Dose = Literal["none", "weak", "strong"]

LAB_VERSION = 1  # raise it when a number gives another scene or other questions
STREAMS: tuple[Stream, ...] = ("band", "base", "pairs", "gaps", "beyond")  # part of every scene's seed: never reorder
DOSES: tuple[Dose, ...] = ("none", "weak", "strong")
DOSE_SHARES = (0.2, 0.3, 0.5)

PARTS: dict[Split, range] = {
    "train": range(100_000),
    "val": range(100_000, 110_000),
    "test": range(200_000, 220_000),
}


@dataclass(frozen=True)
class Plan:
    """A split: the worlds it asks about and the parts it has."""

    stream: Stream
    parts: tuple[Split, ...]


EVERY: tuple[Split, ...] = ("train", "val", "test")
PLANS: dict[SplitName, Plan] = {
    "main": Plan("band", EVERY),
    "named": Plan("band", EVERY),
    "native": Plan("band", EVERY),
    "base": Plan("base", EVERY),
    "pairs": Plan("pairs", ("test",)),
    "gaps": Plan("gaps", ("test",)),
    "beyond": Plan("beyond", ("test",)),
}


def part_of(number: int) -> Split:
    """Return the part that a scene's number belongs to (ValueError: to none)."""
    for part, numbers in PARTS.items():
        if number in numbers:
            return part
    raise ValueError(f"expected a scene number of {', '.join(f'{k} {v}' for k, v in PARTS.items())}, got {number}")


def scene_id(split: SplitName, number: int, member: str = "") -> str:
    """Return the id of a scene ("lab-main-000017"); members of a counterfactual pair add "a" and "b" to the pair's."""
    return f"lab-{split}-{number:06d}{member}"


def scene_key(stream: Stream, number: int) -> tuple[int, int]:
    """Return what all randomness of a scene comes from."""
    return STREAMS.index(stream), number
