"""The model a stage begins with, and the folder it ends as."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

import torch
from transformers import AutoConfig, AutoModelForImageTextToText, AutoProcessor, PreTrainedModel

import spacevista.models  # noqa: F401 (makes our models known to the Auto classes)
from spacevista.models.assemble import EXTENDED, from_base
from spacevista.models.debug import SMALL, TINY, DebugSize, debug_config, debug_model
from spacevista.models.expert_settings import ExpertSettings, RouterSettings, settings_to_dict
from spacevista.models.experts import attach_experts
from spacevista.train.errors import TrainError
from spacevista.train.parts import part_of
from spacevista.train.settings import Start

MODEL_FOLDER = "model"  # of a stage's output
NANO = DebugSize(width=448, layers=7, heads=7, vision_width=224, vision_layers=6, dense_width=128, dense_layers=3)
SCRATCH = {"tiny": TINY, "small": SMALL, "nano": NANO}  # 0.6, 5.8 and 26 million parameters


def start_model(
    settings: Start, model: Path | None, router: RouterSettings | None = None
) -> tuple[PreTrainedModel, Any]:
    """Return the model that a stage begins with, for training, and its processor.

    Args:
        model: folder of any model that the Auto classes load; a plain Qwen-VL is extended. None: a random one of the
            settings' size.
        router: replaces that of the folder's configuration.

    Raises:
        TrainError: no folder and no size, or a router for a model without experts.
        ModelError: the checkpoint is not what its configuration says.
        OSError: there is no such folder, or it has no safetensors.
    """
    dtype = torch.bfloat16 if settings.precision == "bfloat16" else torch.float32
    if model is None:
        if not settings.scratch:
            raise TrainError(f"recipe {settings.recipe}: expected --model FOLDER to start from, got none")
        loaded, processor = debug_model(settings.seed, debug_config(size=SCRATCH[settings.scratch]))
        return loaded.to(dtype), processor
    config = AutoConfig.from_pretrained(model)
    processor = AutoProcessor.from_pretrained(model)
    if config.model_type in EXTENDED:
        return from_base(model, settings.encoder or None, dtype=dtype), processor
    if settings.encoder:
        raise TrainError(f"encoder: expected a plain {' or '.join(EXTENDED)} to add it to, got {config.model_type}")
    if router is not None:
        experts = getattr(config, "experts", None)
        if experts is None:
            raise TrainError(f"{model}: expected a model with experts, as the stage experts writes it, got one without")
        router.check_count(experts["count"])
        config.router = settings_to_dict(router)
    with torch.random.fork_rng(devices=()):
        torch.manual_seed(settings.seed)  # of what the folder does not hold: a router
        loaded, found = AutoModelForImageTextToText.from_pretrained(
            model, config=config, dtype=dtype, use_safetensors=True, output_loading_info=True
        )
    if lost := sorted(name for name in found["missing_keys"] if router is None or part_of(name) != "router"):
        raise TrainError(f"{model}: expected all tensors of its configuration, {len(lost)} are missing: {lost[:3]}")
    return loaded, processor


def attach_lora(model: PreTrainedModel, rank: int, alpha: float, targets: str, seed: int) -> None:
    """Put a LoRA on the language model: one expert that always counts, text alone included.

    Raises:
        ModelError: the model has experts already, or no layer matches `targets`.
    """
    with torch.random.fork_rng(devices=()):
        torch.manual_seed(seed)
        attach_experts(model, ExpertSettings(1, rank, alpha, targets), RouterSettings("fixed", weights=(1.0,)))


def save_model(model: PreTrainedModel, processor: Any, settings: Start, folder: Path, files: list[Path]) -> None:
    """Write a model with its processor and copies of `files`, whole or not at all, in the settings' precision."""
    part = folder.with_name(folder.name + ".part")
    shutil.rmtree(part, ignore_errors=True)
    if settings.precision == "bfloat16":
        for parameter in model.parameters():
            parameter.data = parameter.data.to(torch.bfloat16)
    for config in (model.config, model.config.get_text_config()):
        config.use_cache = True  # the trainer turns it off
    model.save_pretrained(part)
    processor.save_pretrained(part)
    for file in files:
        shutil.copy(file, part / file.name)
    os.replace(part, folder)
