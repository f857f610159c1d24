"""The file of the frozen benchmark `spacevista_sim`: its records, its quantised truths and their hashes.

JSON Lines: a header, then one line a scene with its rows. Questions are frozen as text; marks are kept as what they
point at, since their pixels follow from the world. Lengths in metres, angles in degrees.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from itertools import groupby
from typing import Literal, TypeVar

import msgspec

from spacevista.errors import DatasetError
from spacevista.qa.record import Color, Form, MarkKind, PromptType, ScaleName, TaskName
from spacevista.sim.seeds import BENCHMARK_SEEDS
from spacevista.tasks.facts import Candidate, Quantity
from spacevista.tasks.plans import Agent, Plan

NAME: Literal["spacevista_sim"] = "spacevista_sim"
FILE = files("spacevista.qa") / f"{NAME}.jsonl"
BENCHMARK_VERSION = 3  # raise it with every freeze that is published: scores of two versions are not compared
MAX_BYTES = 8_000_000

SIGNIFICANT_DIGITS = 4  # of lengths, distances and depths, and of a motion's path
ANGLE_DECIMALS = 2
MIN_PATH_M = 1e-9  # a shorter path is rounding noise of a camera that only turned
# A value at the edge between two steps may fall to either side on another processor: half a step is rounding, the
# rest is this slack. Minimum-volume boxes, the loosest of the truths, repeat to 1e-5.
SLACK_STEPS = 0.25

Record = TypeVar("Record")


class PointedAt(msgspec.Struct, frozen=True, forbid_unknown_fields=True, array_like=True):
    """A mark without its pixels; `frame_index` counts in the row's `sent` frames."""

    kind: MarkKind
    frame_index: int
    object_id: int
    color: Color


