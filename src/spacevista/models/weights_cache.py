"""What the router remembers of each sequence, kept in the key-value cache of that sequence.

It stands behind the cache's own layers as one more, so whatever Transformers does to a cache (beam search reorders it,
others repeat, select, copy or crop it) is done to this as well, and two generations cannot mix.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields, replace

import torch
from torch import Tensor
from transformers import Cache
from transformers.cache_utils import DummyLayer

from spacevista.models.errors import ModelError


@dataclass(frozen=True)
class Memory:
    """State of a batch after some tokens. `None` fields are not needed by the router's mode.

    Attributes:
        seen: batch, bool: a visual token has come.
        count: batch, int64: tokens in the running mean.
        closed: batch, bool: the answer has begun.
        recent: batch x k, int64: the last token ids, -1 before the first, for a marker cut by the end of a chunk.
        labels: batch, int64: the experts given by the caller.
        sums: batch x routers x hidden: the sums of the running means.
        outputs: batch x routers x outputs: what the routers said at the last token.
    """

    seen: Tensor
    count: Tensor
    closed: Tensor
    recent: Tensor
    labels: Tensor | None = None
    sums: Tensor | None = None
    outputs: Tensor | None = None

    def each(self, change: Callable[[Tensor], Tensor]) -> Memory:
        """Apply one change along the batch axis to every tensor."""
        tensors = {field.name: getattr(self, field.name) for field in fields(self)}
        return replace(self, **{name: change(value) for name, value in tensors.items() if value is not None})


class MemoryLayer(DummyLayer):  # type: ignore[misc,unused-ignore]
    """A cache layer without keys and values that carries a `Memory`."""

    def __init__(self) -> None:
        super().__init__()
        self.memory: Memory | None = None
        self.length = 0  # tokens seen, padding included
        self.settled = 0  # tokens after which the memory no longer changed

    def reset(self) -> None:
        self.memory, self.length, self.settled = None, 0, 0

    def crop(self, tokens_to_remove: int) -> None:
        """Forget the last tokens.

        Raises:
            ModelError: one of them is part of what the router remembers.
        """
        length = self.length - abs(tokens_to_remove)
        if length < self.settled:
            raise ModelError(
                f"expected a crop of the cache to {self.settled} tokens or more, on which the experts' weights rest; "
                f"got {length}"
            )
        self.length = length

    def reorder_cache(self, beam_idx: Tensor) -> None:
        self._change(lambda tensor: tensor.index_select(0, beam_idx.to(tensor.device)))

    def batch_repeat_interleave(self, repeats: int) -> None:
        self._change(lambda tensor: tensor.repeat_interleave(repeats, 0))

    def batch_select_indices(self, indices: Tensor) -> None:
        self._change(lambda tensor: tensor[indices.to(tensor.device)])

    def _change(self, change: Callable[[Tensor], Tensor]) -> None:
        if self.memory is not None:
            self.memory = self.memory.each(change)


def memory_layer(cache: Cache) -> MemoryLayer | None:
    """Return the layer that carries the memory, None if the cache has none yet."""
    return next((layer for layer in reversed(cache.layers) if isinstance(layer, MemoryLayer)), None)


def recall(cache: Cache | None, batch: int) -> Memory | None:
    """Return what is remembered of the sequences in a cache, None where it is empty.

    Raises:
        ModelError: the cache was filled without these experts, or holds another number of sequences.
    """
    if cache is None or cache.get_seq_length() == 0:
        return None
    layer = memory_layer(cache)
    if layer is None or layer.memory is None:
        raise ModelError(
            f"expected a cache filled by the model with its experts, got one of {cache.get_seq_length()} tokens "
            "without the experts' weights"
        )
    if len(layer.memory.seen) != batch:
        raise ModelError(f"expected {len(layer.memory.seen)} sequences, as in the cache, got {batch}")
    return layer.memory


def remember(cache: Cache, memory: Memory, tokens: int, settled: int | None) -> None:
    """Put the memory after `tokens` more tokens into the cache.

    Args:
        settled: how many of these tokens came before the memory's last change; None: it did not change.
    """
    layer = memory_layer(cache)
    if layer is None:
        # Only now, after a forward: the cache has all its own layers, and the model never indexes beyond them.
        layer = MemoryLayer()
        cache.layers.append(layer)
    layer.memory = memory
    if settled is not None:
        layer.settled = layer.length + settled
    layer.length += tokens


def blank(batch: int, recent: int, device: torch.device) -> Memory:
    """Return the memory before the first token."""
    return Memory(
        seen=torch.zeros(batch, dtype=torch.bool, device=device),
        count=torch.zeros(batch, dtype=torch.int64, device=device),
        closed=torch.zeros(batch, dtype=torch.bool, device=device),
        recent=torch.full((batch, recent), -1, dtype=torch.int64, device=device),
    )
