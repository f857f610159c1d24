"""The frozen benchmark: its file as it is, one world built again, and seeds that nobody else may use."""

from collections import Counter
from itertools import groupby
from pathlib import Path
from typing import Any, get_args

import msgspec
import numpy as np
import pytest

from small_worlds import box, orbit, world_of
from spacevista.captures.disk import CAPTURE_FILE
from spacevista.commands import audit, demo, simulate
from spacevista.errors import DatasetError, SpacevistaError
from spacevista.qa import sim_benchmark
from spacevista.qa import sim_benchmark_file as benchmark_file
from spacevista.qa.check import check_question
from spacevista.qa.gold import gold_is_consistent
from spacevista.qa.options import LETTERS, lettered
from spacevista.qa.readers import read_questions
from spacevista.qa.record import TaskName
from spacevista.qa.sim_benchmark import benchmark_questions, checked_truth, scene_questions
from spacevista.qa.sim_benchmark_file import Benchmark, FrozenScene, Row, agrees, load_benchmark, quantised
from spacevista.qa.sim_freeze import both_ways, exact_scene, relettered, truth_fact, with_letters
from spacevista.qa.stats import faults_of
from spacevista.scales import Scale
from spacevista.sim.noise import NoiseLevel
from spacevista.sim.seeds import BENCHMARK_SEEDS, HELD_OUT_SEEDS, open_seeds
from spacevista.sim.truth import Truth
from spacevista.tasks.facts import Candidate, Fact, Interval, Quantity
from spacevista.tasks.view_change import view_change

SOMEWHERE = {
    "room_size": {"indoor"},
    "area_estimation": {"outdoor", "drone"},
    "route_planning": {"indoor", "outdoor", "drone"},
    "navigation": {"outdoor", "drone"},
    "manipulation_planning": {"tiny_tabletop", "tabletop"},
    "destination_location": {"tiny_tabletop", "tabletop"},
    "obstacles_location": {"tiny_tabletop", "tabletop"},
    "object_location": {"tiny_tabletop", "tabletop"},
}
MIN_ROWS = 600


@pytest.fixture(scope="module")
def frozen() -> Benchmark:
    return load_benchmark()


