"""From a cell of the protocol to a finished model: the stages of training with the settings that it asks for."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from experiments.all_scale.base import common
from experiments.all_scale.plan import CellPlan
from experiments.all_scale.protocol import ARMS
from experiments.all_scale.protocol_records import Arm, Partition, Protocol
from experiments.all_scale.work import RunError, Work

from spacevista.models.expert_settings import LINEAR_LAYERS, ExpertSettings, RouterSettings
from spacevista.models.experts import attach_experts
from spacevista.train.experts import train_experts
from spacevista.train.load import MODEL_FOLDER, start_model
from spacevista.train.router import train_router
from spacevista.train.rows import choice_of
from spacevista.train.run import open_data
from spacevista.train.settings import ExpertsSettings, RouterStageSettings

LEARNED = next(arm for arm in ARMS if arm.name == "learned")
ALPHA = 2.0  # times the rank, so that the product's factor is the same everywhere


def arm_of(plan: CellPlan, protocol: Protocol) -> Arm:
    """Return what a cell that learns from answers trains (RunError: it is of another kind, or cannot be made yet)."""
    kind, name = plan.cells.removeprefix("rates/").split("/")
    if kind == "arms":
        return next(arm for arm in ARMS if arm.name == name)
    if kind == "conflict":
        return Arm(name, "lora", ((name,),), ARMS[0].rank)
    if kind == "counts":
        counts = (*protocol.counts_total, *protocol.counts_each)
        count = next(count for count in counts if count.cells == plan.cells)
        if any(":" in band for bands in count.partition for band in bands):
            raise RunError(f"{plan.name}: bands that are cut in two are not trained yet")
        return Arm(name, "given", count.partition, count.rank)
    raise RunError(f"{plan.name}: expected a cell that learns from answers, got one of {kind}")


def train_arm(plan: CellPlan, arm: Arm, rate: float, work: Work) -> Path:
    """Train an arm, or go on where it was stopped, and return its folder; errors as in the stages."""
    out, data = work.cell(plan.name), work.split("main")
    if (out / MODEL_FOLDER).is_dir():
        return out / MODEL_FOLDER
    routed = arm.weights in ("learned", "anchored")
    budget = work.protocol.budget
    samples, last = budget.samples, budget.router_samples if routed else 0
    shared: dict[str, Any] = common(work) | {"seed": plan.seed, "learning_rate": rate, "forms": ("reg",)}
    rank = arm.rank or matched_rank(work)
    rows = rows_in(work)
    who: dict[str, Any] = {"random": len(arm.partition)} if arm.weights == "random" else {"partition": arm.partition}
    experts = ExpertsSettings(
        **shared, **who, trained=("experts",), rank=rank, alpha=ALPHA * rank, epochs=(samples - last) / rows
    )
    first = out / "experts" if routed else out
    model = train_experts(experts, [data], first, work.base, _tell)
    if not routed:
        return model
    router = RouterStageSettings(
        **shared,
        **who,
        trained=("router", "experts"),
        mode="anchored" if arm.weights == "anchored" else "learned",
        layerwise=arm.layerwise,
        epochs=last / rows,
    )
    return train_router(router, [data], out, model, _tell)


def rows_in(work: Work) -> int:
    """Return how many rows an arm could be trained on: those of all bands."""
    index = open_data([work.split("main")]).index
    whole = ExpertsSettings(
        **common(work), forms=("reg",), learning_rate=1.0, trained=("experts",), rank=1, alpha=1.0, epochs=1.0
    )
    return len(choice_of(index, whole, "train").rows)


def matched_rank(work: Work) -> int:
    """Return the rank at which one adapter has as many parameters as the experts of arm `learned` with their router."""
    settings = ExpertsSettings(
        **common(work), learning_rate=1.0, trained=("experts",), rank=LEARNED.rank, alpha=1.0, epochs=1.0
    )
    model, _ = start_model(settings, work.base)
    count = len(LEARNED.partition)
    experts = attach_experts(
        model, ExpertSettings(count, LEARNED.rank, 1.0, LINEAR_LAYERS), RouterSettings(mode="learned")
    )
    own: int = sum(p.numel() for p in experts.expert_parameters())
    router: int = sum(p.numel() for p in experts.routers.parameters())
    return round(count * LEARNED.rank * (own + router) / own)


def own_expert(partition: Partition, band: str) -> int:
    """Return the expert of a band; of a range between or beyond the bands, the nearest one is the caller's choice."""
    return next(number for number, bands in enumerate(partition) if band in bands)


def _tell(line: str) -> None:
    print(line, flush=True)
