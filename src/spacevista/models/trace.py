"""What one forward decided: the experts' weights, and what the routers said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from spacevista.models.anchors import size_and_sd, support
from spacevista.models.errors import ModelError
from spacevista.models.expert_settings import RouterInput, RouterMode
from spacevista.traces import TraceRow


@dataclass(frozen=True)
class Trace:
    """The routing of one forward.

    Attributes:
        mode, input: of the router.
        weights: rows x batch x length x M; a row a layer, or one row that all layers share.
        outputs: rows x batch x length x outputs, what a learned (logits) or anchored (s, log of its standard
            deviation) router said; None in other modes.
        real: batch x length, bool, not padding.
        gate: batch x length, bool, a visual token has come.
        anchors: of the router, (mu, sigma) of each expert.
    """

    mode: RouterMode
    input: RouterInput
    weights: Tensor
    outputs: Tensor | None
    real: Tensor
    gate: Tensor
    anchors: tuple[tuple[float, float], ...] = ()

    def sequence_weights(self) -> Tensor:
        """Return one distribution a sequence, rows x batch x M.

        It is that of the last token; where every token has its own, the mean over those from the first visual one on.
        Text alone has 0.
        """
        return self._at_end(self.weights)

    def sequence_outputs(self) -> Tensor:
        """Return what the routers said of each sequence, rows x batch x outputs, chosen as in `sequence_weights`.

        Raises:
            ModelError: the mode has no network.
        """
        if self.outputs is None:
            raise ModelError(f"expected a trace of mode 'learned' or 'anchored', got one of {self.mode!r}")
        return self._at_end(self.outputs)

    def _at_end(self, values: Tensor) -> Tensor:
        if self.input == "token":
            chosen = (self.real & self.gate).float()
        else:
            last = (self.real * torch.arange(1, self.real.shape[1] + 1, device=self.real.device)).argmax(1)
            chosen = torch.nn.functional.one_hot(last, self.real.shape[1]).float()
        share = (chosen / chosen.sum(1, keepdim=True).clamp(min=1)).to(values.device)
        # Padding may hold NaN, which a share of 0 would not remove.
        return torch.where(share[..., None] > 0, values * share[..., None], 0.0).sum(2)


def trace_rows(
    trace: Trace, ids: Sequence[str], scales: Sequence[str], true_log10_sizes: Sequence[float | None]
) -> list[TraceRow]:
    """Return a row a sequence of the batch, for `spacevista explain`.

    Args:
        ids, scales: name of each sequence and key of its scale ("" unknown).
        true_log10_sizes: log10 of the scene's size in metres, None where unknown.

    Raises:
        ModelError: their numbers differ from the batch.
    """
    weights = trace.sequence_weights().detach().float().cpu()
    batch = weights.shape[1]
    if not batch == len(ids) == len(scales) == len(true_log10_sizes):
        raise ModelError(
            f"expected {batch} ids, scales and sizes, got {len(ids)}, {len(scales)}, {len(true_log10_sizes)}"
        )
    sizes: list[tuple[float, float] | None] = [None] * batch
    if trace.mode == "anchored":
        size, sd = size_and_sd(trace.sequence_outputs()[0].detach().float().cpu())
        sizes = list(zip(size.tolist(), sd.tolist(), strict=True))
    return [
        TraceRow(
            id=ids[index],
            scale=scales[index],
            weights=weights[:, index].tolist(),
            log10_size=None if (pair := sizes[index]) is None else pair[0],
            log10_size_sd=None if pair is None else pair[1],
            support=None if pair is None else support(pair[0], trace.anchors),
            true_log10_size=true_log10_sizes[index],
        )
        for index in range(batch)
    ]
