"""Scenes of one data set that are in another one too, by their names and by their pictures."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from spacevista.checks.hashes import near_pairs
from spacevista.checks.pictures import Hashed
from spacevista.checks.places import places_of
from spacevista.evals.records import Sample

SHOWN = 10  # of the scenes that match


@dataclass(frozen=True)
class Match:
    """A scene of the data set and one of the benchmark that are the same.

    Attributes:
        by: the place that both names tell, or the pictures that look alike with the smallest distance of their hashes.
        rows: of the data set that ask about the scene.
    """

    scene: str
    other: str
    by: str
    rows: int


@dataclass(frozen=True)
class Leaks:
    """What of a benchmark is in a data set.

    Attributes:
        scenes: of the benchmark; `nameless` of them have ids that only count, so that names tell nothing.
        rows, train_rows: of the data set about scenes that are in the benchmark; those of its split `train`.
        by_scale: scenes of the benchmark that were found again, by its scale ("" where it does not say).
    """

    scenes: int
    nameless: int
    by_name: tuple[Match, ...]
    by_picture: tuple[Match, ...]
    rows: int
    train_rows: int
    by_scale: dict[str, int]


@dataclass(frozen=True)
class Twins:
    """Scenes of one data set with pictures that look alike: pairs of scenes, those in two splits, and examples."""

    pairs: int
    across_splits: int
    examples: tuple[Match, ...]


def leaks(data: Sequence[Sample], bench: Sequence[Sample], pictures: Hashed | None, others: Hashed | None) -> Leaks:
    """Look for scenes of a benchmark in a data set; hashes of both, or None if pictures are not looked at."""
    rows = Counter(sample.scene_id for sample in data)
    by_name = _named(data, bench, rows)
    by_picture = () if pictures is None or others is None else _seen(pictures, others, rows)
    inside = {match.scene for match in (*by_name, *by_picture)}
    again = {match.other for match in (*by_name, *by_picture)}
    scale_of = {sample.scene_id: sample.scale for sample in bench}
    about = [sample for sample in data if sample.scene_id in inside]
    return Leaks(
        scenes=len(scale_of),
        nameless=len(scale_of) - len({sample.scene_id for sample in bench if places_of(sample)}),
        by_name=by_name,
        by_picture=by_picture,
        rows=len(about),
        train_rows=sum(sample.row.get("split") == "train" for sample in about),
        by_scale=dict(sorted(Counter(str(scale_of[scene]) for scene in again).items())),
    )


def twins(pictures: Hashed, rows: Sequence[Sample]) -> Twins:
    """Look for scenes of one data set that share pictures."""
    counts = Counter(sample.scene_id for sample in rows)
    split_of = dict(zip(pictures.scenes, pictures.splits, strict=True))
    found = [match for match in _seen(pictures, pictures, counts) if match.scene < match.other]
    found.sort(key=lambda match: split_of[match.scene] == split_of[match.other])  # those in two splits first
    torn = sum(split_of[match.scene] != split_of[match.other] for match in found)
    return Twins(len(found), torn, tuple(found[:SHOWN]))


def _named(data: Sequence[Sample], bench: Sequence[Sample], rows: Counter[str]) -> tuple[Match, ...]:
    there: dict[str, str] = {}
    for sample in bench:
        for place in places_of(sample):
            there.setdefault(place, sample.scene_id)
    found = {
        sample.scene_id: (place, there[place])
        for sample in data
        for place in sorted(places_of(sample))
        if place in there
    }
    return tuple(Match(scene, other, place, rows[scene]) for scene, (place, other) in sorted(found.items()))


def _seen(first: Hashed, second: Hashed, rows: Counter[str]) -> tuple[Match, ...]:
    """Return a match for each pair of scenes with pictures that look alike."""
    nearest: defaultdict[tuple[str, str], list[tuple[int, str]]] = defaultdict(list)
    for i, j, apart in near_pairs(first.hashes, second.hashes).tolist():
        if first is not second or first.scenes[i] != second.scenes[j]:
            pair = first.scenes[i], second.scenes[j]
            nearest[pair].append((apart, f"{first.names[i]} and {second.names[j]}"))
    matches = []
    for (scene, other), pairs in sorted(nearest.items()):
        apart, names = min(pairs)
        matches.append(Match(scene, other, f"{len(pairs)} pairs of pictures, {names} {apart} bits apart", rows[scene]))
    return tuple(matches)
