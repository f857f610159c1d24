"""The trainer of transformers with what a run here needs: our loss, our log, checkpoints that are whole or not there.

The loop, accumulation, mixed precision and every kind of parallelism are the parent's and accelerate's.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional
from transformers import PrinterCallback

from spacevista.train import checkpoints
from spacevista.train.collate import IGNORED, Batch, Collator
from spacevista.train.complete_checkpoints import CompleteCheckpoints
from spacevista.train.errors import TrainError
from spacevista.train.parts import load_trained, save_trained, trained_state
from spacevista.train.run_log import LOG_FILE, append
from spacevista.train.shards import CODED, Shards

SCALES = CODED["scale"]
WEIGHTS_FILE = "model.safetensors"  # by this name the parent knows that a checkpoint has weights


@dataclass(frozen=True)
class HeldOut:
    """Rows that are not trained on, for the held-out loss.

    Attributes:
        numbers: of the rows in `shards`; none: no held-out loss.
        rows_at_once: in one forward.
    """

    shards: Shards
    numbers: Sequence[int]
    collator: Collator
    rows_at_once: int

    def batches(self, process: int, processes: int) -> list[list[int]]:
        """Return the batches of one process; all have the same number, the missing ones are empty."""
        cuts = range(0, len(self.numbers), self.rows_at_once)
        every = [list(self.numbers[cut : cut + self.rows_at_once]) for cut in cuts]
        every += [[]] * (-len(every) % processes)
        return every[process::processes]

    def batch(self, numbers: Sequence[int]) -> Batch:
        """Return a batch of these rows."""
        return Batch(**self.collator([self.shards.row(number) for number in numbers]))


class StageTrainer(CompleteCheckpoints):
    """Its loss is the mean over all tokens to be learned in a whole step, however the step is cut up.

    Args:
        learned: names of the tensors that learn.
        held_out: rows of the held-out loss.
        keep: checkpoints.
        tell: is given a line for each line of the log.
        options: of the parent.
    """

    loss_is_scaled_for_ga = True  # compute_loss divides by the tokens of the whole step itself

    def __init__(
        self, *, learned: Sequence[str], held_out: HeldOut, keep: int, tell: Callable[[str], None], **options: Any
    ) -> None:
        super().__init__(**options)
        self.learned = learned
        self.out = Path(self.args.output_dir)
        self.held_out = held_out
        self.keep = keep
        self.tell = tell
        self.by_scale = _no_sums(self.args.device)
        self.started = time.monotonic()
        self.remove_callback(PrinterCallback)

    def before_step(self, progress: float) -> None:
        """Prepare the model for a step at `progress`, 0 to 1; here: nothing."""

    def extra_loss(self, batch: Batch) -> Tensor | None:
        """Return what a stage adds to the loss, summed over the rows of the batch that was just seen; None: nothing."""
        return None

    def extra_figures(self) -> dict[str, Any]:
        """Return what a stage adds to a line of the log."""
        return {}

    def compute_loss(
        self, model: nn.Module, inputs: dict[str, Any], return_outputs: bool = False, num_items_in_batch: Any = None
    ) -> Tensor:
        """Return this batch's part of the mean over the whole step, times the processes, which average gradients.

        Raises:
            TrainError: the loss is not finite; names the step and the rows.
        """
        batch = Batch(**inputs)
        loss, by_scale = answer_loss(model, batch)
        loss = loss / num_items_in_batch
        if (extra := self.extra_loss(batch)) is not None:
            rows = len(batch.ids) * self.args.gradient_accumulation_steps * self.args.world_size
            loss = loss + extra / rows
        if not bool(torch.isfinite(loss)):
            raise TrainError(self._not_finite(f"a loss of {loss.item()}", batch.ids))
        self.by_scale += by_scale
        return loss * self.accelerator.num_processes

    def _get_num_items_in_batch(self, batch_samples: list[dict[str, Any]], device: torch.device) -> Tensor:
        """Count the tokens to be learned in a step over all processes; some models tell the parent not to."""
        count = sum((batch["labels"] != IGNORED).sum() for batch in batch_samples)
        total: Tensor = self.accelerator.reduce(torch.as_tensor(count, device=device), "sum")
        return total

    def floating_point_ops(self, inputs: dict[str, Any]) -> int:
        """Return 0: nobody reads the parent's estimate, which does not know our batches."""
        return 0

    def log(self, logs: dict[str, float], start_time: float | None = None) -> None:
        """Write a line of the log; the parent's summary at the end is left out."""
        if "loss" not in logs:
            return
        sums = self.accelerator.reduce(self.by_scale, "sum").cpu()
        self.by_scale = _no_sums(self.args.device)
        line: dict[str, Any] = {
            "step": self.state.global_step,
            **{name: logs[name] for name in ("loss", "learning_rate", "grad_norm") if name in logs},
            "tokens": int(sums[:, 1].sum()),
            "loss_by_scale": means(sums),
            **self.extra_figures(),
        }
        self._write(line)

    def log_held_out(self) -> None:
        """Write a line with the held-out loss."""
        sums = self.held_out_sums()
        loss = float(sums[:, 0].sum() / sums[:, 1].sum())
        self._write({"step": self.state.global_step, "held_out_loss": loss, "held_out_by_scale": means(sums)})

    @torch.no_grad()
    def held_out_sums(self) -> Tensor:
        """Return scales x 2 over the held-out rows of all processes: sums of the losses, and counts, of the tokens."""
        sums = _no_sums(self.args.device)
        processes, model = self.accelerator.num_processes, self.model_wrapped
        model.eval()
        for numbers in self.held_out.batches(self.accelerator.process_index, processes):
            batch = Batch(**self._prepare_inputs(vars(self.held_out.batch(numbers or self.held_out.numbers[:1]))))
            with self.compute_loss_context_manager():
                _, by_scale = answer_loss(model, batch)
            sums += by_scale * bool(numbers)
        model.train()
        return self.accelerator.reduce(sums, "sum").cpu()

    def _write(self, line: dict[str, Any]) -> None:
        if not self.is_world_process_zero():
            return
        line = {**line, "seconds": round(time.monotonic() - self.started, 1)}
        append(self.out / LOG_FILE, line)
        shown = {name: value for name, value in line.items() if isinstance(value, int | float)}
        self.tell(", ".join(f"{name} {value:.4g}" for name, value in shown.items()))

    def _clip_grad_norm(self, model: nn.Module) -> Any:
        norm = super()._clip_grad_norm(model)
        if norm is not None and not bool(torch.isfinite(torch.as_tensor(norm))):
            raise TrainError(self._not_finite(f"gradients of norm {float(norm)}", ()))
        return norm

    def _not_finite(self, what: str, ids: Sequence[str]) -> str:
        last = checkpoints.last_checkpoint(self.out)
        rows = f" from the rows {', '.join(ids)}" if ids else ""
        kept = f"{last} is as it was" if last else "no checkpoint was written yet"
        return f"step {self.state.global_step + 1}: expected finite numbers, got {what}{rows}; {kept}"

    def _save(self, output_dir: str | None = None, state_dict: dict[str, Tensor] | None = None) -> None:
        """Write what learns; the rest is where the run began."""
        if self.args.should_save:
            state = (
                dict(self.accelerator.unwrap_model(self.model).named_parameters()) if state_dict is None else state_dict
            )
            tensors = trained_state(self.learned, state)
            save_trained(Path(output_dir or self.args.output_dir) / WEIGHTS_FILE, tensors)

    @property
    def cut_up(self) -> bool:
        """Whether no process holds the whole model."""
        return bool(self.is_deepspeed_enabled or self.is_fsdp_enabled)

    def gathered(self) -> dict[str, Tensor]:
        """Return what was learned, on the CPU; where the model is cut up, every process has to ask."""
        return trained_state(self.learned, self.accelerator.get_state_dict(self.model_wrapped))

    def _load_from_checkpoint(self, resume_from_checkpoint: str, model: nn.Module | None = None) -> None:
        if self.is_fsdp_enabled:
            super()._load_from_checkpoint(resume_from_checkpoint, model)
        else:
            load_trained(self.model, Path(resume_from_checkpoint) / WEIGHTS_FILE)


