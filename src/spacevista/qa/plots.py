"""Small figures as SVG text, to stand inside a page: text and lines take the page's own colour."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from html import escape

import numpy as np

# Five hues of one lightness that stay apart on white and on black, and for colour-blind readers.
COLORS = ("#8a6fe8", "#2f9fd8", "#1fa37a", "#d99a1c", "#dc5f45")
BINS_PER_DECADE = 5
WIDTH, HEIGHT = 420, 210  # in units of the view box; the page scales it
LEFT, RIGHT, TOP, BOTTOM = 34, 8, 26, 34
LEGEND_GAP = 4  # letters' widths that a legend's colour and the space after its name take
TEXT = 'font-size="11" fill="currentColor"'


def log_histogram_svg(values_by_series: Mapping[str, Sequence[float]], low: float, high: float, label: str) -> str:
    """Return stacked histograms over one log axis from `low` to `high` metres, a colour for each series.

    Values outside the axis are counted in its first or last bin.

    Args:
        values_by_series: label of each series -> positive values in metres.
        label: what is counted, written under the axis and read out by screen readers.
    """
    decades = round(math.log10(high / low))
    edges = np.geomspace(low, high, decades * BINS_PER_DECADE + 1)
    counts = [np.histogram(np.clip(values, low, high), edges)[0] for values in values_by_series.values()]
    tallest = max(int(np.sum(counts, axis=0).max()), 1) if counts else 1
    parts = [*_axes(low, decades, tallest), *_legend(list(values_by_series))]
    base = np.zeros(len(edges) - 1)
    for number, count in enumerate(counts):
        parts.extend(_bars(base, count, tallest, COLORS[number % len(COLORS)]))
        base = base + count
    return _svg([*parts, _title(label)], label)


def bar_svg(counts: Mapping[str, float], label: str) -> str:
    """Return one upright bar for each key, its number above it and its name below.

    Args:
        counts: name of each bar -> its height, 0 or more.
        label: what is counted, written under the bars and read out by screen readers.
    """
    floor, tallest = HEIGHT - BOTTOM, max([*counts.values(), 1e-300])
    step = (WIDTH - LEFT - RIGHT) / max(len(counts), 1)
    parts = [f'<path d="M{LEFT} {floor}H{WIDTH - RIGHT}" stroke="currentColor" stroke-opacity=".5"/>']
    for number, (name, count) in enumerate(counts.items()):
        height, middle = (floor - TOP) * count / tallest, LEFT + (number + 0.5) * step
        parts.append(
            f'<rect x="{middle - 0.35 * step:.2f}" y="{floor - height:.2f}" width="{0.7 * step:.2f}" '
            f'height="{height:.2f}" fill="{COLORS[0]}"/>'
        )
        for y, text in ((floor - height - 4, f"{count:g}"), (floor + 14, name)):
            parts.append(f'<text x="{middle:.1f}" y="{y:.1f}" text-anchor="middle" {TEXT}>{escape(text)}</text>')
    return _svg([*parts, _title(label)], label)


def length_label(metres: float) -> str:
    """Return a length as an axis has it: "1 mm", "10 cm", "1 km"."""
    for unit, size_m in (("km", 1e3), ("m", 1.0), ("cm", 1e-2)):
        if metres >= size_m * (1 - 1e-9):
            return f"{metres / size_m:g} {unit}"
    return f"{metres / 1e-3:g} mm"


def _title(label: str) -> str:
    middle = (LEFT + WIDTH - RIGHT) / 2
    return f'<text x="{middle}" y="{HEIGHT - 4}" text-anchor="middle" {TEXT}>{escape(label)}</text>'


def _svg(parts: Sequence[str], label: str) -> str:
    return f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(label)}">{"".join(parts)}</svg>'


def _bars(base: np.ndarray, count: np.ndarray, tallest: int, color: str) -> list[str]:
    step = (WIDTH - LEFT - RIGHT) / len(count)
    unit = (HEIGHT - TOP - BOTTOM) / tallest
    return [
        f'<rect x="{LEFT + i * step + 0.5:.2f}" y="{HEIGHT - BOTTOM - (base[i] + n) * unit:.2f}" '
        f'width="{step - 1:.2f}" height="{n * unit:.2f}" fill="{color}"/>'
        for i, n in enumerate(count.tolist())
        if n
    ]


def _axes(low: float, decades: int, tallest: int) -> list[str]:
    floor, right = HEIGHT - BOTTOM, WIDTH - RIGHT
    parts = []
    for decade in range(decades + 1):
        x = LEFT + (right - LEFT) * decade / decades
        parts.append(f'<path d="M{x:.1f} {TOP}V{floor + 3}" stroke="currentColor" stroke-opacity=".15"/>')
        anchor = "end" if decade == decades else "middle"
        text = length_label(low * 10**decade)
        parts.append(f'<text x="{x:.1f}" y="{floor + 14}" text-anchor="{anchor}" {TEXT}>{text}</text>')
    parts.append(f'<path d="M{LEFT} {floor}H{right}" stroke="currentColor" stroke-opacity=".5"/>')
    parts.append(f'<text x="{LEFT - 5}" y="{TOP + 8}" text-anchor="end" {TEXT}>{tallest}</text>')
    parts.append(f'<text x="{LEFT - 5}" y="{floor}" text-anchor="end" {TEXT}>0</text>')
    return parts


def _legend(names: Sequence[str]) -> list[str]:
    letters = max(sum(len(name) + LEGEND_GAP for name in names), 1)
    parts, x = [], float(LEFT)
    for number, name in enumerate(names):
        parts.append(f'<rect x="{x:.1f}" y="4" width="9" height="9" rx="2" fill="{COLORS[number % len(COLORS)]}"/>')
        parts.append(f'<text x="{x + 13:.1f}" y="12" {TEXT}>{escape(name)}</text>')
        x += (WIDTH - LEFT - RIGHT) * (len(name) + LEGEND_GAP) / letters
    return parts
