"""The reward plug-ins, called as TRL, ms-swift and verl call them."""

from __future__ import annotations

import inspect
import pickle
import subprocess
import sys
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from integration_files import INTEGRATIONS, module_at
from spacevista.scoring.errors import ScoringError

trl = module_at("trl/spacevista_rewards.py")
ms_swift = module_at("ms_swift/spacevista_plugin.py")
verl = module_at("verl/spacevista_reward.py")

RIGHT = "<think>A desk. <scale>10 cm</scale> <semantic>cup</semantic></think><answer>9 cm</answer>"
COLUMNS: dict[str, list[Any]] = {
    "form": ["reg", "mc", "free"],
    "solution": ["10", "B", "The cup is left of the bowl."],
    "unit": ["cm", None, None],
    "option_count": [None, 3, None],
    "scale_m": [0.1, 0.1, None],
    "object_name": ["cup", None, None],
    "images": [["a.png"], ["b.png"], ["c.png"]],  # what else a data set has is not looked at
}
TEXTS = [RIGHT, "C", "<think>x</think><answer>Left.</answer>"]
# 0.9 + 0.9 for the scale, form kept: 2.8. A wrong answer in the wrong form: 0. A free question has no reward.
TOTALS = [2.8, 0.0, None]


def embed_one(texts: list[str]) -> np.ndarray:
    return np.ones((len(texts), 2))


def conversation(text: str) -> list[dict[str, Any]]:
    return [{"role": "assistant", "content": text}]


@pytest.mark.parametrize("wrap", [str, conversation], ids=["texts", "conversations"])
def test_trl_calls_with_prompts_completions_and_columns(wrap: Any) -> None:
    given = {"prompts": ["?"] * 3, "completions": [wrap(text) for text in TEXTS], "completion_ids": [[1]] * 3}
    assert trl.spacevista_reward(**given, **COLUMNS, trainer_state=object()) == pytest.approx(TOTALS)
    assert trl.progressive_reward(**given, **COLUMNS) == pytest.approx([1.8, 0.0, None])
    assert trl.format_reward(**given, **COLUMNS) == [1.0, 0.0, 1.0]


def test_trl_logs_the_terms() -> None:
    columns: dict[str, list[Any]] = {}
    metrics: dict[str, float] = {}
    reward = trl.SpaceVistaReward(embed=embed_one, normalize=True)
    found = reward([""] * 3, TEXTS, **COLUMNS, log_extra=columns.__setitem__, log_metric=metrics.__setitem__)
    # (0.9 + 0.9 + 0.9) / 3 and the form
    assert found == pytest.approx([1.9, 0.0, None])
    assert columns == {
        "reward_format": [1.0, 0.0, 1.0],
        "reward_answer": [0.9, 0.0, None],
        "reward_scale": [1.0, None, None],
        "reward_semantic": [pytest.approx(1.0), None, None],
    }
    assert metrics == pytest.approx(
        {"rewards/format": 2 / 3, "rewards/answer": 0.45, "rewards/scale": 1, "rewards/semantic": 1}
    )


def test_trl_reward_with_settings_can_be_pickled() -> None:
    reward = trl.SpaceVistaReward(embed=embed_one, normalize=True)
    assert pickle.loads(pickle.dumps(reward)) == reward


def test_ms_swift_makes_a_reward_and_calls_it_for_each_batch() -> None:
    orms: dict[str, Any] = {}
    ms_swift.register(orms)
    given = {"completions": TEXTS, **COLUMNS, "trainer_state": object()}
    assert orms["spacevista_progressive"](args=object())(**given) == pytest.approx([1.8, 0.0, None])
    assert orms["spacevista_format"](args=object())(**given) == [1.0, 0.0, 1.0]

    orms["named"] = partial(ms_swift.SpaceVistaProgressive, embed=embed_one, normalize=True)
    assert orms["named"](args=object())(**given) == pytest.approx([0.9, 0.0, None])


@pytest.mark.parametrize("place", ["rewards", "plugin"])
def test_ms_swift_finds_them_in_its_table(place: str, tmp_path: Path) -> None:
    # The table moved with version 4.0. Where it is looked for is all that is tested here, so two empty files will do.
    (tmp_path / "swift").mkdir()
    (tmp_path / "swift" / "__init__.py").touch()
    (tmp_path / "swift" / f"{place}.py").write_text("orms = {}\n")
    plugin = str(INTEGRATIONS / "ms_swift/spacevista_plugin.py")
    code = f"import runpy, swift; runpy.run_path({plugin!r}); from swift.{place} import orms; print(*sorted(orms))"
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["spacevista_format", "spacevista_progressive"]


