"""Losses and rewards row by row, of rows that no stage was trained on."""

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
from spacevista.models.generate import replies
from spacevista.models.inputs import prompt_of_question
from spacevista.qa.record import Question
from spacevista.train.collate import Batch, Collator
from spacevista.train.grpo_rewards import GrpoReward
from spacevista.train.grpo_rows import rows_of
from spacevista.train.grpo_settings import GrpoSettings
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


def row_rewards(
    settings: GrpoSettings, model: Path, rows: Sequence[Row], root: Path, draws: int = 0
) -> NDArray[np.float64]:
    """Return what the answer to each row earns by the settings' reward; rows are of form mc or reg.

    Args:
        draws: answers to a row, drawn at the settings' temperature with their seed, whose mean is taken; 0: the greedy
            one.
    """
    learner, processor = start_model(settings, model)
    learner.eval()
    if not draws:
        return _rewards(settings, learner, processor, rows, root, 0.0)
    torch.manual_seed(settings.seed)
    drawn = [_rewards(settings, learner, processor, rows, root, settings.temperature) for _ in range(draws)]
    return np.asarray(np.mean(drawn, axis=0))


def _rewards(
    settings: GrpoSettings, learner: Any, processor: Any, rows: Sequence[Row], root: Path, temperature: float
) -> NDArray[np.float64]:
    budget = budget_for(processor, settings.frames, settings.pixels)
    columns = rows_of([row.question for row in rows], root).rows
    reward = GrpoReward(settings.reward)
    earned: list[float] = []
    for start in range(0, len(rows), settings.batch_size):
        part = columns[start : start + settings.batch_size]
        prompts = [prompt_of_question(row.question, row.root, budget) for row in rows[start : start + len(part)]]
        texts = replies(learner, processor, prompts, budget, settings.completion_tokens, temperature)
        found = reward([], texts, **{name: [row[name] for row in part] for name in part[0] if name != "prompt"})
        earned += [float(value or 0.0) for value in found]
    return np.array(earned)
