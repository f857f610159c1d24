"""Share of the ideal throughput that an evaluation reaches against an endpoint with a fixed latency of 200 ms.

The ideal is `concurrency` answers every 200 ms. Measured is the whole run, from the first question to the last line on
disk, over `rounds` times `concurrency` questions with small frames; the server is a process of its own.

The rival is what one writes with httpx alone: one `AsyncClient` with its default limits, a semaphore, `asyncio.gather`.
It posts the same number of bytes, made beforehand, and neither opens pictures nor keeps its answers.
Run: python benchmarks/bench_api_eval.py [rounds]
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import msgspec
import numpy as np
from PIL import Image

from common import Result, report, timed
from spacevista.evals.encoding import image_urls
from spacevista.evals.endpoint import Endpoint
from spacevista.evals.media import open_media
from spacevista.evals.predictions import Header
from spacevista.evals.records import Budget, Frames, Sample
from spacevista.evals.runner import benchmark_hash, run

LATENCY_S = 0.2
CONCURRENCIES = (8, 32, 128)
FRAMES, SIZE_PX = 4, (64, 48)
QUESTIONS_PER_CLIP = 16
REPEATS = 3
RIVAL_REPEATS = 2
BUDGET = Budget(frames=FRAMES)
JSON_HEADERS = {"Content-Type": "application/json"}
SERVER = Path(__file__).parent.parent / "tests" / "api_server.py"


def main(rounds: int) -> None:
    results = []
    with tempfile.TemporaryDirectory() as folder, server() as url:
        for concurrency in CONCURRENCIES:
            samples = questions(Path(folder), concurrency * rounds)
            timing = timed(lambda c=concurrency, s=samples: evaluate(url, s, c), REPEATS)
            ideal_s = rounds * LATENCY_S
            results.append(Result(f"share_of_ideal_{concurrency}", ideal_s / timing.median_s, "1"))
            results.append(Result(f"answers_per_second_{concurrency}", len(samples) / timing.median_s, "1/s"))
            results.append(Result(f"seconds_iqr_{concurrency}", timing.iqr_s, "s"))
            rival = timed(lambda c=concurrency, s=samples: plain_httpx(url, s, c), RIVAL_REPEATS)
            results.append(Result(f"share_of_ideal_httpx_{concurrency}", ideal_s / rival.median_s, "1"))
            results.append(Result(f"ratio_to_httpx_{concurrency}", timing.median_s / rival.median_s, "1"))
    report("bench_api_eval", results, ("aiohttp", "httpx", "pillow", "msgspec"))


def evaluate(url: str, samples: list[Sample], concurrency: int) -> None:
    async def go(out: Path) -> int:
        async with Endpoint(url, "none", None) as endpoint:
            summary = await run(samples, endpoint, BUDGET, out, header(samples), concurrency=concurrency)
        return summary.asked - summary.unscored.total()

    with tempfile.TemporaryDirectory() as folder:
        answered = asyncio.run(go(Path(folder) / "predictions.jsonl"))
    if answered != len(samples):
        raise SystemExit(f"expected {len(samples)} answers, got {answered}")


def plain_httpx(url: str, samples: list[Sample], concurrency: int) -> None:
    """Ask as many questions of the same size with httpx alone."""
    media = open_media(samples[0], BUDGET)
    pictures = [{"type": "image_url", "image_url": {"url": picture}} for picture in image_urls(media)]
    bodies = [
        {"model": "none", "messages": [{"role": "user", "content": [*pictures, {"type": "text", "text": s.prompt}]}]}
        for s in samples
    ]
    encoded = [msgspec.json.encode(body) for body in bodies]

    async def go() -> list[str]:
        free = asyncio.Semaphore(concurrency)
        async with httpx.AsyncClient() as client:

            async def ask(body: bytes) -> str:
                async with free:
                    reply = await client.post(f"{url}/chat/completions", content=body, headers=JSON_HEADERS)
                return str(reply.json()["choices"][0]["message"]["content"])

            return await asyncio.gather(*map(ask, encoded))

    answered = sum(map(bool, asyncio.run(go())))
    if answered != len(samples):
        raise SystemExit(f"expected {len(samples)} answers, got {answered}")


def questions(folder: Path, count: int) -> list[Sample]:
    """Write the clips that are not there yet and return questions about them, one clip after the other."""
    rng = np.random.default_rng(0)
    samples = []
    for number in range(count):
        clip = folder / str(number // QUESTIONS_PER_CLIP)
        paths = tuple(f"{frame}.png" for frame in range(FRAMES))
        if not clip.exists():
            clip.mkdir()
            for path in paths:
                noise = rng.integers(0, 256, (*SIZE_PX[::-1], 3), dtype=np.uint8)
                Image.fromarray(noise).save(clip / path)
        samples.append(
            Sample(
                id=str(number),
                benchmark="vsi_bench",
                scene_id=clip.name,
                task="object_counting",
                scale="indoor",
                form="reg",
                prompt=f"How many chairs are in room {number}? Answer with a number.",
                media=Frames(clip, paths),
                marks=(),
                row={"question_type": "object_counting", "ground_truth": "3"},
            )
        )
    return samples


def header(samples: list[Sample]) -> Header:
    return Header("vsi_bench", benchmark_hash(samples), "endpoint", "none", 1, "official", FRAMES, 448, "images", 0)


@contextmanager
def server() -> Iterator[str]:
    command = [sys.executable, str(SERVER), "--delay", str(LATENCY_S)]
    process = subprocess.Popen(  # noqa: S603 (our own program)
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    if process.stdin is None or process.stdout is None:
        raise SystemExit("no pipes to the server")
    try:
        yield f"http://127.0.0.1:{int(process.stdout.readline())}/v1"
    finally:
        process.stdin.close()
        process.wait(timeout=10)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 40)
