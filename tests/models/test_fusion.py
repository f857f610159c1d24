"""Fusion: exactly the base model at first, then what its formula says, in whatever batch and precision."""

# ruff: noqa: E402

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from tiny_models import DINOV2, GENERATIONS, VIT, base_of, batch, clip, logits, open_fusion, tiny
from torch.nn import functional

from spacevista.models.debug import DINOV3, Generation
from spacevista.models.errors import ModelError
from spacevista.models.fusion import FusionBlock, Merger, fused, positions_2d

QUESTION = "How far is the cup from the table?"
ROUNDING = 1e-5  # sums of a few hundred float32 products of order 1


def with_weights_of(base: Any, generation: Generation, encoder: Mapping[str, Any] | None) -> Any:
    model = tiny(generation, encoder, seed=1)
    model.load_state_dict(base.state_dict(), strict=False)
    return model


@pytest.mark.parametrize("generation", GENERATIONS)
@pytest.mark.parametrize("encoder", [None, DINOV3, DINOV2, VIT], ids=["none", "dinov3", "dinov2", "vit"])
def test_at_first_it_is_the_base_model(generation: Generation, encoder: Mapping[str, Any] | None) -> None:
    base = base_of(generation)
    model = with_weights_of(base, generation, encoder)
    for prompt in ([clip(generation), QUESTION], [clip(generation)[0], QUESTION], [QUESTION]):
        inputs = batch(generation, [prompt])
        assert torch.equal(logits(model, inputs), logits(base, inputs))


@pytest.mark.parametrize("generation", GENERATIONS)
@pytest.mark.parametrize("beams", [1, 2])
def test_at_first_it_generates_what_the_base_model_does(generation: Generation, beams: int) -> None:
    base = base_of(generation)
    model = with_weights_of(base, generation, DINOV3)
    inputs = batch(generation, [[clip(generation), QUESTION], [clip(generation, seed=1), "Why?"]])
    asked = {"max_new_tokens": 12, "do_sample": False, "num_beams": beams, "num_return_sequences": beams}
    assert torch.equal(model.generate(**inputs, **asked), base.generate(**inputs, **asked))


@pytest.mark.parametrize("generation", GENERATIONS)
def test_the_dense_features_count_once_the_fusion_is_open(generation: Generation) -> None:
    model = tiny(generation)
    inputs = batch(generation, [[clip(generation), QUESTION]])
    before = logits(model, inputs)
    assert (logits(open_fusion(model), inputs) - before).abs().max() > 0.1


@pytest.mark.parametrize("generation", GENERATIONS)
def test_cached_decoding_is_teacher_forcing(generation: Generation) -> None:
    model = open_fusion(tiny(generation))
    inputs = batch(generation, [[clip(generation), QUESTION]])
    asked = {"max_new_tokens": 6, "min_new_tokens": 6, "do_sample": False}
    written = model.generate(**inputs, **asked, output_logits=True, return_dict_in_generate=True)
    new = written.sequences.shape[1] - inputs["input_ids"].shape[1]
    whole = inputs | {
        "input_ids": written.sequences,
        "attention_mask": torch.ones_like(written.sequences),
        "mm_token_type_ids": functional.pad(inputs["mm_token_type_ids"], (0, new)),
    }
    forced = logits(model, whole)[:, -new - 1 : -1]
    assert (forced - torch.stack(written.logits, 1)).abs().max() < ROUNDING


@pytest.mark.parametrize("generation", GENERATIONS)
@pytest.mark.parametrize("side", ["left", "right"])
def test_a_batch_gives_what_each_of_its_prompts_gives_alone(generation: Generation, side: str) -> None:
    model = open_fusion(tiny(generation))
    prompts: list[list[Any]] = [
        [clip(generation), QUESTION],
        ["Hello"],
        [clip(generation, frames=2, rows=3, columns=1, seed=1), "Why?"],
        [clip(generation, seed=2)[0], clip(generation, frames=6, seed=3), clip(generation, seed=4), "And these two?"],
    ]
    together = batch(generation, prompts, side)
    found = logits(model, together)
    for row, prompt in enumerate(prompts):
        alone = logits(model, batch(generation, [prompt]))[0]
        assert (found[row][together["attention_mask"][row].bool()] - alone).abs().max() < ROUNDING


