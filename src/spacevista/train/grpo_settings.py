"""Settings of GRPO, each with the paper that it comes from. Nothing heavy is imported here."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, get_args

from spacevista.train.errors import TrainError
from spacevista.train.settings import Part, Scratch

RewardKind = Literal["plain", "additive", "progressive", "shuffled"]
LossKind = Literal["grpo", "dapo", "dr_grpo"]
RatioKind = Literal["token", "sequence"]


@dataclass(frozen=True)
class GrpoSettings:
    """How a policy learns from rewards. Source 1 is SpaceVista (arXiv 2510.09606), 2 GRPO (DeepSeekMath, 2402.03300).

    Attributes:
        steps: optimiser steps (1: 2,500).
        group_size: completions a question, compared with each other (1, 2).
        batch_size: completions in a forward, on each device.
        accumulation: forwards in a step.
        batches_per_generation: forwards that share one generation; None: those of a step. Groups must fit into it.
        iterations: how often a generation is learned from (2: mu).
        learning_rate: (1: 1e-6), constant after `warmup_steps`.
        max_grad_norm: gradients are shortened to it.
        temperature: of sampling, and of the log-probabilities (1: 1.0).
        completion_tokens: at most (1: 1,024).
        beta: weight of the KL distance to the model as it came (2: 0.04; 1 has one but gives no number; 0 in Dr. GRPO,
            2503.20783, and DAPO, 2503.14476, and needs no reference). The estimator is that of 2, without TRL's
            correction by the ratio.
        epsilon: a ratio is clipped below 1 - epsilon (2, from PPO: 0.2).
        epsilon_high: and above 1 + epsilon_high; None: as epsilon. DAPO's clip-higher: 0.28.
        divide_by_std: advantages are divided by the group's standard deviation (1, 2); Dr. GRPO does not.
        loss: "grpo", the mean over each completion and then over completions (2); "dapo", the mean over all tokens of a
            step (DAPO); "dr_grpo", the sum over a constant length (Dr. GRPO).
        ratio: "token" (2) or "sequence", the geometric mean over a completion (GSPO, 2507.18071; with loss "grpo").
        mask_flat_groups: groups whose rewards are all equal leave the loss, the KL and the count of tokens. DAPO also
            samples others in their place, which TRL does not.
        mask_truncated: completions that were cut off leave the loss (DAPO).
        reward: "plain": answer + format; "additive": answer + scale + semantic + format; "progressive": source 1;
            "shuffled": progressive, with the true scales permuted between the rows, the control.
        frames, pixels: what is seen of a clip, as in `clips.Budget`.
        seed: of the order of questions, of sampling and of the shuffled scales.
        save_every: steps between checkpoints, put off to the end of a generation's use.
        keep: checkpoints to keep.
        bfloat16, gradient_checkpointing: less memory; the second costs about a third more time.
        trained: the parts of the model that learn; everything else is frozen.
        recipe, follows, machine, expected_hours, expected_memory_gb, measured: as in `settings.RunSettings`.
    """

    steps: int = 2_500
    group_size: int = 8
    batch_size: int = 8
    accumulation: int = 1
    batches_per_generation: int | None = None
    iterations: int = 1
    learning_rate: float = 1e-6
    warmup_steps: int = 0
    weight_decay: float = 0.0
    max_grad_norm: float = 1.0
    temperature: float = 1.0
    completion_tokens: int = 1_024
    beta: float = 0.04
    epsilon: float = 0.2
    epsilon_high: float | None = None
    divide_by_std: bool = True
    loss: LossKind = "grpo"
    ratio: RatioKind = "token"
    mask_flat_groups: bool = False
    mask_truncated: bool = False
    reward: RewardKind = "progressive"
    frames: int = 32
    pixels: int = 128 * 28 * 28
    seed: int = 0
    save_every: int = 100
    keep: int = 2
    bfloat16: bool = True
    gradient_checkpointing: bool = True
    trained: tuple[Part, ...] = ("language_model",)
    recipe: str = ""
    follows: str = ""
    machine: str = ""
    expected_hours: float | None = None
    expected_memory_gb: float | None = None
    measured: bool = False

    def __post_init__(self) -> None:
        counts = ("steps", "batch_size", "accumulation", "iterations", "completion_tokens", "frames", "save_every")
        for name in (*counts, "keep", "generation_batches"):
            if getattr(self, name) < 1:
                raise TrainError(f"grpo settings: expected {name} of 1 or more, got {getattr(self, name)}")
        if self.group_size < 2:
            raise TrainError(f"grpo settings: expected a group_size of 2 or more to compare, got {self.group_size}")
        for name in ("learning_rate", "temperature", "max_grad_norm"):
            if not (math.isfinite(getattr(self, name)) and getattr(self, name) > 0):
                raise TrainError(f"grpo settings: expected a finite {name} above 0, got {getattr(self, name)}")
        for name in ("beta", "epsilon", "epsilon_high", "weight_decay", "warmup_steps"):
            value = getattr(self, name)
            if value is not None and not (math.isfinite(value) and value >= 0):
                raise TrainError(f"grpo settings: expected a finite {name} of 0 or more, got {value}")
        for name, kinds in (("loss", LossKind), ("ratio", RatioKind), ("reward", RewardKind)):
            if getattr(self, name) not in get_args(kinds):
                raise TrainError(
                    f"grpo settings: expected {name} to be one of {get_args(kinds)}, got {getattr(self, name)!r}"
                )

    @property
    def precision(self) -> Literal["float32", "bfloat16"]:
        """As in `settings.RunSettings`."""
        return "bfloat16" if self.bfloat16 else "float32"

    @property
    def scratch(self) -> Scratch:
        """No random model: a policy begins with one that answers."""
        return ""

    @property
    def encoder(self) -> str:
        """No encoder is added."""
        return ""

    @property
    def generation_batches(self) -> int:
        """Forwards that share one generation."""
        return self.accumulation if self.batches_per_generation is None else self.batches_per_generation

    @property
    def boundary_steps(self) -> int:
        """Every so many steps all completions are used up: the least s with s * accumulation = whole generations."""
        forwards = self.generation_batches * self.iterations
        return forwards // math.gcd(forwards, self.accumulation)

    def questions_per_generation(self, processes: int = 1) -> int:
        """Return how many questions are answered at once by all processes.

        Raises:
            TrainError: groups do not fit into a generation.
        """
        completions = self.batch_size * self.generation_batches * processes
        if completions % self.group_size:
            raise TrainError(
                f"grpo settings: expected whole groups of {self.group_size} in a generation, got {completions} "
                f"completions ({self.batch_size} x {self.generation_batches} forwards x {processes} processes)"
            )
        return completions // self.group_size
