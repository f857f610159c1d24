"""`spacevista rationale`: gives the rows of a finished data set new rationales, each through the same gate."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from spacevista.commands.outcome import Outcome
from spacevista.commands.progress import counted, counting
from spacevista.commands.rationale_options import RationaleOptions
from spacevista.errors import DatasetError
from spacevista.evals.endpoint import Endpoint
from spacevista.evals.rationales import rationale_samples, read_replies, replies_header
from spacevista.evals.records import Budget
from spacevista.evals.runner import Summary, first_of_a_shuffle
from spacevista.evals.runner import run as run_all
from spacevista.locks import locked
from spacevista.qa.dataset import read_manifest
from spacevista.qa.rationales.computed import computed
from spacevista.qa.rationales.gate import Case, Gated, Source, gated
from spacevista.qa.rationales.rewrite import rewrite
from spacevista.qa.rationales.scene_cases import cases_of
from spacevista.qa.rationales.summary import summary_of
from spacevista.qa.readers import read_questions
from spacevista.qa.record import Question

REPLIES_FOLDER, REPLIES_FILE = "replies", "replies.jsonl"


@dataclass(frozen=True)
class _Asked:
    """Which rows get a rationale, who proposes it, and what asking took, where somebody was asked."""

    rows: list[Question]
    source: Source
    summary: Summary | None = None


def run(data: Path, options: RationaleOptions, splits: tuple[str, ...], key: str | None) -> Outcome:
    """Give rows new rationales; the check fails if none was kept.

    A row whose proposal does not pass has no rationale afterwards. Rows of other splits, and those beyond the limit,
    keep theirs.

    Raises:
        SpacevistaError: no finished data set, nobody at the endpoint, or replies of another model or other questions.
    """
    started = time.perf_counter()
    with locked(data, "rationale"):
        manifest, questions = read_manifest(data), read_questions(data)
        rows = [question for question in questions if question.split in splits]
        if not rows:
            raise DatasetError(f"{data}: expected rows of split {', '.join(splits)}, got none")
        asked = _asked(data, rows, options, key)
        told = _gated(data, asked)
        new = {question.id: question for question in told.questions}
        summary = summary_of(options.source, options.model, told.questions, told.discarded)
        rewrite(data, manifest, [new.get(question.id, question) for question in questions], summary)
    _tell(data, told, asked)
    figures = {
        "source": options.source,
        "model": options.model,
        "rows": summary.rows,
        "kept": summary.kept,
        "discarded": summary.discarded,
        "replies_kept": 0 if asked.summary is None else asked.summary.kept,
        "replies_asked": 0 if asked.summary is None else asked.summary.asked,
        "seconds": round(time.perf_counter() - started, 3),
    }
    return Outcome(figures, passed=summary.kept > 0)


def _asked(data: Path, rows: list[Question], options: RationaleOptions, key: str | None) -> _Asked:
    samples = rationale_samples(rows, data)
    chosen = samples if options.limit is None else first_of_a_shuffle(samples, options.limit)
    ids = {sample.id for sample in chosen}
    of_limit = [row for row in rows if row.id in ids]
    if options.source == "computed":
        return _Asked(of_limit, computed)
    budget = Budget(options.frames, options.longest_edge)
    file = (options.replies or data / REPLIES_FOLDER) / REPLIES_FILE
    header = replies_header(samples, options.model, budget, options.seed)

    async def ask() -> Summary:
        with counting(len(chosen), "questions") as done:
            async with Endpoint(options.url, options.model, key, seed=options.seed) as endpoint:
                return await run_all(
                    chosen, endpoint, budget, file, header,
                    concurrency=options.concurrency, retry_unscored=options.retry_unscored, done=done,
                )  # fmt: skip

    summary = asyncio.run(ask())
    replies = read_replies(file)

    def replied(question: Question, case: Case) -> str | None:
        return replies.get(question.id)

    return _Asked(of_limit, replied, summary)


def _gated(data: Path, asked: _Asked) -> Gated:
    return gated(counted(cases_of(data, asked.rows), len(asked.rows), "rows"), asked.source)


def _tell(data: Path, told: Gated, asked: _Asked) -> None:
    """Print what became of the proposals."""
    if asked.summary is not None:
        print(f"{asked.summary.kept:,} replies were there, {asked.summary.asked:,} questions asked now")
    print(f"{data}: {_kept(told.questions):,} of {len(told.questions):,} rows have a rationale")
    for reason, count in Counter(told.discarded).most_common():
        print(f"discarded {count:,}: {reason}")
    if (data / "viewer").exists():
        print("viewer/ shows the rows as they were; `spacevista publish` writes it again")


def _kept(questions: Sequence[Question]) -> int:
    return sum(bool(question.rationale) for question in questions)
