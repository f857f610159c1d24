"""`spacevista publish`: a picture beside every row, and a card whose head says what the hub shows."""

import io
from pathlib import Path

import numpy as np
import pytest
import yaml
from PIL import Image
from pyarrow import parquet as pq

from review_data import write_data
from spacevista.cli import main
from spacevista.qa import read_questions
from spacevista.qa.hub import HUB_SPLITS, PICTURE_WIDTH_PX
from spacevista.qa.marks import RGB
from spacevista.qa.parquet import SCHEMA


@pytest.fixture
def data(tmp_path: Path) -> Path:
    write_data(tmp_path / "data")
    return tmp_path / "data"


def head_of(data: Path) -> dict:
    empty, head, body = (data / "README.md").read_text().split("---\n", 2)
    assert empty == ""
    assert body.strip().startswith("# ")
    return yaml.safe_load(head)


def test_the_card_of_a_build_names_the_table_of_all_rows(data: Path) -> None:
    head = head_of(data)
    assert head["license"] == ["cc0-1.0"]
    (config,) = head["configs"]
    assert config["data_files"] == [{"split": "questions", "path": "questions.parquet"}]
    assert [feature["name"] for feature in head["dataset_info"]["features"]] == SCHEMA.names


def test_every_row_is_in_the_table_of_its_split_with_a_picture(data: Path) -> None:
    questions = read_questions(data)
    assert main(["publish", str(data)]) == 0
    head = head_of(data)
    (config,) = head["configs"]
    assert head["dataset_info"]["features"][0] == {"name": "picture", "dtype": "image"}
    ids = []
    for entry in config["data_files"]:
        rows = pq.read_table(data / entry["path"]).to_pylist()
        assert {HUB_SPLITS[row["split"]] for row in rows} == {entry["split"]}
        ids += [row["id"] for row in rows]
    assert sorted(ids) == sorted(q.id for q in questions)
    assert read_questions(data) == questions  # the folder is still a data set


def test_a_picture_shows_what_the_row_is_about_with_its_marks(data: Path) -> None:
    questions = {q.id: q for q in read_questions(data)}
    assert main(["publish", str(data)]) == 0
    seen = 0
    for file in (data / "viewer").iterdir():
        for row in pq.read_table(file).to_pylist():
            question = questions[row["id"]]
            picture = Image.open(io.BytesIO(row["picture"]["bytes"]))
            frames = len({mark.frame_index for mark in question.marks}) or min(2, len(question.frames))
            assert picture.size == (frames * PICTURE_WIDTH_PX, PICTURE_WIDTH_PX * 3 // 4)  # frames are 4 to 3
            if question.prompt_type == "box" and question.marks[0].color == "red":
                seen += 1
                off = np.abs(np.asarray(picture, dtype=int) - RGB["red"]).sum(axis=2)
                assert off.min() < 90  # the frames are green; JPEG blurs a line of one pixel
    assert seen


def test_publishing_again_writes_the_same_bytes(data: Path) -> None:
    def written() -> dict[str, bytes]:
        return {p.name: p.read_bytes() for p in [*(data / "viewer").iterdir(), data / "README.md"]}

    assert main(["publish", str(data)]) == 0
    first = written()
    (data / "viewer" / "stale.parquet").write_bytes(b"")
    assert main(["publish", str(data)]) == 0
    assert written() == first


def test_a_damaged_frame_leaves_the_folder_as_it_was(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (data / "frames" / "shelf" / "00000.jpg").write_bytes(b"\xff\xd8\xff")
    card = (data / "README.md").read_text()
    assert main(["publish", str(data)]) == 1
    assert "00000.jpg" in capsys.readouterr().err
    assert (data / "README.md").read_text() == card
    assert not (data / "viewer").exists()
