"""However a step is cut up, over time or over processes, it is the same step."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

torch = pytest.importorskip("torch")

from safetensors.torch import load_file  # noqa: E402
from small_data import COMMON, experts_settings, router_settings, sft_settings, write_data  # noqa: E402

from spacevista.train.experts import train_experts  # noqa: E402
from spacevista.train.router import train_router  # noqa: E402
from spacevista.train.run_log import read_log  # noqa: E402
from spacevista.train.sft import train_sft  # noqa: E402
from spacevista.train.trainer import StageTrainer  # noqa: E402

STEPS = 4
RATE = COMMON["learning_rate"]


def check_equal(first: Path, second: Path) -> None:
    """Compare two finished models and their logs to 1e-5.

    In its first step Adam moves a parameter by rate * g / (|g| + 1e-8). Where a gradient is about 1e-8 and its tensor's
    are about 1e-4, the last bits of the sum that it is (1e-7 of 1e-4) are some percent of the step: one such parameter
    was seen (2.9e-9 against 3.1e-9 beside a root mean square of 3.4e-4). So one in ten thousand may be off by a tenth
    of a step.
    """
    one, other = (load_file(folder / "model.safetensors") for folder in (first, second))
    assert one.keys() == other.keys()
    for name in one:
        off = (one[name] - other[name]).abs()
        further = off > 1e-5 + 1e-5 * other[name].abs()
        assert float(further.float().mean()) <= 1e-4, f"{name}: {int(further.sum())} of {further.numel()}"
        assert float(off.max()) <= 0.1 * RATE, name
    for line, again in zip(*(read_log(folder / "train_log.jsonl") for folder in (first, second)), strict=True):
        assert flat(line) == pytest.approx(flat(again), rel=1e-5, abs=1e-5)


def flat(line: dict[str, Any]) -> dict[str, float]:
    """Return the numbers of a line of the log, those by scale under names of their own; the time is no result."""
    numbers = {name: value for name, value in line.items() if isinstance(value, int | float) and name != "seconds"}
    parts = {name: value for name, value in line.items() if isinstance(value, dict)}
    return numbers | {f"{name} {scale}": value for name, part in parts.items() for scale, value in part.items()}


def test_one_row_eight_times_is_eight_rows_at_once(tmp_path: Path) -> None:
    data = write_data(tmp_path / "data")
    # Completions differ in length (with and without rationale): a mean of the rows' means would be another number.
    folders = [
        train_sft(sft_settings(batch_size=8, rows_at_once=n, steps=STEPS), [data], tmp_path / str(n)) for n in (1, 8)
    ]
    check_equal(*folders)


@pytest.mark.parametrize("mode", ["learned", "anchored"])
def test_the_routers_losses_are_cut_up_alike(tmp_path: Path, mode: str) -> None:
    data = write_data(tmp_path / "data")
    model = train_experts(experts_settings(steps=1), [data], tmp_path / "experts")
    folders = [
        train_router(
            router_settings(scratch="", mode=mode, batch_size=8, rows_at_once=n, steps=STEPS, warm_share=1.0),
            [data],
            tmp_path / str(n),
            model,
        )
        for n in (2, 8)
    ]
    check_equal(*folders)


PROCESS = """
import sys, torch
torch.set_num_threads(1)
sys.path.insert(0, sys.argv[1])
from pathlib import Path
from small_data import sft_settings
from spacevista.train.sft import train_sft
settings = sft_settings(batch_size=8, rows_at_once=4, steps=4, eval_every=2, eval_rows=5)
train_sft(settings, [Path(sys.argv[2])], Path(sys.argv[3]))
"""


def test_two_processes_are_one(tmp_path: Path) -> None:
    data = write_data(tmp_path / "data")
    settings = sft_settings(batch_size=8, rows_at_once=4, steps=STEPS, eval_every=2, eval_rows=5)
    alone = train_sft(settings, [data], tmp_path / "alone")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    script = tmp_path / "process.py"
    script.write_text(PROCESS)
    arguments = [sys.executable, str(script), str(Path(__file__).parent), str(data), str(tmp_path / "two")]
    launch = {"WORLD_SIZE": "2", "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port), "ACCELERATE_USE_CPU": "true"}
    running = [
        subprocess.Popen(arguments, env=os.environ | launch | {"RANK": str(rank), "LOCAL_RANK": str(rank)})
        for rank in (0, 1)
    ]
    assert [process.wait(timeout=300) for process in running] == [0, 0]
    check_equal(alone, tmp_path / "two" / "model")


@pytest.mark.parametrize("changes", [{}, {"trained": ("fusion", "experts"), "lora_rank": 2}], ids=["whole", "lora"])
def test_a_model_put_together_from_what_was_gathered_is_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, changes: dict[str, Any]
) -> None:
    data, settings = write_data(tmp_path / "data"), sft_settings(steps=2, **changes)
    direct = train_sft(settings, [data], tmp_path / "direct")
    monkeypatch.setattr(StageTrainer, "cut_up", True)  # as under ZeRO or FSDP, where no process has the whole
    gathered = train_sft(settings, [data], tmp_path / "gathered")
    one, other = (load_file(folder / "model.safetensors") for folder in (direct, gathered))
    assert one.keys() == other.keys()
    assert all(torch.equal(one[name], other[name]) for name in one)
