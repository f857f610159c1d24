"""Recipes and the command line: every recipe is a full record, a wrong field is named."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

pytest.importorskip("torch")

from small_data import write_data

from spacevista.cli import main
from spacevista.models.debug import TINY, debug_config, debug_model
from spacevista.recipes.all import RECIPES, Recipe
from spacevista.train.load import NANO, SCRATCH
from spacevista.train.settings import with_changes


@pytest.mark.parametrize("recipe", RECIPES, ids=[recipe.name for recipe in RECIPES])
def test_every_recipe_says_what_it_is(recipe: Recipe) -> None:
    for settings in (recipe.sft(), recipe.experts(), recipe.router()):
        assert settings.recipe == recipe.name
        assert settings.follows
        assert settings.machine
        assert settings.expected_hours
        assert settings.expected_memory_gb
    assert recipe.experts().partition == recipe.router().partition
    policy = recipe.grpo()
    assert policy.recipe == recipe.name
    assert policy.follows
    assert policy.machine
    assert policy.questions_per_generation() >= 1


def test_sizes_of_the_random_models() -> None:
    from spacevista.models.debug import debug_config, debug_model

    assert SCRATCH["nano"] is NANO
    millions = sum(parameter.numel() for parameter in debug_model(0, debug_config(size=NANO))[0].parameters()) / 1e6
    assert 20 < millions < 30


def test_changes_are_read_by_the_type_of_the_field() -> None:
    settings = with_changes(
        RECIPES[0].experts(),
        {
            "steps": "7",
            "learning_rate": "1e-4",
            "encoder": "folder/of/dinov3",
            "forms": "mc,reg",
            "scale_weights": '{"indoor": 2}',
            "partition": '[["indoor"], ["drone", "outdoor"]]',
        },
    )
    assert (settings.steps, settings.learning_rate, settings.encoder) == (7, 1e-4, "folder/of/dinov3")
    assert settings.forms == ("mc", "reg")
    assert settings.scale_weights == {"indoor": 2.0}
    assert settings.partition == (("indoor",), ("drone", "outdoor"))


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ("learningrate=1", "learningrate: expected a field of SftSettings (recipe, follows, "),
        ("steps=many", "steps: expected int, got 'many'"),
        ("precision=fp8", "precision: expected Literal['float32', 'bfloat16'], got 'fp8'"),
        ("trained=router", "trained: expected some of language_model, vision, projector, fusion, experts, got router"),
        ("learning_rate=-1", "learning_rate: expected a number above 0, got -1"),
        ("epochs=1", "steps, epochs: expected one of them above 0"),
        ('scale_weights={"galaxy": 1}', "scale_weights: expected dict"),
        ("steps", "--set: expected field=value, got steps"),
    ],
)
def test_a_wrong_field_is_named(change: str, expected: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["train", "sft", "debug", "--print", "--set", change]) == 2
    assert expected in capsys.readouterr().err


def test_a_wrong_recipe_lists_those_there_are(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["train", "sft", "large", "--print"]) == 2
    assert "expected a recipe of debug, nano, paper_text_3b" in capsys.readouterr().err
    assert main(["train", "sft", "debug"]) == 2
    assert "expected --data DATA and --out OUT, or --print" in capsys.readouterr().err


def test_print_shows_the_whole_record(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["train", "router", "released_7b", "--print", "--set", "seed=3"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert (shown["recipe"], shown["seed"], shown["layerwise"], shown["measured"]) == ("released_7b", 3, True, False)


def test_the_command_trains(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = write_data(tmp_path / "data", each=2)
    small = ["--set", "scratch=tiny", "--set", "steps=1", "--set", "eval_every=0", "--set", "batch_size=2"]
    common = ["--data", str(data), *small, "--set", "rows_at_once=2", "--set", "frames=2"]
    assert main(["train", "sft", "debug", *common, "--out", str(tmp_path / "run")]) == 0
    assert f"finished: {tmp_path / 'run' / 'model'}" in capsys.readouterr().out
    assert main(["train", "sft", "released_3b", "--data", str(data), "--out", str(tmp_path / "other")]) == 1
    assert "recipe released_3b: expected --model FOLDER to start from, got none" in capsys.readouterr().err
    model = str(tmp_path / "run" / "model")
    assert main(["train", "router", "debug", *common, "--out", str(tmp_path / "r"), "--model", model]) == 1
    assert "expected a model with experts, as the stage experts writes it" in capsys.readouterr().err


def test_the_command_trains_a_policy(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = write_data(tmp_path / "data", each=2)
    small = ["--set", "steps=2", "--set", "group_size=2", "--set", "batch_size=2", "--set", "completion_tokens=4"]
    common = ["--data", str(data), *small, "--set", "frames=2", "--out", str(tmp_path / "run")]
    assert main(["train", "grpo", "debug", *common]) == 1
    assert "grpo: expected --model, the folder of a model that answers, got none" in capsys.readouterr().err
    model, processor = debug_model(0, debug_config(size=TINY))
    model.save_pretrained(tmp_path / "start")
    processor.save_pretrained(tmp_path / "start")
    common += ["--model", str(tmp_path / "start")]
    assert main(["train", "grpo", "debug", *common, "--data", str(data)]) == 1
    assert "grpo: expected one data set, got 2" in capsys.readouterr().err
    assert main(["train", "grpo", "debug", *common]) == 0
    assert f"finished: {tmp_path / 'run' / 'model'}" in capsys.readouterr().out
    assert {"model.safetensors", "settings.json", "grpo_log.jsonl"} <= {
        file.name for file in (tmp_path / "run" / "model").iterdir()
    }
    assert main(["train", "grpo", "debug", *common, "--set", "steps=0"]) == 2
    assert "expected steps of 1 or more, got 0" in capsys.readouterr().err
