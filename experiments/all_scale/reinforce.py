"""Cells of the rewards: GRPO from the finished arm `lora` of the same seed."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path

import numpy as np
from experiments.all_scale.base import FRAMES, PIXELS
from experiments.all_scale.plan import RATE_SEED, CellPlan
from experiments.all_scale.protocol import REWARDS
from experiments.all_scale.protocol_records import Reward
from experiments.all_scale.record import SceneTruth, read_scenes
from experiments.all_scale.things import NAMES
from experiments.all_scale.work import Work

from spacevista.geometry.arrays import FloatArray
from spacevista.train.grpo_rows import SceneAnchors
from spacevista.train.grpo_settings import GrpoSettings, RewardKind
from spacevista.train.grpo_stage import train_policy

KINDS: dict[str, RewardKind] = {
    "plain": "plain",
    "additive": "additive",
    "progressive": "progressive",
    "shuffled": "shuffled",
}
QUESTIONS = 8  # of a step
COMPLETION_TOKENS = 64


def reward_of(plan: CellPlan) -> Reward | None:
    """Return the reward of a cell, None where it is of another kind."""
    parts = plan.name.split("/")
    if "rewards" not in parts[:2]:
        return None
    name = parts[parts.index("rewards") + 1]
    return next(reward for reward in REWARDS if reward.name == name)


def train_reward(plan: CellPlan, rate: float, work: Work) -> tuple[Path, int]:
    """Train a policy, or go on where it was stopped; return its folder and its steps."""
    reward = reward_of(plan)
    assert reward is not None
    data = work.split("main")
    steps = work.protocol.budget.prompts // QUESTIONS
    settings = GrpoSettings(
        steps=steps,
        group_size=work.protocol.budget.group,
        batch_size=QUESTIONS * work.protocol.budget.group,
        learning_rate=rate,
        completion_tokens=COMPLETION_TOKENS,
        beta=0.0,
        reward=KINDS[reward.name],
        frames=FRAMES,
        pixels=PIXELS,
        seed=plan.seed,
        save_every=5,
        bfloat16=False,
        gradient_checkpointing=False,
        trained=("experts",),
        recipe="all_scale",
        follows="experiments/all_scale/protocol.md",
        machine="1 CPU core",
    )
    seed = RATE_SEED if plan.rate else plan.seed
    start = work.trained(f"arms/lora/seed-{seed}")
    scenes = {scene.id: scene for scene in read_scenes(data)}

    @cache
    def anchors(scene_id: str) -> SceneAnchors:
        return anchors_of(scenes[scene_id])

    return train_policy(settings, [data], work.cell(plan.name), start, print, anchors, same_name), steps


def anchors_of(scene: SceneTruth) -> SceneAnchors:
    """Return what the anchors of a completion are compared with."""
    return SceneAnchors(scene.scale_m, {thing.id: thing.name for thing in scene.things})


def same_name(texts: Sequence[str]) -> FloatArray:
    """Embed names so that equal ones have cosine 1 and all others 0: there are eight things, and no synonyms."""
    out = np.zeros((len(texts), len(NAMES) + 1))
    for row, text in enumerate(texts):
        name = text.strip().lower()
        out[row, NAMES.index(name) if name in NAMES else len(NAMES)] = 1.0
    return out
