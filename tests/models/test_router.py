"""The router's arithmetic: running means, modes, the predicted size, losses, and the statistics of its use."""

# ruff: noqa: E402

import math

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from tiny_vl import ANSWER, VISUAL, batch_of, logits, prompt, router_of, stir, tiny_model

from spacevista.models.anchors import (
    FOUR_EXPERTS,
    anchors_of,
    annealed,
    label_loss,
    size_and_sd,
    size_loss,
    support,
)
from spacevista.models.errors import ModelError
from spacevista.models.expert_settings import ExpertSettings, RouterSettings
from spacevista.models.experts import attach_experts
from spacevista.models.router import Router, anchored_weights, running_mean
from spacevista.models.routing import real_tokens

ANCHORS = anchors_of(FOUR_EXPERTS)


def with_experts(mode, see="visual", stirred=True):
    model = tiny_model()
    experts = attach_experts(model, ExpertSettings(4, 3, 6.0), router_of(mode, 4, see))
    if stirred:
        stir(model)
    return model, experts


def traced(model, experts, inputs):
    with experts.tracing() as traces:
        model(**inputs)
    return traces[0]


def test_running_mean_over_the_counted_tokens():
    # Counted values 2, 4 and 9 after a past of two tokens with sum 6:
    # means 6 / 2, (6 + 2) / 3, (6 + 2 + 4) / 4, the same, (6 + 2 + 4 + 9) / 5.
    features = torch.tensor([[[7.0], [2.0], [4.0], [float("nan")], [9.0]]])
    counted = torch.tensor([[False, True, True, False, True]])
    mean, total = running_mean(features, counted, torch.tensor([[6.0]]), torch.tensor([2]))
    assert mean[0, :, 0].tolist() == pytest.approx([3.0, 8 / 3, 3.0, 3.0, 4.2])
    assert total.tolist() == [[21.0]]


def test_no_token_counted_yet_is_zero_and_not_nan():
    mean, _ = running_mean(torch.ones(1, 2, 1), torch.zeros(1, 2, dtype=torch.bool), torch.zeros(1, 1), torch.zeros(1))
    assert mean.tolist() == [[[0.0], [0.0]]]


def test_four_experts_stand_at_the_sizes_of_their_scales():
    # mu: the middle of log10 of the object sizes, sigma a quarter of their width.
    # tiny 1 mm - 5 cm: (-3 - 1.301) / 2 = -2.151; (3 - 1.301) / 4 = 0.425. Outdoor and drone 0.5 m - 500 m:
    # (-0.301 + 2.699) / 2 = 1.199; 3 / 4 = 0.75.
    assert ANCHORS[0] == pytest.approx((-2.151, 0.425), abs=1e-3)
    assert ANCHORS[3] == pytest.approx((1.199, 0.75), abs=1e-3)
    with pytest.raises(ModelError, match="at least one scale"):
        anchors_of([[]])


def test_anchored_weights_follow_their_formula():
    # Anchors 0 and 1 with sigma 0.5, s = 0.25: exponents -0.5 * 0.5^2 = -0.125 and -0.5 * 1.5^2 = -1.125;
    # the ratio of the weights is e, so the first is e / (1 + e).
    weights = anchored_weights(torch.tensor([0.25]), ((0.0, 0.5), (1.0, 0.5)))
    assert weights[0].tolist() == pytest.approx([math.e / (1 + math.e), 1 / (1 + math.e)])


@pytest.mark.parametrize("metres", [1e-3, 1.0, 1e3, 1e9])
def test_anchored_weights_are_a_distribution_at_any_size(metres):
    weights = anchored_weights(torch.tensor(math.log10(metres)), ANCHORS)
    assert weights.sum().item() == pytest.approx(1.0)
    assert torch.isfinite(weights).all()


def test_support_tells_extrapolation():
    # At an anchor 1; four sigmas below the smallest exp(-8) = 0.000335.
    assert support(ANCHORS[2][0], ANCHORS) == 1.0
    assert support(ANCHORS[0][0] - 4 * ANCHORS[0][1], ANCHORS) == pytest.approx(math.exp(-8))


