"""The router's network, and the running mean that makes every one of its inputs causal.

A token's weights depend on nothing after it: "the mean over the visual tokens" means those up to this token, "the mean
over the prompt" the prompt so far, kept from the opening of the answer on. So one definition holds whether a sequence
is read at once, in chunks, from a cache or token by token, and no weight can depend on the answer. Before the first
visual token all weights are 0: text alone is answered by the base model.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

from spacevista.models.expert_settings import RouterSettings


class Router(nn.Module):
    """Two layers: projection of each (normalised) token, mean over tokens, SiLU, output.

    The projection comes before the mean, with which it commutes, so what a sequence must remember is `hidden` numbers.

    Args:
        width: of the tokens.
        count: number of experts.
        settings: mode `learned` gives one logit an expert, `anchored` log10 of the scene's size in metres and the log
            of its standard deviation.
    """

    def __init__(self, width: int, count: int, settings: RouterSettings) -> None:
        super().__init__()
        self.settings = settings
        self.temperature = settings.temperature
        self.dropout = settings.dropout
        outputs = 2 if settings.mode == "anchored" else count
        self.centre = sum(mu for mu, _ in settings.anchors) / max(len(settings.anchors), 1)
        self.inward = nn.Parameter(torch.empty(settings.hidden, width))
        self.inward_bias = nn.Parameter(torch.empty(settings.hidden))
        self.outward = nn.Parameter(torch.empty(outputs, settings.hidden))
        self.outward_bias = nn.Parameter(torch.empty(outputs))
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Start with equal logits; with a size in the middle of the experts' and a standard deviation of 1 decade."""
        # Normalised tokens have entries of about 1: this keeps the hidden layer at about 1, too.
        nn.init.normal_(self.inward, std=self.inward.shape[1] ** -0.5)
        nn.init.zeros_(self.inward_bias)
        nn.init.zeros_(self.outward)
        nn.init.zeros_(self.outward_bias)

    def features(self, tokens: Tensor) -> Tensor:
        """Project tokens (batch x length x width) to batch x length x hidden, float32."""
        normalised = functional.rms_norm(tokens, tokens.shape[-1:])
        return functional.linear(normalised.to(self.inward.dtype), self.inward).float()

    def outputs(self, pooled: Tensor) -> Tensor:
        """Map pooled features (batch x length x hidden) to batch x length x outputs, float32."""
        hidden = functional.silu(pooled + self.inward_bias.float())
        if self.training and self.dropout:
            # One mask a sequence: all of its tokens share their weights.
            keep = functional.dropout(hidden.new_ones(hidden.shape[0], 1, hidden.shape[2]), self.dropout)
            hidden = hidden * keep
        outputs = functional.linear(hidden, self.outward.float(), self.outward_bias.float())
        if self.settings.mode == "anchored":
            size, log_sd = outputs.unbind(-1)
            return torch.stack((size + self.centre, log_sd), -1)
        return outputs

    def weights(self, outputs: Tensor) -> Tensor:
        """Map `outputs` to the experts' weights, batch x length x M, each row with sum 1."""
        if self.settings.mode == "anchored":
            return anchored_weights(outputs[..., 0].detach(), self.settings.anchors)
        return (outputs / self.temperature).softmax(-1)


def running_mean(features: Tensor, counted: Tensor, past_sum: Tensor, past_count: Tensor) -> tuple[Tensor, Tensor]:
    """Return the mean of the counted features up to each token, and their new sum.

    The mean is batch x length x hidden, 0 before the first counted token; the sum is batch x hidden.

    Args:
        features: batch x length x hidden.
        counted: batch x length, bool: the tokens that enter the mean.
        past_sum: batch x hidden, of what came before.
        past_count: batch, of what came before.
    """
    # `where`, not a product: padded tokens may hold NaN.
    sums = torch.where(counted[..., None], features, 0.0).cumsum(1) + past_sum[:, None]
    counts = counted.cumsum(1) + past_count[:, None]
    return sums / counts.clamp(min=1)[..., None], sums[:, -1]


def anchored_weights(log10_size: Tensor, anchors: Sequence[tuple[float, float]]) -> Tensor:
    """Return weights proportional to exp(-(s - mu_i)^2 / (2 sigma_i^2)), with sum 1 over a new last axis.

    Args:
        log10_size: s, log10 of the scene's size in metres, of any shape.
        anchors: (mu, sigma) of each expert, in the same unit.
    """
    mu, sigma = torch.tensor(anchors, dtype=torch.float32, device=log10_size.device).unbind(-1)
    return (-0.5 * ((log10_size[..., None] - mu) / sigma) ** 2).softmax(-1)
