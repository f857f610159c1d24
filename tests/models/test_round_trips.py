"""Checkpoints: a base's folder loads, our own come back bit for bit, by whatever class they are asked for."""

# ruff: noqa: E402

import json
from pathlib import Path
from typing import Any

import pytest

torch = pytest.importorskip("torch")

import transformers
from tiny_models import DINOV2, GENERATIONS, VIT, base_of, batch, clip, logits, open_fusion, tiny
from transformers import (
    AutoConfig,
    AutoModel,
    AutoModelForImageTextToText,
    AutoProcessor,
    BertConfig,
    BitImageProcessor,
    DINOv3ViTImageProcessor,
)

from spacevista.models.assemble import from_base
from spacevista.models.debug import DINOV3, TINY, Generation, debug_config, debug_processor
from spacevista.models.errors import ModelError

EXPERTS = {"count": 4, "rank": 2, "alpha": 4.0}
ROUTER = {"mode": "learned", "input": "visual"}
FUSION = {"width": 64, "heads": 4}


@pytest.fixture(autouse=True)
def _quiet() -> None:
    transformers.logging.set_verbosity_error()  # reports of what was missing, on purpose
    transformers.utils.logging.disable_progress_bar()


def same(first: Any, second: Any) -> bool:
    """Say whether two models have the same tensors under the same names, bit for bit."""
    a, b = first.state_dict(), second.state_dict()
    return a.keys() == b.keys() and all(torch.equal(a[name], b[name]) for name in a)


def base_folder(folder: Path, generation: Generation) -> Any:
    base = base_of(generation)
    base.save_pretrained(folder)
    debug_processor(generation).save_pretrained(folder)
    return base


def encoder_folder(folder: Path, generation: Generation) -> Any:
    encoder = tiny(generation, seed=5).model.dense.encoder.model
    encoder.save_pretrained(folder)
    DINOv3ViTImageProcessor().save_pretrained(folder)
    return encoder


def opened(model: Any) -> Any:
    """Give everything that starts at zero random weights: fusion, experts and router."""
    open_fusion(model)
    generator = torch.Generator().manual_seed(1)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if name.endswith("experts.up") or "routers" in name:
                parameter.normal_(std=0.1, generator=generator)
    return model


@pytest.mark.parametrize("generation", GENERATIONS)
def test_a_folder_of_the_base_loads_with_only_new_tensors_missing(generation: Generation, tmp_path: Path) -> None:
    base = base_folder(tmp_path, generation)
    config = debug_config(generation, TINY, experts=EXPERTS, router=ROUTER)
    model, found = type(tiny(generation)).from_pretrained(tmp_path, config=config, output_loading_info=True)
    assert not found["unexpected_keys"]
    assert not found["mismatched_keys"]
    new = {name for name in model.state_dict() if ".dense." in name or ".experts." in name}
    assert set(found["missing_keys"]) == new
    inputs = batch(generation, [[clip(generation), "How far?"]])
    assert torch.equal(logits(model, inputs), logits(base, inputs))


@pytest.mark.parametrize("generation", GENERATIONS)
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_a_model_is_put_together_from_checkpoints(generation: Generation, dtype: torch.dtype, tmp_path: Path) -> None:
    # Loaded again, since `to` also rounds the rates of the rotary positions, which loading leaves exact.
    base = type(base_folder(tmp_path / "base", generation)).from_pretrained(tmp_path / "base", dtype=dtype)
    encoder = type(encoder_folder(tmp_path / "encoder", generation)).from_pretrained(tmp_path / "encoder", dtype=dtype)
    model = from_base(
        tmp_path / "base", tmp_path / "encoder", experts=EXPERTS, router=ROUTER, dtype=dtype, fusion=FUSION
    )
    inputs = batch(generation, [[clip(generation), "How far?"]])
    assert torch.equal(logits(model, inputs), logits(base, inputs))
    assert same(model.model.dense.encoder.model, encoder)
    assert {p.dtype for p in model.parameters()} == {dtype}
    assert not any(p.requires_grad for p in model.model.dense.encoder.parameters())
    settings = model.model.dense.encoder.settings
    assert settings.vision_std == tuple(debug_processor(generation).video_processor.image_std)
    assert settings.encoder_mean == (0.485, 0.456, 0.406)
    # New tensors are drawn, not what the memory held: LoRA's A within its bound 1 / sqrt(64), B and the router's
    # output 0.
    for name, parameter in model.named_parameters():
        if name.endswith("experts.down"):
            assert 0.5 < parameter.float().abs().max() * parameter.shape[1] ** 0.5 <= 1.01
        if name.endswith(("experts.up", "outward")):
            assert not parameter.any()


