"""Experts against the base, against PEFT's LoRA and X-LoRA, merged, recomputed, copied and in bfloat16."""

# ruff: noqa: E402

import copy
import gc
import pickle

import pytest

torch = pytest.importorskip("torch")
peft = pytest.importorskip("peft")

from peft.tuners.lora import LoraLayer
from tiny_vl import ANSWER, batch_of, logits, prompt, router_of, stir, tiny_model, tiny_qwen3

from spacevista.models.errors import ModelError
from spacevista.models.expert_settings import (
    ExpertSettings,
    RouterSettings,
    expert_settings,
    router_settings,
    settings_to_dict,
)
from spacevista.models.experts import attach_experts, detach_experts, experts_of, init_experts
from spacevista.models.merge import merge_experts
from spacevista.models.peft_folders import export_expert

MODES = ["learned", "layerwise", "anchored", "uniform", "given", "fixed"]
SETTINGS = ExpertSettings(count=4, rank=3, alpha=6.0)
WEIGHTS = (0.1, 0.2, 0.3, 0.4)
BATCH = [prompt(0), prompt(1, words=7)]


def with_experts(mode="fixed", settings=SETTINGS, stirred=True, build=tiny_model):
    model = build()
    experts = attach_experts(model, settings, router_of(mode, settings.count))
    if stirred:
        stir(model)
    return model, experts


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("count", [1, 4, 8])
def test_at_first_it_is_the_base_model(mode, count):
    inputs = batch_of(BATCH)
    base = tiny_model()
    model, experts = with_experts(mode, ExpertSettings(count, 3, 6.0), stirred=False)
    with experts.given([0, count - 1]):
        assert (logits(model, inputs) - logits(base, inputs)).abs().max() == 0.0
        options = {"max_new_tokens": 6, "do_sample": False}
        assert torch.equal(model.generate(**inputs, **options), base.generate(**inputs, **options))


@pytest.mark.parametrize("mode", [mode for mode in MODES if mode != "fixed"])
def test_text_alone_is_answered_by_the_base_model(mode):
    inputs = batch_of([prompt(0, video=False), prompt(1, words=6, video=False)])
    model, experts = with_experts(mode)
    with experts.tracing() as traces:
        assert torch.equal(logits(model, inputs), logits(tiny_model(), inputs))
    assert traces[0].weights.abs().max() == 0


def folders(model, tmp_path):
    paths = [tmp_path / f"expert{index}" for index in range(SETTINGS.count)]
    for index, path in enumerate(paths):
        export_expert(model, index, path)
    return paths


def test_equals_a_sum_of_peft_adapters_with_fixed_weights(tmp_path):
    model, _ = with_experts("fixed")
    paths = folders(model, tmp_path)
    summed = peft.PeftModel.from_pretrained(tiny_model(), paths[0], adapter_name="0")
    for index, path in enumerate(paths[1:], start=1):
        summed.load_adapter(path, adapter_name=str(index))
    summed.base_model.set_adapter([str(index) for index in range(SETTINGS.count)])
    for module in summed.modules():
        if isinstance(module, LoraLayer):
            for index, weight in enumerate(WEIGHTS):
                module.set_scale(str(index), weight)
    summed.eval()
    for inputs in (batch_of(BATCH), batch_of([prompt(2, video=False)])):
        ours, theirs = logits(model, inputs), logits(summed, inputs)
        assert (ours - logits(tiny_model(), inputs)).abs().max() > 0.1  # the experts do something
        assert (ours - theirs).abs().max() < 1e-5


