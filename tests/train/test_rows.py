"""The rows of a run: which, in which order, how often, and how much of them is in memory."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

torch = pytest.importorskip("torch")

from small_data import SCALES, experts_settings, question, sft_settings, write_data, write_rows  # noqa: E402

from spacevista.errors import DatasetError  # noqa: E402
from spacevista.train.errors import TrainError  # noqa: E402
from spacevista.train.rows import (  # noqa: E402
    Stream,
    choice_of,
    completion_of,
    expert_of,
    experts_of_rows,
    held_out,
    shards_of,
)
from spacevista.train.settings import FOUR  # noqa: E402
from spacevista.train.shards import Shards, index_of, question_files  # noqa: E402


def stream_of(root: Path, **changes: object) -> Stream:
    settings = sft_settings(**changes)
    index = index_of(question_files([root]))
    return Stream(shards_of(index, settings), choice_of(index, settings, "train"), settings)


def ids(stream: Stream) -> list[str]:
    return [stream[place].question.id for place in range(len(stream))]


def test_a_pass_shows_every_training_row_once_and_no_other(tmp_path: Path) -> None:
    root = write_data(tmp_path / "data", each=6, val=3, group=7, frames=False)
    # 5 scales x 6 rows = 30 rows; two passes in batches of 4: 15 steps.
    stream = stream_of(root, steps=0, epochs=2.0)
    assert len(stream) == 60
    shown = ids(stream)
    assert Counter(shown[:30]) == Counter(shown[30:]) == Counter(f"{s}-train-{n}:q" for s in SCALES for n in range(6))
    assert shown[:30] != shown[30:]


def test_the_order_is_the_seeds_and_any_place_can_be_begun_at(tmp_path: Path) -> None:
    root = write_data(tmp_path / "data", group=7, frames=False)
    shown = ids(stream_of(root, steps=20))
    assert ids(stream_of(root, steps=20)) == shown
    assert ids(stream_of(root, steps=20, seed=1)) != shown
    fresh = stream_of(root, steps=20)
    assert [fresh[place].question.id for place in (71, 3, 40)] == [shown[place] for place in (71, 3, 40)]


def test_weights_give_each_scale_and_task_its_share(tmp_path: Path) -> None:
    root = write_data(tmp_path / "data", each=20, frames=False)
    weights = {"scale_weights": {"indoor": 3.0, "drone": 0.0, "outdoor": 0.5}, "task_weights": {"object_size": 3.0}}
    stream = stream_of(root, steps=20, **weights)
    # Rows with a weight above 0: 4 scales x 20, half of each task. Weights of a scale's rows: tiny and tabletop
    # 10 x 1 + 10 x 3 = 40 each, indoor 120, outdoor 20; sum 220. A pass has 80 places.
    rows = [stream[place].question for place in range(80)]
    shares = {"tiny_tabletop": 40, "tabletop": 40, "indoor": 120, "outdoor": 20}
    found = Counter(row.scale for row in rows)
    assert set(found) == set(shares)
    for scale, share in shares.items():
        assert abs(found[scale] - 80 * share / 220) <= 1
        sizes = sum(row.scale == scale and row.task == "object_size" for row in rows)
        assert abs(sizes - 80 * share / 220 * 0.75) <= 1


def test_scales_are_mixed_evenly_though_the_file_is_sorted(tmp_path: Path) -> None:
    root = write_data(tmp_path / "data", each=100, val=0, group=20, frames=False)
    stream = stream_of(root, steps=125)
    scales = [stream[place].question.scale for place in range(500)]
    # In any hundred places a scale has 20 on average; hypergeometric standard deviation sqrt(100 .2 .8 400/499) = 3.6.
    for start in range(0, 500, 100):
        counts = Counter(scales[start : start + 100])
        assert all(abs(counts[scale] - 20) < 4 * 3.6 for scale in SCALES)


def test_memory_is_flat_over_many_row_groups(tmp_path: Path) -> None:
    long = "word " * 200  # 1 kB a row, of its own
    rows = [question(n, "indoor", question=f"{n} {long}") for n in range(2_000)]
    write_rows(tmp_path / "questions.parquet", rows, group=50)
    index = index_of([tmp_path / "questions.parquet"])
    assert len(index.blocks) == 40
    settings = sft_settings(steps=500)
    shards = shards_of(index, settings)
    stream = Stream(shards, choice_of(index, settings, "train"), settings)
    before = pa.total_allocated_bytes()
    most = 0
    seen = set()
    for place in range(len(stream)):
        seen.add(stream[place].question.id)
        if place % 25 == 0:
            most = max(most, shards.held_bytes(), pa.total_allocated_bytes() - before)
    assert len(seen) == 2_000
    # All rows together have over 2 MB of text; 12 of 40 row groups may be held, about 0.7 MB with all their columns.
    assert most < 1.2e6
    per_row = sum(getattr(index, name).nbytes for name in ("split", "scale", "form", "task", "scene", "block")) / 2_000
    assert per_row == 24


def test_held_out_rows_are_of_the_validation_split(tmp_path: Path) -> None:
    root = write_data(tmp_path / "data", val=4, frames=False)
    index = index_of(question_files([root]))
    settings = sft_settings(eval_every=1, eval_rows=10)
    shards = shards_of(index, settings)
    numbers = held_out(shards, settings)
    assert len(numbers) == 10
    assert {shards.row(number).question.split for number in numbers} == {"val"}
    only = np.flatnonzero(experts_of_rows(index, FOUR, 0) == 3)
    rows = [shards.row(number).question for number in held_out(shards, settings, only)]
    assert {row.scale for row in rows} == {"outdoor", "drone"}


@pytest.mark.parametrize("random", [0, 3])
def test_the_expert_of_a_row_is_that_of_its_question(tmp_path: Path, random: int) -> None:
    root = write_data(tmp_path / "data", frames=False)
    index = index_of(question_files([root]))
    shards = Shards(index, 2)
    experts = experts_of_rows(index, FOUR[:3], random)
    assert [expert_of(shards.row(n).question, FOUR[:3], random) for n in range(len(index))] == experts.tolist()
    assert set(experts) == (set(range(3)) if random else {-1, 0, 1, 2})


def test_several_data_sets_are_one(tmp_path: Path) -> None:
    first = write_data(tmp_path / "a", scales=("indoor",), frames=False)
    second = write_data(tmp_path / "b", scales=("drone",), frames=False)
    index = index_of(question_files([first, second]))
    shards = Shards(index, 1)
    assert {(shards.row(n).question.scale, shards.row(n).root) for n in range(len(index))} == {
        ("indoor", first),
        ("drone", second),
    }


def test_a_scene_in_two_splits_is_refused(tmp_path: Path) -> None:
    rows = [question(0, "indoor"), question(1, "indoor", split="val", scene_id="indoor-train-0")]
    write_rows(tmp_path / "questions.parquet", rows, 10)
    with pytest.raises(DatasetError, match="expected every scene in one split, got scene 'indoor-train-0'"):
        index_of([tmp_path / "questions.parquet"])


@pytest.mark.parametrize("damage", ["cut", "noise", "empty"])
def test_a_damaged_file_is_named(tmp_path: Path, damage: str) -> None:
    root = write_data(tmp_path / "data", group=10, frames=False)
    file = root / "questions.parquet"
    index = index_of([file])
    content = bytearray(file.read_bytes())
    if damage == "noise":
        content[8:200] = bytes(192)  # pages of the first row group; what the file says of itself stays
    file.write_bytes({"cut": content[: len(content) // 2], "noise": content, "empty": b""}[damage])
    with pytest.raises(DatasetError, match=r"questions\.parquet"):
        Shards(index, 1).row(3)


def test_no_data_no_rows_and_unknown_tasks_are_told(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="got nothing there"):
        question_files([tmp_path / "missing"])
    root = write_data(tmp_path / "data", frames=False)
    with pytest.raises(TrainError, match="expected rows of split train with forms mc"):
        stream_of(root, forms=("mc",))
    with pytest.raises(TrainError, match=r"expected tasks of the data \(absolute_distance, object_size\)"):
        stream_of(root, task_weights={"room_size": 1.0})


def test_completions() -> None:
    assert completion_of(question(0, "indoor")) == "<answer>1 cm</answer>"
    assert completion_of(question(1, "indoor")) == "<think><scale>2 cm</scale></think><answer>2 cm</answer>"


def test_partitions_are_checked() -> None:
    with pytest.raises(TrainError, match="no scale twice"):
        experts_settings(partition=(("indoor",), ("indoor", "drone")))
    with pytest.raises(TrainError, match="expected 1 to 8 experts, got 9"):
        experts_settings(random=9)
