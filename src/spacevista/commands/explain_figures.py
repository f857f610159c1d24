"""The figures of `spacevista explain` as SVG text: weights of layers x experts, predicted sizes with bands."""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape

import numpy as np
from numpy.typing import NDArray

from spacevista.qa.plots import COLORS, TEXT, length_label
from spacevista.traces import TraceRow

CELL_WIDTH, CELL_HEIGHT = 46, 14  # in units of the view box
MOST_NUMBERED = 12  # layers up to which every cell shows its number
LEFT, TOP, RIGHT, BOTTOM = 34, 22, 8, 20
WIDTH = 640
ROW = 9  # height of one sequence in the figure of sizes
MOST_DRAWN = 120  # sequences in the figure of sizes; more are thinned out evenly
BAND_SDS = 2.0  # the band is s +- 2 standard deviations: 95 % if the router's normal is right
DECADES = (-4, 4)  # 0.1 mm to 10 km; what lies outside is drawn at the border


def weights_svg(weights: NDArray[np.float64], names: Sequence[str], label: str) -> str:
    """Return a table of colours: a row a layer from the first (top) to the last, a column an expert.

    Args:
        weights: layers x M, mean weights, 0 to 1: the share of ink in each cell.
        names: of the experts.
        label: read out by screen readers.
    """
    layers, count = weights.shape
    parts = []
    for expert, name in enumerate(names):
        x = LEFT + (expert + 0.5) * CELL_WIDTH
        parts.append(f'<text x="{x}" y="{TOP - 7}" text-anchor="middle" {TEXT}>{escape(_short(name))}</text>')
    for layer in range(layers):
        y = TOP + layer * CELL_HEIGHT
        if layers <= MOST_NUMBERED or layer % 4 == 0:
            parts.append(f'<text x="{LEFT - 5}" y="{y + 11}" text-anchor="end" {TEXT}>{layer + 1}</text>')
        parts.extend(_cells(weights[layer], y, numbered=layers <= MOST_NUMBERED))
    return _svg(parts, LEFT + count * CELL_WIDTH + RIGHT, TOP + layers * CELL_HEIGHT + 4, label)


def _cells(weights: NDArray[np.float64], y: float, numbered: bool) -> list[str]:
    parts = []
    for expert, weight in enumerate(weights.tolist()):
        x = LEFT + expert * CELL_WIDTH
        parts.append(
            f'<rect x="{x + 0.5}" y="{y + 0.5}" width="{CELL_WIDTH - 1}" height="{CELL_HEIGHT - 1}" '
            f'fill="{COLORS[expert % len(COLORS)]}" fill-opacity="{min(max(weight, 0.0), 1.0):.3f}" '
            f'stroke="currentColor" stroke-opacity=".15"><title>{weight:.3f}</title></rect>'
        )
        if numbered:
            parts.append(f'<text x="{x + CELL_WIDTH / 2}" y="{y + 11}" text-anchor="middle" {TEXT}>{weight:.2f}</text>')
    return parts


def sizes_svg(rows: Sequence[TraceRow], scales: Sequence[str]) -> str:
    """Return the predicted sizes on a log axis, smallest first: a dot, its band, and a ring at the truth where known.

    Args:
        rows: all with a predicted size.
        scales: keys of all scales of the page, in order: the colours.
    """
    drawn = thinned(sorted(rows, key=lambda row: row.log10_size or 0.0))
    floor = TOP + len(drawn) * ROW
    parts = _axis(floor)
    for number, row in enumerate(drawn):
        parts.extend(_size(row, TOP + (number + 0.5) * ROW, COLORS[scales.index(row.scale) % len(COLORS)]))
    return _svg(parts, WIDTH, floor + BOTTOM, "predicted size of each scene, with two standard deviations to each side")


def thinned(rows: Sequence[TraceRow]) -> list[TraceRow]:
    """Return at most `MOST_DRAWN` rows, evenly spread."""
    if len(rows) <= MOST_DRAWN:
        return list(rows)
    return [rows[index] for index in np.linspace(0, len(rows) - 1, MOST_DRAWN).round().astype(int)]


def _size(row: TraceRow, y: float, color: str) -> list[str]:
    size, sd = row.log10_size or 0.0, row.log10_size_sd or 0.0
    low, high = _x(size - BAND_SDS * sd), _x(size + BAND_SDS * sd)
    known = row.true_log10_size
    words = f"{row.id}: {_metres(size)}" + ("" if known is None else f", in truth {_metres(known)}")
    parts = [
        f'<path d="M{low:.1f} {y}H{high:.1f}" stroke="{color}" stroke-width="5" stroke-opacity=".35"/>',
        f'<circle cx="{_x(size):.1f}" cy="{y}" r="3" fill="{color}"><title>{escape(words)}</title></circle>',
    ]
    if known is not None:
        parts.append(f'<circle cx="{_x(known):.1f}" cy="{y}" r="3.2" fill="none" stroke="currentColor"/>')
    return parts


def _axis(floor: float) -> list[str]:
    parts = []
    for decade in range(DECADES[0], DECADES[1] + 1):
        x = _x(decade)
        parts.append(f'<path d="M{x:.1f} {TOP}V{floor + 3}" stroke="currentColor" stroke-opacity=".15"/>')
        parts.append(
            f'<text x="{x:.1f}" y="{floor + 15}" text-anchor="middle" {TEXT}>{length_label(10.0**decade)}</text>'
        )
    return parts


def _x(log10_size: float) -> float:
    share = (log10_size - DECADES[0]) / (DECADES[1] - DECADES[0])
    return LEFT + (WIDTH - LEFT - RIGHT - 16) * min(max(share, 0.0), 1.0)


def _metres(log10_size: float) -> str:
    """A length in two digits; far outside all scenes as a power of ten."""
    if abs(log10_size) > 9:
        return f"10^{log10_size:.1f} m"
    digits = 10.0 ** (math.floor(log10_size) - 1)
    return length_label(round(10.0**log10_size / digits) * digits)


def _short(name: str) -> str:
    return name if len(name) <= 8 else name[:7] + "…"


def _svg(parts: Sequence[str], width: float, height: float, label: str) -> str:
    return (
        f'<svg viewBox="0 0 {width:g} {height:g}" width="{width:g}" role="img" aria-label="{escape(label)}">'
        f"{''.join(parts)}</svg>"
    )
