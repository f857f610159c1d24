"""The log of a GRPO run: one line of JSON a step, without times, so that a resumed run writes the same lines."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from transformers import TrainerCallback
from transformers.trainer_callback import TrainerControl, TrainerState

from spacevista.train.errors import TrainError

# Our name -> TRL's. What a run does not have (a KL without a reference) is not in its lines.
FIELDS: Mapping[str, str] = MappingProxyType(
    {
        "loss": "loss",
        "grad_norm": "grad_norm",
        "learning_rate": "learning_rate",
        "reward": "reward",
        "reward_std": "reward_std",
        "format": "terms/format",
        "answer": "terms/answer",
        "scale": "terms/scale",
        "semantic": "terms/semantic",
        "progressive": "terms/progressive",
        "flat_groups": "frac_reward_zero_std",
        "length": "completions/mean_length",
        "length_max": "completions/max_length",
        "truncated": "completions/clipped_ratio",
        "entropy": "entropy",
        "kl": "kl",
        "clipped": "clip_ratio/region_mean",
        "clipped_low": "clip_ratio/low_mean",
        "clipped_high": "clip_ratio/high_mean",
        "router_of_mean": "router/of_mean",
        "router_mean_of": "router/mean_of",
        "router_with_scale": "router/with_scale",
    }
)


class GrpoLog(TrainerCallback):
    """Writes a line a step; on resumption, lines of steps after the checkpoint are taken away first.

    Raises:
        TrainError: the loss or the gradient is not finite; earlier checkpoints are as they were.
    """

    def __init__(self, file: Path) -> None:
        self.file = file

    def on_train_begin(self, args: Any, state: TrainerState, control: TrainerControl, **_: Any) -> None:
        """Cut the file back to the step from which the run goes on."""
        if not state.is_world_process_zero:
            return
        kept = [line for line in read_log(self.file) if line["step"] <= state.global_step]
        unfinished = self.file.with_suffix(".part")
        unfinished.write_text("".join(json.dumps(line) + "\n" for line in kept), encoding="utf-8")
        os.replace(unfinished, self.file)

    def on_log(
        self, args: Any, state: TrainerState, control: TrainerControl, logs: dict[str, Any] | None = None, **_: Any
    ) -> None:
        """Write the line of a step."""
        if not logs or "loss" not in logs:
            return  # the summary at the end of a run
        line = {"step": state.global_step} | {ours: logs[trl] for ours, trl in FIELDS.items() if trl in logs}
        if bad := [name for name in ("loss", "grad_norm") if not math.isfinite(line.get(name, 0.0))]:
            raise TrainError(f"step {state.global_step}: expected a finite {bad[0]}, got {line[bad[0]]}")
        if state.is_world_process_zero:
            with self.file.open("a", encoding="utf-8") as file:
                file.write(json.dumps(line) + "\n")


def read_log(file: Path) -> list[dict[str, Any]]:
    """Return the lines of a log, in order; none if there is no file. A last line that was cut off is left out."""
    if not file.is_file():
        return []
    lines = file.read_text(encoding="utf-8").split("\n")
    return [json.loads(line) for line in lines[:-1]]
