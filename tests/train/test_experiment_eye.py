"""The eye of the base: a whitened first layer, labels that are learned, a stopped run that goes on alike."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("torch")

import experiments.all_scale.eye as eye
import torch
from experiments.all_scale.base import FRAMES, PIXELS
from experiments.all_scale.build import build
from experiments.all_scale.eye import Row, rows_of, train_eye, whiten
from experiments.all_scale.record import BuildSettings
from experiments.all_scale.tokens import write_tokens

from spacevista.models.clips import budget_for
from spacevista.models.debug import TINY, debug_config, debug_model


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> list[Row]:
    data = tmp_path_factory.mktemp("lab")
    build(data, BuildSettings("main", {"train": 2}, 0), 1)
    write_tokens(data, 1)
    return rows_of(data)


def trained(rows: list[Row], steps: int, out: Path) -> dict[str, Any]:
    model, processor = debug_model(0, debug_config(size=TINY, encoder=None))
    train_eye(model, processor, rows, steps, out, budget_for(processor, FRAMES, PIXELS))
    return {name: tensor.clone() for name, tensor in model.model.visual.state_dict().items()}


def test_whitened_patches_have_variance_one() -> None:
    # Three channels out of 12 pixels, of which six vary: three with variance 100, three with 1; the largest come first.
    draws = torch.randn(4000, 12, generator=torch.Generator().manual_seed(0)).double()
    patches = draws * torch.tensor([10.0] * 3 + [1.0] * 3 + [0.0] * 6) + 5.0
    layer = torch.nn.Conv3d(3, 3, (1, 2, 2), bias=False)
    whiten(layer, patches)
    out = (patches @ layer.weight.detach().double().flatten(1).T).T
    assert torch.allclose(torch.cov(out), torch.eye(3, dtype=torch.float64), atol=2e-3)
    assert float(layer.weight.detach().flatten(1)[:, 3:].abs().max()) < 0.02  # small ones are left out


def test_the_eye_learns_its_labels(rows: list[Row], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = trained(rows, 10, tmp_path / "short")
    after = trained(rows, 30, tmp_path / "long")
    losses = [float(line.split("shown ")[1].split(",")[0]) for line in capsys.readouterr().out.splitlines()]
    assert losses[-1] < 0.7 * losses[0]
    assert any(not torch.equal(before[name], after[name]) for name in before)


def test_a_stopped_eye_goes_on_alike(rows: list[Row], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(eye, "SAVE_EVERY", 2)
    whole = trained(rows, 4, tmp_path / "whole")

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        calls = iter([eye.labels_of] * 3 * len(rows[:8]) + [stop] * 100)
        patched.setattr(eye, "labels_of", lambda *given: next(calls)(*given))
        with pytest.raises(KeyboardInterrupt):
            trained(rows, 4, tmp_path / "cut")
    assert (tmp_path / "cut" / eye.STATE_FILE).is_file()
    again = trained(rows, 4, tmp_path / "cut")
    assert all(torch.equal(whole[name], again[name]) for name in whole)
