"""From the questions of a data set to the rows that GRPO trains on: prompt, truth, and the anchors of the scene.

The columns are those of docs/rewards.md. What a question does not say comes from its annotated scene, `scenes/<id>` in
the data set's folder: the size of the scene and the name of what a mark points at.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from spacevista.captures.safe import inside
from spacevista.qa.record import Question
from spacevista.scenes.disk import HEADER_FILE, read_objects
from spacevista.scenes.sizes import longest_sides_m, scene_size_m
from spacevista.scoring.errors import ScoringError
from spacevista.scoring.targets import Target
from spacevista.train.errors import TrainError

MOTION = 5  # numbers of a camera's motion


@dataclass(frozen=True)
class SceneAnchors:
    """What the anchors of a completion are compared with.

    Attributes:
        scale_m: geometric mean of the longest dimensions of the scene's objects, metres; None: it has no sized object.
        names: category of each object by its id, None: it has no name.
    """

    scale_m: float | None
    names: Mapping[int, str | None]


AnchorsOf = Callable[[str], SceneAnchors | None]


@dataclass(frozen=True)
class GrpoRows:
    """Rows, and what happened on the way to them.

    Attributes:
        rows: columns prompt, id, scale, form, solution, unit, option_count, scale_m, object_name.
        questions: of the rows, by id.
        left_out: how many questions were not used, by reason.
        without: how many rows lack an anchor that others have, by reason.
    """

    rows: list[dict[str, Any]]
    questions: Mapping[str, Question]
    left_out: Mapping[str, int] = field(default_factory=dict)
    without: Mapping[str, int] = field(default_factory=dict)


def rows_of(questions: Iterable[Question], root: Path, anchors: AnchorsOf | None = None) -> GrpoRows:
    """Return the rows of multiple-choice and number questions; free ones have no reward and are left out.

    Args:
        root: the data set's folder.
        anchors: of a scene, by its id; None: they come from `scenes/<id>` below `root`.

    Raises:
        TrainError: no question is left, two have the same id, or one has no proper truth; names it.
        SceneError: an annotated scene is damaged.
    """
    known = cache(anchors or (lambda scene_id: scene_anchors(root, scene_id)))
    rows, used, left_out, without = [], {}, Counter[str](), Counter[str]()
    for question in questions:
        if question.form == "free":
            left_out["form free"] += 1
            continue
        if question.id in used:
            raise TrainError(f"expected questions with ids of their own, got {question.id} twice")
        rows.append(_row(question, known(question.scene_id), without))
        used[question.id] = question
    if not rows:
        raise TrainError(f"expected questions of form mc or reg, got none ({dict(left_out) or 'no questions'})")
    return GrpoRows(rows, used, dict(left_out), dict(without))


def scene_anchors(root: Path, scene_id: str) -> SceneAnchors | None:
    """Return the anchors of a scene, None if the data set does not hold it.

    The longest dimension of an object is the longest side of the smallest box around what was seen of it.

    Raises:
        SceneError: the scene is damaged.
        CaptureError: its id would lead out of the data set's folder.
    """
    header = inside(root, f"scenes/{scene_id}/{HEADER_FILE}").path
    if not header.is_file():
        return None
    things = read_objects(header.parent)
    return SceneAnchors(scene_size_m(longest_sides_m(things).values()), {thing.id: thing.category for thing in things})


def _row(question: Question, anchors: SceneAnchors | None, without: Counter[str]) -> dict[str, Any]:
    try:
        target = _with_scale(_target(question), question, anchors, without)
    except ScoringError as error:
        raise TrainError(f"question {question.id}: {error}") from error
    content = [{"type": "video", "video": question.id, "text": ""}] if question.frames else []
    return {
        "prompt": [{"role": "user", "content": [*content, {"type": "text", "video": "", "text": question.question}]}],
        "id": question.id,
        "scale": question.scale,
        "form": target.form,
        "solution": target.answer,
        "unit": target.unit,
        "option_count": target.option_count,
        "scale_m": target.scale_m,
        "object_name": _object_name(question, anchors, without),
    }


def _target(question: Question) -> Target:
    if question.form == "mc":
        return Target("mc", question.answer.strip(), question.unit, len(question.options))
    return Target("reg", ",".join(map(repr, question.value)), question.unit)


def _with_scale(target: Target, question: Question, anchors: SceneAnchors | None, without: Counter[str]) -> Target:
    if not replace(target, scale_m=1.0).has_scale or len(question.value) == MOTION:
        return target  # no size in the answer, or motions among the options
    if anchors is None or anchors.scale_m is None:
        without["scale: no scene" if anchors is None else "scale: no sized object"] += 1
        return target
    return replace(target, scale_m=anchors.scale_m)


def _object_name(question: Question, anchors: SceneAnchors | None, without: Counter[str]) -> str | None:
    """Return the category of the one object that the marks point at; None where they point at none or at several."""
    marked = {mark.object_id for mark in question.marks}
    if question.prompt_type == "none" or not marked:
        return None
    if anchors is None:
        without["name: no scene"] += 1
        return None
    names = {anchors.names.get(number) for number in marked}
    if len(names) > 1:
        without["name: several marked objects"] += 1
        return None
    (name,) = names
    if name is None:
        without["name: the marked object has none"] += 1
    return name


def with_shuffled_scales(rows: Sequence[Mapping[str, Any]], seed: int) -> list[dict[str, Any]]:
    """Return rows whose known true scales are permuted among them: the control that keeps everything but the truth."""
    places = [number for number, row in enumerate(rows) if row["scale_m"] is not None]
    order = np.random.default_rng((seed, 1)).permutation(len(places))
    shuffled = [dict(row) for row in rows]
    for place, other in zip(places, order, strict=True):
        shuffled[place]["scale_m"] = rows[places[other]]["scale_m"]
    return shuffled


def order_of(count: int, length: int, seed: int) -> list[int]:
    """Return `length` indices of `count` rows: one permutation after the other, each a new one.

    All of a run's data in one order: what comes next is given by the number of the step alone, over any number of
    passes. (The sampler of TRL forgets on resumption in which pass it was.)
    """
    rng = np.random.default_rng((seed, 0))
    passes = [rng.permutation(count) for _ in range(-(-length // count))]
    return [int(index) for index in np.concatenate(passes)[:length]]
