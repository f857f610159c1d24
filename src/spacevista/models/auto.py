"""Makes the models known to Hugging Face's Auto classes, and their base checkpoints loadable; done on import."""

from __future__ import annotations

from transformers import (
    AutoConfig,
    AutoModel,
    AutoModelForImageTextToText,
    AutoProcessor,
    Qwen2_5_VLProcessor,
    Qwen3VLProcessor,
)
from transformers.conversion_mapping import register_checkpoint_conversion_mapping
from transformers.core_model_loading import WeightRenaming

from spacevista.models.qwen2_5 import (
    SpaceVistaQwen2_5Config,
    SpaceVistaQwen2_5ForConditionalGeneration,
)
from spacevista.models.qwen3 import SpaceVistaQwen3Config, SpaceVistaQwen3ForConditionalGeneration

GENERATIONS = (
    (SpaceVistaQwen2_5Config, SpaceVistaQwen2_5ForConditionalGeneration, Qwen2_5_VLProcessor),
    (SpaceVistaQwen3Config, SpaceVistaQwen3ForConditionalGeneration, Qwen3VLProcessor),
)


def register() -> None:
    """Register every model of this room; may be called again.

    `AutoModel`, too, gives the whole model: a checkpoint of the whole does not load into a part of it exactly.
    """
    for config, model, processor in GENERATIONS:
        AutoConfig.register(config.model_type, config, exist_ok=True)
        AutoModel.register(config, model, exist_ok=True)
        AutoModelForImageTextToText.register(config, model, exist_ok=True)
        AutoProcessor.register(config, processor, exist_ok=True)
    # Checkpoints of Qwen2.5-VL name their tensors as its first release did. Transformers translates by the name of
    # the class, so a subclass that does not say the same finds none of them, and says nothing about it.
    register_checkpoint_conversion_mapping(
        SpaceVistaQwen2_5ForConditionalGeneration.__name__,
        [
            WeightRenaming(source_patterns=r"^visual", target_patterns="model.visual"),
            WeightRenaming(
                source_patterns=r"^model(?!\.(language_model|visual|dense))",
                target_patterns="model.language_model",
            ),
        ],
        overwrite=True,
    )
