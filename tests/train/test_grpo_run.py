"""The whole stage: five steps and their log, a run that is killed and goes on, runs that must not go on."""

# ruff: noqa: E402

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

torch = pytest.importorskip("torch")

from grpo_world import FAST, by_length, policy, question, trainer_of, write_questions
from transformers import TrainerCallback

from spacevista.models.experts import experts_of
from spacevista.train.checkpoints import last_checkpoint
from spacevista.train.errors import TrainError
from spacevista.train.grpo import LOG_FILE, RUN_FILE, train_grpo
from spacevista.train.grpo_log import read_log
from spacevista.train.grpo_rewards import GrpoReward
from spacevista.train.grpo_settings import GrpoSettings
from spacevista.train.whole_checkpoints import AtBoundaries

SETTINGS = GrpoSettings(
    **FAST, steps=5, group_size=2, batch_size=4, iterations=2, learning_rate=1e-3, beta=0.1, save_every=1, keep=9
)


class KillAt(TrainerCallback):
    """Stops as a kill does, in the middle of a step."""

    def __init__(self, step: int) -> None:
        self.step = step

    def on_pre_optimizer_step(self, args: Any, state: Any, control: Any, **_: Any) -> None:
        if state.global_step == self.step:
            raise KeyboardInterrupt


@dataclass(frozen=True)
class AlsoByLength(GrpoReward):
    """Random completions earn nothing: so that there is something to learn, they are paid for their letters, too."""

    def __call__(self, prompts: Sequence[Any], completions: Sequence[Any], **columns: Any) -> list[float | None]:
        super().__call__(prompts, completions, **columns)
        return list(by_length(prompts, completions))


@pytest.fixture(scope="module", autouse=True)
def _something_to_learn() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("spacevista.train.grpo.GrpoReward", AlsoByLength)
        yield


def run(root: Path, out: Path, settings: GrpoSettings = SETTINGS, **options: Any) -> dict[str, Any]:
    """Train a policy from its start and return its weights."""
    model, processor = policy()
    questions = [*(question(number) for number in range(3)), question(9, form="free")]
    train_grpo(model, processor, questions, root, settings, out, **options)
    return {name: tensor.clone() for name, tensor in model.state_dict().items()}


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    write_questions(folder)
    return folder