def test_equals_xlora_with_the_same_scalings(tmp_path):
    model, experts = with_experts("uniform")
    base = tiny_model()
    base.config.use_cache = base.config.text_config.use_cache = False
    adapters = {str(index): str(path) for index, path in enumerate(folders(model, tmp_path))}
    config = peft.XLoraConfig(
        task_type="CAUSAL_LM", hidden_size=32, xlora_depth=1, layerwise_scalings=True, adapters=adapters
    )
    xlora = peft.get_peft_model(base, config).eval()
    inputs = batch_of(BATCH)
    batch, length = inputs["input_ids"].shape
    # A weight of its own for each layer, sequence, token and expert; X-LoRA has one for each of 7 linears of a layer.
    forced = torch.rand(2, batch, length, SETTINGS.count, generator=torch.Generator().manual_seed(0))
    scalings = forced.permute(1, 2, 0, 3).repeat_interleave(7, 2)
    xlora.base_model.internal_xlora_classifier.forward = lambda *_, **__: scalings
    with experts.forced(forced):
        ours = logits(model, inputs)
    assert (ours - logits(tiny_model(), inputs)).abs().max() > 0.1
    assert (ours - logits(xlora, inputs)).abs().max() < 1e-5


def test_merged_equals_unmerged():
    inputs = batch_of(BATCH)
    model, _ = with_experts("fixed")
    before = logits(model, inputs)
    merge_experts(model, WEIGHTS)
    assert (logits(model, inputs) - before).abs().max() < 1e-5
    assert set(model.state_dict()) == set(tiny_model().state_dict())
    with pytest.raises(ModelError, match="without"):
        experts_of(model)


def test_detached_is_the_base_model_again():
    model, _ = with_experts("layerwise")
    detach_experts(model)
    inputs = batch_of(BATCH)
    assert torch.equal(logits(model, inputs), logits(tiny_model(), inputs))
    attach_experts(model, SETTINGS)  # and takes experts again


def gradients(model, experts, inputs, labels=(0, 3)):
    model.train()
    with experts.given(list(labels)):
        loss = model(**inputs, labels=inputs["input_ids"]).loss
    loss.backward()
    return {name: parameter.grad for name, parameter in model.named_parameters() if parameter.grad is not None}


@pytest.mark.parametrize(
    ("mode", "reentrant"), [*((mode, False) for mode in MODES), ("uniform", True), ("given", True), ("fixed", True)]
)
def test_gradients_are_the_same_with_checkpointing(mode, reentrant):
    inputs = batch_of(BATCH)
    plain = gradients(*with_experts(mode), inputs)
    model, experts = with_experts(mode)
    model.gradient_checkpointing_enable({"use_reentrant": reentrant})
    checkpointed = gradients(model, experts, inputs)
    assert plain.keys() == checkpointed.keys()
    for name, gradient in plain.items():
        assert (gradient - checkpointed[name]).abs().max() < 1e-5, name


def test_recomputed_layers_use_the_weights_of_their_own_forward():
    # Two forwards before one backward, as a policy's loss over two groups has: recomputing the first must not take
    # what the second left behind.
    inputs = [batch_of([prompt(seed)], seeds=[seed]) for seed in (0, 5)]

    def total(checkpointing):
        model, experts = with_experts("given")
        if checkpointing:
            model.gradient_checkpointing_enable({"use_reentrant": False})
        model.train()
        losses = []
        for label, one in enumerate(inputs):
            with experts.given([label]):
                losses.append(model(**one, labels=one["input_ids"]).loss)
        sum(losses).backward()
        return {name: linear.up.grad for name, linear in experts.linears.items()}

    plain, checkpointed = total(False), total(True)
    for name, gradient in plain.items():
        assert (gradient - checkpointed[name]).abs().max() < 1e-5, name
        assert gradient[:, 3:6].abs().max() > 0  # expert 1 has rank columns 3 to 5
        assert gradient[:, 6:].abs().max() == 0  # experts 2 and 3 were never chosen


@pytest.mark.parametrize("mode", ["learned", "fixed"])
def test_bfloat16_stays_near_float32(mode):
    # bfloat16 keeps 8 bits: each of a few dozen roundings is off by up to 2^-9 of numbers that reach about 4 here.
    inputs = batch_of(BATCH)
    exact, _ = with_experts(mode)
    rounded, _ = with_experts(mode)
    rounded.to(torch.bfloat16)
    difference = (logits(rounded, inputs).float() - logits(exact, inputs)).abs()
    base = (logits(tiny_model().to(torch.bfloat16), inputs).float() - logits(tiny_model(), inputs)).abs()
    assert difference.max() < max(4 * base.max(), 0.3)
    assert difference.mean() < 3 * base.mean()


