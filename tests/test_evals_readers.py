"""The released files of each benchmark, read as they are laid out: prompts, rows for the scorer, media."""

import json
from pathlib import Path

import pytest

from bench_releases import (
    MMSI_ROWS,
    PARQUET_ROWS,
    SPAR_ROWS,
    bench_entry,
    write_bench,
    write_mmsi,
    write_parquet_bench,
    write_spar,
    write_sti,
    write_vsi,
)
from spacevista.errors import DatasetError, SpacevistaError
from spacevista.evals import (
    mmsi_bench,
    spacevista_bench,
    spacevista_parquet,
    spar_bench,
    sti_bench,
    vsi_bench,
)
from spacevista.evals.benchmarks import BENCHMARKS, read_benchmark
from spacevista.evals.media import open_media
from spacevista.evals.prompts import bare_options
from spacevista.evals.records import Budget
from spacevista.scoring.benchmarks import BENCHMARKS as SCORED

THINK = "Think first if that helps. Then write "
LETTER = THINK + "the letter of the right option, and nothing else, between <answer> and </answer>."
NUMBER = THINK + "the number, and nothing else, between <answer> and </answer>."
TEXT = THINK + "what is asked for, and nothing else, between <answer> and </answer>."
WHERE = "Coordinates in the question are those of boxes in the picture: they run from 0 to 1000, from the top left."


def prompts(loaded):
    assert loaded.rejected == ()
    return [sample.prompt for sample in loaded.samples]


# If one of these prompts changes, versions.PROMPT_VERSION has to be raised: saved answers were given to the old words.


def test_vsi_bench(tmp_path):
    write_vsi(tmp_path)
    loaded = vsi_bench.read(tmp_path)
    assert prompts(loaded) == [
        "How many table(s) are in this room?\n" + NUMBER,
        "Which of these objects is the closest to the stove?\nA. table\nB. sofa\nC. door\nD. sink\n" + LETTER,
    ]
    number, choice = loaded.samples
    assert (number.id, number.scene_id, number.task, number.form) == (
        "0",
        "arkitscenes/41069025",
        "object_counting",
        "reg",
    )
    assert (choice.form, choice.options, choice.scale) == ("mc", ("table", "sofa", "door", "sink"), "indoor")
    assert {k: choice.row[k] for k in ("question_type", "ground_truth")} == {
        "question_type": "object_rel_distance",
        "ground_truth": "B",
    }
    opened = open_media(choice, Budget(frames=4))
    assert opened.indices == (0, 13, 26, 39)  # floor(i * 39 / 3)
    assert opened.timestamps_s == pytest.approx((0.0, 1.3, 2.6, 3.9))  # ten frames a second


def test_sti_bench_frames_of_a_question(tmp_path):
    write_sti(tmp_path)
    loaded = sti_bench.read(tmp_path)
    assert prompts(loaded) == [
        "The pictures are from second 1 to second 2.5 of a video. What are the height and width of the chair?\n"
        "A. 0 m\nB. 1 m\nC. 2 m\nD. 3 m\nE. 4 m\n" + LETTER
    ]
    (sample,) = loaded.samples
    assert (sample.id, sample.scene_id, sample.scale) == ("7", "scene0025_00.mp4", "indoor")
    assert sample.row["task"] == "Dimensional Measurement"
    assert sample.row["ground_truth"] == "E"
    # 0.png, 1.png, ..., 10.png: by number, not by letter.
    assert [Path(path).name for path in sample.media.paths][8:12] == ["8.png", "9.png", "10.png", "11.png"]


def test_sti_bench_part_of_a_whole_video(tmp_path):
    write_sti(tmp_path, frames=False)
    (sample,) = sti_bench.read(tmp_path).samples
    opened = open_media(sample, Budget(frames=4))
    # From 1 s to 2.5 s at ten frames a second: frames 10 to 25.
    assert opened.indices == (10, 15, 20, 25)
    greys = [image.getpixel((30, 20))[0] for image in opened.images]
    assert greys == pytest.approx([50, 75, 100, 125], abs=3)


def test_mmsi_bench(tmp_path):
    write_mmsi(tmp_path)
    loaded = mmsi_bench.read(tmp_path)
    assert prompts(loaded)[0] == MMSI_ROWS[0]["question"] + "\n" + LETTER
    opened = open_media(loaded.samples[5], Budget(frames=1))
    assert opened.indices == (0, 1)  # all of a question's own pictures
    assert opened.images[0].getpixel((0, 0)) == (50, 0, 0)


