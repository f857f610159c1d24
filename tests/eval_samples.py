"""Questions and answerers for tests of the runner; as a program, a client that can be killed.

python tests/eval_samples.py URL OUT QUESTIONS CONCURRENCY
"""

import asyncio
import sys
from dataclasses import dataclass, field
from pathlib import Path

from PIL import Image

from spacevista.evals.answerers import Answer
from spacevista.evals.endpoint import Endpoint, Patience
from spacevista.evals.predictions import Header
from spacevista.evals.records import Budget, Frames, Opened, Sample
from spacevista.evals.runner import benchmark_hash, run

BUDGET = Budget(frames=2)
SIZE = (32, 24)


def samples(folder: Path, count: int, per_clip: int = 4) -> list[Sample]:
    """Return questions about clips of three frames; clips that are not there yet are written."""
    found = []
    for number in range(count):
        clip = folder / f"clip{number // per_clip}"
        if not clip.exists():
            clip.mkdir(parents=True)
            for frame in range(3):
                Image.new("RGB", SIZE, (50 * frame, number % 256, 90)).save(clip / f"{frame}.png")
        found.append(sample(number, Frames(clip, ("0.png", "1.png", "2.png"))))
    return found


def sample(number: int, media: Frames) -> Sample:
    return Sample(
        id=f"q{number}",
        benchmark="vsi_bench",
        scene_id=media.root.name,
        task="object_rel_distance",
        scale="indoor",
        form="mc",
        prompt=f"Question {number}: which is closest?",
        media=media,
        marks=(),
        row={"question_type": "object_rel_distance", "ground_truth": "A", "options": ["cup", "box"]},
        options=("cup", "box"),
    )


def header(asked: list[Sample], answerer: str = "fixed", **changes: object) -> Header:
    fields = {
        "benchmark": "vsi_bench",
        "benchmark_sha256": benchmark_hash(asked),
        "answerer": answerer,
        "model": "none",
        "prompt_version": 1,
        "parser": "official",
        "frames": 2,
        "longest_edge_px": 448,
        "media": "images",
        "seed": 0,
    }
    return Header(**(fields | changes))


@dataclass
class Fixed:
    """Answers A after a moment, or what `special` holds for an id; counts what it was asked."""

    special: dict[str, Answer | Exception] = field(default_factory=dict)
    needs_frames: bool = True
    name: str = "fixed"
    asked: list[str] = field(default_factory=list)
    media: list[Opened | None] = field(default_factory=list)
    under_way: int = 0
    most_under_way: int = 0

    async def answer(self, sample: Sample, media: Opened | None) -> Answer:
        self.asked.append(sample.id)
        self.media.append(media)
        self.under_way += 1
        self.most_under_way = max(self.most_under_way, self.under_way)
        await asyncio.sleep(0)
        self.under_way -= 1
        found = self.special.get(sample.id, Answer("A", attempts=1))
        if isinstance(found, Exception):
            raise found
        return found


async def ask_endpoint(url: str, out: Path, count: int, concurrency: int) -> None:
    asked = samples(out.parent / "clips", count)
    patience = Patience(attempts=30, timeout_s=0.5, first_wait_s=0.01, longest_wait_s=0.05)
    async with Endpoint(url, "none", None, patience=patience) as endpoint:
        await run(asked, endpoint, BUDGET, out, header(asked, "endpoint"), concurrency=concurrency)


if __name__ == "__main__":
    asyncio.run(ask_endpoint(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])))
