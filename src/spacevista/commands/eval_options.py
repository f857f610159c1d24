"""The options of `spacevista eval run`. Nothing heavy is imported here: help is quick."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter
from cyclopts.validators import Number

from spacevista.scales import Scale

Bench = Literal[
    "vsi_bench", "sti_bench", "mmsi_bench", "spar_bench", "spacevista_bench", "spacevista_parquet", "spacevista_sim"
]
AnswererName = Literal["endpoint", "local", "prior", "geometric", "replay"]
Mode = Literal["official", "strict"]
_Count = Annotated[int, Parameter(validator=Number(gte=1))]
_Seed = Annotated[int, Parameter(validator=Number(gte=0))]

MODELS: tuple[AnswererName, ...] = ("endpoint", "local")
# What an answerer cannot do without, by the name of the option.
NEEDS: dict[AnswererName, tuple[str, ...]] = {
    "endpoint": ("model", "url"),
    "local": ("model",),
    "prior": ("train",),
    "geometric": (),
    "replay": ("predictions",),
}


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class EvalOptions:
    """What `eval run` is called with.

    Args:
        bench: the benchmark.
        answerer: who answers.
        out: folder of the run.
        data: folder of the benchmark's released files; spacevista_sim needs none.
        blind: take the frames away from a model (endpoint, local).
        model: name at the endpoint, or folder of a local model.
        url: of an OpenAI-compatible endpoint, such as http://localhost:8000/v1.
        key_env: environment variable that holds the endpoint's key, if it wants one; the key is written nowhere.
        media: how an endpoint gets a clip: as images, or as one video.
        level: noise level of the geometric answerer.
        train: data set with a training split, for prior.
        predictions: saved answers, for replay.
        frames: sampled from each clip.
        longest_edge: pixels; larger frames are made smaller.
        scales: scale keys with commas between: ask only about these.
        limit: ask at most this many questions, drawn evenly; a larger limit later goes on with the others.
        concurrency: questions under way at once; of a local model, in a batch.
        retry_unscored: ask those again that got no answer.
        parser: whose overall score leads; both are printed.
        seed: sent to the endpoint; seeds the waits between attempts.
        json: print the figures as the last line.
    """

    bench: Bench
    answerer: AnswererName
    out: Path
    data: Path | None = None
    blind: bool = False
    model: str = ""
    url: str = ""
    key_env: str = ""
    media: Literal["images", "video"] = "images"
    level: Literal["exact", "sensor", "harsh"] = "exact"
    train: Path | None = None
    predictions: Path | None = None
    frames: _Count = 16
    longest_edge: _Count = 448
    scales: str = ",".join(Scale)
    limit: _Count | None = None
    concurrency: _Count = 8
    retry_unscored: bool = False
    parser: Mode = "official"
    seed: _Seed = 0
    json: bool = False

    def fault(self) -> str:
        """Return what is wrong with the options together, "" if nothing is."""
        if missing := [f"--{option}" for option in NEEDS[self.answerer] if not getattr(self, option)]:
            return f"--answerer {self.answerer}: expected {' and '.join(missing)}"
        if self.blind and self.answerer not in MODELS:
            return f"--blind: expected a model ({', '.join(MODELS)}), got {self.answerer}, which sees no frames"
        if self.media == "video" and self.answerer != "endpoint":
            return f"--media video: expected --answerer endpoint, got {self.answerer}"
        if self.data is None and self.bench != "spacevista_sim":
            return f"--bench {self.bench}: expected --data, the folder of its released files"
        return ""