@pytest.fixture(scope="module")
def tampered(frozen: Benchmark, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Write the file with one piece of text replaced, once."""

    def write(old: bytes, new: bytes) -> Path:
        content = benchmark_file.encode(frozen.header, frozen.scenes)
        assert old in content
        file = tmp_path_factory.mktemp("tampered") / "spacevista_sim.jsonl"
        file.write_bytes(content.replace(old, new, 1))
        return file

    return write


def rows_of(frozen: Benchmark, scale: Scale) -> list[Row]:
    return [row for scene in frozen.scenes if scene.scale == scale for row in scene.rows]


@pytest.mark.parametrize("scale", list(Scale))
def test_each_scale_has_forty_scenes_enough_rows_and_all_tasks(frozen: Benchmark, scale: Scale) -> None:
    seeds = [scene.seed for scene in frozen.scenes if scene.scale == scale]
    rows = rows_of(frozen, scale)
    assert seeds == list(BENCHMARK_SEEDS)
    assert len(seeds) == 40
    assert len(rows) >= MIN_ROWS
    assert {row.task for row in rows} == {task for task in get_args(TaskName) if scale in SOMEWHERE.get(task, Scale)}
    assert {row.prompt_type for row in rows} == {"none", "point", "box", "mask"}


@pytest.mark.parametrize("scale", list(Scale))
def test_right_letters_are_even(frozen: Benchmark, scale: Scale) -> None:
    mc = sorted((row for row in rows_of(frozen, scale) if row.form == "mc"), key=lambda row: len(row.options))
    for options, group in groupby(mc, lambda row: len(row.options)):
        counts = Counter(row.answer for row in group)
        assert set(counts) <= set(LETTERS[:options])
        assert max(counts.values()) - min(counts[letter] for letter in LETTERS[:options]) <= 1


def test_guesses_without_pictures_pay_little(frozen: Benchmark) -> None:
    rows = [row for scene in frozen.scenes for row in scene.rows]
    words = Counter(row.choice for row in rows if row.aspect == "direction")
    # Most worlds' paths hold sideways motions only; asked both ways, neither side is the better guess.
    assert words.most_common(1)[0][1] < 0.45 * words.total()
    first = [row.choice == str(row.objects[0]) for row in rows if row.task == "size_comparison"]
    assert 0.42 < sum(first) / len(first) < 0.58  # three standard errors of 340 fair coins
    ranks = Counter(sorted(row.options, key=lambda o: float(o.split()[0])).index(row.options[LETTERS.index(row.answer)])
                    for row in rows if row.form == "mc" and len(row.values) == 1)  # fmt: skip
    assert max(ranks.values()) < 0.35 * ranks.total()  # neither the middle nor an end is the better guess


def test_every_row_is_of_one_piece(frozen: Benchmark) -> None:
    for scene in frozen.scenes:
        assert len({row.candidate for row in scene.rows}) == len(scene.rows)  # one row a fact
        for row in scene.rows:
            assert bool(row.values) != bool(row.choice)
            assert row.form in ("mc", "reg")
            assert bool(row.marks) == (row.prompt_type != "none")
            assert {*row.objects} <= scene.categories.keys()
            assert all(0 <= number < scene.frames for number in row.sent)
            if row.form == "mc":
                assert f"\n{lettered(row.options)}\n" in row.question
            if row.task in ("size_comparison", "relative_distance"):
                assert row.margin >= 0.1  # comparisons are at least 10 % apart


def test_no_file_larger_than_a_picture_album(frozen: Benchmark) -> None:
    assert len(benchmark_file.encode(frozen.header, frozen.scenes)) < 3_000_000  # 650 bytes a row


def test_one_world_gives_its_questions_again(frozen: Benchmark) -> None:
    scene = next(s for s in frozen.scenes if s.scale == Scale.INDOOR)
    (questions,) = benchmark_questions([Scale.INDOOR], Benchmark(frozen.header, (scene,)))
    assert [q.question for q in questions] == [row.question for row in scene.rows]
    assert not faults_of(questions)
    for question in questions:
        check_question(question, lambda _: (640, 480))
        assert gold_is_consistent(question), question.id
        assert question.split == "test"
    assert {mark.kind for question in questions for mark in question.marks} == {"point", "box", "mask"}


def test_it_is_written_as_a_data_set(frozen: Benchmark, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rendered: list[str] = []
    monkeypatch.setattr(sim_benchmark, "_write_frames", lambda world, folder: rendered.append(world.id))
    scene = next(s for s in frozen.scenes if s.scale == Scale.INDOOR)
    (questions,) = sim_benchmark.write_benchmark(tmp_path, benchmark=Benchmark(frozen.header, (scene,)))
    assert read_questions(tmp_path) == questions
    assert len(read_questions(tmp_path / "all.json")) == len(questions)
    assert rendered == ["indoor-900000"]
    assert "spacevista_sim, version 3" in (tmp_path / "README.md").read_text()


@pytest.fixture(scope="module")
def two_boxes() -> Truth:
    """Cubes of 10 and 20 cm, 30 cm apart from middle to middle, so 15 cm between their faces."""
    meshes = [box((0.1, 0.1, 0.1), (0, 0, 0.05)), box((0.2, 0.2, 0.2), (0.3, 0, 0.1))]
    return Truth(world_of(meshes, orbit(1.2, 0.8, 3)))


def number_fact(task: str, aspect: str, objects: tuple[int, ...], metres: float) -> Fact:
    quantity: Quantity = "length" if task == "object_size" else "distance"
    return Fact(Candidate(task, aspect, objects), quantity, (metres,), (Interval(metres, metres),))


def test_answers_come_from_the_truth_and_not_from_the_label(two_boxes: Truth) -> None:
    fact = truth_fact(number_fact("absolute_distance", "closest", (1, 2), 0.157), two_boxes)
    assert fact.values == (0.15,)  # not the label's 0.157, which is 4.7 % off
    assert fact.intervals == (Interval(0.15, 0.15),)


def test_a_choice_gets_the_margin_of_the_truth(two_boxes: Truth) -> None:
    candidate = Candidate("size_comparison", "height", (1, 2))
    label = Fact(candidate, "choice", (), (Interval(1, 1), Interval(1.2, 1.2)), "2", ("1", "2"), 0.2)
    assert truth_fact(label, two_boxes).margin == 1.0  # 20 cm are 100 % more than 10 cm


def test_labels_that_the_truth_does_not_bear_out_are_dropped(two_boxes: Truth) -> None:
    with pytest.raises(DatasetError, match="over 10 % off"):
        truth_fact(number_fact("object_size", "height", (1,), 0.12), two_boxes)
    candidate = Candidate("size_comparison", "height", (1, 2))
    wrong = Fact(candidate, "choice", (), (), "1", ("1", "2"))
    with pytest.raises(DatasetError, match="another choice"):
        truth_fact(wrong, two_boxes)


def test_motions_are_asked_both_ways() -> None:
    # Four cameras 30 degrees apart: each has the next one to its right, and it is on the left of that one.
    truth = Truth(world_of([box((0.1, 0.1, 0.1), (0, 0, 0.05))], orbit(1.2, 0.8, 4, sweep_deg=120.0)))
    scene = exact_scene(truth)
    facts = [item for item in view_change(scene, np.random.default_rng(0)) if isinstance(item, Fact)]
    directions = [fact for fact in both_ways(facts, scene, np.random.default_rng(0)) if fact.choice]
    assert {fact.choice for fact in facts if fact.choice} <= {"right", "left"}  # each pair in one order
    assert Counter(fact.choice for fact in directions) == {"right": 5, "left": 5}  # 3 steps of one, 2 of two
    for fact in directions:
        assert truth_fact(fact, truth).choice == fact.choice


@pytest.mark.parametrize("metres", [1e-3, 1.0, 1e3])
def test_numbers_keep_four_digits_at_every_scale(metres: float) -> None:
    (value,) = quantised("length", (1.23456 * metres,))
    assert value == pytest.approx(1.235 * metres, rel=1e-12)
    assert agrees("length", (value,), (1.23456 * metres,))
    assert agrees("length", (value,), (1.2356 * metres,))  # 0.6 steps off: another rounding of the same
    assert not agrees("length", (value,), (1.236 * metres,))  # a whole step off: another value


def test_a_motion_is_rounded_by_its_path_and_by_hundredths_of_a_degree() -> None:
    # The path is 5.0 m, so lengths keep millimetres; what is smaller is nothing, and never "-0".
    assert quantised("motion", (3.0, -1e-17, 4.00049, 10.004, -0.001)) == (3.0, 0.0, 4.0, 10.0, 0.0)


def test_a_camera_that_only_turned_has_no_path() -> None:
    assert quantised("motion", (1e-17, -1e-16, 0.0, 30.0, 0.0)) == (0.0, 0.0, 0.0, 30.0, 0.0)


def test_letters_are_dealt_evenly_and_the_text_follows() -> None:
    options = ("the cup", "the box", "the can")
    row = Row("relative_distance", "closest", "mc", "none", f"Which?\n{lettered(options)}\nA letter.", "B", (0,),
              options=options, choice="2")  # fmt: skip
    moved = relettered(row, "C")
    assert moved.options == ("the cup", "the can", "the box")
    assert moved.question == "Which?\nA. the cup\nB. the can\nC. the box\nA letter."
    (scene,) = with_letters([FrozenScene("tabletop", 900_000, 1, {}, (row,) * 7)])
    assert sorted(Counter(r.answer for r in scene.rows).values()) == [2, 2, 3]
    assert all(r.options[LETTERS.index(r.answer)] == "the box" for r in scene.rows)


def test_one_changed_number_is_noticed(frozen: Benchmark, tampered: Any) -> None:
    row = next(row for scene in frozen.scenes for row in scene.rows if len(row.values) == 1)
    number = msgspec.json.encode(row.values)
    with pytest.raises(DatasetError, match=r"expected truths of scale \w+ with hash"):
        load_benchmark(tampered(b'"values":' + number, b'"values":[1.234]'))


def test_one_changed_word_is_noticed(tampered: Any) -> None:
    with pytest.raises(DatasetError, match="expected rows with hash"):
        load_benchmark(tampered(b" the ", b" thy "))


def test_a_line_that_is_no_scene_is_named(tampered: Any) -> None:
    with pytest.raises(DatasetError, match="line 2"):
        load_benchmark(tampered(b'"seed":', b'"sead":'))


def test_another_world_is_noticed_and_the_question_named(frozen: Benchmark) -> None:
    scene = next(s for s in frozen.scenes if s.scale == Scale.INDOOR)
    place, row = next((i, r) for i, r in enumerate(scene.rows) if r.task == "object_size")
    other = msgspec.structs.replace(row, values=(row.values[0] * 1.01,))
    rows = (*scene.rows[:place], other, *scene.rows[place + 1 :])
    with pytest.raises(DatasetError, match=rf"indoor-900000:object_size:{row.aspect}:o\d+: expected"):
        checked_truth(msgspec.structs.replace(scene, rows=rows), frozen.header)
    with pytest.raises(DatasetError, match="indoor-900000: expected 1 frames"):
        checked_truth(msgspec.structs.replace(scene, frames=1), frozen.header)


def test_worlds_of_another_version_are_refused(frozen: Benchmark) -> None:
    header = msgspec.structs.replace(frozen.header, world_version=0)
    with pytest.raises(DatasetError, match="expected worlds of version 0"):
        checked_truth(frozen.scenes[0], header)


def test_a_mark_on_nothing_is_refused(frozen: Benchmark, two_boxes: Truth) -> None:
    away = Row("object_size", "height", "reg", "box", "How high?", "10", (0,), objects=(9,), values=(0.1,), unit="cm",
               marks=(benchmark_file.PointedAt("box", 0, 9, "red"),))  # fmt: skip
    scene = FrozenScene("tabletop", 900_000, 3, {9: "cup"}, (away,))
    with pytest.raises(DatasetError, match="expected object 9 in frame 000000"):
        scene_questions(scene, frozen.header, two_boxes)


def test_held_out_seeds_are_refused_to_everybody() -> None:
    assert set(BENCHMARK_SEEDS) <= set(HELD_OUT_SEEDS)
    assert open_seeds(5, 3) == range(5, 8)
    assert open_seeds(HELD_OUT_SEEDS.stop, 2) == range(HELD_OUT_SEEDS.stop, HELD_OUT_SEEDS.stop + 2)
    for first, count in ((900_000, 1), (899_999, 2), (900_999, 1), (0, 1_000_000)):
        with pytest.raises(SpacevistaError, match="held out for the benchmark"):
            open_seeds(first, count)


def test_no_command_runs_into_held_out_seeds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SpacevistaError, match="held out"):
        simulate.run(Scale.TABLETOP, 2, 899_999, tmp_path)
    assert not list(tmp_path.rglob(CAPTURE_FILE))  # not even the first one, which is open
    with pytest.raises(SpacevistaError, match="held out"):
        audit.run(2, (NoiseLevel.EXACT,), (Scale.TABLETOP,), None, 1, 899_999, None)
    monkeypatch.setattr(demo, "SEED", 899_999)
    with pytest.raises(SpacevistaError, match="held out"):
        demo.run(2, tmp_path / "demo")
