"""SpaceVista's reward for verl, as a custom reward function.

    reward.custom_reward_function.path=integrations/verl/spacevista_reward.py
    reward.custom_reward_function.name=compute_score

Each row of the data has `reward_model.ground_truth`, the truth as text, and in `extra_info` the `form` and where they
apply `unit`, `option_count`, `scale_m` and `object_name` (docs/rewards.md). For the semantic term, point verl at a file
of yours that calls `compute_score` with an `embed`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from spacevista.scoring.errors import ScoringError
from spacevista.scoring.rewards import Embed, progressive_reward
from spacevista.scoring.targets import target_of


def compute_score(
    data_source: str,
    solution_str: str,
    ground_truth: str,
    extra_info: Mapping[str, Any] | None = None,
    *,
    embed: Embed | None = None,
    normalize: bool = False,
    **others: Any,
) -> dict[str, float]:
    """Return R_progressive + R_format as `score`, and its terms for the log.

    verl averages what stands in the dictionary, with the same keys in every row. So a term that does not apply is 0
    with `scale_applies` (`semantic_applies`) 0; its mean where it applies is the ratio of the two means.

    Raises:
        ScoringError: the row is not what the rewards need, or a free question, which has no reward: verl has no way to
            leave a completion out, so such rows are to be filtered from the data.
    """
    target = target_of({**(extra_info or {}), "solution": ground_truth})
    found = progressive_reward([solution_str], [target], embed, normalize=normalize)
    (total,), (answer,), (scale,), (semantic,) = found.total, found.answer, found.scale, found.semantic
    if total is None or answer is None:
        raise ScoringError(f"{data_source}: expected a question of form mc or reg, got {target.form}")
    return {
        "score": total,
        "format": found.format[0],
        "answer": answer,
        "scale": scale or 0.0,
        "scale_applies": float(scale is not None),
        "semantic": semantic or 0.0,
        "semantic_applies": float(semantic is not None),
    }
