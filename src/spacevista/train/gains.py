"""Losses row by row, of rows that no stage was trained on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from spacevista.models.clips import budget_for
from spacevista.models.experts import experts_of
from spacevista.qa.record import Question
from spacevista.train.collate import Batch, Collator
from spacevista.train.load import start_model
from spacevista.train.rows import choice_of, expert_of, shards_of
from spacevista.train.settings import FOUR, RunSettings
from spacevista.train.shards import Row, index_of, question_files
from spacevista.train.trainer import answer_loss

Around = Callable[[Any, Question], AbstractContextManager[None]]  # what a row's forward runs inside


def unseen_rows(settings: RunSettings, data: Sequence[Path]) -> list[Row]:
    """Return the rows of the validation and test splits that the settings use."""
    index = index_of(question_files(data))
    shards = shards_of(index, settings)
    numbers = [n for split in ("val", "test") for n in choice_of(index, settings, split).rows.tolist()]
    return [shards.row(number) for number in numbers]


def plainly(_model: Any, _question: Question) -> AbstractContextManager[None]:
    """Change nothing."""
    return nullcontext()


def with_own_expert(model: Any, question: Question) -> AbstractContextManager[None]:
    """Weigh the expert of the question's scale alone."""
    weights = [0.0] * len(FOUR)
    weights[expert_of(question, FOUR, 0)] = 1.0
    return experts_of(model).forced(weights)


@torch.no_grad()
def row_losses(
    settings: RunSettings, model: Path | None, rows: Sequence[Row], around: Around = plainly
) -> NDArray[np.float64]:
    """Return the mean loss (nats) over the tokens of each row's completion."""
    learner, processor = start_model(settings, model)
    learner.eval()
    collator = Collator(processor, budget_for(processor, settings.frames, settings.pixels))
    losses = []
    for row in rows:
        with around(learner, row.question):
            loss, by_scale = answer_loss(learner, Batch(**collator([row])))
        losses.append(float(loss) / float(by_scale[:, 1].sum()))
    return np.array(losses)
