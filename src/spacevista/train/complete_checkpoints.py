"""A base for trainers whose checkpoints are there whole or not at all (`checkpoints.py`)."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from torch import nn
from transformers import Trainer

from spacevista.train import checkpoints


class CompleteCheckpoints(Trainer):  # type: ignore[misc,unused-ignore]
    """A Trainer that marks its checkpoints as complete, and keeps the newest `keep` of them.

    Attributes:
        keep: set before training.
    """

    keep: int = 1

    def _save_checkpoint(self, model: nn.Module, trial: Any) -> None:
        out = Path(self.args.output_dir)
        folder = checkpoints.checkpoint_folder(out, self.state.global_step)
        if self.args.should_save:
            shutil.rmtree(folder, ignore_errors=True)  # of a run that was killed while it wrote
        self.accelerator.wait_for_everyone()
        with checkpoints.writing(folder):
            super()._save_checkpoint(model, trial)
            self.accelerator.wait_for_everyone()
            if self.args.should_save:
                checkpoints.mark_complete(folder)
        if self.args.should_save:
            checkpoints.remove_older(out, self.keep)
