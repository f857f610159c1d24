"""The records that the protocol is made of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Weights = Literal["lora", "given", "random", "uniform", "learned", "anchored"]
Terms = Literal["answer", "sum", "progressive"]
Partition = tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Arm:
    """A way to adapt the one base.

    Attributes:
        weights: where the experts' weights come from (docs/experts.md); `given` are true labels, `random` those of
            `traces.random_labels`; `lora` is one adapter, always on.
        partition: the bands of each expert; of a random arm only their number counts.
        rank: of each expert; 0: the rank at which the parameters come nearest to those of arm `learned`, router
            included. alpha is twice the rank, so that the product's factor is 2 everywhere.
        layerwise: a network of the router for each layer.
    """

    name: str
    weights: Weights
    partition: Partition
    rank: int
    layerwise: bool = False


@dataclass(frozen=True)
class Reward:
    """A reward of the GRPO arms; the format's term is in all. `shuffled`: C_true is dealt out anew among the clips."""

    name: str
    terms: Terms
    shuffled: bool = False


@dataclass(frozen=True)
class Count:
    """A number of experts with true labels. `cells` may be those of an arm that is the same thing."""

    cells: str
    partition: Partition
    rank: int


@dataclass(frozen=True)
class HeldOut:
    """Scenes that a finished model is asked about.

    Attributes:
        split: of the laboratory (splits.py).
        groups: the ranges of sizes whose means are averaged.
        scenes: of one seed; of `pairs`, pairs. Seed k has those numbered from k * stride on: no two seeds share any.
        stride: of the numbers.
    """

    name: str
    split: str
    groups: tuple[str, ...]
    scenes: int
    stride: int


@dataclass(frozen=True)
class Endpoint:
    """A figure of a cell. Differences inside +-margin count as none; `factor` turns it into what is printed."""

    name: str
    label: str
    margin: float
    factor: float
    better: Literal["higher", "lower"]


@dataclass(frozen=True)
class Side:
    """Answers of one kind of cell to one test, of one band or dose where these are not ""."""

    cells: str
    test: str = "main"
    band: str = ""
    dose: str = ""


@dataclass(frozen=True)
class Contrast:
    """First minus second. Primary ones share the error rate; all others are exploratory."""

    topic: str
    first: Side
    second: Side
    question: str
    primary: bool = False


@dataclass(frozen=True)
class Budget:
    """What every arm gets.

    Attributes:
        eye_samples: clips that the vision tower of the base learns from, once.
        base_samples: of the scale-free tasks, once, for the base of all arms.
        samples: that adapters learn from in every arm. Arms with a router spend all but the last `router_samples` on
            experts alone, each on its own bands, the rest on router and experts together; the others have one stage.
        batch: samples of a step.
        prompts, group: of GRPO.
        minutes: that a cell may take.
    """

    eye_samples: int = 40_000
    base_samples: int = 16_000
    samples: int = 1_600
    router_samples: int = 320
    batch: int = 16
    prompts: int = 96
    group: int = 8
    minutes: int = 20


@dataclass(frozen=True)
class Seeds:
    """How many seeds: a pilot, then what `power` at a difference of `effect` asks for, `least` or more.

    `alpha` is the first step of Holm's procedure over four contrasts, the strictest that a contrast may have to pass.
    """

    pilot: tuple[int, ...] = (0, 1, 2)
    least: int = 8
    effect: float = 0.03
    power: float = 0.8
    alpha: float = 0.05 / 4


@dataclass(frozen=True)
class Protocol:
    """All of it."""

    version: int
    arms: tuple[Arm, ...]
    rewards: tuple[Reward, ...]
    counts_total: tuple[Count, ...]
    counts_each: tuple[Count, ...]
    specialists: tuple[str, ...]
    dense: tuple[str, ...]
    tests: tuple[HeldOut, ...]
    forced_arms: tuple[str, ...]
    endpoints: tuple[Endpoint, ...]
    contrasts: tuple[Contrast, ...]
    rates: tuple[float, ...]
    reward_rates: tuple[float, ...]
    mandatory: tuple[str, ...]
    budget: Budget
    seeds: Seeds
