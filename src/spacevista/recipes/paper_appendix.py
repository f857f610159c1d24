"""`paper_appendix_3b`, `paper_appendix_7b`: what the appendix of SpaceVista (arXiv 2510.09606) says.

Vision tower and projector frozen, the language model trained at 5e-7 for 2 epochs. It says so of one training only: for
experts and router the released recipes are taken, the experts with 2 epochs. That the fusion learns with the language
model is ours, since it begins at zero; so are 64 rows a step.
"""

from __future__ import annotations

from dataclasses import replace

from spacevista.recipes import released
from spacevista.recipes.sizes import Size, large, large_grpo
from spacevista.train.grpo_settings import GrpoSettings
from spacevista.train.settings import ExpertsSettings, RouterStageSettings, SftSettings

FOLLOWS = "the appendix"
OTHERS = "the appendix in its epochs; else the released recipes, since it speaks of one training only"


def sft(size: Size) -> SftSettings:
    """Return the cold start."""
    common = large(size, "paper_appendix", epochs=2.0, whole=True)
    return SftSettings(**common, follows=FOLLOWS, trained=("language_model", "fusion"), learning_rate=5e-7)


def experts(size: Size) -> ExpertsSettings:
    """Return the experts of the released recipes, for 2 epochs."""
    common = large(size, "paper_appendix", epochs=2.0, whole=False)
    return replace(released.experts(size), **common, follows=OTHERS)


def router(size: Size) -> RouterStageSettings:
    """Return the router of the released recipes."""
    common = large(size, "paper_appendix", epochs=1.0, whole=False)
    return replace(released.router(size), **common, follows=OTHERS)


def grpo(size: Size) -> GrpoSettings:
    """Return reinforcement learning over the language model, the part that the appendix trains."""
    return large_grpo(size, "paper_appendix", ("language_model",), FOLLOWS)
