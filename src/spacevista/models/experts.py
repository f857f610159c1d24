"""Scale experts attached to a language model: all in one pass, weighted by a router.

    experts = attach_experts(model, ExpertSettings(count=4, rank=8, alpha=16), RouterSettings(mode="learned"))

works on any Hugging Face model that holds one `language_model` of decoder layers (Qwen2.5-VL, Qwen3-VL and their
subclasses). Nothing of the model is replaced, so its own checkpoints load as before; new keys are
`<linear>.experts.{down,up}` and `language_model.experts.routers.<i>.*`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor, nn
from transformers import Cache

from spacevista.models.errors import ModelError
from spacevista.models.expert_linear import LinearExperts, Scales
from spacevista.models.expert_settings import ExpertSettings, RouterSettings
from spacevista.models.language_model import LANGUAGE_MODEL, owner_of
from spacevista.models.layer_experts import LayerExperts
from spacevista.models.router import Router
from spacevista.models.routing import Pass, read_tokens, real_tokens, refuse_packed, start
from spacevista.models.trace import Trace
from spacevista.models.weights_cache import Memory, recall, remember

NAME = "experts"  # of the submodules that are added


class Experts(nn.Module):
    """The experts of a model as a whole: its routers, and the ways to steer and to watch them.

    Attributes:
        settings, router: what they were made from.
        routers: one, or one a layer, or none where the mode needs no network.
        linears: name of each adapted layer, as in the model's state dict seen from the language model -> its experts.
    """

    def __init__(self, owner: nn.Module, settings: ExpertSettings, router: RouterSettings) -> None:
        super().__init__()
        language_model: Any = getattr(owner, LANGUAGE_MODEL)
        self.settings = settings
        self.router = router
        self.visual_ids = tuple(getattr(owner.config, f"{kind}_token_id") for kind in ("image", "video"))
        targets = _targets(language_model, settings.targets)
        self.linears: dict[str, LinearExperts] = {}
        self.layers = [
            self._attach(index, layer, found)
            for index, (layer, found) in enumerate(zip(language_model.layers, targets, strict=True))
        ]
        number = (len(self.layers) if router.layerwise else 1) if router.has_network else 0
        weight = language_model.get_input_embeddings().weight
        networks = [Router(weight.shape[1], settings.count, router) for _ in range(number)]
        self.routers = nn.ModuleList(networks).to(weight.device, weight.dtype)
        self.hooks = [
            owner.register_forward_pre_hook(self._see, with_kwargs=True),
            owner.register_forward_hook(self._forget, always_call=True),
            language_model.register_forward_pre_hook(self._open, with_kwargs=True),
            language_model.register_forward_hook(self._close, with_kwargs=True),
        ]
        self._inputs: tuple[Tensor | None, Tensor | None] | None = None  # ids and kinds, from the model's forward
        self._pass: Pass | None = None  # within one forward only
        self._labels: Tensor | None = None  # within `given` only
        self._forced: Tensor | None = None  # within `forced` only
        self._traces: list[Trace] | None = None  # within `tracing` only

    @contextmanager
    def given(self, labels: Sequence[int] | Tensor) -> Iterator[None]:
        """Name the expert of each sequence, 0 to M - 1, for mode `given`, inside a `with` block.

        A batch that is a multiple (beams, several completions a prompt) repeats each label. A generation keeps the
        labels of its first forward with its cache.

        Raises:
            ModelError: a label is not the number of an expert.
        """
        numbers = torch.as_tensor(labels, dtype=torch.int64).flatten()
        if not len(numbers) or int(numbers.min()) < 0 or int(numbers.max()) >= self.settings.count:
            raise ModelError(f"expected labels 0 to {self.settings.count - 1}, got {numbers.tolist()}")
        before, self._labels = self._labels, numbers
        try:
            yield
        finally:
            self._labels = before

    @contextmanager
    def forced(self, weights: Sequence[float] | Tensor) -> Iterator[None]:
        """Use these weights for every token instead of the router's, inside a `with` block.

        Args:
            weights: M numbers, or anything that broadcasts to layers x batch x length x M.

        Raises:
            ModelError: the last axis is not M, or there are more than four.
        """
        tensor = torch.as_tensor(weights, dtype=torch.float32)
        if not 1 <= tensor.ndim <= 4 or tensor.shape[-1] != self.settings.count:
            raise ModelError(f"expected weights with a last axis of {self.settings.count}, got {tuple(tensor.shape)}")
        before, self._forced = self._forced, tensor.reshape((1,) * (4 - tensor.ndim) + tuple(tensor.shape))
        try:
            yield
        finally:
            self._forced = before

    @contextmanager
    def tracing(self) -> Iterator[list[Trace]]:
        """Collect a `Trace` of every forward inside a `with` block, with gradients where they are computed."""
        before, self._traces = self._traces, []
        try:
            yield self._traces
        finally:
            self._traces = before

    def set_temperature(self, temperature: float) -> None:
        """Set the temperature of the softmax (above 0): the annealing of a warm start."""
        if not temperature > 0:
            raise ModelError(f"expected a temperature above 0, got {temperature}")
        for router in self.routers:
            router.temperature = temperature

    def set_dropout(self, dropout: float) -> None:
        """Set the routers' dropout; reinforcement learning sets 0, since its log-probabilities must repeat."""
        if not 0 <= dropout < 1:
            raise ModelError(f"expected a dropout of 0 or more and below 1, got {dropout}")
        for router in self.routers:
            router.dropout = dropout

    def scales_of(self, layer: int, hidden: Tensor) -> Tensor:
        """Return what the rank space of one layer is multiplied by, batch (or 1) x length (or 1) x M * r."""
        if self._pass is None:
            raise ModelError("expected a forward of the whole language model, got one of a decoder layer alone")
        weights = self._pass.weigh(layer, hidden).to(hidden.device) * self.settings.scaling
        return weights.repeat_interleave(self.settings.rank, -1).to(hidden.dtype)

    def expert_parameters(self) -> list[nn.Parameter]:
        """Return the A and B of all experts; those of the routers are `routers.parameters()`."""
        return [parameter for linear in self.linears.values() for parameter in linear.parameters()]

    def remove(self) -> None:
        """Take all hooks off; the parameters of the experts stay where they are."""
        for hook in [*self.hooks, *(hook for layer in self.layers for hook in layer.hooks)]:
            hook.remove()
        for linear in self.linears.values():
            linear.hook.remove()

    def _attach(self, index: int, layer: nn.Module, targets: dict[str, nn.Module]) -> LayerExperts:
        scales = Scales()
        for name, linear in targets.items():
            self.linears[name] = LinearExperts(linear, self.settings.count, self.settings.rank, scales)
            linear.add_module(NAME, self.linears[name])
        return LayerExperts(self.scales_of, index, layer, scales)

    def _see(self, _owner: nn.Module, args: tuple[Any, ...], options: dict[str, Any]) -> None:
        ids = args[0] if args else options.get("input_ids")
        self._inputs = (ids, options.get("mm_token_type_ids"))

    def _forget(self, *_: Any) -> None:
        self._inputs = self._pass = None

    def _open(self, _model: nn.Module, args: tuple[Any, ...], options: dict[str, Any]) -> None:
        embeddings = options.get("inputs_embeds")
        (ids, kinds), self._inputs = self._inputs or (args[0] if args else options.get("input_ids"), None), None
        like = embeddings if embeddings is not None else ids
        if like is None:
            raise ModelError("expected input_ids or inputs_embeds, got neither")
        (batch, length), device = like.shape[:2], like.device
        cache: Cache | None = options.get("past_key_values")
        before = self._before(cache, batch, device)
        past = 0 if cache is None else int(cache.get_seq_length())
        real = real_tokens(options.get("attention_mask"), batch, length, past, device)
        if self._remembers and options.get("attention_mask") is None:
            refuse_packed(options.get("position_ids"))
        tokens, after = read_tokens(self._visual(ids, kinds, like), ids, real, before, self.router)
        if self.router.mode == "given" and self._remembers and before.labels is None and bool(tokens.gate.any()):
            raise ModelError(
                "expected the experts' labels, by `with experts.given(labels):`, for mode 'given'; got none"
            )
        forced = None if self._forced is None else self._forced.to(device)
        self._pass = Pass(self.router, self.settings.count, self.routers, tokens, before, after, forced)

    def _close(self, _model: nn.Module, _args: tuple[Any, ...], options: dict[str, Any], output: Any) -> None:
        routed, self._pass = self._pass, None
        if routed is None:
            return
        if self._traces is not None:
            self._traces.append(routed.trace())
        cache = getattr(output, "past_key_values", None) or options.get("past_key_values")
        # Gradient checkpointing hands back a cache that it did not fill.
        if cache is not None and self._remembers and cache.get_seq_length() > 0:
            remember(cache, routed.memory(), routed.tokens.real.shape[1], routed.settled())

    @property
    def _remembers(self) -> bool:
        return self._forced is None and self.router.mode != "fixed"

    def _before(self, cache: Cache | None, batch: int, device: torch.device) -> Memory:
        known = recall(cache, batch) if self._remembers else None
        if known is not None:
            return known
        memory = start(batch, self.router, device)
        if self.router.mode != "given" or self._labels is None:
            return memory
        if batch % len(self._labels):
            raise ModelError(
                f"expected labels for {batch} sequences, or for a divisor of them, got {len(self._labels)}"
            )
        return replace(memory, labels=self._labels.repeat_interleave(batch // len(self._labels)).to(device))

    def _visual(self, ids: Tensor | None, kinds: Tensor | None, like: Tensor) -> Tensor:
        """Return which tokens stand for pixels, batch x length, bool."""
        if ids is not None:
            return torch.isin(ids, torch.tensor(self.visual_ids, device=ids.device))
        if kinds is not None and kinds.shape == like.shape[:2]:
            return kinds > 0
        if self._remembers:
            raise ModelError(
                "expected input_ids or mm_token_type_ids beside inputs_embeds, to know the visual tokens; got neither"
            )
        return torch.zeros(like.shape[:2], dtype=torch.bool, device=like.device)


def _targets(language_model: Any, pattern: str) -> list[dict[str, nn.Module]]:
    """Return the linear layers to adapt, by name, of each decoder layer; nothing is changed yet."""
    found: list[dict[str, nn.Module]] = []
    for index, layer in enumerate(language_model.layers):
        if not hasattr(layer, "self_attn"):
            raise ModelError(f"expected decoder layers with self_attn, layer {index} has {list(layer._modules)}")
        named = ((f"layers.{index}.{name}", module) for name, module in layer.named_modules())
        found.append({name: module for name, module in named if _is_linear(module) and re.fullmatch(pattern, name)})
    if not any(found):
        raise ModelError(f"expected linear layers of the language model that match {pattern!r}, found none")
    return found


def _is_linear(module: nn.Module) -> bool:
    # Not by its class: quantised layers have classes of their own.
    return hasattr(module, "in_features") and hasattr(module, "out_features")


def attach_experts(model: nn.Module, settings: ExpertSettings, router: RouterSettings | None = None) -> Experts:
    """Attach experts to the language model inside `model`, and return them; at the start the model is unchanged.

    Args:
        model: holds exactly one submodule named `language_model`.
        router: where the weights come from; None: `RouterSettings()`, uniform.

    Raises:
        ModelError: there is no language model, it has experts already, no layer matches, or the settings do not fit.
    """
    router = router or RouterSettings()
    router.check_count(settings.count)
    owner = owner_of(model)
    language_model: Any = getattr(owner, LANGUAGE_MODEL)
    if hasattr(language_model, NAME):
        raise ModelError("expected a language model without experts, got one that has them")
    experts = Experts(owner, settings, router)
    language_model.add_module(NAME, experts)
    language_model.train(language_model.training)  # new modules begin in training, with dropout
    return experts


def experts_of(model: nn.Module) -> Experts:
    """Return the experts attached to a model.

    Raises:
        ModelError: it has none.
    """
    experts = getattr(getattr(owner_of(model), LANGUAGE_MODEL), NAME, None)
    if not isinstance(experts, Experts):
        raise ModelError("expected a model with experts attached, got one without")
    return experts


def detach_experts(model: nn.Module) -> None:
    """Remove the experts and their router: the model is the base again."""
    experts = experts_of(model)
    experts.remove()
    language_model: Any = getattr(owner_of(model), LANGUAGE_MODEL)
    for name in experts.linears:
        delattr(language_model.get_submodule(name), NAME)
    delattr(language_model, NAME)


def init_experts(module: nn.Module) -> bool:
    """Initialise a module of this part, for a model's `_init_weights`; return whether it was one."""
    if isinstance(module, LinearExperts | Router):
        module.reset_parameters()
        return True
    return False
