"""What a configuration adds to a base model, built from its plain dicts: the same for every generation of Qwen-VL."""

from __future__ import annotations

from torch import nn
from transformers import PreTrainedConfig

from spacevista.models.dense import dense_settings, patch_layout
from spacevista.models.errors import ModelError
from spacevista.models.expert_settings import expert_settings, router_settings
from spacevista.models.experts import attach_experts, init_experts
from spacevista.models.fusion import DenseFusion


def new_dense(config: PreTrainedConfig) -> DenseFusion | None:
    """Return the dense encoder and its fusion, None if the configuration has none.

    Raises:
        ModelError: the settings are not what they should be.
    """
    if config.dense is None:
        return None
    return DenseFusion(dense_settings(config.dense), config.text_config.hidden_size, patch_layout(config.vision_config))


def add_experts(model: nn.Module, config: PreTrainedConfig) -> None:
    """Attach the experts and the router that the configuration asks for, if any.

    Raises:
        ModelError: the settings are not what they should be, or there is a router without experts.
    """
    if config.experts is None:
        if config.router is not None:
            raise ModelError("router: expected experts to weigh, got a router alone")
        return
    router = None if config.router is None else router_settings(config.router)
    attach_experts(model, expert_settings(config.experts), router)


def init_added(language_model: nn.Module) -> None:
    """Initialise what `add_experts` put into a language model, except parameters that came from a checkpoint.

    The language model's own rule is asked about everything inside it, and knows nothing of experts. Call it where
    transformers initialises weights, which leaves parameters alone that carry its mark.
    """
    for module in language_model.modules():
        if init_experts(module):
            for parameter in module.parameters(recurse=False):
                parameter._is_hf_initialized = True  # by the mark that transformers looks for: once is enough
