"""The experts' weights on their way into one decoder layer.

A hook on the layer computes them and hands them on as an argument of that layer, so a layer that is computed again for
its gradient (gradient checkpointing) gets those of its own forward, whatever ran in between.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from torch import Tensor, nn

from spacevista.models.errors import ModelError
from spacevista.models.expert_linear import Scales

SCALES = "expert_scales"  # the argument that carries the weights into a decoder layer


class LayerExperts:
    """The hooks of one decoder layer.

    Args:
        scales_of: number of the layer and what enters it -> what its experts are multiplied by.
        index: number of the layer.
        scales: shared with the experts of the layer.
    """

    def __init__(
        self, scales_of: Callable[[int, Tensor], Tensor], index: int, layer: nn.Module, scales: Scales
    ) -> None:
        self.scales_of = scales_of
        self.index = index
        self.scales = scales
        self.hooks = [
            layer.register_forward_pre_hook(self.weigh, with_kwargs=True),
            layer.self_attn.register_forward_pre_hook(self.bind, with_kwargs=True),
            layer.register_forward_hook(self.release, always_call=True),
        ]

    def weigh(self, _layer: nn.Module, args: tuple[Any, ...], options: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
        hidden = args[0] if args else options["hidden_states"]
        return args, {**options, SCALES: self.scales_of(self.index, hidden)}

    def bind(self, _attention: nn.Module, args: tuple[Any, ...], options: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
        # Attention comes first in a layer; this runs again where the layer is computed again, with the same argument.
        if SCALES not in options:
            raise ModelError(
                "expected the experts' weights in the attention's arguments; this decoder layer drops them"
            )
        self.scales.value = options.pop(SCALES)
        return args, options

    def release(self, *_: Any) -> None:
        self.scales.value = None
