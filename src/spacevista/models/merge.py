"""A fixed mixture of the experts, merged into the weights of the base: no experts and no extra arithmetic remain."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import torch
from torch import nn

from spacevista.models.errors import ModelError
from spacevista.models.experts import detach_experts, experts_of
from spacevista.models.language_model import LANGUAGE_MODEL, owner_of


@torch.no_grad()
def merge_experts(model: nn.Module, weights: Sequence[float]) -> None:
    """Add sum_i weights_i * alpha / r * B_i A_i to each adapted layer's weight, in place, and detach the experts.

    The merged model applies the mixture to every token, text alone included, as mode `fixed` does.

    Raises:
        ModelError: there is not one finite weight an expert, or a layer's weight is quantised.
    """
    experts = experts_of(model)
    if len(weights) != experts.settings.count or not all(map(math.isfinite, weights)):
        raise ModelError(f"expected {experts.settings.count} finite weights, one an expert, got {list(weights)}")
    language_model: Any = getattr(owner_of(model), LANGUAGE_MODEL)
    linears = {name: language_model.get_submodule(name) for name in experts.linears}
    for name, linear in linears.items():
        if not linear.weight.is_floating_point():
            raise ModelError(f"{name}: expected a weight of a floating type to merge into, got {linear.weight.dtype}")
    factors = torch.tensor(weights) * experts.settings.scaling
    for name, linear in linears.items():
        merged = linear.weight.float() + experts.linears[name].delta(factors)
        linear.weight.copy_(merged)
    detach_experts(model)
