"""The local model: a tiny one with random weights where torch is installed, and what to install where it is not."""

import asyncio
import importlib
import subprocess
import sys

import pytest

from eval_samples import BUDGET, header, samples
from spacevista.errors import SpacevistaError
from spacevista.evals import local_model
from spacevista.evals.answerers import Answer, Blind
from spacevista.evals.local_model import LocalModel, name_and_weights
from spacevista.evals.media import open_media
from spacevista.evals.predictions import read_predictions
from spacevista.evals.runner import run

WORDS = ["question", "which", "is", "closest", ":", "?", "user", "assistant", *"0123456789"]
SPECIAL = ["<|pad|>", "<|end|>", "<|vision_start|>", "<|vision_end|>", "<|image_pad|>", "<|video_pad|>", "<unk>"]
TEMPLATE = (
    "{% for message in messages %}{{ message['role'] }} : {% for part in message['content'] %}"
    "{% if part['type'] == 'image' %}<|vision_start|><|image_pad|><|vision_end|>{% else %}{{ part['text'] }}{% endif %}"
    "{% endfor %}<|end|>{% endfor %}{% if add_generation_prompt %}assistant : {% endif %}"
)


def test_without_torch_the_error_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "torch", None)  # its import fails, as where it is not installed
    with pytest.raises(SpacevistaError) as caught:
        LocalModel.load("some-model", batch=1)
    assert 'pip install "spacevista[train]"' in str(caught.value)


def test_importing_the_module_imports_no_torch():
    before = set(sys.modules)
    importlib.reload(local_model)
    assert not {"torch", "transformers"} & (set(sys.modules) - before)


def test_a_model_is_named_without_its_path_and_told_by_its_weights(tmp_path):
    folder = tmp_path / "my-model"
    folder.mkdir()
    (folder / "config.json").write_text("{}")
    (folder / "model.safetensors").write_bytes(b"1" * 100)
    name, weights = name_and_weights(str(folder))
    assert name == "my-model"
    (folder / "model.safetensors").write_bytes(b"1" * 99 + b"2")
    assert name_and_weights(str(folder)) != (name, weights)
    assert name_and_weights("Qwen/Qwen2.5-VL-3B-Instruct") == ("Qwen/Qwen2.5-VL-3B-Instruct", "")


class Loud(LocalModel):
    """Answers each question with the size of its batch; a model in the way of a real one."""

    def __init__(self, batch):
        super().__init__(None, None, batch)
        self.batches = []

    def answers(self, asked):
        self.batches.append(len(asked))
        if any(sample.id == "q13" for sample, _ in asked):
            raise SpacevistaError("does not fit")
        return [f"{sample.id} of {len(asked)}" for sample, _ in asked]


def test_questions_that_wait_together_go_together(tmp_path):
    asked, model = samples(tmp_path, 12), Loud(batch=4)

    async def go():
        return await asyncio.gather(*(model.answer(sample, None) for sample in asked))

    assert asyncio.run(go()) == [Answer(f"q{n} of 4", attempts=1) for n in range(12)]
    assert model.batches == [4, 4, 4]


