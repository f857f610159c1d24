"""The geometric answerer, "the pipeline alone": a question is answered from an annotated scene at a named noise level.

The world behind the question is simulated again, without colour, degraded to the level and annotated, as the audit
does it; then the question's own candidate is measured. What the tasks decline is refused with their reason. The truth
plays no part: it comes from the world, this answer from what cameras and a sensor would give. So it says how far
measuring alone goes, and is an upper mark for models that only look (docs/geometric_answerer.md).
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property, lru_cache

import numpy as np

from spacevista.annotate.annotate import annotate
from spacevista.errors import DatasetError
from spacevista.evals.answerers import Answer
from spacevista.evals.geometric_match import candidate_of, measured
from spacevista.evals.geometric_words import Refusal, interval_of, reply, spoken
from spacevista.evals.records import Opened, Sample
from spacevista.qa.record import Color
from spacevista.qa.shards import UNUSABLE
from spacevista.qa.sim_benchmark import row_id
from spacevista.qa.sim_benchmark_file import load_benchmark
from spacevista.scales import Scale
from spacevista.scenes.record import Scene
from spacevista.sim.noise import NoiseLevel, degrade
from spacevista.sim.seeds import WORLD_VERSION, world_id
from spacevista.sim.simulate import simulate
from spacevista.sim.worlds import make_world
from spacevista.tasks.facts import TASK_VERSION, Fact

KEPT_SCENES = 4  # a scene takes seconds to annotate and some 40 MB; its questions come one after another
NOT_SIMULATED = "not a question about a simulated world"


class Geometric:
    """Answers from simulated worlds, each annotated once at `level`; scenes are worked on one at a time on a thread.

    Questions of one scene should come near each other: KEPT_SCENES scenes are kept.
    """

    needs_frames = False

    def __init__(self, level: NoiseLevel) -> None:
        self.level = level
        self._scene = lru_cache(maxsize=KEPT_SCENES)(self._annotated)
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="geometric")

    @property
    def name(self) -> str:
        return f"geometric {self.level}"

    @property
    def source(self) -> str:
        """Return what the answers depend on besides the questions, for the header of a predictions file."""
        return f"noise level {self.level}, worlds {WORLD_VERSION}, tasks {TASK_VERSION}"

    async def answer(self, sample: Sample, media: Opened | None) -> Answer:
        """Answer one question on the worker thread; `media` is not looked at."""
        return await asyncio.get_running_loop().run_in_executor(self._worker, self.answered, sample)

    def answered(self, sample: Sample) -> Answer:
        """Answer one question; a refusal has its reason as `failure`.

        The interval is that of a single number, in the scale's unit; choices and motions have none.
        """
        world = world_of(sample.scene_id)
        try:
            candidate = candidate_of(sample.id, sample.scene_id)
        except DatasetError:
            return refused(NOT_SIMULATED)
        if world is None:
            return refused(NOT_SIMULATED)
        scene = self._scene(*world)
        if isinstance(scene, Refusal):
            return refused(scene.reason)
        fact = measured(scene, candidate)
        if not isinstance(fact, Fact):
            return refused(fact.reason)
        text = reply(sample, fact, scene.scale, spoken(scene, fact, self._colors(sample)))
        if isinstance(text, Refusal):
            return refused(text.reason)
        return Answer(text, interval=interval_of(fact, scene.scale))

    def _annotated(self, scale: Scale, seed: int) -> Scene | Refusal:
        """Annotate a world at the level, with the noise that an audit of all levels draws for it."""
        world = make_world(scale, seed)
        exact = simulate(world, np.random.default_rng(seed), color=False)
        noise = np.random.default_rng([seed, list(NoiseLevel).index(self.level)])
        try:
            return annotate(degrade(exact, self.level, noise))
        except UNUSABLE as error:
            return Refusal(f"the scene cannot be annotated: {type(error).__name__}: {error}")

    def _colors(self, sample: Sample) -> Mapping[int, Color]:
        """Return the colour of each marked object; a sample whose frames are still to be made has its marks there."""
        if sample.marks:
            return {mark.object_id: mark.color for mark in sample.marks}
        return self._frozen_colors.get(sample.id, {})

    @cached_property
    def _frozen_colors(self) -> dict[str, dict[int, Color]]:
        colors: dict[str, dict[int, Color]] = {}
        for scene in load_benchmark().scenes:
            name = world_id(Scale(scene.scale), scene.seed)
            for row in scene.rows:
                colors[row_id(name, row)] = {mark.object_id: mark.color for mark in row.marks}
        return colors


def world_of(scene_id: str) -> tuple[Scale, int] | None:
    """Return scale and seed of a simulated world by its id ("tabletop-000017"), None for any other scene."""
    name, _, digits = scene_id.rpartition("-")
    if name not in set(Scale) or not (digits.isascii() and digits.isdigit()):
        return None
    scale, seed = Scale(name), int(digits[:18])
    return (scale, seed) if world_id(scale, seed) == scene_id else None


def refused(reason: str) -> Answer:
    """Return the answer that there is none, and why."""
    return Answer(None, failure=reason, refused=True)
