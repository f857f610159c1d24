"""A Qwen2.5-VL of a few thousand random weights, and batches for it, without a tokenizer."""

from __future__ import annotations

from typing import Any

import torch
from transformers import (
    Qwen2_5_VLConfig,
    Qwen2_5_VLForConditionalGeneration,
    Qwen3VLConfig,
    Qwen3VLForConditionalGeneration,
)

from spacevista.models.anchors import FOUR_EXPERTS, anchors_of
from spacevista.models.expert_settings import RouterInput, RouterSettings

PAD, START, END, VISION_START, VISION_END, IMAGE, VIDEO, ANSWER = range(8)
VOCABULARY = 64
PATCHES = (2, 4, 4)  # temporal slots, rows, columns of patches: 2 * 2 * 2 = 8 visual tokens after the 2 x 2 merge
VISUAL = 8
PATCH_VALUES = 3 * 2 * 14 * 14


def tiny_config(hidden: int = 32, layers: int = 2) -> Qwen2_5_VLConfig:
    return Qwen2_5_VLConfig(
        text_config={
            "vocab_size": VOCABULARY,
            "hidden_size": hidden,
            "intermediate_size": 2 * hidden,
            "num_hidden_layers": layers,
            "num_attention_heads": 4,
            "num_key_value_heads": 2,
            "max_position_embeddings": 512,
            "bos_token_id": None,
            "eos_token_id": END,
            "pad_token_id": PAD,
            "rope_parameters": {"rope_type": "default", "rope_theta": 10000.0, "mrope_section": [1, 1, 2]},
        },
        vision_config={
            "depth": 1,
            "hidden_size": 16,
            "intermediate_size": 32,
            "num_heads": 2,
            "out_hidden_size": hidden,
            "fullatt_block_indexes": [0],
            "window_size": 112,
        },
        image_token_id=IMAGE,
        video_token_id=VIDEO,
        vision_start_token_id=VISION_START,
        vision_end_token_id=VISION_END,
        tie_word_embeddings=True,
    )


def tiny_model(seed: int = 0) -> Qwen2_5_VLForConditionalGeneration:
    torch.manual_seed(seed)
    return ready(Qwen2_5_VLForConditionalGeneration(tiny_config()))


def tiny_qwen3(seed: int = 0) -> Qwen3VLForConditionalGeneration:
    torch.manual_seed(seed)
    text = {
        "vocab_size": VOCABULARY,
        "hidden_size": 32,
        "intermediate_size": 64,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
        "head_dim": 8,
        "max_position_embeddings": 512,
        "bos_token_id": None,
        "eos_token_id": END,
        "pad_token_id": PAD,
        "rope_parameters": {"rope_type": "default", "rope_theta": 10000.0, "mrope_section": [2, 1, 1]},
    }
    vision = {
        "depth": 1,
        "hidden_size": 16,
        "intermediate_size": 32,
        "num_heads": 2,
        "patch_size": 14,
        "out_hidden_size": 32,
        "num_position_embeddings": 16,
        "deepstack_visual_indexes": [0],
    }
    tokens = {"image_token_id": IMAGE, "video_token_id": VIDEO, "vision_start_token_id": VISION_START}
    config = Qwen3VLConfig(text_config=text, vision_config=vision, vision_end_token_id=VISION_END, **tokens)
    return ready(Qwen3VLForConditionalGeneration(config))


def ready(model: Any) -> Any:
    model.eval()
    with torch.no_grad():
        # Larger than the default, so that a difference in the weights of the experts shows in the logits.
        for parameter in model.model.language_model.parameters():
            if parameter.ndim == 2:
                parameter.normal_(std=parameter.shape[1] ** -0.5)
    # No token of the debug vocabulary ends or opens anything while a test generates.
    model.generation_config.suppress_tokens = list(range(ANSWER + 1))
    model.generation_config.eos_token_id = None
    return model


def prompt(seed: int = 0, words: int = 4, video: bool = True) -> list[int]:
    """START, a video, `words` words, ANSWER."""
    generator = torch.Generator().manual_seed(seed)
    text = torch.randint(ANSWER + 1, VOCABULARY, (words,), generator=generator).tolist()
    clip = [VISION_START, *[VIDEO] * VISUAL, VISION_END] if video else []
    return [START, *clip, *text, ANSWER]


def router_of(mode: str, count: int = 4, see: RouterInput = "visual") -> RouterSettings:
    """Settings of a mode, or of the learned router with one network a layer (`layerwise`)."""
    options: dict[str, Any] = {"hidden": 8, "input": see, "answer_marker": (ANSWER,)}
    if mode == "layerwise":
        return RouterSettings("learned", layerwise=True, **options)
    if mode == "fixed":
        return RouterSettings("fixed", weights=tuple((i + 1) / 10 for i in range(count)))
    if mode == "anchored":
        anchors = (anchors_of(FOUR_EXPERTS) * 2)[:count]
        return RouterSettings("anchored", anchors=anchors, **options)
    return RouterSettings(mode, **options)  # type: ignore[arg-type]


@torch.no_grad()
def logits(model: Any, inputs: dict[str, Any]) -> torch.Tensor:
    return model(**inputs).logits


def batch_of(
    rows: list[list[int]], side: str = "left", seeds: list[int] | None = None, generation: str = "qwen2_5"
) -> dict[str, Any]:
    """The arguments of a forward; row i shows the video of seed i, or of `seeds[i]`."""
    if generation == "qwen3":
        rows = [_by_slot(row) for row in rows]
    length = max(map(len, rows))
    pads = [[PAD] * (length - len(row)) for row in rows]
    ids = torch.tensor([pad + row if side == "left" else row + pad for pad, row in zip(pads, rows, strict=True)])
    inputs: dict[str, Any] = {
        "input_ids": ids,
        "attention_mask": (ids != PAD).long(),
        "mm_token_type_ids": 2 * (ids == VIDEO).int(),
    }
    shown = [seed for row, seed in zip(rows, seeds or range(len(rows)), strict=True) if VIDEO in row]
    if shown:
        inputs["pixel_values_videos"] = torch.cat([pixels(seed) for seed in shown])
        inputs["video_grid_thw"] = torch.tensor([PATCHES] * len(shown))
        if generation == "qwen2_5":
            inputs["second_per_grid_ts"] = torch.ones(len(shown))
    return inputs


def _by_slot(row: list[int]) -> list[int]:
    """Qwen3-VL frames the tokens of each temporal slot of a video by themselves."""
    clip = [VISION_START, *[VIDEO] * VISUAL, VISION_END]
    slot = [VISION_START, *[VIDEO] * (VISUAL // PATCHES[0]), VISION_END]
    return [*row[:1], *slot * PATCHES[0], *row[1 + len(clip) :]] if VIDEO in row else row


def pixels(seed: int) -> torch.Tensor:
    time, rows, columns = PATCHES
    return torch.randn(time * rows * columns, PATCH_VALUES, generator=torch.Generator().manual_seed(100 + seed))


def stir(module: torch.nn.Module, seed: int = 0, std: float = 0.3) -> None:
    """Give the experts' B and the routers' last layer random values: they start at 0, where nothing can differ."""
    generator = torch.Generator().manual_seed(seed)
    for name, parameter in module.named_parameters():
        if name.endswith(("experts.up", "outward", "outward_bias", "inward_bias")):
            with torch.no_grad():
                parameter.copy_(torch.randn(parameter.shape, generator=generator) * std)
