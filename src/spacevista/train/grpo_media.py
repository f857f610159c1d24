"""What goes with a prompt's tokens: encoded once for each question, put together for any part of a batch."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from spacevista.models.clips import Budget, Clip
from spacevista.models.inputs import Prompt, encode
from spacevista.train.errors import TrainError

OpenClip = Callable[[str], Clip]
TOKENS = ("input_ids", "attention_mask", "mm_token_type_ids")


@dataclass(frozen=True, eq=False)
class Encoded:
    """The tensors of `models.inputs.encode` for one prompt.

    Attributes:
        ids, types: of its tokens, without padding.
        tensors: all else, by name; each has the pictures or videos (or their patches) along its first axis.
    """

    ids: Tensor
    types: Tensor
    tensors: Mapping[str, Tensor]


def prompt_of(messages: Sequence[Mapping[str, Any]], open_clip: OpenClip) -> Prompt:
    """Return one user's message as a prompt: its clips, then its text. A video part names its clip.

    Raises:
        TrainError: there is anything but one user's message of videos and text.
    """
    if len(messages) != 1 or messages[0]["role"] != "user":
        raise TrainError(
            f"expected one message, of the user, beside videos; got {[message['role'] for message in messages]}"
        )
    parts = _parts(messages[0])
    if unknown := [part["type"] for part in parts if part["type"] not in ("video", "text")]:
        raise TrainError(f"expected videos and text in a batch with videos, got {unknown[0]!r}")
    text = "".join(part["text"] for part in parts if part["type"] == "text")
    return Prompt(text, tuple(open_clip(name) for name in clip_names(messages)))


def clip_names(messages: Sequence[Mapping[str, Any]] | str) -> list[str]:
    """Return the names of the clips of a conversation (or of plain text, which has none)."""
    if isinstance(messages, str):
        return []
    return [part["video"] for message in messages for part in _parts(message) if part["type"] == "video"]


def _parts(message: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    content = message["content"]
    return [{"type": "text", "text": content}] if isinstance(content, str) else list(content)


def encoded_all(
    processor: Any, conversations: Sequence[Sequence[Mapping[str, Any]]], open_clip: OpenClip, budget: Budget
) -> list[Encoded]:
    """Encode conversations, each different one once: the completions of a group share their tensors."""
    known: dict[str, Encoded] = {}
    rows = []
    for messages in conversations:
        key = repr(messages)
        if key not in known:
            known[key] = encoded(processor, prompt_of(messages, open_clip), budget)
        rows.append(known[key])
    return rows


def encoded(processor: Any, prompt: Prompt, budget: Budget) -> Encoded:
    """Encode one prompt; errors as in `models.inputs.encode`."""
    batch = encode(processor, [prompt], budget)
    others = {name: torch.as_tensor(value) for name, value in batch.items() if name not in TOKENS}
    return Encoded(batch["input_ids"][0], batch["mm_token_type_ids"][0], others)


def together(rows: Sequence[Encoded]) -> dict[str, Tensor]:
    """Return the tensors of several prompts, one after the other; a prompt of text alone adds nothing."""
    names = dict.fromkeys(name for row in rows for name in row.tensors)
    return {name: torch.cat([row.tensors[name] for row in rows if name in row.tensors]) for name in names}


def token_types(rows: Sequence[Encoded], shape: tuple[int, int], completion: int) -> Tensor:
    """Return the types of a batch of tokens: prompts padded on the left, then `completion` tokens of text."""
    types = torch.zeros(shape, dtype=torch.int64)
    end = shape[1] - completion
    for number, row in enumerate(rows):
        types[number, end - len(row.types) : end] = row.types
    return types
