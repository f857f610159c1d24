"""Data sets on disk: round trips, the card, and hostile files."""

import json
import re
import subprocess
import sys
import zlib

import msgspec
import numpy as np
import pyarrow as pa
import pytest
from PIL import Image
from pyarrow import parquet as pq

from qa_scenes import HEIGHT, WIDTH, all_kinds, scene_with
from spacevista.errors import DatasetError
from spacevista.qa import items, parquet, questions_of, read_questions, released
from spacevista.qa.card import dataset_card
from spacevista.qa.items import read_items, reply_of
from spacevista.qa.masks import decode_mask, encode_mask
from spacevista.qa.parquet import SCHEMA, write_parquet
from spacevista.qa.record import Mark, Question
from spacevista.qa.released import item_of, write_released

QUESTIONS = questions_of(scene_with(1, 2, 3, 4), all_kinds(), np.random.default_rng(0), seed=7, unit_policy="native")


def question_with(**changes):
    first = next(q for q in QUESTIONS if q.form == "mc" and q.prompt_type == "none" and q.value)
    return msgspec.structs.replace(first, **changes)


def mark(kind="point", coords=(3.5, 4.5), frame_index=0, mask_rle=""):
    return Mark(kind, frame_index, list(coords), mask_rle, "red", 1)


def write_frames(folder, size=(WIDTH, HEIGHT)):
    for path in {path for q in QUESTIONS for path in q.frames}:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", size).save(folder / path)


def test_parquet_round_trip_and_equal_bytes(tmp_path):
    write_frames(tmp_path)
    write_parquet(tmp_path / "questions.parquet", QUESTIONS)
    write_parquet(tmp_path / "again.parquet", read_questions(tmp_path))
    assert read_questions(tmp_path / "again.parquet") == QUESTIONS
    assert (tmp_path / "again.parquet").read_bytes() == (tmp_path / "questions.parquet").read_bytes()


def test_released_round_trip_and_equal_bytes(tmp_path):
    write_frames(tmp_path)
    write_released(tmp_path / "all.json", QUESTIONS)
    read = read_questions(tmp_path / "all.json")
    write_released(tmp_path / "again.json", read)
    assert read == QUESTIONS
    assert (tmp_path / "again.json").read_bytes() == (tmp_path / "all.json").read_bytes()


def test_no_questions_are_a_data_set_too(tmp_path):
    write_parquet(tmp_path / "questions.parquet", [])
    write_released(tmp_path / "all.json", [])
    assert read_questions(tmp_path) == read_questions(tmp_path / "all.json") == []


def test_the_released_form_is_as_it_is_described(tmp_path):
    write_released(tmp_path / "all.json", QUESTIONS)
    rows = json.loads((tmp_path / "all.json").read_text())
    assert {item["input_type"] for item in rows} <= {
        "image_text", "image_point_text", "image_bbox_text", "image_mask_text"
    }  # fmt: skip
    for item, question in zip(rows, QUESTIONS, strict=True):
        user, assistant = item["messages"]
        assert user == {"role": "user", "content": "<video>\n" + question.question}
        assert assistant["content"] == f"<think></think><answer>{question.answer}</answer>"
        assert item["id"] == f"hand-made__{question.id}"
        assert item["videos"] == [question.frames]
        assert item["metadata"]["coordinate_order"] == "xy"
        for note in item["annotations"]["masks"] or ():
            picture = np.asarray(Image.open(tmp_path / note["mask_path"]))
            assert picture.shape == (HEIGHT, WIDTH)


def test_the_card_states_counts_conventions_and_licences():
    card = dataset_card("Bench", QUESTIONS)
    facts = len({q.fact_id for q in QUESTIONS})
    assert f"{len(QUESTIONS)} questions about {facts} facts in 1 scenes" in card
    assert f"| CC0-1.0 | hand-made | {len(QUESTIONS)} |" in card
    for said in ("[x, y]", "half-open", "tabletop (cm)", "before rounding"):
        assert said in card
    hostile = dataset_card("x", [question_with(licence="a | b\n# c")])
    assert "| a / b # c |" in hostile