def test_float32_experts_on_a_bfloat16_base():
    inputs = batch_of(BATCH)
    model, experts = with_experts("fixed", stirred=False)
    model.to(torch.bfloat16)
    for linear in experts.linears.values():
        linear.float()
    base = tiny_model().to(torch.bfloat16)
    assert torch.equal(logits(model, inputs), logits(base, inputs))
    stir(model)
    assert not torch.equal(logits(model, inputs), logits(base, inputs))


def test_autocast_stays_near_float32():
    inputs = batch_of(BATCH)
    model, _ = with_experts("learned")
    exact = logits(model, inputs)
    with torch.autocast("cpu", torch.bfloat16):
        rounded = logits(model, inputs)
    assert 0 < (rounded.float() - exact).abs().mean() < 0.05


def test_attaches_to_qwen3_vl():
    inputs = batch_of(BATCH, generation="qwen3")
    model, experts = with_experts("layerwise", stirred=False, build=tiny_qwen3)
    assert torch.equal(logits(model, inputs), logits(tiny_qwen3(), inputs))
    stir(model)
    with experts.tracing() as traces:
        assert not torch.equal(logits(model, inputs), logits(tiny_qwen3(), inputs))
    assert traces[0].weights.shape[0] == 2
    assert len(experts.linears) == 14


def test_adapts_no_layer_of_the_vision_tower():
    # Its MLP has gate_proj, up_proj and down_proj as well.
    model, experts = with_experts()
    assert any(name.endswith("gate_proj") for name, _ in model.model.visual.named_modules())
    assert not any(".experts." in name for name, _ in model.model.visual.named_parameters())
    assert len(experts.linears) == 2 * 7


def test_a_base_checkpoint_lacks_only_the_new_keys():
    model, _ = with_experts("layerwise")
    result = model.load_state_dict(tiny_model().state_dict(), strict=False)
    assert not result.unexpected_keys
    assert all(".experts." in key for key in result.missing_keys)


def test_state_dict_carries_experts_and_router():
    inputs = batch_of(BATCH)
    first, _ = with_experts("layerwise")
    second, _ = with_experts("layerwise", stirred=False)
    second.load_state_dict(first.state_dict())
    assert torch.equal(logits(first, inputs), logits(second, inputs))


def test_a_deep_copy_has_experts_of_its_own():
    inputs = batch_of(BATCH)
    model, _ = with_experts("layerwise")
    before = logits(model, inputs)
    twin = copy.deepcopy(model)
    stir(twin, seed=1)
    assert torch.equal(logits(model, inputs), before)
    changed = logits(twin, inputs)
    assert not torch.equal(changed, before)
    with experts_of(twin).tracing() as traces:
        del model
        gc.collect()
        assert torch.equal(logits(twin, inputs), changed)
    assert len(traces) == 1
    detach_experts(twin)
    assert torch.equal(logits(twin, inputs), logits(tiny_model(), inputs))


def test_a_pickled_model_works():
    inputs = batch_of(BATCH)
    model, _experts = with_experts("learned")
    model.train()
    model(**inputs).logits.sum().backward()
    model.eval()
    assert torch.equal(logits(pickle.loads(pickle.dumps(model)), inputs), logits(model, inputs))


def test_initialisation_is_that_of_lora_and_zero():
    model, experts = with_experts("learned")
    assert sum(init_experts(module) for module in model.modules()) == len(experts.linears) + 1
    assert all(linear.up.abs().max() == 0 for linear in experts.linears.values())
    assert all(linear.down.abs().max() > 0 for linear in experts.linears.values())
    assert experts.routers[0].outward.abs().max() == 0


