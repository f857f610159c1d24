"""One forward's routing: which tokens count, what the routers say, what the cache must remember."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from spacevista.models.errors import ModelError
from spacevista.models.expert_settings import RouterSettings
from spacevista.models.router import Router, running_mean
from spacevista.models.trace import Trace
from spacevista.models.weights_cache import Memory, blank


@dataclass(frozen=True)
class Tokens:
    """What a router may know of the tokens of one forward; all batch x length, bool.

    Attributes:
        real: not padding.
        counted: enter the running mean.
        gate: a visual token has come, up to and including this one.
        changes: alter what is remembered of the sequence.
    """

    real: Tensor
    counted: Tensor
    gate: Tensor
    changes: Tensor


def real_tokens(mask: Any, batch: int, length: int, past: int, device: torch.device) -> Tensor:
    """Return which of the new tokens are not padding, batch x length, bool.

    Args:
        mask: None; batch x (past + length); or the masks prepared for attention, batch x 1 x length x keys, bool or
            added to the scores, possibly one a kind of layer.

    Raises:
        ModelError: the mask has another shape.
    """
    if isinstance(mask, dict):
        mask = mask.get("full_attention")
    if mask is None:
        return torch.ones(batch, length, dtype=torch.bool, device=device)
    if mask.ndim == 4 and mask.shape[3] >= past + length:
        # The last token sees every key before it that is not padding.
        seen = mask[:, 0, -1, past : past + length]
        return (seen if seen.dtype == torch.bool else seen == 0).expand(batch, length)
    if mask.ndim == 2 and tuple(mask.shape) == (batch, past + length):
        return mask[:, past:].bool().to(device)
    raise ModelError(f"expected an attention mask of {batch} x {past + length}, got {tuple(mask.shape)}")


def refuse_packed(positions: Tensor | None) -> None:
    """Raise ModelError where rows hold several sequences each, whose tokens would share their weights.

    Args:
        positions: as the language model takes them; 4 x batch x length where the first plane counts the tokens.
    """
    if positions is not None and positions.ndim == 3 and len(positions) == 4 and bool((positions[0].diff() != 1).any()):
        raise ModelError("expected one sequence a row, got rows of several: experts do not work with packed batches")


def read_tokens(
    visual: Tensor, ids: Tensor | None, real: Tensor, past: Memory, settings: RouterSettings
) -> tuple[Tokens, Memory]:
    """Return what the router may know of the new tokens, and the memory after them (without `sums` and `outputs`).

    Args:
        visual: batch x length, bool: tokens that stand for pixels.
        ids: batch x length, or None where the caller gave embeddings.
        real: batch x length, bool.

    Raises:
        ModelError: the end of the prompt is asked for and there are no token ids.
    """
    visual = visual & real
    gate = (visual.cumsum(1) > 0) | past.seen[:, None]
    counted, changes, closed, recent = visual, visual, past.closed, past.recent
    if settings.has_network and settings.input == "prompt":
        if ids is None:
            raise ModelError("expected input_ids, in which the router finds the end of the prompt; got only embeddings")
        ends, recent = _marker_ends(ids, past.recent, settings.answer_marker)
        closed_after = (ends.cumsum(1) > 0) | past.closed[:, None]
        # The marker itself belongs to the prompt: a token is out if the marker ended before it.
        counted = real & ~torch.cat((past.closed[:, None], closed_after[:, :-1]), 1)
        changes, closed = counted | visual, closed_after[:, -1]
    memory = replace(past, seen=gate[:, -1], count=past.count + counted.sum(1), closed=closed, recent=recent)
    return Tokens(real, counted, gate, changes), memory


def _marker_ends(ids: Tensor, recent: Tensor, marker: Sequence[int]) -> tuple[Tensor, Tensor]:
    """Return where the marker is complete (batch x length, bool), and the ids to remember."""
    together = torch.cat((recent, ids), 1)
    windows = together.unfold(1, len(marker), 1)
    ends = (windows == torch.tensor(marker, device=ids.device)).all(-1)
    return ends, together[:, together.shape[1] - recent.shape[1] :]


class Pass:
    """The routing of one forward, in the order in which the layers ask for it.

    Args:
        settings, count, routers: of the model: where weights come from, M, and the networks, one or one a layer.
        tokens, before, after: of this forward; `after` still without what the routers add.
        forced: (layers or 1) x (batch or 1) x (length or 1) x M, instead of all routing; None: no.
    """

    def __init__(
        self,
        settings: RouterSettings,
        count: int,
        routers: Sequence[Router],
        tokens: Tokens,
        before: Memory,
        after: Memory,
        forced: Tensor | None,
    ) -> None:
        self.settings = settings
        self.count = count
        self.routers = routers
        self.tokens = tokens
        self.before = before
        self.after = after
        self.forced = forced
        self.sums: list[Tensor] = []
        self.outputs: list[Tensor] = []
        self.weights: list[Tensor] = []
        # While an answer is decoded nothing is counted: what the routers said at the end of the prompt holds.
        self.holds = before.outputs is not None and settings.input != "token" and not bool(tokens.counted.any())
        self.changed = bool(tokens.changes.any())

    def weigh(self, layer: int, hidden: Tensor) -> Tensor:
        """Return the weights of the experts in one layer, batch (or 1) x length (or 1) x M, float32.

        Args:
            hidden: batch x length x width, what enters the layer.
        """
        if self.forced is not None:
            self.weights.append(self.forced[min(layer, len(self.forced) - 1)])
        elif not self.weights or (self.settings.has_network and self.settings.layerwise):
            self.weights.append(self._routed(hidden))
        return self.weights[-1]

    def _routed(self, hidden: Tensor) -> Tensor:
        if self.settings.mode == "fixed":
            return torch.tensor(self.settings.weights, device=hidden.device).view(1, 1, -1)
        gate = self.tokens.gate[..., None].to(hidden.device)
        if self.settings.mode == "uniform":
            return (gate / self.count).expand(-1, -1, self.count)
        if self.settings.mode == "given":
            if self.after.labels is None:  # text alone: the caller was asked for labels otherwise
                return gate.new_zeros(1, 1, self.count, dtype=torch.float32)
            return functional.one_hot(self.after.labels, self.count)[:, None] * gate.float()
        router = self.routers[len(self.outputs)]
        return torch.where(gate, router.weights(self._outputs(router, hidden)), 0.0)

    def _outputs(self, router: Router, hidden: Tensor) -> Tensor:
        index, before = len(self.outputs), self.before
        if self.holds:
            assert before.outputs is not None
            outputs = before.outputs[:, index, None]
        elif self.settings.input == "token":
            outputs = router.outputs(router.features(hidden))
        else:
            features = router.features(hidden)
            zeros = features.new_zeros(features.shape[0], features.shape[2])
            past_sum = zeros if before.sums is None else before.sums[:, index]
            counted = self.tokens.counted.to(hidden.device)
            pooled, total = running_mean(features, counted, past_sum, before.count.to(hidden.device))
            self.sums.append(total)
            outputs = router.outputs(pooled)
        self.outputs.append(outputs)
        return outputs

    def memory(self) -> Memory:
        """Return what to remember after the forward."""
        if self.holds or not self.outputs or self.settings.input == "token":
            return self.after
        outputs = torch.stack([output[:, -1] for output in self.outputs], 1)
        return replace(self.after, sums=torch.stack(self.sums, 1), outputs=outputs)

    def trace(self) -> Trace:
        """Return what the forward decided: a row of weights for each layer, or one that all layers share."""
        batch, length = self.tokens.real.shape
        rows = [weights.expand(batch, length, self.count) for weights in self.weights]
        outputs = [output.expand(batch, length, -1) for output in self.outputs]
        return Trace(
            mode=self.settings.mode,
            input=self.settings.input,
            weights=torch.stack(rows),
            outputs=torch.stack(outputs) if outputs else None,
            real=self.tokens.real,
            gate=self.tokens.gate,
            anchors=self.settings.anchors,
        )

    def settled(self) -> int | None:
        """Return how many of the new tokens came before the memory's last change, None if it did not change."""
        return int(self.tokens.changes.any(0).nonzero().max()) + 1 if self.changed else None


def start(batch: int, settings: RouterSettings, device: torch.device) -> Memory:
    """Return the memory before the first token of a batch."""
    return blank(batch, max(len(settings.answer_marker) - 1, 0), device)
