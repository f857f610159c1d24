"""The laboratory's data sets: rows that every reader takes, gold answers that score, builds that go on."""

import re
from pathlib import Path

import numpy as np
import pytest
from experiments.all_scale import build as builder
from experiments.all_scale.build import build
from experiments.all_scale.gate_pixels import fitted, predicted, wilson
from experiments.all_scale.record import BuildSettings, read_scenes, reward_columns
from experiments.all_scale.splits import SplitName
from experiments.all_scale.words import length_text, two_digits

from spacevista.errors import DatasetError
from spacevista.evals.geometric_match import candidate_of
from spacevista.evals.spacevista_sim import read as read_samples
from spacevista.qa.readers import read_questions
from spacevista.scales import METRES_PER_UNIT
from spacevista.scoring import score_row
from spacevista.scoring.parse import read_length_m

COUNTS: dict[SplitName, dict[str, int]] = {
    "main": {"train": 2, "val": 0, "test": 1},
    "named": {"train": 1, "val": 0, "test": 0},
    "native": {"train": 2, "val": 0, "test": 0},
    "base": {"train": 2, "val": 0, "test": 0},
    "pairs": {"train": 0, "val": 0, "test": 1},
    "beyond": {"train": 0, "val": 0, "test": 2},
}


def settings_of(split: SplitName) -> BuildSettings:
    return BuildSettings(split, COUNTS[split], 0)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[SplitName, Path]:
    out = {split: tmp_path_factory.mktemp(split) for split in COUNTS}
    for split, folder in out.items():
        build(folder, settings_of(split), 1)
    return out


def test_every_gold_answer_scores_in_full(folders: dict[SplitName, Path]) -> None:
    for split, folder in folders.items():
        for sample in read_samples(folder).samples:
            row = dict(sample.row) | {"predicted_answer": sample.row["ground_truth"]}
            assert score_row("spacevista_sim", row, "strict") == 1.0, (split, sample.id)


def test_answers_are_the_values_in_two_digits(folders: dict[SplitName, Path]) -> None:
    for question in read_questions(folders["main"]):
        told, true = read_length_m(question.answer), question.value[0] * METRES_PER_UNIT[question.unit]
        assert told == pytest.approx(true, rel=0.0501)  # 1.05 may become 1.0
        assert len(re.sub(r"\D", "", question.answer).lstrip("0")) in (2, 3)  # 3 for 100 to 999: zeros
        assert re.fullmatch(r"<semantic>[a-z ]+</semantic> <scale>[\d.]+ (mm|cm|m|km)</scale>", question.rationale)
        assert question.frames
        assert candidate_of(question.id, question.scene_id).task == question.task


def test_main_questions_give_no_scale_away(folders: dict[SplitName, Path]) -> None:
    texts = {q.question for q in read_questions(folders["main"])}
    assert not any(re.search(r"\b(mm|cm|m|km|metres?)\b", text) for text in texts)
    assert len(texts) <= 4  # two tasks, a box or a point
    native = read_questions(folders["native"])
    assert {q.unit for q in native} == {"mm", "cm"}  # numbers 0 and 1 are tiny and tabletop
    assert all(f", in {q.unit}." in q.question and re.fullmatch(r"[\d.]+", q.answer) for q in native)
    assert all(q.prompt_type == "none" and not q.marks for q in read_questions(folders["named"]))


def test_base_questions_hold_no_length(folders: dict[SplitName, Path]) -> None:
    rows = read_questions(folders["base"])
    assert {q.task for q in rows} >= {"position_comparison", "object_counting", "object_matching"}
    for q in rows:
        assert q.unit == ""
        assert not re.search(r"\d+(\.\d+)? ?(mm|cm|m|km)\b", f"{q.question} {q.answer} {q.options} {q.rationale}")


def test_base_questions_say_what_their_picture_shows(folders: dict[SplitName, Path]) -> None:
    scenes = {scene.id: scene for scene in read_scenes(folders["base"])}
    rows = read_questions(folders["base"])
    assert rows
    for q in rows:
        frame = q.marks[0].frame_index if q.marks else 0
        colors = {mark.object_id: mark.color for mark in q.marks if mark.frame_index == frame}
        scene = scenes[q.scene_id]
        boxes = {thing.id: thing.boxes_px[frame] for thing in scene.things}
        from_left = sorted(scene.things, key=lambda thing: boxes[thing.id][0] + boxes[thing.id][2])
        start, _, things = q.rationale.partition(": ")
        assert start == f"picture {frame + 1}"
        listed, _, evidence = things.partition("; ")
        names = [f"{colors[thing.id]} {thing.name}" if thing.id in colors else thing.name for thing in from_left]
        assert [re.sub(r" [\d ]+$", "", part) for part in listed.split(", ")] == names
        assert evidence == (", ".join(sorted(set(scene.evidence))) or "nothing else")
        # Hundredths of 224 px: the middle and both sides of the first box, rounded, at most 99.
        left, top, right, bottom = boxes[from_left[0].id]
        shares = [(left + right) / 2, (top + bottom) / 2, right - left, bottom - top]
        numbers = [int(word) for word in listed.split(", ")[0].split()[-4:]]
        assert numbers == [min(round(100 * share / 224), 99) for share in shares]


