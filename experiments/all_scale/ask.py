"""Questions about lengths: how long is a thing, how far apart are two. Truth is that of the meshes."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

import numpy as np
from experiments.all_scale.frames import Shot
from experiments.all_scale.row import Ask, best_frame, mark_on
from experiments.all_scale.splits import SplitName
from experiments.all_scale.words import asks, length_text, number_line, pointed, rationale, two_digits, unit_for

from spacevista.qa.record import COLORS, Mark, MarkKind, TaskName
from spacevista.scales import METRES_PER_UNIT, SCALE_FACTS, Scale
from spacevista.sim.placement import solid_of

MIN_GAP = 0.08  # layout units: things nearer to each other are not asked about
DISTANCES = 2  # asked of a scene
KINDS: tuple[MarkKind, ...] = ("box", "point")


def length_asks(shot: Shot, split: SplitName, scale: Scale, rng: np.random.Generator) -> Iterator[Ask]:
    """Yield the size of every thing that may be asked about, and the distances between up to two pairs of them.

    Splits `named` and `native` ask the same in other words: by name; in the unit of the scale, stated in the question.
    """
    unit = SCALE_FACTS[scale].unit if split == "native" else ""
    scene = shot.scene
    for thing_id in shot.asked:
        yield _ask(shot, "object_size", "longest", (thing_id,), scene.longest_m(thing_id), split, unit, rng)
    pairs = list(combinations(shot.asked, 2))
    asked = 0
    for place in rng.permutation(len(pairs)).tolist():
        gap = _gap(shot, *pairs[place])
        if gap >= MIN_GAP and asked < DISTANCES:
            asked += 1
            length_m = gap * scene.metres_per_unit
            yield _ask(shot, "absolute_distance", "closest", pairs[place], length_m, split, unit, rng)


def _gap(shot: Shot, first: int, second: int) -> float:
    """Return the distance between the nearest points of two things, in layout units."""
    things = shot.scene.layout.things
    return solid_of(things[first - 1].mesh).distance_m(solid_of(things[second - 1].mesh))


def _ask(
    shot: Shot,
    task: TaskName,
    aspect: str,
    objects: tuple[int, ...],
    length_m: float,
    split: SplitName,
    unit: str,
    rng: np.random.Generator,
) -> Ask:
    marks, phrases = _references(shot, objects, split, rng)
    names = [shot.scene.layout.things[number - 1].name for number in objects]
    in_unit = unit or unit_for(length_m)
    value = length_m / METRES_PER_UNIT[in_unit]
    return Ask(
        task,
        aspect,
        objects,
        "reg",
        f"{asks(task, aspect, dict(zip('ab', phrases, strict=False)))} {number_line(unit)}",
        two_digits(value) if unit else length_text(length_m),
        (value,),
        in_unit,
        marks=marks,
        rationale=rationale(" and ".join(names), shot.scene.metres_per_unit),
    )


def _references(
    shot: Shot, objects: tuple[int, ...], split: SplitName, rng: np.random.Generator
) -> tuple[tuple[Mark, ...], list[str]]:
    """Return marks on the objects, all in one frame, and how the question refers to them."""
    if split == "named":
        return (), [f"the {shot.scene.layout.things[number - 1].name}" for number in objects]
    kind = KINDS[int(rng.integers(len(KINDS)))]
    frame = best_frame(shot, objects)
    marks = tuple(mark_on(shot, number, frame, kind, color) for number, color in zip(objects, COLORS, strict=False))
    return marks, [pointed(kind, mark.color) for mark in marks]