@pytest.mark.parametrize("shape", [(1, 1), (48, 64), (3, 200)])
def test_masks_survive_run_lengths(shape):
    for density in (0.0, 0.3, 1.0):
        mask = np.random.default_rng(1).random(shape) < density
        assert (decode_mask(encode_mask(mask)) == mask).all()
    stripes = np.zeros((40, 3000), dtype=bool)
    stripes[:, ::2] = True
    assert (decode_mask(encode_mask(stripes)) == stripes).all()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[",
        "[" * 100_000,
        "[1, 2]",
        '{"size": [4, 4]}',
        '{"size": [4, -4], "counts": "0"}',
        '{"size": [32000, 32000], "counts": "0"}',
        '{"size": [999999999, 999999999], "counts": "0"}',
        '{"size": [4, 4], "counts": "0@"}',  # 0 and 16 negative
        '{"size": [4, 4], "counts": "ooooooooooooo"}',  # a run without end
        '{"size": [4, 4], "counts": "\\u00ff"}',
        '{"size": [4, 4], "counts": "5"}',  # 5 of 16 pixels
        '{"size": [true, 4], "counts": 5}',
    ],
)
def test_damaged_run_lengths_are_refused(text):
    with pytest.raises(DatasetError, match="mask: expected"):
        decode_mask(text)


BAD_ROWS = {
    "unknown task": ({"task": "mind_reading"}, "mind_reading"),
    "unknown scale": ({"scale": "galaxy"}, "galaxy"),
    "unknown form": ({"form": "essay"}, "essay"),
    "unknown split": ({"split": "all"}, "'all'"),
    "wrong letter": ({"answer": "E"}, "letter of an option, got 'E'"),
    "equal options": ({"options": ["1 cm", "1 cm"]}, "different options"),
    "one option": ({"options": ["1 cm"]}, "different options"),
    "options without mc": ({"form": "reg"}, "no options in form reg"),
    "no frames": ({"frames": []}, "frames, got 0"),
    "frame above the folder": ({"frames": ["frames/../../secret.png"]}, "below the data set's folder"),
    "absolute frame": ({"frames": ["/etc/passwd"]}, "below the data set's folder"),
    "frame on a drive": ({"frames": ["C:/x.png"]}, "below the data set's folder"),
    "frame with backslashes": ({"frames": ["..\\x.png"]}, "below the data set's folder"),
    "frame of a name too long": ({"frames": ["frames/" + "\u00e9" * 128]}, "got 135 and 256"),
    "frame of a path too long": ({"frames": ["a/" * 600 + "b.png"]}, "got 1205 and 5"),
    "infinite value": ({"value": [float("inf")]}, "finite"),
    "negative error": ({"error": -1.0}, "finite"),
    "empty id": ({"id": " "}, "text as id"),
    "huge text": ({"rationale": "x" * 30_000}, "at most 20000 characters"),
    "marks without a prompt type": ({"marks": [mark()]}, "marks as prompt type none"),
    "prompt type without marks": ({"prompt_type": "box"}, "marks as prompt type box"),
    "mark of another kind": ({"prompt_type": "box", "marks": [mark()]}, "expected a box as mark"),
    "mark on no frame": ({"prompt_type": "point", "marks": [mark(frame_index=99)]}, "got index 99"),
    "three coordinates": ({"prompt_type": "point", "marks": [mark(coords=(1, 2, 3))]}, "2 finite coordinates"),
    "not a number": ({"prompt_type": "point", "marks": [mark(coords=(1, float("nan")))]}, "2 finite coordinates"),
    "outside": ({"prompt_type": "point", "marks": [mark(coords=(70.0, 60.0))]}, "within 64 x 48 pixels"),
    "swapped": ({"prompt_type": "point", "marks": [mark(coords=(20.0, 60.0))]}, "order of its coordinates swapped"),
    "box inside out": ({"prompt_type": "box", "marks": [mark("box", (9, 9, 5, 20))]}, "a box"),
    "box outside": ({"prompt_type": "box", "marks": [mark("box", (0, 0, 65, 20))]}, "a box"),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD_ROWS)
def test_a_bad_row_of_either_form_is_named(tmp_path, case):
    changes, message = BAD_ROWS[case]
    write_frames(tmp_path)
    rows = [QUESTIONS[0], question_with(**changes)]
    write_parquet(tmp_path / "questions.parquet", rows)
    with pytest.raises(DatasetError, match=f"questions.parquet, row 1: .*{message}"):
        read_questions(tmp_path)


