"""`spacevista eval run`: asks a benchmark's questions and keeps the answers; goes on where it was stopped."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from pathlib import Path

from spacevista.commands.eval_options import EvalOptions
from spacevista.commands.eval_score import print_scores
from spacevista.commands.outcome import Outcome
from spacevista.commands.progress import counting
from spacevista.errors import SpacevistaError
from spacevista.evals.answerers import Answerer, Blind
from spacevista.evals.benchmarks import read_benchmark
from spacevista.evals.endpoint import Endpoint
from spacevista.evals.predictions import Header, encoded
from spacevista.evals.records import Budget, Loaded, Sample
from spacevista.evals.report_rows import clipped, printable
from spacevista.evals.runner import REFUSED, Summary, benchmark_hash, first_of_a_shuffle
from spacevista.evals.runner import run as run_all
from spacevista.evals.scores import scores_of
from spacevista.evals.versions import PROMPT_VERSION, library_versions
from spacevista.scales import Scale
from spacevista.sim.noise import NoiseLevel

PREDICTIONS_FILE, REJECTED_FILE = "predictions.jsonl", "rejected.jsonl"
MOST_SHOWN = 5  # reasons that are printed; the files hold all of them
BATCHES_UNDER_WAY = 2  # of a local model: pictures of the next one are opened while the first is answered


@dataclass(frozen=True)
class _Prepared:
    """An answerer, and what the header says of it."""

    answerer: Answerer
    model: str = ""
    source: str = ""


def run(asked: EvalOptions, scales: tuple[Scale, ...], key: str | None) -> Outcome:
    """Ask, and print the scores; the check fails if no question has a score.

    Args:
        asked: options without a fault.
        scales: what `asked.scales` spells out.
        key: of the endpoint.

    Raises:
        SpacevistaError: files are missing or damaged, or the folder holds another run; says what was expected.
    """
    loaded = _of_scales(read_benchmark(asked.bench, asked.data), scales)
    for note in loaded.notes:
        print(f"note: {printable(note)}")
    prepared = _prepared(asked, key)
    header = _header(asked, prepared, loaded)
    chosen = loaded.samples if asked.limit is None else first_of_a_shuffle(loaded.samples, asked.limit)
    file = asked.out / PREDICTIONS_FILE
    with counting(len(chosen), "questions") as count:
        summary = asyncio.run(_run(asked, chosen, prepared.answerer, header, file, count))
    _tell(summary, loaded, asked.out)
    scores = scores_of(file, asked.bench)
    print_scores(scores)
    print(f"predictions: {file}")
    figures = {
        "predictions": str(file),
        "answerer": header.answerer,
        "model": header.model,
        "kept": summary.kept,
        "asked": summary.asked,
        "unscored": dict(summary.unscored),
        "not_askable": len(loaded.rejected),
        "seconds": summary.seconds,
    }
    return Outcome(figures | scores.figures(asked.parser), passed=scores.scored > 0)


async def _run(
    asked: EvalOptions,
    samples: Sequence[Sample],
    answerer: Answerer,
    header: Header,
    file: Path,
    done: Callable[[], None],
) -> Summary:
    batches = BATCHES_UNDER_WAY if asked.answerer == "local" else 1
    async with AsyncExitStack() as stack:
        if isinstance(answerer, Endpoint):
            await stack.enter_async_context(answerer)
        return await run_all(
            samples,
            Blind(answerer) if asked.blind else answerer,
            Budget(asked.frames, asked.longest_edge),
            file,
            header,
            concurrency=batches * asked.concurrency,
            retry_unscored=asked.retry_unscored,
            done=done,
        )


def _prepared(asked: EvalOptions, key: str | None) -> _Prepared:
    """Make the answerer; what it needs is there, but for None that types still allow."""
    match asked.answerer:
        case "endpoint":
            endpoint = Endpoint(asked.url, asked.model, key, media=asked.media, seed=asked.seed)
            return _Prepared(endpoint, asked.model)
        case "local":
            from spacevista.evals.local_model import LocalModel, name_and_weights

            name, weights = name_and_weights(asked.model)
            return _Prepared(LocalModel.load(asked.model, asked.concurrency), name, weights)
        case "prior":
            from spacevista.evals.prior import Prior

            if asked.train is None:
                raise SpacevistaError("--answerer prior: expected --train DATA, got none")
            prior = Prior.from_data(asked.train)
            return _Prepared(prior, source=prior.source)
        case "geometric":
            from spacevista.evals.geometric import Geometric

            geometric = Geometric(NoiseLevel(asked.level))
            return _Prepared(geometric, source=geometric.source)
        case "replay":
            from spacevista.evals.replay import replay

            if asked.predictions is None:
                raise SpacevistaError("--answerer replay: expected --predictions FILE, got none")
            return _Prepared(replay(asked.predictions), source=f"sha256 {_file_hash(asked.predictions)}")


def _header(asked: EvalOptions, prepared: _Prepared, loaded: Loaded) -> Header:
    answerer = Blind(prepared.answerer) if asked.blind else prepared.answerer
    sees = answerer.needs_frames
    return Header(
        benchmark=asked.bench,
        benchmark_sha256=benchmark_hash(loaded.samples),
        answerer=answerer.name,
        model=prepared.model,
        prompt_version=PROMPT_VERSION,
        parser=asked.parser,
        frames=asked.frames if sees else 0,
        longest_edge_px=asked.longest_edge if sees else None,
        media=asked.media if sees else "none",
        seed=asked.seed,
        source=prepared.source,
        rejected=len(loaded.rejected),
        versions=library_versions(),
    )


def _of_scales(loaded: Loaded, scales: tuple[Scale, ...]) -> Loaded:
    """Return the samples of some scales; those of all where the benchmark does not name its scales."""
    if set(scales) == set(Scale):
        return loaded
    samples = tuple(sample for sample in loaded.samples if sample.scale in scales)
    if not samples:
        raise SpacevistaError(f"--scales: expected questions of {', '.join(scales)}, got none in the benchmark")
    return replace(loaded, samples=samples)


def _tell(summary: Summary, loaded: Loaded, out: Path) -> None:
    """Print what was done; rows that could not be asked are kept in a file, the first of them shown."""
    print(f"{summary.kept:,} answers were there, {summary.asked:,} questions asked in {summary.seconds:.1f} s")
    for missing, count in summary.unscored.most_common():
        print(f"without an answer ({missing}): {count:,}")
    if summary.unscored.total() > summary.unscored[REFUSED]:
        print("(the same command with --retry-unscored asks those again that were not refused)")
    if not loaded.rejected:
        return
    lines = [encoded({"id": row.id, "reason": row.reason}) for row in loaded.rejected]
    (out / REJECTED_FILE).write_bytes(b"".join(lines))
    print(f"{len(loaded.rejected):,} rows of the benchmark cannot be asked, see {out / REJECTED_FILE}:")
    for row in loaded.rejected[:MOST_SHOWN]:
        print(f"  {clipped(row.id)}: {clipped(row.reason)}")


def _file_hash(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
