"""Settings of scale experts and of their router: plain values that survive a round trip through a model's config."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal, TypeVar

import msgspec

from spacevista.models.errors import ModelError

MAX_EXPERTS = 8
LINEAR_LAYERS = r"layers\.\d+\.(self_attn\.[qkvo]_proj|mlp\.(gate|up|down)_proj)"

RouterMode = Literal["learned", "anchored", "uniform", "given", "fixed"]
RouterInput = Literal["visual", "prompt", "token"]


@dataclass(frozen=True)
class ExpertSettings:
    """`count` LoRA experts of one rank on the linear layers of the language model.

    Attributes:
        count: number of experts, 1 to 8.
        rank: rank of each expert. The source is unclear about it, so there is no default.
        alpha: each expert's output is multiplied by alpha / rank, as in LoRA.
        targets: regular expression of the linear layers, matched against the whole name *inside* the language model,
            so that a vision tower with layers of the same names is never hit.
    """

    count: int
    rank: int
    alpha: float
    targets: str = LINEAR_LAYERS

    def __post_init__(self) -> None:
        if not 1 <= self.count <= MAX_EXPERTS:
            raise ModelError(f"experts: expected a count of 1 to {MAX_EXPERTS}, got {self.count}")
        if self.rank < 1:
            raise ModelError(f"experts: expected a rank of 1 or more, got {self.rank}")
        if not (math.isfinite(self.alpha) and self.alpha > 0):
            raise ModelError(f"experts: expected a finite alpha above 0, got {self.alpha}")
        try:
            re.compile(self.targets)
        except re.error as error:
            raise ModelError(f"experts: targets {self.targets!r} is not a regular expression: {error}") from error

    @property
    def scaling(self) -> float:
        return self.alpha / self.rank


@dataclass(frozen=True)
class RouterSettings:
    """Where the experts' weights come from.

    Attributes:
        mode: `learned` an MLP and a softmax; `anchored` a predicted size of the scene and its distance to each expert's
            size; `uniform` 1 / M; `given` one expert a sequence, named by the caller (true labels: the oracle; labels
            by `random_labels`: the control); `fixed` the constant `weights`, for every token of every sequence.
        input: what a learned or anchored router sees: `visual` the mean over the visual tokens so far, `prompt` that
            over the prompt so far (never over the answer), `token` the token alone.
        layerwise: a router of its own for each layer, reading what enters that layer; else one for all layers, reading
            what enters the language model.
        hidden: width of the router's hidden layer.
        temperature: the softmax is taken of logits / temperature.
        dropout: on the hidden layer while training; 0 in reinforcement learning, whose log-probabilities must repeat.
        answer_marker: token ids that open an answer (the chat template's "<|im_start|>assistant\\n"); the prompt ends
            with their first occurrence. Required for `prompt`.
        weights: of mode `fixed`: one finite number an expert.
        anchors: of mode `anchored`: (mu, sigma) of each expert in log10 of metres.
    """

    mode: RouterMode = "uniform"
    input: RouterInput = "visual"
    layerwise: bool = False
    hidden: int = 64
    temperature: float = 1.0
    dropout: float = 0.0
    answer_marker: tuple[int, ...] = ()
    weights: tuple[float, ...] = ()
    anchors: tuple[tuple[float, float], ...] = ()

    def __post_init__(self) -> None:
        if self.hidden < 1:
            raise ModelError(f"router: expected a hidden width of 1 or more, got {self.hidden}")
        if not (math.isfinite(self.temperature) and self.temperature > 0):
            raise ModelError(f"router: expected a finite temperature above 0, got {self.temperature}")
        if not 0 <= self.dropout < 1:
            raise ModelError(f"router: expected a dropout of 0 or more and below 1, got {self.dropout}")
        if self.has_network and self.input == "prompt" and not self.answer_marker:
            raise ModelError("router: input 'prompt' needs answer_marker, the token ids that open an answer; got none")
        if self.mode == "anchored" and self.layerwise:
            raise ModelError("router: mode 'anchored' predicts one size a sequence; expected layerwise=False, got True")
        if not all(map(math.isfinite, self.weights)):
            raise ModelError(f"router: expected finite weights, got {self.weights}")
        if not all(math.isfinite(mu) and math.isfinite(sigma) and sigma > 0 for mu, sigma in self.anchors):
            raise ModelError(f"router: expected anchors (mu, sigma) with sigma above 0, got {self.anchors}")

    @property
    def has_network(self) -> bool:
        """Whether the weights come from parameters of the router's own."""
        return self.mode in ("learned", "anchored")

    def check_count(self, count: int) -> None:
        """Raise ModelError where the mode's numbers are not one for each of `count` experts."""
        for mode, values, name in (("fixed", self.weights, "weights"), ("anchored", self.anchors, "anchors")):
            if self.mode == mode and len(values) != count:
                raise ModelError(f"router: mode {mode!r} expected {count} {name}, one an expert, got {len(values)}")


Settings = TypeVar("Settings", ExpertSettings, RouterSettings)


def settings_to_dict(settings: ExpertSettings | RouterSettings) -> dict[str, Any]:
    """Return plain JSON values, for a model's config."""
    return dict(msgspec.to_builtins(asdict(settings)))


def expert_settings(values: Mapping[str, Any]) -> ExpertSettings:
    """Read what `settings_to_dict` wrote.

    Raises:
        ModelError: a field is missing, of another type or out of range.
    """
    return _read(values, ExpertSettings)


def router_settings(values: Mapping[str, Any]) -> RouterSettings:
    """Read what `settings_to_dict` wrote; errors as in `expert_settings`."""
    return _read(values, RouterSettings)


def _read(values: Mapping[str, Any], kind: type[Settings]) -> Settings:
    unknown = sorted(set(values) - set(kind.__dataclass_fields__))
    if unknown:
        raise ModelError(f"{kind.__name__}: expected only {list(kind.__dataclass_fields__)}, got also {unknown}")
    try:
        return msgspec.convert(dict(values), kind)
    except msgspec.ValidationError as error:
        raise ModelError(f"{kind.__name__}: {error}") from error
