"""Scoring one million saved SpaceVista-Bench answers, against the released scorers' way of doing it.

The file has lines as the released script writes them: reasoning of 40 to 160 words, then the answer. Ours reads it
line by line. The rival does, step by step, what the released scorer does: `json.loads` of every line into a list, a
search for each number word in turn, thresholds by `np.linspace` for every number, then means over groups of the whole
list (in numpy, which is faster than the data frame of the original). `seconds_1m` and `peak_mb_1m` (of a process of its
own) are ours in official mode; the rival is timed on `--rival-lines` lines and scaled up. Run it on an idle machine.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from common import Result, Timing, report
from spacevista.evals.scores import scores_of
from spacevista.scoring import Parser

Call = Callable[[], object]

LINES = 1_000_000
REPEATS = 3
PARSERS = {"": "official", "_strict": "strict"}
WORDS = (
    *("the", "camera", "moves", "past", "a", "red", "box", "and", "two", "chairs", "so", "it", "is", "about"),
    *("3.5", "m"),
)
CATEGORIES = ("Indoor", "Outdoor", "Tabletop", "TinyTabletop")
TYPES = (
    *("OBJECT_COUNTING", "DEPTH", "OBJECT_DISTANCE", "HEIGHT", "APPEAR_ORDER", "SPATIAL_RELATION", "ROOM_SIZE"),
    "MATCH",
)
NUMBERS = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"),
    *("thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen", "twenty", "thirty", "forty"),
    *("fifty", "sixty", "seventy", "eighty", "ninety", "a", "an"),
)


def write_lines(path: Path, count: int) -> None:
    """Write results lines: half numbers, four in ten letters, the rest short texts."""
    rng = random.Random(0)  # noqa: S311
    thoughts = [" ".join(rng.choices(WORDS, k=rng.randint(40, 160))) for _ in range(2000)]
    with path.open("w", encoding="utf-8") as file:
        for number in range(count):
            kind = rng.choices(("numerical", "mc", "text"), (5, 4, 1))[0]
            if kind == "numerical":
                true = float(f"{10 ** rng.uniform(-2, 3):.3g}")
                told = true * rng.lognormvariate(0, 0.3)
                truth, answer = repr(true), f"{told:.3g}{rng.choice(('', ' m', ' cm', '.'))}"
            elif kind == "mc":
                truth, answer = rng.choice("ABCD"), rng.choice("ABCD") + rng.choice(("", ".", " left"))
            else:
                truth, answer = rng.choice(("left", "right")), rng.choice(("left", "Right"))
            row = {
                "id": f"item_{number}",
                "category": rng.choice(CATEGORIES),
                "original_type": rng.choice(TYPES),
                "ground_truth": truth,
                "predicted_answer": f"<think>{rng.choice(thoughts)}</think><answer>{answer}</answer>",
                "answer_type": kind,
                "num_frames_sent": 16,
            }
            file.write(json.dumps(row) + "\n")


def ours(path: Path, parser: Parser = "official") -> dict[str, Any]:
    return scores_of(path, "spacevista_bench", (parser,)).aggregates[parser]


# The rival.


def rival_extract(text: str) -> str:
    found = re.search(r"<answer>\s*(.*?)\s*</answer>", text, re.DOTALL | re.IGNORECASE)
    return found.group(1).strip() if found else text


def rival_number(text: str) -> float | None:
    text = text.strip().lower()
    for value, word in enumerate(NUMBERS):
        if re.search(r"\b" + word + r"\b", text):
            return float(value)  # for words above twenty another number, which takes as long
    found = re.search(r"-?\d+(\.\d+)?", text)
    return float(found.group()) if found else None


def rival_accuracy(prediction: float | None, truth: float) -> float:
    if prediction is None:
        return 0.0
    error = abs(prediction - truth) / abs(truth) if truth else abs(prediction)
    return float((error <= 1 - np.linspace(0.5, 0.95, int((0.95 - 0.5) / 0.05 + 2))).mean())


def rival_score(row: dict[str, Any]) -> float:
    answer, truth = rival_extract(row["predicted_answer"]), row["ground_truth"]
    if row["answer_type"] == "numerical":
        return rival_accuracy(rival_number(answer), float(truth))
    if row["answer_type"] == "mc":
        found = re.search(r"^\s*([A-D])\b", answer.strip(), re.IGNORECASE)
        answer = found.group(1).upper() if found else answer
    return float(answer.strip().lower() == truth.strip().lower())


def rival_file(path: Path) -> dict[str, Any]:
    rows = []
    with path.open(encoding="utf-8") as file:
        for line in file:
            row = json.loads(line)
            row["score"] = rival_score(row)
            rows.append(row)
    names = {field: np.array([row[field] for row in rows]) for field in ("category", "answer_type", "original_type")}
    scores = np.array([row["score"] for row in rows])
    cells = {
        (category, kind): scores[(names["category"] == category) & (names["answer_type"] == kind)].mean()
        for category in CATEGORIES
        for kind in ("mc", "numerical", "text")
    }
    types = {name: scores[names["original_type"] == name].mean() for name in TYPES}
    return {"overall": float(scores.mean()), "cells": cells, "by_type": types}


def peak_mb(path: Path, parser: str) -> float:
    """Return the peak memory of a fresh process that scores the file, in MB (10^6 bytes), interpreter included."""
    command = [sys.executable, __file__, "--peak-of", str(path), "--parser", parser]
    done = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603
    return float(done.stdout)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--lines", type=int, default=LINES)
    options.add_argument("--rival-lines", type=int, default=100_000)
    options.add_argument("--peak-of", type=Path)
    options.add_argument("--parser", choices=("official", "strict"), default="official")
    given = options.parse_args()
    if given.peak_of:
        ours(given.peak_of, given.parser)
        print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6)
        return
    with tempfile.TemporaryDirectory() as folder:
        report("scoring", measured(Path(folder), given.lines, given.rival_lines), ("numpy", "msgspec"))


def measured(folder: Path, lines: int, rival_lines: int) -> list[Result]:
    """Return seconds for a million lines of both, and ours' peak memory."""
    whole, part = folder / "results.jsonl", folder / "part.jsonl"
    write_lines(whole, lines)
    write_lines(part, rival_lines)
    # Before this process grows: a child's peak starts with what its parent holds when it is made.
    peaks = [Result(f"peak_mb_1m{name}", peak_mb(whole, parser), "MB") for name, parser in PARSERS.items()]
    mine, theirs = ours(part), rival_file(part)
    if abs(mine["overall"] - theirs["overall"]) > 1e-9:
        raise SystemExit(f"expected equal overall scores, got {mine['overall']} and {theirs['overall']}")
    walls, processor_s = interleaved(
        {
            "seconds_1m": (lambda: ours(whole), lines),
            "seconds_1m_strict": (lambda: ours(whole, "strict"), lines),
            "rival_seconds_1m": (lambda: rival_file(part), rival_lines),
        }
    )
    share = walls["seconds_1m"].median_s / walls["rival_seconds_1m"].median_s
    processor_share = processor_s["seconds_1m"] / processor_s["rival_seconds_1m"]
    return [
        *(Result(name, timing.median_s, "s") for name, timing in walls.items()),
        *(Result(f"{name}_iqr", timing.iqr_s, "s") for name, timing in walls.items()),
        *(Result(f"processor_{name}", seconds, "s") for name, seconds in processor_s.items()),
        *peaks,
        Result("share_of_rival", share, "-"),
        Result("processor_share_of_rival", processor_share, "-"),
    ]


def interleaved(calls: dict[str, tuple[Call, int]]) -> tuple[dict[str, Timing], dict[str, float]]:
    """Time calls in turn, so that what else the machine does meets all of them; return seconds for a million lines.

    Returns wall times with their spread, and medians of processor time. One round before does not count.
    """
    walls: dict[str, list[float]] = {name: [] for name in calls}
    processor: dict[str, list[float]] = {name: [] for name in calls}
    for _ in range(1 + REPEATS):
        for name, (call, lines) in calls.items():
            wall, own = time.perf_counter(), time.process_time()
            call()
            walls[name].append((time.perf_counter() - wall) * 1e6 / lines)
            processor[name].append((time.process_time() - own) * 1e6 / lines)
    quarters = {name: statistics.quantiles(times[1:], n=4, method="inclusive") for name, times in walls.items()}
    timings = {name: Timing(q[1], q[2] - q[0]) for name, q in quarters.items()}
    return timings, {name: statistics.median(times[1:]) for name, times in processor.items()}


if __name__ == "__main__":
    main()