def test_pictures_of_a_row_in_any_order(tmp_path):
    write_mmsi(tmp_path)
    samples = mmsi_bench.read(tmp_path).samples
    for i in (0, 19, 3, 11, 12, 2, 19):  # back and forth over two row groups of 12 and 8 rows
        assert open_media(samples[i], Budget()).images[0].getpixel((0, 0)) == (10 * i, 0, 0)


def test_spar_bench(tmp_path):
    write_spar(tmp_path)
    loaded = spar_bench.read(tmp_path)
    by_id = {sample.id: sample for sample in loaded.samples}
    assert len(by_id) == len(SPAR_ROWS)
    assert [by_id[i].prompt for i in "0123"] == [
        f"Question 0.\n{NUMBER}",
        f"Question 1.\n{WHERE}\n{LETTER}",
        f"Question 2.\n{TEXT}",
        f"Question 3.\n{TEXT}",
    ]
    assert [by_id[i].form for i in "0123"] == ["reg", "mc", "reg", "mc"]
    assert [by_id[i].scene_id for i in "0123"] == ["scene0050_00", "1", "2", "3"]
    assert by_id["0"].row["image_type"] == "single_view"
    assert open_media(by_id["3"], Budget()).images[0].getpixel((0, 0)) == (30, 0, 0)


def test_spacevista_bench(tmp_path):
    entries = [
        bench_entry(1),
        bench_entry(2, answer="C", question="Which?\nA. a\nB. b\nC. c", category="TinyTabletop"),
        bench_entry(3, answer="the red cup", original_type=None, category=None)
        | {"metadata": {"category": "Outdoor", "original_type": "MATCH", "scale": "<km"}},
    ]
    write_bench(tmp_path, entries)
    loaded = spacevista_bench.read(tmp_path)
    assert prompts(loaded) == [
        "How many cups are there?\n" + NUMBER,
        "Which?\nA. a\nB. b\nC. c\n" + LETTER,
        "How many cups are there?\n" + TEXT,
    ]
    assert [s.scale for s in loaded.samples] == ["indoor", "tiny_tabletop", "outdoor"]
    assert [s.row["answer_type"] for s in loaded.samples] == ["numerical", "mc", "text"]
    assert [s.row["original_type"] for s in loaded.samples] == ["OBJECT_COUNTING", "OBJECT_COUNTING", "MATCH"]
    assert {s.scene_id for s in loaded.samples} == {"frames/scene_a"}


@pytest.mark.parametrize("as_lines", [False, True])
def test_spacevista_parquet(tmp_path, as_lines):
    write_parquet_bench(tmp_path)
    if as_lines:  # the released evaluation reads the same rows as JSON Lines
        (tmp_path / "bench.parquet").unlink()
        (tmp_path / "qa.jsonl").write_text("\n".join(map(json.dumps, PARQUET_ROWS)))
    loaded = spacevista_parquet.read(tmp_path)
    assert prompts(loaded) == [
        "Is there a tree left of the bridge?\nA. Yes\nB. No\n" + LETTER,
        "How high is the bridge in metres?\n" + NUMBER,
    ]
    first, second = loaded.samples
    assert (first.id, second.id) == ("bridge_01:1", "bridge_01:2")
    assert second.row["question_type"] == "HEIGHT"
    assert second.row["task_type"] == "regression"


def test_the_tuple_holds_every_scored_benchmark():
    assert tuple(benchmark.name for benchmark in BENCHMARKS) == SCORED


def test_only_the_simulated_benchmark_needs_no_folder():
    with pytest.raises(SpacevistaError, match="vsi_bench: expected the folder"):
        read_benchmark("vsi_bench", None)
    with pytest.raises(SpacevistaError, match="got 'vsi'"):
        read_benchmark("vsi", None)


@pytest.mark.parametrize(
    ("options", "bare"),
    [
        (["A. left", "B. right"], ("left", "right")),
        (["(A) left", "(B) right"], ("left", "right")),
        (["A: 3 m", "B: 4 m"], ("3 m", "4 m")),
        (["left", "right"], ("left", "right")),
        (["B. left", "A. right"], ("B. left", "A. right")),  # not their own letters
        (["A. Smith", "Jones"], ("A. Smith", "Jones")),
    ],
)
def test_letters_of_options(options, bare):
    assert bare_options(options) == bare


def test_no_file_says_what_was_looked_for(tmp_path):
    (tmp_path / "readme.md").write_text("")
    with pytest.raises(DatasetError, match=r"expected test-\*\.parquet .* got \['readme.md'\]"):
        vsi_bench.read(tmp_path)
    with pytest.raises(DatasetError, match="no such folder"):
        mmsi_bench.read(tmp_path / "nowhere")
