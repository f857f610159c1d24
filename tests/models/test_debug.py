"""The debug model: its size, its tokenizer, and that a seed is all it depends on."""

# ruff: noqa: E402

import hashlib
import subprocess
import sys
from typing import Any

import pytest

torch = pytest.importorskip("torch")

from tiny_models import GENERATIONS

from spacevista.models.debug import SMALL, TINY, Generation, debug_config, debug_model
from spacevista.models.debug_tokenizer import CONTROL, TAGS, debug_tokenizer


@pytest.mark.parametrize("generation", GENERATIONS)
def test_it_has_about_five_million_parameters(generation: Generation) -> None:
    model, _ = debug_model(0, debug_config(generation, SMALL, encoder=None))
    assert 4.5e6 < sum(p.numel() for p in model.parameters()) < 5.5e6


def test_a_seed_is_all_that_its_weights_depend_on() -> None:
    config = debug_config(size=TINY)
    state = torch.random.get_rng_state()
    (first, _), (again, _), (other, _) = (debug_model(seed, config) for seed in (0, 0, 1))
    assert torch.equal(torch.random.get_rng_state(), state)
    tensors = [dict(model.named_parameters()) for model in (first, again, other)]
    assert all(torch.equal(tensors[0][name], tensors[1][name]) for name in tensors[0])
    assert not torch.equal(*(t["model.language_model.embed_tokens.weight"] for t in (tensors[0], tensors[2])))


@pytest.mark.parametrize("text", ["1250.75", "a 3 b 07", "12.5 cm x 0.001 km"])
def test_digits_are_single_tokens(text: str) -> None:
    tokens = debug_tokenizer().tokenize(text)
    digits = [token for token in tokens if any(c.isdigit() for c in token)]
    assert all(len(token) == 1 for token in digits)
    assert "".join(digits) == "".join(c for c in text if c.isdigit())


@pytest.mark.parametrize(
    "text", ["How far is the cup?", "  spaces\tand\nlines ", "Größe: 5 µm 漢字 🙂", "<answer>1</answer>"]
)
def test_text_survives_the_tokenizer(text: str) -> None:
    tokenizer = debug_tokenizer()
    assert tokenizer.decode(tokenizer.encode(text), skip_special_tokens=True) == text


def test_control_tokens_and_tags_are_one_token_each() -> None:
    tokenizer = debug_tokenizer()
    assert all(len(tokenizer.encode(name)) == 1 for name in (*CONTROL, *TAGS))
    assert tokenizer.decode(tokenizer.encode("".join(CONTROL)), skip_special_tokens=True) == ""


def test_questions_are_short() -> None:
    # 15 words, 2 digits and the marks between them.
    question = "What is the shortest straight-line distance between the surfaces of the cup and the box, to 10 mm?"
    assert len(debug_tokenizer().encode(question)) < 40


def fingerprint(tokenizer: Any) -> str:
    return hashlib.sha256(tokenizer.backend_tokenizer.to_str().encode()).hexdigest()


def test_the_tokenizer_is_the_same_in_another_process() -> None:
    code = (
        "import hashlib; from spacevista.models.debug_tokenizer import debug_tokenizer as d; "
        "print(hashlib.sha256(d().backend_tokenizer.to_str().encode()).hexdigest())"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == fingerprint(debug_tokenizer())
