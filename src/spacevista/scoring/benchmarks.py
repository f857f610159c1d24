"""What each benchmark's results lines hold: its question types, how each is scored, the unit of its numbers.

Source of the types: the released scorers of VSI-Bench, STI-Bench, MMSI-Bench, SPAR-Bench and SpaceVista-Bench (JSON and
older parquet form). Units are those that the questions name; "" where they differ from question to question.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from spacevista.scoring.errors import ScoringError
from spacevista.scoring.units import unit_asked

Row = Mapping[str, Any]  # one line of a results file
Parser = Literal["official", "strict"]
Form = Literal["mc", "reg", "free"]
Kind = Literal["choice", "number", "text", "spar_motion", "motion", "place", "sentence", "unknown"]
Benchmark = Literal[
    "vsi_bench", "sti_bench", "mmsi_bench", "spar_bench", "spacevista_bench", "spacevista_parquet", "spacevista_sim"
]

BENCHMARKS: tuple[Benchmark, ...] = (
    *("vsi_bench", "sti_bench", "mmsi_bench", "spar_bench"),
    *("spacevista_bench", "spacevista_parquet", "spacevista_sim"),
)

VSI_DIRECTIONS = ("object_rel_direction_easy", "object_rel_direction_medium", "object_rel_direction_hard")
VSI_CHOICES = (*VSI_DIRECTIONS, "object_rel_distance", "route_planning", "obj_appearance_order")
VSI_UNITS: dict[str, str] = {
    "object_abs_distance": "m",
    "object_counting": "",
    "object_size_estimation": "cm",
    "room_size_estimation": "square m",
}

STI_REASONING = (
    *("Dimensional Measurement", "Displacement & Path Length", "Ego-Centric Orientation"),
    *("Spatial Relation", "Speed & Acceleration", "Trajectory Description"),
)
STI_TASKS = (*STI_REASONING, "3D Video Grounding", "Pose Estimation")

MMSI_TYPES = (  # with the files' own en dashes
    *(f"Positional Relationship ({pair})" for pair in ("Cam.–Obj.", "Cam.–Reg.", "Cam.–Cam.", "Obj.–Obj.")),
    *(f"Positional Relationship ({pair})" for pair in ("Obj.–Reg.", "Reg.–Reg.")),
    *("Attribute (Appr.)", "Attribute (Meas.)", "Motion (Cam.)", "Motion (Obj.)", "MSR"),
)

SPAR_MOTION = "view_change_infer"
SPAR_NUMBERS = tuple(
    f"{what}_prediction_{which}{views}"
    for what in ("depth", "distance")
    for views in ("", "_mv")
    for which in ("oc", "oo")
)
SPAR_CHOICES = (
    *("obj_spatial_relation_oo", "obj_spatial_relation_oc_mv", "obj_spatial_relation_oo_mv"),
    *("spatial_imagination_oc", "spatial_imagination_oo", "spatial_imagination_oc_mv", "spatial_imagination_oo_mv"),
    *("position_matching", "camera_motion_infer", "distance_infer_center_oo", "distance_infer_center_oo_mv"),
)
SPAR_MIDDLE = (SPAR_MOTION, "position_matching", "camera_motion_infer")
SPAR_LEVELS: dict[str, tuple[str, ...]] = {
    "low": SPAR_NUMBERS,
    "middle": SPAR_MIDDLE,
    "high": tuple(task for task in SPAR_CHOICES if task not in SPAR_MIDDLE),
}

PARQUET_CHOICES = (
    *("EXISTENCE", "COMPARISON_HEIGHT", "COMPARISON_WIDTH", "POSITION_ACROSS_FRAME"),
    *("APPEAR_ORDER", "CAMERA_MOVING", "SPATIAL_RELATION", "OBJECT_MATCHING"),
)
PARQUET_UNITS: dict[str, str] = {
    **dict.fromkeys(("COUNTING", "DEPTH_all", "DEPTH", "HEIGHT", "WIDTH", "OBJECT_DISTANCE"), ""),
    **dict.fromkeys(("ROOM_SIZE", "OBJECT_RELATIVE_DISTANCE"), ""),
    **dict.fromkeys(("OBJECT_ROTATION", "CAMERA_ROTATION"), "degrees"),
}

PLACE_LENGTH = 2  # a distance and an azimuth
LARGEST = sys.float_info.max  # JSON can hold longer integers

BENCH_KINDS: dict[str, Kind] = {"mc": "choice", "numerical": "number", "text": "text"}


@dataclass(frozen=True)
class Layout:
    """How the lines of one benchmark are read.

    Attributes:
        task: the field that holds the question type.
        groups: the other fields that its released aggregate looks at.
        kinds: how each question type is scored, where the type decides that; {} where another field does.
        units: unit of a type's numbers, where it is the same for all of its questions.
        letters: how many options a question has if its line does not list them.
    """

    task: str
    groups: tuple[str, ...]
    kinds: Mapping[str, Kind]
    units: Mapping[str, str]
    letters: int


def _kinds(choices: tuple[str, ...], numbers: Mapping[str, str]) -> dict[str, Kind]:
    return {**dict.fromkeys(choices, "choice"), **dict.fromkeys(numbers, "number")}


SPAR_UNITS = dict.fromkeys(SPAR_NUMBERS, "m")
LAYOUTS: dict[str, Layout] = {
    "vsi_bench": Layout("question_type", (), _kinds(VSI_CHOICES, VSI_UNITS), VSI_UNITS, letters=4),
    "sti_bench": Layout("task", (), {}, {}, letters=5),
    "mmsi_bench": Layout("question_type", (), {}, {}, letters=4),
    "spar_bench": Layout(
        "task", ("image_type",), {**_kinds(SPAR_CHOICES, SPAR_UNITS), SPAR_MOTION: "spar_motion"}, SPAR_UNITS, letters=4
    ),
    "spacevista_bench": Layout("original_type", ("category", "answer_type"), {}, {}, letters=5),
    "spacevista_parquet": Layout(
        "question_type", ("task_type",), _kinds(PARQUET_CHOICES, PARQUET_UNITS), PARQUET_UNITS, letters=5
    ),
    "spacevista_sim": Layout("task", ("scale", "form"), {}, {}, letters=4),
}


def layout_of(benchmark: str) -> Layout:
    """Return how the lines of a benchmark are read.

    Raises:
        ScoringError: there is no such benchmark.
    """
    layout = LAYOUTS.get(benchmark)
    if layout is None:
        raise ScoringError(f"expected one of the benchmarks {', '.join(BENCHMARKS)}, got {benchmark!r}")
    return layout


def name_of(row: Row) -> str:
    """Return what an error calls a row: its id, or else its fields."""
    if row.get("id") not in (None, ""):
        return f"row {row['id']!r:.80}"
    return f"row with fields {', '.join(sorted(map(str, row)))}"


def field_of(benchmark: str, row: Row, field: str) -> Any:
    """Return a field of a row.

    Raises:
        ScoringError: the row has no such field.
    """
    try:
        return row[field]
    except KeyError:
        raise ScoringError(f"{benchmark}, {name_of(row)}: expected a field {field!r}, got none") from None


def task_of(benchmark: str, row: Row) -> str:
    """Return the question type of a row (of SpaceVista-Bench, its `original_type`).

    Raises:
        ScoringError: there is no such benchmark, or the row lacks the field.
    """
    return str(field_of(benchmark, row, layout_of(benchmark).task))


def kind_of(benchmark: str, row: Row) -> Kind:
    """Return how a row is scored.

    Raises:
        ScoringError: there is no such benchmark, the row lacks a field, or its type is none of the benchmark's.
    """
    by_row = FREE_KINDS.get(benchmark)
    if by_row is not None:
        return by_row(row)
    layout = layout_of(benchmark)
    task = field_of(benchmark, row, layout.task)
    kind = layout.kinds.get(task) if isinstance(task, str) else None
    if kind is None:
        known = ", ".join(layout.kinds)
        raise ScoringError(
            f"{benchmark}, {name_of(row)}: expected {layout.task} to be one of {known}, got {task!r:.80}"
        )
    return kind


def _choice_kind(row: Row) -> Kind:
    return "choice"


def _bench_kind(row: Row) -> Kind:
    kind = row.get("answer_type")
    return BENCH_KINDS.get(kind, "unknown") if type(kind) is str else "unknown"


def sim_value(row: Row) -> tuple[float, ...]:
    """Return the numbers of the truth of a spacevista_sim row, in its unit; () where it lists none.

    Raises:
        ScoringError: `value` is no list of finite numbers.
    """
    value = row.get("value") or ()
    if isinstance(value, list | tuple) and all(isinstance(v, int | float) and abs(v) <= LARGEST for v in value):
        return tuple(map(float, value))
    raise ScoringError(
        f"spacevista_sim, {name_of(row)}: expected value to be a list of finite numbers, got {value!r:.80}"
    )


def _sim_kind(row: Row) -> Kind:
    form = field_of("spacevista_sim", row, "form")
    if form == "mc":
        return "choice"
    if form not in ("reg", "free"):
        raise ScoringError(f"spacevista_sim, {name_of(row)}: expected form mc, reg or free, got {form!r:.80}")
    value = sim_value(row)
    if len(value) > 1:
        return "place" if len(value) == PLACE_LENGTH else "motion"
    return "number" if form == "reg" or value else "sentence"


# Benchmarks whose question type does not decide how a row is scored.
FREE_KINDS: dict[str, Callable[[Row], Kind]] = {
    "sti_bench": _choice_kind,
    "mmsi_bench": _choice_kind,
    "spacevista_bench": _bench_kind,
    "spacevista_sim": _sim_kind,
}


def form_of(benchmark: str, row: Row) -> Form:
    """Return the form of a row's answer: multiple choice, a number or numbers, or free text.

    Raises:
        ScoringError: as `kind_of`.
    """
    if benchmark == "spacevista_sim":
        _sim_kind(row)
        return row["form"]  # type: ignore[no-any-return]
    kind = kind_of(benchmark, row)
    if kind == "choice":
        return "mc"
    return "reg" if kind in ("number", "spar_motion") else "free"


def unit_of(benchmark: str, row: Row) -> str:
    """Return the unit of a row's number: its own, its type's, the one its question asks for, or ""."""
    unit = row.get("unit")
    if isinstance(unit, str) and unit:
        return unit
    layout, question = layout_of(benchmark), row.get("question")
    return layout.units.get(str(row.get(layout.task)), "") or (
        unit_asked(question) if isinstance(question, str) else ""
    )