@pytest.mark.parametrize("case", ["wrong letter", "frame above the folder", "swapped", "outside", "box outside"])
def test_a_bad_row_of_the_released_form_is_named(tmp_path, case):
    changes, message = BAD_ROWS[case]
    write_frames(tmp_path)
    write_released(tmp_path / "all.json", [QUESTIONS[0], question_with(**changes)])
    with pytest.raises(DatasetError, match=f"all.json, row 1: .*{message}"):
        read_questions(tmp_path / "all.json")


def test_a_mask_of_another_size_than_its_frame_is_refused(tmp_path):
    write_frames(tmp_path, size=(WIDTH + 1, HEIGHT))
    rle = encode_mask(np.ones((HEIGHT, WIDTH), dtype=bool))
    rows = [question_with(prompt_type="mask", marks=[mark("mask", (), mask_rle=rle)])]
    write_parquet(tmp_path / "questions.parquet", rows)
    with pytest.raises(DatasetError, match="row 0: expected a mask of the frame's"):
        read_questions(tmp_path)


def released_item(tmp_path, change):
    rle = encode_mask(np.ones((HEIGHT, WIDTH), dtype=bool))
    row = question_with(prompt_type="mask", marks=[mark("mask", (), mask_rle=rle)])
    write_released(tmp_path / "all.json", [row])
    (item,) = json.loads((tmp_path / "all.json").read_text())
    change(item)
    (tmp_path / "all.json").write_text(json.dumps([item]))
    return tmp_path / "all.json"


def set_mask(path):
    return lambda item: item["annotations"]["masks"][0].update(mask_path=path)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (set_mask("masks/x.npy"), "pickled array can run code"),
        (set_mask("masks/x.pkl"), "pickled array can run code"),
        (set_mask("../x.png"), "below the data set's folder"),
        (set_mask("/x.png"), "below the data set's folder"),
        (set_mask("masks/missing.png"), "expected a picture"),
        (set_mask("all.json.png"), "expected a picture"),
        (set_mask("x" * 252 + ".png"), "got 256 and 256"),
        (lambda item: item["metadata"].update(coordinate_order="zx"), "coordinate_order"),
        (lambda item: item["metadata"].update(task="mind_reading"), "mind_reading"),
        (lambda item: item["metadata"].pop("seed"), "seed"),
        (lambda item: item["annotations"]["masks"][0].update(color="pink"), "pink"),
        (lambda item: item.update(videos=[]), "one video"),
        (lambda item: item["metadata"].pop("coordinate_order"), "coordinate_order"),
        (lambda item: item.update(messages=[]), "roles"),
        (lambda item: item.update(input_type="image_text"), "expected input type"),
        (lambda item: item["messages"][1].update(content="A"), "<think>"),
        (lambda item: item["annotations"]["masks"][0].update(image_path="other.png"), "on one of the frames"),
        (lambda item: item["annotations"]["masks"][0].update(object_ids=[]), "on one of the frames"),
    ],
)
def test_hostile_items_are_refused(tmp_path, change, message):
    path = released_item(tmp_path, change)
    with pytest.raises(DatasetError, match=rf"all.json, row 0: .*{message}"):
        read_questions(path)


def test_marks_are_counted_before_any_mask_is_decoded(tmp_path, monkeypatch):
    def many(item):
        item["annotations"]["masks"] *= 17

    monkeypatch.setattr(released, "_read_mask", lambda root, path: pytest.fail("decoded"))
    with pytest.raises(DatasetError, match=r"all.json, row 0: expected at most 16 marks, got 17"):
        read_questions(released_item(tmp_path, many))


def foreign_item(coords, **metadata):
    point = {"coords": coords, "image_index": 0, "color": "red"}
    return {
        "id": "elsewhere__1",
        "input_type": "image_point_text",
        "messages": [
            {"role": "user", "content": "<video>\nHow deep is the point?"},
            {"role": "assistant", "content": "<think>It is near.</think>\n<answer>3.2</answer>"},
        ],
        "videos": [["clip/0.png", "clip/1.png"]],
        "annotations": {"points": [point], "bboxes": None, "masks": None, "dual_bbox": None},
        "metadata": {"scene_source": None, "original_id": "1", **metadata},
    }


