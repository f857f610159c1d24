"""How a policy uses its experts: collected in the training forward, summed up for the log."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from spacevista.models.experts import Experts
from spacevista.traces import Usage, usage

Routed = tuple[NDArray[np.float64], str]  # a sequence's weights (layers x M) and the key of its scale


@dataclass(frozen=True)
class RouterWatch:
    """Looks at the experts of a model while it computes."""

    experts: Experts

    @contextmanager
    def watching(self, scales: Sequence[str], found: list[Routed]) -> Iterator[None]:
        """Add the weights of each sequence of the forward inside a `with` block to `found`.

        Text alone is left out: its weights are 0.
        """
        with self.experts.tracing() as traces:
            yield
        weights = traces[0].sequence_weights().detach().double().cpu().numpy()
        found += [(weights[:, row], scale) for row, scale in enumerate(scales) if weights[:, row].any()]


def router_metrics(routed: Sequence[Routed]) -> dict[str, float]:
    """Return the experts' use in bits (`traces.Usage`), the mean over the layers; nothing where there was no sequence.

    Of few sequences the information on the scale comes out too high: compare it at equal numbers of them.
    """
    if not routed:
        return {}
    weights, scales = np.stack([weights for weights, _ in routed]), [scale for _, scale in routed]
    layers: list[Usage] = [usage(weights[:, layer], scales) for layer in range(weights.shape[1])]
    return {
        "router/of_mean": float(np.mean([layer.of_mean for layer in layers])),
        "router/mean_of": float(np.mean([layer.mean_of for layer in layers])),
        "router/with_scale": float(np.mean([layer.with_scale for layer in layers])),
    }
