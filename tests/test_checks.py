"""`spacevista check`: leaks, duplicates and shortcuts are found where they were put, not where chance is at work."""

import io
import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import msgspec
import numpy as np
import pytest
from PIL import Image
from scipy.stats import chisquare

from bench_releases import bench_entry, write_bench, write_mmsi, write_vsi
from review_data import FRAMES, write_data
from spacevista.checks.asked import Asked, asked, numbers_of, options_in
from spacevista.checks.commonest import commonest_rules
from spacevista.checks.duplicates import duplicates
from spacevista.checks.hashes import MAX_DISTANCE, as_hashes, distance, near_pairs, picture_hash
from spacevista.checks.leaks import leaks, twins
from spacevista.checks.pictures import FLAT, UNREADABLE, hashed, pictures_of
from spacevista.checks.places import named_places
from spacevista.checks.rows import read_rows
from spacevista.checks.shortcuts import (
    Share,
    all_letters,
    letter_rule,
    letters,
    longest_rule,
    median_rules,
    middle_rule,
    share_of,
)
from spacevista.cli import main
from spacevista.errors import DatasetError
from spacevista.evals.records import Deferred, Frames, Sample
from spacevista.qa import read_questions
from spacevista.qa.make import frame_path
from spacevista.qa.parquet import write_parquet
from spacevista.qa.released import write_released


def picture(seed: int, size: tuple[int, int] = (160, 120)) -> Image.Image:
    """A picture of smooth blobs, another one for each seed."""
    coarse = np.random.default_rng(seed).integers(0, 256, (6, 8, 3), dtype=np.uint8)
    return Image.fromarray(coarse).resize(size, Image.Resampling.BICUBIC)


def jpeg(image: Image.Image, quality: int) -> Image.Image:
    stream = io.BytesIO()
    image.save(stream, "JPEG", quality=quality)
    return Image.open(io.BytesIO(stream.getvalue()))


def sample(name: str, scene: str, **changes: object) -> Sample:
    values = {
        "id": name,
        "benchmark": "vsi_bench",
        "scene_id": scene,
        "task": "object_abs_distance",
        "scale": "indoor",
        "form": "reg",
        "prompt": f"How far is it, in meters? ({name})",
        "media": Frames(Path("."), (f"{scene}/0.jpg",)),
        "marks": (),
        "row": {"ground_truth": "1", "question_type": "object_abs_distance"},
    }
    return Sample(**(values | changes))  # type: ignore[arg-type]


# Places.


@pytest.mark.parametrize(
    ("names", "places"),
    [
        (("scannet/scene0011_00",), {"scannet:scene0011"}),
        (("x", "frames/ScanNet/scans/scene0011_01/color/0.jpg"), {"scannet:scene0011"}),  # another scan of the room
        (("scannet-scene0011_00-left",), {"scannet:scene0011"}),
        (("scannetpp/0d2ee665be",), {"scannetpp:0d2ee665be"}),
        (("x", "arkitscenes/47333462.mp4"), {"arkitscenes:47333462"}),
        (("12/0123456789",), set()),  # ten digits are no ScanNet++ id
        (("wildrgbd/apple/scenes/scene_012",), {"id:wildrgbd-apple-scene-012"}),
        (("wildrgbd-apple-scene_012",), {"id:wildrgbd-apple-scene-012"}),
        (("tabletop-900000",), {"id:tabletop-900000"}),
        (("000012",), set()),  # every data set has a twelfth
        (("frames/000012",), set()),
        (("kitchen.mp4",), {"id:kitchen"}),
    ],
)
def test_a_place_is_told_from_names(names: tuple[str, ...], places: set[str]) -> None:
    assert named_places(*names) == places


# Hashes.


@pytest.mark.parametrize("quality", [95, 75, 50, 30])
def test_a_picture_is_known_again_after_another_encoding(quality: int) -> None:
    for seed in range(20):
        before, after = picture_hash(picture(seed)), picture_hash(jpeg(picture(seed), quality))
        assert before is not None
        assert after is not None
        assert distance(before, after) <= MAX_DISTANCE


