"""`spacevista_sim`: the frozen simulated benchmark.

Its questions are frozen as text and its answers as quantised truths (sim_benchmark_file.py). Its worlds are built again
from their seeds: each answer is compared with the truth of the world as it is now, and only the pictures and the pixels
of the marks are taken from there. Nothing depends on how scenes are annotated or questions are worded today.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
from PIL import Image

from spacevista.errors import DatasetError, GeometryError
from spacevista.files import PART
from spacevista.qa.card import dataset_card
from spacevista.qa.make import fact_id, frame_path
from spacevista.qa.naming import mark_object
from spacevista.qa.numbers import in_units
from spacevista.qa.parquet import write_parquet
from spacevista.qa.record import Mark, Question
from spacevista.qa.released import write_released
from spacevista.qa.shards import JPEG_QUALITY
from spacevista.qa.sim_benchmark_file import Benchmark, FrozenScene, Header, PointedAt, Row, agrees, load_benchmark
from spacevista.qa.sim_plans import row_holds
from spacevista.scales import Scale
from spacevista.scenes.record import SceneFrame
from spacevista.sim.seeds import WORLD_VERSION, world_id
from spacevista.sim.simulate import simulate
from spacevista.sim.truth import Truth, judge
from spacevista.sim.world import World
from spacevista.sim.worlds import make_world
from spacevista.tasks.facts import Candidate, Fact, Interval, Quantity
from spacevista.tasks.plans import PLANNING

ADVICE = "the world is another one than when the benchmark was frozen: see docs/spacevista_sim.md"


def benchmark_questions(
    scales: Iterable[Scale] = tuple(Scale), benchmark: Benchmark | None = None
) -> Iterator[list[Question]]:
    """Yield the questions of each scene, its world built again and its answers checked; about 3 s a scene.

    Raises:
        DatasetError: the file is not what was frozen, or a world gives another truth; names the scene and the question.
    """
    frozen = load_benchmark() if benchmark is None else benchmark
    chosen = {str(scale) for scale in scales}
    for scene in frozen.scenes:
        if scene.scale in chosen:
            yield scene_questions(scene, frozen.header, checked_truth(scene, frozen.header))


def write_benchmark(
    folder: Path, scales: Iterable[Scale] = tuple(Scale), benchmark: Benchmark | None = None
) -> Iterator[list[Question]]:
    """Write the benchmark as a data set with its frames, yielding the questions of each scene when it is done.

    Frames that are there already are left as they are. The tables are written once the last scene has been taken.

    Raises:
        DatasetError: as `benchmark_questions`.
    """
    frozen = load_benchmark() if benchmark is None else benchmark
    chosen = {str(scale) for scale in scales}
    folder.mkdir(parents=True, exist_ok=True)
    every: list[Question] = []
    for scene in frozen.scenes:
        if scene.scale in chosen:
            truth = checked_truth(scene, frozen.header)
            _write_frames(truth.world, folder)
            every += (questions := scene_questions(scene, frozen.header, truth))
            yield questions
    write_parquet(folder / "questions.parquet", every)
    write_released(folder / "all.json", every)
    title = f"{frozen.header.name}, version {frozen.header.version}"
    (folder / "README.md").write_text(dataset_card(title, every), encoding="utf-8")


def checked_truth(scene: FrozenScene, header: Header) -> Truth:
    """Build the world of a scene and return its truth, once every frozen answer has been found in it again.

    Raises:
        DatasetError: the generators are of another version, or the world's frames, objects or truths are others.
    """
    name = world_id(Scale(scene.scale), scene.seed)
    if header.world_version != WORLD_VERSION:
        raise DatasetError(f"scene {name}: expected worlds of version {header.world_version}, got {WORLD_VERSION}")
    world = make_world(Scale(scene.scale), scene.seed)
    found = {body.id: body.category for body in world.objects}
    if (scene.frames, scene.categories) != (len(world.path), found):
        raise DatasetError(
            f"scene {name}: expected {scene.frames} frames of {sorted(scene.categories.items())}, "
            f"got {len(world.path)} of {sorted(found.items())}; {ADVICE}"
        )
    truth = Truth(world)
    for row in scene.rows:
        _check(row, truth)
    return truth


def scene_questions(scene: FrozenScene, header: Header, truth: Truth) -> list[Question]:
    """Return the questions of a scene from its rows and its world's truth."""
    return [_question(row, scene, header, truth) for row in scene.rows]