def test_a_batch_that_fails_ends_the_run(tmp_path):
    asked, out = samples(tmp_path, 16), tmp_path / "predictions.jsonl"
    with pytest.raises(SpacevistaError, match="does not fit"):
        asyncio.run(run(asked, Loud(batch=4), BUDGET, out, header(asked, "local"), concurrency=8))
    assert len(read_predictions(out).lines) < 16


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    """Write a Qwen2.5-VL of two small layers with random weights, and return its folder."""
    torch = pytest.importorskip("torch")
    pytest.importorskip("torchvision")
    transformers = pytest.importorskip("transformers")
    tokenizers = pytest.importorskip("tokenizers")
    vocabulary = {word: index for index, word in enumerate([*SPECIAL, *WORDS])}
    base = tokenizers.Tokenizer(tokenizers.models.WordLevel(vocabulary, unk_token="<unk>"))
    base.normalizer = tokenizers.normalizers.Lowercase()
    base.pre_tokenizer = tokenizers.pre_tokenizers.Sequence(
        [tokenizers.pre_tokenizers.Whitespace(), tokenizers.pre_tokenizers.Digits(individual_digits=True)]
    )
    tokenizer = transformers.PreTrainedTokenizerFast(
        tokenizer_object=base,
        pad_token="<|pad|>",
        eos_token="<|end|>",
        unk_token="<unk>",
        additional_special_tokens=SPECIAL[2:6],
    )
    processor = transformers.Qwen2_5_VLProcessor(
        image_processor=transformers.Qwen2VLImageProcessor(min_pixels=28 * 28, max_pixels=56 * 56),
        tokenizer=tokenizer,
        video_processor=transformers.Qwen2VLVideoProcessor(),
        chat_template=TEMPLATE,
    )
    ids = {
        "image_token_id": vocabulary["<|image_pad|>"],
        "video_token_id": vocabulary["<|video_pad|>"],
        "vision_start_token_id": vocabulary["<|vision_start|>"],
        "vision_end_token_id": vocabulary["<|vision_end|>"],
    }
    text = {
        "vocab_size": len(vocabulary),
        "hidden_size": 32,
        "intermediate_size": 64,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
        "rope_parameters": {"rope_type": "default", "mrope_section": [1, 1, 2], "rope_theta": 10000.0},
        "pad_token_id": vocabulary["<|pad|>"],
        "eos_token_id": vocabulary["<|end|>"],
        "bos_token_id": None,
    }
    vision = {"depth": 2, "hidden_size": 32, "out_hidden_size": 32, "intermediate_size": 64, "num_heads": 4}
    config = transformers.Qwen2_5_VLConfig(
        text_config=text, vision_config={**vision, "fullatt_block_indexes": [1]}, **ids
    )
    torch.manual_seed(0)
    model = transformers.Qwen2_5_VLForConditionalGeneration(config)
    folder = tmp_path_factory.mktemp("tiny") / "tiny-qwen"
    model.save_pretrained(folder)
    processor.save_pretrained(folder)
    return folder


def test_a_batch_says_what_its_questions_say_alone(tiny, tmp_path):
    model = LocalModel.load(str(tiny), batch=4, max_new_tokens=8)
    asked = [(sample, open_media(sample, BUDGET)) for sample in samples(tmp_path, 13)[::4]]  # prompts of two lengths
    together = model.answers(asked)
    assert together == [model.answers([one])[0] for one in asked]
    assert any(text.strip() for text in together)


@pytest.mark.parametrize("generation", ["qwen2_5", "qwen3"])
def test_a_folder_of_our_own_model_loads_and_answers(generation, tmp_path):
    pytest.importorskip("torch")
    debug = importlib.import_module("spacevista.models.debug")
    model, processor = debug.debug_model(0, debug.debug_config(generation, debug.TINY))
    model.save_pretrained(tmp_path / "ours")
    processor.save_pretrained(tmp_path / "ours")
    # In a process of its own, where nothing but `load` can have made the model known.
    code = (
        "import sys\n"
        "from spacevista.evals.local_model import LocalModel\n"
        "print(type(LocalModel.load(sys.argv[1], batch=2)._model).__name__)\n"
    )
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path / "ours")], capture_output=True, text=True)
    assert done.stdout.startswith("SpaceVistaQwen"), done.stderr
    local = LocalModel.load(str(tmp_path / "ours"), batch=2, max_new_tokens=4)
    asked = [(sample, open_media(sample, BUDGET)) for sample in samples(tmp_path, 2)]
    assert len(local.answers(asked)) == 2


def test_blind_and_seeing_go_through_the_runner(tiny, tmp_path):
    model = LocalModel.load(str(tiny), batch=2, max_new_tokens=4)
    asked = samples(tmp_path, 3)
    for answerer, name in ((model, "local"), (Blind(model), "blind local")):
        out = tmp_path / name / "predictions.jsonl"
        asyncio.run(run(asked, answerer, BUDGET, out, header(asked, name), concurrency=4))
        lines = read_predictions(out).lines
        assert sorted(line["id"] for line in lines) == ["q0", "q1", "q2"]
        assert all(isinstance(line["predicted_answer"], str) for line in lines)
        assert {len(line["frames_sent"]) for line in lines} == {2 if name == "local" else 0}
