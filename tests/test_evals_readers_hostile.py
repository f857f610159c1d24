"""Released files that are damaged or mean harm: an error for a file, a reason with the id for a row, no code run."""

import json
import os
import pickle

import numpy as np
import pyarrow as pa
import pytest
from PIL import Image
from pyarrow import parquet as pq

from bench_releases import (
    MMSI_ROWS,
    PARQUET_ROWS,
    SPAR_ROWS,
    STI_ROWS,
    VSI_ROWS,
    bench_entry,
    write_bench,
    write_mmsi,
    write_parquet_bench,
    write_spar,
    write_sti,
    write_vsi,
)
from spacevista.errors import DatasetError
from spacevista.evals import mmsi_bench, spacevista_bench, spacevista_parquet, spar_bench, sti_bench, vsi_bench
from spacevista.evals.media import open_media
from spacevista.evals.records import Budget, MediaError
from spacevista.qa.masks import decode_mask, encode_mask

LAYOUTS = [
    (vsi_bench, write_vsi, VSI_ROWS, "test-00000-of-00001.parquet"),
    (sti_bench, write_sti, STI_ROWS, "qa.parquet"),
    (mmsi_bench, write_mmsi, MMSI_ROWS[:2], "MMSI_Bench.parquet"),
    (spar_bench, write_spar, SPAR_ROWS, "data/test-00000-of-00002.parquet"),
    (spacevista_parquet, write_parquet_bench, PARQUET_ROWS, "bench.parquet"),
]


def without(row, column):
    return {key: value for key, value in row.items() if key != column}


@pytest.mark.parametrize(("bench", "write", "rows", "name"), LAYOUTS)
def test_a_missing_column_is_named(tmp_path, bench, write, rows, name):
    write(tmp_path)
    for column in getattr(bench, "COLUMNS", ()):
        pq.write_table(pa.Table.from_pylist([without(row, column) for row in rows]), tmp_path / name)
        with pytest.raises(DatasetError, match=rf"{name.split('/')[-1]}: expected columns \['{column}'\]"):
            bench.read(tmp_path)


