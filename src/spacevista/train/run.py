"""One run of the trainer in a folder: begun, gone on with, or found finished. The part that all stages share."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import torch
from transformers import PreTrainedModel, TrainingArguments
from transformers.integrations.deepspeed import unset_hf_deepspeed_config

from spacevista.files import write_whole
from spacevista.locks import locked
from spacevista.models.clips import budget_for
from spacevista.qa.record import Question
from spacevista.train.callbacks import Steps
from spacevista.train.checkpoints import last_checkpoint, step_of
from spacevista.train.collate import Collator
from spacevista.train.errors import StoppedError, TrainError
from spacevista.train.order import Numbers
from spacevista.train.parts import let_learn, put_trained
from spacevista.train.rows import Stream, choice_of, held_out, shards_of
from spacevista.train.run_log import LOG_FILE, cut_back
from spacevista.train.settings import RunSettings, differing, plain
from spacevista.train.shards import Index, index_of, question_files
from spacevista.train.trainer import HeldOut, StageTrainer

SETTINGS_FILE = "settings.json"
Tell = Callable[[str], None]
Make = Callable[[], tuple[PreTrainedModel, Any]]


@dataclass(frozen=True)
class Data:
    """The rows of a run.

    Attributes:
        index: of all rows of the files.
        files: Parquet files of questions.
        only: numbers of the rows that may be used; None: all.
        expert: the expert of a question, -1 none; None: nobody asks.
        scene_sizes: scene id -> log10 of its size in metres.
    """

    index: Index
    files: tuple[Path, ...]
    only: Numbers | None = None
    expert: Callable[[Question], int] | None = None
    scene_sizes: dict[str, float] | None = None


def open_data(data: Sequence[Path]) -> Data:
    """Return the rows of data sets (DatasetError: there are none, or a file is damaged)."""
    files = question_files(data)
    return Data(index_of(files), tuple(files))


def silent(_line: str) -> None:
    """Say nothing."""


def is_main() -> bool:
    """Whether this process is the first of its launch, which writes what one process writes."""
    return int(os.environ.get("RANK", "0")) == 0


def processes() -> int:
    """Return how many processes were launched together."""
    return int(os.environ.get("WORLD_SIZE", "1"))


def in_folder(out: Path) -> AbstractContextManager[None]:
    """Keep other runs out of a folder, inside a `with` block."""
    return locked(out, "training") if is_main() else nullcontext()


def claim(out: Path, stage: str, settings: RunSettings, data: Data, model: Path | None) -> None:
    """Write down what a run is, or check that the one in the folder is the same.

    Raises:
        TrainError: another run is there; names what differs.
    """
    if not is_main():
        return
    files = {file.name: file.stat().st_size for file in data.files}
    wanted = {
        "stage": stage,
        **plain(settings),
        "model": "" if model is None else str(model.resolve()),
        "data": {"rows": len(data.index), "files": files},
    }
    file = out / SETTINGS_FILE
    if not file.exists():
        write_whole(file, msgspec.json.format(msgspec.json.encode(wanted), indent=1) + b"\n")
        return
    there = msgspec.json.decode(file.read_bytes(), type=dict[str, Any])
    if names := differing(there, wanted):
        name = names[0]
        raise TrainError(
            f"{out}: expected {name} as in the run that is there ({there.get(name)}), got {wanted.get(name)}; use "
            "another folder"
        )


def train(
    make: Make,
    data: Data,
    settings: RunSettings,
    out: Path,
    tell: Tell,
    trainer_class: Callable[..., StageTrainer] = StageTrainer,
) -> tuple[PreTrainedModel, Any]:
    """Train a model on its rows, from the last checkpoint in `out` if there is one, and return it with its processor.

    Args:
        make: returns the model to begin with and its processor, the same at every call.

    Raises:
        TrainError: the settings do not fit the model, the data or the processes; the loss is not finite; a checkpoint
            cannot be written.
        StoppedError: it was asked to stop, and has left a checkpoint.
        DatasetError, CaptureError, ModelError: a row cannot be shown; names it.
    """
    shards = shards_of(data.index, settings)
    stream = Stream(shards, choice_of(data.index, settings, "train", data.only), settings)
    steps = len(stream) // settings.batch_size
    asked = arguments(settings, out, steps)  # before the model: DeepSpeed cuts it up while it is loaded
    model, processor = make()
    names = let_learn(model, settings)
    collator = Collator(
        processor, budget_for(processor, settings.frames, settings.pixels), data.expert, data.scene_sizes
    )
    unseen = HeldOut(shards, held_out(shards, settings, data.only), collator, settings.rows_at_once)
    trainer = trainer_class(
        learned=names,
        held_out=unseen,
        keep=settings.keep,
        tell=tell,
        model=model,
        args=asked,
        data_collator=collator,
        train_dataset=stream,
    )
    watch = Steps(trainer, settings.eval_every)
    trainer.add_callback(watch)
    before = last_checkpoint(out)
    if is_main():
        cut_back(out / LOG_FILE, -1 if before is None else step_of(before))
    learned = sum(parameter.numel() for parameter in model.parameters() if parameter.requires_grad)
    every = sum(parameter.numel() for parameter in model.parameters())
    tell(
        f"{len(names)} tensors with {learned / 1e6:.2f} M parameters learn, of {every / 1e6:.2f} M; {steps} steps "
        f"of {settings.batch_size} rows out of {len(stream.order.choice.rows):,}; {len(unseen.numbers)} held out"
        + (f"; going on after step {step_of(before)}" if before else "")
    )
    with watch.listening():
        trainer.train(resume_from_checkpoint=None if before is None else str(before))
    if watch.stopped:
        raise StoppedError(
            f"{out}: stopped by SIGTERM after step {trainer.state.global_step} of {steps}, with a checkpoint; the same "
            "command goes on from there"
        )
    if not trainer.cut_up:
        return trainer.accelerator.unwrap_model(trainer.model), processor
    return _whole(trainer, make, settings), processor


def _whole(trainer: StageTrainer, make: Make, settings: RunSettings) -> PreTrainedModel:
    """Return the model as it began, with what the processes learned together."""
    tensors = trainer.gathered()
    unset_hf_deepspeed_config()  # else the new one would be cut up too
    model, _ = make()
    let_learn(model, settings)
    put_trained(model, tensors, "the processes' weights")
    return model


def arguments(settings: RunSettings, out: Path, steps: int) -> TrainingArguments:
    """Return the settings as the parent trainer takes them.

    Raises:
        TrainError: a step's rows cannot be dealt out evenly to the processes.
    """
    at_once = settings.rows_at_once * processes()
    if settings.batch_size % at_once:
        raise TrainError(
            f"batch_size: expected a multiple of {settings.rows_at_once} rows at once on {processes()} processes, got "
            f"{settings.batch_size}"
        )
    return TrainingArguments(
        output_dir=str(out),
        max_steps=steps,
        per_device_train_batch_size=settings.rows_at_once,
        gradient_accumulation_steps=settings.batch_size // at_once,
        learning_rate=settings.learning_rate,
        lr_scheduler_type="cosine" if settings.schedule == "cosine" else "constant_with_warmup",
        warmup_steps=round(settings.warmup_share * steps),
        weight_decay=settings.weight_decay,
        adam_beta2=settings.beta2,
        max_grad_norm=settings.max_grad_norm,
        optim="adamw_torch",
        use_cpu=not torch.accelerator.is_available(),  # bfloat16 on a CPU must be asked for
        bf16=settings.precision == "bfloat16",
        activation_checkpointing=settings.gradient_checkpointing,
        activation_checkpointing_kwargs={"use_reentrant": False},
        logging_steps=settings.log_every,
        logging_nan_inf_filter=False,  # it would replace a loss that is not finite
        save_strategy="steps",
        save_steps=settings.save_every,
        seed=settings.seed,
        dataloader_num_workers=settings.workers,
        dataloader_pin_memory=torch.cuda.is_available(),
        train_sampling_strategy="sequential",  # the order is the stream's
        remove_unused_columns=False,
        label_names=["labels"],
        ddp_find_unused_parameters=False,  # a router's losses do not pass through the model's output
        disable_tqdm=True,
        report_to="none",
    )
