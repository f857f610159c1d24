"""A model from the checkpoints that it is made of: a plain Qwen-VL, and a dense encoder of any kind."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from transformers import AutoConfig, AutoImageProcessor, AutoModel, AutoProcessor, PreTrainedModel

from spacevista.models.dense import encoder_plain
from spacevista.models.errors import ModelError
from spacevista.models.qwen2_5 import SpaceVistaQwen2_5Config, SpaceVistaQwen2_5ForConditionalGeneration
from spacevista.models.qwen3 import SpaceVistaQwen3Config, SpaceVistaQwen3ForConditionalGeneration

EXTENDED: dict[str, tuple[Any, Any]] = {
    "qwen2_5_vl": (SpaceVistaQwen2_5Config, SpaceVistaQwen2_5ForConditionalGeneration),
    "qwen3_vl": (SpaceVistaQwen3Config, SpaceVistaQwen3ForConditionalGeneration),
}
ADDED = (".dense.", ".experts.")  # in the names of all tensors that no base checkpoint has


def from_base(
    base: str | Path,
    encoder: str | Path | None,
    *,
    experts: dict[str, Any] | None = None,
    router: dict[str, Any] | None = None,
    dtype: torch.dtype = torch.float32,
    fusion: Mapping[str, int] | None = None,
) -> PreTrainedModel:
    """Return a model that is at first exactly its base, for evaluation; save it with its base's processor.

    Args:
        base: folder (or name on the hub) of a Qwen2.5-VL or Qwen3-VL, processor included.
        encoder: folder (or name) of a vision transformer, image processor included; None: no dense features.
        experts, router: fields of `ExpertSettings` and `RouterSettings`.
        fusion: fields of `DenseSettings` that shall not have their defaults: width, heads, blocks.

    Raises:
        ModelError: the base is of another kind, its processors normalise pictures and videos differently, or its
            checkpoint holds other tensors than its configuration asks for.
        OSError: there is no such checkpoint, or it has no safetensors.
    """
    plain = AutoConfig.from_pretrained(base)
    if plain.model_type not in EXTENDED:
        raise ModelError(f"{base}: expected a model of type {' or '.join(EXTENDED)}, got {plain.model_type}")
    config_class, model_class = EXTENDED[plain.model_type]
    kept = {name: value for name, value in plain.to_dict().items() if name not in ("model_type", "architectures")}
    dense = None if encoder is None else _dense_plain(base, encoder, fusion or {})
    config = config_class(**kept, dense=dense, experts=experts, router=router)
    model, found = model_class.from_pretrained(
        base, config=config, dtype=dtype, use_safetensors=True, output_loading_info=True
    )
    lost = sorted(name for name in found["missing_keys"] if not any(part in name for part in ADDED))
    for problem, names in (("missing", lost), ("unexpected", sorted(found["unexpected_keys"]))):
        if names:
            raise ModelError(f"{base}: expected the tensors of {plain.model_type}, {len(names)} {problem}: {names[:3]}")
    if encoder is not None:
        weights = AutoModel.from_pretrained(encoder, dtype=dtype, use_safetensors=True).state_dict()
        model.model.dense.encoder.model.load_state_dict(weights)
    return model


def _dense_plain(base: str | Path, encoder: str | Path, fusion: Mapping[str, int]) -> dict[str, Any]:
    processor = AutoProcessor.from_pretrained(base)
    of_images, of_videos = (_normalisation(part) for part in (processor.image_processor, processor.video_processor))
    if of_images != of_videos:
        raise ModelError(f"{base}: expected one mean and std for pictures and videos, got {of_images} and {of_videos}")
    wanted = _normalisation(AutoImageProcessor.from_pretrained(encoder))
    return {
        "encoder": encoder_plain(AutoConfig.from_pretrained(encoder)),
        "vision_mean": of_images[0],
        "vision_std": of_images[1],
        "encoder_mean": wanted[0],
        "encoder_std": wanted[1],
        **fusion,
    }


def _normalisation(processor: Any) -> tuple[list[float], list[float]]:
    return list(processor.image_mean), list(processor.image_std)
