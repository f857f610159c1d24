"""The dataset class of SpaceVista-Bench for VLMEvalKit, and how VLMEvalKit comes to know it.

In a checkout of VLMEvalKit: copy this file and spacevista_bench.py into one folder on the path and call `register()`
before the run, or start the run with run.py beside this file, which does both.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import vlmeval.dataset
from spacevista_bench import Bench, answers, bench_folder
from vlmeval.dataset.image_base import ImageBaseDataset
from vlmeval.smp import dump, load

from spacevista.evals.records import Budget

NAME = "SpaceVista-Bench"


class SpaceVistaBench(ImageBaseDataset):  # type: ignore[misc]  # VLMEvalKit has no types
    """Questions about the frames of a clip; answers are letters, numbers and short texts. No judge is asked."""

    TYPE = "VQA"
    MODALITY = "IMAGE"
    BUDGET = Budget(frames=16, longest_edge_px=448)  # the source's setting

    @classmethod
    def supported_datasets(cls) -> list[str]:
        """Return the names under which the data set is asked for."""
        return [NAME]

    def load_data(self, dataset: str) -> pd.DataFrame:
        """Return the questions of the folder that SPACEVISTA_BENCH names."""
        self.bench = Bench(bench_folder())
        return pd.DataFrame(self.bench.rows())

    def dump_image(self, line: Mapping[str, Any]) -> list[str]:
        """Return the frames of a question as files."""
        return self.bench.pictures(str(line["index"]), Path(self.img_root), self.BUDGET)

    def build_prompt(self, line: int | Mapping[str, Any]) -> list[dict[str, str]]:
        """Return the frames and then the question, as VLMEvalKit's messages."""
        row = self.data.iloc[line] if isinstance(line, int) else line
        frames = [{"type": "image", "value": path} for path in self.dump_image(row)]
        return [*frames, {"type": "text", "value": str(row["question"])}]

    def evaluate(self, eval_file: str, **judge_kwargs: Any) -> dict[str, float | None]:
        """Return the scores of a predictions file, and write them beside it."""
        table = load(eval_file)
        scores = self.bench.scores(answers(table.to_dict("records")))
        path = Path(eval_file)
        dump(scores, str(path.with_name(f"{path.stem}_score.json")))
        return scores


def register() -> None:
    """Make VLMEvalKit find the data set by its name; doing it twice changes nothing."""
    if SpaceVistaBench not in vlmeval.dataset.DATASET_CLASSES:
        vlmeval.dataset.DATASET_CLASSES.append(SpaceVistaBench)
        vlmeval.dataset.SUPPORTED_DATASETS.append(NAME)
        vlmeval.dataset.SpaceVistaBench = SpaceVistaBench  # a run's --config names the class
