"""The tokenizer and processors of the debug model: built in code from the package's own question templates."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import Any

from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import PreTrainedTokenizerFast

# Named as in Qwen's tokenizer, so that its processors work unchanged.
END_OF_TEXT, START, END = "<|endoftext|>", "<|im_start|>", "<|im_end|>"
CONTROL = (END_OF_TEXT, START, END, "<|vision_start|>", "<|vision_end|>", "<|image_pad|>", "<|video_pad|>")
# The tags of a completion are plain text to Qwen; here one token each, since a small model has little to spare.
TAGS = tuple(f"<{slash}{name}>" for name in ("think", "answer", "scale", "semantic") for slash in ("", "/"))
VOCABULARY = 1_536  # 256 bytes, the above, and the words of the templates
CONTEXT = 4_096

CHAT = (
    "{% for message in messages %}<|im_start|>{{ message['role'] }}\n"
    "{% if message['content'] is string %}{{ message['content'] }}{% else %}{% for part in message['content'] %}"
    "{% if part['type'] == 'image' %}<|vision_start|><|image_pad|><|vision_end|>"
    "{% elif part['type'] == 'video' %}<|vision_start|><|video_pad|><|vision_end|>"
    "{% else %}{{ part['text'] }}{% endif %}{% endfor %}{% endif %}<|im_end|>\n"
    "{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)


def debug_tokenizer() -> PreTrainedTokenizerFast:
    """Return a byte-level BPE tokenizer in which every digit is a token of its own."""
    return PreTrainedTokenizerFast(
        tokenizer_object=Tokenizer.from_str(_trained()),
        eos_token=END,
        pad_token=END_OF_TEXT,
        padding_side="left",
        model_max_length=CONTEXT,
    )


@cache
def _trained() -> str:
    tokenizer = Tokenizer(models.BPE())
    digits = pre_tokenizers.Digits(individual_digits=True)
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([digits, pre_tokenizers.ByteLevel(add_prefix_space=False)])
    tokenizer.decoder = decoders.ByteLevel()
    room = VOCABULARY - len(CONTROL) - len(TAGS)
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(vocab_size=room, initial_alphabet=alphabet, show_progress=False)
    tokenizer.train_from_iterator(list(_corpus()), trainer)
    tokenizer.add_tokens([AddedToken(tag, normalized=False, special=False) for tag in TAGS])
    tokenizer.add_special_tokens([AddedToken(name, normalized=False, special=True) for name in CONTROL])
    return str(tokenizer.to_str())


def _corpus() -> Iterator[str]:
    templates = files("spacevista.qa") / "templates"
    for file in sorted(templates.iterdir(), key=lambda entry: entry.name):
        if file.name.endswith(".toml"):
            yield from _texts(tomllib.loads(file.read_text(encoding="utf-8")))


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _texts(inner)
