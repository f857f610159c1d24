"""Single experts as PEFT folders: out to PEFT, in from PEFT, and what is refused."""

# ruff: noqa: E402

import json

import pytest

torch = pytest.importorskip("torch")
peft = pytest.importorskip("peft")

from safetensors.torch import load_file, save_file
from tiny_vl import batch_of, logits, prompt, router_of, stir, tiny_model

from spacevista.models.errors import ModelError
from spacevista.models.expert_settings import LINEAR_LAYERS, ExpertSettings
from spacevista.models.experts import attach_experts
from spacevista.models.peft_folders import export_choice, export_expert, import_expert

COUNT, RANK = 4, 3
TARGETS = rf".*language_model\.{LINEAR_LAYERS}"


def with_experts(mode="uniform", count=COUNT, rank=RANK, **options):
    model = tiny_model()
    return model, attach_experts(model, ExpertSettings(count, rank, 2.0 * rank, **options), router_of(mode, count))


def one_hot(index):
    return [float(index == other) for other in range(COUNT)]


def trained_with_peft(folder, **options):
    """A LoRA of random A and B, written by PEFT."""
    torch.manual_seed(3)
    config = peft.LoraConfig(
        **{"r": RANK, "lora_alpha": 6, "target_modules": TARGETS, "task_type": "CAUSAL_LM", **options}
    )
    model = peft.get_peft_model(tiny_model(), config).eval()
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if "lora_B" in name:
                parameter.normal_(std=0.3)
    model.save_pretrained(folder)
    return model


def test_an_exported_expert_loads_in_peft(tmp_path):
    model, experts = with_experts()
    stir(model)
    inputs = batch_of([prompt(0), prompt(1, words=7)])
    for index in range(COUNT):
        export_expert(model, index, tmp_path / str(index))
        loaded = peft.PeftModel.from_pretrained(tiny_model(), tmp_path / str(index)).eval()
        with experts.forced(one_hot(index)):
            ours = logits(model, inputs)
        assert (ours - logits(loaded, inputs)).abs().max() < 1e-5
        assert (ours - logits(tiny_model(), inputs)).abs().max() > 0.1


@pytest.mark.parametrize("options", [{}, {"lora_alpha": 11}, {"use_rslora": True}])
def test_a_lora_trained_with_peft_attaches_as_an_expert(tmp_path, options):
    trained = trained_with_peft(tmp_path, **options)
    model, experts = with_experts()
    stir(model)
    others = {name: linear.up.detach().clone() for name, linear in experts.linears.items()}
    import_expert(model, 2, tmp_path)
    inputs = batch_of([prompt(0), prompt(1, words=7)])
    with experts.forced(one_hot(2)):
        assert (logits(model, inputs) - logits(trained, inputs)).abs().max() < 1e-5
    for name, linear in experts.linears.items():
        kept = [*range(2 * RANK), *range(3 * RANK, 4 * RANK)]
        assert torch.equal(linear.up[:, kept], others[name][:, kept])


def test_out_and_in_again_is_exact(tmp_path):
    model, experts = with_experts()
    stir(model)
    export_expert(model, 1, tmp_path)
    other, others = with_experts()
    import_expert(other, 3, tmp_path)
    for name, linear in experts.linears.items():
        for ours, theirs in zip(linear.expert(1), others.linears[name].expert(3), strict=True):
            assert torch.equal(ours, theirs)


def test_the_choice_for_serving(tmp_path):
    model, _ = with_experts("anchored")
    stir(model)
    names = ["tiny", "tabletop", "indoor", "outdoor_drone"]
    export_choice(model, tmp_path, names, base="Qwen/Qwen2.5-VL-3B-Instruct")
    choice = json.loads((tmp_path / "choice.json").read_text())
    assert choice["base"] == "Qwen/Qwen2.5-VL-3B-Instruct"
    assert choice["rank"] == RANK
    assert [expert["name"] for expert in choice["experts"]] == names
    sizes = [expert["log10_size"] for expert in choice["experts"]]
    assert sizes == sorted(sizes)
    assert sizes[0] == pytest.approx(-2.151, abs=1e-3)  # tiny tabletop: sqrt(1 mm * 5 cm) = 7.07 mm
    for name in names:
        # What vLLM reads of a folder: these fields, and tensors named after the layers of the served model.
        config = json.loads((tmp_path / name / "adapter_config.json").read_text())
        assert (config["peft_type"], config["r"], config["lora_alpha"], config["bias"]) == ("LORA", 3, 6, "none")
        keys = load_file(tmp_path / name / "adapter_model.safetensors").keys()
        assert len(keys) == 2 * 7 * 2
        assert "base_model.model.model.language_model.layers.0.self_attn.q_proj.lora_A.weight" in keys