@pytest.mark.parametrize("generation", GENERATIONS)
def test_two_videos_are_told_apart(generation: Generation) -> None:
    model = open_fusion(tiny(generation))
    first, second = clip(generation, seed=1), clip(generation, seed=2)
    grids = batch(generation, [[first, second, QUESTION]])
    features = model.get_video_features(grids["pixel_values_videos"], grids["video_grid_thw"]).pooler_output
    for alone, video in zip(features, (first, second), strict=True):
        single = batch(generation, [[video, QUESTION]])
        expected = model.get_video_features(single["pixel_values_videos"], single["video_grid_thw"]).pooler_output[0]
        assert torch.allclose(alone, expected, atol=ROUNDING)


@pytest.mark.parametrize("generation", GENERATIONS)
def test_a_picture_is_a_video_of_one_frame_shown_twice(generation: Generation) -> None:
    model = open_fusion(tiny(generation))
    frame = clip(generation, frames=1)
    still = batch(generation, [[frame[0], QUESTION]])
    moving = batch(generation, [[np.concatenate((frame, frame)), QUESTION]])
    as_picture = model.get_image_features(still["pixel_values"], still["image_grid_thw"]).pooler_output[0]
    as_video = model.get_video_features(moving["pixel_values_videos"], moving["video_grid_thw"]).pooler_output[0]
    assert torch.allclose(as_picture, as_video, atol=ROUNDING)


def test_the_frames_of_a_slot_are_averaged() -> None:
    # The merger's last layer is linear, so swapping the two frames of each slot changes nothing but the tower's output.
    model = open_fusion(tiny())
    video = clip("qwen2_5", frames=4)
    swapped = video[[1, 0, 3, 2]]
    tokens = [torch.randn(6, 64, generator=torch.Generator().manual_seed(0)) for _ in range(2)]
    whole = torch.cat(tokens)
    outcomes = []
    for shown in (video, swapped):
        inputs = batch("qwen2_5", [[shown, QUESTION]])
        outcomes.append(
            fused(model.model.dense, [whole], inputs["pixel_values_videos"], inputs["video_grid_thw"], still=False)[0]
        )
    assert torch.allclose(outcomes[0], outcomes[1], atol=ROUNDING)


def test_a_block_is_attention_written_out() -> None:
    # One head by hand, in float64: softmax(q k' / sqrt(d)) v, then the output layer and the MLP, each added.
    model = open_fusion(tiny()).double()
    block: FusionBlock = model.model.dense.blocks[0]
    generator = torch.Generator().manual_seed(0)
    tokens, dense = (torch.randn(2, 6, 64, dtype=torch.float64, generator=generator) for _ in range(2))
    positions = positions_2d(2, 3, 64, tokens)
    seen = block.dense_norm(dense)
    query, key, value = (
        block.query(block.token_norm(tokens) + positions),
        block.key(seen + positions),
        block.value(seen),
    )
    width = 64 // block.heads
    attended = torch.cat(
        [
            (query[..., part] @ key[..., part].transpose(1, 2) / math.sqrt(width)).softmax(-1) @ value[..., part]
            for part in (slice(i, i + width) for i in range(0, 64, width))
        ],
        -1,
    )
    expected = tokens + block.out(attended)
    expected = expected + block.outer(functional.gelu(block.inner(block.mlp_norm(expected))))
    assert torch.allclose(block(tokens, dense, positions), expected, atol=1e-12)


def test_the_merger_takes_the_patches_of_one_token_together() -> None:
    # With an identity inside, a token shows which patches it was made from: rows 0-1 and columns 2-3 for the second.
    merger = Merger(1, 4, 4, 2)
    with torch.no_grad():
        for layer in (merger.inner, merger.outer):
            layer.weight.copy_(torch.eye(4))
            layer.bias.zero_()
    patches = torch.arange(16.0).view(1, 4, 4, 1) + 10.0  # gelu(x) is x there to seven digits
    assert torch.allclose(merger(patches)[0, 1], torch.tensor([12.0, 13.0, 16.0, 17.0]))
    assert merger(patches).shape == (1, 4, 4)


def test_positions_are_sines_and_cosines_of_row_and_column() -> None:
    # Width 8: two wavelengths an axis, rates 1 and 10,000 ** -0.5 = 0.01. Row 1, column 2 is the token 1 * 3 + 2 = 5.
    expected = [math.sin(1), math.sin(0.01), math.cos(1), math.cos(0.01)]
    expected += [math.sin(2), math.sin(0.02), math.cos(2), math.cos(0.02)]
    found = positions_2d(2, 3, 8, torch.empty(0))
    assert found.shape == (6, 8)
    assert torch.allclose(found[5], torch.tensor(expected), atol=1e-6)


