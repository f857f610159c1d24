"""A small data set with frames and a scene, a tiny model with experts, and trainers on them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from datasets import Dataset
from PIL import Image
from transformers import PreTrainedModel, ProcessorMixin

from qa_scenes import scene_with
from spacevista.models.clips import Budget, Clip, budget_for
from spacevista.models.debug import TINY, Generation, debug_config, debug_model
from spacevista.models.expert_settings import ExpertSettings, RouterSettings
from spacevista.models.experts import attach_experts
from spacevista.models.fusion import ZeroLinear
from spacevista.qa.record import Mark, Question
from spacevista.scenes.disk import write_scene
from spacevista.scenes.record import Scene
from spacevista.train.grpo_config import trl_config
from spacevista.train.grpo_settings import GrpoSettings
from spacevista.train.grpo_trainer import VideoGrpoTrainer

SIDE = {"qwen2_5": 28, "qwen3": 32}
FAST = {"bfloat16": False, "gradient_checkpointing": False, "frames": 4, "completion_tokens": 6}


def policy(
    generation: Generation = "qwen2_5", experts: bool = True, seed: int = 0, **router: Any
) -> tuple[PreTrainedModel, ProcessorMixin]:
    """Return a tiny model whose dense features and experts count: what starts at zero has random weights here."""
    model, processor = debug_model(seed, debug_config(generation, TINY))
    generator = torch.Generator().manual_seed(seed)
    if experts:
        attach_experts(model, ExpertSettings(count=2, rank=2, alpha=4), RouterSettings(**{"mode": "learned"} | router))
    with torch.no_grad():
        for layer in model.modules():
            if isinstance(layer, ZeroLinear):
                layer.weight.normal_(std=0.1, generator=generator)
        for name, weight in model.named_parameters():
            if ".experts." in name:
                weight.normal_(std=0.2, generator=generator)
    return model, processor


def clip_of(
    generation: Generation = "qwen2_5", frames: int = 4, rows: int = 2, columns: int = 2, seed: int = 0
) -> Clip:
    """Return a clip of noise, `rows` x `columns` visual tokens large."""
    side = SIDE[generation]
    shape = (frames, rows * side, columns * side, 3)
    pixels = np.random.default_rng(seed).integers(0, 256, shape, dtype=np.uint8)
    return Clip(tuple(Image.fromarray(frame) for frame in pixels), tuple(float(n) for n in range(frames)))


def talk(text: str, *clips: str) -> list[dict[str, Any]]:
    """Return a conversation: clips by name, then text."""
    parts = [{"type": "video", "video": name, "text": ""} for name in clips]
    return [{"role": "user", "content": [*parts, {"type": "text", "video": "", "text": text}]}]


def row(text: str, *clips: str, scale: str = "tabletop", **columns: Any) -> dict[str, Any]:
    """Return a row of the columns that rewards read."""
    truth = {"form": "reg", "solution": "10", "unit": "cm", "option_count": 4, "scale_m": 0.1, "object_name": None}
    return {"prompt": talk(text, *clips), "scale": scale, **truth, **columns}


# Clips of three sizes, and one row of text alone.
CLIPS = {"a": clip_of(seed=1), "b": clip_of(rows=1, columns=3, frames=2, seed=2), "c": clip_of(columns=3, seed=3)}
ROWS = [row("How far is it?", "a"), row("How many?", "b", scale="indoor"), row("Hi."), row("Which?", "c")]


def by_length(prompts: Any, completions: Sequence[Any], **_: Any) -> list[float]:
    """A reward that differs within a group of random completions: how often the letter e stands in them."""
    return [completion[0]["content"].count("e") + len(completion[0]["content"]) / 100 for completion in completions]


def trainer_of(
    out: Path,
    rows: Sequence[dict[str, Any]] = ROWS,
    *,
    kind: type = VideoGrpoTrainer,
    parts: tuple[PreTrainedModel, ProcessorMixin] | None = None,
    reward: Any = by_length,
    open_clip: Callable[[str], Clip] = CLIPS.__getitem__,
    options: dict[str, Any] | None = None,
    **settings: Any,
) -> Any:
    """Return a trainer on rows; groups of 2, 4 completions a forward, unless said otherwise."""
    model, processor = parts or policy()
    chosen = GrpoSettings(**{"group_size": 2, "batch_size": 4, "steps": 1, "beta": 0.0, **FAST, **settings})
    budget: Budget = budget_for(processor, chosen.frames)
    config = trl_config(chosen, out)
    ours = {"open_clip": open_clip, "budget": budget} if kind is VideoGrpoTrainer else {}
    if kind is not VideoGrpoTrainer:  # ours says this itself
        config.generation_kwargs = {"suppress_tokens": [model.config.image_token_id, model.config.video_token_id]}
    data = Dataset.from_list([dict(one) for one in rows])
    return kind(model, reward, config, data, processing_class=processor, **ours, **(options or {}))


def batch_of(trainer: Any, rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return rows as the sampler hands them over: each as often as a group is large."""
    return [dict(one) for one in rows for _ in range(trainer.num_generations)]


def write_questions(root: Path, count: int = 4, scene: Scene | None = None) -> list[Question]:
    """Write frames and an annotated scene, and return questions about them: numbers, choices and one free one."""
    scene = scene or scene_with(1, 2, scene_id="desk")
    write_scene(scene, root / "scenes" / scene.id)
    (root / "frames").mkdir(parents=True)
    for number in range(3):
        pixels = np.random.default_rng(number).integers(0, 256, (56, 84, 3), dtype=np.uint8)
        Image.fromarray(pixels).save(root / f"frames/{number}.png")
    return [question(number) for number in range(count)]


def question(number: int, **changes: Any) -> Question:
    """Return a question about the frames of `write_questions`: even numbers ask for a length, odd ones for a letter."""
    fields: dict[str, Any] = {
        "id": f"q{number}",
        "fact_id": f"f{number}",
        "scene_id": "desk",
        "split": "train",
        "task": "absolute_distance",
        "scale": ("tabletop", "indoor")[number // 2 % 2],
        "form": ("reg", "mc")[number % 2],
        "prompt_type": "none",
        "question": f"How far is thing {number}?",
        "options": ["1 cm", "2 cm", "3 cm"] if number % 2 else [],
        "answer": "B" if number % 2 else "12.5 cm",
        "value": [2.0] if number % 2 else [12.5],
        "unit": "cm",
        "frames": [f"frames/{n}.png" for n in range(1 + number % 3)],
        "marks": [],
        "rationale": "",
        "margin": 0.0,
        "error": 0.0,
        "seed": 0,
        "version": "1.1",
        "source": "",
        "licence": "",
    }
    return Question(**fields | changes)


def mark(object_id: int) -> Mark:
    """Return a red point on the first frame."""
    return Mark("point", 0, [5.5, 5.5], "", "red", object_id)
