"""SpaceVista-Bench for lmms-eval: the released folder, its marks and its scores, all by the package spacevista.

Environment: SPACEVISTA_BENCH is the folder with bench_final.json and the frames.
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from spacevista.errors import DatasetError
from spacevista.evals.media import open_media
from spacevista.evals.records import Budget, Loaded, Sample
from spacevista.evals.spacevista_bench import read
from spacevista.scoring import Parser, aggregate, score_row

if TYPE_CHECKING:
    from datasets import Dataset
    from PIL.Image import Image

BENCHMARK = "spacevista_bench"
FOLDER = "SPACEVISTA_BENCH"
PARSERS: tuple[Parser, ...] = ("official", "strict")
FORMS = {"mc": "multiple_choice", "numerical": "numerical", "text": "text"}
SCALES = {"TinyTabletop": "tiny_tabletop", "Tabletop": "tabletop", "Indoor": "indoor", "Outdoor": "outdoor"}

Doc = Mapping[str, Any]  # one question as the harness keeps it; `row` is the released results line as JSON
Item = Mapping[str, Any]  # one answered question: its results line, its scene, its score unless it is unscored


def process_docs(dataset: Dataset) -> Dataset:
    """Return the questions of the released files in place of what the harness loaded.

    Raises:
        DatasetError: SPACEVISTA_BENCH is not set, or names no such benchmark.
    """
    from datasets import Dataset

    found = benchmark(_folder())
    for rejected in found.rejected:
        logging.warning("SpaceVista-Bench: not asked: %s: %s", rejected.id, rejected.reason)
    return Dataset.from_list([doc_of(sample) for sample in found.samples])


def doc_of(sample: Sample) -> dict[str, str]:
    """Return a sample as the harness keeps it: texts only, since answers are letters, numbers and sentences."""
    return {
        "id": sample.id,
        "scene_id": sample.scene_id,
        "question": sample.prompt,
        "answer": str(sample.row["ground_truth"]),
        "question_type": sample.task,
        "row": json.dumps({**sample.row, "id": sample.id}),
    }


def doc_to_visual(doc: Doc, lmms_eval_specific_kwargs: Mapping[str, Any] | None = None) -> list[Image]:
    """Return the frames of a question, marks drawn; the frames that carry a mark come on top of `frames`.

    Raises:
        MediaError: a frame is missing or damaged. The run stops: the harness cannot leave a question unscored.
    """
    settings = lmms_eval_specific_kwargs or {}
    budget = Budget(settings.get("frames", 16), settings.get("longest_edge_px", 448))
    return list(open_media(_samples(_folder())[doc["id"]], budget).images)


def doc_to_text(doc: Doc, lmms_eval_specific_kwargs: Mapping[str, Any] | None = None) -> str:
    """Return the question with its options and what form the answer takes."""
    settings = lmms_eval_specific_kwargs or {}
    return f"{settings.get('pre_prompt', '')}{doc['question']}{settings.get('post_prompt', '')}"


def process_results(doc: Doc, results: Sequence[str]) -> dict[str, Item]:
    """Return the answered question under the name of each metric that it counts for, with the score of its parser."""
    line = {**json.loads(doc["row"]), "predicted_answer": results[0]}
    official, strict = (_item(doc, line, parser) for parser in PARSERS)
    parts = (FORMS.get(line["answer_type"]), SCALES.get(line["category"]))
    mine = dict.fromkeys(["overall", *(part for part in parts if part)], official)
    return {**mine, "overall_strict": strict, "unscored": {"unscored": "score" not in official}}


def mean(items: Sequence[Item]) -> float | None:
    """Return the mean over the items that have a score, as the benchmark's aggregate takes it; None if none has."""
    lines = [item["line"] for item in items]
    overall: float | None = aggregate(BENCHMARK, lines, [item.get("score") for item in items])["overall"]
    return overall


def count_unscored(items: Sequence[Item]) -> int:
    """Return how many questions have no score: rows that could not be asked, and answers that could not be scored."""
    return len(benchmark(_folder()).rejected) + sum(bool(item["unscored"]) for item in items)


def _item(doc: Doc, line: Mapping[str, Any], parser: Parser) -> Item:
    """Return what the harness averages: `score` is left out of an unscored item, so that no error bar counts it."""
    score = score_row(BENCHMARK, line, parser)
    scored = {} if score is None else {"score": score}
    return {"line": line, "scene_id": doc["scene_id"], **scored}


@lru_cache(maxsize=1)
def benchmark(folder: Path) -> Loaded:
    """Return the benchmark in a folder; it is read once a process and function of the task file."""
    return read(folder)


@lru_cache(maxsize=1)
def _samples(folder: Path) -> Mapping[str, Sample]:
    return {sample.id: sample for sample in benchmark(folder).samples}


def _folder() -> Path:
    folder = os.environ.get(FOLDER)
    if not folder:
        raise DatasetError(f"expected {FOLDER} to name the folder with bench_final.json, got nothing")
    return Path(folder)
