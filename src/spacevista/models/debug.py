"""A model of about 5 million random parameters, with its tokenizer and processor: what tests and demos run.

It has the architecture of the real ones, learns a template task in minutes on a CPU, and needs no file and no network.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal

import torch
from transformers import (
    PreTrainedConfig,
    PreTrainedModel,
    ProcessorMixin,
    Qwen2_5_VLProcessor,
    Qwen2VLImageProcessor,
    Qwen2VLVideoProcessor,
    Qwen3VLProcessor,
    Qwen3VLVideoProcessor,
)
from transformers.image_utils import OPENAI_CLIP_MEAN, OPENAI_CLIP_STD

from spacevista.models.debug_tokenizer import CHAT, CONTEXT, END, END_OF_TEXT, debug_tokenizer
from spacevista.models.qwen2_5 import SpaceVistaQwen2_5Config, SpaceVistaQwen2_5ForConditionalGeneration
from spacevista.models.qwen3 import SpaceVistaQwen3Config, SpaceVistaQwen3ForConditionalGeneration

Generation = Literal["qwen2_5", "qwen3"]

QWEN3_MEAN = QWEN3_STD = (0.5, 0.5, 0.5)  # as its processor normalises pixels


@dataclass(frozen=True)
class DebugSize:
    """Widths and depths of a debug model; the widths are multiples of 16 times the heads."""

    width: int = 256
    layers: int = 4
    heads: int = 4
    vision_width: int = 128
    vision_layers: int = 4
    dense_width: int = 64
    dense_layers: int = 2


SMALL = DebugSize()  # about 5 million parameters
TINY = DebugSize(width=64, layers=2, vision_width=64, vision_layers=2, dense_width=32)  # for tests of mechanisms

DINOV3 = MappingProxyType({"model_type": "dinov3_vit", "patch_size": 16, "num_register_tokens": 4})


def debug_config(
    generation: Generation = "qwen2_5",
    size: DebugSize = SMALL,
    encoder: Mapping[str, Any] | None = DINOV3,
    experts: Mapping[str, Any] | None = None,
    router: Mapping[str, Any] | None = None,
) -> PreTrainedConfig:
    """Return the configuration of a debug model.

    Args:
        encoder: model type and settings of the dense encoder, widths and depths excepted; None: no encoder.
        experts, router: as in the model's configuration.
    """
    tokens = debug_tokenizer().convert_tokens_to_ids
    common = {
        "dense": None if encoder is None else _dense(generation, size, encoder),
        "experts": _plain(experts),
        "router": _plain(router),
        "tie_word_embeddings": True,
        "image_token_id": tokens("<|image_pad|>"),
        "video_token_id": tokens("<|video_pad|>"),
        "vision_start_token_id": tokens("<|vision_start|>"),
        "vision_end_token_id": tokens("<|vision_end|>"),
        "text_config": _text(generation, size),
        "vision_config": _vision(generation, size),
    }
    return SpaceVistaQwen2_5Config(**common) if generation == "qwen2_5" else SpaceVistaQwen3Config(**common)


def debug_model(seed: int, config: PreTrainedConfig | None = None) -> tuple[PreTrainedModel, ProcessorMixin]:
    """Return a debug model with random weights, for evaluation, and its processor.

    Args:
        seed: the same seed gives the same weights; the caller's random state stays as it was.
        config: from `debug_config`; without one, that of its defaults.
    """
    config = debug_config() if config is None else config
    qwen3 = isinstance(config, SpaceVistaQwen3Config)
    kind = SpaceVistaQwen3ForConditionalGeneration if qwen3 else SpaceVistaQwen2_5ForConditionalGeneration
    with torch.random.fork_rng(devices=()):
        torch.manual_seed(seed)
        model = kind(copy.deepcopy(config)).eval()
    return model, debug_processor("qwen3" if qwen3 else "qwen2_5")


def debug_processor(generation: Generation = "qwen2_5") -> ProcessorMixin:
    """Return the processor of a debug model: pictures are taken in the size in which they come."""
    tokenizer = debug_tokenizer()
    if generation == "qwen2_5":
        return Qwen2_5_VLProcessor(
            Qwen2VLImageProcessor(), tokenizer, Qwen2VLVideoProcessor(cap_pixels_per_frame=False), chat_template=CHAT
        )
    half = {"image_mean": QWEN3_MEAN, "image_std": QWEN3_STD}
    return Qwen3VLProcessor(
        Qwen2VLImageProcessor(patch_size=16, **half),
        tokenizer,
        Qwen3VLVideoProcessor(cap_pixels_per_frame=False, **half),
        chat_template=CHAT,
    )


def _text(generation: Generation, size: DebugSize) -> dict[str, Any]:
    tokenizer = debug_tokenizer()
    half = size.width // size.heads // 2  # of a head: one angle for two numbers
    spatial = half * 3 // 8  # rows and columns get three eighths of the angles each, time the rest, as in Qwen2.5-VL
    rope = {"rope_type": "default", "rope_theta": 10_000.0, "mrope_section": [half - 2 * spatial, spatial, spatial]}
    text: dict[str, Any] = {
        "vocab_size": len(tokenizer),
        "hidden_size": size.width,
        "intermediate_size": 3 * size.width,
        "num_hidden_layers": size.layers,
        "num_attention_heads": size.heads,
        "num_key_value_heads": size.heads // 2,
        "max_position_embeddings": CONTEXT,
        "initializer_range": size.width**-0.5,  # with Qwen's 0.02 a model this narrow stays at chance
        "bos_token_id": None,
        "eos_token_id": tokenizer.convert_tokens_to_ids(END),
        "pad_token_id": tokenizer.convert_tokens_to_ids(END_OF_TEXT),
        "rope_parameters": rope,
    }
    if generation == "qwen3":
        text["head_dim"] = size.width // size.heads
        text["rope_parameters"] = rope | {"mrope_interleaved": True}
    return text


def _vision(generation: Generation, size: DebugSize) -> dict[str, Any]:
    vision: dict[str, Any] = {
        "depth": size.vision_layers,
        "hidden_size": size.vision_width,
        "intermediate_size": 4 * size.vision_width,
        "num_heads": size.heads,
        "out_hidden_size": size.width,
        "initializer_range": size.vision_width**-0.5,
    }
    if generation == "qwen2_5":
        return vision | {"fullatt_block_indexes": [size.vision_layers - 1], "window_size": 112}
    return vision | {"num_position_embeddings": 64, "deepstack_visual_indexes": [0]}


def _dense(generation: Generation, size: DebugSize, encoder: Mapping[str, Any]) -> dict[str, Any]:
    widths = {
        "hidden_size": size.dense_width,
        "num_hidden_layers": size.dense_layers,
        "num_attention_heads": 2,
        "intermediate_size": 4 * size.dense_width,
        "image_size": 112,
        "initializer_range": size.dense_width**-0.5,
    }
    mean, std = (OPENAI_CLIP_MEAN, OPENAI_CLIP_STD) if generation == "qwen2_5" else (QWEN3_MEAN, QWEN3_STD)
    return {
        "encoder": widths | dict(encoder),
        "vision_mean": list(mean),
        "vision_std": list(std),
        "width": size.width,
        "heads": size.heads,
    }


def _plain(settings: Mapping[str, Any] | None) -> dict[str, Any] | None:
    return None if settings is None else dict(settings)