def test_verl_scores_one_completion() -> None:
    row = {name: values[0] for name, values in COLUMNS.items() if name != "solution"}
    found = verl.compute_score(
        data_source="spacevista", solution_str=RIGHT, ground_truth="10", extra_info={**row, "num_turns": None}
    )
    assert found == pytest.approx(
        {
            "score": 2.8,
            "format": 1,
            "answer": 0.9,
            "scale": 1,
            "scale_applies": 1,
            "semantic": 0,
            "semantic_applies": 0,
        }
    )
    assert all(type(value) is float for value in found.values())
    named = verl.compute_score(
        "spacevista", RIGHT, "10", row, embed=embed_one, normalize=True, reward_router_address=""
    )
    assert (named["score"], named["semantic_applies"]) == (pytest.approx(1.9), 1.0)


def test_verl_has_the_same_keys_in_every_row_and_refuses_free_questions() -> None:
    first = verl.compute_score("s", "B", "B", {"form": "mc"})
    second = verl.compute_score("s", RIGHT, "10", {"form": "reg", "unit": "cm", "scale_m": 0.1})
    assert list(first) == list(second)
    with pytest.raises(ScoringError, match="expected a question of form mc or reg, got free"):
        verl.compute_score("s", "x", "x", {"form": "free"})
    with pytest.raises(ScoringError, match="expected columns form and solution, got solution"):
        verl.compute_score("s", "x", "x")


def test_verl_names_its_parameters_as_documented() -> None:
    names = list(inspect.signature(verl.compute_score).parameters)
    assert names[:4] == ["data_source", "solution_str", "ground_truth", "extra_info"]


@pytest.mark.parametrize(
    ("column", "values", "message"),
    [
        ("form", ["reg", "mc"], "column form: expected a list of 3 values"),
        ("form", "reg", "column form: expected a list of 3 values, got 'reg'"),
        ("form", ["reg", "mc", "essay"], "row 2 of the batch: target: expected form mc, reg or free, got 'essay'"),
        ("solution", ["ten", "B", ""], "row 0 .*expected one finite number, or five with commas between, got 'ten'"),
        ("solution", ["nan", "B", ""], "row 0 .*expected one finite number"),
        ("solution", ["1,2", "B", ""], "row 0 .*expected one finite number"),
        ("solution", ["10", "D", ""], "row 1 .*expected a letter A-C as answer, got 'D'"),
        ("solution", [10, "B", ""], "row 0 .*column solution: expected text, got 10"),
        ("unit", ["bananas", None, None], "row 0 .*expected a known unit, as cm or cubic m, or none, got 'bananas'"),
        ("scale_m", [-1.0, None, None], "row 0 .*expected a scale in metres over 0, or None, got -1.0"),
        ("scale_m", ["10 cm", None, None], "row 0 .*column scale_m: expected a number, got '10 cm'"),
        ("option_count", [None, 2.5, None], "row 1 .*column option_count: expected a whole number, got 2.5"),
        ("option_count", [None, 27, None], "row 1 .*expected 2 to 26 options, got 27"),
        ("object_name", [" ", None, None], "row 0 .*expected the name of the object, or None, got blanks"),
    ],
)
def test_wrong_columns_are_named(column: str, values: Any, message: str) -> None:
    with pytest.raises(ScoringError, match=message):
        trl.spacevista_reward(["?"] * 3, TEXTS, **{**COLUMNS, column: values})


def test_missing_numbers_of_a_table_are_none() -> None:
    nan = float("nan")
    assert trl.spacevista_reward(["?"] * 3, TEXTS, **{**COLUMNS, "scale_m": [nan] * 3}) == pytest.approx(
        [1.9, 0.0, None]
    )


@pytest.mark.parametrize("completion", [7, [7], [{"role": "assistant", "content": 7}], [{"content": ["x"]}]])
def test_completions_that_are_none(completion: Any) -> None:
    with pytest.raises(ScoringError, match=r"expected (a|the content of a) "):
        trl.format_reward(["?"], [completion])


def test_only_what_the_assistant_says_counts() -> None:
    messages = [
        {"role": "assistant", "content": None},
        {"role": "tool", "content": "<answer>C</answer>"},
        {"role": "assistant", "content": [{"type": "image"}, {"type": "text", "text": TEXTS[2]}]},
    ]
    assert trl.format_reward(["?"], [messages]) == [1.0]


@pytest.mark.parametrize(
    "path", ["trl/spacevista_rewards.py", "ms_swift/spacevista_plugin.py", "verl/spacevista_reward.py"]
)
def test_importing_a_plug_in_imports_no_framework(path: str) -> None:
    code = f"import runpy, sys; runpy.run_path({str(INTEGRATIONS / path)!r}); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {"torch", "trl", "swift", "verl", "transformers", "ray"} & set(done.stdout.split())
