"""What happens at the steps of a run: a request to stop is heard, held-out losses are taken, saves are logged."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from accelerate import PartialState
from accelerate.utils import reduce
from transformers import TrainerCallback

from spacevista.train.trainer import StageTrainer


class StopOnRequest(TrainerCallback):  # type: ignore[misc,unused-ignore]
    """Saves and stops at the end of a step in which SIGTERM came to any of the processes.

    Attributes:
        asked: a signal asked this process to stop.
        stopped: the run was stopped for it, by all processes at the same step.
    """

    def __init__(self) -> None:
        self.asked = False
        self.stopped = False

    def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        """Save and stop where a process was asked to."""
        if self._anybody_asked():
            self.stopped = state.global_step < state.max_steps
            control.should_save = control.should_training_stop = True

    def _anybody_asked(self) -> bool:
        processes = PartialState()
        if processes.num_processes == 1:
            return self.asked
        flag = torch.tensor([float(self.asked)], device=processes.device)
        return bool(reduce(flag, "sum").item() > 0)

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Take SIGTERM as the request to stop, inside a `with` block; outside the main thread Python allows no such."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return

        def ask(_number: int, _frame: Any) -> None:
            self.asked = True

        before = signal.signal(signal.SIGTERM, ask)
        try:
            yield
        finally:
            signal.signal(signal.SIGTERM, before)


class Steps(StopOnRequest):
    """Looks at a stage's run after each step."""

    def __init__(self, trainer: StageTrainer, eval_every: int) -> None:
        super().__init__()
        self.trainer = trainer
        self.eval_every = eval_every

    def on_train_begin(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        """Take the held-out loss of the start, so that a gain can be read from the log."""
        if state.global_step == 0:
            self._evaluate()

    def on_step_begin(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        """Tell the stage how far the run is."""
        self.trainer.before_step(state.global_step / max(state.max_steps - 1, 1))

    def on_step_end(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        """Stop where it was asked for; log where a checkpoint is saved, since sums do not outlive it."""
        super().on_step_end(args, state, control)
        if control.should_save:
            control.should_log = True
        if self.eval_every and (state.global_step % self.eval_every == 0 or state.global_step == state.max_steps):
            self._evaluate()

    def _evaluate(self) -> None:
        if self.eval_every and self.trainer.held_out.numbers:
            self.trainer.log_held_out()
