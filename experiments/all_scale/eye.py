"""The eye of the base: its vision tower learns what is where, from labels of every visual token, without a length.

To look, to read and to answer at once is more than some thousand answers teach a network from scratch (README). Here
each token is told which things and which evidence it shows, how large the thing is in the picture and where its middle
lies, and which marks. The head that says so is thrown away.
"""

from __future__ import annotations

import math
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from experiments.all_scale.eye_labels import BOX, COLORS, Labels, labels_of
from experiments.all_scale.record import SceneTruth, read_scenes
from experiments.all_scale.tokens import CLASSES, read_tokens
from torch import Tensor, nn
from torch.nn import functional

from spacevista.geometry.arrays import Int32Array
from spacevista.models.clips import Budget
from spacevista.models.inputs import encode, prompt_of_question
from spacevista.qa.readers import read_questions
from spacevista.qa.record import Question

PARTS = (len(CLASSES), len(COLORS), BOX)
WEIGHTS = {"shown": 4.0, "marks": 4.0, "boxes": 0.5}
RATE, DECAY, BETAS, MAX_NORM = 1e-3, 0.05, (0.9, 0.98), 1.0
WARM = 0.02  # share of the steps in which the rate rises
BATCH = 8
WHITENED = 256  # clips whose patches the first layer begins from
NOISE = 1e-4  # of the largest variance: added to all, so that what is only noise is not blown up
SAVE_EVERY = 100
STATE_FILE = "state.pt"


@dataclass(frozen=True)
class Row:
    """A question whose clip is looked at: the folder of its frames, its scene, and what the tokens show."""

    question: Question
    root: Path
    scene: SceneTruth
    bits: Int32Array


def rows_of(data: Path) -> list[Row]:
    """Return the training questions of a data set (DatasetError: it lacks scenes or tokens)."""
    scenes, tokens = {scene.id: scene for scene in read_scenes(data)}, read_tokens(data)
    return [Row(q, data, scenes[q.scene_id], tokens[q.scene_id]) for q in read_questions(data) if q.scene_id in tokens]


def train_eye(model: Any, processor: Any, rows: Sequence[Row], steps: int, out: Path, budget: Budget) -> None:
    """Train the vision tower of a model in place, or go on where a run in `out` was stopped."""
    out.mkdir(parents=True, exist_ok=True)
    tower = model.model.visual.train()
    width = tower.config.out_hidden_size
    torch.manual_seed(0)
    head = nn.Sequential(nn.LayerNorm(width), nn.Linear(width, sum(PARTS)))
    learned = [*tower.parameters(), *head.parameters()]
    optimizer = torch.optim.AdamW(learned, lr=RATE, weight_decay=DECAY, betas=BETAS)
    done = _resume(out / STATE_FILE, tower, head, optimizer)
    if not done:
        whiten(tower.patch_embed.proj, _pixels(processor, _drawn(rows, WHITENED, steps), budget)["pixel_values_videos"])
    for step in range(done, steps):
        for group in optimizer.param_groups:
            group["lr"] = RATE * min(1.0, (step + 1) / (WARM * steps)) * 0.5 * (1 + math.cos(math.pi * step / steps))
        batch = _drawn(rows, BATCH, step)
        inputs = _pixels(processor, batch, budget)
        with torch.autocast("cpu", torch.bfloat16):
            told = head(tower(inputs["pixel_values_videos"], grid_thw=inputs["video_grid_thw"]).pooler_output)
        parts = losses(told.float(), [labels_of(row.scene, row.bits, row.question) for row in batch])
        optimizer.zero_grad()
        torch.stack([WEIGHTS[name] * loss for name, loss in parts.items()]).sum().backward()
        nn.utils.clip_grad_norm_(learned, MAX_NORM)
        optimizer.step()
        if (step + 1) % 10 == 0:
            said = ", ".join(f"{name} {loss.item():.4f}" for name, loss in parts.items())
            print(f"eye: step {step + 1} of {steps}, {said}", flush=True)
        if (step + 1) % SAVE_EVERY == 0:
            _save(out / STATE_FILE, step + 1, tower, head, optimizer)
    tower.eval()


@torch.no_grad()
def whiten(layer: nn.Conv3d, patches: Tensor) -> None:
    """Set a patch embedding to the principal components of patches (N x pixels), each of variance 1.

    Neighbouring pixels are nearly equal, so without this the first layer sees brightness and little else for a long
    time (Krizhevsky 2009 whitens its input so; Jordan 2024, arXiv 2404.00498, whitens in the first layer).
    """
    centred = patches.double() - patches.double().mean(0)
    variances, vectors = torch.linalg.eigh(centred.T @ centred / len(centred))
    variances, vectors = variances.flip(0), vectors.flip(1)
    kept = slice(layer.out_channels)
    weights = vectors[:, kept] * (variances[kept] + NOISE * variances[0]).rsqrt()
    layer.weight.copy_(weights.T.reshape(layer.weight.shape))


def losses(told: Tensor, labels: Sequence[Labels]) -> Mapping[str, Tensor]:
    """Return the losses of a batch's tokens (tokens x outputs, clip after clip)."""
    shown, marks, boxes = told.split(PARTS, dim=1)
    flat = {
        name: torch.from_numpy(np.concatenate([getattr(label, name).reshape(label.boxed.size, -1) for label in labels]))
        for name in ("shown", "marks", "boxes", "boxed")
    }
    off = functional.smooth_l1_loss(boxes, flat["boxes"], reduction="none") * flat["boxed"]
    return {
        "shown": functional.binary_cross_entropy_with_logits(shown, flat["shown"]),
        "marks": functional.binary_cross_entropy_with_logits(marks, flat["marks"]),
        "boxes": off.sum() / (BOX * flat["boxed"].sum()).clamp(min=1),
    }


def _drawn(rows: Sequence[Row], count: int, step: int) -> list[Row]:
    numbers = np.random.default_rng([0, step]).choice(len(rows), min(count, len(rows)), replace=False)
    return [rows[number] for number in numbers]


def _pixels(processor: Any, rows: Sequence[Row], budget: Budget) -> Mapping[str, Tensor]:
    inputs: Mapping[str, Tensor] = encode(
        processor, [prompt_of_question(row.question, row.root, budget) for row in rows], budget
    )
    return inputs


def _save(file: Path, step: int, tower: nn.Module, head: nn.Module, optimizer: torch.optim.Optimizer) -> None:
    part = file.with_name(file.name + ".part")
    state = {"step": step, "tower": tower.state_dict(), "head": head.state_dict(), "optimizer": optimizer.state_dict()}
    torch.save(state, part)
    os.replace(part, file)


def _resume(file: Path, tower: nn.Module, head: nn.Module, optimizer: torch.optim.Optimizer) -> int:
    if not file.is_file():
        return 0
    state = torch.load(file, weights_only=True)
    tower.load_state_dict(state["tower"])
    head.load_state_dict(state["head"])
    optimizer.load_state_dict(state["optimizer"])
    return int(state["step"])
