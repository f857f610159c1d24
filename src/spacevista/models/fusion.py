"""Visual tokens that attend to the features of a dense encoder: F' = CrossAttention(q = F, k = v = D) + F.

SpaceVista, section on the model; the released code adds what the text leaves out: patches merged 2 x 2, an MLP to the
width of the language model, 2D sine and cosine positions, a LayerNorm and an MLP with a residual. Both residual
branches end in a layer that starts at zero, so the model is at first exactly the one it was built on.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional
from transformers import initialization
from transformers.modeling_layers import GradientCheckpointingLayer

from spacevista.models.dense import DenseEncoder, DenseSettings, Grid, PatchLayout, check_pixels, frames_of
from spacevista.models.errors import ModelError

POSITION_BASE = 10_000.0  # wavelengths from 2 pi to 10,000 times that, in tokens (Vaswani et al. 2017)


class ZeroLinear(nn.Linear):
    """A linear layer that starts at zero, bias included."""


def init_fusion(module: nn.Module) -> bool:
    """Initialise a layer of the fusion, if it is one that needs more than the base model's rule; say whether it was."""
    if not isinstance(module, ZeroLinear):
        return False
    initialization.zeros_(module.weight)
    initialization.zeros_(module.bias)
    return True


class Merger(nn.Module):
    """Features of `merge` x `merge` patches to one token of the language model's width."""

    def __init__(self, encoder_width: int, width: int, hidden_size: int, merge: int) -> None:
        super().__init__()
        self.merge = merge
        self.inner = nn.Linear(encoder_width * merge**2, width)
        self.outer = nn.Linear(width, hidden_size)

    def forward(self, features: Tensor) -> Tensor:
        """Turn count x rows x columns x encoder_width into count x (rows / merge * columns / merge) x hidden_size."""
        count, rows, columns, width = features.shape
        merge = self.merge
        blocks = features.view(count, rows // merge, merge, columns // merge, merge, width).transpose(2, 3)
        merged: Tensor = self.outer(functional.gelu(self.inner(blocks.reshape(count, -1, merge**2 * width))))
        return merged


class FusionBlock(GradientCheckpointingLayer):
    """Cross-attention and an MLP, each added to what came in."""

    def __init__(self, hidden_size: int, settings: DenseSettings) -> None:
        super().__init__()
        self.heads = settings.heads
        self.token_norm = nn.LayerNorm(hidden_size)
        self.dense_norm = nn.LayerNorm(hidden_size)
        self.query = nn.Linear(hidden_size, hidden_size)
        self.key = nn.Linear(hidden_size, hidden_size)
        self.value = nn.Linear(hidden_size, hidden_size)
        self.out = ZeroLinear(hidden_size, hidden_size)
        self.mlp_norm = nn.LayerNorm(hidden_size)
        self.inner = nn.Linear(hidden_size, settings.width)
        self.outer = ZeroLinear(settings.width, hidden_size)

    def forward(self, tokens: Tensor, dense: Tensor, positions: Tensor) -> Tensor:
        """Return slots x n x hidden_size, as `tokens` and `dense` are; `positions` is n x hidden_size."""
        seen = self.dense_norm(dense)
        query = self.query(self.token_norm(tokens) + positions)
        key = self.key(seen + positions)
        split = (self._split(part) for part in (query, key, self.value(seen)))
        attended = functional.scaled_dot_product_attention(*split).transpose(1, 2).flatten(2)
        tokens = tokens + self.out(attended)
        return tokens + self.outer(functional.gelu(self.inner(self.mlp_norm(tokens))))

    def _split(self, part: Tensor) -> Tensor:
        return part.unflatten(-1, (self.heads, -1)).transpose(1, 2)


class DenseFusion(nn.Module):
    """The frozen encoder and everything that learns to use it."""

    def __init__(self, settings: DenseSettings, hidden_size: int, layout: PatchLayout) -> None:
        super().__init__()
        if hidden_size % settings.heads or hidden_size % 4:
            raise ModelError(
                f"expected a hidden size that {settings.heads} heads and the 4 parts of a 2D position divide, "
                f"got {hidden_size}"
            )
        self.layout = layout
        self.encoder = DenseEncoder(settings)
        self.merger = Merger(self.encoder.hidden_size, settings.width, hidden_size, layout.merge)
        self.blocks = nn.ModuleList(FusionBlock(hidden_size, settings) for _ in range(settings.blocks))

    def forward(self, tokens: Tensor, rows: Tensor, grid: Grid, still: bool) -> Tensor:
        """Return the fused tokens of one picture or video, in the shape of `tokens`.

        Args:
            tokens: (slots * rows / merge * columns / merge) x hidden_size, from the vision tower.
            rows: its pixel values.
            still: a picture: the frames of its slot are all the same, and one is enough.
        """
        slots, height, width = grid
        merge = self.layout.merge
        frames = frames_of(rows.float(), grid, self.layout)
        shown = frames[:: self.layout.temporal] if still else frames
        dense = self.merger(self.encoder(shown, height, width).to(tokens.dtype))
        dense = dense.unflatten(0, (slots, -1)).mean(1)
        positions = positions_2d(height // merge, width // merge, tokens.shape[-1], tokens)
        fused = tokens.view(slots, -1, tokens.shape[-1])
        for block in self.blocks:
            fused = block(fused, dense, positions)
        return fused.reshape(tokens.shape)


def fused(
    fusion: DenseFusion, features: Sequence[Tensor], pixels: Tensor, grids: Tensor, still: bool
) -> tuple[Tensor, ...]:
    """Return the visual tokens of several pictures or videos after fusion, one tensor each.

    Args:
        features: visual tokens of each one, tokens x hidden_size.
        pixels: pixel values of all, one after the other.
        grids: count x 3, slots, rows and columns of each one.
        still: these are pictures, not videos.

    Raises:
        ModelError: features, pixel values and grids do not belong together; says both numbers.
    """
    shapes = [(int(t), int(h), int(w)) for t, h, w in grids.tolist()]
    if len(features) != len(shapes):
        raise ModelError(f"expected the features of {len(shapes)} pictures or videos, got {len(features)}")
    check_pixels(pixels, shapes, fusion.layout)
    pieces = torch.split(pixels, [t * h * w for t, h, w in shapes])
    finished = []
    for tokens, rows, grid in zip(features, pieces, shapes, strict=True):
        if len(tokens) != fusion.layout.tokens(grid):
            raise ModelError(f"expected {fusion.layout.tokens(grid)} visual tokens for {grid}, got {len(tokens)}")
        finished.append(fusion(tokens, rows, grid, still))
    return tuple(finished)


def positions_2d(rows: int, columns: int, width: int, like: Tensor) -> Tensor:
    """Return the sine and cosine positions of a grid, (rows * columns) x width: half for the row, half for the column.

    Args:
        width: a multiple of 4.
        like: gives device and dtype; the angles are computed in float32.
    """
    quarter = width // 4
    rates = POSITION_BASE ** (-torch.arange(quarter, device=like.device, dtype=torch.float32) / quarter)
    y, x = (torch.arange(n, device=like.device, dtype=torch.float32)[:, None] * rates for n in (rows, columns))
    along_y = torch.cat((y.sin(), y.cos()), -1)[:, None].expand(-1, columns, -1)
    along_x = torch.cat((x.sin(), x.cos()), -1)[None].expand(rows, -1, -1)
    return torch.cat((along_y, along_x), -1).flatten(0, 1).to(like.dtype)
