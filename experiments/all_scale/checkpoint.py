"""The model for the demo: the base, whose language model then learns lengths from the main split, all bands at once.

    python -m experiments.all_scale.checkpoint [--data out/lab] [--models out/models] [--steps 600]

No cell of the experiment: no adapters, more steps. Run again, it goes on where it was stopped.
"""

from __future__ import annotations

from pathlib import Path

import torch
from experiments.all_scale.base import common
from experiments.all_scale.features import kept
from experiments.all_scale.work import Work, work_of, work_parser

from spacevista.train.settings import SftSettings
from spacevista.train.sft import train_sft

SEED = 0
RATE = 5e-4


def train_checkpoint(work: Work, steps: int) -> Path:
    """Train the model and return its folder; errors as in `train_sft`."""
    settings = SftSettings(
        **common(work), seed=SEED, trained=("language_model",), steps=steps, learning_rate=RATE, forms=("reg",)
    )
    with kept(work.models / "features"):
        return train_sft(
            settings, [work.split("main")], work.models / "checkpoint", work.base, lambda line: print(line, flush=True)
        )


def main() -> None:
    parser = work_parser(__doc__)
    parser.add_argument("--steps", type=int, default=600)
    given = parser.parse_args()
    torch.set_num_threads(1)  # the same sums in the same order on any machine
    print(train_checkpoint(work_of(given), given.steps))


if __name__ == "__main__":
    main()
