"""The rewards of a GRPO run, in the four forms that the experiment compares, with their terms in the log."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from spacevista.scoring.completions import text_of
from spacevista.scoring.rewards import Embed, Rewards, progressive_reward
from spacevista.scoring.targets import targets_of
from spacevista.train.grpo_settings import RewardKind

TERMS = ("format", "answer", "scale", "semantic", "progressive")


@dataclass(frozen=True)
class GrpoReward:
    """A reward function for TRL. All terms are logged, whichever are paid.

    Attributes:
        kind: as in `GrpoSettings.reward`. "shuffled" is paid as "progressive": its rows are what differs.
        embed: sentence embeddings for the semantic term; None leaves that term out.
    """

    kind: RewardKind
    embed: Embed | None = None

    def __call__(self, prompts: Sequence[Any], completions: Sequence[Any], **columns: Any) -> list[float | None]:
        """Return the reward of each completion, None where the question has none.

        Raises:
            ScoringError: a column is not what it should be; names row and column.
        """
        texts = [text_of(completion) for completion in completions]
        found = progressive_reward(texts, targets_of(columns, len(texts)), self.embed)
        log_metric: Callable[[str, float], None] | None = columns.get("log_metric")
        for term in TERMS if log_metric is not None else ():
            known = [value for value in getattr(found, term) if value is not None]
            if log_metric is not None and known:
                log_metric(f"terms/{term}", sum(known) / len(known))
        return paid(self.kind, found)


def paid(kind: RewardKind, found: Rewards) -> list[float | None]:
    """Return what each completion earns; terms that do not apply add nothing, and without an answer term it is None.

    >>> found = Rewards([1.0], [0.5], [0.5], [None], [0.75], [1.75])
    >>> [paid(kind, found) for kind in ("plain", "additive", "progressive", "shuffled")]
    [[1.5], [2.0], [1.75], [1.75]]
    """
    if kind in ("progressive", "shuffled"):
        return found.total
    extra = [(None, None)] * len(found.answer) if kind == "plain" else zip(found.scale, found.semantic, strict=True)
    return [
        None if answer is None else answer + form + sum(term for term in terms if term is not None)
        for answer, form, terms in zip(found.answer, found.format, extra, strict=True)
    ]
