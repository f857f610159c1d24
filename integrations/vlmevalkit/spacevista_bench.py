"""SpaceVista-Bench for VLMEvalKit: what its dataset class does, by the package spacevista.

Environment: SPACEVISTA_BENCH is the folder with bench_final.json and the frames. The class is in spacevista_dataset.py,
since it can only be made where VLMEvalKit is installed.
"""

from __future__ import annotations

import hashlib
import logging
import math
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from spacevista.errors import DatasetError
from spacevista.evals.media import open_media
from spacevista.evals.records import Budget, Sample
from spacevista.evals.spacevista_bench import read
from spacevista.scoring import Parser, aggregate, score_row

BENCHMARK = "spacevista_bench"
FOLDER = "SPACEVISTA_BENCH"
PARSERS: tuple[Parser, ...] = ("official", "strict")
FAILED = "Failed to obtain answer"  # what VLMEvalKit writes where a model gave none


class Bench:
    """The benchmark of a folder: its rows, its pictures as files, and its scores.

    Attributes:
        samples: by id.
        rejected: how many rows could not be asked; they count as unscored.
    """

    def __init__(self, folder: Path) -> None:
        found = read(folder)
        for rejected in found.rejected:
            logging.warning("SpaceVista-Bench: not asked: %s: %s", rejected.id, rejected.reason)
        self.samples: dict[str, Sample] = {sample.id: sample for sample in found.samples}
        self.rejected = len(found.rejected)

    def rows(self) -> list[dict[str, str]]:
        """Return the table that VLMEvalKit keeps: texts only, since a spreadsheet would turn numbers."""
        return [
            {
                "index": sample.id,
                "question": sample.prompt,
                "answer": str(sample.row["ground_truth"]),
                "category": str(sample.row["category"]),
                "question_type": sample.task,
            }
            for sample in self.samples.values()
        ]

    def pictures(self, sample_id: str, root: Path, budget: Budget) -> list[str]:
        """Return the frames of a question as PNG files below `root`, marks drawn; written when they are first needed.

        Raises:
            MediaError: a frame is missing or damaged.
        """
        sample = self.samples[sample_id]
        name = hashlib.sha256(sample_id.encode()).hexdigest()[:20]  # an id may hold what a file name must not
        folder = root / f"{budget.frames}_frames_{budget.longest_edge_px}_px" / name
        done = folder / "done"
        if not done.exists():
            folder.mkdir(parents=True, exist_ok=True)
            images = open_media(sample, budget).images
            for number, image in enumerate(images):
                _write(folder / f"{number:03d}.png", image)
            done.write_text(str(len(images)))
        return [str(folder / f"{number:03d}.png") for number in range(int(done.read_text()))]

    def scores(self, predictions: Mapping[str, object]) -> dict[str, float | None]:
        """Return the scores of answers by id, as VLMEvalKit reports them; None is the mean of nothing.

        `overall` is the released scorer's, `strict|overall` the same answers by the strict parser. Questions without an
        answer are unscored: counted, and in no mean.
        """
        lines = [self._line(sample, predictions.get(sample.id)) for sample in self.samples.values()]
        found: dict[str, float | None] = {}
        for parser in PARSERS:
            scores = [score_row(BENCHMARK, line, parser) for line in lines]
            means = aggregate(BENCHMARK, lines, scores)
            prefix = "" if parser == "official" else f"{parser}|"
            found[f"{prefix}overall"] = means["overall"]
            found[f"{prefix}unscored"] = means["unscored"] + self.rejected
            found |= {f"{prefix}{form}": mean for form, mean in means["by_answer_type"].items()}
            found |= {f"{prefix}{name}": part["overall"] for name, part in means["by_category"].items()}
            found |= {f"{prefix}{task}": mean for task, mean in means["by_type"].items()}
        return found

    def _line(self, sample: Sample, prediction: object) -> dict[str, Any]:
        return {**sample.row, "id": sample.id, "predicted_answer": _answer(prediction)}


def bench_folder() -> Path:
    """Return the folder that SPACEVISTA_BENCH names.

    Raises:
        DatasetError: it names none.
    """
    folder = os.environ.get(FOLDER)
    if not folder:
        raise DatasetError(f"expected {FOLDER} to name the folder with bench_final.json, got nothing")
    return Path(folder)


def answers(rows: Iterable[Mapping[str, object]]) -> dict[str, object]:
    """Return the predictions of a table's rows by id."""
    return {str(row["index"]): row.get("prediction") for row in rows}


def _answer(prediction: object) -> str | None:
    """Return the text of a prediction; None where the spreadsheet is empty (nan) or the model failed."""
    if prediction is None or (isinstance(prediction, float) and math.isnan(prediction)):
        return None
    text = str(prediction)
    return None if text.startswith(FAILED) else text


def _write(path: Path, image: Any) -> None:
    """Write a picture at once, so that a process that is killed, or another one, leaves no part of one."""
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    image.save(part, format="PNG")
    os.replace(part, path)
