"""M LoRA experts on one linear layer, in two matrix products.

    h = W0 x + sum_i w_i * alpha / r * B_i A_i x  =  W0 x + B ((A x) * s),   s = w_i * alpha / r, repeated r times

`down` stacks the A_i (M * r x in), `up` the B_i side by side (out x M * r), so the experts' weights only scale the rank
space between two products and no expert costs a pass of its own.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional

from spacevista.models.errors import ModelError


class Scales:
    """What one decoder layer's experts are multiplied by: batch x length (or 1) x M * r, set anew for every forward.

    Shared by the linear layers of that layer. It is empty in a copy or a pickle, whose own forward sets its own.
    """

    def __init__(self) -> None:
        self.value: Tensor | None = None

    def __reduce__(self) -> tuple[type[Scales], tuple[()]]:
        return Scales, ()


class LinearExperts(nn.Module):
    """The experts of one linear layer, added to its output by a forward hook: the layer itself stays what it was."""

    def __init__(self, linear: nn.Module, count: int, rank: int, scales: Scales) -> None:
        super().__init__()
        self.rank = rank
        self.scales = scales
        weight = linear.weight
        # A quantised layer's weight has no floating type: its experts are kept in float32.
        options = {"device": weight.device, "dtype": weight.dtype if weight.is_floating_point() else torch.float32}
        self.down = nn.Parameter(torch.empty(count * rank, linear.in_features, **options))
        self.up = nn.Parameter(torch.empty(linear.out_features, count * rank, **options))
        self.reset_parameters()
        self.hook = linear.register_forward_hook(self.add_to)

    def reset_parameters(self) -> None:
        """Draw A as LoRA does and set B to 0, so that the model is exactly the base."""
        nn.init.kaiming_uniform_(self.down, a=math.sqrt(5))
        nn.init.zeros_(self.up)

    def add_to(self, _linear: nn.Module, inputs: tuple[Tensor, ...], output: Tensor) -> Tensor:
        """Return the layer's output (batch x length x out) plus the weighted experts'; may add in place."""
        scales = self.scales.value
        if scales is None:
            raise ModelError(
                "expected a forward of the whole decoder layer, which weighs its experts; got one of its parts"
            )
        ranks = functional.linear(inputs[0].to(self.down.dtype), self.down) * scales
        if output.dtype != ranks.dtype or output.dtype != self.up.dtype:
            return output + functional.linear(ranks, self.up).to(output.dtype)
        # The product is accumulated onto the output: a separate sum would read and write it once more.
        output.view(-1, output.shape[-1]).addmm_(ranks.reshape(-1, ranks.shape[-1]), self.up.t())
        return output

    def expert(self, index: int) -> tuple[Tensor, Tensor]:
        """Return A (rank x in) and B (out x rank) of one expert, as views."""
        rows = slice(index * self.rank, (index + 1) * self.rank)
        return self.down[rows], self.up[:, rows]

    def delta(self, factors: Tensor) -> Tensor:
        """Return sum_i factors_i * B_i A_i (out x in) in float32; `factors` (M) includes alpha / rank."""
        ranks = factors.to(self.up.device, torch.float32).repeat_interleave(self.rank)
        return (self.up.float() * ranks) @ self.down.float()

    def extra_repr(self) -> str:
        return f"experts={self.down.shape[0] // self.rank}, rank={self.rank}"
