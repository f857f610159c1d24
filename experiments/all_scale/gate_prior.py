"""Gate 3: how far do answers get that never look? The prior, and the best that the question's text allows.

    python -m experiments.all_scale.gate_prior out/lab_main --seed 0

`prior` is the package's baseline (medians of the training split by task). `text` answers the median of the training
rows with the very same question text, the most that a blind model could learn. `band` is told the band, which no
answerer is: what knowing the scale and nothing else is worth. Prints one JSON object.
"""

from __future__ import annotations

import argparse
import json
import math
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

import numpy as np
from experiments.all_scale.record import read_scenes
from experiments.all_scale.words import length_text

from spacevista.evals.prior import Prior
from spacevista.evals.spacevista_sim import read as read_samples
from spacevista.qa.readers import read_questions
from spacevista.qa.record import Question
from spacevista.scales import METRES_PER_UNIT
from spacevista.scoring import score_row
from spacevista.scoring.parse import read_length_m

# A constant guess in a band scores where the truth lies within 0.48 decades (1/1.5 to 2 times the guess), 0.22 of all
# sizes a decade: one in ten, with 0.5 in the mean, so 0.05. The limit is twice that.
MRA_LIMIT = 0.10
LOG_LIMIT = 0.9  # decades: the middle of all bands is 1.2 off in the median, the middle of the right one 0.23
RESAMPLES = 1000


def true_m(question: Question) -> float:
    return question.value[0] * METRES_PER_UNIT[question.unit]


def medians_by(rows: list[Question], key: Callable[[Question], str]) -> dict[str, float]:
    """Return the median length in metres of the training rows of every key."""
    found: defaultdict[str, list[float]] = defaultdict(list)
    for row in rows:
        if row.split == "train":
            found[key(row)].append(true_m(row))
    return {name: float(np.median(values)) for name, values in found.items()}


def run(data: Path, seed: int) -> dict[str, object]:
    """Return MRA (strict) and median |log10 of predicted over true| on the test part, with intervals over scenes."""
    rows = read_questions(data)
    band_of = {scene.id: scene.sizes for scene in read_scenes(data)}
    prior = Prior(rows)
    samples = {sample.id: sample for sample in read_samples(data).samples}

    def by_band(row: Question) -> str:
        return f"{row.task} {band_of[row.scene_id]}"

    text, band = medians_by(rows, lambda row: row.question), medians_by(rows, by_band)
    fallback = float(np.median([true_m(row) for row in rows if row.split == "train"]))
    test = [row for row in rows if row.split == "test"]
    replies = {
        "prior": [prior.answered(samples[row.id]).text or "" for row in test],
        "text": [length_text(text.get(row.question, fallback)) for row in test],
        "band": [length_text(band[by_band(row)]) for row in test],
    }
    scenes = [row.scene_id for row in test]
    found = {
        name: summary([dict(samples[row.id].row) for row in test], test, texts, scenes, seed)
        for name, texts in replies.items()
    }
    passed = all(
        found[name]["mra"] <= MRA_LIMIT and found[name]["median_log10"] >= LOG_LIMIT for name in ("prior", "text")
    )
    return {
        "gate": "prior",
        "seed": seed,
        "rows": len(test),
        "question_texts": len({row.question for row in test}),
        "limits": {"mra": MRA_LIMIT, "median_log10": LOG_LIMIT},
        **found,
        "passed": passed,
    }


def summary(
    samples: list[dict[str, object]], rows: list[Question], texts: list[str], scenes: list[str], seed: int
) -> dict[str, float]:
    """Return MRA and median |log10 ratio| of replies, with 95 % bootstrap intervals over scenes."""
    scores = [
        score_row("spacevista_sim", sample | {"predicted_answer": text}, "strict") or 0.0
        for sample, text in zip(samples, texts, strict=True)
    ]
    lengths = [read_length_m(text) for text in texts]
    errors = [
        abs(math.log10(length / true_m(row))) if length else math.inf for length, row in zip(lengths, rows, strict=True)
    ]
    groups = list(_by_scene(scenes).values())
    rng = np.random.default_rng(seed)
    mras, logs = [], []
    for _ in range(RESAMPLES):
        chosen = np.concatenate([groups[i] for i in rng.integers(len(groups), size=len(groups)).tolist()])
        mras.append(float(np.mean(np.array(scores)[chosen])))
        logs.append(float(np.median(np.array(errors)[chosen])))
    numbers = {
        "mra": float(np.mean(scores)),
        "mra_low": float(np.quantile(mras, 0.025)),
        "mra_high": float(np.quantile(mras, 0.975)),
        "median_log10": float(np.median(errors)),
        "median_log10_low": float(np.quantile(logs, 0.025)),
        "median_log10_high": float(np.quantile(logs, 0.975)),
    }
    return {name: round(number, 4) for name, number in numbers.items()}


def _by_scene(scenes: list[str]) -> dict[str, list[int]]:
    groups: defaultdict[str, list[int]] = defaultdict(list)
    for place, scene in enumerate(scenes):
        groups[scene].append(place)
    return groups


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    print(json.dumps(run(given.data, given.seed)))


if __name__ == "__main__":
    main()
