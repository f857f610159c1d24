"""The audit's table: labels, accuracy with its interval, yield, coverage, by level, task and scale."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass

import numpy as np

from spacevista.qa.audit_judged import Judged

MIN_LABELS = 200
BARS = {"exact": 0.99, "sensor": 0.95}  # share right; `harsh` is reported without a bar
MIN_YIELD = 0.60
COVERAGE = (0.85, 0.97)  # the upper end only where noise leads

MARKDOWN_HEADS = (
    "task", "scale", "labels", "right %", "95 % from", "asked of decidable %", "decidable of visible %",
    "median error %", "p90 error %", "coverage %", "coverage where noise leads %", "median half-width %",
    "size of asked", "distance of asked", "misses",
)  # fmt: skip


@dataclass(frozen=True)
class Cell:
    """One row of the table. Shares are NaN where there is nothing to divide by.

    Attributes:
        right_low, right_high: Wilson's 95 % interval of the share right.
        asked_of_decidable: of the candidates that the oracle could decide, the share asked.
        coverage: share of the stated intervals that hold the truth; `noise_coverage` of those that noise leads.
        size_ratio, distance_ratio: geometric mean over the asked, over that of all visible candidates.
    """

    labels: int
    right: float
    right_low: float
    right_high: float
    asked_of_decidable: float
    decidable: int
    decidable_of_visible: float
    median_rel_error: float
    p90_rel_error: float
    coverage: float
    noise_coverage: float
    median_half_width: float
    size_ratio: float
    distance_ratio: float


def table(judged: Iterable[Judged]) -> dict[str, dict[str, dict[str, Cell]]]:
    """Return level -> task -> scale -> Cell."""
    groups: dict[tuple[str, str, str], list[Judged]] = {}
    for item in judged:
        groups.setdefault((item.level, item.task, item.scale), []).append(item)
    out: dict[str, dict[str, dict[str, Cell]]] = {}
    for (level, task, scale), items in groups.items():
        out.setdefault(level, {}).setdefault(task, {})[scale] = cell(items)
    return out


def cell(items: Sequence[Judged]) -> Cell:
    """Summarise the candidates of one level, task and scale."""
    asked = [item for item in items if not item.reason]
    visible = [item for item in items if item.visible]
    decidable = [item for item in visible if item.decidable]
    right = sum(item.right for item in asked)
    low, high = wilson(right, len(asked))
    errors = finite(item.rel_error for item in asked)
    led = [item for item in asked if item.noise_leads]
    return Cell(
        labels=len(asked),
        right=share(right, len(asked)),
        right_low=low,
        right_high=high,
        asked_of_decidable=share(sum(not item.reason for item in decidable), len(decidable)),
        decidable=len(decidable),
        decidable_of_visible=share(len(decidable), len(visible)),
        median_rel_error=quantile(errors, 0.5),
        p90_rel_error=quantile(errors, 0.9),
        coverage=mean(finite(item.covered for item in asked)),
        noise_coverage=mean(finite(item.covered for item in led)),
        median_half_width=quantile(finite(item.half_width for item in asked), 0.5),
        size_ratio=ratio(asked, visible, "size_m"),
        distance_ratio=ratio(asked, visible, "distance_m"),
    )


def misses(level: str, row: Cell) -> list[str]:
    """Return the bars that a row does not reach, in words."""
    out = []
    if row.labels < MIN_LABELS:
        out.append(f"{row.labels} labels of {MIN_LABELS}")
    if level in BARS and not row.right >= BARS[level]:
        out.append(f"right {row.right:.1%} under {BARS[level]:.0%}")
    if level == "exact" and not row.asked_of_decidable >= MIN_YIELD:
        out.append(f"asked {row.asked_of_decidable:.0%} of decidable, under {MIN_YIELD:.0%}")
    if row.coverage < COVERAGE[0]:
        out.append(f"coverage {row.coverage:.1%} under {COVERAGE[0]:.0%}")
    if row.noise_coverage > COVERAGE[1]:
        out.append(f"noise-led coverage {row.noise_coverage:.1%} over {COVERAGE[1]:.0%}")
    return out


def decline_reasons(judged: Iterable[Judged]) -> dict[str, Counter[str]]:
    """Return how often each task gave each reason."""
    out: dict[str, Counter[str]] = {}
    for item in judged:
        if item.reason:
            out.setdefault(item.task, Counter())[item.reason] += 1
    return out


def as_json(cells: dict[str, dict[str, dict[str, Cell]]]) -> dict[str, object]:
    """Return plain values; NaN, which JSON lacks, becomes null."""

    def plain(row: Cell) -> dict[str, float | int | None]:
        return {k: None if isinstance(v, float) and math.isnan(v) else v for k, v in asdict(row).items()}

    return {
        level: {task: {scale: plain(row) for scale, row in scales.items()} for task, scales in tasks.items()}
        for level, tasks in cells.items()
    }


def as_markdown(cells: dict[str, dict[str, dict[str, Cell]]]) -> str:
    """Return one Markdown table a level; shares in percent, a dash where there is nothing to divide by."""

    def percent(value: float, digits: int = 0) -> str:
        return "-" if math.isnan(value) else f"{100 * value:.{digits}f}"

    lines = []
    for level, tasks in cells.items():
        lines += [f"Level `{level}`", "", "| " + " | ".join(MARKDOWN_HEADS) + " |", "|---" * len(MARKDOWN_HEADS) + "|"]
        for task, scales in tasks.items():
            for scale, row in scales.items():
                values = [task, scale, str(row.labels), percent(row.right, 1), percent(row.right_low, 1)]
                values += [percent(row.asked_of_decidable), percent(row.decidable_of_visible)]
                values += [percent(row.median_rel_error, 2), percent(row.p90_rel_error, 2)]
                values += [percent(row.coverage), percent(row.noise_coverage), percent(row.median_half_width, 2)]
                values += ["-" if math.isnan(x) else f"{x:.2f}" for x in (row.size_ratio, row.distance_ratio)]
                values += ["; ".join(misses(level, row)) or "none"]
                lines.append("| " + " | ".join(values) + " |")
        lines.append("")
    return "\n".join(lines)


def wilson(successes: float, trials: int, z: float = 1.96) -> tuple[float, float]:
    """Return Wilson's score interval of a share (95 % by default); (0, 1) without trials.

    Successes may be parts: credits of 0 to 1 vary by no more than hits and misses do, so that it is wide enough.
    """
    if trials == 0:
        return 0.0, 1.0
    p = successes / trials
    centre = p + z * z / (2 * trials)
    spread = z * math.sqrt(p * (1 - p) / trials + z * z / (4 * trials * trials))
    scale = 1 + z * z / trials
    return max((centre - spread) / scale, 0.0), min((centre + spread) / scale, 1.0)


def share(part: int, whole: int) -> float:
    return part / whole if whole else math.nan


def finite(values: Iterable[float | None]) -> list[float]:
    return [value for value in values if value is not None and math.isfinite(value)]


def mean(values: Sequence[float]) -> float:
    return float(np.mean(values)) if values else math.nan


def quantile(values: Sequence[float], q: float) -> float:
    return float(np.quantile(values, q)) if values else math.nan


def ratio(asked: Sequence[Judged], every: Sequence[Judged], field: str) -> float:
    """Return the geometric mean of a positive field over the asked, over that over all."""
    logs = [[math.log(v) for v in finite(getattr(i, field) for i in items) if v > 0] for items in (asked, every)]
    return math.exp(mean(logs[0]) - mean(logs[1])) if all(logs) else math.nan
