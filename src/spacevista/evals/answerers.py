"""What gives answers: one protocol for models, baselines and saved answers; and the blind wrapper.

An answerer never raises for a question that it cannot answer: it returns the reason, which becomes an unscored line.
What it raises ends the run, so that a wrong key or a full disk is not written 5,000 times.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from spacevista.evals.records import Opened, Sample

MAX_NEW_TOKENS = 1_024  # the source's evaluation setting, as is greedy decoding


@dataclass(frozen=True)
class Answer:
    """What an answerer said to one question.

    Attributes:
        text: the raw answer; None if there is none, and then `failure` or `refused` says why.
        failure: why there is no answer.
        attempts: how often the question was sent; 0 where nothing is sent.
        refused: the answerer measured and found that it cannot know (geometric only).
        interval: bounds of the number in the answer, in the unit of the question.
    """

    text: str | None
    failure: str | None = None
    attempts: int = 0
    refused: bool = False
    interval: tuple[float, float] | None = None


class Answerer(Protocol):
    """Answers questions, several at a time.

    Attributes:
        name: as in the header of a predictions file.
        needs_frames: whether `answer` wants the pictures; otherwise they are not opened.
    """

    @property
    def name(self) -> str: ...

    @property
    def needs_frames(self) -> bool: ...

    async def answer(self, sample: Sample, media: Opened | None) -> Answer:
        """Answer one question; `media` is None where `needs_frames` is False."""
        ...


@dataclass(frozen=True)
class Blind:
    """A model with the frames taken away: what it knows without looking. The prompt stays as it is."""

    inner: Answerer
    needs_frames: bool = False

    @property
    def name(self) -> str:
        return f"blind {self.inner.name}"

    async def answer(self, sample: Sample, media: Opened | None) -> Answer:
        """Pass on the question alone."""
        return await self.inner.answer(sample, None)
