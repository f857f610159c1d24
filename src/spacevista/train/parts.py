"""The parts of a model: which parameters learn, in which precision, and their tensors by name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from spacevista.train.errors import TrainError
from spacevista.train.settings import Part, Start


def part_of(name: str) -> Part | None:
    """Return the part that a parameter belongs to, by its name; None: the dense encoder, which never learns.

    >>> part_of("model.language_model.layers.0.mlp.up_proj.experts.down"), part_of("model.dense.encoder.norm.bias")
    ('experts', None)
    """
    steps = name.split(".")
    if "language_model" in steps or "lm_head" in steps:
        if "experts" not in steps:
            return "language_model"
        return "router" if "routers" in steps else "experts"
    if "dense" in steps:
        return None if "encoder" in steps else "fusion"
    if "visual" in steps:
        return "projector" if any("merger" in step for step in steps) else "vision"
    return "language_model"


def let_learn(model: nn.Module, settings: Start) -> list[str]:
    """Freeze all but the parts of the settings, which are kept in float32, and return the names of those that learn.

    Raises:
        TrainError: the model lacks such a part.
    """
    names = []
    found: set[Part | None] = set()
    for name, parameter in model.named_parameters():
        part = part_of(name)
        found.add(part)
        parameter.requires_grad_(part in settings.trained)
        if part in settings.trained:
            names.append(name)
            parameter.data = parameter.data.float()
    if missing := [part for part in settings.trained if part not in found]:
        there = ", ".join(sorted(filter(None, found)))
        raise TrainError(
            f"trained: expected a model with {', '.join(missing)}, got one with {there}"
            + ("; an encoder adds fusion (--set encoder=FOLDER)" if "fusion" in missing else "")
        )
    return names


def trained_state(names: Sequence[str], state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Return the tensors that learn out of a model's, on the CPU."""
    return {name: state[name].detach().cpu().contiguous() for name in names}


def save_trained(file: Path, tensors: Mapping[str, Tensor]) -> None:
    """Write tensors; the folder is made."""
    file.parent.mkdir(parents=True, exist_ok=True)
    save_file(dict(tensors), file, metadata={"format": "pt"})


def load_trained(model: nn.Module, file: Path) -> None:
    """Read back what learns; errors as in `put_trained`."""
    put_trained(model, load_file(file), str(file))


@torch.no_grad()
def put_trained(model: nn.Module, tensors: Mapping[str, Tensor], source: str) -> None:
    """Give a model the tensors that learn.

    Raises:
        TrainError: they are others than those that learn in the model; names the `source`.
    """
    named = {name: parameter for name, parameter in model.named_parameters() if parameter.requires_grad}
    if set(named) != set(tensors):
        differ = sorted(set(named) ^ set(tensors))
        raise TrainError(f"{source}: expected the {len(named)} tensors that learn, {len(differ)} differ: {differ[:3]}")
    for name, parameter in named.items():
        if parameter.shape != tensors[name].shape:
            raise TrainError(f"{source}: expected {name} of {tuple(parameter.shape)}, got {tuple(tensors[name].shape)}")
        parameter.copy_(tensors[name])
