"""The comparison of a stage with its start says better, worse, or that it cannot tell."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("torch")

from small_data import experts_settings, sft_settings, write_data

from spacevista.commands.verify_training import gain, spread, verdict
from spacevista.train.experts import train_experts
from spacevista.train.gains import row_losses, unseen_rows, with_own_expert
from spacevista.train.sft import train_sft


def test_verdicts(tmp_path: Path) -> None:
    rows = unseen_rows(sft_settings(), [write_data(tmp_path / "data", each=1, val=8, frames=False)])
    assert len(rows) == 40  # a scene each
    noise = np.random.default_rng(0).normal(size=40)
    zeros = np.zeros(40)
    # Means of 1 and 0 with a standard error of 1 / sqrt(40) = 0.16.
    assert verdict("a", gain(rows, noise + 1, zeros)).startswith("a: better, +")
    assert verdict("a", gain(rows, zeros, noise + 1)).startswith("a: worse, -")
    assert verdict("a", gain(rows, noise - noise.mean(), zeros)).startswith("a: no conclusion, ")
    assert verdict("a", gain(rows, zeros, zeros)) == "a: no conclusion (the scenes show no spread)"


def test_a_trained_model_loses_less_on_unseen_rows(tmp_path: Path) -> None:
    data, settings = write_data(tmp_path / "data"), sft_settings(steps=10)
    model = train_sft(settings, [data], tmp_path / "sft")
    rows = unseen_rows(settings, [data])
    before, after = row_losses(settings, None, rows), row_losses(settings, model, rows)
    assert after.mean() < before.mean() - 0.5  # that all answers are in their tags is learned in a few steps
    experts = train_experts(experts_settings(scratch="", steps=1, learning_rate=1e-6), [data], tmp_path / "e", model)
    # Experts that have hardly moved leave the model as it was.
    np.testing.assert_allclose(row_losses(settings, experts, rows, with_own_expert), after, atol=1e-3)


def test_the_rows_compared_are_spread_over_all_of_them() -> None:
    many: list[Any] = list(range(30))
    assert spread(many, 10) == many[::3]
    assert spread(many[:7], 10) == many[:7]
