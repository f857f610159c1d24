"""The dense encoder: it sees the right frames, normalised as it wants them, and never learns."""

# ruff: noqa: E402

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from tiny_models import DINOV2, GENERATIONS, VIT, batch, clip, tiny
from transformers import DINOv3ViTConfig

from spacevista.models.debug import DINOV3, TINY, Generation, debug_config
from spacevista.models.dense import dense_settings, encoder_plain, frames_of, patch_layout
from spacevista.models.errors import ModelError

IMAGENET_MEAN, IMAGENET_STD = np.array([0.485, 0.456, 0.406]), np.array([0.229, 0.224, 0.225])


def seen_by_encoder(model: Any, inputs: dict[str, Any]) -> list[Any]:
    """Return the pixel values of every call of the encoder."""
    seen: list[Any] = []
    hook = model.model.dense.encoder.model.register_forward_pre_hook(lambda _, args: seen.append(args[0]))
    with torch.no_grad():
        model(**inputs)
    hook.remove()
    return seen


@pytest.mark.parametrize("generation", GENERATIONS)
def test_frames_are_recovered(generation: Generation) -> None:
    video = clip(generation, frames=4, rows=2, columns=3)
    inputs = batch(generation, [[video, "?"]])
    layout = patch_layout(tiny(generation).config.vision_config)
    (grid,) = (tuple(row) for row in inputs["video_grid_thw"].tolist())
    frames = frames_of(inputs["pixel_values_videos"], grid, layout)
    settings = tiny(generation).model.dense.encoder.settings
    shown = frames.permute(0, 2, 3, 1).numpy() * np.array(settings.vision_std) + np.array(settings.vision_mean)
    assert np.abs(shown * 255 - video).max() < 0.01  # of 255 levels: float32 rounding of the normalisation


def test_the_encoder_sees_what_its_own_processor_would_show() -> None:
    # Patches of 14 pixels in both: no resizing. ImageNet's normalisation written out.
    video = clip("qwen2_5", frames=2)
    (seen,) = seen_by_encoder(tiny("qwen2_5", DINOV2), batch("qwen2_5", [[video, "?"]]))
    expected = ((video / 255 - IMAGENET_MEAN) / IMAGENET_STD).transpose(0, 3, 1, 2)
    assert np.abs(seen.numpy() - expected).max() < 1e-4


@pytest.mark.parametrize("encoder", [DINOV3, DINOV2, VIT], ids=["dinov3", "dinov2", "vit"])
@pytest.mark.parametrize("generation", GENERATIONS)
def test_frames_are_resized_to_one_patch_for_a_patch(generation: Generation, encoder: Mapping[str, Any]) -> None:
    # Three slots of 2 x 3 tokens are 4 x 6 patches of the tower; the encoder must get 4 x 6 of its own.
    video = clip(generation, frames=6, rows=2, columns=3)
    (seen,) = seen_by_encoder(tiny(generation, encoder), batch(generation, [[video, "?"]]))
    assert seen.shape == (6, 3, 4 * encoder["patch_size"], 6 * encoder["patch_size"])


@pytest.mark.parametrize("kind", ["siglip_vision_model", "ijepa", "dinov2_with_registers", "beit", "clip_vision_model"])
def test_encoders_with_other_tokens_before_the_patches(kind: str) -> None:
    # None before them in the first two, a class token and four registers, then a class token alone.
    model = tiny("qwen2_5", {"model_type": kind, "patch_size": 14})
    (seen,) = seen_by_encoder(model, batch("qwen2_5", [[clip("qwen2_5", frames=2), "?"]]))
    assert model.model.dense.encoder(seen, 4, 6).shape == (2, 4, 6, TINY.dense_width)


def test_a_picture_is_encoded_once() -> None:
    (seen,) = seen_by_encoder(tiny(), batch("qwen2_5", [[clip("qwen2_5")[0], "?"]]))
    assert len(seen) == 1


def test_the_encoder_stays_frozen_and_in_evaluation() -> None:
    model = tiny()
    for change in (model.train, model.eval, lambda: model.requires_grad_(True).train()):
        change()
        encoder = model.model.dense.encoder
        assert not any(p.requires_grad for p in encoder.parameters())
        assert not any(module.training for module in encoder.modules())
    assert all(p.requires_grad for p in model.model.dense.merger.parameters())


def test_an_encoder_is_the_same_in_training_as_in_evaluation() -> None:
    # DINOv3 draws its positions at random while training.
    model = tiny()
    frames = torch.rand(2, 3, 56, 84)
    model.eval()
    calm = model.model.dense.encoder(frames, 4, 6)
    model.train()
    assert torch.equal(model.model.dense.encoder(frames, 4, 6), calm)


def test_settings_come_back_from_plain_values() -> None:
    plain = debug_config(size=TINY).dense
    settings = dense_settings(plain)
    assert settings.encoder["model_type"] == "dinov3_vit"
    assert settings.heads == 4
    encoder = DINOv3ViTConfig(hidden_size=48, num_attention_heads=3)
    assert DINOv3ViTConfig(**encoder_plain(encoder)).hidden_size == 48
    assert "dtype" not in encoder_plain(encoder)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"heads": 0}, "dense.heads: expected 1 or more, got 0"),
        ({"blocks": -1}, "dense.blocks: expected 1 or more, got -1"),
        ({"encoder_std": [0.2, 0.0, 0.2]}, "dense.encoder_std: expected numbers above 0"),
        ({"vision_mean": [0.5]}, "dense: .*length 3"),
        ({"depth": 3}, "dense: .*depth"),
        ({"encoder": {"hidden_size": 4}}, r"dense.encoder: expected .* model_type, got \['hidden_size'\]"),
        ({"heads": 3}, "hidden size that 3 heads .* divide, got 64"),
        ({"encoder": {"model_type": "bert"}}, "expected a vision transformer, with a patch_size, got bert"),
        ({"encoder": {"model_type": "eyes"}}, "dense.encoder: .*eyes"),
    ],
)
def test_wrong_settings_are_refused(change: dict[str, Any], message: str) -> None:
    config = debug_config(size=TINY)
    config.dense = config.dense | change
    with pytest.raises(ModelError, match=message):
        type(tiny())(config)


def test_an_encoder_with_other_patches_is_named_with_both_numbers() -> None:
    model = tiny("qwen2_5", DINOV2)
    encoder = model.model.dense.encoder
    encoder.model.config.patch_size = 28  # what it says is no longer what it does
    with pytest.raises(ModelError, match=r"expected 24 patches .*or 1 tokens more, got 97"):
        encoder(torch.zeros(1, 3, 56, 84), 4, 6)
    encoder.model.config.patch_size = (14, 16)
    with pytest.raises(ModelError, match=r"expected square patches .*got \(14, 16\)"):
        encoder(torch.zeros(1, 3, 56, 84), 4, 6)