def test_a_fresh_anchored_router_is_in_the_middle():
    trace = traced(*with_experts("anchored", stirred=False), batch_of([prompt(0)]))
    size, sd = size_and_sd(trace.sequence_outputs()[0])
    assert size.item() == pytest.approx(sum(mu for mu, _ in ANCHORS) / 4)
    assert sd.item() == pytest.approx(1.0)


def test_the_answer_has_no_gradient_into_the_size_but_its_own_loss_has():
    model, experts = with_experts("anchored")
    inputs = batch_of([prompt(0), prompt(1)])
    router = experts.routers[0]
    with experts.tracing() as traces:
        model(**inputs, labels=inputs["input_ids"]).loss.backward()
    assert all(parameter.grad is None for parameter in router.parameters())
    assert any(linear.up.grad.abs().max() > 0 for linear in experts.linears.values())
    trace = traced(model, experts, inputs)
    assert len(traces) == 1
    size_loss(trace.sequence_outputs()[0], torch.tensor([-2.0, 1.0])).backward()
    assert all(parameter.grad.abs().max() > 0 for parameter in router.parameters())


@pytest.mark.parametrize("mode", ["learned", "layerwise"])
def test_the_answer_trains_a_learned_router(mode):
    model, experts = with_experts(mode)
    inputs = batch_of([prompt(0), prompt(1)])
    model(**inputs, labels=inputs["input_ids"]).loss.backward()
    assert all(parameter.grad.abs().max() > 0 for parameter in experts.routers.parameters())


def test_size_loss_is_the_likelihood_of_a_normal():
    # Off by 2 with sd 2: 0.5 * 1 + ln 2; exact with sd 1: 0.
    outputs = torch.tensor([[3.0, math.log(2.0)], [1.0, 0.0]])
    assert size_loss(outputs, torch.tensor([1.0, 1.0])).item() == pytest.approx((0.5 + math.log(2)) / 2)


def test_a_warm_start_learns_the_labels_and_then_the_size():
    model, experts = with_experts("layerwise", stirred=False)
    inputs, labels = batch_of([prompt(0), prompt(0)], seeds=[0, 1]), torch.tensor([3, 1])
    optimizer = torch.optim.Adam(experts.routers.parameters(), lr=0.05)
    first = label_loss(traced(model, experts, inputs).sequence_outputs(), labels, 1.0)
    assert first.item() == pytest.approx(math.log(4))  # equal logits over 4 experts
    for _ in range(40):
        optimizer.zero_grad()
        label_loss(traced(model, experts, inputs).sequence_outputs(), labels, 1.0).backward()
        optimizer.step()
    weights = traced(model, experts, inputs).sequence_weights()
    assert (weights[:, 0, 3] > 0.9).all()
    assert (weights[:, 1, 1] > 0.9).all()


def test_the_temperature_sharpens_and_is_annealed():
    model, experts = with_experts("learned")
    inputs = batch_of([prompt(0)])
    entropies = []
    for temperature in (0.1, 1.0, 10.0):
        experts.set_temperature(temperature)
        weights = traced(model, experts, inputs).sequence_weights()
        entropies.append(-(weights * weights.clamp(min=1e-30).log()).sum().item())
    assert entropies == sorted(entropies)
    assert [annealed(0.1, 1.0, progress) for progress in (0.0, 0.5, 1.0)] == pytest.approx([0.1, 0.1**0.5, 1.0])
    for call in (
        lambda: annealed(0.0, 1.0, 0.5),
        lambda: annealed(1.0, 1.0, 1.5),
        lambda: experts.set_temperature(0.0),
    ):
        with pytest.raises(ModelError, match="above 0"):
            call()


def test_dropout_acts_only_while_training_and_can_be_turned_off():
    model, experts = with_experts("learned")
    inputs = batch_of([prompt(0), prompt(1)])
    experts.set_dropout(0.5)
    assert torch.equal(logits(model, inputs), logits(model, inputs))
    model.train()
    weights = [traced(model, experts, inputs).weights for _ in range(2)]
    assert not torch.equal(*weights)
    # One mask a sequence: the weights of the words after the video, whose running mean stands, are the same.
    assert torch.equal(weights[0][:, :, -1], weights[0][:, :, -3])
    experts.set_dropout(0.0)
    assert torch.equal(logits(model, inputs), logits(model, inputs))
    with pytest.raises(ModelError, match=r"below 1, got 1.0"):
        experts.set_dropout(1.0)


