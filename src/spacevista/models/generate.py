"""Greedy replies of a model to prompts, with the tensors that training sees."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch

from spacevista.models.clips import Budget
from spacevista.models.inputs import Prompt, encode


@torch.inference_mode()
def replies(model: Any, processor: Any, prompts: Sequence[Prompt], budget: Budget, max_new_tokens: int) -> list[str]:
    """Return what a model says to each prompt, without special tokens; image and video tokens are never said.

    Args:
        model: in evaluation, with `generate`.
        prompts: one batch.

    Raises:
        ModelError: as `inputs.encode`.
    """
    inputs = encode(processor, prompts, budget).to(model.device)
    never = [model.config.image_token_id, model.config.video_token_id]
    tokens = model.generate(**inputs, max_new_tokens=max_new_tokens, do_sample=False, suppress_tokens=never)
    new = tokens[:, inputs["input_ids"].shape[1] :]
    return [str(text) for text in processor.batch_decode(new, skip_special_tokens=True)]
