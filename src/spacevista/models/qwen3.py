"""Qwen3-VL with dense-feature fusion and scale experts.

Every part is optional and given as a plain dict in the configuration, so a folder written by `save_pretrained` says
all that `from_pretrained` needs. With none of them it is Qwen3-VL.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from transformers import Qwen3VLConfig, Qwen3VLForConditionalGeneration, Qwen3VLModel

from spacevista.models.fusion import fused, init_fusion
from spacevista.models.parts import add_experts, init_added, new_dense
from spacevista.models.placeholders import check_inputs

NEEDED = ("mm_token_type_ids",)
AS_OBJECT = {"return_dict": True}


class SpaceVistaQwen3Config(Qwen3VLConfig):
    """Configuration of Qwen3-VL and of what is added.

    Attributes:
        dense: fields of `dense.DenseSettings`; None: no dense encoder.
        experts: fields of `expert_settings.ExpertSettings`; None: no experts.
        router: fields of `expert_settings.RouterSettings`; None with experts: equal weights.
    """

    model_type = "spacevista_qwen3"

    dense: dict[str, Any] | None = None
    experts: dict[str, Any] | None = None
    router: dict[str, Any] | None = None


class SpaceVistaQwen3Model(Qwen3VLModel):
    """Vision tower, dense encoder, fusion and language model, without the head; loaded as a part of the whole model."""

    config_class = SpaceVistaQwen3Config

    def __init__(self, config: SpaceVistaQwen3Config) -> None:
        super().__init__(config)
        self.dense = new_dense(config)
        add_experts(self, config)
        self.post_init()

    def forward(self, input_ids: Tensor | None = None, **inputs: Any) -> Any:
        """Run as Qwen3-VL does, after a check of the inputs.

        Raises:
            ModelError: placeholders, pictures and videos do not belong together.
        """
        check_inputs(self.config, input_ids, inputs, NEEDED, by_slot=True)
        return super().forward(input_ids, **inputs)

    def get_video_features(
        self, pixel_values_videos: Tensor, video_grid_thw: Tensor | None = None, **options: Any
    ) -> Any:
        """Return the vision tower's output, its `pooler_output` fused: a tuple of tokens x hidden_size, one a video."""
        # Not the parent's method for videos: that one calls the one for pictures, which here fuses them as pictures.
        output = super().get_image_features(pixel_values_videos, video_grid_thw, **options | AS_OBJECT)
        if self.dense is not None:
            output.pooler_output = fused(
                self.dense, output.pooler_output, pixel_values_videos, video_grid_thw, still=False
            )
        return output

    def get_image_features(self, pixel_values: Tensor, image_grid_thw: Tensor | None = None, **options: Any) -> Any:
        """Return the vision tower's output for pictures, as `get_video_features` does for videos."""
        output = super().get_image_features(pixel_values, image_grid_thw, **options | AS_OBJECT)
        if self.dense is not None:
            output.pooler_output = fused(self.dense, output.pooler_output, pixel_values, image_grid_thw, still=True)
        return output

    @torch.no_grad()
    def _init_weights(self, module: nn.Module) -> None:
        if not init_fusion(module):
            super()._init_weights(module)

    def _initialize_weights(self, module: nn.Module, is_custom_code: bool = False) -> None:
        if module is self:
            init_added(self.language_model)
        super()._initialize_weights(module, is_custom_code)


class SpaceVistaQwen3ForConditionalGeneration(Qwen3VLForConditionalGeneration):
    """The whole model, with the head."""

    config_class = SpaceVistaQwen3Config

    def __init__(self, config: SpaceVistaQwen3Config) -> None:
        # The parent's own initialiser would build the plain model first, only to have it replaced.
        super(Qwen3VLForConditionalGeneration, self).__init__(config)
        self.model = SpaceVistaQwen3Model(config)
        self.lm_head = nn.Linear(config.text_config.hidden_size, config.text_config.vocab_size, bias=False)
        self.post_init()

    def _prepare_position_ids_for_generation(self, inputs_tensor: Tensor, model_kwargs: dict[str, Any]) -> Tensor:
        # The first thing that `generate` asks of a prompt; it encodes pictures and videos before the first forward.
        ids = inputs_tensor if inputs_tensor.ndim == 2 else None
        check_inputs(self.config, ids, model_kwargs, NEEDED, by_slot=True)
        return super()._prepare_position_ids_for_generation(inputs_tensor, model_kwargs)
