"""What can go wrong in a run: it says so, and what was learned until then is not lost."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

torch = pytest.importorskip("torch")

from safetensors.torch import load_file  # noqa: E402
from small_data import sft_settings, write_data  # noqa: E402

from spacevista.errors import CaptureError, DatasetError, SpacevistaError  # noqa: E402
from spacevista.train import checkpoints  # noqa: E402
from spacevista.train.errors import StoppedError, TrainError  # noqa: E402
from spacevista.train.run_log import append, cut_back, read_log  # noqa: E402
from spacevista.train.sft import train_sft  # noqa: E402
from spacevista.train.trainer import StageTrainer  # noqa: E402

RUN = """
import sys, torch
torch.set_num_threads(1)
sys.path.insert(0, sys.argv[1])
from pathlib import Path
from small_data import sft_settings
from spacevista.train.sft import train_sft
train_sft(sft_settings(steps=16, save_every=2, keep=3), [Path(sys.argv[2])], Path(sys.argv[3]))
"""


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_data(tmp_path_factory.mktemp("faults") / "data")


def test_a_killed_process_loses_nothing(data: Path, tmp_path: Path) -> None:
    script, out = tmp_path / "run.py", tmp_path / "killed"
    script.write_text(RUN)
    arguments = [sys.executable, str(script), str(Path(__file__).parent), str(data)]
    running = subprocess.Popen([*arguments, str(out)])
    waited = time.monotonic()
    while checkpoints.last_checkpoint(out) is None and time.monotonic() - waited < 300:
        time.sleep(0.05)
    running.send_signal(signal.SIGKILL)
    assert running.wait() == -signal.SIGKILL
    assert not (out / "model").exists()
    settings = sft_settings(steps=16, save_every=2, keep=3)
    first, second = (train_sft(settings, [data], folder) for folder in (tmp_path / "whole", out))
    weights = [load_file(folder / "model.safetensors") for folder in (first, second)]
    assert all(torch.equal(weights[0][name], weights[1][name]) for name in weights[0])


def test_sigterm_leaves_a_checkpoint(data: Path, tmp_path: Path) -> None:
    def asking(line: str) -> None:
        if line.startswith("step 3,"):
            os.kill(os.getpid(), signal.SIGTERM)

    before = signal.getsignal(signal.SIGTERM)
    settings = sft_settings(save_every=100)
    with pytest.raises(StoppedError, match="stopped by SIGTERM after step 4 of 5, with a checkpoint"):
        train_sft(settings, [data], tmp_path / "run", tell=asking)
    assert signal.getsignal(signal.SIGTERM) is before
    assert checkpoints.last_checkpoint(tmp_path / "run") == tmp_path / "run" / "checkpoint-4"
    again = load_file(train_sft(settings, [data], tmp_path / "run") / "model.safetensors")
    whole = load_file(train_sft(settings, [data], tmp_path / "whole") / "model.safetensors")
    assert all(torch.equal(again[name], whole[name]) for name in whole)


@pytest.mark.parametrize("where", ["loss", "gradient"])
def test_a_loss_that_is_not_finite_names_its_rows(
    data: Path, tmp_path: Path, where: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = StageTrainer.extra_loss

    def spoiled(self: StageTrainer, batch: Any) -> Any:
        if self.state.global_step < 3:
            return whole(self, batch)
        parameter = next(p for p in self.model.parameters() if p.requires_grad)
        # sqrt(0) is finite, its gradient is not.
        return (parameter.sum() * 0).sqrt() if where == "gradient" else parameter.sum() * float("nan")

    monkeypatch.setattr(StageTrainer, "extra_loss", spoiled)
    with pytest.raises(TrainError) as error:
        train_sft(sft_settings(), [data], tmp_path / "run")
    message = str(error.value)
    assert message.startswith("step 4: expected finite numbers, got " + ("a loss" if where == "loss" else "gradients"))
    assert ("-train-" in message) == (where == "loss")
    assert "checkpoint-2 is as it was" in message
    assert checkpoints.last_checkpoint(tmp_path / "run") == tmp_path / "run" / "checkpoint-2"


def test_a_full_disk_keeps_the_checkpoint_before(data: Path, tmp_path: Path) -> None:
    out = tmp_path / "run"
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)

    def filling(line: str) -> None:
        if line.startswith("step 3,"):  # from here on no file may be larger: the system refuses as a full disk does
            resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, limits[1]))

    try:
        with pytest.raises(TrainError) as error:
            train_sft(sft_settings(), [data], out, tell=filling)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    message = str(error.value)
    assert "checkpoint-4: the checkpoint could not be written" in message
    assert "GB are free. Training can go on from checkpoint-2" in message
    assert [path.name for path in out.glob("checkpoint-*")] == ["checkpoint-2"]
    assert train_sft(sft_settings(), [data], out).exists()


def test_a_checkpoint_that_was_cut_short_is_not_gone_on_from(tmp_path: Path) -> None:
    for step in (2, 4, 6, 8):
        folder = checkpoints.checkpoint_folder(tmp_path, step)
        folder.mkdir()
        (folder / "weights").write_bytes(b"x" * 100)
        if step < 8:
            checkpoints.mark_complete(folder)
    (tmp_path / "checkpoint-6" / "weights").write_bytes(b"x" * 99)
    assert checkpoints.last_checkpoint(tmp_path) == tmp_path / "checkpoint-4"
    (tmp_path / "checkpoint-4" / checkpoints.COMPLETE_FILE).write_bytes(b'{"weights": 1')
    assert checkpoints.last_checkpoint(tmp_path) == tmp_path / "checkpoint-2"
    checkpoints.remove_older(tmp_path, keep=1)
    assert [path.name for path in tmp_path.iterdir()] == ["checkpoint-2"]


def test_the_log_is_cut_back_to_the_checkpoint(tmp_path: Path) -> None:
    file = tmp_path / "log.jsonl"
    for step in (1, 2, 3):
        append(file, {"step": step})
    with file.open("ab") as stream:
        stream.write(b'{"step":')
    cut_back(file, 2)
    assert read_log(file) == [{"step": 1}, {"step": 2}]


def test_another_run_in_the_folder_is_refused(data: Path, tmp_path: Path) -> None:
    train_sft(sft_settings(steps=1), [data], tmp_path / "run")
    with pytest.raises(TrainError, match=r"expected learning_rate as in the run that is there \(0.001\), got 0.01"):
        train_sft(sft_settings(steps=1, learning_rate=0.01), [data], tmp_path / "run")


def test_a_damaged_file_and_a_missing_frame_are_named(tmp_path: Path) -> None:
    root = write_data(tmp_path / "data", each=2)
    for frame in (root / "frames").glob("drone-train-*"):
        frame.unlink()
    with pytest.raises(CaptureError, match=r"drone-train-[01]:q: .*drone-train-[01]-0\.png"):
        train_sft(sft_settings(), [root], tmp_path / "run")
    content = (root / "questions.parquet").read_bytes()
    (root / "questions.parquet").write_bytes(content[:-50])
    with pytest.raises(DatasetError, match=r"questions\.parquet"):
        train_sft(sft_settings(), [root], tmp_path / "other")


def test_batches_that_cannot_be_dealt_out_are_refused(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(TrainError, match="batch_size: expected a multiple of rows_at_once 3: 4"):
        sft_settings(rows_at_once=3)
    from spacevista.train import run

    monkeypatch.setattr(run, "processes", lambda: 3)
    with pytest.raises(SpacevistaError, match="expected a multiple of 2 rows at once on 3 processes, got 4"):
        run.arguments(sft_settings(), tmp_path, 5)