def test_members_of_a_pair_are_asked_the_same_and_differ_by_the_factor(folders: dict[SplitName, Path]) -> None:
    one, two = read_scenes(folders["pairs"])
    assert one.pair == two.pair == "lab-pairs-200000"
    rows = {q.id: q for q in read_questions(folders["pairs"])}
    first = [q for q in rows.values() if q.scene_id == one.id]
    assert first
    for q in first:
        other = rows.get(q.id.replace(one.id, two.id))
        if other is None:  # hidden by the other evidence
            continue
        assert other.question == q.question
        metres = [r.value[0] * METRES_PER_UNIT[r.unit] for r in (q, other)]
        assert metres[1] / metres[0] == pytest.approx(two.scale_m / one.scale_m, rel=1e-9)


def test_reward_columns_come_from_the_scenes(folders: dict[SplitName, Path]) -> None:
    rows = read_questions(folders["main"])
    scales, names = reward_columns(folders["main"], rows)
    truth = {scene.id: scene for scene in read_scenes(folders["main"])}
    for q, scale, name in zip(rows, scales, names, strict=True):
        assert scale == truth[q.scene_id].scale_m
        assert (name is None) == (q.task == "absolute_distance")
        assert name is None or f"<semantic>{name}</semantic>" in q.rationale


def test_a_build_goes_on_where_it_was_and_gives_the_same_bytes(
    folders: dict[SplitName, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = settings_of("beyond")
    monkeypatch.setattr(builder, "SHARD", 1)
    made = builder._make_shard

    def killed(out: Path, given: BuildSettings, numbers: list[int]) -> None:
        if numbers == [200_001]:
            raise KeyboardInterrupt
        made(out, given, numbers)

    monkeypatch.setattr(builder, "_make_shard", killed)
    with pytest.raises(KeyboardInterrupt):
        build(tmp_path, settings, 1)
    monkeypatch.setattr(builder, "_make_shard", made)
    build(tmp_path, settings, 1)
    files = sorted(p.relative_to(tmp_path) for p in tmp_path.rglob("*") if p.is_file())
    assert files == sorted(p.relative_to(folders["beyond"]) for p in folders["beyond"].rglob("*") if p.is_file())
    for file in files:
        assert (tmp_path / file).read_bytes() == (folders["beyond"] / file).read_bytes(), file


def test_a_folder_keeps_its_settings(folders: dict[SplitName, Path]) -> None:
    with pytest.raises(DatasetError, match="expected the settings of the build that is there"):
        build(folders["main"], settings_of("named"), 1)


def test_a_part_that_a_split_has_not_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="part train: expected at most 0 scenes, got 3"):
        build(tmp_path, BuildSettings("pairs", {"train": 3, "val": 0, "test": 0}, 0), 1)


def test_lengths_in_words() -> None:
    # 9.97 mm rounds to 10 mm, which is 1.0 cm; 0.14 mm stays in mm; 999 m rounds to 1.0 km.
    lengths = {0.032: "3.2 cm", 0.00997: "1.0 cm", 0.00014: "0.14 mm", 0.5: "50 cm", 12.3: "12 m", 999.0: "1.0 km"}
    assert {length: length_text(length) for length in lengths} == lengths
    assert [two_digits(v) for v in (0.996, 9.96, 995.0, 3.04)] == ["1.0", "10", "1000", "3.0"]


def test_the_classifier_of_the_first_gate_finds_what_is_there_and_nothing_else() -> None:
    rng = np.random.default_rng(0)
    y = rng.integers(0, 3, 600)
    told = np.eye(3)[y] + rng.normal(0, 0.3, (600, 3))
    assert (predicted(told, fitted(told, y, 3, 1e-3)) == y).mean() > 0.9
    noise = rng.normal(size=(600, 3))
    assert (predicted(noise[300:], fitted(noise[:300], y[:300], 3, 1e-3)) == y[300:]).mean() < 0.45
    # Wilson, 10 of 20: (0.5 + 0.09604) / 1.19207 +- 0.20070 = 0.2993 to 0.7007.
    assert wilson(10, 20) == pytest.approx((0.2993, 0.7007), abs=1e-4)
