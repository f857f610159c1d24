"""A small report for the tests of the page: the hand-made scene of the questions, a world a scale, no rendering."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

from qa_scenes import HEIGHT, WIDTH, all_kinds, scene_with
from spacevista.qa.audit_judged import Judged
from spacevista.qa.audit_table import table
from spacevista.qa.make import fact_id, frame_path, questions_of
from spacevista.qa.page import Checked, Report, WorldReport
from spacevista.scales import SCALE_FACTS, Scale
from spacevista.tasks.facts import Candidate, Fact

FRAMES = 4
SECONDS = {"world": 0.5, "render": 2.0}


def world_report(scale: Scale, root: Path, seed: int = 0) -> WorldReport:
    """One world of hand-made facts, all of them right, and one declined candidate; its frames are written to `root`."""
    scene = scene_with(1, 2, 3, 4, scale=scale, frames=FRAMES, scene_id=f"{scale}-{seed:06d}")
    for index in range(FRAMES):
        file = root / frame_path(scene.id, index)
        file.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(np.full((HEIGHT, WIDTH, 3), 40 * index + 60, dtype=np.uint8)).save(file)
    questions = questions_of(scene, all_kinds(), np.random.default_rng(seed), seed=seed, unit_policy="native")
    checked = [Checked(fact_id(scene.id, fact.candidate), judged(fact, scene.id, scale)) for fact in all_kinds()]
    declined = Candidate("object_size", "height", (3,))
    checked.append(Checked(fact_id(scene.id, declined), declined_one(declined, scene.id, scale)))
    low, high = SCALE_FACTS[scale].object_size_m
    return WorldReport(
        scale=scale,
        seed=seed,
        id=scene.id,
        path_frames=16,
        frame_numbers=(2, 6, 10, 14),
        categories=("cup", "cup", "a <b> & c"),
        sizes_m=(low, high),
        distances_m=SCALE_FACTS[scale].camera_distance_m,
        questions=tuple(questions),
        checked=tuple(checked),
        seconds=SECONDS,
    )


def judged(fact: Fact, scene_id: str, scale: Scale) -> Judged:
    plain = (fact.candidate.task, fact.candidate.aspect, fact.candidate.objects)
    if fact.quantity == "choice":
        return Judged(scene_id, scale, "exact", *plain, "", True, True, right=True)
    return Judged(
        scene_id, scale, "exact", *plain, "", True, True, right=True, rel_error=0.0123, half_width=0.02, covered=1.0
    )


def declined_one(candidate: Candidate, scene_id: str, scale: Scale) -> Judged:
    plain = (candidate.task, candidate.aspect, candidate.objects)
    return Judged(scene_id, scale, "exact", *plain, "interval too wide", True, True)


def report(root: Path, scenes: int = 1) -> Report:
    """A report of `scenes` worlds at each of the five scales."""
    worlds = tuple(world_report(scale, root, seed) for scale in Scale for seed in range(scenes))
    return Report(worlds, table(c.judged for w in worlds for c in w.checked)["exact"], total_s=61.0, workers=2)