@pytest.mark.parametrize(("bench", "write", "rows", "name"), LAYOUTS)
def test_a_file_that_is_no_parquet(tmp_path, bench, write, rows, name):
    write(tmp_path)
    whole = (tmp_path / name).read_bytes()
    for content in (b"", b"PAR1", whole[:-20], whole[: len(whole) // 2], json.dumps(rows, default=str).encode()):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(DatasetError, match="expected a Parquet file"):
            bench.read(tmp_path)


def test_a_small_file_that_decodes_to_more_than_memory_is_refused(tmp_path):
    write_vsi(tmp_path)
    table = pa.Table.from_pylist(VSI_ROWS[:1] * 900)
    long = pa.DictionaryArray.from_arrays(pa.array([0] * 900, pa.int32()), ["x" * 1_000_000])
    table = table.set_column(table.schema.get_field_index("question"), "question", long)
    file = tmp_path / "test-00000-of-00001.parquet"
    pq.write_table(table, file, store_schema=False)
    assert file.stat().st_size < 1_000_000  # for 900 MB of text
    with pytest.raises(DatasetError, match="expected at most 268435456 bytes in 900 rows"):
        vsi_bench.read(tmp_path)


@pytest.mark.parametrize("bench", [mmsi_bench, spar_bench])
def test_pictures_of_another_type(tmp_path, bench):
    column = bench.PICTURES
    rows = [row | {column: ["a.png"]} for row in (MMSI_ROWS if bench is mmsi_bench else SPAR_ROWS)[:1]]
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "test-0.parquet")
    with pytest.raises(DatasetError, match=f"{column} pictures.*got .'{column} list"):
        bench.read(tmp_path)


def test_rows_that_fail_are_counted_with_their_ids(tmp_path):
    first = VSI_ROWS[1]
    bad = [
        first | {"id": 10, "question": None},
        first | {"id": 11, "question_type": "object_colour"},
        first | {"id": 12, "options": None},
        first | {"id": 13, "dataset": "../../etc"},
        first | {"id": 15, "options": ["A. x"] * 9},
        first | {"id": 16, "question": "x" * 60_000},
        first,
        first,
    ]
    write_vsi(tmp_path)
    pq.write_table(pa.Table.from_pylist(bad), tmp_path / "test-00000-of-00001.parquet")
    loaded = vsi_bench.read(tmp_path)
    assert [sample.id for sample in loaded.samples] == ["1"]
    reasons = {found.id: found.reason for found in loaded.rejected}
    assert list(reasons) == ["10", "11", "12", "13", "15", "16", "1"]
    assert "$.question" in reasons["10"]
    assert "got 'object_colour'" in reasons["11"]
    assert "got 0" in reasons["12"]
    assert ".." in reasons["13"]
    assert "twice" in reasons["1"]


LONG = "x" * 300  # no file system takes a name of more than 255 bytes


@pytest.mark.parametrize(
    ("bench", "write", "rows", "changes"),
    [
        (sti_bench, write_sti, STI_ROWS, {"ID": LONG}),
        (spacevista_parquet, write_parquet_bench, PARQUET_ROWS, {"Frames Path": LONG}),
    ],
)
def test_a_name_that_no_file_can_have_costs_only_its_row(tmp_path, bench, write, rows, changes):
    write(tmp_path)
    whole = bench.read(tmp_path)
    rows = [{name: str(value) if name in changes else value for name, value in row.items()} for row in rows]
    (file,) = tmp_path.glob("*.parquet")
    pq.write_table(pa.Table.from_pylist([*rows, rows[0] | changes]), file)
    loaded = bench.read(tmp_path)
    assert [sample.id for sample in loaded.samples] == [sample.id for sample in whole.samples]
    assert "File name too long" in loaded.rejected[-1].reason


def test_a_video_whose_name_no_file_can_have_is_missing(tmp_path):
    write_vsi(tmp_path, [VSI_ROWS[0]])
    (file,) = tmp_path.glob("*.parquet")
    pq.write_table(pa.Table.from_pylist([VSI_ROWS[0] | {"scene_name": LONG}]), file)
    (sample,) = (loaded := vsi_bench.read(tmp_path)).samples
    assert "1 of 1 videos are missing" in loaded.notes[0]
    with pytest.raises(MediaError, match="File name too long") as caught:
        open_media(sample, Budget())
    assert str(tmp_path) not in str(caught.value)  # a reason goes into the predictions, a path of this machine does not


def test_a_missing_video_is_noted_and_then_named(tmp_path):
    write_vsi(tmp_path)
    (tmp_path / "scannet" / "scene0011_00.mp4").unlink()
    loaded = vsi_bench.read(tmp_path)
    assert len(loaded.samples) == 2  # answerers that see nothing can still answer both
    assert loaded.notes == (
        "1 of 2 videos are missing (first: scannet/scene0011_00.mp4); their questions are unscored",
    )
    with pytest.raises(MediaError, match=r"^1: scannet/scene0011_00.mp4: missing"):
        open_media(loaded.samples[1], Budget())


def test_a_link_out_of_the_folder_is_not_followed(tmp_path):
    write_vsi(tmp_path / "data")
    video = tmp_path / "data" / "scannet" / "scene0011_00.mp4"
    video.rename(tmp_path / "outside.mp4")
    video.symlink_to(tmp_path / "outside.mp4")
    samples = {sample.id: sample for sample in vsi_bench.read(tmp_path / "data").samples}
    assert "1" not in samples


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"Candidates": "not json"}, "malformed"),
        ({"Candidates": '{"A": "1", "C": "2"}'}, "Candidates A, B and on"),
        ({"Candidates": "{}"}, "Candidates A, B and on"),
        ({"time_start": 3.0}, "time_start <= time_end"),
        ({"time_end": float("nan")}, "time_start <= time_end"),
        ({"time_start": "soon"}, "expected numbers as time_start"),
        ({"ID": 8}, "frames/000008: expected a folder"),
    ],
)
def test_questions_of_sti_bench_that_cannot_be_asked(tmp_path, changes, said):
    write_sti(tmp_path)
    pq.write_table(pa.Table.from_pylist([STI_ROWS[0] | changes]), tmp_path / "qa.parquet")
    loaded = sti_bench.read(tmp_path)
    assert loaded.samples == ()
    assert said in loaded.rejected[0].reason


