"""Replies of a model to prompts, with the tensors that training sees."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch

from spacevista.models.clips import Budget
from spacevista.models.inputs import Prompt, encode


@torch.inference_mode()
def replies(
    model: Any, processor: Any, prompts: Sequence[Prompt], budget: Budget, max_new_tokens: int, temperature: float = 0.0
) -> list[str]:
    """Return what a model says to each prompt, without special tokens; image and video tokens are never said.

    Args:
        model: in evaluation, with `generate`.
        prompts: one batch.
        temperature: 0 takes the likeliest token; above it, tokens are drawn from all with torch's random numbers.

    Raises:
        ModelError: as `inputs.encode`.
    """
    inputs = encode(processor, prompts, budget).to(model.device)
    never = [model.config.image_token_id, model.config.video_token_id]
    drawn = {"do_sample": True, "temperature": temperature, "top_k": 0, "top_p": 1.0}
    how: dict[str, Any] = drawn if temperature > 0 else {"do_sample": False}
    tokens = model.generate(**inputs, max_new_tokens=max_new_tokens, suppress_tokens=never, **how)
    new = tokens[:, inputs["input_ids"].shape[1] :]
    return [str(text) for text in processor.batch_decode(new, skip_special_tokens=True)]