def test_the_last_layer_is_scaled_as_in_the_settings():
    router = Router(32, 4, RouterSettings("learned", hidden=8, temperature=0.5))
    outputs = torch.tensor([[[1.0, 0.0, 0.0, 0.0]]])
    # Logits 2, 0, 0, 0 after the division by 0.5.
    assert router.weights(outputs)[0, 0, 0].item() == pytest.approx(math.e**2 / (math.e**2 + 3))


def test_modes_without_a_network():
    inputs = batch_of([prompt(0), prompt(1)])
    model, experts = with_experts("uniform")
    assert traced(model, experts, inputs).sequence_weights().tolist() == [[[0.25] * 4] * 2]
    model, experts = with_experts("fixed")
    assert traced(model, experts, inputs).sequence_weights()[0, 1].tolist() == pytest.approx([0.1, 0.2, 0.3, 0.4])
    model, experts = with_experts("given")
    with experts.given([2, 0]):
        assert traced(model, experts, inputs).sequence_weights()[0].tolist() == [[0, 0, 1, 0], [1, 0, 0, 0]]
    assert len(experts.routers) == 0


def test_weights_begin_with_the_first_visual_token():
    trace = traced(*with_experts("uniform"), batch_of([prompt(0)]))
    # START and VISION_START come before; the 8 visual tokens and everything after them have weights.
    assert (trace.weights[0, 0].sum(-1) > 0).tolist() == [False, False, *[True] * (VISUAL + 1 + 4 + 1)]


def test_an_image_counts_as_visual():
    from tiny_vl import IMAGE

    model, experts = with_experts("uniform")
    row = [2, IMAGE, IMAGE, 30, ANSWER]
    with experts.tracing() as traces, torch.no_grad():
        model.model(input_ids=torch.tensor([row]))
    assert (traces[0].weights[0, 0].sum(-1) > 0).tolist() == [False, True, True, True, True]


def test_sequence_weights_of_padded_rows_and_of_tokens():
    model, experts = with_experts("learned", "token")
    inputs = batch_of([prompt(0), prompt(1, words=7)], side="right")
    trace = traced(model, experts, inputs)
    kept = inputs["attention_mask"][0].bool() & trace.gate[0]
    assert torch.allclose(trace.sequence_weights()[:, 0], trace.weights[:, 0, kept].mean(1))
    model, experts = with_experts("layerwise")
    trace = traced(model, experts, inputs)
    assert torch.allclose(trace.sequence_weights()[:, 0], trace.weights[:, 0, 15])  # the last of its 16 tokens


def test_masks_of_every_kind_say_what_is_padding():
    device = torch.device("cpu")
    flat = torch.tensor([[0, 0, 1, 1, 1], [1, 1, 1, 1, 1]])
    expected = [[False, True, True, True], [True] * 4]
    prepared = torch.zeros(2, 1, 4, 5).masked_fill(flat[:, None, None, :] == 0, torch.finfo(torch.float32).min)
    for mask in (flat, prepared, prepared == 0, {"full_attention": prepared}):
        assert real_tokens(mask, 2, 4, 1, device).tolist() == expected
    assert real_tokens(None, 2, 4, 1, device).all()
    with pytest.raises(ModelError, match=r"2 x 5, got \(2, 4\)"):
        real_tokens(flat[:, 1:], 2, 4, 1, device)


def test_forced_weights_of_a_wrong_shape():
    _, experts = with_experts("uniform")
    for weights in ([1.0, 2.0], torch.ones(1, 1, 1, 1, 4), torch.tensor(1.0)):
        with pytest.raises(ModelError, match="last axis of 4"), experts.forced(weights):
            pass


def test_weights_beside_numpy():
    # The formula again, in numpy, over six orders of magnitude.
    sizes = np.linspace(-3, 3, 13)
    mu, sigma = np.array(ANCHORS).T
    raw = np.exp(-((sizes[:, None] - mu) ** 2) / (2 * sigma**2))
    expected = raw / raw.sum(axis=1, keepdims=True)
    assert anchored_weights(torch.tensor(sizes, dtype=torch.float32), ANCHORS).numpy() == pytest.approx(
        expected, abs=1e-5
    )
