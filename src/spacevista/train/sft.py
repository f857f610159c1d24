"""Stage sft: supervised training on rationales and answers, the cold start of all that follows.

Which parts learn is the recipe's: the source contradicts itself about it (SpaceVista, arXiv 2510.09606; see recipes).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

from transformers import PreTrainedModel

from spacevista.models.merge import merge_experts
from spacevista.models.peft_folders import export_expert
from spacevista.train.load import MODEL_FOLDER, attach_lora, save_model, start_model
from spacevista.train.run import SETTINGS_FILE, Tell, claim, in_folder, is_main, open_data, silent, train
from spacevista.train.run_log import LOG_FILE
from spacevista.train.settings import SftSettings

LORA_FOLDER = "lora"


def train_sft(
    settings: SftSettings, data: Sequence[Path], out: Path, model: Path | None = None, tell: Tell = silent
) -> Path:
    """Train, or go on where a run in `out` was stopped, and return the folder of the finished model.

    It holds weights, processor, `settings.json` and `train_log.jsonl`. A LoRA is merged into the weights; it also
    stands in `out/lora` as PEFT has it.

    Args:
        data: folders of data sets.
        model: folder to start from; None: a random model of the settings' size.

    Raises:
        TrainError, StoppedError, ModelError, DatasetError, CaptureError: as in `run.train`.
    """
    with in_folder(out):
        rows = open_data(data)
        claim(out, "sft", settings, rows, model)
        folder = out / MODEL_FOLDER
        if folder.exists():
            return folder
        learner, processor = train(partial(_start, settings, model), rows, settings, out, tell)
        if is_main():
            if settings.lora_rank:
                export_expert(learner, 0, out / LORA_FOLDER, "" if model is None else str(model))
                merge_experts(learner, [1.0])
            save_model(learner, processor, settings, folder, [out / SETTINGS_FILE, out / LOG_FILE])
    return folder


def _start(settings: SftSettings, model: Path | None) -> tuple[PreTrainedModel, Any]:
    learner, processor = start_model(settings, model)
    if settings.lora_rank:
        attach_lora(learner, settings.lora_rank, settings.lora_alpha, settings.targets, settings.seed)
    return learner, processor
