"""`debug`: every stage in minutes on a laptop's CPU, with a random model of 5.8 million parameters."""

from __future__ import annotations

from typing import Any

from spacevista.train.grpo_settings import GrpoSettings
from spacevista.train.settings import ExpertsSettings, RouterStageSettings, SftSettings

# A model this small learns at such rates, and with this beta2; at the source's it stays where it is.
COMMON: dict[str, Any] = {
    "recipe": "debug",
    "follows": "none of the source's; the mechanism in small",
    "machine": "1 CPU core",
    "measured": True,
    "scratch": "small",
    "precision": "float32",
    "gradient_checkpointing": False,
    "beta2": 0.98,
    "batch_size": 8,
    "rows_at_once": 8,
    "frames": 4,
    "pixels": 112 * 112,
    "log_every": 5,
    "save_every": 50,
    "eval_every": 100,
    "eval_rows": 64,
    "expected_memory_gb": 1.7,
}


def sft() -> SftSettings:
    """Return 300 steps in which the whole model learns, but for the dense encoder."""
    return SftSettings(
        **COMMON,
        expected_hours=0.12,
        trained=("language_model", "vision", "projector", "fusion"),
        steps=300,
        learning_rate=5e-4,
    )


def experts() -> ExpertsSettings:
    """Return four experts of rank 4, 100 steps each."""
    return ExpertsSettings(
        **COMMON, expected_hours=0.13, trained=("experts",), steps=100, learning_rate=1e-3, rank=4, alpha=8.0
    )


def router() -> RouterStageSettings:
    """Return 100 steps of a router and its experts, thawed: over frozen ones so few steps show nothing."""
    return RouterStageSettings(
        **COMMON, expected_hours=0.04, trained=("router", "experts"), steps=100, learning_rate=3e-3
    )


def grpo() -> GrpoSettings:
    """Return 300 steps of two questions each, without a reference; the language model learns."""
    return GrpoSettings(
        recipe="debug",
        follows=COMMON["follows"],
        machine=COMMON["machine"],
        expected_hours=0.13,
        expected_memory_gb=2.2,
        measured=True,
        steps=300,
        batch_size=16,
        learning_rate=5e-5,
        completion_tokens=48,
        beta=0.0,
        frames=4,
        pixels=112 * 112,
        save_every=10,
        bfloat16=False,
        gradient_checkpointing=False,
    )