@pytest.fixture(scope="module")
def undisturbed(root: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    out = tmp_path_factory.mktemp("run")
    return out, run(root, out)


def test_five_steps_and_what_is_logged(undisturbed: tuple[Path, dict[str, Any]]) -> None:
    out, weights = undisturbed
    start = policy()[0].state_dict()
    moved = {name for name in weights if not torch.equal(weights[name], start[name])}
    assert any("experts.routers" in name for name in moved)
    assert any("dense.blocks" in name for name in moved)
    assert not any("dense.encoder" in name for name in moved)  # it never learns
    lines = read_log(out / LOG_FILE)
    assert [line["step"] for line in lines] == [1, 2, 3, 4, 5]
    always = {"loss", "grad_norm", "learning_rate", "entropy", "kl", "clipped", "clipped_low", "clipped_high"}
    always |= {"router_of_mean", "router_mean_of", "router_with_scale"}
    of_a_generation = {"reward", "reward_std", "format", "answer", "progressive", "flat_groups"}
    of_a_generation |= {"length", "length_max", "truncated"}
    for line in lines:  # a generation is used in two steps; its own numbers stand with the first
        assert always <= line.keys()
        assert (of_a_generation <= line.keys()) == (line["step"] in (1, 3, 5))
    assert lines[0]["kl"] == 0.0 < lines[1]["kl"]
    assert 0 <= lines[0]["router_mean_of"] <= lines[0]["router_of_mean"] <= 1  # bits, of two experts
    record = json.loads((out / RUN_FILE).read_text())
    assert (record["used"], record["left_out"]) == (3, {"form free": 1})


def test_killed_and_resumed_is_undisturbed(
    root: Path, undisturbed: tuple[Path, dict[str, Any]], tmp_path: Path
) -> None:
    with pytest.raises(KeyboardInterrupt):
        run(root, tmp_path, callbacks=[KillAt(3)])
    # A generation serves two steps, so that checkpoints are at even steps, and at the last, whatever is asked for.
    assert last_checkpoint(tmp_path) == tmp_path / "checkpoint-2"
    assert read_log(tmp_path / LOG_FILE)[-1]["step"] == 3
    with (tmp_path / LOG_FILE).open("a") as file:
        file.write('{"step": 3, "lo')  # a line cut off
    torch.manual_seed(99)
    weights = run(root, tmp_path)
    assert all(torch.equal(weights[name], tensor) for name, tensor in undisturbed[1].items())
    assert (tmp_path / LOG_FILE).read_text() == (undisturbed[0] / LOG_FILE).read_text()


def test_a_finished_run_is_not_changed(root: Path, undisturbed: tuple[Path, dict[str, Any]]) -> None:
    before = (undisturbed[0] / LOG_FILE).read_text()
    weights = run(root, undisturbed[0])
    assert all(torch.equal(weights[name], tensor) for name, tensor in undisturbed[1].items())
    assert (undisturbed[0] / LOG_FILE).read_text() == before


def test_another_run_does_not_go_on(root: Path, undisturbed: tuple[Path, dict[str, Any]]) -> None:
    out, _ = undisturbed
    with pytest.raises(TrainError, match=r"expected the settings .* got beta=0.2 instead of 0.1"):
        run(root, out, replace(SETTINGS, beta=0.2))
    model, processor = policy(seed=5)
    with pytest.raises(TrainError, match="expected the model with which the run began"):
        train_grpo(model, processor, [question(n) for n in range(3)], root, SETTINGS, out)
    model, processor = policy()
    with pytest.raises(TrainError, match="expected the rows with which the run began"):
        train_grpo(model, processor, [question(n) for n in range(2)], root, SETTINGS, out)


def test_labels_for_experts_are_refused_and_dropout_is_off(root: Path, tmp_path: Path) -> None:
    model, processor = policy(mode="given")
    with pytest.raises(TrainError, match="expected a router that chooses, got mode 'given'"):
        train_grpo(model, processor, [question(0)], root, SETTINGS, tmp_path)
    model, processor = policy(dropout=0.5)
    train_grpo(model, processor, [question(0)], root, replace(SETTINGS, steps=1, iterations=1), tmp_path)
    assert {router.dropout for router in experts_of(model).routers} == {0.0}


def test_a_loss_that_is_not_finite_stops_the_run(root: Path, tmp_path: Path) -> None:
    model, processor = policy()
    with torch.no_grad():
        experts_of(model).expert_parameters()[0].fill_(float("inf"))
    with pytest.raises((TrainError, RuntimeError), match=r"finite|`inf`, `nan`"):  # sampling itself may notice first
        train_grpo(model, processor, [question(0)], root, SETTINGS, tmp_path)


def test_a_weight_that_does_not_come_back_is_an_error(undisturbed: tuple[Path, dict[str, Any]], tmp_path: Path) -> None:
    trainer = trainer_of(tmp_path, parts=policy(experts=False))
    with pytest.raises(TrainError, match=r"0 are missing .* and .* are unknown .*experts"):
        trainer._load_from_checkpoint(str(undisturbed[0] / "checkpoint-4"))
    trainer = trainer_of(tmp_path, parts=policy(layerwise=True))
    with pytest.raises(TrainError, match=r"2 are missing|4 are missing"):
        trainer._load_from_checkpoint(str(undisturbed[0] / "checkpoint-4"))


def test_saves_and_stops_wait_for_the_end_of_a_generation() -> None:
    class Flags:
        should_save = should_training_stop = False

    class State:
        global_step, max_steps = 0, 8

    boundary, control, state, seen = AtBoundaries(3), Flags(), State(), []
    for state.global_step in range(1, 9):
        control.should_save, control.should_training_stop = state.global_step in (1, 3, 4), state.global_step == 5
        boundary.on_step_end(None, state, control)  # type: ignore[arg-type]
        seen.append((control.should_save, control.should_training_stop))
    nothing, both = (False, False), (True, True)
    assert seen == [nothing, nothing, (True, False), nothing, nothing, both, nothing, nothing]


@pytest.mark.parametrize(
    ("changes", "steps"),
    [
        ({}, 1),
        ({"iterations": 3}, 3),
        ({"accumulation": 2}, 1),
        ({"accumulation": 2, "batches_per_generation": 1}, 1),
        ({"accumulation": 2, "batches_per_generation": 3}, 3),  # 3 steps are 6 forwards: two generations
        ({"accumulation": 4, "batches_per_generation": 2, "iterations": 4}, 2),
    ],
)
def test_boundaries(changes: dict[str, int], steps: int) -> None:
    assert GrpoSettings(**changes).boundary_steps == steps


def test_settings_say_what_is_wrong() -> None:
    for wrong, message in (
        ({"steps": 0}, "steps of 1 or more, got 0"),
        ({"group_size": 1}, "group_size of 2 or more"),
        ({"learning_rate": float("nan")}, "finite learning_rate above 0"),
        ({"beta": -0.1}, "finite beta of 0 or more"),
        ({"reward": "greedy"}, "reward to be one of"),
    ):
        with pytest.raises(TrainError, match=message):
            GrpoSettings(**wrong)  # type: ignore[arg-type]
    with pytest.raises(TrainError, match=r"whole groups of 8 in a generation, got 6 completions \(6 x 1 forwards"):
        GrpoSettings(batch_size=6).questions_per_generation()
    assert GrpoSettings(batch_size=6, accumulation=4).questions_per_generation() == 3
