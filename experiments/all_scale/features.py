"""Features of the vision tower, computed once for each clip and kept on disk: no cell of the experiment trains it.

The tower is two thirds of a forward of the small model, and all cells look at the same clips. Clips go through it one
at a time, so what a step sees does not depend on what stands beside a clip or on what was computed before.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor
from transformers.modeling_outputs import BaseModelOutputWithPooling
from transformers.models.qwen2_5_vl.modeling_qwen2_5_vl import Qwen2_5_VisionTransformerPretrainedModel as Tower


@contextmanager
def kept(folder: Path) -> Iterator[None]:
    """Let vision towers that learn nothing read what is in `folder` and add to it, inside a `with` block.

    A file is named by a digest of the tower's weights and the clip's pixel values, so a folder may serve several models
    and several processes at once.
    """
    folder.mkdir(parents=True, exist_ok=True)
    plain = Tower.forward

    def forward(self: Tower, hidden_states: Tensor, grid_thw: Tensor, **options: Any) -> Any:
        if torch.is_grad_enabled() and any(parameter.requires_grad for parameter in self.parameters()):
            return plain(self, hidden_states, grid_thw, **options)
        tower = _digest(*self.parameters())
        found = []
        for clip, grid in zip(hidden_states.split(grid_thw.prod(-1).tolist()), grid_thw, strict=True):
            file = folder / f"{_digest(tower, clip, grid)}.npy"
            if not file.is_file():
                _write(file, plain(self, clip, grid[None], **options).pooler_output)
            found.append(torch.from_numpy(np.load(file, allow_pickle=False)))
        return BaseModelOutputWithPooling(pooler_output=torch.cat(found))

    Tower.forward = forward
    try:
        yield
    finally:
        Tower.forward = plain


def _digest(*parts: Tensor | str) -> str:
    state = hashlib.blake2b(digest_size=16)
    for part in parts:
        state.update(part.encode() if isinstance(part, str) else part.detach().contiguous().numpy().tobytes())
    return state.hexdigest()


def _write(file: Path, features: Tensor) -> None:
    part = file.with_name(f"{file.name}.{os.getpid()}.part")
    with part.open("wb") as stream:
        np.save(stream, features.detach().numpy(), allow_pickle=False)
    os.replace(part, file)