def test_a_picture_is_known_again_at_another_size() -> None:
    for seed in range(20):
        large, little = (picture_hash(picture(seed).resize(size)) for size in ((640, 480), (80, 60)))
        assert large is not None
        assert little is not None
        assert distance(large, little) <= MAX_DISTANCE


def test_other_pictures_are_other_pictures() -> None:
    hashes = as_hashes([picture_hash(picture(seed)) or 0 for seed in range(60)])
    assert len(near_pairs(hashes, hashes)) == 60  # each with itself only


def test_a_flat_picture_has_no_hash() -> None:
    assert picture_hash(Image.new("RGB", (64, 48), "grey")) is None
    noise = np.random.default_rng(0).integers(118, 122, (48, 64, 3), dtype=np.uint8)
    assert picture_hash(Image.fromarray(noise)) is None


def test_near_pairs_are_all_pairs_within_the_distance(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("spacevista.checks.hashes.CHUNK", 10)  # several chunks
    rng = np.random.default_rng(1)
    first = rng.integers(0, 2**64, 7, dtype=np.uint64)
    flips = np.array([0, 1, 0b111, 0b11111, 2**63 + 1], dtype=np.uint64)  # 0, 1, 3, 5 and 2 bits
    second = first[:5] ^ flips
    expected = [(i, i, bits) for i, bits in enumerate((0, 1, 3, 5, 2)) if bits <= 4]
    assert near_pairs(first, second, 4).tolist() == [list(row) for row in expected]


# Duplicates.


def ours(name: str, **changes: object) -> Sample:
    return sample(name, "kitchen", benchmark="spacevista_sim", row={"ground_truth": "1"}, **changes)


def test_facts_that_differ_in_the_order_of_objects_only() -> None:
    rows = [
        ours("kitchen:absolute_distance:closest:o1-2:reg:none"),
        ours("kitchen:absolute_distance:closest:o2-1:reg:none"),  # again
        ours("kitchen:absolute_distance:closest:o2-1:reg:box"),  # pointed at: another row of the fact
        ours("kitchen:relative_distance:closest:o1-2-3:mc:none"),
        ours("kitchen:relative_distance:closest:o1-3-2:mc:none"),  # again: which of 2 and 3 is closest to 1
        ours("kitchen:relative_distance:closest:o2-1-3:mc:none"),  # closest to 2: another fact
        ours("kitchen:depth_estimation:which_nearest:o1-2:f0-3:mc:none"),
        ours("kitchen:depth_estimation:which_nearest:o2-1:f3-0:mc:none"),  # the same objects in the same frames,
        ours("kitchen:depth_estimation:which_nearest:o2-1:f0-3:mc:none"),  # and in other ones
        ours("kitchen:view_change:vector:f0-3:reg:none"),
        ours("kitchen:view_change:vector:f3-0:reg:none"),  # back: another fact
    ]
    count, example = duplicates(rows).facts
    assert (count, example) == (3, rows[1].id)


def test_what_is_there_twice_is_counted() -> None:
    first = sample("a", "s", row={"ground_truth": "1", "split": "train"})
    again = sample("b", "s", prompt=f" {first.prompt.replace(' ', '  ')}", row={"ground_truth": "1", "split": "train"})
    other = sample("c", "s", prompt=first.prompt, row={"ground_truth": "2", "split": "test"})
    found = duplicates([first, again, other, sample("a", "t")])
    assert found.ids == (1, "a")
    assert found.prompts == (2, "b")
    assert found.contradictions == (2, "b")
    assert found.scenes_in_two_splits == (1, "s")
    clean = duplicates([first, sample("d", "s", row={"split": "train"})])
    assert {count for count, _ in (clean.ids, clean.facts, clean.prompts, clean.scenes_in_two_splits)} == {0}


# Leaks.


def write_pictures(folder: Path, scenes: dict[str, list[int]], quality: int = 95) -> list[Sample]:
    rows = []
    for scene, seeds in scenes.items():
        (folder / scene).mkdir(parents=True)
        for number, seed in enumerate(seeds):
            picture(seed).save(folder / scene / f"{number}.jpg", quality=quality)
        media = Frames(folder, tuple(f"{scene}/{number}.jpg" for number in range(len(seeds))))
        rows.append(sample(f"{scene}-row", scene, media=media, row={"split": scene.split("-")[0]}))
    return rows


def test_a_scene_is_found_by_its_pictures_whatever_its_name(tmp_path: Path) -> None:
    data = write_pictures(tmp_path / "data", {"train-kitchen": [1, 2, 3], "test-yard": [4, 5]})
    bench = write_pictures(tmp_path / "bench", {"000001": [9, 2], "000002": [10]}, quality=40)
    found = leaks(data, bench, *(hashed(pictures_of(rows), lambda: None) for rows in (data, bench)))
    assert found.by_name == ()
    (match,) = found.by_picture
    assert (match.scene, match.other, match.rows) == ("train-kitchen", "000001", 1)
    assert "train-kitchen/1.jpg and 000001/1.jpg" in match.by
    assert (found.scenes, found.nameless, found.rows, found.train_rows) == (2, 2, 1, 1)
    assert found.by_scale == {"indoor": 1}


def test_pictures_that_cannot_be_hashed_are_counted(tmp_path: Path) -> None:
    (row,) = write_pictures(tmp_path, {"train-kitchen": [1, 2, 3]})
    Image.new("RGB", (64, 48), "grey").save(tmp_path / "train-kitchen" / "0.jpg")
    (tmp_path / "train-kitchen" / "1.jpg").unlink()
    found = hashed(
        pictures_of([row, sample("later", "s", media=Deferred(lambda: pytest.fail("opened")))]), lambda: None
    )
    assert (found.names, found.left_out) == (("train-kitchen/2.jpg",), {FLAT: 1, UNREADABLE: 1})


def test_twins_in_two_splits_come_first(tmp_path: Path) -> None:
    rows = write_pictures(tmp_path, {"train-a": [1, 2], "train-b": [2, 3], "val-c": [3, 4], "test-d": [5]})
    found = twins(hashed(pictures_of(rows), lambda: None), rows)
    assert (found.pairs, found.across_splits) == (2, 1)
    assert (found.examples[0].scene, found.examples[0].other) == ("train-b", "val-c")


def test_the_indoor_part_of_spacevista_bench_is_found_by_scene(tmp_path: Path) -> None:
    frames = [f"frames/scannet/scene0011_00/{n}.jpg" for n in range(2)]
    entries = [bench_entry(1, videos=[frames], category="Indoor"), bench_entry(2, videos=[["frames/yard/0.jpg"]])]
    write_bench(tmp_path / "bench", entries)
    bench = read_rows(f"spacevista_bench={tmp_path / 'bench'}").samples
    found = leaks([sample("mine", "scannet-scene0011_01")], bench, None, None)
    (match,) = found.by_name
    assert (match.by, match.other) == ("scannet:scene0011", "frames/scannet/scene0011_00")
    assert found.by_scale == {"indoor": 1}


# Shortcuts.


def choice(number: int, options: tuple[str, ...], right: int, **changes: object) -> Asked:
    values = {
        "id": str(number),
        "scene_id": f"scene-{number}",
        "task": "object_size",
        "form": "mc",
        "fact": str(number),
        "options": options,
        "right": right,
        "value": (),
        "kinds": (("object_size", "longest"),),
    }
    return Asked(**(values | changes))  # type: ignore[arg-type]


def test_letters_by_their_chi_square() -> None:
    counts = (30, 50, 40)
    rows = [choice(n, ("a", "b", "c"), place) for place, count in enumerate(counts) for n in range(count)]
    found = letters(rows)[3]
    assert found.counts == {"A": 30, "B": 50, "C": 40}
    expected = chisquare(counts)
    assert (found.chi_square, found.p) == pytest.approx((expected.statistic, expected.pvalue))
    assert not found.few
    assert all_letters({3: found}) == pytest.approx((expected.statistic, expected.pvalue))
    assert letters(rows[:9])[3].few


def test_the_letter_rule_has_the_chance_of_a_greatest_count() -> None:
    # Always B: right in all rows. Exactly balanced letters: 1/4, a little under the greatest of four uniform counts.
    assert letter_rule([choice(n, ("a", "b"), 1) for n in range(50)]).verdict == "above"
    balanced = letter_rule([choice(n, ("a", "b", "c", "d"), n % 4) for n in range(400)])
    assert balanced.right == 0.25
    assert 0.25 < balanced.chance < 0.30
    assert balanced.verdict == "within"


def test_the_middle_of_numbers() -> None:
    # Of five options the middle one is 3 cm. Of four, 20 and 30 mm stand in the middle: half a row each.
    five = ("5 cm", "30 mm", "1 cm", "4 cm", "2 cm")
    assert share_right(middle_rule([choice(1, five, 1)])) == (1, 1.0, 0.2)
    four = ("4 cm", "30 mm", "1 cm", "2 cm")
    assert share_right(middle_rule([choice(1, four, 1)])) == (1, 0.5, 0.25)
    assert share_right(middle_rule([choice(1, four, 0)])) == (1, 0.0, 0.25)
    # Two numbers have no middle, words no order.
    assert middle_rule([choice(1, ("1 cm", "2 cm"), 0), choice(2, ("cup", "box", "can"), 0)]).rows == 0


def test_the_longest_option() -> None:
    assert share_right(longest_rule([choice(1, ("cup", "bottle", "can"), 1)])) == (1, 1.0, 1 / 3)
    assert share_right(longest_rule([choice(1, ("cup", "bottle", "kettle"), 1)])) == (1, 0.5, 1 / 3)
    assert longest_rule([choice(1, ("cup", "can"), 1)]).rows == 0  # says nothing


def share_right(share: Share) -> tuple[int, float, float]:
    return share.rows, share.right, share.chance


def test_intervals_and_verdicts() -> None:
    # Wilson, 95 %, 50 of 100: 0.404 to 0.596.
    half = share_of([(n % 2, 0.25) for n in range(100)])
    assert (half.low, half.high) == pytest.approx((0.404, 0.596), abs=1e-3)
    assert half.verdict == "above"
    assert share_of([(0.0, 0.0)] * 9).verdict == "within"
    assert share_of([(0.0, 0.5)] * 9).verdict == "below"
    assert share_of([]).verdict == "no rows"


def sized(number: int, category: str, size_m: float, form: str, scene: int) -> Asked:
    ladder = (size_m / 2, size_m, size_m * 1.5, size_m * 2)
    kinds = (("object_size", "longest", "cm", category), ("object_size", "longest", "cm"), ("object_size", "longest"))
    options = tuple(f"{100 * length:.1f} cm" for length in ladder) if form == "mc" else ()
    place = 1 if form == "mc" else None
    return choice(
        number,
        options,
        place,
        value=(size_m,),
        kinds=kinds,
        form=form,
        scene_id=f"room-{scene}",  # type: ignore[arg-type]
    )


@pytest.mark.parametrize("form", ["mc", "reg"])
def test_the_median_of_a_category_is_found_out(form: str) -> None:
    # All cups are 10 cm and all beds 200 cm, in 40 rooms: the category says it all, the task alone at most half of it.
    rows = [sized(2 * n + k, name, size, form, n) for n in range(40) for k, (name, size) in enumerate(SIZES)]
    share = median_rules(rows)["object_size"][form]
    assert share.rows == 80
    assert share.right == 1.0
    assert share.chance <= 0.5
    assert share.verdict == "above"


SIZES = (("cup", 0.1), ("bed", 2.0))


def test_a_median_never_comes_from_the_row_s_own_scene() -> None:
    # One room only: there is no other scene to take a median from.
    rows = [sized(n, "cup", 0.1, "mc", 0) for n in range(20)]
    assert median_rules(rows) == {}


def test_a_median_of_what_it_does_not_know_is_no_better_than_chance() -> None:
    # Sizes over twelve decades: hardly any options reach the median, where it would know something.
    rng = np.random.default_rng(0)
    rows = []
    for number in range(600):
        size, rank = 10 ** rng.uniform(-2, 10), int(rng.integers(4))
        ladder = tuple(f"{size * 1.6 ** (k - rank):.5f} m" for k in range(4))
        kinds = (("object_size", "longest", "m"), ("object_size", "longest"))
        rows.append(choice(number, ladder, rank, value=(size,), kinds=kinds))
    assert median_rules(rows)["object_size"]["mc"].verdict == "within"


def joined(number: int, right: str, scene: int, aspect: str = "how") -> Asked:
    kind = ("spatial_relation", aspect)
    options = ("apart", "on", "In") if number % 2 else ("In", "Apart", "on")
    place = [option.lower() for option in options].index(right)
    return choice(number, options, place, task=kind[0], kinds=((*kind, "", "cup"), kind), scene_id=f"room-{scene}")


def test_the_commonest_answer_in_words_is_found_out() -> None:
    # "apart" is right in 3 of 4 rows, in any place and with either initial: always said, it is right in 75 %.
    rows = [joined(n, "on" if n % 4 == 0 else "apart", n) for n in range(200)]
    # Another aspect has answers in turn: 1/3 at most, and its shares say nothing of the first one.
    rows += [joined(n, ("apart", "on", "in")[n % 3], n, "which") for n in range(300)]
    found = commonest_rules(rows)["spatial_relation"]
    assert share_right(found["how"]) == (200, pytest.approx(0.75), pytest.approx(1 / 3))
    assert found["how"].verdict == "above"
    assert found["which"].verdict != "above"


def test_the_commonest_answer_never_comes_from_the_row_s_own_scene_nor_from_numbers() -> None:
    assert commonest_rules([joined(n, "apart", 0) for n in range(20)]) == {}
    assert commonest_rules([choice(n, ("1 cm", "2 cm"), 0, value=(0.01,)) for n in range(50)]) == {}


def test_options_are_read_from_the_words_of_a_question() -> None:
    assert options_in("Which is it?\nA. red cup\nB. box, blue\nAnswer with a letter.") == ("red cup", "box, blue")
    assert options_in("Which? Options: A: 3 m, B: 4 m, C: 5 m") == ("3 m", "4 m", "5 m")
    assert options_in("Room A. is large.\nC. no") == ()
    assert options_in("") == ()


def test_numbers_of_one_kind() -> None:
    assert numbers_of(("63 mm", "1.2 cm")) == pytest.approx([0.063, 0.012])
    assert numbers_of(("2", "-3.5")) == [2.0, -3.5]
    assert numbers_of(("2 chairs", "3 cups")) is None
    assert numbers_of(("left", "right")) is None
    assert numbers_of(()) is None


def test_rows_of_other_data_sets_are_kinds_by_their_words(tmp_path: Path) -> None:
    write_vsi(tmp_path)
    count, near = (asked(row) for row in read_rows(f"vsi_bench={tmp_path}").samples)
    assert count.value == (4.0,)
    assert count.kinds[0] == ("object_counting", "", "", "how many table(s) are in this room?")
    assert (near.options, near.right) == (("table", "sofa", "door", "sink"), 1)


# All of it.


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The hand-made data set, with pictures that have something in them."""
    folder = tmp_path_factory.mktemp("checks") / "data"
    write_data(folder)
    for number, scene in enumerate(("bench", "shelf")):
        for frame in range(FRAMES):
            picture(10 * number + frame, (64, 48)).save(folder / frame_path(scene, frame))
    return folder


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, dict]:
    code = main(["check", *arguments, "--json"])
    return code, json.loads(capsys.readouterr().out.splitlines()[-1])


def test_a_sound_data_set_has_no_faults(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, found = run(capsys, str(data), "--strict")
    questions = read_questions(data)
    assert code == 0
    assert found["rows"] == len(questions)
    assert {fault["count"] for fault in found["duplicates"].values()} == {0}
    assert (found["twins"]["pairs"], found["leaks"], found["choices"]["unread"]) == (0, False, 0)
    four = Counter(q.answer for q in questions if len(q.options) == 4)
    assert found["letters"]["4"]["counts"] == dict(sorted(four.items()))
    assert set(found["rules"]) == {"letter", "middle", "longest"}


def test_both_of_our_forms_give_the_same(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, str(data)) == run(capsys, str(data / "all.json"))


def test_a_leak_fails_only_if_that_was_asked_for(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    # The bench's frame 2, encoded again under another name, as a benchmark of one question.
    file = tmp_path / "frames" / "000001" / "0.jpg"
    file.parent.mkdir(parents=True)
    Image.open(data / frame_path("bench", 2)).save(file, quality=60)
    entry = bench_entry(1, videos=[["frames/000001/0.jpg"]], annotations=None, input_type="image_text")
    write_bench(tmp_path, [entry])
    arguments = (str(data), "--against", f"spacevista_bench={tmp_path}")
    code, found = run(capsys, *arguments)
    (leak,) = found["against"].values()
    assert (code, found["leaks"], leak["by_picture"]["count"], leak["by_name"]["count"]) == (0, True, 1, 0)
    assert leak["by_picture"]["examples"][0]["scene"] == "bench"
    assert leak["rows"] == sum(q.scene_id == "bench" for q in read_questions(data))
    assert main(["check", *arguments, "--strict"]) == 1
    capsys.readouterr()
    code, found = run(capsys, *arguments, "--strict", "--names-only")
    assert (code, found["twins"], found["not_hashed"]) == (0, None, {})


def test_a_scene_torn_between_splits_is_a_leak(data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    questions = read_questions(data)
    torn = [msgspec.structs.replace(q, split="train" if n % 2 else "test") for n, q in enumerate(questions)]
    write_parquet(tmp_path / "questions.parquet", torn)
    code, found = run(capsys, str(tmp_path / "questions.parquet"), "--names-only", "--strict")
    assert (code, found["duplicates"]["scenes_in_two_splits"]["count"]) == (1, 2)


def test_training_items_of_others_are_read(data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_released(tmp_path / "all.json", read_questions(data))
    items = json.loads((tmp_path / "all.json").read_text())
    for number, item in enumerate(items):
        item["metadata"] = {"scene_source": "x", "task": item["metadata"]["task"]}
        item["videos"] = [[f"scannet/scene{number:04d}_00/0.jpg"]]
    items[3]["videos"] = [["../outside.jpg"]]
    (tmp_path / "all.json").write_text(json.dumps(items))
    code, found = run(capsys, str(tmp_path / "all.json"), "--names-only", "--against", str(tmp_path / "all.json"))
    assert code == 0
    assert (found["rows"], found["rejected"]) == (len(items) - 1, 1)
    (leak,) = found["against"].values()
    assert leak["by_name"]["count"] == len(items) - 1


@pytest.mark.parametrize(("name", "write"), [("vsi_bench", write_vsi), ("mmsi_bench", write_mmsi)])
def test_a_benchmark_is_checked_like_a_data_set(
    name: str, write: Callable[[Path], None], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(tmp_path)
    code, found = run(capsys, f"{name}={tmp_path}")
    assert code == 0
    assert found["rows"] > 0
    assert set(found["not_hashed"]["data"]) == {FLAT}  # videos and pictures of the tests are grey, but they open


def test_a_data_set_that_is_not_there_says_how_to_name_one(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "nothing=here"]) == 1
    message = capsys.readouterr().err
    assert "vsi_bench" in message
    assert "'nothing=here'" in message
    with pytest.raises(DatasetError):
        read_rows("nowhere.parquet")
