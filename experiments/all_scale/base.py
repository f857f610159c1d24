"""The base of all arms: a random model of 5 million parameters that learns the tasks without scale, once.

    python -m experiments.all_scale.base [--data out/lab] [--models out/models]

First its vision tower learns what is where (eye.py). Then, with the tower as it is, its language model learns to say
what a picture shows and to answer: left or right, larger in the picture, how many, which is the same. No length is in
any label or answer. Run again, it goes on where it was stopped.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from experiments.all_scale.eye import BATCH as EYE_BATCH
from experiments.all_scale.eye import rows_of, train_eye
from experiments.all_scale.features import kept
from experiments.all_scale.work import Work, work_of, work_parser

from spacevista.models.clips import budget_for
from spacevista.models.debug import SMALL, DebugSize, debug_config, debug_model
from spacevista.train.settings import SftSettings
from spacevista.train.sft import train_sft

BASE_SEED = 0
BASE_RATE = 5e-4
FRAMES, PIXELS = 4, 224 * 224  # of a clip: all that there are


def common(work: Work) -> dict[str, Any]:
    """Return the settings that all trainings of the experiment share."""
    batch = work.protocol.budget.batch
    return {
        "recipe": "all_scale",
        "follows": "experiments/all_scale/protocol.md",
        "machine": "1 CPU core",
        "expected_hours": None,
        "expected_memory_gb": None,
        "measured": False,
        "scratch": "",
        "precision": "float32",
        "gradient_checkpointing": False,
        "beta2": 0.98,
        "rows_at_once": batch,
        "batch_size": batch,
        "frames": FRAMES,
        "pixels": PIXELS,
        "log_every": 10,
        "save_every": 50,
        "eval_every": 0,
        "eval_rows": 0,
    }


def seeing_model(work: Work, size: DebugSize) -> Path:
    """Return the folder of a model whose vision tower has learned and whose language model is random.

    It has no dense encoder.
    """
    folder = work.models / "base" / "seeing"
    if not folder.is_dir():
        model, processor = debug_model(BASE_SEED, debug_config(size=size, encoder=None))
        rows = [*rows_of(work.split("base")), *rows_of(work.split("main"))]
        steps = work.protocol.budget.eye_samples // EYE_BATCH
        train_eye(model, processor, rows, steps, work.models / "base" / "eye", budget_for(processor, FRAMES, PIXELS))
        part = folder.with_name(folder.name + ".part")
        model.save_pretrained(part)
        processor.save_pretrained(part)
        part.rename(folder)
    return folder


def make_base(work: Work, size: DebugSize = SMALL) -> Path:
    """Train the base and return its folder; errors as in `train_sft`."""
    start = seeing_model(work, size)
    settings = SftSettings(
        **common(work),
        seed=BASE_SEED,
        trained=("language_model",),
        steps=work.protocol.budget.base_samples // work.protocol.budget.batch,
        learning_rate=BASE_RATE,
    )
    with kept(work.models / "features"):
        return train_sft(
            settings, [work.split("base")], work.models / "base", start, lambda line: print(line, flush=True)
        )


def main() -> None:
    given = work_parser(__doc__).parse_args()
    torch.set_num_threads(1)  # the same sums in the same order on any machine
    print(make_base(work_of(given)))


if __name__ == "__main__":
    main()
