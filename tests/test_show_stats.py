"""`spacevista show` computes a row again from its scene; `spacevista stats` counts what is there."""

import json
import re
import shutil
from collections import Counter
from pathlib import Path

import msgspec
import numpy as np
import pytest
from PIL import Image

from qa_scenes import all_kinds, scene_with
from spacevista.cli import main
from spacevista.errors import DatasetError
from spacevista.geometry.boxes import axis_aligned_box
from spacevista.locks import locked
from spacevista.qa import questions_of, read_questions
from spacevista.qa.dataset import assemble, finished, open_jobs, read_manifest, settings_of
from spacevista.qa.evidence import STRONG, Stretch, box_edges, draw_evidence, evidence_of, in_view
from spacevista.qa.parquet import write_parquet
from spacevista.qa.plots import bar_svg, log_histogram_svg
from spacevista.qa.record import Question
from spacevista.qa.shards import ask, make_shard
from spacevista.qa.show import recompute
from spacevista.qa.sources import find_captures
from spacevista.qa.stats import faults_of, stats_of
from spacevista.scenes.disk import read_scene
from spacevista.scenes.record import Scene
from spacevista.tasks.facts import Candidate, Fact
from tiny_captures import write_captures

# In pictures of 160 pixels nothing is clearly seen, so that nothing is counted, matched or ordered.
TASKS = (
    *("object_size", "size_comparison", "absolute_distance", "relative_distance", "depth_estimation", "view_change"),
    *("position_comparison", "rotation_estimation", "object_location"),
    *(
        "destination_location",
        "manipulation_planning",
        "spatial_relation",
    ),  # of three objects none stands between two others
)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data set of two scenes, with the free unit policy."""
    folder = tmp_path_factory.mktemp("show")
    sources = find_captures([write_captures(folder / "captures", 2, width_px=160)])
    settings = settings_of(sources, 3, "free", ())
    out = folder / "data"
    with locked(out, "build"):
        finished(out, settings)
        for job in open_jobs(out, sources, settings):
            make_shard(job)
        assemble(out, settings)
    return out


@pytest.fixture(scope="module")
def scene(data: Path) -> Scene:
    return read_scene(data / "scenes" / "desk-0")


@pytest.fixture(scope="module")
def facts(scene: Scene) -> tuple[Fact, ...]:
    return ask(scene, 3, "free").facts


def first_of(questions: list[Question], task: str) -> Question:
    return next(q for q in questions if q.task == task and q.scene_id == "desk-0")


@pytest.mark.parametrize("task", TASKS)
def test_a_row_of_every_task_comes_out_the_same(
    task: str, data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    question = first_of(read_questions(data), task)
    out = tmp_path / "pages" / "page.html"
    assert main(["show", str(data), question.id, "--out", str(out)]) == 0
    printed = capsys.readouterr().out
    assert question.question in printed
    assert "computed again from its scene: the same" in printed
    page = out.read_text()
    assert not re.search(r'(src|href)="(?!data:)', page)  # nothing is loaded from elsewhere
    assert page.count("<img") >= len(question.frames)


def test_a_row_that_was_changed_is_found_out(data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    question = first_of(read_questions(data), "absolute_distance")
    changed = msgspec.structs.replace(question, value=[question.value[0] * 1.001])
    altered = tmp_path / "data"
    shutil.copytree(data, altered)
    write_parquet(altered / "questions.parquet", [changed])
    assert main(["show", str(altered), question.id, "--out", str(tmp_path / "page.html")]) == 1
    printed = capsys.readouterr().out
    assert "NOT the same" in printed
    assert f"value: stored {changed.value!r}, computed {question.value!r}" in printed


def test_show_of_a_question_that_is_not_there(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["show", str(data), "nothing"]) == 1
    assert "expected the id of one of its questions, got 'nothing'" in capsys.readouterr().err


def test_a_scene_outside_the_data_set_is_not_read(data: Path, tmp_path: Path) -> None:
    question = msgspec.structs.replace(first_of(read_questions(data), "object_size"), scene_id="../../elsewhere")
    write_parquet(tmp_path / "questions.parquet", [question])
    with pytest.raises(DatasetError, match="below the data set's folder"):
        recompute(tmp_path, question.id)
    write_parquet(tmp_path / "questions.parquet", [msgspec.structs.replace(question, scene_id="desk-0")])
    (tmp_path / "scenes").symlink_to(data / "scenes")
    with pytest.raises(DatasetError, match="a link that leads out"):
        recompute(tmp_path, question.id)


def fact_of(facts: tuple[Fact, ...], task: str, aspect: str) -> Fact:
    return next(fact for fact in facts if (fact.candidate.task, fact.candidate.aspect) == (task, aspect))


def told(stretches: list[Stretch]) -> list[Stretch]:
    return [stretch for stretch in stretches if stretch.label]


def test_the_gap_is_drawn_between_its_closest_points(scene: Scene, facts: tuple[Fact, ...]) -> None:
    fact = fact_of(facts, "absolute_distance", "closest")
    (stretch,) = evidence_of(scene, fact)
    # The stretch joins points that were seen, so it is no shorter than the gap, and the value lies within 5 % of it.
    assert fact.values[0] <= stretch.length_m <= 1.1 * fact.values[0]
    frame = scene.frames[0]
    for end, number in zip(stretch.ends_m, fact.candidate.objects, strict=True):
        distances = np.linalg.norm(scene.object(number).seen_m - end, axis=1)
        assert distances.min() < 1e-9
    drawn = draw_evidence(Image.new("RGB", (160, 120)), [stretch], frame, 0)
    assert (np.asarray(drawn) == STRONG).all(axis=2).any()


def test_a_height_is_the_upright_edge_of_a_box(scene: Scene) -> None:
    # Object 2 is 12 cm high; 160 pixels over 50 degrees see it from 0.9 m to within a pixel, 5 mm.
    fact = Fact(Candidate("object_size", "height", (2,)), "length", (0.12,), ())
    stretches = evidence_of(scene, fact)
    (side,) = told(stretches)
    edge = side.ends_m[1] - side.ends_m[0]
    assert np.allclose(edge[:2], 0, atol=1e-9)
    assert side.length_m == pytest.approx(0.12, abs=0.005)
    assert len(stretches) == 12 + 1


def test_the_edges_of_a_box_are_four_of_each_side() -> None:
    box = axis_aligned_box(np.array([[0.0, 0.0, 0.0], [1.0, 2.0, 3.0]]))
    lengths = sorted(float(np.linalg.norm(ends[1] - ends[0])) for _, ends in box_edges(box))
    assert lengths == pytest.approx([1.0] * 4 + [2.0] * 4 + [3.0] * 4)


def test_depth_is_shown_at_its_point_in_its_frame(scene: Scene, facts: tuple[Fact, ...]) -> None:
    fact = fact_of(facts, "depth_estimation", "point_z")
    (stretch,) = evidence_of(scene, fact)
    (index,) = fact.candidate.frames
    assert stretch.frames == (index,)
    pose, camera = scene.frames[index].world_from_camera, scene.frames[index].camera
    pixel, depth = camera.project(pose.inverse().apply(stretch.ends_m[0]))
    assert pixel == pytest.approx(fact.candidate.point_px)
    assert float(depth) == pytest.approx(fact.values[0], rel=0.05)


def test_the_nearest_point_is_at_the_distance_of_the_fact(scene: Scene, facts: tuple[Fact, ...]) -> None:
    fact = fact_of(facts, "depth_estimation", "nearest_point")
    (stretch,) = evidence_of(scene, fact)
    eye = scene.frames[fact.candidate.frames[0]].world_from_camera.translation_m
    distance_m = float(np.linalg.norm(stretch.ends_m[0] - eye))
    assert fact.intervals[0].low <= distance_m <= fact.intervals[0].high + 1e-6


def test_what_lies_behind_the_camera_is_cut_off(scene: Scene) -> None:
    frame = scene.frames[0]
    there = frame.world_from_camera.apply(np.array([[0.0, 0.0, -1.0], [0.0, 0.0, 1.0], [0.0, 0.0, -2.0]]))
    assert in_view(Stretch(there[:2]), frame)
    assert not in_view(Stretch(there[[0, 2]]), frame)


# --- stats


def test_stats_count_rows_scenes_and_objects(data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "stats.html"
    questions = read_questions(data)
    assert main(["stats", str(data), "--out", str(out), "--json"]) == 0
    figures = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert figures["questions"] == len(questions)
    assert figures["rows"]["task"] == Counter(q.task for q in questions)
    assert figures["rows"]["task"].keys() >= set(TASKS)
    for counts in figures["rows"].values():
        assert sum(counts.values()) == len(questions)
    assert figures["scenes"] == dict(Counter(scene.split for scene in read_manifest(data).scenes))
    assert figures["objects"] == {"tabletop": 6}  # three in each of two scenes
    letters = sum(n for of in figures["letters"].values() for n in of.values())
    assert letters == sum(q.form == "mc" for q in questions)
    page = out.read_text()
    assert "1 mm" in page
    assert "1 km" in page
    assert not re.search(r'(src|href)="', page)


def test_sizes_and_distances_are_those_of_the_solids(data: Path) -> None:
    # Solids of 8 to 13 cm, seen by cameras at 0.7 m from the middle and 0.5 m up: 0.86 m away, +- 0.25 m.
    stats = stats_of(read_questions(data), read_manifest(data))
    assert all(0.08 < size < 0.15 for size in stats.sizes_m["tabletop"])
    assert all(0.6 < distance < 1.1 for distance in stats.distances_m["tabletop"])


QUESTIONS = questions_of(scene_with(1, 2, 3, 4), all_kinds(), np.random.default_rng(0), seed=7, unit_policy="native")


def test_sound_rows_have_no_faults() -> None:
    assert faults_of(QUESTIONS) == {}


def test_faults_are_found_and_counted() -> None:
    first = next(q for q in QUESTIONS if q.form == "mc")
    other = "B" if first.answer == "A" else "A"
    again = msgspec.structs.replace(first, id="again", split="test" if first.split == "train" else "train")
    against = msgspec.structs.replace(first, id="against", answer=other)
    assert faults_of([first, first]) == {"same id": (1, first.id), "same prompt": (1, first.id)}
    assert faults_of([first, again]) == {"same prompt": (1, "again"), "scene in two splits": (1, first.scene_id)}
    assert faults_of([first, against]) == {"same prompt": (1, "against"), "contradiction": (1, "against")}


def heights(svg: str) -> list[float]:
    return [float(h) for h in re.findall(r'<rect x="[^"]*" y="[^"]*" width="[^"]*" height="([^"]*)" fill', svg)]


def test_bars_are_as_high_as_their_counts() -> None:
    low, none, high = heights(bar_svg({"A": 2, "B": 0, "<C>": 8}, "letters"))
    assert none == 0
    assert high == pytest.approx(4 * low, abs=0.05)
    assert "<C>" not in bar_svg({"<C>": 1}, "x")


def test_a_histogram_holds_both_ends_of_its_axis() -> None:
    # One value in the bin of 1 mm, two in that of 1 km, one beyond it: bars of 1 and 3.
    bars = heights(log_histogram_svg({"all": [1e-3, 1e3, 1e3, 5e3]}, 1e-3, 1e3, "sizes"))
    small, large = (bar for bar in bars if bar != 9)  # 9 is the legend's square
    assert large == pytest.approx(3 * small, abs=0.05)