def test_foreign_items_are_read_once_the_order_of_their_points_is_stated(tmp_path):
    (tmp_path / "clip").mkdir()
    Image.new("RGB", (64, 48)).save(tmp_path / "clip" / "0.png")
    path = tmp_path / "all.json"
    path.write_text(json.dumps([foreign_item([60.0, 20.0])]))
    with pytest.raises(DatasetError, match="row 0: expected coordinate_order"):
        read_items(path)
    (item,) = read_items(path, "xy")
    assert item.annotations.points[0].coords == [60.0, 20.0]
    assert reply_of(item) == ("How deep is the point?", "It is near.", "3.2")
    with pytest.raises(DatasetError, match=r"row 0: .*swapped"):
        read_items(path, "yx")  # [y, x] = [60, 20] is below a frame of 64 x 48, and [x, y] is not
    path.write_text(json.dumps([foreign_item([20.0, 60.0], coordinate_order="yx")]))
    (item,) = read_items(path, "xy")  # what the file states is believed before the caller
    assert item.annotations.points[0].coords == [60.0, 20.0]
    assert item.metadata["coordinate_order"] == "xy"  # which they now are in: written out, they read as they stand
    path.write_text(msgspec.json.encode([item]).decode())
    assert read_items(path) == [item]


def dual_item(**changes):
    dual = {
        "source_image": "clip/0.png", "source_bbox": [1, 2, 30, 40],
        "target_image": "clip/1.png", "target_bboxes": [[0, 0, 64, 48], [5.5, 6, 7, 8]],
    }  # fmt: skip
    item = foreign_item([1.0, 1.0], coordinate_order="xy")
    item["annotations"]["dual_bbox"] = dual | changes
    return item


def test_a_box_and_those_that_may_show_the_same_object(tmp_path):
    (tmp_path / "clip").mkdir()
    Image.new("RGB", (64, 48)).save(tmp_path / "clip" / "1.png")
    path = tmp_path / "all.json"
    path.write_text(json.dumps([dual_item(), dual_item(source_image="0", source_bbox=[0, 0, 32768, 32768])]))
    first, counted = (item.annotations.dual_bbox for item in read_items(path))
    assert first.target_bboxes[1] == (5.5, 6.0, 7.0, 8.0)
    assert counted.source_image == "0"  # no file: its boxes may be as large as the largest picture


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"source_bbox": [30, 2, 30, 40]}, "expected a box"),
        ({"source_bbox": [1, 40, 30, 2]}, "expected a box"),
        ({"source_bbox": [-1, 2, 30, 40]}, "expected a box"),
        ({"source_bbox": [1, 2, 30, 1e300]}, "expected a box"),
        ({"source_bbox": [1, 2, 30]}, "length 4"),
        ({"target_bboxes": [[0, 0, 64, 48], [0, 0, 65, 48]]}, "within 64 x 48 pixels"),
        ({"target_bboxes": []}, "1 to 1024 target boxes, got 0"),
        ({"target_bboxes": [[0, 0, 1, 1]] * 1025}, "1 to 1024 target boxes, got 1025"),
        ({"target_image": "../secret.png"}, "below the data set's folder"),
        ({"target_image": "9" * 300}, "got 300 and 300"),
    ],
)
def test_hostile_pairs_of_boxes_are_refused(tmp_path, changes, message):
    (tmp_path / "clip").mkdir()
    Image.new("RGB", (64, 48)).save(tmp_path / "clip" / "1.png")
    path = tmp_path / "all.json"
    path.write_text(json.dumps([dual_item(), dual_item(**changes)]))
    with pytest.raises(DatasetError, match=rf"all\.json, row 1: .*{message}"):
        read_items(path)


@pytest.mark.parametrize("kind", ["points", "bboxes", "masks"])
def test_more_marks_than_anybody_looks_at_are_refused(tmp_path, kind):
    item = foreign_item([1.0, 1.0], coordinate_order="xy")
    one = {
        "points": item["annotations"]["points"][0],
        "bboxes": {"coords": [0, 0, 1, 1], "image_index": 0},
        "masks": {"image_path": "clip/0.png", "mask_path": "m.png", "object_ids": [1]},
    }[kind]
    item["annotations"][kind] = [one] * 1025
    (tmp_path / "all.json").write_text(json.dumps([item]))
    with pytest.raises(DatasetError, match="row 0: expected at most 1024 of each kind of mark and object, got 1025"):
        read_items(tmp_path / "all.json")