@pytest.mark.parametrize("generation", GENERATIONS)
def test_gradient_checkpointing_changes_nothing(generation: Generation) -> None:
    inputs = batch(generation, [[clip(generation), QUESTION]])
    gradients = []
    for checkpointing in (False, True):
        model = open_fusion(tiny(generation)).train()
        if checkpointing:
            model.gradient_checkpointing_enable(gradient_checkpointing_kwargs={"use_reentrant": False})
            assert model.model.dense.blocks[0].gradient_checkpointing
        model(**inputs, labels=inputs["input_ids"], use_cache=False).loss.backward()
        gradients.append({name: p.grad for name, p in model.named_parameters() if p.grad is not None})
    plain, checkpointed = gradients
    assert plain.keys() == checkpointed.keys()
    assert all(torch.equal(plain[name], checkpointed[name]) for name in plain)


@pytest.mark.parametrize("generation", GENERATIONS)
def test_all_but_the_encoder_learns(generation: Generation) -> None:
    model = open_fusion(tiny(generation)).train()
    inputs = batch(generation, [[clip(generation), QUESTION]])
    model(**inputs, labels=inputs["input_ids"]).loss.backward()
    added = dict(model.model.dense.named_parameters())
    learning = {name for name, p in added.items() if p.grad is not None and p.grad.abs().max() > 0}
    # Attention does not change when one number is added to all scores of a query: the key's bias learns nothing, or
    # what rounding leaves.
    assert learning | {"blocks.0.key.bias"} == {name for name in added if not name.startswith("encoder.")}


@pytest.mark.parametrize("generation", GENERATIONS)
def test_bfloat16_is_float32_up_to_its_rounding(generation: Generation) -> None:
    # bfloat16 keeps 8 bits: one rounding is 2 ** -9 = 0.2 %; through 2 + 2 layers and the fusion a few of them add up.
    model = open_fusion(tiny(generation))
    inputs = batch(generation, [[clip(generation), QUESTION]])
    exact = logits(model, inputs)
    coarse = logits(model.to(torch.bfloat16), inputs)
    assert coarse.dtype == torch.bfloat16
    error = (coarse.float() - exact).norm() / exact.norm()
    assert error < 0.03  # 0.014 at most in six such models
    assert functional.cosine_similarity(coarse.float(), exact, dim=-1).min() > 0.999


@pytest.mark.parametrize("generation", GENERATIONS)
def test_it_starts_as_the_base_under_autocast_and_learns(generation: Generation) -> None:
    base = base_of(generation)
    model = with_weights_of(base, generation, DINOV3).train()
    inputs = batch(generation, [[clip(generation), QUESTION]])
    with torch.autocast("cpu", torch.bfloat16):
        found = model(**inputs, labels=inputs["input_ids"])
        assert torch.equal(found.logits, base.train()(**inputs).logits)
    found.loss.backward()
    assert model.model.dense.blocks[0].out.weight.grad.abs().max() > 0


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda f, p, g: (f[:1], p, g), r"expected the features of 2 .*, got 1"),
        (lambda f, p, g: (f, p[:-1], g), r"expected 48 x 1176 pixel values .*, got \(47, 1176\)"),
        (lambda f, p, g: (f, p[:, 1:], g), r"expected 48 x 1176 pixel values .*, got \(48, 1175\)"),
        (lambda f, p, g: ([f[0][1:], f[1]], p, g), r"expected 6 visual tokens for \(1, 4, 6\), got 5"),
        (lambda f, p, g: (f, p, g - torch.tensor([0, 1, 0])), r"expected a grid .* multiple of 2 .*got \(1, 3, 6\)"),
        (lambda f, p, g: (f, p, g * torch.tensor([0, 1, 1])), r"expected a grid of 1 or more slots .*got \(0, 4, 6\)"),
    ],
)
def test_what_does_not_belong_together_is_named_with_both_numbers(change: Any, message: str) -> None:
    model = tiny()
    inputs = batch("qwen2_5", [[clip("qwen2_5", frames=2), clip("qwen2_5", frames=2, seed=1), QUESTION]])
    features = [torch.zeros(6, 64) for _ in range(2)]
    arguments = change(features, inputs["pixel_values_videos"], inputs["video_grid_thw"])
    with pytest.raises(ModelError, match=message):
        fused(model.model.dense, *arguments, still=False)
