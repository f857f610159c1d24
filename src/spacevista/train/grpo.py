"""The stage GRPO: a policy that answers questions about clips learns from what its answers earn."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from contextlib import nullcontext
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch
from datasets import Dataset
from torch import nn
from transformers import TrainerCallback

from spacevista.locks import locked
from spacevista.models.clips import budget_for, clip_of_question
from spacevista.models.errors import ModelError
from spacevista.models.experts import Experts, experts_of
from spacevista.qa.record import Question
from spacevista.scoring.rewards import Embed
from spacevista.train.checkpoints import last_checkpoint, step_of
from spacevista.train.errors import TrainError
from spacevista.train.grpo_config import trl_config
from spacevista.train.grpo_log import GrpoLog
from spacevista.train.grpo_rewards import GrpoReward
from spacevista.train.grpo_rows import AnchorsOf, GrpoRows, order_of, rows_of, with_shuffled_scales
from spacevista.train.grpo_settings import GrpoSettings
from spacevista.train.grpo_trainer import VideoGrpoTrainer
from spacevista.train.grpo_watch import RouterWatch
from spacevista.train.whole_checkpoints import AtBoundaries

LOG_FILE, RUN_FILE = "grpo_log.jsonl", "grpo_run.json"
SAMPLED = 256  # numbers of each tensor that enter a model's fingerprint


def train_grpo(
    model: Any,
    processor: Any,
    questions: Iterable[Question],
    root: Path,
    settings: GrpoSettings,
    out: Path,
    embed: Embed | None = None,
    anchors: AnchorsOf | None = None,
    callbacks: Sequence[TrainerCallback] = (),
) -> None:
    """Train `model` in place; what of it learns is what requires gradients.

    `out` gets checkpoints (`checkpoint-<step>`, the last at the end), `grpo_log.jsonl` and `grpo_run.json`. If there
    are checkpoints the run goes on from the newest: on one device it then ends with the weights and the log of a run
    that was never stopped. A finished run is not repeated: the model gets its weights.

    Args:
        model: as it comes into the stage, also on resumption: with beta above 0 it is the reference. Experts may be
            attached; their dropout is set to 0.
        questions: of form mc and reg; those of form free are counted and left out. All are held in memory.
        root: the data set's folder, with the frames and, for the anchors, `scenes/<id>`.
        embed: sentence embeddings for the semantic term; None leaves that term out.
        anchors: as in `grpo_rows.rows_of`.
        callbacks: more of them; saves and stops they ask for happen at the end of a generation's use.

    Raises:
        TrainError: settings, questions or `out` do not fit, or the loss is no longer finite.
        CaptureError, DatasetError, ModelError: a frame cannot be used.
    """
    config = trl_config(settings, out)
    main = config.process_index == 0
    with locked(out, "training") if main else nullcontext():
        experts = _experts(model)
        found = rows_of(questions, root, anchors)
        rows = with_shuffled_scales(found.rows, settings.seed) if settings.reward == "shuffled" else found.rows
        checkpoint = last_checkpoint(out)
        if main:
            _agree(out / RUN_FILE, _run_record(model, settings, found, rows), resumes=checkpoint is not None)
        budget = budget_for(processor, settings.frames, settings.pixels)
        trainer = VideoGrpoTrainer(
            model,
            GrpoReward(settings.reward, embed),
            config,
            _in_order(rows, settings, config.world_size),
            processor,
            open_clip=lambda name: clip_of_question(found.questions[name], root, budget),
            budget=budget,
            mask_flat_groups=settings.mask_flat_groups,
            keep=settings.keep,
            watch=None if experts is None else RouterWatch(experts),
            callbacks=[*callbacks, GrpoLog(out / LOG_FILE), AtBoundaries(settings.boundary_steps)],
        )
        if checkpoint is not None and step_of(checkpoint) >= settings.steps:
            trainer._load_from_checkpoint(str(checkpoint))
            return
        trainer.train(resume_from_checkpoint=None if checkpoint is None else str(checkpoint))


def _experts(model: nn.Module) -> Experts | None:
    try:
        experts = experts_of(model)
    except ModelError:
        return None
    if experts.router.mode == "given":
        raise TrainError("expected a router that chooses, got mode 'given': completions carry no labels")
    experts.set_dropout(0.0)
    return experts


def _in_order(rows: Sequence[dict[str, Any]], settings: GrpoSettings, processes: int) -> Dataset:
    """Return the rows of a whole run, one after the other."""
    forwards = settings.steps * settings.accumulation
    generations = -(-forwards // (settings.generation_batches * settings.iterations))
    length = generations * settings.questions_per_generation(processes)
    return Dataset.from_list(list(rows)).select(order_of(len(rows), length, settings.seed))


def _run_record(
    model: nn.Module, settings: GrpoSettings, found: GrpoRows, rows: Sequence[dict[str, Any]]
) -> dict[str, Any]:
    """Return what a resumed run must agree with, and what became of the questions."""
    return {
        "settings": asdict(settings),
        "model": fingerprint(model),
        "rows": hashlib.blake2b(json.dumps(rows).encode(), digest_size=8).hexdigest(),
        "used": len(rows),
        "left_out": found.left_out,
        "without": found.without,
    }


def fingerprint(model: nn.Module) -> str:
    """Return a short text that differs for models of other weights: names, shapes and a sample of every tensor."""
    digest = hashlib.blake2b(digest_size=8)
    for name, tensor in model.state_dict().items():
        flat = tensor.detach().flatten()
        sample = flat[:: max(1, len(flat) // SAMPLED)].to("cpu", torch.float32)
        digest.update(f"{name} {tuple(tensor.shape)}".encode() + sample.numpy().tobytes())
    return digest.hexdigest()


def _agree(file: Path, record: dict[str, Any], resumes: bool) -> None:
    """Write the record of a new run; a run that goes on must be the same one.

    Raises:
        TrainError: it is not; says in what.
    """
    if resumes and file.is_file():
        before = json.loads(file.read_text(encoding="utf-8"))
        same = json.loads(json.dumps(record))
        for key in ("settings", "model", "rows"):
            if before.get(key) != same[key]:
                change = _change(before, same, key)
                raise TrainError(f"{file}: expected the {key} with which the run began, got {change}")
    elif resumes:
        raise TrainError(f"{file}: expected the record of the run whose checkpoints are there, got no such file")
    else:
        file.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")


def _change(before: dict[str, Any], now: dict[str, Any], key: str) -> str:
    if key != "settings":
        return f"{now[key]} instead of {before.get(key)}"
    old = before.get(key) or {}
    changes = [(name, value, old.get(name)) for name, value in now[key].items() if value != old.get(name)]
    return ", ".join(f"{name}={value} instead of {was}" for name, value, was in changes)
