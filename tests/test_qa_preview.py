"""The older preview of the released data: both spellings, the order of coordinates, masks, and rows left out."""

import json
import pickle

import numpy as np
import pytest
from PIL import Image

from spacevista.errors import DatasetError
from spacevista.qa.items import DualBoxes, MaskFile, PointOrBox
from spacevista.qa.preview import read_preview

WIDTH, HEIGHT = 80, 48
FRAMES = ["scene/images/a.png", "scene/images/b.png"]
BOX = {"x1": 1.0, "y1": 2.0, "x2": 30.0, "y2": 20.0}
POINT = {"image_path": FRAMES[1], "points": [[70, 40], [5, 6]]}


class CreatesAFile:
    """Unpickled, it would create the file `path`."""

    def __init__(self, path):
        self.path = str(path)

    def __reduce__(self):
        return open, (self.path, "w")


@pytest.fixture
def root(tmp_path):
    (tmp_path / "scene/images").mkdir(parents=True)
    for frame in FRAMES:
        Image.new("RGB", (WIDTH, HEIGHT)).save(tmp_path / frame)
    return tmp_path


def row(**info):
    return {
        "problem_id": 7,
        "messages": [
            {"role": "user", "content": "<video>\nHow far is it?"},
            {"role": "assistant", "content": "<think>Near.</think><answer>2</answer>"},
        ],
        "videos": [FRAMES],
        "extra_info": {"task_type": "DEPTH"} | info,
    }


def read(root, *rows, order="xy"):
    (root / "meta.json").write_text(rows[0] if isinstance(rows[0], str) else json.dumps(rows))
    return read_preview(root / "meta.json", order)


def only(root, *rows, order="xy"):
    found = read(root, *rows, order=order)
    assert found.dropped == ()
    (item,) = found.items
    return item


def test_a_row_without_marks(root):
    item = only(root, row(input_type="Image+text"))
    assert (item.id, item.input_type) == ("preview__7", "image_text")
    assert item.videos == [FRAMES]
    assert item.messages[1].content == "<think>Near.</think><answer>2</answer>"
    stated = {"original_id": "7", "scene_source": None, "task_type": "DEPTH", "input_type": "Image+text"}
    assert item.metadata == stated | {"coordinate_order": "xy"}


@pytest.mark.parametrize(
    "info",
    [
        {"input_point": POINT},
        {"point_image_path": FRAMES[1], "point_points": [[70, 40], [5, 6]]},
        {"point_image_path": FRAMES[1], "point_points": "[[70, 40], [5, 6]]", "input_point": None, "input_bbox": {}},
    ],
)
def test_points_in_either_spelling(root, info):
    item = only(root, row(input_type="Image+point+text", **info))
    assert item.input_type == "image_point_text"
    assert item.annotations.points == [PointOrBox([70, 40], 1, "red"), PointOrBox([5, 6], 1, "blue")]
    assert "point_points" not in item.metadata


def test_the_order_of_coordinates_is_stated_and_checked(root):
    swapped = row(input_point={"image_path": FRAMES[0], "points": [[40, 70]]})
    assert only(root, swapped, order="yx").annotations.points == [PointOrBox([70, 40], 0, "red")]
    found = read(root, swapped, order="xy")
    ((what, reason),) = found.dropped
    assert what == "meta.json, row 0"
    assert "as [y, x] it would lie inside" in reason
    # A row that states its own order keeps it.
    stated = row(coordinate_order="yx", input_point={"image_path": FRAMES[0], "points": [40, 70]})
    assert only(root, stated).annotations.points == [PointOrBox([70, 40], 0, "red")]
    with pytest.raises(TypeError):
        read_preview(root / "meta.json")  # type: ignore[call-arg]  # nobody may forget it


@pytest.mark.parametrize(
    "info",
    [
        {"input_bbox": {"image_path": FRAMES[0], "bboxes": [BOX]}},
        {"bbox_image_path": f"./{FRAMES[0]}", "bbox_bboxes": json.dumps([BOX])},
    ],
)
def test_boxes_in_either_spelling(root, info):
    item = only(root, row(**info))
    assert item.input_type == "image_bbox_text"
    assert item.annotations.bboxes == [PointOrBox([1, 2, 30, 20], 0, "red")]


@pytest.mark.parametrize("prefix", ["", "bbox_"])
def test_boxes_in_two_pictures(root, prefix):
    pair = {"image_path_1": FRAMES[0], "bbox_1": BOX, "image_path_2": FRAMES[1], "bboxes_2": [BOX, BOX]}
    info = {prefix + key: value for key, value in pair.items()} if prefix else {"input_bbox": pair}
    item = only(root, row(**info))
    box = (1.0, 2.0, 30.0, 20.0)
    assert item.annotations.dual_bbox == DualBoxes(FRAMES[0], box, FRAMES[1], [box, box])


