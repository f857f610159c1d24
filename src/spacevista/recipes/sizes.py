"""The two sizes of the source's models, and what is estimated from them.

The estimates assume 1 million rows of 32 frames (2,200 tokens) on 8 GPUs of 80 GB at 40 % of 989 TFLOP/s, activations
computed again for the gradient: 7.5e13 (3B) and 1.5e14 (7B) floating point operations a row where the whole language
model learns, 0.8 of it where adapters do. Reading and preparing the clips is not in them. None was measured.
"""

from __future__ import annotations

from typing import Any, Literal, get_args

from spacevista.train.grpo_settings import GrpoSettings
from spacevista.train.settings import Part

Size = Literal["3b", "7b"]
SIZES: tuple[Size, ...] = get_args(Size)

EIGHT_GPUS = "8 GPUs of 80 GB, memory with weights and optimiser cut up (ZeRO-3 or FSDP); estimated for 1 million rows"
HOURS_A_PASS: dict[Size, float] = {"3b": 6.5, "7b": 13.0}
ADAPTERS_SHARE = 0.8
MEMORY_WHOLE_GB: dict[Size, float] = {"3b": 25.0, "7b": 45.0}
MEMORY_ADAPTERS_GB: dict[Size, float] = {"3b": 20.0, "7b": 32.0}
TRAINED_PIXELS = 128 * 28 * 28  # of a frame in training; the source evaluates with twice as many


def large(size: Size, recipe: str, epochs: float, whole: bool) -> dict[str, Any]:
    """Return what the large recipes share.

    Args:
        recipe: its name without the size.
        whole: the whole language model learns, not only adapters.
    """
    hours = HOURS_A_PASS[size] * epochs * (1.0 if whole else ADAPTERS_SHARE)
    return {
        "recipe": f"{recipe}_{size}",
        "machine": EIGHT_GPUS,
        "expected_hours": round(hours, 1),
        "expected_memory_gb": (MEMORY_WHOLE_GB if whole else MEMORY_ADAPTERS_GB)[size],
        "measured": False,
        "scratch": "",
        "precision": "bfloat16",
        "gradient_checkpointing": True,
        "epochs": epochs,
        "batch_size": 64,
        "rows_at_once": 1,
        "frames": 32,
        "pixels": TRAINED_PIXELS,
        "workers": 4,
        "log_every": 10,
        "save_every": 500,
        "eval_every": 500,
        "eval_rows": 512,
    }


def large_grpo(size: Size, recipe: str, trained: tuple[Part, ...], follows: str) -> GrpoSettings:
    """Return the source's reinforcement learning: groups of 8, rate 1e-6, 1,024 tokens, 2,500 steps.

    Its code is not released, and its texts agree here. Not said there, so ours: eight questions a step, the weight 0.04
    of the KL distance, what learns. Hours and memory are unknown: they are those of generation, which nobody timed.
    """
    return GrpoSettings(
        recipe=f"{recipe}_{size}",
        follows=follows,
        machine=EIGHT_GPUS,
        batch_size=1,
        accumulation=8,
        frames=32,
        pixels=TRAINED_PIXELS,
        trained=trained,
    )
