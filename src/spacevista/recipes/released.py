"""`released_3b`, `released_7b`: what the source's released training recipes say (SpaceVista, arXiv 2510.09606).

Vision tower and projector frozen; AdamW, cosine, 10 % warm-up, bfloat16, at most 32 frames of 128 x 28 x 28 pixels;
cold start at 5e-6 for 5 epochs; experts of rank 8 at 5e-5 for 5 epochs; router at 5e-6 over frozen experts, one trunk
with temperature 0.2 and dropout 0.2 and an output for every layer. Not said there, so ours: 64 rows a step, alpha 16,
one epoch for the router, that the router runs in the same pass and has two layers, and learns the labels first.
"""

from __future__ import annotations

from spacevista.recipes.sizes import Size, large, large_grpo
from spacevista.train.grpo_settings import GrpoSettings
from spacevista.train.settings import ExpertsSettings, RouterStageSettings, SftSettings

FOLLOWS = "the released training recipes"


def sft(size: Size) -> SftSettings:
    """Return the cold start: the language model and the fusion learn."""
    common = large(size, "released", epochs=5.0, whole=True)
    return SftSettings(**common, follows=FOLLOWS, trained=("language_model", "fusion"), learning_rate=5e-6)


def experts(size: Size) -> ExpertsSettings:
    """Return the four experts of rank 8."""
    common = large(size, "released", epochs=5.0, whole=False)
    return ExpertsSettings(**common, follows=FOLLOWS, trained=("experts",), learning_rate=5e-5, rank=8, alpha=16.0)


def router(size: Size) -> RouterStageSettings:
    """Return the layer-wise router over frozen experts, for each token."""
    common = large(size, "released", epochs=1.0, whole=False)
    return RouterStageSettings(
        **common,
        follows=FOLLOWS,
        trained=("router",),
        learning_rate=5e-6,
        input="token",
        layerwise=True,
        dropout=0.2,
        warm_temperature=0.2,
        temperature=0.2,
    )


def grpo(size: Size) -> GrpoSettings:
    """Return reinforcement learning as the text has it: this part of the code is not released."""
    return large_grpo(size, "released", ("experts", "router"), FOLLOWS)
