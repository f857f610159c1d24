"""Settings of the stages: full, typed, frozen records. A recipe is a function that returns one.

Nothing heavy is imported here, so a recipe can be printed on a machine without torch.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeVar, get_type_hints

import msgspec

from spacevista.qa.record import Form, ScaleName
from spacevista.train.errors import TrainError

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Part = Literal["language_model", "vision", "projector", "fusion", "experts", "router"]
Scratch = Literal["", "tiny", "small", "nano"]
Partition = tuple[tuple[ScaleName, ...], ...]

LINEAR_LAYERS = r"layers\.\d+\.(self_attn\.[qkvo]_proj|mlp\.(gate|up|down)_proj)"
MAX_EXPERTS = 8
# The source's experts: outdoor and drone view share the last.
FOUR: Partition = (("tiny_tabletop",), ("tabletop",), ("indoor",), ("outdoor", "drone"))


class Start(Protocol):
    """What loading, freezing and saving a model read of any stage's settings, as in `RunSettings`."""

    @property
    def recipe(self) -> str: ...
    @property
    def scratch(self) -> Scratch: ...
    @property
    def encoder(self) -> str: ...
    @property
    def seed(self) -> int: ...
    @property
    def trained(self) -> tuple[Part, ...]: ...
    @property
    def precision(self) -> Literal["float32", "bfloat16"]: ...


@dataclass(frozen=True, kw_only=True)
class RunSettings:
    """What every stage needs.

    Attributes:
        recipe: its name.
        follows: what of the source it follows, in words.
        machine: what the next two are for.
        expected_hours, expected_memory_gb: of one device; None unknown.
        measured: whether they were measured; else they are estimates.
        scratch: size of the random model that is trained where no folder is given; "": a folder must be given.
        encoder: folder of a dense encoder that is added to a plain Qwen-VL; "": none is added.
        seed: of new parameters, of the data's order, of dropout.
        trained: the parts that learn; everything else is frozen.
        precision: `bfloat16`: frozen weights are kept in bfloat16, those that learn in float32, products are taken in
            bfloat16. `float32`: everything.
        gradient_checkpointing: compute activations again for the gradient, for memory.
        learning_rate: at its highest.
        schedule: after the warm-up: half a cosine to 0, or the same rate.
        warmup_share: share of the steps in which the rate rises from 0.
        weight_decay: of AdamW, on matrices.
        beta2: of AdamW.
        max_grad_norm: gradients of a larger norm are scaled down to it.
        epochs, steps: how long: one of them, the other is 0. An epoch has as many rows as the data that are used.
        batch_size: rows of one step, over all processes.
        rows_at_once: rows that a device takes at once; the rest is accumulated.
        frames, pixels: of a clip, as in `models.clips.Budget`.
        forms: of the questions that are used.
        scale_weights, task_weights: how much more often than others a row is shown; 1 where nothing is said.
        window: row groups of one scale whose rows are shuffled together.
        workers: processes that prepare batches; each holds row groups of its own.
        log_every, save_every, eval_every: steps; the last 0: never.
        eval_rows: rows of the validation split for the held-out loss.
        keep: checkpoints.
    """

    recipe: str
    follows: str
    machine: str
    expected_hours: float | None
    expected_memory_gb: float | None
    measured: bool
    scratch: Scratch
    encoder: str = ""
    seed: int = 0
    trained: tuple[Part, ...]
    precision: Literal["float32", "bfloat16"]
    gradient_checkpointing: bool
    learning_rate: float
    schedule: Literal["cosine", "constant"] = "cosine"
    warmup_share: float = 0.1
    weight_decay: float = 0.0
    beta2: float = 0.999
    max_grad_norm: float = 1.0
    epochs: float = 0.0
    steps: int = 0
    batch_size: int
    rows_at_once: int
    frames: int
    pixels: int
    forms: tuple[Form, ...] = ("mc", "reg", "free")
    scale_weights: dict[ScaleName, float] = field(default_factory=dict)
    task_weights: dict[str, float] = field(default_factory=dict)
    window: int = 2
    workers: int = 0
    log_every: int = 1
    save_every: int
    eval_every: int
    eval_rows: int
    keep: int = 2

    def __post_init__(self) -> None:
        for name in ("batch_size", "rows_at_once", "frames", "pixels", "window", "log_every", "save_every", "keep"):
            self._at_least(name, 1)
        for name in ("seed", "workers", "eval_every", "eval_rows", "weight_decay", "steps", "epochs"):
            self._at_least(name, 0)
        if not (math.isfinite(self.learning_rate) and self.learning_rate > 0):
            raise TrainError(f"learning_rate: expected a number above 0, got {self.learning_rate}")
        for name in ("warmup_share", "beta2"):
            if not 0 <= getattr(self, name) < 1:
                raise TrainError(f"{name}: expected 0 or more and below 1, got {getattr(self, name)}")
        if self.max_grad_norm <= 0:
            raise TrainError(f"max_grad_norm: expected a number above 0, got {self.max_grad_norm}")
        if bool(self.steps) == bool(self.epochs):
            raise TrainError(f"steps, epochs: expected one of them above 0, got {self.steps} and {self.epochs}")
        if self.batch_size % self.rows_at_once:
            raise TrainError(f"batch_size: expected a multiple of rows_at_once {self.rows_at_once}: {self.batch_size}")
        for name in ("trained", "forms"):
            if not getattr(self, name) or len(set(getattr(self, name))) != len(getattr(self, name)):
                raise TrainError(f"{name}: expected one or more, each once, got {getattr(self, name)}")
        for name in ("scale_weights", "task_weights"):
            if not all(math.isfinite(weight) and weight >= 0 for weight in getattr(self, name).values()):
                raise TrainError(f"{name}: expected finite weights of 0 or more, got {getattr(self, name)}")

    def _at_least(self, name: str, least: int) -> None:
        value = getattr(self, name)
        if not (math.isfinite(value) and value >= least):
            raise TrainError(f"{name}: expected {least} or more, got {value}")

    def _check_parts(self, allowed: tuple[Part, ...]) -> None:
        if not set(self.trained) <= set(allowed):
            raise TrainError(f"trained: expected some of {', '.join(allowed)}, got {', '.join(self.trained)}")