def test_corrupt_pictures_in_a_row(tmp_path):
    write_mmsi(tmp_path, [MMSI_ROWS[0] | {"images": [b"\x89PNG\r\n\x1a\nxx"]}, MMSI_ROWS[1] | {"images": [None]}])
    for sample in mmsi_bench.read(tmp_path).samples:
        with pytest.raises(MediaError, match=rf"^{sample.id}: "):
            open_media(sample, Budget())


def test_entries_that_are_none(tmp_path):
    good = bench_entry(1)
    entries = [
        good,
        7,
        bench_entry(2, videos=[]),
        bench_entry(3, videos=[["../secret.png"]]),
        bench_entry(4, videos=[["/etc/passwd"]]),
        bench_entry(5, input_type="image_sound_text"),
        bench_entry(6, answer=None),
        bench_entry(7, original_type=None),
        bench_entry(8, videos=[["a.png"], ["b.png"]]),
    ]
    write_bench(tmp_path, entries)
    loaded = spacevista_bench.read(tmp_path)
    assert [sample.id for sample in loaded.samples] == ["1"]
    assert [found.id for found in loaded.rejected] == ["bench_final.json, row 1", *"2345678"]


@pytest.mark.parametrize("content", ["", "{}", "[", "[" * 100_000, '"text"'])
def test_a_file_that_is_no_list(tmp_path, content):
    (tmp_path / "bench_final.json").write_text(content)
    with pytest.raises(DatasetError, match="expected one JSON list"):
        spacevista_bench.read(tmp_path)


# Marks of SpaceVista-Bench


def pointed(number, *coords, **metadata):
    notes = {"points": [{"coords": list(c), "image_index": 2, "color": "red"} for c in coords]}
    return bench_entry(number, input_type="image_point_text", annotations=notes, metadata=metadata)


def test_the_order_of_coordinates_is_found_from_the_frames(tmp_path):
    # Frames are 640 wide and 480 high: (100, 600) is [y, x], (600, 100) is [x, y], (30, 40) may be both.
    write_bench(tmp_path, [pointed(1, (100, 600)), pointed(2, (30, 40)), pointed(3, (200, 500))])
    loaded = spacevista_bench.read(tmp_path)
    assert [sample.marks[0].coords for sample in loaded.samples] == [[600, 100], [40, 30], [500, 200]]
    assert loaded.notes == ("points are read as [y, x]: of 3, 0 fit only as [x, y] and 2 as [y, x]",)

    write_bench(tmp_path, [pointed(1, (600, 100)), pointed(2, (30, 40)), pointed(3, (500, 200)), pointed(4, (1, 600))])
    loaded = spacevista_bench.read(tmp_path)
    assert [sample.marks[0].coords for sample in loaded.samples] == [[600, 100], [30, 40], [500, 200]]
    ((rejected, reason),) = ((found.id, found.reason) for found in loaded.rejected)
    assert rejected == "4"
    assert "is the order of its coordinates swapped?" in reason


def test_a_stated_order_of_coordinates_counts(tmp_path):
    stated = pointed(1, (30, 40), coordinate_order="yx"), pointed(2, (30, 40), coordinate_order="xy")
    write_bench(tmp_path, [*stated, pointed(3, (30, 40))])
    loaded = spacevista_bench.read(tmp_path)
    assert [sample.marks[0].coords for sample in loaded.samples] == [[40, 30], [30, 40], [30, 40]]


def test_only_the_marks_of_the_input_type_are_drawn(tmp_path):
    notes = {
        "points": [{"coords": [5, 6], "image_index": 0, "color": None}, {"coords": [7, 8], "image_index": 1}],
        "bboxes": [{"coords": [10, 20, 30, 481], "image_index": 3, "color": "blue"}],
        "masks": [{"image_path": "frames/scene_a/0.png", "mask_path": "masks/none.pkl", "object_ids": [1]}],
    }
    types = ("image_text", "image_point_text", "image_bbox_text", "image_point_bbox_text")
    write_bench(tmp_path, [bench_entry(i, input_type=kind, annotations=notes) for i, kind in enumerate(types)])
    loaded = spacevista_bench.read(tmp_path)
    assert loaded.rejected == ()
    drawn = [[(m.kind, m.color, m.frame_index) for m in sample.marks] for sample in loaded.samples]
    points, box = [("point", "red", 0), ("point", "blue", 1)], [("box", "blue", 3)]
    assert drawn == [[], points, box, points + box]
    assert loaded.samples[2].marks[0].coords == [10, 20, 30, 480]  # one pixel beyond the frame is cut off


