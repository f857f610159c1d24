"""Single experts as ordinary PEFT LoRA folders: written for PEFT and for multi-LoRA serving, and read back.

A folder holds `adapter_config.json` and `adapter_model.safetensors` with, for each adapted layer, `lora_A` (rank x in)
and `lora_B` (out x rank). vLLM reads the same layout. Pickled adapters are never read.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor, nn

from spacevista.models.adapter_config import read_adapter_config, write_adapter_config
from spacevista.models.errors import ModelError
from spacevista.models.experts import Experts, experts_of
from spacevista.models.language_model import LANGUAGE_MODEL, language_model_path

TENSOR_FILE = "adapter_model.safetensors"
CHOICE_FILE = "choice.json"
PREFIX = "base_model.model."  # PEFT wraps the model twice
KEY = re.compile(rf"(?:.*\.)?{LANGUAGE_MODEL}\.(?P<linear>.+)\.lora_(?P<side>[AB])\.weight")
FOLDER_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")


def export_expert(model: nn.Module, index: int, folder: Path, base: str = "") -> None:
    """Write one expert, at its full weight, as a PEFT LoRA folder.

    Args:
        model: with experts; its layers must have the names they have in the model that the adapter will be loaded on.
        index: of the expert, 0 to M - 1.
        folder: is made.
        base: name or path of the base model; "": what the model's configuration says it was loaded from.

    Raises:
        ModelError: there is no such expert.
    """
    experts = experts_of(model)
    _check_index(experts, index)
    path = language_model_path(model)
    tensors: dict[str, Tensor] = {}
    for name, linear in experts.linears.items():
        down, up = (part.detach().cpu().contiguous().clone() for part in linear.expert(index))
        tensors[f"{PREFIX}{path}.{name}.lora_A.weight"] = down
        tensors[f"{PREFIX}{path}.{name}.lora_B.weight"] = up
    folder.mkdir(parents=True, exist_ok=True)
    save_file(tensors, folder / TENSOR_FILE, metadata={"format": "pt"})
    settings = experts.settings
    # Anchored on the language model: as bare suffixes the names would also hit layers of the vision tower.
    targets = rf"(.*\.)?{LANGUAGE_MODEL}\.({settings.targets})"
    write_adapter_config(folder, base or base_name(model), settings.rank, settings.alpha, targets)


def export_choice(model: nn.Module, folder: Path, names: Sequence[str], base: str = "") -> None:
    """Write all experts for a hard choice of one a request, for servers of several LoRA adapters.

    `folder` gets one PEFT folder a name, and `choice.json`: the names with their folders, and each expert's size
    (mu, sigma, log10 of metres) if the router is anchored, so that a client can choose the nearest to a predicted size.
    Serve with `vllm serve BASE --enable-lora --max-lora-rank RANK --lora-modules NAME=FOLDER/NAME ...`.

    Raises:
        ModelError: there is not one plain and distinct file name an expert.
    """
    experts = experts_of(model)
    if len(names) != experts.settings.count or len(set(names)) != len(names):
        raise ModelError(f"expected {experts.settings.count} distinct names, one an expert, got {list(names)}")
    for name in names:
        if not FOLDER_NAME.fullmatch(name):
            raise ModelError(f"expected a name of letters, digits, '_', '.' and '-', got {name!r}")
    for index, name in enumerate(names):
        export_expert(model, index, folder / name, base)
    anchors = experts.router.anchors if experts.router.mode == "anchored" else ()
    choice: dict[str, Any] = {
        "base": base or base_name(model),
        "rank": experts.settings.rank,
        "experts": [
            {"name": name, "folder": name, **({"log10_size": anchors[i][0], "sigma": anchors[i][1]} if anchors else {})}
            for i, name in enumerate(names)
        ],
    }
    (folder / CHOICE_FILE).write_bytes(msgspec.json.format(msgspec.json.encode(choice), indent=2) + b"\n")


@torch.no_grad()
def import_expert(model: nn.Module, index: int, folder: Path, base: str = "") -> None:
    """Put a LoRA that was trained alone with PEFT in the place of one expert.

    Its alpha may differ from the settings': B is scaled so that its effect is the same.

    Args:
        base: as in `export_expert`; the folder's base is compared with it if both are known.

    Raises:
        ModelError: the folder is not a plain LoRA of this base, rank and these layers; says what was expected and came.
    """
    experts = experts_of(model)
    _check_index(experts, index)
    config = read_adapter_config(folder)
    expected_base, got_base = base or base_name(model), config.base_model_name_or_path or ""
    if expected_base and got_base and expected_base != got_base:
        raise ModelError(f"{folder}: expected an adapter of base {expected_base!r}, got one of {got_base!r}")
    if config.r != experts.settings.rank:
        raise ModelError(f"{folder}: expected rank {experts.settings.rank}, got {config.r}")
    tensors = _read_tensors(folder / TENSOR_FILE, experts)
    ratio = config.scaling / experts.settings.scaling
    for name, linear in experts.linears.items():
        down, up = linear.expert(index)
        down.copy_(tensors[name, "A"])
        up.copy_(tensors[name, "B"].float() * ratio)


def base_name(model: nn.Module) -> str:
    """Return what the model says it was loaded from, "" if it was made from a configuration."""
    return str(getattr(getattr(model, "config", None), "name_or_path", "") or "")


def _check_index(experts: Experts, index: int) -> None:
    if not 0 <= index < experts.settings.count:
        raise ModelError(f"expected an expert of 0 to {experts.settings.count - 1}, got {index}")


def _read_tensors(path: Path, experts: Experts) -> dict[tuple[str, str], Tensor]:
    """Read A and B of each adapted layer, after a check of all names and shapes."""
    try:
        with safe_open(path, framework="pt") as file:
            keys = list(file.keys())
            names = {_parse(path, key): key for key in keys}
            if len(names) != len(keys):
                raise ModelError(f"{path}: expected each layer once, got {len(keys)} tensors for {len(names)}")
            _check_layers(path, {name for name, _ in names}, set(experts.linears))
            shapes = {part: tuple(file.get_slice(key).get_shape()) for part, key in names.items()}
            for name, linear in experts.linears.items():
                for side, like in zip("AB", linear.expert(0), strict=True):
                    if shapes.get((name, side)) != tuple(like.shape):
                        raise ModelError(
                            f"{path}: {name}: expected lora_{side} of {tuple(like.shape)}, "
                            f"got {shapes.get((name, side))}"
                        )
            tensors = {part: file.get_tensor(key) for part, key in names.items()}
    except (OSError, SafetensorError) as error:
        raise ModelError(f"{path}: expected a safetensors file as PEFT writes it: {error}") from error
    for (name, side), tensor in tensors.items():
        if not bool(torch.isfinite(tensor).all()):
            raise ModelError(f"{path}: {name}: expected finite numbers in lora_{side}, got infinite ones or NaN")
    return tensors


def _parse(path: Path, key: str) -> tuple[str, str]:
    match = KEY.fullmatch(key)
    if match is None:
        raise ModelError(
            f"{path}: expected tensors <...>.{LANGUAGE_MODEL}.<layer>.lora_A.weight or lora_B, got {key!r}"
        )
    return match["linear"], match["side"]


def _check_layers(path: Path, got: set[str], expected: set[str]) -> None:
    missing, foreign = sorted(expected - got), sorted(got - expected)
    if missing or foreign:
        raise ModelError(
            f"{path}: expected the {len(expected)} layers that the experts adapt, got {len(got)}: "
            f"{_some(missing)} missing, {_some(foreign)} not adapted here"
        )


def _some(names: list[str]) -> str:
    return "none" if not names else ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
