"""How a report writes a number, a name or a table: for the terminal and the page alike.

An empty group is "–", never 0. Texts from prediction files are escaped where HTML is made.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from typing import Literal

from spacevista.evals.compare import Comparison, Difference, Unpaired
from spacevista.evals.intervals import FEW_SCENES, Measured
from spacevista.evals.report import BenchmarkReport
from spacevista.evals.tables import Key, RunTable
from spacevista.qa.page_text import percent
from spacevista.scales import SCALE_FACTS, Scale

NOTHING = "–"
BENCHMARK_LABELS: dict[str, str] = {
    "vsi_bench": "VSI-Bench",
    "sti_bench": "STI-Bench",
    "mmsi_bench": "MMSI-Bench",
    "spar_bench": "SPAR-Bench",
    "spacevista_bench": "SpaceVista-Bench",
    "spacevista_parquet": "SpaceVista-Bench (older parquet)",
    "spacevista_sim": "spacevista_sim",
}
KIND_LABELS: dict[str, str] = {
    "right": "right",
    "off_10x": "wrong by 10× or more",
    "wrong_value": "right scale, wrong value",
    "wrong_object": "wrong object",
    "wrong_choice": "another wrong choice",
    "no_answer": "no answer",
    "refused": "refused",
    "unscored": "unscored",
}
FORM_LABELS: dict[str, str] = {"mc": "multiple choice", "reg": "number", "free": "free text"}


def points(share: float | None, signed: bool = False) -> str:
    """Return a score, 0 to 1, in percent with one decimal: "47.3"; a difference with its sign."""
    if share is None:
        return NOTHING
    text = f"{100 * share:.1f}".replace("-0.0", "0.0")
    return f"+{text}" if signed and share > 0 and text != "0.0" else text.replace("-", "−")


def interval_text(found: Measured, signed: bool = False) -> str:
    """Return the interval, or why there is none, or nothing where there is no score either."""
    if found.value is None:
        return ""
    if found.interval is None:
        return found.reason
    low, high = (points(end, signed) for end in found.interval)
    few = f", {found.scenes} scenes only" if found.scenes < FEW_SCENES else ""
    return f"{low} to {high}{few}" if signed else f"{low}–{high}{few}"


def score_text(found: Measured, signed: bool = False) -> str:
    """Return a score with its interval in brackets, in one line."""
    told = interval_text(found, signed)
    return f"{points(found.value, signed)} ({told})" if told else points(found.value, signed)


def share_text(share: float | None) -> str:
    return NOTHING if share is None else percent(share)


def both(texts: Iterable[str]) -> str:
    """Return what both parser modes give, once if it is the same: "466 / 52"."""
    return " / ".join(dict.fromkeys(texts))


def p_text(p: float | None) -> str:
    """Return a p value: three decimals, "<0.001" below."""
    if p is None:
        return NOTHING
    return "<0.001" if p < 0.001 else f"{p:.3f}"


def scale_label(scale: str) -> str:
    return SCALE_FACTS[Scale(scale)].label if scale else "no scale given"


def task_label(task: str) -> str:
    return task.replace("_", " ")


def run_faults(table: RunTable) -> list[tuple[str, str]]:
    """Return what a reader must know about a run's file, with how often."""
    run, found = table.run, []
    if run.rejected:
        first = run.rejected[0]
        found.append((f"lines rejected, the first prediction {first.place}: {first.reason}", f"{len(run.rejected):,}"))
    if run.header is not None and run.header.rejected:
        note = "rows of the benchmark that could not be asked at all: in no figure here"
        found.append((note, f"{run.header.rejected:,}"))
    if run.torn:
        found.append(("the last line is cut short and left out", "1"))
    if table.unnamed_scenes:
        note = "questions that name no scene: each counts as a scene, so that intervals are too narrow"
        found.append((note, f"{table.unnamed_scenes:,}"))
    return found


def unpaired_text(found: Unpaired) -> str:
    """Return how many questions are not compared, and why."""
    counts = (
        (found.only_first, "only in the first"),
        (found.only_second, "only in the other"),
        (found.unscored_first, "unscored in the first only"),
        (found.unscored_second, "unscored in the other only"),
        (found.unscored_both, "unscored in both"),
        (found.other_truth, "with another truth, task or form in the other"),
        (found.without_id, "lines without an id"),
    )
    told = ", ".join(f"{count:,} {reason}" for count, reason in counts if count)
    return f"not compared: {told or 'none'}"


Part = Literal["task", "scale", "form"]


def groups_of(part: BenchmarkReport, by: Part) -> list[tuple[str, Key]]:
    """Return the groups of all runs by task, scale or form, each with its name; two names may be the same."""
    if by == "task":
        return [(task_label(task), (task, None, None)) for task in part.tasks]
    if by == "scale":
        return [(scale_label(scale), (None, scale, None)) for scale in part.scales]
    return [(FORM_LABELS[form], (None, None, form)) for form in part.forms]


def differences_of(result: Comparison) -> list[tuple[str, Difference]]:
    """Return what two runs differ by: all questions, then by scale where the benchmark says, then by task."""
    scales = [(scale_label(scale), found) for scale, found in result.by_scale.items() if scale]
    return [("all", result.overall), *scales, *((task_label(task), found) for task, found in result.by_task.items())]


def html_table(heads: Sequence[str], groups: Iterable[Sequence[Sequence[str]]], style: str = "") -> str:
    """Return a table that scrolls in its own box, one body for each group of rows; cells are HTML already."""
    head = "".join(f"<th>{text}</th>" for text in heads)
    bodies = "".join(
        "<tbody>" + "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows) + "</tbody>"
        for rows in groups
    )
    name = f' class="{style}"' if style else ""
    return f'<div class="wide"><table{name}><thead><tr>{head}</tr></thead>{bodies}</table></div>'


def html_score(found: Measured, signed: bool = False) -> str:
    """Return a score with its interval beneath it."""
    return f"<b>{points(found.value, signed)}</b><small>{escape(interval_text(found, signed))}</small>"
