"""The command `spacevista train`, thin as those of `cli`, which loads this file when it is called."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import App, Parameter
from cyclopts.validators import Number

from spacevista.cli import WrongCallError, finish

app = App(name="train", help="Train a stage with a recipe; goes on where it was stopped.")


@app.default
def train(
    stage: Literal["sft", "experts", "router", "grpo"],
    recipe: str,
    /,
    *,
    data: list[Path] | None = None,
    out: Path | None = None,
    model: Path | None = None,
    set_: Annotated[list[str] | None, Parameter(name="--set")] = None,
    print_: Annotated[bool, Parameter(name="--print")] = False,
) -> int:
    """Train a stage with a recipe; the same command goes on where a run was stopped.

    Several processes: accelerate launch -m spacevista train ...

    Args:
        stage: what is trained.
        recipe: the settings, by name.
        data: folder of a data set; once for each.
        out: folder of the run; the finished model is OUT/model.
        model: folder of the model to start from.
        set_: field=value, for each setting that shall differ from the recipe's.
        print_: print the settings and train nothing.
    """
    changes = _changes(set_ or ())
    if not print_ and (not data or out is None):
        raise WrongCallError("expected --data DATA and --out OUT, or --print")

    from spacevista.commands import train as command
    from spacevista.train.errors import TrainError

    try:
        settings = command.settings_for(stage, recipe, changes)
    except TrainError as error:
        raise WrongCallError(str(error)) from error
    return finish(command.run(settings, data or [], None if print_ else out, model), json=False)


@app.command
def export(
    trainer: Literal["ms_swift", "llama_factory"],
    recipe: str,
    /,
    *,
    data: list[Path],
    out: Path,
    model: str,
    side: Annotated[int, Parameter(validator=Number(gte=1))] = 28,
    set_: Annotated[list[str] | None, Parameter(name="--set")] = None,
) -> int:
    """Write rows, frames and settings of a recipe's cold start for another trainer.

    Args:
        trainer: which one.
        recipe: the settings, by name.
        data: folder of a data set; once for each.
        out: folder to write to.
        model: name or folder of a plain Qwen-VL.
        side: pixels of its visual token: 28 for Qwen2.5-VL, 32 for Qwen3-VL.
        set_: field=value, for each setting that shall differ from the recipe's.
    """
    changes = _changes(set_ or ())

    from spacevista.commands import train as command
    from spacevista.train.errors import TrainError

    try:
        settings = command.sft_settings(recipe, changes)
    except TrainError as error:
        raise WrongCallError(str(error)) from error
    return finish(command.export(trainer, settings, data, out, model, side), json=False)


def _changes(texts: Sequence[str]) -> dict[str, str]:
    """Return what --set was given as name and value (WrongCallError: one has no =)."""
    parts = [text.partition("=") for text in texts]
    if wrong := [name for name, equals, _ in parts if not equals]:
        raise WrongCallError(f"--set: expected field=value, got {wrong[0]}")
    return {name: value for name, _, value in parts}
