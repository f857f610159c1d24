"""The runner: asks the questions that a predictions file does not hold yet, and appends each answer as it comes.

At most `concurrency` questions are under way, and only those have their pictures open. Pictures are opened and encoded
on threads, so that the event loop only waits for the network. Lines come in the order of the answers.
"""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from spacevista.errors import SpacevistaError
from spacevista.evals.answerers import Answer, Answerer
from spacevista.evals.media import open_media
from spacevista.evals.opening import Opener
from spacevista.evals.predictions import Header, Writer, resume
from spacevista.evals.records import Budget, MediaError, Opened, Sample
from spacevista.locks import locked

OPENERS = 4  # threads that open pictures: decoding leaves the interpreter free, and disks like a few readers at once
REFUSED, NO_MEDIA, NO_ANSWER = "refused", "media", "answer"


@dataclass(frozen=True)
class Summary:
    """What a run did.

    Attributes:
        kept: questions whose lines were on disk already.
        asked: questions that got a line now.
        unscored: those of them without an answer, by what was missing: `media`, `answer`, or `refused`.
    """

    kept: int
    asked: int
    unscored: Counter[str]
    seconds: float


@dataclass(frozen=True)
class _Run:
    """What the tasks of a run share."""

    waiting: Iterator[Sample]
    answerer: Answerer
    opener: Opener
    writer: Writer
    unscored: Counter[str]
    done: Callable[[], None]


def nothing_to_tell() -> None:
    """Tell nobody that a line was written."""


async def run(
    samples: Sequence[Sample],
    answerer: Answerer,
    budget: Budget,
    out: Path,
    header: Header,
    *,
    concurrency: int = 8,
    retry_unscored: bool = False,
    done: Callable[[], None] = nothing_to_tell,
) -> Summary:
    """Answer every sample whose id the JSON Lines file `out` does not hold, and write one line for each.

    Pictures that cannot be opened and questions that finally failed are lines with a reason. A run that was killed or
    raised goes on where it was. `done` is called after each line.

    Raises:
        PredictionsError: `out` belongs to another run, is damaged or in use.
        SpacevistaError: two samples have one id, or what the answerer raises.
    """
    _require_distinct(samples)
    started = time.monotonic()
    with locked(out.parent, "run"):
        retry = {sample.id for sample in samples} if retry_unscored else set()
        on_disk = resume(out, header, retry)
        todo = [sample for sample in samples if sample.id not in on_disk]
        writer, unscored = Writer(out), Counter[str]()
        try:
            with ThreadPoolExecutor(OPENERS, thread_name_prefix="media") as threads:
                opener = Opener(open_media, budget, threads)
                shared = _Run(iter(todo), answerer, opener, writer, unscored, done)
                await _all_of(shared, min(concurrency, len(todo)))
        finally:
            writer.close()
    return Summary(len(samples) - len(todo), len(todo), unscored, time.monotonic() - started)


def benchmark_hash(samples: Sequence[Sample]) -> str:
    """Return the SHA-256 of everything that is asked: ids, prompts, forms and rows, in their order."""
    digest = hashlib.sha256()
    for sample in samples:
        asked = (sample.id, sample.prompt, sample.form, sample.options, sample.row)
        digest.update(msgspec.json.encode(asked, order="sorted") + b"\n")
    return digest.hexdigest()


def first_of_a_shuffle(samples: Sequence[Sample], limit: int) -> list[Sample]:
    """Return `limit` samples, in their order, drawn by the hash of their ids: a larger limit only adds some."""
    drawn = sorted(samples, key=lambda sample: hashlib.sha256(sample.id.encode()).digest())[:limit]
    chosen = {sample.id for sample in drawn}
    return [sample for sample in samples if sample.id in chosen]


def prediction_line(sample: Sample, answer: Answer, media: Opened | None, seconds: float) -> dict[str, Any]:
    """Return the flat results line of an answer: the released scripts' fields, and ours."""
    reason = None
    if answer.text is None:
        reason = answer.failure or (REFUSED if answer.refused else "no answer and no reason given")
    return {
        "unit": "",
        **sample.row,
        "predicted_answer": answer.text,
        "id": sample.id,
        "scene_id": sample.scene_id,
        "scale": sample.scale,
        "form": sample.form,
        "seconds": round(seconds, 3),
        "attempts": answer.attempts,
        "frames_sent": list(media.indices) if media else [],
        "unscored": reason,
        "refused": answer.refused,
        "interval": list(answer.interval) if answer.interval else None,
    }


async def _all_of(shared: _Run, workers: int) -> None:
    try:
        async with asyncio.TaskGroup() as group:
            for _ in range(workers):
                group.create_task(_work(shared))
    except ExceptionGroup as several:
        raise several.exceptions[0] from None  # the others are the same fault seen by the other tasks, or its echo


async def _work(shared: _Run) -> None:
    """Answer questions until none is left; each is done with its pictures before it takes the next."""
    for sample in shared.waiting:
        line, missing = await _asked(sample, shared)
        shared.writer.append(line)
        if missing:
            shared.unscored[missing] += 1
        shared.done()


async def _asked(sample: Sample, shared: _Run) -> tuple[dict[str, Any], str]:
    """Return the line of a question, and what was missing if it has no answer."""
    media: Opened | None = None
    if shared.answerer.needs_frames:
        try:
            media = await shared.opener.open(sample)
        except MediaError as error:
            failed = Answer(None, failure=f"media: {error.reason}")
            return prediction_line(sample, failed, None, 0.0), NO_MEDIA
    started = time.monotonic()
    answer = await shared.answerer.answer(sample, media)
    line = prediction_line(sample, answer, media, time.monotonic() - started)
    if answer.text is not None:
        return line, ""
    return line, REFUSED if answer.refused else NO_ANSWER


def _require_distinct(samples: Sequence[Sample]) -> None:
    seen: set[str] = set()
    for sample in samples:
        if sample.id in seen:
            raise SpacevistaError(f"expected each id once, got {sample.id!r} twice")
        seen.add(sample.id)
