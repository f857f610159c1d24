"""Tiny models, prompts and batches that the tests of the models share."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from transformers import (
    PreTrainedModel,
    Qwen2_5_VLConfig,
    Qwen2_5_VLForConditionalGeneration,
    Qwen3VLConfig,
    Qwen3VLForConditionalGeneration,
)

from spacevista.models.debug import DINOV3, TINY, Generation, debug_config, debug_model, debug_processor
from spacevista.models.fusion import ZeroLinear

GENERATIONS: tuple[Generation, ...] = ("qwen2_5", "qwen3")
SIDE = {"qwen2_5": 28, "qwen3": 32}  # pixels of a visual token
BASES = {
    "qwen2_5": (Qwen2_5_VLConfig, Qwen2_5_VLForConditionalGeneration),
    "qwen3": (Qwen3VLConfig, Qwen3VLForConditionalGeneration),
}
VIT = {"model_type": "vit", "patch_size": 8}
DINOV2 = {"model_type": "dinov2", "patch_size": 14, "mlp_ratio": 2}


def tiny(
    generation: Generation = "qwen2_5", encoder: Mapping[str, Any] | None = DINOV3, seed: int = 0, **parts: Any
) -> PreTrainedModel:
    """Return a tiny model of ours, with random weights, for evaluation."""
    return debug_model(seed, debug_config(generation, TINY, encoder, **parts))[0]


def base_of(generation: Generation, seed: int = 0) -> PreTrainedModel:
    """Return the tiny plain Qwen that `tiny` extends."""
    plain = debug_config(generation, TINY, encoder=None).to_dict()
    for name in ("model_type", "architectures", "dense", "experts", "router"):
        plain.pop(name, None)
    config, model = BASES[generation]
    with torch.random.fork_rng(devices=()):
        torch.manual_seed(seed)
        return model(config(**plain)).eval()


def open_fusion(model: PreTrainedModel, seed: int = 0) -> PreTrainedModel:
    """Give the layers that start at zero random weights, so that the dense features count."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for layer in model.modules():
            if isinstance(layer, ZeroLinear):
                layer.weight.normal_(std=0.1, generator=generator)
                layer.bias.normal_(std=0.1, generator=generator)
    return model


def clip(generation: Generation, frames: int = 4, rows: int = 2, columns: int = 3, seed: int = 0) -> np.ndarray:
    """Return random frames of `rows` x `columns` visual tokens, as frames x height x width x 3 bytes."""
    side = SIDE[generation]
    shape = (frames, rows * side, columns * side, 3)
    return np.random.default_rng(seed).integers(0, 256, shape, dtype=np.uint8)


def batch(generation: Generation, prompts: list[list[np.ndarray | str]], side: str = "left") -> dict[str, Any]:
    """Return the tensors for several prompts; an array of four axes is a video, one of three a picture."""
    processor = debug_processor(generation)
    kinds = {3: "image", 4: "video"}
    texts, media = [], {"image": [], "video": []}
    for prompt in prompts:
        content = []
        for part in prompt:
            if isinstance(part, str):
                content.append({"type": "text", "text": part})
            else:
                content.append({"type": kinds[part.ndim]})
                media[kinds[part.ndim]].append(part)
        texts.append(processor.apply_chat_template([{"role": "user", "content": content}], add_generation_prompt=True))
    times = [{"total_num_frames": len(v), "fps": 2.0, "frames_indices": list(range(len(v)))} for v in media["video"]]
    return dict(
        processor(
            text=texts,
            images=media["image"] or None,
            videos=media["video"] or None,
            video_metadata=times or None,
            do_resize=False,
            do_sample_frames=False,
            padding=True,
            padding_side=side,
            return_tensors="pt",
        )
    )


def logits(model: PreTrainedModel, inputs: dict[str, Any]) -> torch.Tensor:
    """Return the logits of one forward, without gradients."""
    with torch.no_grad():
        return model(**inputs).logits
