"""What `bench_experts.py` compares: a random Qwen2.5-VL, a batch for it, and the adapters on it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from peft import LoraConfig, XLoraConfig, get_peft_model
from transformers import Qwen2_5_VLConfig, Qwen2_5_VLForConditionalGeneration

from spacevista.models.expert_settings import LINEAR_LAYERS, ExpertSettings, RouterSettings
from spacevista.models.experts import attach_experts, experts_of
from spacevista.models.peft_folders import export_expert

START, VISION_START, VISION_END, VIDEO, ANSWER = 1, 3, 4, 6, 7
WORD = 8  # the first token id that is a word
GRID = (8, 8, 8)  # slots, rows, columns of patches of a clip: 128 visual tokens
VISUAL = 128
PATCH_VALUES = 3 * 2 * 14 * 14
TARGETS = rf".*language_model\.{LINEAR_LAYERS}"


@dataclass(frozen=True)
class Shape:
    hidden: int
    intermediate: int
    layers: int
    heads: int
    kv_heads: int
    vocabulary: int


SHAPES = {
    "debug": Shape(64, 344, 2, 2, 1, 256),  # to see whether this file runs; its ratios mean nothing
    # Half the width of the 3B model, the same ratio of widths, few layers: forwards of about a second on two cores.
    "small": Shape(1024, 5504, 2, 8, 1, 2048),
    "3b": Shape(2048, 11008, 36, 16, 2, 151936),
}


def new_model(shape: Shape, device: str, dtype: torch.dtype) -> Any:
    head = shape.hidden // shape.heads
    sections = [head // 8, 3 * head // 16, 3 * head // 16]
    config = Qwen2_5_VLConfig(
        text_config={
            "vocab_size": shape.vocabulary,
            "hidden_size": shape.hidden,
            "intermediate_size": shape.intermediate,
            "num_hidden_layers": shape.layers,
            "num_attention_heads": shape.heads,
            "num_key_value_heads": shape.kv_heads,
            "max_position_embeddings": 4096,
            "bos_token_id": None,
            "eos_token_id": None,
            "pad_token_id": 0,
            "rope_parameters": {"rope_type": "default", "rope_theta": 1e6, "mrope_section": sections},
        },
        vision_config={
            "depth": 2,
            "hidden_size": 64,
            "intermediate_size": 128,
            "num_heads": 4,
            "out_hidden_size": shape.hidden,
            "fullatt_block_indexes": [1],
        },
        image_token_id=5,
        video_token_id=VIDEO,
        vision_start_token_id=VISION_START,
        vision_end_token_id=VISION_END,
        tie_word_embeddings=True,
    )
    torch.manual_seed(0)
    with torch.device(device):
        model = Qwen2_5_VLForConditionalGeneration(config).to(dtype).eval()
    model.generation_config.suppress_tokens = list(range(WORD))
    return model.requires_grad_(False)


def new_batch(shape: Shape, size: int, length: int, device: str, dtype: torch.dtype) -> dict[str, Any]:
    generator = torch.Generator().manual_seed(0)
    words = torch.randint(WORD, shape.vocabulary, (size, length - VISUAL - 4), generator=generator)
    clip = torch.tensor([START, VISION_START, *[VIDEO] * VISUAL, VISION_END]).expand(size, -1)
    ids = torch.cat((clip, words, torch.full((size, 1), ANSWER)), 1)
    pixels = torch.randn(size * GRID[0] * GRID[1] * GRID[2], PATCH_VALUES, generator=generator)
    batch = {
        "input_ids": ids,
        "attention_mask": torch.ones_like(ids),
        "mm_token_type_ids": 2 * (ids == VIDEO).int(),
        "pixel_values_videos": pixels.to(dtype),
        "video_grid_thw": torch.tensor([GRID] * size),
        "second_per_grid_ts": torch.ones(size),
    }
    return {name: value.to(device) for name, value in batch.items()}


def with_experts(model: Any, count: int, rank: int) -> Any:
    attach_experts(model, ExpertSettings(count, rank, 2.0 * rank), RouterSettings("learned", layerwise=True))
    generator = torch.Generator(model.device).manual_seed(1)
    with torch.no_grad():
        for linear in experts_of(model).linears.values():
            linear.up.normal_(std=0.02, generator=generator)
    return model


def with_xlora(model: Any, folders: list[Path], hidden: int) -> Any:
    model.config.use_cache = model.config.text_config.use_cache = False  # X-LoRA refuses a cache
    adapters = {str(index): str(folder) for index, folder in enumerate(folders)}
    config = XLoraConfig(
        task_type="CAUSAL_LM",
        hidden_size=hidden,
        xlora_depth=2,
        xlora_size=64,
        layerwise_scalings=True,
        adapters=adapters,
    )
    return get_peft_model(model, config).eval()


def with_lora(model: Any, rank: int) -> Any:
    return get_peft_model(model, LoraConfig(r=rank, lora_alpha=2 * rank, target_modules=TARGETS, task_type="CAUSAL_LM"))


def adapters(model: Any, count: int, folder: Path) -> list[Path]:
    """The first `count` experts of a model as PEFT folders, for X-LoRA to load."""
    folders = [folder / str(index) for index in range(count)]
    for index, path in enumerate(folders):
        export_expert(model, index, path)
    return folders


def expert_parameters(shape: Shape, rank: int) -> int:
    """Parameters of one expert: rank x (in + out) of each linear layer."""
    kv = shape.kv_heads * shape.hidden // shape.heads
    widths = 2 * (2 * shape.hidden) + 2 * (shape.hidden + kv) + 3 * (shape.hidden + shape.intermediate)
    return shape.layers * widths * rank
