"""`paper_text_3b`, `paper_text_7b`: what the main text of SpaceVista (arXiv 2510.09606) says.

The cold start optimises input projection, fusion and scale experts; the router later "further trains each expert". Its
first half cannot be done as said before the experts are told apart: here one LoRA stands for them in the cold start
and is merged. The text gives no learning rates, epochs or rank: those of the released recipes are taken; 64 rows a
step, alpha and one epoch for the router are ours.
"""

from __future__ import annotations

from spacevista.recipes.sizes import Size, large, large_grpo
from spacevista.train.grpo_settings import GrpoSettings
from spacevista.train.settings import ExpertsSettings, RouterStageSettings, SftSettings

FOLLOWS = "the main text; rates, epochs and rank, which it does not give, of the released recipes"


def sft(size: Size) -> SftSettings:
    """Return the cold start: projector, fusion and one LoRA."""
    common = large(size, "paper_text", epochs=5.0, whole=False)
    return SftSettings(
        **common, follows=FOLLOWS, trained=("projector", "fusion", "experts"), learning_rate=5e-6, lora_rank=8
    )


def experts(size: Size) -> ExpertsSettings:
    """Return the four experts."""
    common = large(size, "paper_text", epochs=5.0, whole=False)
    return ExpertsSettings(**common, follows=FOLLOWS, trained=("experts",), learning_rate=5e-5, rank=8, alpha=16.0)


def router(size: Size) -> RouterStageSettings:
    """Return a layer-wise router that trains the experts further."""
    common = large(size, "paper_text", epochs=1.0, whole=False)
    return RouterStageSettings(
        **common, follows=FOLLOWS, trained=("router", "experts"), learning_rate=5e-6, input="visual", layerwise=True
    )


def grpo(size: Size) -> GrpoSettings:
    """Return reinforcement learning over experts and router, the parts that its last stage trains."""
    return large_grpo(size, "paper_text", ("experts", "router"), FOLLOWS)
