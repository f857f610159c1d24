"""Kept features of the vision tower: the same numbers as without, computed once, and never for a tower that learns."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("torch")

import torch
from experiments.all_scale.features import kept

from spacevista.models.debug import TINY, debug_config, debug_model


@pytest.fixture(scope="module")
def tower() -> Any:
    model, _ = debug_model(0, debug_config(size=TINY, encoder=None))
    return model.model.visual


def clips(seed: int) -> tuple[Any, Any]:
    # Two clips: 2 slots of 4 x 4 patches and 1 of 4 x 8, 64 patches of 3 colours x 2 frames x 14 x 14 = 1,176 numbers.
    pixels = torch.randn(2 * 16 + 32, 1_176, generator=torch.Generator().manual_seed(seed))
    return pixels, torch.tensor([[2, 4, 4], [1, 4, 8]])


def test_kept_features_are_those_of_the_tower_and_are_computed_once(tower: Any, tmp_path: Path) -> None:
    pixels, grids = clips(0)
    with torch.no_grad():
        plain = tower(pixels, grid_thw=grids).pooler_output
        with kept(tmp_path):
            first = tower(pixels, grid_thw=grids).pooler_output
            files = {file: file.stat().st_mtime_ns for file in tmp_path.iterdir()}
            again = tower(pixels.clone(), grid_thw=grids).pooler_output
    assert torch.allclose(first, plain, atol=1e-5)
    assert torch.equal(first, again)
    assert len(files) == 2
    assert {file: file.stat().st_mtime_ns for file in tmp_path.iterdir()} == files
    with torch.no_grad():
        assert torch.equal(tower(pixels, grid_thw=grids).pooler_output, plain)  # outside, all is as before


def test_other_weights_and_other_pixels_are_computed_anew(tower: Any, tmp_path: Path) -> None:
    other, _ = debug_model(1, debug_config(size=TINY, encoder=None))
    pixels, grids = clips(0)
    changed = pixels.clone()
    changed[0, 0] += 1e-3
    with kept(tmp_path), torch.no_grad():
        first = tower(pixels, grid_thw=grids).pooler_output
        assert not torch.allclose(other.model.visual(pixels, grid_thw=grids).pooler_output, first)
        assert len(list(tmp_path.iterdir())) == 4
        tower(changed, grid_thw=grids)
        assert len(list(tmp_path.iterdir())) == 5  # the second clip is the same


def test_a_tower_that_learns_gets_its_gradient(tower: Any, tmp_path: Path) -> None:
    pixels, grids = clips(0)
    with kept(tmp_path):
        tower(pixels, grid_thw=grids).pooler_output.sum().backward()
    assert tower.patch_embed.proj.weight.grad is not None
    assert not list(tmp_path.iterdir())
