"""Our own questions as samples: the frozen benchmark, simulated when it is looked at, and data sets on disk."""

from collections import Counter

import msgspec
import numpy as np
import pytest
from PIL import Image

from qa_scenes import HEIGHT, WIDTH, all_kinds, scene_with
from spacevista.errors import DatasetError
from spacevista.evals import spacevista_sim
from spacevista.evals.benchmarks import read_benchmark
from spacevista.evals.media import open_media
from spacevista.evals.records import Budget, MediaError
from spacevista.qa import questions_of
from spacevista.qa.parquet import write_parquet
from spacevista.qa.released import write_released
from spacevista.qa.sim_benchmark_file import load_benchmark
from spacevista.scoring import score_row

QUESTIONS = questions_of(scene_with(1, 2, 3, 4), all_kinds(), np.random.default_rng(0), seed=7, unit_policy="native")
FORM = "Think first if that helps. Then write what is asked for, and nothing else, between <answer> and </answer>."


def write_data(folder, questions=QUESTIONS):
    for path in {path for q in questions for path in q.frames}:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (WIDTH, HEIGHT)).save(folder / path)
    write_parquet(folder / "questions.parquet", questions)
    write_released(folder / "all.json", questions)


@pytest.mark.parametrize("name", [".", "questions.parquet", "all.json"])
def test_a_data_set_on_disk(tmp_path, name):
    write_data(tmp_path)
    loaded = spacevista_sim.read(tmp_path / name)
    assert loaded.rejected == ()
    assert [sample.id for sample in loaded.samples] == [q.id for q in QUESTIONS]
    for sample, question in zip(loaded.samples, QUESTIONS, strict=True):
        assert sample.prompt == f"{question.question}\n{FORM}"
        assert (sample.form, sample.options) == (question.form, tuple(question.options))
        assert sample.row == {
            "id": question.id,
            "task": question.task,
            "scale": question.scale,
            "form": question.form,
            "unit": question.unit,
            "options": question.options,
            "ground_truth": question.answer,
            "value": question.value,
            "split": question.split,
        }
    marked = next(sample for sample in loaded.samples if sample.marks)
    opened = open_media(marked, Budget(frames=1))
    assert {mark.frame_index for mark in marked.marks} <= set(opened.indices)


def test_a_missing_frame_is_unscored_with_the_question(tmp_path):
    write_data(tmp_path)
    sample = spacevista_sim.read(tmp_path).samples[0]
    (tmp_path / sample.media.paths[0]).unlink()
    with pytest.raises(MediaError, match="missing") as caught:
        open_media(sample, Budget())
    assert caught.value.sample_id == sample.id


def test_a_folder_without_questions(tmp_path):
    with pytest.raises(DatasetError, match="expected a data set's folder"):
        spacevista_sim.read(tmp_path)


def test_the_frozen_benchmark_needs_no_files():
    loaded = read_benchmark("spacevista_sim", None)
    rows = [row for scene in load_benchmark().scenes for row in scene.rows]
    assert len(loaded.samples) == len(rows) == len({sample.id for sample in loaded.samples})
    assert Counter(s.task for s in loaded.samples) == Counter(row.task for row in rows)
    assert len({s.scene_id for s in loaded.samples}) == 200  # forty worlds at each of five scales
    # A length frozen in metres stands in the row in the unit of its question.
    pairs = [(s.row, r.values[0]) for s, r in zip(loaded.samples, rows, strict=True) if r.task == "object_size"]
    metres = {"mm": 1e-3, "cm": 1e-2, "m": 1.0}
    for row, value in pairs:
        if row["unit"] in metres:
            assert row["value"][0] * metres[row["unit"]] == pytest.approx(value)


def test_every_gold_answer_scores_one():
    for sample in spacevista_sim.read().samples:
        for text in (
            str(sample.row["ground_truth"]),
            f"<think>so</think><answer>{sample.row['ground_truth']}</answer>",
        ):
            line = {**sample.row, "predicted_answer": text}
            assert score_row("spacevista_sim", line, "official") == score_row("spacevista_sim", line, "strict") == 1.0


@pytest.fixture
def simulated(monkeypatch):
    """Scenes that were simulated, in place of real simulations, which take seconds each."""
    seen = []

    def write(folder, benchmark):
        (scene,) = benchmark.scenes
        samples = [s for s in spacevista_sim.read(None, folder).samples if s.scene_id.endswith(f"{scene.seed}")]
        ids = [s.id for s in samples if s.scale == scene.scale]
        plain = next(q for q in QUESTIONS if q.prompt_type == "point")
        write_data(folder, [msgspec.structs.replace(plain, id=question_id) for question_id in ids])
        seen.append((scene.scale, scene.seed))
        yield []

    monkeypatch.setattr(spacevista_sim, "write_benchmark", write)
    return seen


def test_a_world_is_simulated_once_and_kept(tmp_path, simulated):
    samples = spacevista_sim.read(None, tmp_path).samples
    assert simulated == []
    here = [sample for sample in samples if sample.scene_id == samples[0].scene_id]
    for sample in here[:3]:
        opened = open_media(sample, Budget(frames=2))
        assert opened.images[0].size == (WIDTH, HEIGHT)
        assert any(np.asarray(image).any() for image in opened.images)  # the mark, on black frames
    assert simulated == [("tiny_tabletop", 900_000)]
    again = spacevista_sim.read(None, tmp_path).samples[0]
    open_media(again, Budget())
    assert len(simulated) == 1  # from the cache, in another process too
    (folder,) = tmp_path.iterdir()
    assert [path.name for path in folder.iterdir()] == [here[0].scene_id]  # no part of it lies about


def test_a_world_that_is_another_one_now_is_said(tmp_path, monkeypatch):
    def other(folder, benchmark):
        raise DatasetError("scene tiny: the world is another one")
        yield []

    monkeypatch.setattr(spacevista_sim, "write_benchmark", other)
    sample = spacevista_sim.read(None, tmp_path).samples[0]
    with pytest.raises(MediaError, match=r"tiny_tabletop-900000:.*the world is another one"):
        open_media(sample, Budget())
    assert not any(path.is_dir() for folder in tmp_path.iterdir() for path in folder.iterdir())