def test_boxes_in_two_pictures(tmp_path):
    dual = {
        "source_image": "./frames/scene_a/4.png",
        "source_bbox": [0, 0, 10, 10],
        "target_image": "frames/scene_a/9.png",
        "target_bboxes": [[5, 5, 20, 20], [30, 30, 50, 50]],
    }
    entry = bench_entry(1, input_type="image_bbox_text", annotations={"dual_bbox": dual})
    elsewhere = entry | {"id": 2, "annotations": {"dual_bbox": dual | {"source_image": "images_8/scene_a/4.png"}}}
    write_bench(tmp_path, [entry, elsewhere])
    loaded = spacevista_bench.read(tmp_path)
    marks = [(mark.frame_index, mark.color) for mark in loaded.samples[0].marks]
    assert marks == [(4, "red"), (9, "blue"), (9, "green")]
    assert loaded.rejected[0].id == "2"  # a frame of the same name elsewhere may be of another size


class Bomb:
    def __reduce__(self):
        return os.mkdir, ("pickle-was-loaded",)


def masked(number, path, **changes):
    note = {"image_path": "frames/scene_a/2.png", "mask_path": path, "object_ids": [2]} | changes
    return bench_entry(number, input_type="image_mask_text", annotations={"masks": [note]})


def test_a_pickled_mask_is_never_loaded(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "masks").mkdir()
    names = ["a.pkl", "b.npy", "c.png", "d.npz", "e.json", "f"]
    for name in names:
        (tmp_path / "masks" / name).write_bytes(pickle.dumps(Bomb()))
    with (tmp_path / "masks" / "b.npy").open("wb") as file:
        np.save(file, np.array([Bomb()], dtype=object), allow_pickle=True)
    write_bench(tmp_path, [masked(i, f"masks/{name}") for i, name in enumerate(names)])
    loaded = spacevista_bench.read(tmp_path)
    assert loaded.samples == ()
    assert [found.id for found in loaded.rejected] == [str(i) for i in range(len(names))]
    assert all("mask as PNG" in found.reason for found in loaded.rejected)
    assert not (tmp_path / "pickle-was-loaded").exists()


def test_masks_as_png_and_as_run_lengths(tmp_path):
    ids = np.zeros((480, 640), dtype=np.uint8)
    ids[100:110, 200:230], ids[300:310, 400:420] = 2, 5
    (tmp_path / "masks").mkdir()
    (tmp_path / "masks" / "many.pkl").write_bytes(pickle.dumps(Bomb()))
    Image.fromarray(ids).save(tmp_path / "masks" / "many.png")  # converted, beside the pickle
    Image.fromarray(ids == 5).save(tmp_path / "masks" / "one.png")
    (tmp_path / "masks" / "runs.json").write_text(encode_mask(ids == 2))
    Image.fromarray(ids[:100]).save(tmp_path / "masks" / "small.png")
    entries = [
        masked(1, "masks/many.pkl"),
        masked(2, "masks/one.png"),
        masked(3, "masks/runs.json"),
        masked(4, "masks/many.png", object_ids=[9]),
        masked(5, "masks/small.png"),
        masked(6, "../masks/one.png"),
        masked(7, "masks/one.png", image_path="frames/scene_a/99.png"),
    ]
    write_bench(tmp_path, entries)
    loaded = spacevista_bench.read(tmp_path)
    pixels = [decode_mask(sample.marks[0].mask_rle) for sample in loaded.samples]
    assert [(mask.sum(), mask.nonzero()[0].min()) for mask in pixels] == [(300, 100), (200, 300), (300, 100)]
    assert [found.id for found in loaded.rejected] == ["4", "5", "6", "7"]
