"""The report of a run as one HTML page that needs nothing else: pictures, figures and style are inside it."""

from __future__ import annotations

import math
import os
import platform
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from string import Template

from spacevista import __version__
from spacevista.qa.audit_judged import Judged
from spacevista.qa.audit_table import Cell, wilson
from spacevista.qa.make import frame_path
from spacevista.qa.page_cards import card, chosen, strip_picture
from spacevista.qa.page_model import Said, model_section
from spacevista.qa.page_text import percent
from spacevista.qa.plots import COLORS, log_histogram_svg
from spacevista.qa.record import QA_VERSION, Question
from spacevista.scales import SCALE_FACTS, Scale
from spacevista.tasks.facts import TASK_VERSION

LOW_M, HIGH_M = 1e-3, 1e3  # the axes of sizes and distances
SHEETS = 3  # worlds of a scale that are shown; the rest are counted only, so that the page stays small
BARS = {"right": 0.99, "asked_of_decidable": 0.60, "coverage": 0.85}  # the audit's
PACKAGES = ("numpy", "scipy", "numba", "embreex", "trimesh", "coal", "pillow", "pyarrow")


@dataclass(frozen=True)
class Checked:
    """A candidate, asked or declined, and how the truth judges it."""

    fact_id: str
    judged: Judged


@dataclass(frozen=True)
class WorldReport:
    """What came of one world.

    Attributes:
        frame_numbers: the frames that were rendered, of the `path_frames` of its camera path.
        categories: of its objects, one for each.
        sizes_m: true longest side of each object; `distances_m` from the camera to its middle, for each view of it.
        seconds: of each step, in order.
        for_model: what a model is asked, where there is one.
    """

    scale: Scale
    seed: int
    id: str
    path_frames: int
    frame_numbers: tuple[int, ...]
    categories: tuple[str, ...]
    sizes_m: tuple[float, ...]
    distances_m: tuple[float, ...]
    questions: tuple[Question, ...]
    checked: tuple[Checked, ...]
    seconds: Mapping[str, float]
    for_model: tuple[Question, ...] = ()


@dataclass(frozen=True)
class Report:
    """A run: its worlds by scale and seed, its table by task and scale, what it took, what a model said of it."""

    worlds: tuple[WorldReport, ...]
    cells: dict[str, dict[str, Cell]]
    total_s: float
    workers: int
    model: str = ""
    said: tuple[Said, ...] = ()


def report_page(report: Report, root: Path) -> str:
    """Return the page of a run; the frames of its questions lie below `root`."""
    package = files("spacevista.qa")
    scales = scales_of(report)
    return Template(package.joinpath("page.html").read_text(encoding="utf-8")).substitute(
        style=package.joinpath("page.css").read_text(encoding="utf-8"),
        figures=_headline(report),
        links=_links(scales, bool(report.said)),
        table=_accuracy_table(report.cells),
        sizes=_histogram(report, scales, "sizes_m", "longest side of an object"),
        distances=_histogram(report, scales, "distances_m", "distance from the camera"),
        sheets="".join(_sheets(report, scale, root) for scale in scales),
        model=model_section(report.model, report.said, root),
        workers="one process" if report.workers == 1 else f"{report.workers} processes",
        total=f"{report.total_s:.0f}",
        seconds=_seconds_table(report, scales),
        versions=_versions(report, scales),
    )


def scales_of(report: Report) -> list[Scale]:
    return [scale for scale in Scale if any(world.scale == scale for world in report.worlds)]


def _headline(report: Report) -> str:
    labels = [c.judged for world in report.worlds for c in world.checked if not c.judged.reason]
    decidable = [c.judged for w in report.worlds for c in w.checked if c.judged.decidable and c.judged.visible]
    right = sum(item.right for item in labels) / len(labels) if labels else math.nan
    asked = sum(not item.reason for item in decidable) / len(decidable) if decidable else math.nan
    pairs = (
        ("worlds", f"{len(report.worlds)}"),
        ("frames", f"{sum(len(world.frame_numbers) for world in report.worlds)}"),
        ("facts checked", f"{len(labels):,}"),
        ("right", percent(right, 1)),
        ("asked of decidable", percent(asked)),
        ("questions written", f"{sum(len(world.questions) for world in report.worlds):,}"),
    )
    return "\n".join(f"<div><dt>{name}</dt><dd>{escape(value)}</dd></div>" for name, value in pairs)


def _links(scales: Iterable[Scale], model: bool) -> str:
    anchors = [(scale.value, SCALE_FACTS[scale].label) for scale in scales] + [("model", "What a model says")] * model
    anchors += [("distributions", "Sizes and distances"), ("accuracy", "Accuracy and yield"), ("run", "This run")]
    return "".join(f'<a href="#{anchor}">{text}</a>' for anchor, text in anchors)


def _accuracy_table(cells: Mapping[str, Mapping[str, Cell]]) -> str:
    heads = ("task", "scale", "facts", "right", "yield", "decidable", "coverage", "median error")
    bodies = []
    for task, scales in cells.items():
        found = [scale for scale in Scale if scale in scales]
        rows = [_accuracy_row(scale, scales[scale]) for scale in found]
        rows[0] = f'<th rowspan="{len(found)}">{escape(task.replace("_", " "))}</th>{rows[0]}'
        bodies.append("<tbody>" + "".join(f"<tr>{row}</tr>" for row in rows) + "</tbody>")
    return _table(heads, bodies)


