"""Checkpoints of transformers' Trainer that come back whole.

`save_pretrained` writes weights under the names of the base model's first release (`visual...`), and the Trainer reads
them back without translating: of a model of ours, or of any Qwen2.5-VL, most weights are then *not loaded*, with no
more than a line in the log. So these trainers write a model's own names, which `from_pretrained` reads as well, and a
weight that does not come back is an error.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from torch import nn
from transformers import PreTrainedModel
from transformers.trainer_callback import TrainerCallback, TrainerControl, TrainerState
from transformers.utils import SAFE_WEIGHTS_NAME

from spacevista.train.complete_checkpoints import CompleteCheckpoints
from spacevista.train.errors import TrainError


class WholeCheckpoints(CompleteCheckpoints):
    """A Trainer whose checkpoints hold and restore every weight; a base to stand before other trainers."""

    def _save(self, output_dir: str | None = None, state_dict: dict[str, Any] | None = None) -> None:
        if not isinstance(self.model, PreTrainedModel):  # adapters of PEFT have files of their own
            super()._save(output_dir, state_dict)
            return
        folder = Path(output_dir or self.args.output_dir)
        super()._save(str(folder), {})  # all but the weights
        if self.args.should_save:
            (folder / SAFE_WEIGHTS_NAME).unlink(missing_ok=True)
        self.model.save_pretrained(
            folder, state_dict=state_dict, is_main_process=self.args.should_save, save_original_format=False
        )

    def _issue_warnings_after_load(self, load_result: Any) -> None:
        """Raise TrainError unless every weight came back; the Trainer itself only warns."""
        lost = missing_weights(self.model, load_result.missing_keys)
        if lost or load_result.unexpected_keys:
            raise TrainError(
                f"checkpoint: expected exactly the model's weights, {len(lost)} are missing ({lost[:3]}) and "
                f"{len(load_result.unexpected_keys)} are unknown ({load_result.unexpected_keys[:3]})"
            )


def missing_weights(model: nn.Module, missing: list[str]) -> list[str]:
    """Return the names among `missing` that are not tied to a weight that is there."""
    tensors = dict(model.named_parameters(remove_duplicate=False)) | dict(model.named_buffers(remove_duplicate=False))
    there = {id(tensor) for name, tensor in tensors.items() if name not in missing}
    return [name for name in missing if id(tensors.get(name)) not in there]


class AtBoundaries(TrainerCallback):
    """Puts off every save and every stop to a step at which nothing is half done.

    Completions in use are not part of a checkpoint: one written between their generation and their last use would
    generate anew. Add it last, so that it sees what the other callbacks ask for.

    Args:
        every: a step is a boundary if this divides its number; so is the last one.
    """

    def __init__(self, every: int) -> None:
        self.every = every
        self.save = self.stop = False

    def on_step_end(self, args: Any, state: TrainerState, control: TrainerControl, **_: Any) -> TrainerControl:
        """Hold the wishes back until a boundary."""
        self.save |= control.should_save
        self.stop |= control.should_training_stop
        here = state.global_step % self.every == 0 or state.global_step >= state.max_steps
        control.should_save, control.should_training_stop = here and self.save, here and self.stop
        if here:
            self.save = self.stop = False
        return control
