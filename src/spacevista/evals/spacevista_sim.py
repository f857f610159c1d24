"""Our own questions: the frozen benchmark spacevista_sim, or any data set that `spacevista build` wrote.

The frozen benchmark needs no files. Its texts come with the package, its worlds are simulated when the first question
about them is opened (about 8 s a world), and their frames are kept in a cache. Marks then come with the frames.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import threading
from functools import partial
from pathlib import Path

from spacevista import __version__
from spacevista.errors import DatasetError
from spacevista.evals.prompts import TEXT_FORM, plain_prompt
from spacevista.evals.records import Deferred, Frames, Loaded, Media, Sample, ScaleKey
from spacevista.qa.readers import read_questions
from spacevista.qa.record import Mark, Question
from spacevista.qa.sim_benchmark import row_id, values_in_unit, write_benchmark
from spacevista.qa.sim_benchmark_file import Benchmark, FrozenScene, Row, load_benchmark
from spacevista.scales import Scale
from spacevista.sim.seeds import world_id


def read(root: Path | None = None, cache: Path | None = None) -> Loaded:
    """Read a data set, or the frozen benchmark where `root` is None.

    Args:
        root: folder of a data set, or its questions.parquet or all.json; every split is read (`row["split"]`).
        cache: where simulated frames are kept; by default `default_cache()`.

    Raises:
        DatasetError: there is no data set, or a row of it is damaged: we wrote it, so that is no reason to go on.
    """
    if root is None:
        return Loaded(_frozen_samples(cache or default_cache()), ())
    folder = root if root.is_dir() else root.parent
    return Loaded(tuple(stored_sample(question, folder) for question in read_questions(root)), ())


def default_cache() -> Path:
    """Return the folder for simulated frames: spacevista in $XDG_CACHE_HOME or ~/.cache."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "spacevista"


def _sample(
    asked: Question | Row,
    sample_id: str,
    scene_id: str,
    scale: ScaleKey,
    value: list[float],
    split: str,
    media: Media,
    marks: tuple[Mark, ...],
) -> Sample:
    row = {
        "id": sample_id,
        "task": asked.task,
        "scale": scale,
        "form": asked.form,
        "unit": asked.unit,
        "options": list(asked.options),
        "ground_truth": asked.answer,
        "value": value,
        "split": split,
    }
    prompt = plain_prompt(asked.question, TEXT_FORM)  # the question names the form: a letter, or numbers of a unit
    return Sample(
        id=sample_id,
        benchmark="spacevista_sim",
        scene_id=scene_id,
        task=asked.task,
        scale=scale,
        form=asked.form,
        prompt=prompt,
        media=media,
        marks=marks,
        row=row,
        options=tuple(asked.options),
    )


def stored_sample(question: Question, folder: Path) -> Sample:
    """Return a row of a data set as it is asked; `folder` is the data set's."""
    media = Frames(folder, tuple(question.frames))
    q = question
    return _sample(q, q.id, q.scene_id, q.scale, q.value, q.split, media, tuple(q.marks))


def _frozen_samples(cache: Path) -> tuple[Sample, ...]:
    benchmark = load_benchmark()
    folder = cache / f"spacevista_sim-{benchmark.header.version}-{__version__}-{benchmark.header.lines_sha256[:12]}"
    samples = []
    for scene in benchmark.scenes:
        world = _SimulatedScene(scene, benchmark, folder)
        samples += [_frozen_sample(row, world) for row in scene.rows]
    return tuple(samples)


def _frozen_sample(row: Row, world: _SimulatedScene) -> Sample:
    question_id = row_id(world.id, row)
    media = Deferred(partial(world.pictures_of, question_id))
    return _sample(row, question_id, world.id, world.scale, values_in_unit(row), "test", media, ())


class _SimulatedScene:
    """One world of the frozen benchmark: simulated once, by whoever first needs it, and then read from the cache."""

    def __init__(self, scene: FrozenScene, benchmark: Benchmark, folder: Path) -> None:
        self.id = world_id(Scale(scene.scale), scene.seed)
        self.scale = scene.scale
        self._alone = Benchmark(benchmark.header, (scene,))
        self._folder = folder / self.id
        self._lock = threading.Lock()
        self._questions: dict[str, Question] = {}

    def pictures_of(self, question_id: str) -> tuple[Frames, tuple[Mark, ...]]:
        """Return the frames and marks of a question; raises DatasetError if the world is not the frozen one."""
        with self._lock:
            if not self._questions:
                if not self._folder.exists():
                    self._simulate()
                self._questions = {question.id: question for question in read_questions(self._folder)}
        if (question := self._questions.get(question_id)) is None:
            raise DatasetError(f"{self._folder}: expected question {question_id} in the cache; delete that folder")
        return Frames(self._folder, tuple(question.frames)), tuple(question.marks)

    def _simulate(self) -> None:
        """Write the scene as a data set of its own; another process that does the same at once does no harm."""
        self._folder.parent.mkdir(parents=True, exist_ok=True)
        part = Path(tempfile.mkdtemp(prefix=f".{self.id}-", dir=self._folder.parent))
        try:
            for _ in write_benchmark(part, benchmark=self._alone):
                pass
            try:
                os.replace(part, self._folder)
            except OSError:
                if not self._folder.exists():  # otherwise another process was first, with the same content
                    raise
        finally:
            shutil.rmtree(part, ignore_errors=True)
