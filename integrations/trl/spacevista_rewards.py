"""SpaceVista's rewards for TRL's GRPOTrainer (and others that take reward functions).

The data set needs the columns `form` and `solution`, and where they apply `unit`, `option_count`, `scale_m` and
`object_name` (docs/rewards.md); TRL hands them over as lists. Completions may be texts or conversations. A completion
without a reward (a free question) gets None, which TRL leaves out.

    from trl import GRPOTrainer
    trainer = GRPOTrainer(model, reward_funcs=SpaceVistaReward(embed=embed), args=args, train_dataset=data)

By name, without settings: `reward_funcs=spacevista_reward`; or its parts, to weigh and log each on its own:
`reward_funcs=[progressive_reward, format_reward]`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from spacevista.scoring import rewards
from spacevista.scoring.completions import text_of
from spacevista.scoring.rewards import Embed
from spacevista.scoring.targets import targets_of

TERMS = ("format", "answer", "scale", "semantic")


@dataclass(frozen=True)
class SpaceVistaReward:
    """R_progressive + R_format, with its terms in TRL's log. It can be pickled if `embed` can.

    Attributes:
        embed: sentence embeddings for the semantic anchor; None leaves that term out.
        normalize: divide R_progressive by the number of its terms.
        base: of the logarithm in the scale term.
    """

    embed: Embed | None = None
    normalize: bool = False
    base: float = 10.0

    def __call__(self, prompts: Sequence[Any], completions: Sequence[Any], **columns: Any) -> list[float | None]:
        """Return the reward of each completion; None where it has none."""
        texts = [text_of(completion) for completion in completions]
        found = rewards.progressive_reward(
            texts, targets_of(columns, len(texts)), self.embed, base=self.base, normalize=self.normalize
        )
        _log(found, columns.get("log_extra"), columns.get("log_metric"))
        return found.total


def spacevista_reward(prompts: Sequence[Any], completions: Sequence[Any], **columns: Any) -> list[float | None]:
    """R_progressive + R_format with the source's settings and without the semantic term."""
    return SpaceVistaReward()(prompts, completions, **columns)


def progressive_reward(prompts: Sequence[Any], completions: Sequence[Any], **columns: Any) -> list[float | None]:
    """R_progressive alone, without the semantic term."""
    texts = [text_of(completion) for completion in completions]
    return rewards.progressive_reward(texts, targets_of(columns, len(texts))).progressive


def format_reward(prompts: Sequence[Any], completions: Sequence[Any], **columns: Any) -> list[float]:
    """R_format alone."""
    return rewards.format_reward([text_of(completion) for completion in completions])


def _log(
    found: rewards.Rewards,
    log_extra: Callable[[str, list[Any]], None] | None,
    log_metric: Callable[[str, float], None] | None,
) -> None:
    """Put the terms into TRL's table of completions, and their means where they apply into its metrics."""
    for term in TERMS:
        values: list[float | None] = getattr(found, term)
        known = [value for value in values if value is not None]
        if log_extra is not None:
            log_extra(f"reward_{term}", list(values))
        if log_metric is not None and known:
            log_metric(f"rewards/{term}", sum(known) / len(known))
