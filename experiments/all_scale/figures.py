"""The figures of the experiment's report: SVG files that need nothing else and are legible on white and on black."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

import numpy as np
from experiments.all_scale.endpoints import HISTOGRAM_EDGES

from spacevista.geometry.arrays import FloatArray
from spacevista.qa.plots import COLORS, TEXT

LABELS, RANGE, ROW, RIGHT = 250, 420, 22, 24  # of the plots with a row for each name: the names, the axis, a row
ABOVE, BELOW = 8, 44
PANEL, TALL, SPACE, ASIDE = 280, 150, 40, 46  # of the histograms: a panel's width and height, what is between, the left
COLUMNS = 2
DECADES = {-4: "÷ 10⁴", -2: "÷ 100", 0: "1", 2: "× 100", 4: "× 10⁴"}
LETTER = 6.2  # width of one
FAINT, PLAIN = 'stroke="currentColor" stroke-opacity=".15"', 'stroke="currentColor" stroke-opacity=".5"'
STYLE = (
    "<style>svg{color:#24292f;font-family:system-ui,sans-serif}"
    "@media (prefers-color-scheme: dark){svg{color:#e6edf3}}</style>"
)


@dataclass(frozen=True)
class Bar:
    """A value with its interval, None without one; `color` is the place of its colour."""

    name: str
    value: float
    interval: tuple[float, float] | None
    color: int = 0


def intervals_svg(
    bars: Sequence[Bar], label: str, series: Sequence[str] = (), margin: float | None = None, least: float = 5.0
) -> str:
    """Plot a dot with its interval for each name, on an axis around what there is.

    Args:
        bars: from top to bottom.
        label: under the axis, and read out by screen readers.
        series: names of the colours.
        margin: differences within +-margin of 0 count as none: that range is shaded.
        least: shortest axis to draw.
    """
    ends = [end for bar in bars for end in (bar.value, *(bar.interval or ()))]
    low, high, step = axis_of([*ends, *((-margin, margin) if margin is not None else ())], least)
    floor = ABOVE + ROW * len(bars)

    def x_of(value: float) -> float:
        return LABELS + RANGE * (value - low) / (high - low)

    parts: list[str] = []
    if margin is not None:
        width = x_of(margin) - x_of(-margin)
        shade = f'width="{width:.1f}" height="{floor - ABOVE}" fill="currentColor" fill-opacity=".09"'
        parts.append(f'<rect x="{x_of(-margin):.1f}" y="{ABOVE}" {shade}/>')
    for tick in np.arange(low, high + step / 2, step).tolist():
        style = PLAIN if abs(tick) < step / 1000 else FAINT
        parts.append(f'<path d="M{x_of(tick):.1f} {ABOVE}V{floor}" {style}/>')
        parts.append(_text(x_of(tick), floor + 15, f"{tick:g}".replace("-", "\N{MINUS SIGN}")))
    for place, bar in enumerate(bars):
        y = ABOVE + ROW * (place + 0.5)
        color = COLORS[bar.color % len(COLORS)]
        parts.append(_text(LABELS - 12, y + 4, bar.name, "end"))
        if bar.interval is not None:
            left, right = (x_of(end) for end in bar.interval)
            line = f'stroke="{color}" stroke-width="2.2" stroke-opacity=".6"'
            parts.append(f'<path d="M{left:.1f} {y:g}H{right:.1f}" {line}/>')
        parts.append(f'<circle cx="{x_of(bar.value):.1f}" cy="{y:g}" r="3.6" fill="{color}"/>')
    parts.append(_text(LABELS + RANGE / 2, floor + 34, label))
    return _svg(parts, (LABELS + RANGE + RIGHT, floor + BELOW), series, label)


def factors_svg(panels: Sequence[tuple[str, Mapping[str, FloatArray]]], series: Sequence[str], label: str) -> str:
    """Plot a panel for each band: the share of answers (bins of HISTOGRAM_EDGES) over log10(predicted / true).

    Args:
        panels: name of the band, and line -> its shares, (B,), of the same height in all panels.
        series: names of the lines in the order of their colours.
    """
    highest = [float(shares.max()) for _, lines in panels for shares in lines.values()]
    top = max([*highest, 0.05])
    rows = -(-len(panels) // COLUMNS)
    parts: list[str] = []
    for number, (name, lines) in enumerate(panels):
        left = ASIDE + number % COLUMNS * (PANEL + SPACE)
        parts.append(f'<g transform="translate({left} {ABOVE + number // COLUMNS * (TALL + 52)})">')
        parts += _panel(name, lines, series, top, number % COLUMNS == 0)
        parts.append("</g>")
    width, height = ASIDE + COLUMNS * PANEL + (COLUMNS - 1) * SPACE + RIGHT, ABOVE + rows * (TALL + 52) + 18
    parts.append(_text(ASIDE + (width - ASIDE - RIGHT) / 2, height - 6, label))
    return _svg(parts, (width, height), series, label)


def axis_of(values: Sequence[float], least: float) -> tuple[float, float, float]:
    """Return the ends of an axis that holds some values, at least `least` long, and the step of its ticks."""
    low, high = min(values, default=0.0), max(values, default=0.0)
    wide = max(high - low, least)
    middle = (low + high) / 2
    low, high = min(low, middle - wide / 2), max(high, middle + wide / 2)
    power = 10 ** np.floor(np.log10(wide / 4))
    step = float(next(power * k for k in (1, 2, 5, 10) if wide / (power * k) <= 8))
    return float(np.floor(low / step) * step), float(np.ceil(high / step) * step), step


def _panel(name: str, lines: Mapping[str, FloatArray], series: Sequence[str], top: float, outermost: bool) -> list[str]:
    edges = HISTOGRAM_EDGES
    low, high = float(edges[0]), float(edges[-1])
    middles = (edges[:-1] + edges[1:]) / 2
    parts = [_text(PANEL / 2, TALL + 32, name), f'<path d="M0 {TALL}H{PANEL}" {PLAIN}/>']
    if outermost:
        parts += [_text(-6, 4, f"{100 * top:.0f} %", "end"), _text(-6, TALL + 4, "0", "end")]
    for power, told in DECADES.items():
        x = PANEL * (power - low) / (high - low)
        parts.append(f'<path d="M{x:.1f} 0V{TALL}" {PLAIN if power == 0 else FAINT}/>')
        parts.append(_text(x, TALL + 15, told))
    for line, shares in lines.items():
        xs, ys = PANEL * (middles - low) / (high - low), TALL * (1 - shares / top)
        points = "L".join(f"{x:.1f} {y:.1f}" for x, y in zip(xs, ys, strict=True))
        color = COLORS[series.index(line) % len(COLORS)]
        parts.append(f'<path d="M{points}" fill="none" stroke="{color}" stroke-width="1.8" stroke-linejoin="round"/>')
    return parts


def _text(x: float, y: float, text: str, anchor: str = "middle") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" {TEXT}>{escape(text)}</text>'


def _legend(names: Sequence[str]) -> str:
    parts, x = [], 8.0
    for number, name in enumerate(names):
        parts.append(f'<rect x="{x:.1f}" y="6" width="9" height="9" rx="2" fill="{COLORS[number % len(COLORS)]}"/>')
        parts.append(_text(x + 14, 14.5, name, "start"))
        x += 30 + LETTER * len(name)
    return "".join(parts)


def _svg(parts: Sequence[str], size: tuple[float, float], series: Sequence[str], label: str) -> str:
    above = 26 if series else 0
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size[0]:g} {size[1] + above:g}" '
        f'width="{size[0]:g}" height="{size[1] + above:g}" role="img" aria-label="{escape(label)}">{STYLE}'
        f'{_legend(series)}<g transform="translate(0 {above})">{"".join(parts)}</g></svg>\n'
    )