@dataclass(frozen=True, kw_only=True)
class SftSettings(RunSettings):
    """Supervised training on answers with their rationales: the cold start.

    Attributes:
        lora_rank: above 0, a LoRA on the language model learns (part `experts`) and is merged in the end.
        lora_alpha: its product is multiplied by alpha / rank.
        targets: regular expression of the linear layers it adapts, as in `models.expert_settings`.
    """

    lora_rank: int = 0
    lora_alpha: float = 16.0
    targets: str = LINEAR_LAYERS

    def __post_init__(self) -> None:
        super().__post_init__()
        self._check_parts(("language_model", "vision", "projector", "fusion", "experts"))
        self._at_least("lora_rank", 0)
        if (self.lora_rank > 0) != ("experts" in self.trained):
            raise TrainError(
                f"lora_rank: expected above 0 if experts are trained, got {self.lora_rank}, {self.trained}"
            )


@dataclass(frozen=True, kw_only=True)
class ExpertsSettings(RunSettings):
    """Experts, one after another, each a LoRA alone on the data of its own scales.

    Attributes:
        partition: the scales of each expert.
        random: above 0, that many experts on scenes dealt out blindly instead (the control); `partition` is not used.
        rank, alpha, targets: as in `models.expert_settings.ExpertSettings`.
    """

    rank: int
    alpha: float
    targets: str = LINEAR_LAYERS
    partition: Partition = FOUR
    random: int = 0

    def __post_init__(self) -> None:
        super().__post_init__()
        self._check_parts(("experts",))
        self._at_least("rank", 1)
        self._at_least("random", 0)
        check_partition(self.partition, self.random)


