"""What scenes know of their rows: while they are made, and in a finished data set for rationales told later."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path, PurePosixPath

from spacevista.errors import DatasetError
from spacevista.qa.check import inside
from spacevista.qa.make import fact_id
from spacevista.qa.rationales.computed import computed
from spacevista.qa.rationales.gate import Case, Gated, gated
from spacevista.qa.rationales.known import Known, NumbersOf, known_of_fact, numbers_of
from spacevista.qa.record import Question
from spacevista.scenes.disk import read_scene
from spacevista.scenes.record import Scene
from spacevista.scenes.sizes import longest_sides_m, scene_size_m
from spacevista.tasks.all import all_candidates
from spacevista.tasks.facts import Fact


def with_computed(scene: Scene, facts: Iterable[Fact], rows: Iterable[Question], size_m: float | None) -> Gated:
    """Return the rows made from facts of a scene with computed rationales, and what did not pass.

    Args:
        size_m: of the scene (`scenes.sizes.scene_size_m`).
    """
    names = {thing.id: thing.category for thing in scene.objects}
    cases = {fact_id(scene.id, fact.candidate): Case(fact, size_m, names, partial(_alone, fact)) for fact in facts}
    return gated(((row, cases[row.fact_id]) for row in rows), computed)


def _alone(fact: Fact, text: str) -> tuple[Known, ...]:
    return known_of_fact(fact)  # what is computed from a fact says nothing else in numbers


def cases_of(data: Path, rows: Iterable[Question]) -> Iterator[tuple[Question, Case]]:
    """Yield the rows of a data set with their cases, one scene in memory at a time, by scene.

    Raises:
        DatasetError: a scene does not give a row's fact any more; it was built by another version.
        SceneError: a scene is missing or damaged.
    """
    by_scene: dict[str, list[Question]] = {}
    for row in rows:
        by_scene.setdefault(row.scene_id, []).append(row)
    for scene_id, of_scene in by_scene.items():
        yield from _cases(read_scene(inside(data, f"scenes/{scene_id}")), of_scene)


def _cases(scene: Scene, rows: Iterable[Question]) -> Iterator[tuple[Question, Case]]:
    size_m = scene_size_m(longest_sides_m(scene.objects).values())
    numbers = numbers_of(scene)
    names = {thing.id: thing.category for thing in scene.objects}
    facts: dict[str, Fact] = {}
    for row in rows:
        if not facts:
            found = (item for item in all_candidates(scene, row.seed) if isinstance(item, Fact))
            facts = {fact_id(scene.id, fact.candidate): fact for fact in found}
        if (fact := facts.get(row.fact_id)) is None:
            raise DatasetError(f"{row.id}: expected its fact in scene {scene.id}, got none; build the data set again")
        frames = [int(PurePosixPath(frame).stem) for frame in row.frames]
        yield row, Case(fact, size_m, names, partial(_known, numbers, fact, frames))


def _known(numbers: NumbersOf, fact: Fact, frames: list[int], text: str) -> tuple[Known, ...]:
    return (*known_of_fact(fact), *numbers(fact.candidate, frames, text))
