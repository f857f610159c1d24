"""The records of evaluation: a benchmark's rows as samples, where their pictures are, and what could not be used.

Pixels are of the full-size frame, [x, y], pixel centres at +0.5, boxes half-open (docs/conventions.md).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Protocol

from PIL import Image

from spacevista.errors import SpacevistaError
from spacevista.qa.record import Form, Mark

BenchmarkName = Literal[
    "vsi_bench", "sti_bench", "mmsi_bench", "spar_bench", "spacevista_bench", "spacevista_parquet", "spacevista_sim"
]
ScaleKey = Literal["tiny_tabletop", "tabletop", "indoor", "outdoor", "drone", ""]
BENCH_SCALES: Mapping[str, ScaleKey] = {  # by what SpaceVista-Bench calls them
    "TinyTabletop": "tiny_tabletop",
    "Tabletop": "tabletop",
    "Indoor": "indoor",
    "Outdoor": "outdoor",
}


class MediaError(SpacevistaError):
    """The pictures of one sample cannot be opened; `sample_id` names it, the message says what was expected."""

    def __init__(self, sample_id: str, reason: str) -> None:
        super().__init__(f"{sample_id}: {reason}")
        self.sample_id = sample_id
        self.reason = reason


class ImageSource(Protocol):
    """A column of encoded pictures that is read when it is needed."""

    def encoded(self, row: int) -> tuple[bytes, ...]:
        """Return the pictures of a row, as PNG, JPEG or WebP files."""


@dataclass(frozen=True)
class Frames:
    """Frames of a clip as picture files, in the order of time.

    Attributes:
        paths: below `root`, checked to stay there.
    """

    root: Path
    paths: tuple[str, ...]


@dataclass(frozen=True)
class Video:
    """A video file below `root`, or the part of it from `start_s` to `end_s` seconds."""

    root: Path
    path: str
    start_s: float = 0.0
    end_s: float = math.inf


@dataclass(frozen=True)
class Images:
    """The pictures that a row holds itself: all of them are sent, none is sampled."""

    source: ImageSource = field(compare=False, repr=False)
    row: int


@dataclass(frozen=True)
class Deferred:
    """Frames that are made when they are first needed, as those of a simulated world.

    Attributes:
        resolve: returns the frames and the marks on them; raises SpacevistaError if it cannot.
    """

    resolve: Callable[[], tuple[Frames, tuple[Mark, ...]]] = field(compare=False, repr=False)


Media = Frames | Video | Images | Deferred


@dataclass(frozen=True)
class Sample:
    """One row of a benchmark, ready to be asked.

    Attributes:
        id: unique in its benchmark.
        scene_id: what the bootstrap draws: rows of one scene are not independent.
        task: the type by which the benchmark reports.
        scale: "" where the benchmark does not say.
        prompt: the whole text that the user sends after the pictures.
        marks: drawn on the frames, whose `frame_index` counts in `media`; () where `media` is Deferred.
        row: the fields of the benchmark's released results line, without `predicted_answer`.
        options: the texts of the options without their letters, () where there are none or they stand in the question.
    """

    id: str
    benchmark: BenchmarkName
    scene_id: str
    task: str
    scale: ScaleKey
    form: Form
    prompt: str
    media: Media
    marks: tuple[Mark, ...]
    row: Mapping[str, object]
    options: tuple[str, ...] = ()


@dataclass(frozen=True)
class Rejected:
    """A row that cannot be asked, and why; it is counted as unscored, never dropped."""

    id: str
    reason: str


@dataclass(frozen=True)
class Loaded:
    """What a benchmark's files gave.

    Attributes:
        notes: what a user should know before a run: videos that are missing, the order of coordinates that was found.
    """

    samples: tuple[Sample, ...]
    rejected: tuple[Rejected, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Budget:
    """How much of the media is sent.

    Attributes:
        frames: uniformly sampled from a clip; frames with marks that are not among them come on top of it.
        longest_edge_px: larger pictures are made smaller, smaller ones stay; None sends them as they are.
    """

    frames: int = 16
    longest_edge_px: int | None = 448


@dataclass(frozen=True)
class Opened:
    """Pictures to send, marks drawn on them.

    Attributes:
        images: RGB, in the order of time.
        indices: which frame (or picture) of the clip each one is, counting from 0, rising.
        timestamps_s: of each one in the video; () for pictures without times.
    """

    images: tuple[Image.Image, ...]
    indices: tuple[int, ...]
    timestamps_s: tuple[float, ...] = ()
