"""`lora_24gb_3b`, `lora_24gb_7b`: adapters on one card of 24 GB.

Ours, not the source's: 16 frames, one row at once, 2,000 steps of 32 rows; LoRA of rank 16 at 1e-4 for the cold start.
The estimates assume 40 % of 165 TFLOP/s.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from spacevista.recipes.sizes import Size, large, large_grpo
from spacevista.train.grpo_settings import GrpoSettings
from spacevista.train.settings import ExpertsSettings, RouterStageSettings, SftSettings

FOLLOWS = "none of the source's; made for one card"
CARD = "one GPU of 24 GB; estimated for its steps"
HOURS: dict[Size, float] = {"3b": 8.5, "7b": 18.0}  # of 2,000 steps
MEMORY_GB: dict[Size, float] = {"3b": 13.0, "7b": 22.0}
STEPS = 2_000


def sft(size: Size) -> SftSettings:
    """Return the cold start: one LoRA."""
    return SftSettings(**_common(size, STEPS), trained=("experts",), learning_rate=1e-4, lora_rank=16, lora_alpha=32.0)


def experts(size: Size) -> ExpertsSettings:
    """Return four experts, 500 steps each."""
    common = _common(size, STEPS // 4) | {"expected_hours": HOURS[size]}
    return ExpertsSettings(**common, trained=("experts",), learning_rate=1e-4, rank=8, alpha=16.0)


def router(size: Size) -> RouterStageSettings:
    """Return a router over frozen experts, 500 steps."""
    return RouterStageSettings(**_common(size, STEPS // 4), trained=("router",), learning_rate=1e-3)


def _common(size: Size, steps: int) -> dict[str, Any]:
    return {
        **large(size, "lora_24gb", epochs=1.0, whole=False),
        "follows": FOLLOWS,
        "machine": CARD,
        "expected_hours": round(HOURS[size] * steps / STEPS, 1),
        "expected_memory_gb": MEMORY_GB[size],
        "epochs": 0.0,
        "steps": steps,
        "batch_size": 32,
        "frames": 16,
    }


def grpo(size: Size) -> GrpoSettings:
    """Return 500 steps of one question each, over experts and router, without a reference; hours are unknown."""
    source = large_grpo(size, "lora_24gb", ("experts", "router"), FOLLOWS)
    return replace(
        source,
        machine=CARD,
        expected_memory_gb=MEMORY_GB[size],
        steps=500,
        learning_rate=1e-5,
        completion_tokens=512,
        beta=0.0,
        frames=16,
    )
