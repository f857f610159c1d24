"""A Hugging Face model on this machine, CPU or GPU: questions that wait together are answered in one batch.

Needs the extra `train`. Any model that `AutoModelForImageTextToText` knows, ours among them, and whose processor takes
a list of pictures for each prompt; weights are read from safetensors only, and no code that comes with a model is run.
"""

from __future__ import annotations

import asyncio
import hashlib
import importlib
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from PIL import Image

from spacevista.errors import SpacevistaError
from spacevista.evals.answerers import MAX_NEW_TOKENS, Answer
from spacevista.evals.records import Opened, Sample

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
    """

    name = "local"
    needs_frames = True

    def __init__(self, model: Any, processor: Any, batch: int, max_new_tokens: int = MAX_NEW_TOKENS) -> None:
        self._model = model
        self._processor = processor
        self._batch = batch
        self._max_new_tokens = max_new_tokens
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
        import spacevista.models  # noqa: F401  # makes our own models known to the Auto classes

        on_gpu = torch.cuda.is_available()
        loaded = transformers.AutoModelForImageTextToText.from_pretrained(
            model, dtype=torch.bfloat16 if on_gpu else torch.float32, use_safetensors=True
        )
        loaded.to("cuda" if on_gpu else "cpu").eval()
        return cls(loaded, transformers.AutoProcessor.from_pretrained(model), batch, max_new_tokens)

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
        return self.replies([(sample.prompt, media.images if media is not None else ()) for sample, media in asked])

    def replies(self, asked: Sequence[tuple[str, Sequence[Image.Image]]]) -> list[str]:
        """Reply to a batch of prompts, each with the pictures that go before it; errors as in `answers`."""
        torch = _extra("torch")
        prompts = [self._prompt(text, len(pictures)) for text, pictures in asked]
        images = [list(pictures) for _, pictures in asked if pictures]
        inputs = self._processor(
            text=prompts, images=images or None, padding=True, padding_side="left", return_tensors="pt"
        ).to(self._model.device, self._model.dtype)
        try:
            with torch.inference_mode():
                tokens = self._model.generate(**inputs, max_new_tokens=self._max_new_tokens, do_sample=False)
        except torch.OutOfMemoryError as error:
            raise SpacevistaError(f"a batch of {len(asked)} does not fit into the memory: {error}") from error
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