@dataclass(frozen=True, kw_only=True)
class RouterStageSettings(RunSettings):
    """The router over experts that are there, which stay as they are or learn with it (`trained`).

    Attributes:
        partition, random: those that the experts were trained with, for the labels of the warm start.
        mode: `learned` an MLP and a softmax, `anchored` a predicted size of the scene.
        input, layerwise, hidden, dropout: as in `models.expert_settings.RouterSettings`.
        warm_share: share of the steps in which a learned router also learns its labels.
        label_weight: of the loss of the labels, beside that of the answer (both in nats).
        warm_temperature, temperature: of the softmax at the first and at the last step.
        size_weight: of the loss of the predicted size (anchored).
    """

    partition: Partition = FOUR
    random: int = 0
    mode: Literal["learned", "anchored"] = "learned"
    input: Literal["visual", "prompt", "token"] = "visual"
    layerwise: bool = False
    hidden: int = 64
    dropout: float = 0.0
    warm_share: float = 0.3
    label_weight: float = 1.0
    warm_temperature: float = 0.2
    temperature: float = 1.0
    size_weight: float = 1.0

    def __post_init__(self) -> None:
        super().__post_init__()
        self._check_parts(("router", "experts"))
        if "router" not in self.trained:
            raise TrainError(f"trained: expected router among them, got {self.trained}")
        check_partition(self.partition, self.random)
        for name in ("label_weight", "size_weight"):
            self._at_least(name, 0)
        if not 0 <= self.warm_share <= 1:
            raise TrainError(f"warm_share: expected 0 to 1, got {self.warm_share}")
        if min(self.warm_temperature, self.temperature) <= 0:
            raise TrainError(
                f"warm_temperature, temperature: expected above 0, got {self.warm_temperature}, {self.temperature}"
            )
        if self.mode == "anchored" and self.random:
            raise TrainError(f"mode: expected learned for a random partition, which has no sizes, got {self.mode}")


def check_partition(partition: Partition, random: int) -> None:
    """Raise TrainError unless there are 1 to 8 experts and no scale has two."""
    count = random or len(partition)
    if not 1 <= count <= MAX_EXPERTS:
        raise TrainError(f"partition, random: expected 1 to {MAX_EXPERTS} experts, got {count}")
    scales = [scale for group in partition for scale in group]
    if len(set(scales)) != len(scales) or not all(partition):
        raise TrainError(f"partition: expected one or more scales an expert, no scale twice, got {partition}")


Settings = TypeVar("Settings", bound="DataclassInstance")


def with_changes(settings: Settings, changes: Mapping[str, str]) -> Settings:
    """Return settings with some fields replaced; a value is JSON, or text, or texts with commas between.

    Raises:
        TrainError: there is no such field, or its value is not of the type that it holds; names the field.
    """
    kinds = get_type_hints(type(settings))
    for name in changes:
        if name not in kinds:
            raise TrainError(
                f"{name}: expected a field of {type(settings).__name__} ({', '.join(kinds)}), got {name!r}"
            )
    return replace(settings, **{name: _read(name, text, kinds[name]) for name, text in changes.items()})


def _read(name: str, text: str, kind: Any) -> Any:
    candidates: list[Any] = [text, [part.strip() for part in text.split(",")]]
    with suppress(msgspec.DecodeError):
        candidates.insert(0, msgspec.json.decode(text))
    for candidate in candidates:
        try:
            return msgspec.convert(candidate, kind)
        except msgspec.ValidationError:
            continue
    shown = kind.__name__ if isinstance(kind, type) else str(kind).replace("typing.", "")
    raise TrainError(f"{name}: expected {shown}, got {text!r}")


def plain(settings: DataclassInstance) -> dict[str, Any]:
    """Return the settings as JSON values."""
    values: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(asdict(settings)))
    return values


def differing(first: Mapping[str, Any], second: Mapping[str, Any]) -> list[str]:
    """Return the names under which two plain settings differ."""
    names = [*first, *(name for name in second if name not in first)]
    return [name for name in names if first.get(name) != second.get(name)]
