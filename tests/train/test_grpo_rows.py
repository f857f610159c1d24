"""Rows of questions: their columns, where the anchors come from, what is left out, in which order they come."""

# ruff: noqa: E402

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from grpo_world import mark, question

from hand_scenes import brick
from qa_scenes import scene_with
from spacevista.errors import CaptureError, SceneError
from spacevista.scenes.disk import read_objects, read_scene, write_scene
from spacevista.scoring.targets import COLUMNS, target_of
from spacevista.train.errors import TrainError
from spacevista.train.grpo_rows import SceneAnchors, order_of, rows_of, scene_anchors, with_shuffled_scales


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A data set with a desk on which stand a box 0.4 m long and one of 0.1 m, of which nothing says what it is."""
    shown = scene_with(1, 2, scene_id="desk")
    sized = [brick(1, (0.4, 0.2, 0.1)), brick(2, (0.1, 0.05, 0.02))]
    named = zip(shown.objects, sized, ("cup", None), strict=True)
    objects = tuple(
        replace(thing, seen_m=box.seen_m, possible_m=box.possible_m, category=name) for thing, box, name in named
    )
    write_scene(replace(shown, objects=objects), tmp_path / "scenes/desk")
    return tmp_path


def test_the_size_of_a_scene_is_the_geometric_mean_of_the_longest_sides(root: Path) -> None:
    anchors = scene_anchors(root, "desk")
    assert anchors is not None
    assert anchors.scale_m == pytest.approx(0.2)  # sqrt(0.4 * 0.1)
    assert anchors.names == {1: "cup", 2: None}
    assert scene_anchors(root, "elsewhere") is None


def test_objects_without_pictures_are_those_of_the_scene(root: Path) -> None:
    for alone, within in zip(read_objects(root / "scenes/desk"), read_scene(root / "scenes/desk").objects, strict=True):
        assert (alone.id, alone.category, alone.views) == (within.id, within.category, within.views)
        assert np.array_equal(alone.seen_m, within.seen_m)
        assert np.array_equal(alone.possible_m, within.possible_m)


def test_columns(root: Path) -> None:
    (number, choice) = rows_of([question(0), question(1)], root).rows
    assert number["prompt"][0]["content"] == [
        {"type": "video", "video": "q0", "text": ""},
        {"type": "text", "video": "", "text": "How far is thing 0?"},
    ]
    assert {name: number[name] for name in COLUMNS} == {
        "form": "reg",
        "solution": "12.5",
        "unit": "cm",
        "option_count": 4,
        "scale_m": pytest.approx(0.2),
        "object_name": None,
    }
    assert (choice["form"], choice["solution"], choice["option_count"]) == ("mc", "B", 3)
    assert choice["scale_m"] == pytest.approx(0.2)  # its options are lengths
    assert target_of(number).has_scale
    assert (number["id"], number["scale"], choice["id"]) == ("q0", "tabletop", "q1")


def test_scale_applies_to_lengths_only(root: Path) -> None:
    motion = {"value": [0.1, 0.0, -1.0, 12.0, 0.0], "unit": "m", "task": "view_change"}
    which = {"value": [], "unit": "", "options": ["the cup", "the box"], "answer": "A"}
    rows = rows_of([question(0, **motion), question(1, **motion), question(3, **which)], root).rows
    assert [row["scale_m"] for row in rows] == [None, None, None]
    assert rows[0]["solution"] == "0.1,0.0,-1.0,12.0,0.0"


def test_the_name_is_that_of_the_one_marked_object(root: Path) -> None:
    pointed = {"prompt_type": "point"}
    found = rows_of(
        [
            question(0, marks=[mark(1)], **pointed),
            question(1, marks=[mark(1), mark(1)], **pointed),
            question(2, marks=[mark(2)], **pointed),
            question(3, marks=[mark(1), mark(2)], **pointed),
            question(4, marks=[mark(1)], scene_id="elsewhere", **pointed),
            question(5),
        ],
        root,
    )
    assert [row["object_name"] for row in found.rows] == ["cup", "cup", None, None, None, None]
    assert found.without == {
        "name: the marked object has none": 1,
        "name: several marked objects": 1,
        "name: no scene": 1,
        "scale: no scene": 1,
    }


def test_free_questions_are_counted_and_left_out(root: Path) -> None:
    found = rows_of([question(0), question(1, form="free"), question(2, form="free")], root)
    assert len(found.rows) == 1
    assert found.left_out == {"form free": 2}


def test_errors_name_the_question(root: Path) -> None:
    with pytest.raises(TrainError, match=r"expected questions of form mc or reg, got none .*'form free': 1"):
        rows_of([question(0, form="free")], root)
    with pytest.raises(TrainError, match="got q0 twice"):
        rows_of([question(0), question(0)], root)
    with pytest.raises(TrainError, match="question q1: target: expected a letter A-C as answer, got 'D'"):
        rows_of([question(1, answer="D")], root)
    with pytest.raises(TrainError, match="question q0: target: expected one finite number"):
        rows_of([question(0, value=[1.0, 2.0])], root)
    with pytest.raises(CaptureError, match=r"without \.\. or a leading /"):
        rows_of([question(0, scene_id="../../etc")], root)
    (root / "scenes/desk/scene.json").write_text("{}")
    with pytest.raises(SceneError, match=r"scene\.json"):
        rows_of([question(0)], root)


def test_shuffled_scales_are_the_same_scales_in_other_places() -> None:
    rows = [{"id": n, "scale_m": None if n % 5 == 0 else float(n)} for n in range(40)]
    shuffled = with_shuffled_scales(rows, seed=3)
    assert [row["id"] for row in shuffled] == list(range(40))
    assert [row["scale_m"] is None for row in shuffled] == [n % 5 == 0 for n in range(40)]
    known = [row["scale_m"] for row in shuffled if row["scale_m"] is not None]
    assert sorted(known) == [float(n) for n in range(40) if n % 5]
    assert sum(row["scale_m"] == float(n) for n, row in enumerate(shuffled)) < 8  # of 32; one is to be expected
    assert shuffled == with_shuffled_scales(rows, seed=3)
    assert shuffled != with_shuffled_scales(rows, seed=4)
    assert rows[1]["scale_m"] == 1.0


def test_each_pass_has_every_row_once_in_an_order_of_its_own() -> None:
    order = order_of(5, 12, seed=1)
    assert sorted(order[:5]) == sorted(order[5:10]) == list(range(5))
    assert order[:5] != order[5:10]
    assert order == order_of(5, 20, seed=1)[:12]  # a longer run begins as a shorter one
    assert order != order_of(5, 12, seed=2)


def test_anchors_may_come_from_elsewhere(tmp_path: Path) -> None:
    known = {"desk": SceneAnchors(0.25, {1: "cup"})}
    found = rows_of([question(0)], tmp_path, known.get)  # no scene on disk
    assert (found.rows[0]["scale_m"], found.without) == (0.25, {})
    assert rows_of([question(0)], tmp_path).without == {"scale: no scene": 1}
