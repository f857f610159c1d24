"""Spatial relation: how is one object joined to another: does it rest on it, hang from it, is it inside it?

Aspects: `how`, one of RELATIONS; one for each word of YES, answered by yes or no. Objects: the one that is told of,
then the one that it is related to. Unit: none. Forms: mc, free. Frame: gravity; no camera.
Relations exclude each other by one precedence (relation_rules.py, and sim/truth_relations.py for the truth): what goes
around or contains comes before what is plugged in, hangs, leans or sticks, and these before what is stacked or rests.
"Apart": nothing of this, a gap between them, and neither over the other. Scales: all.
Candidates: the NEAREST pairs, by gap over the size of the smaller one, in drawn order; each with `how` and one drawn
word of YES, which half the time is that of the relation found (either way round).
Declines: too few points, points that are no numbers, a gap that may be a contact, no relation clear, one over the
other (a lower book of a pile bears what is on top too), closed in, a hidden floor, walls on some sides only, too small
beside the spacing of points, and no name, where a name tells a pile from a support.
Source: SpaceVista, spatial relation.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from spacevista.scenes.record import Gap, Scene
from spacevista.tasks.facts import Candidate, Decline, Fact
from spacevista.tasks.pairs import gaps_by_pair, in_drawn_order
from spacevista.tasks.relation_rules import PRECEDENCE, related
from spacevista.tasks.rules import enough_points

NEAREST = 14
OPPOSITE = {name: opposite for name, opposite, _ in PRECEDENCE}
RELATIONS = (*dict.fromkeys([*OPPOSITE, *OPPOSITE.values()]), "apart")
ALIKE = {"on": "stacked", "under": "beneath"}  # never offered together: a pile is a support too
ALIKE |= {second: first for first, second in ALIKE.items()}
YES: dict[str, tuple[str, ...]] = {
    "on": ("on", "stacked"),
    "in": ("in",),
    "around": ("around",),
    "hanging": ("hanging",),
    "leaning": ("leaning",),
    "stuck": ("stuck",),
    "plugged": ("plugged",),
    "apart": ("apart",),
}
ASPECT_OF = {name: aspect for aspect, names in YES.items() for name in names}
ASPECT_OF |= {OPPOSITE[name]: aspect for name, aspect in ASPECT_OF.items() if name in OPPOSITE}
ANSWERS = ("yes", "no")
TOO_FEW = "too few points"


def spatial_relation(scene: Scene, rng: np.random.Generator) -> Iterator[Fact | Decline]:
    """Yield two candidates for each of the nearest pairs."""
    for gap in nearest(scene):
        pair = in_drawn_order((gap.first, gap.second), rng)
        found = relation(scene, pair, gap)
        aspects = tuple(YES)
        drawn, asks_for_it = aspects[int(rng.integers(len(aspects)))], rng.random() < 0.5
        word = ASPECT_OF[found[0]] if asks_for_it and not isinstance(found, str) else drawn
        for aspect in ("how", word):
            yield fact_of(Candidate("spatial_relation", aspect, pair), found)


def measure(scene: Scene, candidate: Candidate) -> Fact | Decline:
    """Measure a given candidate."""
    first, second = candidate.objects
    return fact_of(candidate, relation(scene, (first, second), gaps_by_pair(scene).get((first, second))))


def nearest(scene: Scene) -> list[Gap]:
    """Return the gaps of the NEAREST pairs, the nearest first."""
    extents = {t.id: float(np.ptp(t.seen_m, axis=0).max()) for t in scene.objects if len(t.seen_m)}
    usable = [gap for gap in scene.gaps if np.isfinite(gap.high_m)]
    usable.sort(key=lambda gap: gap.high_m / max(min(extents[gap.first], extents[gap.second]), 1e-300))
    return usable[:NEAREST]


def relation(scene: Scene, pair: tuple[int, int], gap: Gap | None) -> tuple[str, ...] | str:
    """Return the relation of the first object to the second, in a tuple, or why it is not known."""
    things = [scene.object(number) for number in pair]
    if gap is None or not enough_points(*things):
        return TOO_FEW
    if not all(np.isfinite(points).all() for t in things for points in (t.seen_m, t.possible_m)):
        return "points that are no numbers"
    return related(scene, gap, *pair)


def fact_of(candidate: Candidate, found: tuple[str, ...] | str) -> Fact | Decline:
    """Return the answer to a candidate, given the relation of its objects."""
    if isinstance(found, str):
        return Decline(candidate, found)
    (name,) = found
    if candidate.aspect == "how":
        options = tuple(other for other in RELATIONS if other != ALIKE.get(name))
        return Fact(candidate, "choice", (), (), name, options)
    return Fact(candidate, "choice", (), (), "yes" if name in YES[candidate.aspect] else "no", ANSWERS)
