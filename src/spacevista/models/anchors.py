"""What the anchored router's numbers mean: each expert's size, how far a scene is from all of them, and the loss."""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor

from spacevista.models.errors import ModelError
from spacevista.scales import SCALE_FACTS, Scale

# The experts of the source: four, outdoor and drone view share the last.
FOUR_EXPERTS: tuple[tuple[Scale, ...], ...] = (
    (Scale.TINY_TABLETOP,),
    (Scale.TABLETOP,),
    (Scale.INDOOR,),
    (Scale.OUTDOOR, Scale.DRONE),
)
# A scale's range of object sizes is taken as mu +- 2 sigma.
SIGMAS_IN_RANGE = 4.0
# exp(log_sd) stays between a hundredth of a decade and ten decades: beyond, the loss's gradient is useless.
LOG_SD_RANGE = (math.log(0.01), math.log(10.0))


def anchors_of(experts: Sequence[Sequence[Scale]]) -> tuple[tuple[float, float], ...]:
    """Return (mu, sigma) of each expert in log10 of metres, from the typical object sizes of its scales.

    Raises:
        ModelError: an expert has no scale.
    """
    return tuple(_anchor(scales) for scales in experts)


def _anchor(scales: Sequence[Scale]) -> tuple[float, float]:
    if not scales:
        raise ModelError("expected at least one scale for each expert, got none")
    low = math.log10(min(SCALE_FACTS[scale].object_size_m[0] for scale in scales))
    high = math.log10(max(SCALE_FACTS[scale].object_size_m[1] for scale in scales))
    return (low + high) / 2, (high - low) / SIGMAS_IN_RANGE


def support(log10_size: float, anchors: Sequence[tuple[float, float]]) -> float:
    """Return max_i exp(-(s - mu_i)^2 / (2 sigma_i^2)), 0 to 1: near 0 no expert was made for this size.

    The weights have sum 1 whatever the size; this tells interpolation from extrapolation.
    """
    return max(math.exp(-0.5 * ((log10_size - mu) / sigma) ** 2) for mu, sigma in anchors)


def size_loss(outputs: Tensor, log10_size: Tensor) -> Tensor:
    """Return the mean negative log-likelihood (nats, constant left out) of the true sizes under the predicted normals.

    Args:
        outputs: batch x 2, predicted log10 of the size in metres and log of its standard deviation.
        log10_size: batch, the truth.
    """
    log_sd = outputs[:, 1].clamp(*LOG_SD_RANGE)
    return (0.5 * ((log10_size - outputs[:, 0]) / log_sd.exp()) ** 2 + log_sd).mean()


def size_and_sd(outputs: Tensor) -> tuple[Tensor, Tensor]:
    """Split outputs (... x 2) into s and its standard deviation, both in decades."""
    return outputs[..., 0], outputs[..., 1].clamp(*LOG_SD_RANGE).exp()


def annealed(start: float, end: float, progress: float) -> float:
    """Return the temperature at `progress` (0 to 1) on the geometric way from `start` to `end`.

    After a warm start from labels, begin low: the weights are nearly one expert's, as when it was trained alone.

    Raises:
        ModelError: a temperature is not above 0, or progress is outside 0 to 1.
    """
    if not (start > 0 and end > 0 and 0 <= progress <= 1):
        raise ModelError(f"expected temperatures above 0 and progress of 0 to 1, got {start}, {end} and {progress}")
    return float(start * (end / start) ** progress)


def label_loss(outputs: Tensor, labels: Tensor, temperature: float) -> Tensor:
    """Return the mean cross-entropy (nats) of a learned router's logits with the experts' labels: the warm start.

    Args:
        outputs: routers x batch x M.
        labels: batch, int64, the expert of each sequence.
    """
    logits = outputs.flatten(0, 1) / temperature
    return torch.nn.functional.cross_entropy(logits, labels.repeat(outputs.shape[0]))
