"""Replies: one for each prompt, whatever the batch, and never an image or video token."""

from __future__ import annotations

import pytest

pytest.importorskip("torch")

import torch
from PIL import Image

from spacevista.evals.local_model import LocalModel
from spacevista.evals.records import Opened
from spacevista.models.clips import Clip, budget_for
from spacevista.models.debug import TINY, debug_config, debug_model
from spacevista.models.generate import replies
from spacevista.models.inputs import Prompt, encode


def test_a_batch_says_what_its_prompts_say_alone() -> None:
    model, processor = debug_model(0, debug_config(size=TINY))
    budget = budget_for(processor, 4)
    clip = Clip((Image.new("RGB", (56, 28), "red"), Image.new("RGB", (56, 28), "blue")), (0.0, 1.0))
    prompts = [Prompt("How far?", (clip,)), Prompt("Which of the two is larger?", (clip,)), Prompt("How many?")]
    together = replies(model, processor, prompts, budget, 6)
    assert together == [replies(model, processor, [prompt], budget, 6)[0] for prompt in prompts]


def test_drawn_replies_follow_the_seed_and_the_temperature() -> None:
    model, processor = debug_model(0, debug_config(size=TINY))
    budget = budget_for(processor, 4)

    def said(temperature: float, seed: int) -> list[str]:
        torch.manual_seed(seed)
        return replies(model, processor, [Prompt("How far?")], budget, 6, temperature)

    # A random model's tokens are nearly equally likely: two draws of six of them are the same once in many thousands.
    assert said(1.0, 0) == said(1.0, 0) != said(1.0, 1)
    assert said(1e-6, 0) == said(1e-6, 1) == said(0.0, 0)


def test_tokens_of_pictures_are_never_said() -> None:
    model, processor = debug_model(0, debug_config(size=TINY))
    budget = budget_for(processor, 4)
    said = replies(model, processor, [Prompt("How far?")], budget, 3)
    # A model that wants to say nothing but the video token: its row of the tied embedding is far larger than others.
    with torch.no_grad():
        model.get_output_embeddings().weight[model.config.video_token_id] = 100 * torch.ones(TINY.width)
    assert "<|video_pad|>" not in replies(model, processor, [Prompt("How far?")], budget, 3)[0]
    assert said


def test_our_models_are_evaluated_on_the_tensors_they_are_trained_on(monkeypatch: pytest.MonkeyPatch) -> None:
    model, processor = debug_model(0, debug_config(size=TINY))
    pictures = tuple(Image.new("RGB", (56, 28), color) for color in ("red", "blue", "green"))
    clip = Prompt("How far?", (Clip(pictures, (0.0, 1.0, 2.0)),))
    trained = encode(processor, [clip], budget_for(processor, 4))
    seen, generate = {}, model.generate
    monkeypatch.setattr(model, "generate", lambda **options: seen.update(options) or generate(**options))
    local = LocalModel(model, processor, batch=1, max_new_tokens=1, ours=True)
    (said,) = local.replies([("How far?", Opened(pictures, (0, 1, 2)))])
    for name in ("pixel_values_videos", "video_grid_thw", "second_per_grid_ts", "input_ids"):
        assert torch.equal(torch.as_tensor(seen[name]), torch.as_tensor(trained[name])), name
    assert [said] == replies(model, processor, [clip], budget_for(processor, 4), 1)
    # Pictures that are no clip stay pictures, and keep their sizes in whole tokens: 60 px are two of 28.
    apart = (pictures[0], Image.new("RGB", (60, 90)))
    local.replies([("Which?", Opened(apart, (0, 1)))], apart=True)
    assert seen["image_grid_thw"].tolist() == [[1, 2, 4], [1, 6, 4]]
