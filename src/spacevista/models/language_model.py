"""Where the language model is inside a vision-language model."""

from __future__ import annotations

from torch import nn

from spacevista.models.errors import ModelError

LANGUAGE_MODEL = "language_model"


def language_model_path(model: nn.Module) -> str:
    """Return the dotted name of the language model inside `model`.

    Raises:
        ModelError: there is none, or more than one.
    """
    names = [name for name, _ in model.named_modules() if name.rsplit(".", 1)[-1] == LANGUAGE_MODEL]
    if len(names) != 1:
        raise ModelError(f"expected one submodule named {LANGUAGE_MODEL}, found {names or 'none'}")
    return str(names[0])


def owner_of(model: nn.Module) -> nn.Module:
    """Return the module that holds the language model; errors as in `language_model_path`."""
    return model.get_submodule(language_model_path(model).rpartition(".")[0])