def test_a_configuration_as_it_lies_on_the_hub_is_read(tmp_path: Path) -> None:
    # Checkpoints of the first release keep the language model's fields at the top, and know "mrope".
    base = base_folder(tmp_path, "qwen2_5")
    config = base.config.to_dict()
    text, vision = config["text_config"], config["vision_config"]
    kept = ("hidden_size", "intermediate_size", "num_hidden_layers", "num_attention_heads", "num_key_value_heads")
    flat: dict[str, Any] = {name: text[name] for name in (*kept, "vocab_size", "max_position_embeddings")}
    flat |= {name: config[name] for name in config if name.endswith("_token_id")}
    flat |= {
        "model_type": "qwen2_5_vl",
        "rope_theta": text["rope_parameters"]["rope_theta"],
        "rope_scaling": {"type": "mrope", "mrope_section": text["rope_parameters"]["mrope_section"]},
        "rms_norm_eps": text["rms_norm_eps"],
        "tie_word_embeddings": True,
        "torch_dtype": "bfloat16",
        "transformers_version": "4.41.2",
        "vision_config": {**vision, "in_chans": 3, "spatial_patch_size": 14},
    }
    (tmp_path / "config.json").write_text(json.dumps(flat))
    inputs = batch("qwen2_5", [[clip("qwen2_5"), "How far?"]])
    assert torch.equal(logits(from_base(tmp_path, None), inputs), logits(base, inputs))


@pytest.mark.parametrize("generation", GENERATIONS)
def test_an_adapter_of_peft_comes_back(generation: Generation, tmp_path: Path) -> None:
    # Peft translates names by the same table as transformers does; the anchor keeps it off the frozen encoder.
    peft = pytest.importorskip("peft")
    settings = peft.LoraConfig(r=2, target_modules=r".*language_model.*\.(q_proj|v_proj)", init_lora_weights=False)
    adapted = peft.get_peft_model(opened(tiny(generation)), settings).eval()
    adapted.save_pretrained(tmp_path)
    loaded = peft.PeftModel.from_pretrained(opened(tiny(generation)), tmp_path).eval()
    inputs = batch(generation, [[clip(generation), "How far?"]])
    assert torch.equal(logits(loaded, inputs), logits(adapted, inputs))
    assert not torch.equal(logits(adapted, inputs), logits(opened(tiny(generation)), inputs))


def test_a_model_without_an_encoder_is_put_together(tmp_path: Path) -> None:
    base = base_folder(tmp_path, "qwen2_5")
    assert same(from_base(tmp_path, None), base)


@pytest.mark.parametrize("generation", GENERATIONS)
@pytest.mark.parametrize("encoder", [DINOV3, DINOV2, VIT, None], ids=["dinov3", "dinov2", "vit", "none"])
@pytest.mark.parametrize("loader", [AutoModel, AutoModelForImageTextToText, None], ids=["auto", "image-text", "own"])
def test_a_saved_model_comes_back_bit_for_bit(
    generation: Generation, encoder: Any, loader: Any, tmp_path: Path
) -> None:
    model = opened(tiny(generation, encoder, experts=EXPERTS, router=ROUTER))
    model.save_pretrained(tmp_path)
    loaded, found = (loader or type(model)).from_pretrained(tmp_path, output_loading_info=True)
    assert type(loaded) is type(model)
    assert not found["missing_keys"]
    assert not found["unexpected_keys"]
    assert same(loaded, model)
    inputs = batch(generation, [[clip(generation), "How far?"]])
    assert torch.equal(logits(loaded, inputs), logits(model, inputs))
    config = AutoConfig.from_pretrained(tmp_path)
    assert (config.dense, config.experts, config.router) == (model.config.dense, EXPERTS, ROUTER)


