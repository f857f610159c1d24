"""`spacevista demo`: the whole line at all five scales, with no input and no network, checked against the truth."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from multiprocessing import get_context
from pathlib import Path

import numpy as np
from PIL import Image
from rich.console import Console
from rich.table import Table

from spacevista.annotate.annotate import annotate
from spacevista.captures.record import Capture
from spacevista.commands.outcome import Outcome
from spacevista.commands.progress import counted
from spacevista.qa.audit import judge_item
from spacevista.qa.audit_table import Cell, as_json, table
from spacevista.qa.card import dataset_card
from spacevista.qa.dataset import scene_folder
from spacevista.qa.make import fact_id, frame_path
from spacevista.qa.page import Checked, Report, WorldReport, report_page
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
from spacevista.sim.simulate import simulate
from spacevista.sim.truth import Truth
from spacevista.sim.world import World
from spacevista.sim.worlds import make_world
from spacevista.tasks.facts import Decline, Fact

FIRST_SEED = 0  # the audit's and the benchmark's worlds lie elsewhere
# 24 frames in all: enough views to bound most objects from all sides; the air has the widest views, so it needs least.
FRAMES = {Scale.TINY_TABLETOP: 5, Scale.TABLETOP: 5, Scale.INDOOR: 5, Scale.OUTDOOR: 5, Scale.DRONE: 4}
WORKERS = 2  # processes; more would each compile the same kernels on a fresh machine
MIN_RIGHT = 0.99  # of all facts of the run, judged against the truth
POLICY: UnitPolicy = "native"
PAGE_FILE = "report.html"
STEPS = ("world", "render", "annotate", "questions", "check", "page")


@dataclass(frozen=True)
class Job:
    """One world to take through the whole line; what it leaves on disk goes to `out`."""

    scale: Scale
    seed: int
    out: Path


@dataclass
class StepClock:
    """Seconds of each step, measured one after the other."""

    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        started = time.perf_counter()
        yield
        self.seconds[name] = self.seconds.get(name, 0.0) + time.perf_counter() - started


def run(scenes: int, out: Path) -> Outcome:
    """Take `scenes` worlds a scale through the whole line; the check holds if 99 % of all facts are right."""
    started, clock = time.perf_counter(), StepClock()
    out.mkdir(parents=True, exist_ok=True)
    jobs = [Job(scale, FIRST_SEED + number, out) for number in range(scenes) for scale in Scale]
    worlds = list(counted(done_jobs(jobs), len(jobs), "worlds"))
    worlds.sort(key=lambda world: (list(Scale).index(world.scale), world.seed))
    judged = [check.judged for world in worlds for check in world.checked]
    cells = table(judged).get(str(NoiseLevel.EXACT), {})
    with clock.step("page"):
        write_dataset(out, worlds)
        report = Report(tuple(worlds), cells, time.perf_counter() - started, workers_for(len(jobs)))
        page = out / PAGE_FILE
        page.write_text(report_page(report, out), encoding="utf-8")
    seconds = {step: sum(world.seconds.get(step, 0.0) for world in worlds) for step in STEPS} | clock.seconds
    labels = [item for item in judged if not item.reason]
    right = sum(item.right for item in labels)
    total_s = time.perf_counter() - started
    print_results(cells, seconds, total_s, page)
    figures = {
        "page": str(page),
        "worlds": len(worlds),
        "frames": sum(len(world.frame_numbers) for world in worlds),
        "questions": sum(len(world.questions) for world in worlds),
        "labels": len(labels),
        "right": right,
        "table": as_json({str(NoiseLevel.EXACT): cells}),
        "seconds": {step: round(value, 3) for step, value in seconds.items()},
        "total_seconds": round(total_s, 3),
    }
    return Outcome(figures, passed=bool(labels) and right >= MIN_RIGHT * len(labels))


def workers_for(jobs: int) -> int:
    return max(1, min(WORKERS, jobs, os.cpu_count() or 1))


def done_jobs(jobs: Sequence[Job]) -> Iterator[WorldReport]:
    """Do the jobs on a few processes, in the order in which they end."""
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # children import numpy after this: no threads fight over cores
    with ProcessPoolExecutor(workers_for(len(jobs)), mp_context=get_context("spawn")) as pool:
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
        asked = ask(scene, job.seed, POLICY)
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
        if item.candidate.aspect != "point_z" or item.candidate.point_px  # TEMP
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


def print_results(cells: dict[str, dict[str, Cell]], seconds: dict[str, float], total_s: float, page: Path) -> None:
    """Print the table, the seconds by step and where the page is."""
    console = Console(width=100)
    rows = Table("task", "scale", "labels", "right", "asked/decidable", "coverage", "median error")
    for task, scales in cells.items():
        for scale in (s for s in Scale if s in scales):
            cell = scales[scale]
            shares = (percent(cell.right), percent(cell.asked_of_decidable), percent(cell.coverage))
            rows.add_row(task, scale, str(cell.labels), *shares, percent(cell.median_rel_error, 2))
        rows.add_section()
    console.print(rows)
    steps = ", ".join(f"{step} {value:.1f}" for step, value in seconds.items())
    console.print(f"seconds by step, added up over the worlds: {steps}; in all {total_s:.1f}", soft_wrap=True)
    console.print(f"page: {page}", soft_wrap=True, highlight=False)
