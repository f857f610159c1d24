"""`spacevista demo`: the whole line at all five scales, with no input and no network, checked against the truth."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import as_completed
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from rich.console import Console
from rich.table import Table

from spacevista.annotate.annotate import annotate
from spacevista.captures.record import Capture
from spacevista.commands.demo_model import check_model, model_questions, said_by
from spacevista.commands.outcome import Outcome
from spacevista.commands.pool import worker_pool
from spacevista.commands.progress import counted
from spacevista.qa.audit import judge_item
from spacevista.qa.audit_table import Cell, as_json, table
from spacevista.qa.card import dataset_card
from spacevista.qa.dataset import scene_folder
from spacevista.qa.make import fact_id, frame_path
from spacevista.qa.page import Checked, Report, WorldReport, report_page
from spacevista.qa.page_model import Said, figures_of
from spacevista.qa.page_text import percent
from spacevista.qa.parquet import write_parquet
from spacevista.qa.record import UnitPolicy
from spacevista.qa.released import write_released
from spacevista.qa.shards import JPEG_QUALITY, ask
from spacevista.scales import Scale
from spacevista.scenes.disk import write_scene
from spacevista.scenes.record import Scene
from spacevista.sim.noise import NoiseLevel
from spacevista.sim.oracle import Oracle
from spacevista.sim.seeds import open_seeds
from spacevista.sim.simulate import simulate
from spacevista.sim.truth import Truth
from spacevista.sim.world import World
from spacevista.sim.worlds import make_world
from spacevista.tasks.facts import Decline, Fact

SEED = 0  # of the first world of each scale, and of the data set; the audit's and the benchmark's lie elsewhere
# 24 frames in all: enough views to bound most objects from all sides; the air has the widest views, so it needs least.
FRAMES = {Scale.TINY_TABLETOP: 5, Scale.TABLETOP: 5, Scale.INDOOR: 5, Scale.OUTDOOR: 5, Scale.DRONE: 4}
WORKERS = 2  # processes; more would each compile the same kernels on a fresh machine
MIN_RIGHT = 0.99  # of all facts of the run, judged against the truth
POLICY: UnitPolicy = "native"
PAGE_FILE = "report.html"
TABLE_COLUMNS = 100


@dataclass(frozen=True)
class Job:
    """One world to take through the whole line. What it leaves on disk goes to `out`; `model`: one is asked too."""

    scale: Scale
    seed: int
    out: Path
    model: bool = False


@dataclass
class StepClock:
    """Seconds of each step, measured one after the other."""

    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        started = time.perf_counter()
        yield
        self.seconds[name] = self.seconds.get(name, 0.0) + time.perf_counter() - started


def run(scenes: int, out: Path, model: Path | None = None) -> Outcome:
    """Take `scenes` worlds a scale through the whole line; the check holds if 99 % of all facts are right.

    Args:
        model: folder of a model that is asked about the worlds too; what it says does not enter the check.
    """
    started, clock = time.perf_counter(), StepClock()
    if model is not None:
        check_model(model)
    out.mkdir(parents=True, exist_ok=True)
    jobs = [Job(scale, number, out, model is not None) for number in open_seeds(SEED, scenes) for scale in Scale]
    worlds = list(counted(done_jobs(jobs), len(jobs), "worlds"))
    worlds.sort(key=lambda world: (list(Scale).index(world.scale), world.seed))
    cells = table(check.judged for world in worlds for check in world.checked).get(str(NoiseLevel.EXACT), {})
    said: tuple[Said, ...] = ()
    if model is not None:
        with clock.step("model"):
            said = said_by(model, [(world.scale, question) for world in worlds for question in world.for_model], out)
    with clock.step("page"):
        write_dataset(out, worlds)
        name = "" if model is None else model.resolve().name
        report = Report(tuple(worlds), cells, time.perf_counter() - started, workers_for(len(jobs)), name, said)
        (out / PAGE_FILE).write_text(report_page(report, out), encoding="utf-8")
    steps = {step: sum(world.seconds[step] for world in worlds) for step in worlds[0].seconds} | clock.seconds
    total_s = time.perf_counter() - started
    print_table(cells)
    told = ", ".join(f"{step} {seconds:.1f}" for step, seconds in steps.items())
    print(f"seconds by step, added up over the worlds: {told}; in all {total_s:.1f}")
    print(f"page: {out / PAGE_FILE}")
    found = figures(report) | {"page": str(out / PAGE_FILE), "seconds": steps | {"total": total_s}}
    return Outcome(found, passed=found["right"] >= MIN_RIGHT * max(found["labels"], 1))


def figures(report: Report) -> dict[str, Any]:
    """Return the counts of a run and its table."""
    labels = [check.judged for world in report.worlds for check in world.checked if not check.judged.reason]
    return {
        "worlds": len(report.worlds),
        "frames": sum(len(world.frame_numbers) for world in report.worlds),
        "questions": sum(len(world.questions) for world in report.worlds),
        "labels": len(labels),
        "right": sum(item.right for item in labels),
        "table": as_json({str(NoiseLevel.EXACT): report.cells}),
        "model": {scale.value: asdict(found) for scale, found in figures_of(report.said).items()},
    }


def workers_for(jobs: int) -> int:
    return max(1, min(WORKERS, jobs, os.cpu_count() or 1))


def done_jobs(jobs: Sequence[Job]) -> Iterator[WorldReport]:
    """Do the jobs on a few processes, in the order in which they end."""
    with worker_pool(workers_for(len(jobs))) as pool:
        for done in as_completed([pool.submit(do, job) for job in jobs]):
            yield done.result()


def do(job: Job) -> WorldReport:
    """Simulate a world, ask about it, check all facts and write its frames and its scene."""
    clock = StepClock()
    with clock.step("world"):
        whole = make_world(job.scale, job.seed)
        frame_numbers = spread(len(whole.path), FRAMES[job.scale])
        world = replace(whole, path=tuple(whole.path[number] for number in frame_numbers))
    with clock.step("render"):
        capture = simulate(world, np.random.default_rng(list(world.id.encode())))
        write_frames(capture, job.out)
    with clock.step("annotate"):
        scene = annotate(capture)
        write_scene(scene, scene_folder(job.out, scene.id))
    with clock.step("questions"):
        asked = ask(scene, SEED, POLICY)
        for_model = model_questions(ask(scene, SEED, "free").questions) if job.model else ()
    with clock.step("check"):
        truth = Truth(world)
        checked = check(world, scene, truth, (*asked.facts, *asked.declines))
    return WorldReport(
        scale=job.scale,
        seed=job.seed,
        id=world.id,
        path_frames=len(whole.path),
        frame_numbers=frame_numbers,
        categories=tuple(sorted(body.category for body in world.objects)),
        sizes_m=tuple(truth.sizes(thing.id).longest_m for thing in scene.objects),
        distances_m=tuple(distances_m(scene, truth)),
        questions=asked.questions,
        for_model=for_model,
        checked=checked,
        seconds=clock.seconds,
    )


def spread(length: int, count: int) -> tuple[int, ...]:
    """Return `count` numbers (fewer if there are no more) evenly over 0 to `length` - 1, none of them at an end.

    A full turn then has the same step from its last frame to its first as everywhere else.
    """
    kept = min(count, length)
    return tuple((2 * number + 1) * length // (2 * kept) for number in range(kept))


def write_frames(capture: Capture, out: Path) -> None:
    """Write the pictures where the rows of the data set look for them."""
    for index, frame in enumerate(capture.frames):
        file = out / frame_path(capture.id, index)
        file.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(frame.images.color()).save(file, quality=JPEG_QUALITY, subsampling=0)


def check(world: World, scene: Scene, truth: Truth, items: Sequence[Fact | Decline]) -> tuple[Checked, ...]:
    """Judge every candidate of a world, asked or declined."""
    oracle = Oracle(world, truth)
    return tuple(
        Checked(fact_id(scene.id, item.candidate), judge_item(item, world, NoiseLevel.EXACT, scene, truth, oracle))
        for item in items
    )


def distances_m(scene: Scene, truth: Truth) -> Iterator[float]:
    """Yield the distance between the camera and the middle of an object, for each view of each object."""
    for thing in scene.objects:
        middle = truth.body(thing.id).mesh.vertices_m.mean(axis=0)
        for view in thing.views:
            eye = scene.frames[view.frame_index].world_from_camera.translation_m
            yield float(np.linalg.norm(middle - eye))


def write_dataset(out: Path, worlds: Sequence[WorldReport]) -> None:
    """Write the rows of all worlds in both forms, with the card; the frames and scenes are there already."""
    questions = [question for world in worlds for question in world.questions]
    write_parquet(out / "questions.parquet", questions)
    write_released(out / "all.json", questions)
    (out / "README.md").write_text(dataset_card("The worlds of the demo", questions), encoding="utf-8")


def print_table(cells: Mapping[str, Mapping[str, Cell]]) -> None:
    """Print accuracy and yield by task and scale."""
    rows = Table("task", "scale", "labels", "right", "asked/decidable", "coverage", "median error")
    for task, scales in cells.items():
        for scale in (s for s in Scale if s in scales):
            cell = scales[scale]
            shares = (percent(cell.right), percent(cell.asked_of_decidable), percent(cell.coverage))
            rows.add_row(task, scale, str(cell.labels), *shares, percent(cell.median_rel_error, 2))
        rows.add_section()
    Console(width=TABLE_COLUMNS).print(rows)