@pytest.mark.parametrize("generation", GENERATIONS)
def test_a_loaded_encoder_is_frozen(generation: Generation, tmp_path: Path) -> None:
    tiny(generation).save_pretrained(tmp_path)
    loaded = AutoModelForImageTextToText.from_pretrained(tmp_path)
    frozen = {name for name, p in loaded.named_parameters() if not p.requires_grad}
    assert frozen == {name for name, _ in loaded.named_parameters() if ".dense.encoder." in name}
    assert not loaded.train().model.dense.encoder.model.training


@pytest.mark.parametrize("generation", GENERATIONS)
def test_a_saved_processor_comes_back(generation: Generation, tmp_path: Path) -> None:
    processor = debug_processor(generation)
    processor.save_pretrained(tmp_path)
    tiny(generation).config.save_pretrained(tmp_path)
    loaded = AutoProcessor.from_pretrained(tmp_path)
    assert type(loaded) is type(processor)
    assert loaded.chat_template == processor.chat_template
    asked = {"text": ["<|vision_start|><|image_pad|><|vision_end|> 12.5 cm"], "images": [clip(generation)[0]]}
    first, second = (p(**asked, do_resize=False, return_tensors="pt") for p in (processor, loaded))
    assert first.keys() == second.keys()
    assert all(torch.equal(first[name], second[name]) for name in first)


def test_a_folder_of_another_kind_is_refused(tmp_path: Path) -> None:
    BertConfig().save_pretrained(tmp_path)
    with pytest.raises(ModelError, match=r"expected a model of type qwen2_5_vl or qwen3_vl, got bert"):
        from_base(tmp_path, None)


def test_a_checkpoint_with_a_tensor_missing_is_refused(tmp_path: Path) -> None:
    base = base_folder(tmp_path, "qwen2_5")
    tensors = base.state_dict()
    del tensors["model.language_model.norm.weight"]
    base.save_pretrained(tmp_path, state_dict=tensors)
    with pytest.raises(ModelError, match=r"1 missing: \['model\.language_model\.norm\.weight'\]"):
        from_base(tmp_path, None)


def test_a_base_of_two_normalisations_is_refused(tmp_path: Path) -> None:
    base_folder(tmp_path / "base", "qwen2_5")
    encoder_folder(tmp_path / "encoder", "qwen2_5")
    processor = debug_processor("qwen2_5")
    processor.video_processor.image_std = [0.5, 0.5, 0.5]
    processor.save_pretrained(tmp_path / "base")
    with pytest.raises(ModelError, match="expected one mean and std for pictures and videos"):
        from_base(tmp_path / "base", tmp_path / "encoder")


def test_the_encoder_may_want_any_normalisation(tmp_path: Path) -> None:
    base_folder(tmp_path / "base", "qwen2_5")
    encoder_folder(tmp_path / "encoder", "qwen2_5")
    BitImageProcessor(image_mean=[0.1, 0.2, 0.3]).save_pretrained(tmp_path / "encoder")
    model = from_base(tmp_path / "base", tmp_path / "encoder", fusion=FUSION)
    assert model.model.dense.encoder.settings.encoder_mean == (0.1, 0.2, 0.3)


def test_a_router_without_experts_is_refused() -> None:
    with pytest.raises(ModelError, match="expected experts to weigh"):
        tiny(router=ROUTER)