@pytest.mark.parametrize("names", [["a", "b", "c"], ["a", "a", "b", "c"], ["a", "b", "c", "../d"], ["a", "b", "c", ""]])
def test_names_that_are_no_folders(tmp_path, names):
    with pytest.raises(ModelError, match="name"):
        export_choice(with_experts()[0], tmp_path / "out", names)
    assert not (tmp_path / "out").exists()


def rewrite(folder, **fields):
    path = folder / "adapter_config.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **fields}))


def drop_tensor(folder):
    path = folder / "adapter_model.safetensors"
    tensors = load_file(path)
    tensors.pop(next(key for key in tensors if "layers.1.mlp.up_proj.lora_A" in key))
    save_file(tensors, path)


def poison(folder):
    path = folder / "adapter_model.safetensors"
    tensors = load_file(path)
    next(value for key, value in tensors.items() if "0.self_attn.v_proj.lora_B" in key)[0, 0] = torch.nan
    save_file(tensors, path)


def double(folder):
    path = folder / "adapter_model.safetensors"
    tensors = load_file(path)
    save_file({**tensors, "other." + next(iter(tensors)): next(iter(tensors.values())).clone()}, path)


def pickled(folder):
    tensors = load_file(folder / "adapter_model.safetensors")
    (folder / "adapter_model.safetensors").unlink()
    torch.save(tensors, folder / "adapter_model.bin")


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (
            lambda folder: rewrite(folder, base_model_name_or_path="other/base"),
            "base 'my/base', got one of 'other/base'",
        ),
        (lambda folder: rewrite(folder, r=5), "rank 3, got 5"),
        (lambda folder: rewrite(folder, peft_type="IA3"), "'LORA', got 'IA3'"),
        (lambda folder: rewrite(folder, use_dora=True), "use_dora = False, got True"),
        (lambda folder: rewrite(folder, rank_pattern={"q_proj": 9}), "rank_pattern"),
        (lambda folder: rewrite(folder, lora_alpha="much"), "lora_alpha"),
        (lambda folder: (folder / "adapter_config.json").write_text("{"), "adapter_config.json"),
        (lambda folder: (folder / "adapter_config.json").unlink(), "expected a LoRA folder"),
        (lambda folder: (folder / "adapter_config.json").write_text(" " * 1_000_001), "at most 1000000 bytes"),
        (lambda folder: (folder / "adapter_model.safetensors").write_bytes(b"\xff" * 64), "safetensors"),
        (pickled, "safetensors"),
        (poison, r"v_proj: expected finite numbers in lora_B"),
        (double, "each layer once, got 29 tensors for 28"),
        (drop_tensor, r"up_proj: expected lora_A of \(3, 32\), got None"),
    ],
)
def test_a_folder_that_does_not_fit_is_refused(tmp_path, damage, message):
    trained_with_peft(tmp_path)
    damage(tmp_path)
    model, _experts = with_experts()
    before = {name: value.clone() for name, value in model.state_dict().items()}
    with pytest.raises(ModelError, match=message):
        import_expert(model, 0, tmp_path, base="my/base")
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"r": 4}, "rank 3, got 4"),
        ({"target_modules": r".*language_model.*\.[qv]_proj"}, "14 layers that the experts adapt, got 4.*10|14.*got 4"),
        ({"target_modules": r".*\.(q_proj|gate_proj)"}, "language_model"),
    ],
)
def test_a_lora_of_other_layers_or_rank_is_refused(tmp_path, options, message):
    trained_with_peft(tmp_path, **options)
    with pytest.raises(ModelError, match=message):
        import_expert(with_experts()[0], 0, tmp_path)


def test_a_lora_of_a_wider_base_is_refused(tmp_path):
    trained_with_peft(tmp_path)
    path = tmp_path / "adapter_model.safetensors"
    tensors = {key: value.repeat(1, 2) if "lora_A" in key else value for key, value in load_file(path).items()}
    save_file(tensors, path)
    with pytest.raises(ModelError, match=r"lora_A of \(3, 32\), got \(3, 64\)"):
        import_expert(with_experts()[0], 0, tmp_path)


@pytest.mark.parametrize("index", [-1, 4])
def test_there_is_no_such_expert(tmp_path, index):
    with pytest.raises(ModelError, match=f"0 to 3, got {index}"):
        export_expert(with_experts()[0], index, tmp_path)
