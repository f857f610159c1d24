"""A Hugging Face model on this machine, CPU or GPU: questions that wait together are answered in one batch.

Needs the extra `train`. Any model that `AutoModelForImageTextToText` knows, and whose processor takes a list of
pictures for each prompt; ours get the frames as a video, in whole tokens and with their times, as in training. Weights
are read from safetensors only, and no code that comes with a model is run.
"""

from __future__ import annotations

import asyncio
import hashlib
import importlib
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from spacevista.errors import SpacevistaError
from spacevista.evals.answerers import MAX_NEW_TOKENS, Answer
from spacevista.evals.records import Images, Opened, Sample

INSTALL = 'pip install "spacevista[train]"'
GATHER_S = 0.05  # how long a batch that is not full waits for more: little beside the seconds that it takes
FINGERPRINT_BYTES = 1 << 20

_Asked = tuple[Sample, Opened | None]


class LocalModel:
    """Answers with a model in memory, greedily, `batch` questions at a time.

    Args:
        model: a transformers model with `generate`, on its device, for evaluation.
        processor: its processor, with a chat template.
        batch: how many questions go through the model together.
        max_new_tokens: at most.
        ours: the model is of `spacevista.models`.
    """

    name = "local"
    needs_frames = True

    def __init__(
        self, model: Any, processor: Any, batch: int, max_new_tokens: int = MAX_NEW_TOKENS, ours: bool = False
    ) -> None:
        self._model = model
        self._processor = processor
        self._batch = batch
        self._max_new_tokens = max_new_tokens
        self._ours = ours
        self._waiting: list[tuple[_Asked, asyncio.Future[str]]] = []
        self._working: asyncio.Task[None] | None = None

    @classmethod
    def load(cls, model: str, batch: int, max_new_tokens: int = MAX_NEW_TOKENS) -> LocalModel:
        """Load a model from its folder (or by its name on the hub) to the GPU, in bfloat16; else in float32.

        Raises:
            SpacevistaError: torch, torchvision or transformers is not installed; says what to install.
            OSError: there is no such model, or it has no safetensors.
        """
        torch, _, transformers = (_extra(name) for name in ("torch", "torchvision", "transformers"))
        from spacevista.models.auto import GENERATIONS  # importing that room makes our models known to the Auto classes

        on_gpu = torch.cuda.is_available()
        loaded = transformers.AutoModelForImageTextToText.from_pretrained(
            model, dtype=torch.bfloat16 if on_gpu else torch.float32, use_safetensors=True
        )
        loaded.to("cuda" if on_gpu else "cpu").eval()
        ours = isinstance(loaded.config, tuple(config for config, _, _ in GENERATIONS))
        return cls(loaded, transformers.AutoProcessor.from_pretrained(model), batch, max_new_tokens, ours)

    async def answer(self, sample: Sample, media: Opened | None) -> Answer:
        """Answer one question, together with others that wait."""
        text: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._waiting.append(((sample, media), text))
        if self._working is None or self._working.done():
            self._working = asyncio.create_task(self._work())
        return Answer(await text, attempts=1)

    def answers(self, asked: list[_Asked]) -> list[str]:
        """Answer a batch; its questions have pictures all of them, or none of them.

        Raises:
            SpacevistaError: the batch does not fit into the memory.
        """
        apart = any(isinstance(sample.media, Images) for sample, _ in asked)
        return self.replies([(sample.prompt, media) for sample, media in asked], apart)

    def replies(self, asked: Sequence[tuple[str, Opened | None]], apart: bool = False) -> list[str]:
        """Reply to a batch of prompts, each with the pictures that go before it.

        Args:
            apart: the pictures are no frames of one clip.

        Raises:
            SpacevistaError: the batch does not fit into the memory.
        """
        try:
            return self._replies_of_ours(asked, apart) if self._ours else self._replies(asked)
        except _extra("torch").OutOfMemoryError as error:
            raise SpacevistaError(f"a batch of {len(asked)} does not fit into the memory: {error}") from error

    def _replies_of_ours(self, asked: Sequence[tuple[str, Opened | None]], apart: bool) -> list[str]:
        from spacevista.models.clips import roomy_budget
        from spacevista.models.generate import replies
        from spacevista.models.inputs import prompt_of_pictures

        budget = roomy_budget(self._processor, [media.images for _, media in asked if media is not None])
        prompts = [
            prompt_of_pictures(text, media.images, None if apart else media.timestamps_s, budget)
            if media is not None
            else prompt_of_pictures(text, (), None, budget)
            for text, media in asked
        ]
        texts: list[str] = replies(self._model, self._processor, prompts, budget, self._max_new_tokens)
        return texts

    def _replies(self, asked: Sequence[tuple[str, Opened | None]]) -> list[str]:
        pictures = [media.images if media is not None else () for _, media in asked]
        prompts = [self._prompt(text, len(own)) for (text, _), own in zip(asked, pictures, strict=True)]
        images = [list(own) for own in pictures if own]
        inputs = self._processor(
            text=prompts, images=images or None, padding=True, padding_side="left", return_tensors="pt"
        ).to(self._model.device, self._model.dtype)
        with _extra("torch").inference_mode():
            tokens = self._model.generate(**inputs, max_new_tokens=self._max_new_tokens, do_sample=False)
        new = tokens[:, inputs["input_ids"].shape[1] :]
        return [str(text) for text in self._processor.batch_decode(new, skip_special_tokens=True)]

    def _prompt(self, text: str, pictures: int) -> str:
        content = [*([{"type": "image"}] * pictures), {"type": "text", "text": text}]
        conversation = [{"role": "user", "content": content}]
        return str(self._processor.apply_chat_template(conversation, add_generation_prompt=True, tokenize=False))

    async def _work(self) -> None:
        """Answer batches until nobody waits."""
        while self._waiting:
            if len(self._waiting) < self._batch:
                await asyncio.sleep(GATHER_S)
            batch, self._waiting = self._waiting[: self._batch], self._waiting[self._batch :]
            try:
                texts = await asyncio.to_thread(self.answers, [asked for asked, _ in batch])
            except Exception as error:
                for _, answer in batch:
                    _settle(answer, error)
                raise
            for (_, answer), text in zip(batch, texts, strict=True):
                _settle(answer, text)


def name_and_weights(model: str) -> tuple[str, str]:
    """Return how a header names a model, and a fingerprint of its weights.

    A folder is named without its path, which is this machine's; its fingerprint is of the configuration and of the last
    MiB of every file of weights: any training changes those, and the whole would take a minute. A name on the hub has
    none.
    """
    folder = Path(model)
    if not folder.is_dir():
        return model, ""
    digest = hashlib.sha256()
    for file in sorted([*folder.glob("config.json"), *folder.glob("*.safetensors")]):
        with file.open("rb") as stream:
            size = stream.seek(0, os.SEEK_END)
            stream.seek(max(0, size - FINGERPRINT_BYTES))
            digest.update(f"{file.name} {size}\n".encode() + stream.read())
    return folder.resolve().name, f"weights {digest.hexdigest()[:16]}"


def _settle(answer: asyncio.Future[str], outcome: str | Exception) -> None:
    if answer.done():  # its question was given up
        return
    if isinstance(outcome, Exception):
        answer.set_exception(outcome)
    else:
        answer.set_result(outcome)


def _extra(name: str) -> Any:
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise SpacevistaError(f"a local model needs {name}, which is not installed: {INSTALL}") from error