def _accuracy_row(scale: Scale, cell: Cell) -> str:
    right = _share(cell.right, cell.labels, "right")
    asked = _share(cell.asked_of_decidable, cell.decidable, "asked_of_decidable")
    covered = _share(cell.coverage, cell.labels, "coverage")
    return (
        f'<td class="text">{_scale_name(scale)}</td><td>{cell.labels}</td>{right}{asked}<td>{cell.decidable}</td>'
        f"{covered}<td>{escape(percent(cell.median_rel_error, 2))}</td>"
    )


def _share(share: float, count: int, bar: str) -> str:
    """Return a share of `count`, marked if it misses its bar by more than chance (its 95 % interval lies below)."""
    low = not math.isnan(share) and wilson(round(share * count), count)[1] < BARS[bar]
    text = escape(percent(share))
    return f'<td class="low">{text}</td>' if low else f"<td>{text}</td>"


def _histogram(report: Report, scales: Sequence[Scale], field: str, label: str) -> str:
    series = {
        SCALE_FACTS[scale].label: [v for world in report.worlds if world.scale == scale for v in getattr(world, field)]
        for scale in scales
    }
    return log_histogram_svg(series, LOW_M, HIGH_M, label)


def _sheets(report: Report, scale: Scale, root: Path) -> str:
    worlds = [world for world in report.worlds if world.scale == scale]
    shown = "".join(_sheet(world, place, root) for place, world in enumerate(worlds[:SHEETS]))
    rest = f"<p>{len(worlds) - SHEETS} more worlds are in the figures only.</p>" if len(worlds) > SHEETS else ""
    return f'<section id="{scale.value}"><h2>{_scale_name(scale)}</h2>{shown}{rest}</section>'


def _sheet(world: WorldReport, place: int, root: Path) -> str:
    """Return one world: what is in it, its frames, and some of its questions."""
    verdicts = {check.fact_id: check.judged for check in world.checked}
    things = ", ".join(f"{world.categories.count(name)} × {name}" for name in dict.fromkeys(world.categories))
    turn = list(Scale).index(world.scale) + place
    cards = "".join(card(question, verdicts[question.fact_id], root) for question in chosen(world.questions, turn))
    frames = "".join(
        strip_picture(frame_path(world.id, index), root, f"frame {number}")
        for index, number in enumerate(world.frame_numbers)
    )
    return (
        f'<p class="facts">World <b>{escape(world.id)}</b>: {escape(things)}. {len(world.frame_numbers)} of the '
        f"{world.path_frames} frames of its camera path. {len(world.questions)} questions, some of them below.</p>"
        f'<div class="strip">{frames}</div><div class="cards">{cards}</div>'
    )


def _seconds_table(report: Report, scales: Sequence[Scale]) -> str:
    steps = list(dict.fromkeys(step for world in report.worlds for step in world.seconds))
    sums = {
        (step, scale): sum(world.seconds.get(step, 0.0) for world in report.worlds if world.scale == scale)
        for step in steps
        for scale in scales
    }
    longest = max([sum(sums[step, scale] for scale in scales) for step in steps] + [1e-9])
    rows = []
    for step in steps:
        total = sum(sums[step, scale] for scale in scales)
        cells = "".join(f"<td>{sums[step, scale]:.1f}</td>" for scale in scales)
        bar = f'<td style="width:20%"><span class="bar" style="width:{100 * total / longest:.1f}%"></span></td>'
        rows.append(f"<tr><td>{escape(step)}</td>{cells}<td><b>{total:.1f}</b></td>{bar}</tr>")
    return _table(("step", *map(_scale_name, scales), "in all", ""), ["<tbody>" + "".join(rows) + "</tbody>"])


def _versions(report: Report, scales: Iterable[Scale]) -> str:
    seeds = [(scale, [world.seed for world in report.worlds if world.scale == scale]) for scale in scales]
    rows = {
        "spacevista": f"{__version__}; tasks {TASK_VERSION}, questions {QA_VERSION}",
        "seeds": "; ".join(f"{SCALE_FACTS[scale].label} {_range(numbers)}" for scale, numbers in seeds),
        "Python": f"{platform.python_version()}, {platform.system()} {platform.machine()}, {os.cpu_count()} cores",
        "packages": ", ".join(f"{name} {version(name)}" for name in PACKAGES),
        "licence of the data": ", ".join(sorted({q.licence for world in report.worlds for q in world.questions})),
    }
    body = "".join(f"<tr><td>{name}</td><td>{escape(text)}</td></tr>" for name, text in rows.items())
    return f'<table class="texts"><tbody>{body}</tbody></table>'


def _range(numbers: Sequence[int]) -> str:
    return str(numbers[0]) if len(numbers) == 1 else f"{min(numbers)}–{max(numbers)}"


def _scale_name(scale: Scale) -> str:
    color = COLORS[list(Scale).index(scale)]
    return f'<span class="dot" style="background:{color}"></span>{escape(SCALE_FACTS[scale].label)}'


def _table(heads: Iterable[str], bodies: Iterable[str]) -> str:
    head = "".join(f"<th>{text}</th>" for text in heads)
    return f"<table><thead><tr>{head}</tr></thead>{''.join(bodies)}</table>"
