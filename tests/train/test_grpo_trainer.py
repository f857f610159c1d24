"""The trainer itself: the training forward sees what generation saw, and without videos it is TRL's own."""

# ruff: noqa: E402

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from grpo_world import CLIPS, ROWS, batch_of, by_length, clip_of, policy, row, talk, trainer_of
from PIL import Image
from transformers import TrainerCallback
from trl import GRPOTrainer

from spacevista.models.clips import Clip, budget_for
from spacevista.models.debug import Generation
from spacevista.models.inputs import Prompt, encode
from spacevista.train.errors import TrainError

GENERATIONS: tuple[Generation, ...] = ("qwen2_5", "qwen3")


def clips_for(generation: Generation) -> dict[str, Clip]:
    return {
        "a": clip_of(generation, seed=1),
        "b": clip_of(generation, frames=2, rows=1, columns=3, seed=2),
        "c": clip_of(generation, frames=3, columns=3, seed=3),
    }


def scored(trainer: Any, output: dict[str, Any], batch_size: int | None = None) -> Any:
    """Return the training forward's log-probabilities of a generated batch, 0 after a completion's end."""
    trainer._media = output.get("media")
    ids = torch.cat([output["prompt_ids"], output["completion_ids"]], 1)
    mask = torch.cat([output["prompt_mask"], output["completion_mask"]], 1)
    with torch.no_grad():
        found, _, _ = trainer._get_per_token_logps_and_entropies(
            trainer.model, ids, mask, output["completion_ids"].shape[1], batch_size, compute_entropy=True
        )
    trainer._media = None
    return found * output["completion_mask"]


def test_changing_the_frames_changes_the_log_probabilities_and_nothing_else(tmp_path: Path) -> None:
    trainer = trainer_of(tmp_path)
    before = trainer._generate_and_score_completions(batch_of(trainer, ROWS))
    clips = CLIPS | {"a": clip_of(seed=9)}
    trainer._open_clip = clips.__getitem__
    _, _, _ = trainer._tokenize_prompts([one["prompt"] for one in batch_of(trainer, ROWS)])
    after = before | {"media": trainer._media}
    for old, new in zip(before["media"], after["media"], strict=True):
        assert torch.equal(old.ids, new.ids)
        assert torch.equal(old.types, new.types)
        assert all(torch.equal(old.tensors[n], new.tensors[n]) for n in old.tensors if n != "pixel_values_videos")
    changed = (scored(trainer, before) - scored(trainer, after)).abs().amax(1)
    assert changed[:2].min() > 1e-3  # the two completions about clip a
    assert changed[2:].max() == 0  # those about other clips, and about none


