"""From rows to the tensors of a step: the prompt exactly as evaluation sends it, then the completion to be learned."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from spacevista.models.clips import Budget
from spacevista.models.inputs import control_tokens, encode, prompt_of_question
from spacevista.qa.record import Question
from spacevista.scales import scale_anchor
from spacevista.scoring.completions import block
from spacevista.scoring.parse import read_length_m
from spacevista.train.errors import TrainError
from spacevista.train.rows import completion_of
from spacevista.train.shards import Row

IGNORED = -100  # label of a token that is not learned
BY_TOKEN = ("input_ids", "attention_mask", "mm_token_type_ids")


@dataclass(frozen=True)
class Batch:
    """The tensors of some rows and what is said of them in the log.

    Attributes:
        tensors: of a forward; sequences are padded on the left, so that all completions end together.
        labels: batch x length, the next token's place left where it is; IGNORED where nothing is learned.
        kept: how many tokens at the end hold all that is learned, and the one before.
        ids, scales: of the questions.
        experts: batch, the expert of each row, -1 none.
        log10_sizes: batch, log10 of the scene's size in metres, NaN unknown.
    """

    tensors: dict[str, Tensor]
    labels: Tensor
    kept: int
    ids: tuple[str, ...]
    scales: tuple[str, ...]
    experts: Tensor
    log10_sizes: Tensor


class Collator:
    """Makes the batch of some rows.

    Args:
        processor: of the model.
        budget: of a clip.
        expert: the expert of a question, -1 none.
        scene_sizes: scene id -> log10 of its size in metres, where its rationale does not say.
    """

    def __init__(
        self,
        processor: Any,
        budget: Budget,
        expert: Callable[[Question], int] | None = None,
        scene_sizes: Mapping[str, float] | None = None,
    ) -> None:
        self.processor = processor
        self.budget = budget
        self.expert = expert
        self.scene_sizes = scene_sizes or {}

    def __call__(self, rows: Sequence[Row]) -> dict[str, Any]:
        """Return the fields of a `Batch`, as a dict: the loaders of accelerate send its tensors to the device.

        Raises:
            TrainError: a completion holds a control token, or a row is longer than the tokenizer allows; names it.
            ModelError, DatasetError, CaptureError: a clip cannot be made; names the question.
        """
        questions = [row.question for row in rows]
        prompts = [prompt_of_question(row.question, row.root, self.budget) for row in rows]
        prompt = encode(self.processor, prompts, self.budget)
        replies = [self._reply(question) for question in questions]
        tensors = {name: value for name, value in prompt.items() if name not in BY_TOKEN}
        lengths = prompt["attention_mask"].sum(1).tolist()
        self._check_lengths(questions, lengths, replies)
        starts = [prompt["input_ids"].shape[1] - length for length in lengths]
        pad = self.processor.tokenizer.pad_token_id
        for name, filling in zip(BY_TOKEN, (pad, 0, 0), strict=True):
            heads = [prompt[name][index, start:] for index, start in enumerate(starts)]
            tails = [
                reply if name == "input_ids" else torch.full_like(reply, name == "attention_mask") for reply in replies
            ]
            tensors[name] = _joined(heads, tails, filling)
        heads = [torch.full((length,), IGNORED) for length in lengths]
        batch = Batch(
            tensors=tensors,
            labels=_joined(heads, replies, IGNORED),
            kept=max(map(len, replies)) + 1,
            ids=tuple(question.id for question in questions),
            scales=tuple(question.scale for question in questions),
            experts=torch.tensor([-1 if self.expert is None else self.expert(question) for question in questions]),
            log10_sizes=torch.tensor([self._log10_size(question) for question in questions], dtype=torch.float32),
        )
        return dict(vars(batch))

    def _reply(self, question: Question) -> Tensor:
        """Return the tokens of the completion and of its end."""
        text, tokenizer = completion_of(question), self.processor.tokenizer
        for token in control_tokens(tokenizer):
            if token in text:
                raise TrainError(f"{question.id}: expected a completion without control tokens, got {token}")
        ids = [*tokenizer.encode(text, add_special_tokens=False), tokenizer.eos_token_id]
        return torch.tensor(ids, dtype=torch.int64)

    def _check_lengths(self, questions: Sequence[Question], lengths: Sequence[int], replies: Sequence[Tensor]) -> None:
        longest = self.processor.tokenizer.model_max_length
        for question, length, reply in zip(questions, lengths, replies, strict=True):
            if length + len(reply) > longest:
                raise TrainError(
                    f"{question.id}: expected {longest} tokens or fewer, got {length} of the prompt and {len(reply)} "
                    "of the completion; show fewer frames or smaller ones"
                )

    def _log10_size(self, question: Question) -> float:
        """Return log10 of the size of the scene: what the rationale says in its one scale anchor, else the scene's."""
        text = block(f"<think>{question.rationale}</think>", "scale")
        size_m = read_length_m(text) if text else None
        if size_m is not None and math.isfinite(size_m) and size_m > 0:
            return math.log10(size_m)
        return self.scene_sizes.get(question.scene_id, math.nan)


def _tail(name: str, reply: Tensor) -> Tensor:
    """Return what a tensor of the prompt goes on with over the completion, which is text and no padding."""
    return reply if name == "input_ids" else torch.full_like(reply, name == "attention_mask")


def _joined(heads: Sequence[Tensor], tails: Sequence[Tensor], filling: int) -> Tensor:
    """Put each tail behind its head and pad on the left."""
    rows = [torch.cat((head, tail.to(head.dtype))) for head, tail in zip(heads, tails, strict=True)]
    length = max(map(len, rows))
    return torch.stack([torch.cat((row.new_full((length - len(row),), filling), row)) for row in rows])


def anchor_of(sizes_m: Sequence[float]) -> float | None:
    """Return log10 of the geometric mean of the sizes that are above 0, None if there is none."""
    known = [size for size in sizes_m if size > 0]
    return scale_anchor(known) if known else None
