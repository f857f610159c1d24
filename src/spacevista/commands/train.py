"""`spacevista train`: settings from a recipe and the command line, then the stage."""

from __future__ import annotations

import importlib
import os
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import msgspec

from spacevista.commands.outcome import Outcome
from spacevista.errors import SpacevistaError
from spacevista.recipes.all import RECIPES, Recipe
from spacevista.train.errors import TrainError
from spacevista.train.grpo_settings import GrpoSettings
from spacevista.train.settings import ExpertsSettings, RouterStageSettings, SftSettings, plain, with_changes

if TYPE_CHECKING:
    from spacevista.train.export_configs import OtherTrainer

Stage = Literal["sft", "experts", "router", "grpo"]
StageSettings = SftSettings | ExpertsSettings | RouterStageSettings | GrpoSettings
INSTALL = 'pip install "spacevista[train]"'


def run(settings: StageSettings, data: Sequence[Path], out: Path | None, model: Path | None) -> Outcome:
    """Train, or print the settings where `out` is None.

    Raises:
        SpacevistaError: torch or transformers is not installed (says what to install), or as the stage raises it.
    """
    if out is None:
        print(msgspec.json.format(msgspec.json.encode(plain(settings)), indent=2).decode())
        return Outcome({})
    _need_torch()
    folder = _train(settings, data, out, model)
    _tell(f"finished: {folder}")
    return Outcome({"model": str(folder)})


def export(
    trainer: OtherTrainer, settings: SftSettings, data: Sequence[Path], out: Path, model: str, side_px: int
) -> Outcome:
    """Write rows, frames and settings for another trainer; errors as in `run`."""
    _need_torch()
    from spacevista.train.export_configs import write_config
    from spacevista.train.export_data import export_rows

    counts = export_rows(settings, data, out, side_px)
    file = write_config(trainer, settings, model, out)
    _tell(f"{counts['train']:,} rows to train on, {counts['val']:,} held out; start it with {file}")
    return Outcome({"rows": counts, "config": str(file)})


def sft_settings(recipe: str, changes: Mapping[str, str]) -> SftSettings:
    """Return the settings of the cold start; errors as in `settings_for`."""
    return with_changes(recipe_named(recipe).sft(), changes)


def settings_for(stage: Stage, recipe: str, changes: Mapping[str, str]) -> StageSettings:
    """Return the settings of a stage from a recipe, with the changes of the command line.

    Raises:
        TrainError: there is no such recipe or field, or a value is not what the field holds.
    """
    match stage:
        case "sft":
            return sft_settings(recipe, changes)
        case "experts":
            return with_changes(recipe_named(recipe).experts(), changes)
        case "router":
            return with_changes(recipe_named(recipe).router(), changes)
        case "grpo":
            return with_changes(recipe_named(recipe).grpo(), changes)


def recipe_named(name: str) -> Recipe:
    """Return a recipe (TrainError: there is none of that name)."""
    for recipe in RECIPES:
        if recipe.name == name:
            return recipe
    raise TrainError(f"expected a recipe of {', '.join(recipe.name for recipe in RECIPES)}, got {name}")


def _train(settings: StageSettings, data: Sequence[Path], out: Path, model: Path | None) -> Path:
    match settings:
        case SftSettings():
            from spacevista.train.sft import train_sft

            return train_sft(settings, data, out, model, _tell)
        case ExpertsSettings():
            from spacevista.train.experts import train_experts

            return train_experts(settings, data, out, model, _tell)
        case RouterStageSettings():
            from spacevista.train.router import train_router

            return train_router(settings, data, out, model, _tell)
        case GrpoSettings():
            from spacevista.train.grpo_stage import train_policy

            return train_policy(settings, data, out, model, _tell)


def _tell(line: str) -> None:
    if os.environ.get("RANK", "0") == "0":  # of a launch, the first process speaks
        print(line, flush=True)


def _need_torch() -> None:
    try:
        logging = importlib.import_module("transformers").utils.logging
        importlib.import_module("torch")
    except ImportError as error:
        raise SpacevistaError(f"training needs {error.name}, which is not installed: {INSTALL}") from error
    logging.disable_progress_bar()
    logging.set_verbosity_error()
    warnings.filterwarnings("ignore", category=FutureWarning, module="transformers|torch|accelerate")