def answer_loss(model: nn.Module, batch: Batch) -> tuple[Tensor, Tensor]:
    """Run a forward and return the cross-entropy (nats) summed over the tokens to be learned, and its parts by scale.

    Only the logits of the completions are computed. The parts are scales x 2, float64, without gradients: sums of the
    losses, and counts, of the tokens.
    """
    outputs = model(**batch.tensors, use_cache=False, logits_to_keep=batch.kept)
    labels = batch.labels[:, 1 - batch.kept :]
    logits = outputs.logits[:, :-1].float()
    losses = functional.cross_entropy(logits.flatten(0, 1), labels.flatten(), ignore_index=IGNORED, reduction="none")
    with torch.no_grad():
        rows = torch.tensor([SCALES.index(scale) for scale in batch.scales], device=labels.device)
        parts = torch.stack((losses.view_as(labels).double().sum(1), (labels != IGNORED).double().sum(1)), 1)
        by_scale = _no_sums(labels.device).index_add_(0, rows, parts)
    return losses.sum(), by_scale


def means(sums: Tensor) -> dict[str, float]:
    """Return the mean loss of each scale that has tokens."""
    return {scale: float(total / count) for scale, (total, count) in zip(SCALES, sums, strict=True) if count > 0}


def _no_sums(device: torch.device) -> Tensor:
    return torch.zeros(len(SCALES), 2, dtype=torch.float64, device=device)
