"""What is written for other trainers: every row once, the frames that our models see, the recipe's numbers."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch")

from PIL import Image
from small_data import SIDE, sft_settings, write_data

from spacevista.cli import main
from spacevista.models.clips import Budget, clip_of_question
from spacevista.recipes.all import RECIPES, Recipe
from spacevista.train.export_configs import write_config
from spacevista.train.export_data import export_rows
from spacevista.train.rows import completion_of
from spacevista.train.shards import Shards, index_of


def test_rows_and_frames(tmp_path: Path) -> None:
    root, out = write_data(tmp_path / "data", each=2, val=1), tmp_path / "out"
    assert export_rows(sft_settings(), [root], out, 28) == {"train": 10, "val": 5}
    index = index_of([root / "questions.parquet"])
    rows = {(row := Shards(index, 1).row(n)).question.id: row for n in range(len(index))}
    lines = [json.loads(line) for name in ("train", "val") for line in (out / f"{name}.jsonl").read_text().splitlines()]
    assert {line["id"] for line in lines} == set(rows)
    for line in lines:
        question = rows[line["id"]].question
        assert line["messages"][0]["content"] == "<video>" + question.question
        assert line["messages"][1]["content"] == completion_of(question)
        (frames,) = line["videos"]
        seen = clip_of_question(question, root, Budget(2, SIDE * SIDE, 28)).frames
        assert len(frames) == len(seen)
        for path, frame in zip(frames, seen, strict=True):
            written = np.asarray(Image.open(path)).astype(float)
            assert written.shape == np.asarray(frame).shape
            # Noise is the worst case for JPEG; another frame would differ by 85 grey levels on average.
            assert np.abs(written - np.asarray(frame)).mean() < 10


@pytest.mark.parametrize("recipe", RECIPES, ids=[recipe.name for recipe in RECIPES])
def test_configs_carry_the_recipe(recipe: Recipe, tmp_path: Path) -> None:
    settings = recipe.sft()
    swift = write_config("ms_swift", settings, "Qwen/Qwen2.5-VL-7B-Instruct", tmp_path).read_text()
    yaml = write_config("llama_factory", settings, "Qwen/Qwen2.5-VL-7B-Instruct", tmp_path).read_text()
    values = dict(line.split(": ", 1) for line in yaml.splitlines() if not line.startswith("#"))
    assert float(values["learning_rate"]) == settings.learning_rate
    assert f"--learning_rate {settings.learning_rate}" in swift
    assert int(values["per_device_train_batch_size"]) * int(values["gradient_accumulation_steps"]) == 64 or (
        not recipe.name.startswith(("paper", "released"))
    )
    assert (values["finetuning_type"] == "lora") == bool(settings.lora_rank) == ("--tuner_type lora" in swift)
    assert ("has not" in yaml) == ("fusion" in settings.trained)
    described = json.loads((tmp_path / "dataset_info.json").read_text())
    assert {entry["file_name"] for entry in described.values()} == {"train.jsonl", "val.jsonl"}


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = write_data(tmp_path / "data", each=1, val=1)
    common = ["--data", str(root), "--out", str(tmp_path / "out"), "--model", "Qwen/Qwen2.5-VL-3B-Instruct"]
    assert main(["train", "export", "ms_swift", "released_3b", *common]) == 0
    assert "5 rows to train on, 5 held out" in capsys.readouterr().out
    assert (tmp_path / "out" / "sft.sh").exists()