def test_a_link_out_of_the_data_set_is_refused(tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir()
    Image.new("1", (WIDTH, HEIGHT)).save(outside / "x.png")
    inside = tmp_path / "data"
    inside.mkdir()
    (inside / "linked").symlink_to(outside)
    path = released_item(inside, set_mask("linked/x.png"))
    with pytest.raises(DatasetError, match="a link that leads out"):
        read_questions(path)


@pytest.mark.parametrize("content", [b"", b"{}", b"[" * 200_000, b"\xff\xfe", b'[{"id": 1}]', b"[1"])
def test_what_is_not_a_list_of_items_is_refused(tmp_path, content):
    (tmp_path / "all.json").write_bytes(content)
    with pytest.raises(DatasetError, match=r"all\.json"):
        read_questions(tmp_path / "all.json")


def test_a_larger_json_file_than_anybody_writes_is_refused(tmp_path, monkeypatch):
    (tmp_path / "all.json").write_bytes(b" " * 101)
    monkeypatch.setattr(items, "MAX_JSON_BYTES", 100)
    with pytest.raises(DatasetError, match=r"all\.json: expected at most 100 bytes, got 101"):
        read_questions(tmp_path / "all.json")


def test_other_columns_are_named(tmp_path):
    path = tmp_path / "questions.parquet"
    pq.write_table(pa.table({"id": ["x"], "prompt": ["y"]}), path)
    with pytest.raises(DatasetError, match=r"missing .*'answer string'.*not expected \['prompt string'\]"):
        read_questions(path)


def test_empty_cells_are_refused(tmp_path):
    row = msgspec.to_builtins(QUESTIONS[0]) | {"answer": None}
    pq.write_table(pa.Table.from_pylist([row], schema=SCHEMA), tmp_path / "questions.parquet")
    with pytest.raises(DatasetError, match=r"row 0: .*answer"):
        read_questions(tmp_path)


@pytest.mark.parametrize("damage", [b"", b"PAR1", b"PAR1" + b"\x00" * 100 + b"PAR1", "truncated", "flipped"])
def test_damaged_parquet_is_refused(tmp_path, damage):
    path = tmp_path / "questions.parquet"
    write_parquet(path, QUESTIONS)
    good = path.read_bytes()
    if damage == "truncated":
        damage = good[: len(good) // 2]
    elif damage == "flipped":
        damage = good[:200] + bytes(255 - b for b in good[200:2000]) + good[2000:]
    path.write_bytes(damage)
    with pytest.raises(DatasetError, match=r"questions\.parquet"):
        read_questions(tmp_path)


def bomb(path, rows, text, **changes):
    """Write a file whose rows all share one text, which takes next to no room in it."""
    row = msgspec.to_builtins(QUESTIONS[0])
    table = pa.Table.from_pylist([row | {"rationale": ""}], schema=SCHEMA)
    table = pa.concat_tables([table] * rows).combine_chunks()
    shared = pa.DictionaryArray.from_arrays(pa.array(np.zeros(rows, dtype=np.int32)), pa.array([text]))
    place = SCHEMA.get_field_index("rationale")
    table = table.set_column(place, pa.field("rationale", shared.type), shared)
    pq.write_table(table, path, compression="zstd", store_schema=False, **changes)


WATCHED = """
import resource, sys
from pathlib import Path
from spacevista.errors import DatasetError
from spacevista.qa.parquet import read_parquet
import pyarrow.compute
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
try:
    read_parquet(Path(sys.argv[1]))
except DatasetError as error:
    print(error)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


def test_a_small_file_that_decodes_to_more_than_memory_is_refused_before_it_does(tmp_path):
    # 5,000 rows share a text of a megabyte: 5 GB from a file of some kilobytes.
    path = tmp_path / "questions.parquet"
    bomb(path, 5_000, "x" * 1_000_000)
    size = path.stat().st_size
    assert size < 5_000_000 // 2
    done = subprocess.run([sys.executable, "-c", WATCHED, path], capture_output=True, text=True, check=True)
    message, grown_kib = done.stdout.splitlines()
    said = re.fullmatch(
        rf"{re.escape(str(path))}: expected at most 4294967296 bytes of values, got (\d+) .* {size} bytes", message
    )
    assert said, message
    assert 1 << 32 < int(said[1]) < 5_100_000_000
    assert int(grown_kib) < 200 * 1024


def test_what_a_file_decodes_to_is_the_sum_of_its_values(tmp_path, monkeypatch):
    rows = 3
    bomb(tmp_path / "questions.parquet", rows, "x" * 1_000)
    with pq.ParquetFile(tmp_path / "questions.parquet", read_dictionary=["rationale"]) as file:
        (batch,) = file.iter_batches(columns=["rationale", "value", "margin"])
    # 1,000 bytes and a place of 8 a row; a list of one number, 8 for the list and 8 for the number; a number.
    assert [parquet.decoded_bytes(column) for column in batch.columns] == [3 * 1_008, 3 * 16, 3 * 8]
    monkeypatch.setattr(parquet, "MAX_BYTES", 3_000)
    with pytest.raises(DatasetError, match=r"questions\.parquet: expected at most 3000 bytes of values, got \d+"):
        read_questions(tmp_path)


@pytest.mark.parametrize("encoding", ["DELTA_BYTE_ARRAY", "DELTA_LENGTH_BYTE_ARRAY"])
def test_texts_that_cannot_be_left_in_dictionaries_are_refused(tmp_path, encoding):
    # The first stores a text as what it adds to the one before, which expands as dictionaries do.
    table = pa.Table.from_pylist([msgspec.to_builtins(q) for q in QUESTIONS], schema=SCHEMA)
    path = tmp_path / "questions.parquet"
    pq.write_table(table, path, use_dictionary=False, column_encoding={"rationale": encoding})
    with pytest.raises(
        DatasetError, match=rf"questions\.parquet: expected texts plain or .* got encoding \['{encoding}'\]"
    ):
        read_questions(tmp_path)


def test_what_is_not_there_or_of_no_known_kind_is_said(tmp_path):
    with pytest.raises(DatasetError, match="got nothing there"):
        read_questions(tmp_path)
    (tmp_path / "questions.csv").write_text("id")
    with pytest.raises(DatasetError, match=r"expected a \.parquet or a \.json file, got \.csv"):
        read_questions(tmp_path / "questions.csv")


def test_a_frame_of_absurd_size_is_refused(tmp_path):
    write_parquet(tmp_path / "questions.parquet", [question_with(prompt_type="point", marks=[mark()])])
    frame = tmp_path / QUESTIONS[0].frames[0]
    frame.parent.mkdir(parents=True)
    # A PNG's header alone, which claims 60000 x 60000 pixels.
    chunk = b"IHDR" + (60_000).to_bytes(4, "big") * 2 + bytes([8, 2, 0, 0, 0])
    header = b"\x89PNG\r\n\x1a\n" + (13).to_bytes(4, "big") + chunk + zlib.crc32(chunk).to_bytes(4, "big")
    frame.write_bytes(header + (0).to_bytes(4, "big") + b"IDAT" + zlib.crc32(b"IDAT").to_bytes(4, "big"))
    with pytest.raises(DatasetError, match=r"row 0: .*(60000|exceeds limit)"):
        read_questions(tmp_path)


def test_columns_are_those_of_the_record():
    assert tuple(SCHEMA.names) == Question.__struct_fields__


def test_files_are_written_in_parts_as_they_would_be_at_once(tmp_path, monkeypatch):
    rows = [msgspec.structs.replace(QUESTIONS[0], id=f"{number}", answer="line\nbreak") for number in range(7)]
    monkeypatch.setattr(parquet, "ROWS_PER_BATCH", 2)
    monkeypatch.setattr(parquet, "ROWS_PER_GROUP", 4)
    write_parquet(tmp_path / "questions.parquet", iter(rows))
    with pq.ParquetFile(tmp_path / "questions.parquet") as file:
        assert [file.metadata.row_group(i).num_rows for i in range(file.num_row_groups)] == [4, 3]
        assert file.read().to_pylist() == [msgspec.to_builtins(row) for row in rows]
    write_released(tmp_path / "all.json", iter(rows))
    whole = msgspec.json.format(msgspec.json.encode([item_of(row) for row in rows]), indent=1)
    assert (tmp_path / "all.json").read_bytes() == whole
