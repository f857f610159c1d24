"""`nano`: a random model of 26 million parameters on one GPU of any size."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from spacevista.recipes import debug
from spacevista.train.grpo_settings import GrpoSettings
from spacevista.train.settings import ExpertsSettings, RouterStageSettings, SftSettings

COMMON: dict[str, Any] = {
    "recipe": "nano",
    "machine": "one GPU; estimated",
    "measured": False,
    "scratch": "nano",
    "precision": "bfloat16",
    "beta2": 0.98,
    "batch_size": 64,
    "rows_at_once": 64,
    "frames": 4,
    "pixels": 224 * 224,
    "workers": 8,
    "log_every": 20,
    "save_every": 500,
    "eval_every": 500,
    "eval_rows": 512,
    "expected_memory_gb": 8.0,
}


def sft() -> SftSettings:
    """Return 10,000 steps in which the whole model learns, but for the dense encoder."""
    return replace(debug.sft(), **COMMON, expected_hours=1.5, steps=10_000, learning_rate=3e-4)


def experts() -> ExpertsSettings:
    """Return four experts of rank 8, 2,000 steps each."""
    return replace(debug.experts(), **COMMON, expected_hours=1.0, steps=2_000, learning_rate=5e-4, rank=8, alpha=16.0)


def router() -> RouterStageSettings:
    """Return 2,000 steps of a router over frozen experts."""
    return replace(debug.router(), **COMMON, expected_hours=0.3, trained=("router",), steps=2_000, learning_rate=2e-3)


def grpo() -> GrpoSettings:
    """Return 1,000 steps of eight questions each, without a reference; the language model learns."""
    return replace(
        debug.grpo(),
        recipe="nano",
        machine=COMMON["machine"],
        expected_hours=1.0,
        expected_memory_gb=8.0,
        measured=False,
        steps=1_000,
        batch_size=64,
        completion_tokens=96,
        pixels=COMMON["pixels"],
        save_every=100,
        bfloat16=True,
    )
