"""The options of `spacevista rationale`. Nothing heavy is imported here: help is quick."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter
from cyclopts.validators import Number

_Count = Annotated[int, Parameter(validator=Number(gte=1))]
_Seed = Annotated[int, Parameter(validator=Number(gte=0))]

SPLITS = ("train", "val", "test")


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class RationaleOptions:
    """What `rationale` is called with.

    Args:
        source: computed: from the measured facts; endpoint: told by a model.
        splits: whose rows get new rationales, with commas between; the others keep theirs.
        limit: at most this many rows, drawn evenly; a larger limit later goes on with the others.
        model: name at the endpoint.
        url: of an OpenAI-compatible endpoint, such as http://localhost:8000/v1.
        key_env: environment variable that holds the endpoint's key, if it wants one; the key is written nowhere.
        replies: folder for what the endpoint replied, by default replies/ in the data set's folder.
        frames: sampled from each clip.
        longest_edge: pixels; larger frames are made smaller.
        concurrency: questions under way at once.
        retry_unscored: ask those again that got no reply.
        seed: sent to the endpoint; seeds the waits between attempts.
        json: print the figures as the last line.
    """

    source: Literal["computed", "endpoint"]
    splits: str = "train,val"
    limit: _Count | None = None
    model: str = ""
    url: str = ""
    key_env: str = ""
    replies: Path | None = None
    frames: _Count = 16
    longest_edge: _Count = 448
    concurrency: _Count = 8
    retry_unscored: bool = False
    seed: _Seed = 0
    json: bool = False

    def fault(self) -> str:
        """Return what is wrong with the options together, "" if nothing is."""
        needed = ("model", "url") if self.source == "endpoint" else ()
        if missing := [f"--{option}" for option in needed if not getattr(self, option)]:
            return f"--source {self.source}: expected {' and '.join(missing)}"
        return ""
