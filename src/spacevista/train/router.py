"""Stage router: learns which expert counts, over experts that stay as they are or learn with it.

Experts that were trained alone and are mixed at 1 / M begin worse than any of them. A learned router therefore learns
the experts' own labels first, at a low temperature, at which the mixture is nearly the expert of the label; the
temperature then rises (X-LoRA's trunk in one pass; see docs/experts.md). An anchored one learns the scene's size.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from spacevista.errors import DatasetError
from spacevista.models.anchors import anchors_of, annealed, label_loss, size_loss
from spacevista.models.debug_tokenizer import START
from spacevista.models.expert_settings import RouterSettings
from spacevista.models.experts import experts_of
from spacevista.models.trace import Trace
from spacevista.qa.dataset import read_manifest
from spacevista.scales import Scale
from spacevista.traces import usage
from spacevista.train.collate import Batch, anchor_of
from spacevista.train.errors import TrainError
from spacevista.train.load import MODEL_FOLDER, save_model, start_model
from spacevista.train.rows import expert_of
from spacevista.train.run import SETTINGS_FILE, Tell, claim, in_folder, is_main, open_data, silent, train
from spacevista.train.run_log import LOG_FILE
from spacevista.train.settings import RouterStageSettings
from spacevista.train.trainer import StageTrainer

ANSWER_OPENS = f"{START}assistant\n"


def train_router(
    settings: RouterStageSettings, data: Sequence[Path], out: Path, model: Path | None = None, tell: Tell = silent
) -> Path:
    """Train a router, or go on where a run in `out` was stopped, and return the folder of the finished model.

    Args:
        data: folders of data sets.
        model: folder that the stage experts wrote.

    Raises:
        TrainError: the model has no experts, or another number than the partition, or as in `run.train`.
    """
    if model is None:
        raise TrainError("router: expected --model, the folder that the stage experts wrote, got none")
    with in_folder(out):
        rows = open_data(data)
        claim(out, "router", settings, rows, model)
        folder = out / MODEL_FOLDER
        if folder.exists():
            return folder
        start = partial(start_model, settings, model, router_settings_of(settings, model))
        rows = replace(
            rows,
            expert=partial(expert_of, partition=settings.partition, random=settings.random),
            scene_sizes=scene_sizes(rows.files) if settings.mode == "anchored" else {},
        )
        learner, processor = train(start, rows, settings, out, tell, partial(RouterTrainer, stage=settings))
        if is_main():
            save_model(learner, processor, settings, folder, [out / SETTINGS_FILE, out / LOG_FILE])
    return folder


def router_settings_of(settings: RouterStageSettings, model: Path) -> RouterSettings:
    """Return the router of a stage: with the last temperature, and with the anchors of the experts' scales."""
    from transformers import AutoTokenizer

    marker: list[int] = []
    if settings.input == "prompt":
        marker = AutoTokenizer.from_pretrained(model).encode(ANSWER_OPENS, add_special_tokens=False)
    experts = [[Scale(scale) for scale in scales] for scales in settings.partition]
    return RouterSettings(
        mode=settings.mode,
        input=settings.input,
        layerwise=settings.layerwise,
        hidden=settings.hidden,
        temperature=settings.temperature,
        dropout=settings.dropout,
        answer_marker=tuple(marker),
        anchors=anchors_of(experts) if settings.mode == "anchored" else (),
    )


def scene_sizes(files: Sequence[Path]) -> dict[str, float]:
    """Return log10 of the size of each scene in metres, from the manifests beside the files that have one.

    The size is the geometric mean of the longest dimensions of its objects.
    """
    sizes: dict[str, float] = {}
    for root in {file.parent for file in files}:
        try:
            scenes = read_manifest(root).scenes
        except DatasetError:
            continue  # data that were not built here; their rationales may say the size
        for scene in scenes:
            if (size := anchor_of(scene.sizes_m)) is not None:
                sizes[scene.id] = size
    return sizes


class RouterTrainer(StageTrainer):
    """Adds the loss of the labels or of the size, moves the temperature, and logs how the experts are used.

    Args:
        stage: the stage's settings.
        options: of `StageTrainer`.

    Raises:
        TrainError: the model has another number of experts than the partition.
    """

    def __init__(self, *, stage: RouterStageSettings, **options: Any) -> None:
        super().__init__(**options)
        self.stage = stage
        self.experts = experts_of(self.model)
        expected = stage.random or len(stage.partition)
        if self.experts.settings.count != expected:
            raise TrainError(f"partition: expected one of {self.experts.settings.count} experts, got one of {expected}")
        self.progress = 0.0
        self.traces: list[Trace] = []
        self.used: list[tuple[Tensor, str]] = []  # weights of a row, mean over the layers, and its scale
        self.unsized = 0

    def before_step(self, progress: float) -> None:
        """Set the temperature of the step."""
        self.progress = progress
        self.experts.set_temperature(annealed(self.stage.warm_temperature, self.stage.temperature, progress))

    def compute_loss(
        self, model: Any, inputs: dict[str, Any], return_outputs: bool = False, num_items_in_batch: Any = None
    ) -> Tensor:
        """Return the loss of the parent, with the routing of the forward at hand."""
        with self.experts.tracing() as self.traces:
            return super().compute_loss(model, inputs, return_outputs, num_items_in_batch)

    def extra_loss(self, batch: Batch) -> Tensor | None:
        """Return the loss of labels (while warm) or of sizes, summed over the rows that have one."""
        (trace,) = self.traces
        weights = trace.sequence_weights().detach().float().mean(0).cpu()
        self.used += list(zip(weights, batch.scales, strict=True))
        if self.stage.mode == "anchored":
            return self._size_loss(trace, batch)
        known = batch.experts >= 0
        if self.progress >= self.stage.warm_share or not bool(known.any()):
            return None
        outputs = trace.sequence_outputs()[:, known]
        return label_loss(outputs, batch.experts[known], self._temperature()) * known.sum() * self.stage.label_weight

    def extra_figures(self) -> dict[str, Any]:
        """Return, in bits over the rows since the last line: how evenly and how surely experts are used, and for what.

        Of the first process's rows; rows without a size, which the anchored router cannot learn from, are counted.
        """
        weights = torch.stack([row for row, _ in self.used]).double().numpy()
        found = usage(weights, [scale for _, scale in self.used])
        figures: dict[str, Any] = {
            "entropy_of_mean_weights": found.of_mean,
            "mean_entropy_of_weights": found.mean_of,
            "information_on_scale": found.with_scale,
            "temperature": self._temperature(),
        }
        if self.stage.mode == "anchored":
            figures["rows_without_size"] = self.unsized
        self.used, self.unsized = [], 0
        return figures

    def _temperature(self) -> float:
        return annealed(self.stage.warm_temperature, self.stage.temperature, self.progress)

    def _size_loss(self, trace: Trace, batch: Batch) -> Tensor:
        known = torch.isfinite(batch.log10_sizes)
        self.unsized += int((~known).sum())
        outputs = trace.sequence_outputs()[0]
        if not bool(known.any()):
            return outputs.sum() * 0.0  # every process needs a gradient for every parameter
        return size_loss(outputs[known], batch.log10_sizes[known]) * known.sum() * self.stage.size_weight
