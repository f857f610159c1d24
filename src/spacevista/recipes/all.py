"""All recipes: a name, and a function for each stage that returns its settings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from spacevista.recipes import debug, lora_24gb, nano, paper_appendix, paper_text, released
from spacevista.recipes.sizes import SIZES
from spacevista.train.grpo_settings import GrpoSettings
from spacevista.train.settings import ExpertsSettings, RouterStageSettings, SftSettings


@dataclass(frozen=True)
class Recipe:
    """The settings of all stages of one way to train.

    Attributes:
        name: on the command line.
        sft, experts, router, grpo: return the settings of a stage.
    """

    name: str
    sft: Callable[[], SftSettings]
    experts: Callable[[], ExpertsSettings]
    router: Callable[[], RouterStageSettings]
    grpo: Callable[[], GrpoSettings]


RECIPES: tuple[Recipe, ...] = (
    Recipe("debug", debug.sft, debug.experts, debug.router, debug.grpo),
    Recipe("nano", nano.sft, nano.experts, nano.router, nano.grpo),
    *(
        Recipe(f"{name}_{size}", *(partial(stage, size) for stage in (of.sft, of.experts, of.router, of.grpo)))
        for name, of in (
            ("paper_text", paper_text),
            ("paper_appendix", paper_appendix),
            ("released", released),
            ("lora_24gb", lora_24gb),
        )
        for size in SIZES
    ),
)
