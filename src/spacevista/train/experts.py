"""Stage experts: one LoRA after another, each alone on the rows of its own scales, then all of them in one model.

Trained alone, an expert sees no other's rows and no optimiser shrinks those that a batch does not use. A finished one
is a PEFT folder; a run that was stopped goes on with the first that is not there.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from transformers import PreTrainedModel

from spacevista.models.expert_settings import ExpertSettings, RouterSettings, settings_to_dict
from spacevista.models.experts import attach_experts
from spacevista.models.peft_folders import export_expert, import_expert
from spacevista.train.errors import TrainError
from spacevista.train.load import MODEL_FOLDER, attach_lora, save_model, start_model
from spacevista.train.rows import choice_of, experts_of_rows
from spacevista.train.run import SETTINGS_FILE, Data, Tell, claim, in_folder, is_main, open_data, silent, train
from spacevista.train.settings import ExpertsSettings

ADAPTERS_FOLDER = "adapters"


def train_experts(
    settings: ExpertsSettings, data: Sequence[Path], out: Path, model: Path | None = None, tell: Tell = silent
) -> Path:
    """Train all experts, or go on where a run in `out` was stopped, and return the folder of the model with all.

    Its router gives all experts the same weight; `out/adapters/<name>` are the experts as PEFT has them, and
    `out/expert_<i>` their runs, with a log each.

    Args:
        data, model: as in `sft.train_sft`; the model is that of the cold start.

    Raises:
        TrainError: an expert has no rows, or as in `run.train`, as the other errors.
    """
    with in_folder(out):
        rows = open_data(data)
        claim(out, "experts", settings, rows, model)
        folder = out / MODEL_FOLDER
        if folder.exists():
            return folder
        names = expert_names(settings)
        own = _rows_of_experts(rows, settings, names)
        for number, name in enumerate(names):
            adapter = out / ADAPTERS_FOLDER / name
            if not adapter.exists():
                tell(f"expert {number} of {len(names)}: {name}")
                _train_one(settings, own[number], out / f"expert_{number}", adapter, model, tell)
        if is_main():
            learner, processor = _together(settings, names, out, model)
            save_model(learner, processor, settings, folder, [out / SETTINGS_FILE])
    return folder


def expert_names(settings: ExpertsSettings) -> list[str]:
    """Return a file name for each expert: its scales, or its number in a random partition."""
    if settings.random:
        return [f"random_{number}" for number in range(settings.random)]
    return ["-".join(scales) for scales in settings.partition]


def _rows_of_experts(rows: Data, settings: ExpertsSettings, names: Sequence[str]) -> list[Data]:
    """Return the rows of each expert; TrainError before anything is trained if one has none."""
    expert = experts_of_rows(rows.index, settings.partition, settings.random)
    own = [replace(rows, only=np.flatnonzero(expert == number)) for number in range(len(names))]
    for name, part in zip(names, own, strict=True):
        if not len(choice_of(part.index, settings, "train", part.only).rows):
            raise TrainError(f"expert {name}: expected rows of its scales to train on, got none; state a partition")
    return own


def _train_one(settings: ExpertsSettings, rows: Data, out: Path, adapter: Path, model: Path | None, tell: Tell) -> None:
    def start() -> tuple[PreTrainedModel, Any]:
        learner, processor = start_model(settings, model)
        attach_lora(learner, settings.rank, settings.alpha, settings.targets, settings.seed)
        return learner, processor

    out.mkdir(parents=True, exist_ok=True)
    learner, _ = train(start, rows, settings, out, tell)
    if is_main():
        part = adapter.with_name(adapter.name + ".part")
        shutil.rmtree(part, ignore_errors=True)
        export_expert(learner, 0, part, "" if model is None else str(model))
        os.replace(part, adapter)


def _together(
    settings: ExpertsSettings, names: Sequence[str], out: Path, model: Path | None
) -> tuple[PreTrainedModel, Any]:
    """Return the model that training began with, with all experts attached."""
    learner, processor = start_model(settings, model)
    experts, router = ExpertSettings(len(names), settings.rank, settings.alpha, settings.targets), RouterSettings()
    attach_experts(learner, experts, router)
    for number, name in enumerate(names):
        import_expert(learner, number, out / ADAPTERS_FOLDER / name, "" if model is None else str(model))
    learner.config.experts, learner.config.router = settings_to_dict(experts), settings_to_dict(router)
    return learner, processor