def test_marks_made_on_another_size_move_with_the_frame(root):
    (root / "scene/images_8").mkdir()
    Image.new("RGB", (WIDTH // 8, HEIGHT // 8)).save(root / "scene/images_8/a.png")
    small = row(input_point={"image_path": FRAMES[0], "points": [[40, 16]]})
    small["videos"] = [["scene/images_8/a.png"]]
    assert only(root, small).annotations.points == [PointOrBox([5, 2], 0, "red")]
    (root / FRAMES[0]).unlink()
    ((_, reason),) = read(root, small).dropped
    assert "at hand to scale marks" in reason


def test_a_mask_is_the_png_beside_its_array_which_is_never_opened(root):
    trap = root / "made by unpickling"
    (root / "masks").mkdir()
    (root / "masks/a.npy").write_bytes(pickle.dumps(CreatesAFile(trap)))
    nested = row(input_mask={"image_path": FRAMES[0], "mask_path": "masks/a.npy", "object_ids": [3]})
    flat = row(mask_image_path=FRAMES[0], mask_mask_path="masks/a.npy", mask_object_ids="[true]")
    for one in read(root, nested, flat).dropped:
        assert "which can run code when it is loaded, and no a.png beside it" in one[1]
    Image.fromarray(np.full((HEIGHT, WIDTH), 3, dtype=np.uint8)).save(root / "masks/a.png")
    found = read(root, nested, flat)
    assert [item.annotations.masks for item in found.items] == [
        [MaskFile(FRAMES[0], "masks/a.png", [3], "red")],
        [MaskFile(FRAMES[0], "masks/a.png", [1], "red")],
    ]
    assert not trap.exists()


@pytest.mark.parametrize(
    ("info", "reason"),
    [
        ({"input_point": {"image_path": "scene/images/c.png", "points": [[1, 2]]}}, "expected a mark on one of"),
        ({"input_point": {"image_path": FRAMES[0]}}, "expected points beside image_path, got none"),
        ({"input_point": {"image_path": FRAMES[0], "points": [[1, 2, 3]]}}, "Expected `array` of length 2"),
        ({"input_point": [1, 2]}, "expected input_point with image_path, points"),
        ({"input_point": {"image_path": FRAMES[0], "points": [[200, 200]]}}, "expected a point [x, y] within 80 x 48"),
        ({"point_image_path": FRAMES[0], "point_points": "[[1, 2"}, "expected JSON inside the text"),
        ({"point_image_path": FRAMES[0], "point_points": "[" * 100_000}, "expected JSON inside the text"),
        ({"input_bbox": {"image_path": FRAMES[0], "bboxes": [{"x": 1}]}}, "missing required field `x1`"),
        ({"input_bbox": {"image_path": FRAMES[0], "bboxes": [BOX | {"x2": 0}]}}, "expected a box [x1, y1, x2, y2)"),
        ({"input_bbox": {"image_path_1": "../a.png", "bbox_1": BOX}}, "expected image_path_2 beside"),
        ({"input_type": "Image+point+text"}, "expected the marks of input type 'Image+point+text', got none"),
        ({"input_mask": {"image_path": FRAMES[0], "mask_path": "/etc/passwd", "object_ids": [1]}}, "expected a path"),
        ({"input_mask": {"image_path": FRAMES[0], "mask_path": "m.png", "object_ids": [True, False]}}, "expected obje"),
        ({"input_mask": {"image_path": FRAMES[0], "mask_path": "m.pkl", "object_ids": [1]}}, "which can run code"),
    ],
)
def test_a_row_that_cannot_be_used_is_left_out_and_counted(root, info, reason):
    found = read(root, row(), row(**info), row())
    assert len(found.items) == 2
    ((what, why),) = found.dropped
    assert what == "meta.json, row 1"
    assert reason in why


@pytest.mark.parametrize("damaged", ["{", "{}", "[" * 100_000, '"text"'])
def test_a_file_that_is_no_list_is_an_error(root, damaged):
    with pytest.raises(DatasetError, match=r"meta.json: expected a JSON list of items"):
        read(root, damaged)


def test_rows_that_are_no_rows_are_counted_and_a_missing_file_is_an_error(root):
    found = read(root, json.dumps([7, {"messages": []}, row() | {"videos": []}, row() | {"videos": [["../x.png"]]}]))
    assert len(found.dropped) == 4
    with pytest.raises(DatasetError, match=r"nothing.json: expected a file"):
        read_preview(root / "nothing.json", "xy")