def test_parameters_are_counted_as_theory_says():
    _, experts = with_experts(settings=ExpertSettings(4, 3, 6.0))
    # hidden 32, mlp 64, k and v 16 wide; a layer: q, o: 32 + 32 each; k, v: 32 + 16 each; gate, up, down: 32 + 64 each.
    per_layer = 2 * 64 + 2 * 48 + 3 * 96
    total = sum(parameter.numel() for linear in experts.linears.values() for parameter in linear.parameters())
    assert total == 2 * per_layer * 4 * 3


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: ExpertSettings(0, 8, 16.0), "1 to 8, got 0"),
        (lambda: ExpertSettings(9, 8, 16.0), "1 to 8, got 9"),
        (lambda: ExpertSettings(4, 0, 16.0), "rank of 1 or more, got 0"),
        (lambda: ExpertSettings(4, 8, float("nan")), "alpha"),
        (lambda: ExpertSettings(4, 8, 16.0, targets="("), "not a regular expression"),
        (lambda: RouterSettings(mode="learned", input="prompt"), "answer_marker"),
        (lambda: RouterSettings(temperature=0.0), "temperature above 0, got 0"),
        (lambda: RouterSettings(mode="anchored", layerwise=True), "layerwise=False"),
        (lambda: expert_settings({"count": 4, "rank": 8}), "alpha"),
        (lambda: expert_settings({"count": "4", "rank": 8, "alpha": 16.0}), "int"),
        (lambda: expert_settings({"count": 4, "rank": 8, "alpha": 16.0, "rnak": 2}), "rnak"),
        (lambda: router_settings({"mode": "best"}), "best"),
        (lambda: router_settings({"temperature": -1.0}), "-1"),
        (lambda: attach_experts(torch.nn.Linear(2, 2), SETTINGS), "language_model, found none"),
        (lambda: attach_experts(tiny_model(), SETTINGS, RouterSettings(mode="fixed", weights=(1.0,))), "4 weights"),
        (lambda: attach_experts(tiny_model(), SETTINGS, RouterSettings(mode="anchored")), "4 anchors.*got 0"),
        (lambda: attach_experts(tiny_model(), ExpertSettings(4, 3, 6.0, targets="nothing")), "found none"),
        (lambda: attach_experts(with_experts()[0], SETTINGS), "without experts"),
        (lambda: merge_experts(with_experts()[0], [1.0]), "4 finite weights"),
    ],
)
def test_a_wrong_call_says_what_was_expected(call, message):
    with pytest.raises(ModelError, match=message):
        call()


def test_packed_rows_are_refused():
    model, _ = with_experts("uniform")
    positions = torch.tensor([0, 1, 2, 0, 1, 2]).expand(4, 1, 6)
    with pytest.raises(ModelError, match="packed"):
        model(input_ids=torch.full((1, 6), 20), position_ids=positions)
    assert torch.isfinite(model(input_ids=torch.full((1, 6), 20)).logits).all()


def test_a_part_of_the_model_alone_is_refused():
    model, _ = with_experts("uniform")
    layer = model.model.language_model.layers[0]
    with pytest.raises(ModelError, match="whole language model"):
        layer(torch.zeros(1, 2, 32))
    with pytest.raises(ModelError, match="whole decoder layer"):
        layer.mlp(torch.zeros(1, 2, 32))


def test_trainable_are_the_experts_and_the_routers():
    model, experts = with_experts("layerwise")
    added = {id(parameter) for name, parameter in model.named_parameters() if ".experts." in name}
    assert {id(parameter) for parameter in [*experts.expert_parameters(), *experts.routers.parameters()]} == added


def test_a_refused_attachment_leaves_the_model_as_it_was():
    model, inputs = tiny_model(), batch_of(BATCH)
    with pytest.raises(ModelError, match="found none"):
        attach_experts(model, ExpertSettings(4, 3, 6.0, targets="nothing"))
    assert torch.equal(logits(model, inputs), logits(tiny_model(), inputs))
    attach_experts(model, SETTINGS)


def test_settings_survive_json():
    router = RouterSettings(mode="anchored", anchors=((-2.0, 0.5), (1.0, 0.4)), answer_marker=(ANSWER, 9))
    assert router_settings(settings_to_dict(router)) == router
    assert expert_settings(settings_to_dict(SETTINGS)) == SETTINGS
