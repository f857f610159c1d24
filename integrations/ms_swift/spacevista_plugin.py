"""SpaceVista's rewards for ms-swift's GRPO, as an external plug-in.

    swift rlhf --rlhf_type grpo --external_plugins integrations/ms_swift/spacevista_plugin.py \\
        --reward_funcs spacevista_progressive spacevista_format ...

The data set needs the columns `form` and `solution`, and where they apply `unit`, `option_count`, `scale_m` and
`object_name` (docs/rewards.md). ms-swift takes a column called `answer` for the reply to learn from and drops it, which
is why the truth is called `solution`. A completion without a reward (a free question) gets None.

For the semantic term, give ms-swift a plug-in of yours that imports this file and registers

    orms["spacevista_named"] = partial(SpaceVistaProgressive, embed=my_sentence_embeddings)
"""

from __future__ import annotations

import sys
from collections.abc import MutableMapping, Sequence
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from spacevista.scoring import rewards
from spacevista.scoring.completions import text_of
from spacevista.scoring.rewards import Embed
from spacevista.scoring.targets import targets_of


class SpaceVistaProgressive:
    """R_progressive; an outcome reward (ORM) in the words of ms-swift, which makes one and calls it for each batch."""

    def __init__(self, args: Any = None, embed: Embed | None = None, normalize: bool = False, **others: Any) -> None:
        """Take the trainer's arguments, none of which matter here, and the settings of `progressive_reward`."""
        self.embed, self.normalize = embed, normalize

    def __call__(self, completions: Sequence[Any], **columns: Any) -> list[float | None]:
        """Return the reward of each completion; None where it has none."""
        texts = [text_of(completion) for completion in completions]
        targets = targets_of(columns, len(texts))
        return rewards.progressive_reward(texts, targets, self.embed, normalize=self.normalize).progressive


class SpaceVistaFormat:
    """R_format."""

    def __init__(self, args: Any = None, **others: Any) -> None:
        """Take the trainer's arguments, none of which matter here."""

    def __call__(self, completions: Sequence[Any], **columns: Any) -> list[float]:
        """Return 1 for each completion of the right form, else 0."""
        return rewards.format_reward([text_of(completion) for completion in completions])


def register(orms: MutableMapping[str, Any]) -> None:
    """Enter both rewards into ms-swift's table of outcome rewards."""
    orms["spacevista_progressive"] = SpaceVistaProgressive
    orms["spacevista_format"] = SpaceVistaFormat


if "swift" in sys.modules:  # ms-swift imports this file; who else does has nothing to register with
    register(import_module("swift.rewards" if find_spec("swift.rewards") else "swift.plugin").orms)  # 4.0, or before
