"""Sentence patterns, packed as data: one file a task under templates/, one table an aspect; phrases.toml for the rest.

A pattern is a sentence with slots in braces. `SLOTS` says which slots every pattern of an aspect must fill; {unit} may
be used besides, by a pattern that is then asked only where the question names the unit.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from string import Formatter

import msgspec

from spacevista.tasks.appearance_order import PLACES
from spacevista.tasks.object_counting import POSITIONS as COUNTED_POSITIONS
from spacevista.tasks.object_counting import SIZES as COUNTED_SIZES
from spacevista.tasks.relations import POSITIONS, SIZES
from spacevista.tasks.spatial_relation import YES as JOINED

COUNTED = (*COUNTED_POSITIONS, *COUNTED_SIZES)
ONE, TWO, MANY = frozenset({"a"}), frozenset({"a", "b"}), frozenset({"list"})
SLOTS: dict[tuple[str, str], frozenset[str]] = {
    ("object_size", "longest"): ONE,
    ("object_size", "height"): ONE,
    ("object_size", "length"): ONE,
    ("object_size", "width"): ONE,
    ("size_comparison", "height"): TWO,
    ("size_comparison", "width"): TWO,
    ("size_comparison", "volume"): TWO,
    ("absolute_distance", "closest"): TWO,
    ("relative_distance", "closest"): MANY | {"anchor"},
    ("relative_distance", "farthest"): MANY | {"anchor"},
    ("depth_estimation", "point_z"): ONE,
    ("depth_estimation", "nearest_point"): ONE,
    ("depth_estimation", "which_nearest"): MANY,
    ("depth_estimation", "which_nearest_across"): MANY,
    ("view_change", "vector"): frozenset(),
    ("view_change", "direction"): frozenset(),
    **{("position_comparison", aspect): TWO for aspect in POSITIONS},
    **{("position_comparison", f"{aspect}_across"): TWO | {"view"} for aspect in POSITIONS},
    **{("existence", aspect): ONE | {"one"} for aspect in (*POSITIONS, *SIZES)},
    ("object_counting", "class"): frozenset({"plural"}),
    ("object_counting", "class_across"): frozenset({"plural"}),
    **{("object_counting", aspect): ONE | {"plural"} for aspect in COUNTED},
    ("appearance_order", "order"): frozenset({"all"}),
    **{("appearance_order", place): MANY for place in PLACES},
    ("object_matching", "same"): TWO,
    ("object_matching", "which"): MANY | {"anchor"},
    **{("rotation_estimation", aspect): frozenset() for aspect in ("turn_net", "turn_swept", "attitude")},
    **{("rotation_estimation", aspect): ONE for aspect in ("around_net", "around_swept")},
    ("object_location", "direction"): TWO,
    ("object_location", "place"): TWO,
    **{("spatial_relation", aspect): TWO for aspect in ("how", *JOINED)},
    ("route_planning", "turns"): TWO | {"goal", "agent", "steps"},
    ("navigation", "path"): TWO | {"agent", "reach", "compass"},
    ("manipulation_planning", "path"): TWO | {"side", "gap", "tolerance", "frame"},
    ("destination_location", "side"): TWO | {"moves", "frame"},
    ("obstacles_location", "which"): TWO | {"list", "boxes"},
    ("obstacles_location", "where"): TWO | {"axes", "boxes"},
    ("room_size", "area"): frozenset(),
    ("room_size", "volume"): frozenset(),
    ("area_estimation", "footprint"): ONE,
}


class AspectPatterns(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How an aspect is asked for, and how a free answer to it is said."""

    ask: tuple[str, ...]
    answer: tuple[str, ...]


class FormLines(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is said about the form of the answer; _native names the unit, _free asks for one."""

    mc: tuple[str, ...]
    number_native: tuple[str, ...]
    number_free: tuple[str, ...]
    sentence_native: tuple[str, ...]
    sentence_free: tuple[str, ...]
    motion_native: tuple[str, ...]
    motion_free: tuple[str, ...]
    motion_sentence_native: tuple[str, ...]
    motion_sentence_free: tuple[str, ...]
    choice_sentence: tuple[str, ...]
    yes_no_sentence: tuple[str, ...]
    count: tuple[str, ...]
    count_sentence: tuple[str, ...]


class Phrases(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How objects and spots are referred to, by how they are pointed at, and the form lines."""

    object: dict[str, tuple[str, ...]]
    spot: dict[str, tuple[str, ...]]
    form: FormLines


@dataclass(frozen=True)
class Templates:
    """All patterns: by (task, aspect), and the phrases they are composed with."""

    aspects: Mapping[tuple[str, str], AspectPatterns]
    phrases: Phrases


@cache
def templates() -> Templates:
    """Read and check the packed patterns.

    Raises:
        ValueError: a file is missing, an aspect is missing or unknown, or a pattern has other slots than it should.
    """
    folder = files("spacevista.qa") / "templates"
    aspects: dict[tuple[str, str], AspectPatterns] = {}
    for task in dict.fromkeys(task for task, _ in SLOTS):
        tables = tomllib.loads((folder / f"{task}.toml").read_text(encoding="utf-8"))
        for aspect, patterns in msgspec.convert(tables, dict[str, AspectPatterns]).items():
            aspects[task, aspect] = patterns
    phrases = msgspec.convert(tomllib.loads((folder / "phrases.toml").read_text(encoding="utf-8")), Phrases)
    if aspects.keys() != SLOTS.keys():
        raise ValueError(f"templates: expected the aspects of SLOTS, differing: {aspects.keys() ^ SLOTS.keys()}")
    for key, patterns in aspects.items():
        for pattern in patterns.ask:
            _check_slots(pattern, SLOTS[key])
    return Templates(aspects, phrases)


def slots_of(pattern: str) -> list[str]:
    """Return the names of a pattern's slots in order of mention."""
    return [name for _, name, _, _ in Formatter().parse(pattern) if name is not None]


def fill(pattern: str, slots: Mapping[str, str]) -> str:
    """Return a pattern with its slots filled and a capital at its start."""
    text = pattern.format_map(slots)
    return text[:1].upper() + text[1:]


def listed(items: Sequence[str], word: str = "or") -> str:
    """Return "x, y or z"."""
    return f" {word} ".join(filter(None, [", ".join(items[:-1]), items[-1]]))


def _check_slots(pattern: str, needed: frozenset[str]) -> None:
    have = slots_of(pattern)
    if not needed <= set(have) <= needed | {"unit"}:
        raise ValueError(f"templates: expected slots {sorted(needed)} and perhaps unit, got {have} in {pattern!r}")
