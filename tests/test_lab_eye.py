"""Labels of visual tokens: what a token shows, where the thing it shows lies from it, which marks are on it."""

from __future__ import annotations

from pathlib import Path

import msgspec
import numpy as np
import pytest
from experiments.all_scale.build import build
from experiments.all_scale.evidence import KINDS
from experiments.all_scale.eye_labels import COLORS, labels_of
from experiments.all_scale.record import BuildSettings, SceneTruth, ThingTruth, read_scenes
from experiments.all_scale.things import NAMES
from experiments.all_scale.tokens import CLASSES, TOKENS, read_tokens, write_tokens

from page_reports import world_report
from spacevista.errors import DatasetError
from spacevista.geometry.arrays import Int32Array
from spacevista.qa.record import Mark, Question
from spacevista.scales import Scale

Box = tuple[float, float, float, float]
NAMED = {name: place for place, name in enumerate(CLASSES)}


def scene(*boxes: tuple[str, list[Box]]) -> SceneTruth:
    things = [ThingTruth(number, name, 1.0, list(each)) for number, (name, each) in enumerate(boxes, start=1)]
    return SceneTruth("s", "", "train", "indoor", "strong", 1.0, 60.0, ["coin"], things)


def bits(frames: int, *shown: tuple[str, int, int, int]) -> Int32Array:
    """Tokens that show something: its name, the frame, the row, the column."""
    out = np.zeros((frames, TOKENS, TOKENS), np.int32)
    for name, frame, row, column in shown:
        out[frame, row, column] |= 1 << NAMED[name]
    return out


@pytest.fixture(scope="module")
def row(tmp_path_factory: pytest.TempPathFactory) -> Question:
    return world_report(Scale.INDOOR, tmp_path_factory.mktemp("frames")).questions[0]


def asked(row: Question, *marks: Mark) -> Question:
    return msgspec.structs.replace(row, marks=list(marks))


def test_a_slot_shows_what_either_of_its_frames_shows(row: Question) -> None:
    truth = scene(("block", [(0, 0, 28, 28)] * 3))
    seen = bits(3, ("block", 0, 0, 0), ("coin", 1, 2, 3), ("coin", 2, 4, 5))
    labels = labels_of(truth, seen, asked(row))
    assert labels.shown.shape == (2, TOKENS, TOKENS, len(CLASSES))
    found = [(slot, r, c, CLASSES[k]) for slot, r, c, k in np.argwhere(labels.shown).tolist()]
    assert found == [(0, 0, 0, "block"), (0, 2, 3, "coin"), (1, 4, 5, "coin")]


def test_a_token_is_told_the_box_of_the_thing_that_it_shows(row: Question) -> None:
    # Tokens of 28 px. From the middle of the first token (14, 14) to the block's (17.5, 14): an eighth of a token; its
    # sides 35 and 28 px. Token (0, 1) shows both things: the smaller one counts, the ring, whose middle (42, 14) is its
    # own, 14 px wide. Frame 1 belongs to the same slot and tells no box.
    truth = scene(("block", [(0, 0, 35, 28)] * 2), ("ring", [(35, 0, 49, 28)] * 2))
    seen = bits(2, ("block", 0, 0, 0), ("block", 0, 0, 1), ("ring", 0, 0, 1), ("block", 1, 5, 5))
    labels = labels_of(truth, seen, asked(row))
    assert np.argwhere(labels.boxed).tolist() == [[0, 0, 0], [0, 0, 1]]
    assert labels.boxes[0, 0, 0].tolist() == pytest.approx([0.125, 0.0, np.log2(1.25), 0.0])
    assert labels.boxes[0, 0, 1].tolist() == pytest.approx([0.0, 0.0, -1.0, 0.0])


def test_tokens_show_marks_of_their_frame(row: Question) -> None:
    # A box over the two left tokens of row 1 in frame 2, and a point 4 px from the border of tokens 1 and 2 in row 0.
    box = Mark(kind="box", frame_index=2, coords=[2.0, 30.0, 40.0, 50.0], mask_rle="", color="blue", object_id=1)
    point = Mark(kind="point", frame_index=0, coords=[52.0, 14.0], mask_rle="", color="red", object_id=1)
    labels = labels_of(scene(("block", [(90, 90, 100, 100)] * 4)), bits(4), asked(row, box, point))
    assert np.argwhere(labels.marks[..., COLORS.index("blue")]).tolist() == [[1, 1, 0], [1, 1, 1]]
    assert np.argwhere(labels.marks[..., COLORS.index("red")]).tolist() == [[0, 0, 1], [0, 0, 2]]


def test_tokens_of_a_data_set_lie_in_the_boxes_of_its_scenes(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="expected what tokens show"):
        read_tokens(tmp_path)
    build(tmp_path, BuildSettings("main", {"train": 3, "test": 1}, 0), 1)
    assert write_tokens(tmp_path, 1) == 3
    tokens = read_tokens(tmp_path)
    for truth in (one for one in read_scenes(tmp_path) if one.split == "train"):
        for thing in truth.things:
            for frame, (left, top, right, bottom) in enumerate(thing.boxes_px):
                rows, columns = np.nonzero(tokens[truth.id][frame] >> NAMED[thing.name] & 1)
                # A token that shows a thing overlaps the thing's box, cast at half the size: 2 px of slack.
                assert all(28 * r < bottom + 2 and 28 * (r + 1) > top - 2 for r in rows)
                assert all(28 * c < right + 2 and 28 * (c + 1) > left - 2 for c in columns)
                assert len(rows) or (right - left) * (bottom - top) < 4 * 28**2
        shown = np.bitwise_or.reduce(tokens[truth.id].ravel())
        kinds = {kind.name for kind in KINDS if shown >> NAMED[kind.name] & 1}
        assert kinds <= set(truth.evidence)
        assert {name for name in NAMES if shown >> NAMED[name] & 1} <= {thing.name for thing in truth.things}
