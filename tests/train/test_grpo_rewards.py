"""Rewards inside a real run: their four forms, the plug-in beside them, and completions that try to game them."""

# ruff: noqa: E402

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from grpo_world import ROWS, row, trainer_of

from integration_files import module_at
from spacevista.scoring.rewards import Rewards
from spacevista.train.grpo_rewards import GrpoReward, paid

RIGHT = "<think>A desk. <scale>10 cm</scale> <semantic>cup</semantic></think><answer>9 cm</answer>"


def embed(texts: list[str]) -> np.ndarray:
    """Every name is 60 degrees from every other: a cosine of 1/2, of 1 with itself."""
    return np.array([[1.0, 0.0] if text == "cup" else [0.5, 0.75**0.5] for text in texts])


def pay(trainer: Any, texts: list[str], rows: list[dict[str, Any]]) -> list[float]:
    """Return the rewards of completions on the trainer's own way."""
    messages = [[{"role": "assistant", "content": text}] for text in texts]
    prompts = [one["prompt"] for one in rows]
    return trainer._calculate_rewards(rows, prompts, messages, [[1]] * len(texts))[:, 0].tolist()


def test_the_four_forms() -> None:
    found = Rewards([1.0], [0.9], [0.5], [0.5], [0.9 + 0.45 + 0.225], [1.0 + 0.9 + 0.45 + 0.225])
    assert paid("plain", found) == [pytest.approx(1.9)]  # answer + format
    assert paid("additive", found) == [pytest.approx(2.9)]  # and scale and semantic, each for itself
    assert paid("progressive", found) == paid("shuffled", found) == [pytest.approx(2.575)]
    free = Rewards([1.0], [None], [None], [None], [None], [None])
    assert [paid(kind, free) for kind in ("plain", "additive", "progressive")] == [[None]] * 3


def test_the_plug_in_gives_the_same_numbers_in_a_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plug_in = module_at("trl/spacevista_rewards.py").SpaceVistaReward(embed=embed)
    texts = [RIGHT, "C", RIGHT.replace("10 cm", "1 m"), RIGHT.replace("cup", "box"), "<answer>5 cm</answer>", ""]
    texts += ["<think>x</think><answer>10 cm</answer>", "<answer>10 cm</answer><answer>9 cm</answer>"]
    rows = [{**one, "object_name": "cup"} for one in ROWS]
    trainer = trainer_of(tmp_path, rows, reward=[GrpoReward("progressive", embed), plug_in], accumulation=2)
    decode = trainer.processing_class.batch_decode
    monkeypatch.setattr(
        trainer.processing_class, "batch_decode", lambda ids, **options: [texts, decode(ids, **options)][0]
    )
    trainer.train()
    ours, theirs = trainer._logs["rewards"].values()
    # 10 cm is the truth: 0.9 for 9 cm; scale 1 or, of one order of magnitude, 1/2; the name 1 or 1/2; the form 1.
    expected = [3.7, 0, 0.9 + 0.45 + 0.45 + 1, 0.9 + 0.9 + 0.45 + 1, 0.5, 0, 1 + 1, 0]
    assert list(ours) == list(theirs) == pytest.approx(expected)


GAMES = {
    "two answers": "<think>x</think><answer>10 cm</answer><answer>10 cm</answer>",
    "two answers, one in the reasoning": "<think><answer>10 cm</answer></think><answer>10 cm</answer>",
    "capitals": "<think>x</think><answer>10 cm</answer><ANSWER>9 cm</ANSWER>",
    "anchors alone": "<think><scale>10 cm</scale><semantic>cup</semantic></think>",
    "an answer outside the tags": "10 cm",
    "a million characters": "<think>" + "a" * 10**6 + "</think><answer>" + "1" * 10**6 + " cm</answer>",
    "a": "a",
    "nan": "<think>x</think><answer>nan cm</answer>",
    "inf": "<think>x</think><answer>inf</answer>",
    "a large number": "<think>x</think><answer>1e999 cm</answer>",
    "a negative size": "<think>x</think><answer>-10 cm</answer>",
    "a range": "<think>x</think><answer>9 to 11 cm</answer>",
    "two numbers": "<think>x</think><answer>5 or 10 cm</answer>",
    "another dimension": "<think>x</think><answer>10 square cm</answer>",
    "nothing": "",
}


@pytest.fixture(scope="module")
def trainer(tmp_path_factory: pytest.TempPathFactory) -> Any:
    return trainer_of(tmp_path_factory.mktemp("gaming"), reward=GrpoReward("progressive", embed))


@pytest.mark.parametrize("kind", ["plain", "additive", "progressive"])
def test_completions_that_game_earn_their_form_at_most(kind: Any, trainer: Any) -> None:
    trainer.reward_funcs = [GrpoReward(kind, embed)]
    rows = [row("How far?", object_name="cup")] * 16
    texts = [*GAMES.values(), RIGHT]
    *gaming, right = pay(trainer, texts, rows)
    formed = {"a million characters", "nan", "inf", "a large number", "a negative size", "a range", "two numbers"}
    formed.add("another dimension")
    # Paid one by one, the anchors earn 2 beside no answer: what the progressive form is against.
    alone = {"anchors alone": 2.0} if kind == "additive" else {}
    expected = {name: float(name in formed) for name in GAMES} | alone
    assert dict(zip(GAMES, gaming, strict=True)) == expected
    assert right == pytest.approx({"plain": 1.9, "additive": 3.9, "progressive": 3.7}[kind])


def test_a_scale_of_every_decade_earns_no_scale(trainer: Any) -> None:
    trainer.reward_funcs = [GrpoReward("progressive", embed)]
    decades = "".join(f"<scale>{10**n} mm</scale>" for n in range(7))
    listed = "<scale>1 mm 1 cm 10 cm 1 m</scale>"
    names = "<semantic>" + ", ".join(["cup"] * 30) + "</semantic>"
    texts = [f"<think>{inside}</think><answer>10 cm</answer>" for inside in (decades, listed, names)]
    rows = [row("How far?", object_name="cup")] * 4
    # Right answers: 1 each; the form is lost by seven scales; neither scale nor name is earned.
    assert pay(trainer, [*texts, "a"], rows) == [1.0, 2.0, 2.0, 0.0]
