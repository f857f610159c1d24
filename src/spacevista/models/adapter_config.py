"""`adapter_config.json` of a LoRA folder as PEFT writes it: what we read of it, and what we refuse."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import msgspec

from spacevista.models.errors import ModelError

CONFIG_FILE = "adapter_config.json"
MAX_CONFIG_BYTES = 1_000_000
# Fields that change what a folder's tensors mean; the value that a plain LoRA has.
PLAIN: dict[str, tuple[Any, ...]] = {
    "bias": ("none",),
    "use_dora": (False, None),
    "fan_in_fan_out": (False, None),
    "lora_bias": (False, None),
    "rank_pattern": ({}, None),
    "alpha_pattern": ({}, None),
    "modules_to_save": (None, []),
    "layer_replication": (None,),
    "use_qalora": (False, None),
    "target_parameters": (None, []),
    "trainable_token_indices": (None, []),
    "corda_config": (None,),
    "lora_ga_config": (None,),
    "use_bdlora": (False, None),
    "arrow_config": (None,),
}


class AdapterConfig(msgspec.Struct, frozen=True):
    """The fields that a single expert needs.

    Attributes:
        base_model_name_or_path: of the model the adapter was trained on, None unknown.
    """

    peft_type: str
    r: int
    lora_alpha: float
    base_model_name_or_path: str | None = None
    use_rslora: bool = False

    @property
    def scaling(self) -> float:
        return self.lora_alpha / (math.sqrt(self.r) if self.use_rslora else self.r)


def read_adapter_config(folder: Path) -> AdapterConfig:
    """Read the configuration of a plain LoRA.

    Raises:
        ModelError: the file is missing, too large, not JSON, lacks a field, or describes more than a plain LoRA.
    """
    path = folder / CONFIG_FILE
    try:
        with path.open("rb") as file:
            text = file.read(MAX_CONFIG_BYTES + 1)
    except OSError as error:
        raise ModelError(f"{path}: expected a LoRA folder as PEFT writes it, {error.strerror}") from error
    if len(text) > MAX_CONFIG_BYTES:
        raise ModelError(f"{path}: expected at most {MAX_CONFIG_BYTES} bytes, got more")
    try:
        config = msgspec.json.decode(text, type=AdapterConfig)
        fields = msgspec.json.decode(text, type=dict[str, Any])
    except msgspec.DecodeError as error:
        raise ModelError(f"{path}: {error}") from error
    for name, plain in PLAIN.items():
        if name in fields and fields[name] not in plain:
            raise ModelError(f"{path}: expected a plain LoRA with {name} = {plain[0]!r}, got {fields[name]!r}")
    if config.peft_type != "LORA":
        raise ModelError(f"{path}: expected peft_type 'LORA', got {config.peft_type!r}")
    if config.r < 1 or not (math.isfinite(config.lora_alpha) and config.lora_alpha > 0):
        raise ModelError(f"{path}: expected a rank of 1 or more and alpha above 0, got {config.r}, {config.lora_alpha}")
    return config


def write_adapter_config(folder: Path, base: str, rank: int, alpha: float, targets: str) -> None:
    """Write the configuration of a plain LoRA for inference; `targets` is PEFT's regular expression of layer names."""
    fields = {
        "peft_type": "LORA",
        "task_type": "CAUSAL_LM",
        "base_model_name_or_path": base,
        "r": rank,
        # PEFT declares an integer; a fraction is kept as it is, and works in PEFT.
        "lora_alpha": int(alpha) if alpha == int(alpha) else alpha,
        "target_modules": targets,
        "bias": "none",
        "lora_dropout": 0.0,
        "use_rslora": False,
        "use_dora": False,
        "fan_in_fan_out": False,
        "modules_to_save": None,
        "inference_mode": True,
    }
    (folder / CONFIG_FILE).write_text(json.dumps(fields, indent=2) + "\n", encoding="utf-8")
