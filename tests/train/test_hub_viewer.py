"""What the library `datasets`, which the hub's viewer reads with, makes of a data set's folder."""

from pathlib import Path

import pytest

datasets = pytest.importorskip("datasets")

import yaml  # noqa: E402
from datasets import Features, Image, List, Value, load_dataset  # noqa: E402

from review_data import write_data  # noqa: E402
from spacevista.cli import main  # noqa: E402
from spacevista.qa import read_questions  # noqa: E402
from spacevista.qa.hub import PICTURE_WIDTH_PX  # noqa: E402


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("hub") / "data"
    write_data(folder)
    return folder


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("hub") / "data"
    write_data(folder)
    assert main(["publish", str(folder)]) == 0
    return folder


def card_features(data: Path) -> Features:
    head = yaml.safe_load((data / "README.md").read_text().split("---\n", 2)[1])
    return Features._from_yaml_list(head["dataset_info"]["features"])


def test_a_table_opens_by_itself(data: Path, tmp_path: Path) -> None:
    rows = load_dataset("parquet", data_files=str(data / "questions.parquet"), cache_dir=str(tmp_path))["train"]
    assert rows["id"] == [q.id for q in read_questions(data)]
    assert rows.features["options"] == List(Value("string"))
    assert rows.features["marks"].feature["coords"] == List(Value("float64"))


def test_a_folder_opens_by_its_card(data: Path, tmp_path: Path) -> None:
    found = load_dataset(str(data), cache_dir=str(tmp_path))
    assert {split: rows.num_rows for split, rows in found.items()} == {"questions": len(read_questions(data))}
    assert found["questions"].features == card_features(data)


def test_a_published_folder_has_splits_and_pictures(
    published: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    found = load_dataset(str(published), cache_dir=str(tmp_path))
    assert "malformed" not in capfd.readouterr().err
    assert sum(rows.num_rows for rows in found.values()) == len(read_questions(published))
    for split, rows in found.items():
        assert split in ("train", "validation", "test")
        assert rows.features["picture"] == Image()
        assert rows.features == card_features(published)
        assert {picture.width % PICTURE_WIDTH_PX for picture in rows["picture"]} == {0}


def test_a_published_table_says_by_itself_what_is_a_picture(published: Path, tmp_path: Path) -> None:
    file = next((published / "viewer").glob("*.parquet"))
    rows = load_dataset("parquet", data_files=str(file), cache_dir=str(tmp_path))["train"]
    assert rows.features["picture"] == Image()
    assert rows[0]["picture"].size[0] % PICTURE_WIDTH_PX == 0


def test_frames_open_by_their_paths_once_the_folder_is_said(data: Path, tmp_path: Path) -> None:
    rows = load_dataset("parquet", data_files=str(data / "questions.parquet"), cache_dir=str(tmp_path))["train"]
    bare = rows.cast_column("frames", List(Image()))
    with pytest.raises(FileNotFoundError):  # why a column of paths is not enough for the viewer
        bare[0]
    full = rows.map(lambda row: {"frames": [str(data / frame) for frame in row["frames"]]})
    pictures = full.cast_column("frames", List(Image()))[0]["frames"]
    assert {picture.size for picture in pictures} == {(64, 48)}
