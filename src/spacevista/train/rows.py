"""The rows that a stage trains on: chosen by split, form and weight, in the order of the seed, as torch takes them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from torch.utils.data import Dataset

from spacevista.qa.record import Question, Split
from spacevista.traces import random_labels
from spacevista.train.errors import TrainError
from spacevista.train.order import Choice, Numbers, Order, pass_order
from spacevista.train.settings import Partition, RunSettings
from spacevista.train.shards import CODED, Index, Row, Shards

SPARE_GROUPS = 2  # row groups held beyond those of the windows: at their borders two overlap


def completion_of(question: Question) -> str:
    """Return what the model shall say: the rationale, if there is one, and the answer, in their tags."""
    answer = f"<answer>{question.answer}</answer>"
    return f"<think>{question.rationale}</think>{answer}" if question.rationale else answer


def experts_of_rows(index: Index, partition: Partition, random: int) -> Numbers:
    """Return the expert of every row, -1 where no expert has its scale.

    Args:
        random: above 0: that many experts, dealt out by the scene's id, blind to the scene.
    """
    if random:
        return np.array(random_labels(index.scenes, random), dtype=np.int64)[index.scene]
    scales = CODED["scale"]
    of_scale = np.full(len(scales), -1, dtype=np.int64)
    for expert, group in enumerate(partition):
        of_scale[[scales.index(scale) for scale in group]] = expert
    return of_scale[index.scale]


def expert_of(question: Question, partition: Partition, random: int) -> int:
    """Return the expert of one question, as `experts_of_rows` does."""
    if random:
        return random_labels([question.scene_id], random)[0]
    return next((expert for expert, group in enumerate(partition) if question.scale in group), -1)


def choice_of(index: Index, settings: RunSettings, split: Split, only: Numbers | None = None) -> Choice:
    """Return the rows of a split that the settings use, with their weights; there may be none.

    Args:
        only: numbers of rows; others are left out.

    Raises:
        TrainError: a weight is for a task that the data do not have.
    """
    if unknown := sorted(set(settings.task_weights) - set(index.tasks)):
        raise TrainError(f"task_weights: expected tasks of the data ({', '.join(index.tasks)}), got {unknown}")
    weight_of = {str(scale): weight for scale, weight in settings.scale_weights.items()}
    by_scale = np.array([weight_of.get(scale, 1.0) for scale in CODED["scale"]])
    by_task = np.array([settings.task_weights.get(task, 1.0) for task in index.tasks])
    forms = [CODED["form"].index(form) for form in settings.forms]
    weights = by_scale[index.scale] * by_task[index.task]
    used = (index.split == CODED["split"].index(split)) & np.isin(index.form, forms) & (weights > 0)
    if only is not None:
        used &= np.isin(np.arange(len(index)), only)
    rows = np.flatnonzero(used)
    return Choice(rows, weights[rows], index.scale[rows], index.task[rows], index.block[rows])


def steps_of(settings: RunSettings, choice: Choice) -> int:
    """Return how many steps the run has."""
    return settings.steps or max(1, round(settings.epochs * len(choice.rows) / settings.batch_size))


class Stream(Dataset[Row]):
    """The rows of a run in their order: place p is the p-th row that is trained on, whatever was read before.

    Raises:
        TrainError: there is no row to train on.
    """

    def __init__(self, shards: Shards, choice: Choice, settings: RunSettings) -> None:
        if not len(choice.rows):
            raise TrainError(
                f"expected rows of split train with forms {', '.join(settings.forms)} and weights above 0, got none "
                f"among {len(shards.index)}"
            )
        self.shards = shards
        self.order = Order(choice, settings.seed, settings.window)
        self.places = steps_of(settings, choice) * settings.batch_size

    def __len__(self) -> int:
        return self.places

    def __getitem__(self, place: int) -> Row:
        if not 0 <= place < self.places:
            raise IndexError(f"expected a place of 0 to {self.places - 1}, got {place}")
        return self.shards.row(self.order.at(place))


def shards_of(index: Index, settings: RunSettings) -> Shards:
    """Return the rows of an index, with as many row groups in memory as the order of the settings needs."""
    return Shards(index, settings.window * len(CODED["scale"]) + SPARE_GROUPS)


def held_out(shards: Shards, settings: RunSettings, only: Numbers | None = None) -> list[int]:
    """Return the numbers of the validation rows for the held-out loss, the same for every run of a seed.

    Empty where the data have none, or none is asked for.
    """
    choice = choice_of(shards.index, settings, "val", only)
    if not len(choice.rows) or not settings.eval_rows or not settings.eval_every:
        return []
    alike = replace(choice, weights=np.ones(len(choice.rows)))
    return sorted(pass_order(alike, settings.seed, 0, settings.window)[: settings.eval_rows].tolist())
