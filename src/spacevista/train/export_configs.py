"""Settings of a recipe's cold start in the words of ms-swift 4 and LLaMA-Factory.

What they cannot do is said in the file: they train a plain Qwen-VL, so without fusion, and a LoRA is not merged.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import msgspec

from spacevista.train.export_data import DATA_FILES
from spacevista.train.settings import SftSettings

OtherTrainer = Literal["ms_swift", "llama_factory"]
LINEARS = "q_proj,k_proj,v_proj,o_proj,gate_proj,up_proj,down_proj"
CUTOFF = 16_384  # tokens; both drop or cut longer rows, which ours refuses


def write_config(trainer: OtherTrainer, settings: SftSettings, model: str, out: Path) -> Path:
    """Write what starts the other trainer in the folder of the exported rows, and return the file.

    Args:
        model: name or folder of a plain Qwen-VL.
    """
    if trainer == "ms_swift":
        return _write_ms_swift(settings, model, out)
    return _write_llama_factory(settings, model, out)


def _write_ms_swift(settings: SftSettings, model: str, out: Path) -> Path:
    arguments: dict[str, Any] = {
        "model": model,
        "dataset": out.resolve() / DATA_FILES["train"],
        "val_dataset": out.resolve() / DATA_FILES["val"],
        **_common(settings),
        "torch_dtype": settings.precision,
        "tuner_type": "lora" if settings.lora_rank else "full",
        "freeze_llm": _flag("language_model" not in settings.trained and not settings.lora_rank),
        "freeze_vit": _flag("vision" not in settings.trained),
        "freeze_aligner": _flag("projector" not in settings.trained),
        "max_length": CUTOFF,
        "output_dir": out.resolve() / "output",
    }
    if settings.lora_rank:
        arguments |= {
            "lora_rank": settings.lora_rank,
            "lora_alpha": settings.lora_alpha,
            "target_modules": LINEARS.replace(",", " "),
        }
    lines = [f"    --{name} {value}" for name, value in arguments.items()]
    # Read by qwen_vl_utils: all frames, in the size in which they come.
    limits = f"VIDEO_MAX_PIXELS={settings.pixels} FPS_MAX_FRAMES={2 * settings.frames}"
    file = out / "sft.sh"
    file.write_text(f"#!/bin/sh\n{_remarks(settings)}{limits} swift sft \\\n" + " \\\n".join(lines) + "\n")
    return file


def _write_llama_factory(settings: SftSettings, model: str, out: Path) -> Path:
    columns = {"messages": "messages", "videos": "videos"}
    tags = {"role_tag": "role", "content_tag": "content", "user_tag": "user", "assistant_tag": "assistant"}
    described = {
        f"spacevista_{split}": {"file_name": name, "formatting": "sharegpt", "columns": columns, "tags": tags}
        for split, name in DATA_FILES.items()
    }
    (out / "dataset_info.json").write_bytes(msgspec.json.format(msgspec.json.encode(described), indent=2) + b"\n")
    values: dict[str, Any] = {
        "model_name_or_path": model,
        "stage": "sft",
        "do_train": "true",
        "finetuning_type": "lora" if settings.lora_rank else "full",
        "freeze_vision_tower": _flag("vision" not in settings.trained),
        "freeze_multi_modal_projector": _flag("projector" not in settings.trained),
        "freeze_language_model": _flag("language_model" not in settings.trained and not settings.lora_rank),
        "dataset": "spacevista_train",
        "eval_dataset": "spacevista_val",
        "dataset_dir": out.resolve(),
        "template": "qwen2_vl",
        "cutoff_len": CUTOFF,
        "video_max_pixels": settings.pixels,
        "video_maxlen": 2 * settings.frames,
        **_common(settings),
        "bf16": _flag(settings.precision == "bfloat16"),
        "output_dir": out.resolve() / "output",
    }
    if settings.lora_rank:
        values |= {"lora_rank": settings.lora_rank, "lora_alpha": int(settings.lora_alpha), "lora_target": LINEARS}
    file = out / "sft.yaml"
    file.write_text(_remarks(settings) + "".join(f"{name}: {value}\n" for name, value in values.items()))
    return file


def _common(settings: SftSettings) -> Mapping[str, Any]:
    """Return the arguments that both take from the trainer of transformers, for one process."""
    length = {"max_steps": settings.steps} if settings.steps else {"num_train_epochs": settings.epochs}
    return {
        "learning_rate": settings.learning_rate,
        **length,
        "lr_scheduler_type": "cosine" if settings.schedule == "cosine" else "constant_with_warmup",
        "warmup_ratio": settings.warmup_share,
        "weight_decay": settings.weight_decay,
        "adam_beta2": settings.beta2,
        "max_grad_norm": settings.max_grad_norm,
        "per_device_train_batch_size": settings.rows_at_once,
        "gradient_accumulation_steps": settings.batch_size // settings.rows_at_once,
        "gradient_checkpointing": _flag(settings.gradient_checkpointing),
        "save_steps": settings.save_every,
        "logging_steps": settings.log_every,
        "seed": settings.seed,
    }


def _remarks(settings: SftSettings) -> str:
    said = [f"Recipe {settings.recipe}, which follows {settings.follows}.", "Accumulation is for one process."]
    if "fusion" in settings.trained:
        said.append("The recipe also trains the fusion of dense features, which a plain Qwen-VL has not.")
    if settings.scale_weights or settings.task_weights:
        said.append("The weights of scales and tasks are not in here: every row is shown as often.")
    return "".join(f"# {line}\n" for line in said)


def _flag(value: bool) -> str:
    return "true" if value else "false"