class Plans(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What a question about plans rests on, as in `tasks.plans.PlanFact`: the right plan, then those that fail."""

    plans: tuple[Plan, ...]
    tolerance_m: float
    reach_m: float
    agent: Agent | None = None


class Row(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One frozen question: the candidate, how it is asked, and its truth.

    Attributes:
        about: the candidate's frames.
        sent: the frames that go with the question.
        values: the quantised truth, () for a choice.
        choice: the true choice (an object's id as text, or a word), "" for numbers.
        margin: of the choice, from the truths that it compares.
        unit: of the answer, "" for a choice.
        plans: of a question that tells or offers plans.
    """

    task: TaskName
    aspect: str
    form: Form
    prompt_type: PromptType
    question: str
    answer: str
    sent: tuple[int, ...]
    objects: tuple[int, ...] = ()
    about: tuple[int, ...] = ()
    point_px: tuple[float, float] | None = None
    options: tuple[str, ...] = ()
    marks: tuple[PointedAt, ...] = ()
    values: tuple[float, ...] = ()
    choice: str = ""
    margin: float = 0.0
    unit: str = ""
    plans: Plans | None = None

    @property
    def candidate(self) -> Candidate:
        return Candidate(self.task, self.aspect, self.objects, self.about, self.point_px)


class FrozenScene(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The questions of one world, and what of the world their words rest on: its frames, what its objects are."""

    scale: ScaleName
    seed: int
    frames: int
    categories: dict[int, str]
    rows: tuple[Row, ...]


class Header(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the benchmark was frozen with, and hashes: of the truths by scale ("all": of all), of the scenes' lines."""

    name: Literal["spacevista_sim"]
    version: int
    package: str
    world_version: int
    task_version: int
    qa_version: int
    truth_sha256: dict[str, str]
    lines_sha256: str


@dataclass(frozen=True)
class Benchmark:
    """The frozen benchmark."""

    header: Header
    scenes: tuple[FrozenScene, ...]


def steps(quantity: Quantity, values: Sequence[float]) -> tuple[float, ...]:
    """Return the step that each value is rounded to, from the value or, in a motion, from the path and the angles."""
    if quantity == "motion":
        return (_step(max(math.hypot(*values[:3]), MIN_PATH_M)),) * 3 + (10.0**-ANGLE_DECIMALS,) * 2
    return tuple(_step(abs(value)) for value in values)


def quantised(quantity: Quantity, values: Sequence[float]) -> tuple[float, ...]:
    """Return values rounded to their steps."""
    return tuple(_rounded(v, step) for v, step in zip(values, steps(quantity, values), strict=True))


def agrees(quantity: Quantity, frozen: tuple[float, ...], now: tuple[float, ...]) -> bool:
    """Tell whether values computed now are those that were frozen, up to rounding."""
    if not frozen or len(frozen) != len(now):
        return frozen == now
    allowed = (step * (0.5 + SLACK_STEPS) for step in steps(quantity, frozen))
    return all(abs(f - n) <= a for f, n, a in zip(frozen, now, allowed, strict=True))


def truth_hashes(scenes: Iterable[FrozenScene]) -> dict[str, str]:
    """Return the hash of the quantised truths of each scale, and of all under "all"."""
    every = list(scenes)
    by_scale = {scale: list(group) for scale, group in groupby(every, lambda scene: scene.scale)}
    return {scale: _truth_hash(group) for scale, group in by_scale.items()} | {"all": _truth_hash(every)}


def encode(header: Header, scenes: Sequence[FrozenScene]) -> bytes:
    """Return the file of a benchmark; the header's hashes are those of the scenes."""
    return msgspec.json.encode(header) + b"\n" + encode_scenes(scenes)


def encode_scenes(scenes: Iterable[FrozenScene]) -> bytes:
    return b"".join(msgspec.json.encode(scene) + b"\n" for scene in scenes)


def lines_hash(scenes: Iterable[FrozenScene]) -> str:
    return hashlib.sha256(encode_scenes(scenes)).hexdigest()


def load_benchmark(file: Traversable = FILE) -> Benchmark:
    """Read the frozen benchmark; nothing is computed but its hashes.

    Raises:
        DatasetError: the file is damaged, or is not what was frozen; names the line or the hash.
    """
    content = file.read_bytes()
    if len(content) > MAX_BYTES:
        raise DatasetError(f"{file}: expected at most {MAX_BYTES} bytes, got {len(content)}")
    first, *rest = content.splitlines() or [b""]
    header = _decoded(first, Header, file, 1)
    if header.version != BENCHMARK_VERSION:
        raise DatasetError(f"{file}: expected version {BENCHMARK_VERSION}, got {header.version}")
    scenes = tuple(_decoded(line, FrozenScene, file, number) for number, line in enumerate(rest, start=2))
    strange = [scene.seed for scene in scenes if scene.seed not in BENCHMARK_SEEDS]
    if strange:
        raise DatasetError(f"{file}: expected the seeds of the benchmark, got {strange[0]}")
    truths = truth_hashes(scenes)
    for scale in sorted(truths.keys() | header.truth_sha256.keys()):
        if truths.get(scale) != header.truth_sha256.get(scale):
            raise DatasetError(
                f"{file}: expected truths of scale {scale} with hash {header.truth_sha256.get(scale)}, "
                f"got {truths.get(scale)}"
            )
    if lines_hash(scenes) != header.lines_sha256:
        raise DatasetError(f"{file}: expected rows with hash {header.lines_sha256}, got {lines_hash(scenes)}")
    return Benchmark(header, scenes)


def _decoded(line: bytes, kind: type[Record], file: Traversable, number: int) -> Record:
    try:
        return msgspec.json.decode(line, type=kind)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError) as error:
        raise DatasetError(f"{file}, line {number}: {error}") from error


def _truth_hash(scenes: Iterable[FrozenScene]) -> str:
    truths = [
        (scene.scale, scene.seed, r.task, r.aspect, r.objects, r.about, r.point_px, r.values, r.choice, r.plans)
        for scene in scenes
        for r in scene.rows
    ]
    return hashlib.sha256(msgspec.json.encode(truths)).hexdigest()


def _step(size: float) -> float:
    return 10.0 ** (math.floor(math.log10(size)) + 1 - SIGNIFICANT_DIGITS) if size > 0 else 1.0


def _rounded(value: float, step: float) -> float:
    return round(value, -round(math.log10(step))) + 0.0  # no "-0"