@pytest.mark.parametrize("generation", GENERATIONS)
@pytest.mark.parametrize("router", [{"input": "visual"}, {"input": "token"}])
def test_log_probabilities_are_those_of_generation(
    generation: Generation, router: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clips = clips_for(generation)
    trainer = trainer_of(tmp_path, parts=policy(generation, **router), open_clip=clips.__getitem__)
    generate, logits = trainer.model.generate, []

    def spy(**inputs: Any) -> Any:
        found = generate(**inputs, output_logits=True, return_dict_in_generate=True)
        logits.append(torch.stack(found.logits, 1))  # of each step, before anything is suppressed
        return found.sequences

    monkeypatch.setattr(trainer.model, "generate", spy)
    output = trainer._generate_and_score_completions(batch_of(trainer, ROWS))
    step_by_step = logits[0].log_softmax(-1).gather(-1, output["completion_ids"][..., None])[..., 0]
    # float32: the same sums in another order, over two layers.
    assert torch.allclose(scored(trainer, output), step_by_step * output["completion_mask"], atol=2e-5, rtol=0)


def test_generation_and_training_get_the_tensors_of_encode(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    trainer = trainer_of(tmp_path)
    seen: list[dict[str, Any]] = []
    generate = trainer.model.generate
    monkeypatch.setattr(trainer.model, "generate", lambda **inputs: seen.append(inputs) or generate(**inputs))
    output = trainer._generate_and_score_completions(batch_of(trainer, ROWS))
    prompts = [Prompt("How far is it?", (CLIPS["a"],)), Prompt("How many?", (CLIPS["b"],)), Prompt("Hi.")]
    prompts = [prompt for prompt in [*prompts, Prompt("Which?", (CLIPS["c"],))] for _ in range(2)]
    expected = encode(trainer.processing_class, prompts, budget_for(trainer.processing_class, 4))
    for name, tensor in expected.items():
        assert torch.equal(seen[0][name], tensor), name
    model = trainer.model
    monkeypatch.setattr(
        trainer, "model", lambda **inputs: seen.append(inputs) or model(**inputs)
    )  # what the forward is called with
    scored(trainer, output)
    for name in ("pixel_values_videos", "video_grid_thw", "second_per_grid_ts"):
        assert torch.equal(seen[1][name], expected[name]), name
    completion = torch.zeros_like(output["completion_ids"])
    assert torch.equal(seen[1]["mm_token_type_ids"], torch.cat([expected["mm_token_type_ids"], completion], 1))


def test_a_batch_in_parts_is_the_batch(tmp_path: Path) -> None:
    trainer = trainer_of(tmp_path)
    output = trainer._generate_and_score_completions(batch_of(trainer, ROWS))
    whole = scored(trainer, output)
    for size in (1, 3):  # the third row of parts of 3 is text alone beside clips of two sizes
        assert torch.allclose(scored(trainer, output, size), whole, atol=1e-5, rtol=0)


def pictures() -> list[Image.Image]:
    rng = np.random.default_rng(0)
    return [Image.fromarray(rng.integers(0, 256, (56, 28 * n, 3), dtype=np.uint8)) for n in (2, 3)]


def rows_without_videos(kind: str) -> list[dict[str, Any]]:
    texts = ["How far is it?", "How many are there?"]
    if kind == "text":
        return [{**row(text), "prompt": [{"role": "user", "content": text}]} for text in texts]
    shown = zip(texts, pictures(), strict=True)
    return [{**row(text), "prompt": [{"role": "user", "content": text}], "image": image} for text, image in shown]


@pytest.mark.parametrize("kind", ["text", "image"])
def test_without_videos_it_is_trls_own_trainer_to_the_last_bit(kind: str, tmp_path: Path) -> None:
    rows = rows_without_videos(kind)
    results = []
    for trainer_kind in (GRPOTrainer, None):
        chosen = {} if trainer_kind is None else {"kind": trainer_kind}
        trainer = trainer_of(tmp_path / str(len(results)), rows, parts=policy(), batch_size=4, **chosen)
        trainer.model.train()
        torch.manual_seed(0)
        output = trainer._generate_and_score_completions(batch_of(trainer, rows))
        trainer.current_gradient_accumulation_steps = 1
        loss = trainer._compute_loss(trainer.model, output)
        loss.backward()
        gradients = {n: p.grad for n, p in trainer.model.named_parameters() if p.grad is not None}
        results.append((output, loss.detach(), gradients))
    (theirs, their_loss, their_gradients), (ours, our_loss, our_gradients) = results
    assert torch.equal(theirs["completion_ids"], ours["completion_ids"])
    assert ("pixel_values" in ours) == (kind == "image")
    assert torch.equal(their_loss, our_loss)
    assert their_gradients.keys() == our_gradients.keys()
    assert sum(float(gradient.abs().sum()) for gradient in our_gradients.values()) > 0
    assert all(torch.equal(their_gradients[name], our_gradients[name]) for name in our_gradients)


def test_visual_tokens_are_never_sampled(tmp_path: Path) -> None:
    trainer = trainer_of(tmp_path)
    config = trainer.model.config
    visual = [config.image_token_id, config.video_token_id]

    def likely(_module: Any, _inputs: Any, logits: Any) -> Any:
        return logits.index_add(-1, torch.tensor(visual), torch.full((*logits.shape[:-1], 2), 100.0))

    trainer.model.lm_head.register_forward_hook(likely)  # otherwise nothing else would be sampled
    output = trainer._generate_and_score_completions(batch_of(trainer, ROWS))
    assert not torch.isin(output["completion_ids"], torch.tensor(visual)).any()


class Gradients(TrainerCallback):
    """Keeps the gradients of a step, before they are used."""

    def on_pre_optimizer_step(self, args: Any, state: Any, control: Any, model: Any = None, **_: Any) -> None:
        self.found = {name: p.grad.clone() for name, p in model.named_parameters() if p.grad is not None}


def gradients_of(out: Path, **settings: Any) -> dict[str, Any]:
    found = Gradients()
    trainer = trainer_of(out, parts=policy(), max_grad_norm=1e9, options={"callbacks": [found]}, **settings)
    trainer._save_checkpoint = lambda *_: None
    trainer.train()
    return found.found


def apart(first: dict[str, Any], second: dict[str, Any]) -> float:
    """Return the distance of two sets of gradients, relative to the length of the first."""
    assert first.keys() == second.keys()
    size = sum(float(gradient.square().sum()) for gradient in first.values()) ** 0.5
    return sum(float((first[name] - second[name]).square().sum()) for name in first) ** 0.5 / size


def test_accumulated_batches_and_recomputed_layers_are_one_batch(tmp_path: Path) -> None:
    # A generation of 8 completions is shuffled as one, then learned from in 1, 2 or 4 forwards.
    whole, *others = (gradients_of(tmp_path / str(n), batch_size=8 // n, accumulation=n) for n in (1, 2, 4))
    others.append(gradients_of(tmp_path / "recomputed", batch_size=8, gradient_checkpointing=True))
    assert [apart(whole, other) < 1e-5 for other in others] == [True] * 3


def test_adapters_of_peft(tmp_path: Path) -> None:
    peft = pytest.importorskip("peft")
    model, processor = policy(experts=False)
    lora = peft.LoraConfig(r=2, target_modules=r".*language_model.*\.(q_proj|v_proj)", init_lora_weights=False)
    trainer = trainer_of(tmp_path, parts=(peft.get_peft_model(model, lora), processor), beta=0.1)
    assert trainer.ref_model is None  # TRL has kept a copy of the adapters as they came
    output = trainer._generate_and_score_completions(batch_of(trainer, ROWS))
    reference = output["ref_per_token_logps"] * output["completion_mask"]
    assert torch.equal(scored(trainer, output, 4), reference)
    trainer._open_clip = (CLIPS | {"a": clip_of(seed=9)}).__getitem__
    trainer._tokenize_prompts([one["prompt"] for one in batch_of(trainer, ROWS)])
    changed = (scored(trainer, output | {"media": trainer._media}, 4) - reference).abs().amax(1)
    assert changed[:2].min() > 1e-3
    assert changed[2:].max() == 0


@pytest.mark.parametrize(
    ("settings", "generations"),
    [
        ({"steps": 4, "iterations": 2}, 2),  # a generation is used in two steps
        ({"steps": 4, "batches_per_generation": 2}, 2),  # it is twice a step's batch
        ({"steps": 2, "accumulation": 2, "batches_per_generation": 1}, 4),  # each forward has one of its own
        ({"steps": 2, "accumulation": 2, "batches_per_generation": 2, "iterations": 2}, 1),
    ],
)
def test_a_generation_is_made_as_often_as_asked(
    settings: dict[str, int], generations: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trainer = trainer_of(tmp_path, ROWS * 4, parts=policy(experts=False), completion_tokens=2, **settings)
    made: list[int] = []
    generate = trainer._generate_and_score_completions
    monkeypatch.setattr(
        trainer, "_generate_and_score_completions", lambda rows: made.append(len(rows)) or generate(rows)
    )
    trainer.train()
    assert made == [4 * trainer.args.steps_per_generation] * generations


def test_the_reference_is_the_model_as_it_came(tmp_path: Path) -> None:
    model, processor = policy()
    for parameter in model.model.visual.parameters():
        parameter.requires_grad_(False)
    start = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    trainer = trainer_of(tmp_path, parts=(model, processor), steps=2, beta=0.5, learning_rate=1e-2)
    trainer.train()
    reference = trainer.ref_model
    assert all(torch.equal(tensor, start[name]) for name, tensor in reference.state_dict().items())
    own, others = dict(model.named_parameters()), dict(reference.named_parameters())
    assert own.keys() == others.keys()
    for name, parameter in own.items():
        assert (others[name] is parameter) == (not parameter.requires_grad)  # what does not learn is there once
    # On the first step the policy is the reference, to the last bit; on the second it has moved.
    first, second = (line["kl"] for line in trainer.state.log_history[:2])
    assert first == 0.0
    assert second > 1e-6


def flat_in(words: Sequence[str]) -> Any:
    """Return a reward that is equal for all completions of some prompts."""

    def reward(prompts: Any, completions: Any, **_: Any) -> list[float]:
        found = by_length(prompts, completions)
        asked = [prompt[0]["content"][-1]["text"] for prompt in prompts]
        return [0.1 if text in words else value for text, value in zip(asked, found, strict=True)]

    return reward


def test_flat_groups_leave_the_loss_and_its_divisor(tmp_path: Path) -> None:
    flat = flat_in(["How far is it?", "Hi."])
    trainer = trainer_of(tmp_path, reward=flat, loss="dapo", options={"mask_flat_groups": True}, group_size=4)
    torch.manual_seed(0)
    output = trainer._generate_and_score_completions(batch_of(trainer, ROWS))
    kept = output["completion_mask"].any(1).view(4, 4).tolist()  # groups x completions
    assert kept == [[False] * 4, [True] * 4, [False] * 4, [True] * 4]
    # DAPO divides by the tokens that are left: 2 groups of 4 completions of at most 6 tokens.
    assert int(output["num_items_in_batch"]) == int(output["completion_mask"].sum()) <= 48
    trainer.current_gradient_accumulation_steps = 1
    assert torch.isfinite(trainer._compute_loss(trainer.model, output))


def test_all_groups_flat_is_a_loss_of_zero(tmp_path: Path) -> None:
    flat = flat_in([text for one in ROWS for text in [one["prompt"][0]["content"][-1]["text"]]])
    trainer = trainer_of(tmp_path, reward=flat, options={"mask_flat_groups": True}, beta=0.1)
    output = trainer._generate_and_score_completions(batch_of(trainer, ROWS))
    trainer.current_gradient_accumulation_steps = 1
    for trainer.loss_type in ("grpo", "dapo", "dr_grpo"):
        assert float(trainer._compute_loss(trainer.model, output).detach()) == 0.0


def test_pictures_beside_videos_are_refused(tmp_path: Path) -> None:
    trainer = trainer_of(tmp_path)
    rows = [{**one, "image": pictures()[0]} for one in batch_of(trainer, ROWS[:1])]
    with pytest.raises(TrainError, match="no columns image or images beside videos"):
        trainer._generate_and_score_completions(rows)
    with pytest.raises(TrainError, match="one message, of the user, beside videos"):
        trainer._tokenize_prompts([[*talk("And?", "a"), {"role": "assistant", "content": "B"}]])
    with pytest.raises(TrainError, match="expected videos and text in a batch with videos, got 'image'"):
        trainer._tokenize_prompts([talk("x", "a"), [{"role": "user", "content": [{"type": "image"}]}]])