def true_answer(truth: Truth, candidate: Candidate) -> tuple[tuple[float, ...], str]:
    """Return the true values of a candidate, or () and the true choice.

    Raises:
        DatasetError: the world has no answer: a tie, nothing visible, or a marked point that is not on the object.
    """
    c = candidate
    found = judge(truth, c.task, c.aspect, c.objects, c.frames, c.point_px)
    if c.point_px is not None and truth.depth_m(c.frames[0], c.point_px)[1] != c.objects[0]:
        raise DatasetError("the marked point is not on the object")
    if found is None:
        raise DatasetError("the truth has no answer")
    if isinstance(found, str):
        return (), found
    return (found if isinstance(found, tuple) else (found,)), ""


def quantity_of(candidate: Candidate) -> Quantity:
    """Return what kind of value a candidate asks for, if it is not a choice."""
    if candidate.task == "view_change":
        return "motion"
    quantities: dict[str, Quantity] = {
        "object_size": "length",
        "absolute_distance": "distance",
        "object_counting": "count",
        "rotation_estimation": "angle",
        "object_location": "place",
        "area_estimation": "area",
        "room_size": "volume" if candidate.aspect == "volume" else "area",
    }
    return quantities.get(candidate.task, "depth")


def row_id(scene_id: str, row: Row) -> str:
    """Return the id of a row's question."""
    return f"{fact_id(scene_id, row.candidate)}:{row.form}:{row.prompt_type}"


def values_in_unit(row: Row) -> list[float]:
    """Return the true values of a row in its unit, none where it is a choice."""
    if not row.values:
        return []
    intervals = tuple(Interval(value, value) for value in row.values)
    length_unit = row.unit.rpartition(" ")[2]  # of "square m", the metre
    return in_units(Fact(row.candidate, quantity_of(row.candidate), row.values, intervals), length_unit)


def exact_frame(truth: Truth, number: int) -> SceneFrame:
    """Return a frame of a world as it is, at pixel centres."""
    depth_m, ids = truth.views.picture(number)
    world = truth.world
    return SceneFrame(f"{number:06d}", world.camera, world.path[number], depth_m.astype(np.float32), ids)


def _check(row: Row, truth: Truth) -> None:
    where = fact_id(truth.world.id, row.candidate)
    if row.task in PLANNING:
        if not row_holds(row, truth):
            raise DatasetError(f"{where}: expected a plan that holds and others that fail, got none; {ADVICE}")
        return
    try:
        values, choice = true_answer(truth, row.candidate)
    except (DatasetError, GeometryError) as error:
        raise DatasetError(f"{where}: expected {row.choice or row.values}, got none: {error}; {ADVICE}") from error
    if choice != row.choice or not agrees(quantity_of(row.candidate), row.values, values):
        raise DatasetError(f"{where}: expected {row.choice or row.values}, got {choice or values}; {ADVICE}")


def _question(row: Row, scene: FrozenScene, header: Header, truth: Truth) -> Question:
    world = truth.world
    return Question(
        id=row_id(world.id, row),
        fact_id=fact_id(world.id, row.candidate),
        scene_id=world.id,
        split="test",  # all of it, whatever its scenes' ids would be hashed to
        task=row.task,
        scale=scene.scale,
        form=row.form,
        prompt_type=row.prompt_type,
        question=row.question,
        options=list(row.options),
        answer=row.answer,
        value=values_in_unit(row),
        unit=row.unit,
        frames=[frame_path(world.id, number) for number in row.sent],
        marks=[_mark(mark, row, truth) for mark in row.marks],
        rationale="",
        margin=row.margin,
        error=0.0,  # the truth is exact
        seed=scene.seed,
        version=f"{header.task_version}.{header.qa_version}",
        source=f"{world.source}, {header.name} {header.version}",
        licence=world.licence,
    )


def _mark(mark: PointedAt, row: Row, truth: Truth) -> Mark:
    if row.point_px is not None:
        return Mark(mark.kind, mark.frame_index, list(row.point_px), "", mark.color, mark.object_id)
    frame = exact_frame(truth, row.sent[mark.frame_index])
    if not (frame.ids == mark.object_id).any():
        where = fact_id(truth.world.id, row.candidate)
        raise DatasetError(f"{where}: expected object {mark.object_id} in frame {frame.name}, got none; {ADVICE}")
    return mark_object(frame, mark.frame_index, mark.object_id, mark.kind, mark.color)


def _write_frames(world: World, folder: Path) -> None:
    """Render a world's frames to their place, all or none of them."""
    target = (folder / frame_path(world.id, 0)).parent
    if target.exists():
        return
    part = target.with_name(target.name + PART)
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    capture = simulate(world, np.random.default_rng(list(world.id.encode())))
    for index, frame in enumerate(capture.frames):
        file = part / Path(frame_path(world.id, index)).name
        Image.fromarray(frame.images.color()).save(file, quality=JPEG_QUALITY, subsampling=0)
    os.replace(part, target)
