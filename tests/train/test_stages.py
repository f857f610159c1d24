"""Every stage in five steps, stopped in the middle and gone on with: the weights are the same to the last bit."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

torch = pytest.importorskip("torch")

from safetensors.torch import load_file  # noqa: E402
from small_data import experts_settings, router_settings, sft_settings, write_data  # noqa: E402
from transformers import AutoModelForImageTextToText  # noqa: E402

from spacevista.models.experts import experts_of  # noqa: E402
from spacevista.train.experts import train_experts  # noqa: E402
from spacevista.train.router import train_router  # noqa: E402
from spacevista.train.run_log import read_log  # noqa: E402
from spacevista.train.sft import train_sft  # noqa: E402


class Killed(Exception):  # noqa: N818
    """Stands for a kill between two steps."""


def killing(after: int) -> Callable[[str], None]:
    """Return a listener that raises at the n-th line of the log."""
    lines = []

    def tell(line: str) -> None:
        if line.startswith("step"):
            lines.append(line)
            if len(lines) == after:
                raise Killed

    return tell


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_data(tmp_path_factory.mktemp("sft") / "data")


@pytest.fixture(scope="module")
def with_experts(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a tiny model with four experts."""
    return train_experts(experts_settings(steps=1), [data], tmp_path_factory.mktemp("experts") / "run")


def same_after_a_kill(run: Callable[..., Path], out: Path, after: int, log: str = "train_log.jsonl") -> Path:
    """Run undisturbed and killed, check that both end alike, and return the undisturbed model's folder."""
    whole = run(out=out / "whole")
    with pytest.raises(Killed):
        run(out=out / "killed", tell=killing(after))
    again = run(out=out / "killed")
    first, second = (load_file(folder / "model.safetensors") for folder in (whole, again))
    assert first.keys() == second.keys()
    assert all(torch.equal(first[name], second[name]) for name in first)
    logs = [read_log(out / name / log) for name in ("whole", "killed")]
    for lines in logs:
        for line in lines:
            line.pop("seconds")
    assert logs[0] == logs[1]
    return whole


@pytest.mark.parametrize(
    "changes",
    [
        {"eval_every": 2, "eval_rows": 4},
        {"trained": ("fusion", "experts"), "lora_rank": 2, "gradient_checkpointing": True},
        {"precision": "bfloat16", "schedule": "constant", "workers": 1},
    ],
    ids=["whole", "lora", "bfloat16"],
)
def test_sft_goes_on_exactly(data: Path, tmp_path: Path, changes: dict[str, Any]) -> None:
    def run(out: Path, **options: Any) -> Path:
        return train_sft(sft_settings(**changes), [data], out, **options)

    # With the held-out losses of steps 0 and 2 the fifth line is the third step's; the checkpoint is the second's.
    folder = same_after_a_kill(run, tmp_path, after=5 if "eval_every" in changes else 3)
    assert {file.name for file in folder.iterdir()} >= {
        "model.safetensors",
        "processor_config.json",
        "settings.json",
        "train_log.jsonl",
    }
    model = AutoModelForImageTextToText.from_pretrained(folder)
    assert model.config.experts is None  # a LoRA is merged
    assert model.generation_config is not None
    assert model.config.text_config.use_cache


def test_experts_go_on_exactly_and_stand_beside_each_other(data: Path, tmp_path: Path) -> None:
    settings = experts_settings(steps=3, partition=(("indoor",), ("tiny_tabletop", "drone")))

    def run(out: Path, **options: Any) -> Path:
        return train_experts(settings, [data], out, **options)

    # The fifth line is the second expert's second step: the first is finished, the second is halfway.
    folder = same_after_a_kill(run, tmp_path, after=5, log="expert_1/train_log.jsonl")
    experts = experts_of(AutoModelForImageTextToText.from_pretrained(folder))
    assert experts.settings.count == 2
    ups = [linear.expert(number)[1] for linear in experts.linears.values() for number in (0, 1)]
    assert all(bool(up.abs().max() > 0) for up in ups)  # B starts at 0: every expert learned
    assert sorted(path.name for path in (tmp_path / "whole" / "adapters").iterdir()) == [
        "indoor",
        "tiny_tabletop-drone",
    ]
    rows = [line["loss_by_scale"] for line in read_log(tmp_path / "whole" / "expert_0" / "train_log.jsonl")]
    assert all(set(row) == {"indoor"} for row in rows)


@pytest.mark.parametrize(
    "changes",
    [
        {"dropout": 0.5},
        {"input": "prompt", "layerwise": True, "trained": ("router", "experts")},
        {"mode": "anchored"},
    ],
    ids=["learned", "layerwise", "anchored"],
)
def test_the_router_goes_on_exactly(data: Path, with_experts: Path, tmp_path: Path, changes: dict[str, Any]) -> None:
    def run(out: Path, **options: Any) -> Path:
        return train_router(router_settings(scratch="", **changes), [data], out, with_experts, **options)

    folder = same_after_a_kill(run, tmp_path, after=3)
    line = read_log(folder / "train_log.jsonl")[-1]
    # Four experts: entropies are at most 2 bits, and the mean of entropies at most that of the mean.
    assert 0 <= line["mean_entropy_of_weights"] <= line["entropy_of_mean_weights"] + 1e-6 <= 2 + 2e-6
    assert line["information_on_scale"] >= 0
    assert line["temperature"] == pytest.approx(1.0)  # the last step's
    before, after = load_file(with_experts / "model.safetensors"), load_file(folder / "model.safetensors")
    moved = [name for name, tensor in before.items() if not torch.equal(tensor, after[name])]
    assert bool(moved) == ("trained" in changes)  # else the experts are frozen
    assert all(".experts." in name for name in moved)


def test_a_random_partition_trains_as_many_experts_as_it_says(data: Path, tmp_path: Path) -> None:
    folder = train_experts(experts_settings(steps=1, random=3), [data], tmp_path / "run")
    assert experts_of(AutoModelForImageTextToText.from_pretrained(folder)).settings.count == 3


def test_a_finished_run_is_found_finished(data: Path, tmp_path: Path) -> None:
    settings = sft_settings(steps=1)
    folder = train_sft(settings, [data], tmp_path / "run")
    written = (folder / "model.safetensors").stat().st_mtime_ns
    assert train_sft(settings, [data], tmp_path / "run", tell=killing(1)) == folder
    assert (folder / "model.safetensors").stat().st_mtime_ns == written
