"""Replies: one for each prompt, whatever the batch, and never an image or video token."""

from __future__ import annotations

import pytest

pytest.importorskip("torch")

import torch
from PIL import Image

from spacevista.models.clips import Clip, budget_for
from spacevista.models.debug import TINY, debug_config, debug_model
from spacevista.models.generate import replies
from spacevista.models.inputs import Prompt


def test_a_batch_says_what_its_prompts_say_alone() -> None:
    model, processor = debug_model(0, debug_config(size=TINY))
    budget = budget_for(processor, 4)
    clip = Clip((Image.new("RGB", (56, 28), "red"), Image.new("RGB", (56, 28), "blue")), (0.0, 1.0))
    prompts = [Prompt("How far?", (clip,)), Prompt("Which of the two is larger?", (clip,)), Prompt("How many?")]
    together = replies(model, processor, prompts, budget, 6)
    assert together == [replies(model, processor, [prompt], budget, 6)[0] for prompt in prompts]


def test_tokens_of_pictures_are_never_said() -> None:
    model, processor = debug_model(0, debug_config(size=TINY))
    budget = budget_for(processor, 4)
    said = replies(model, processor, [Prompt("How far?")], budget, 3)
    # A model that wants to say nothing but the video token: its row of the tied embedding is far larger than others.
    with torch.no_grad():
        model.get_output_embeddings().weight[model.config.video_token_id] = 100 * torch.ones(TINY.width)
    assert "<|video_pad|>" not in replies(model, processor, [Prompt("How far?")], budget, 3)[0]
    assert said
