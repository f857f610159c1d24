"""The figures of an evaluation report as SVG text: no script, no outside style; text takes the page's own colour.

Lengths are metres on log axes from 1 mm to 1 km; what lies beyond is drawn on the border and counted in the caption.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

import numpy as np

from spacevista.evals.intervals import Measured
from spacevista.geometry.arrays import FloatArray
from spacevista.qa.plots import COLORS, TEXT, length_label

LOW_M, HIGH_M = 1e-3, 1e3
MOST_POINTS = 4_000  # drawn in one plot: beyond, they only hide each other and swell the page
FACTORS = (1e-3, 1e3)  # the axis of predicted over true
BINS_PER_DECADE = 5  # of that axis: a bin is a factor of 1.58

LEFT, RIGHT, ABOVE, BELOW = 60, 24, 8, 44  # margins around the square plots, in units of the view box
SIDE = 400
SQUARE = (LEFT + SIDE + RIGHT, ABOVE + SIDE + BELOW)
LABELS, RANGE, ROW, STEP = 190, 270, 22, 11  # of the score plot: names, 0..100, a group, a further run of a group
BAR = 740  # length of a whole bar of the plot of shares
KIND_COLORS = ("#1fa37a", "#c4343f", "#dc8a3c", "#8a6fe8", "#2f9fd8", "#7d8796", "#b3bac4", "#d9dde3")
SHARES = (0.0, 0.25, 0.5, 0.75, 1.0)
MOST_LETTERS = 28
LETTER, MARGIN = 6.2, 8.0  # of the legend: width of a letter, what stays free on the left
FAINT, PLAIN = 'stroke="currentColor" stroke-opacity=".15"', 'stroke="currentColor" stroke-opacity=".5"'

Pairs = Sequence[tuple[float, float]]


@dataclass(frozen=True)
class Shown:
    """A plot of lengths, and what its caption must say about points that are not where they should be.

    Attributes:
        total: pairs of lengths.
        drawn: of those, after thinning and without the `unplaced`.
        unplaced: with a length of 0 or less, for which a log axis has no place.
        outside: beyond the axes in either direction, drawn on the border.
    """

    svg: str
    total: int
    drawn: int
    unplaced: int
    outside: int


def lengths_svg(pairs_by_series: Mapping[str, Pairs], label: str) -> Shown:
    """Plot predicted against true lengths, a colour for each series, around the lines of equality and a factor of 10.

    Args:
        pairs_by_series: label of each series -> (true, predicted) in metres.
        label: read out by screen readers.
    """
    values = {name: np.asarray(pairs, dtype=np.float64).reshape(-1, 2) for name, pairs in pairs_by_series.items()}
    placed = {name: pairs[(pairs > 0).all(axis=1)] for name, pairs in values.items()}
    total, kept = (sum(map(len, pairs.values())) for pairs in (values, placed))
    thinned = {name: _thinned(pairs, min(1.0, MOST_POINTS / max(kept, 1))) for name, pairs in placed.items()}
    dots = [_dots(pairs, COLORS[number % len(COLORS)]) for number, pairs in enumerate(thinned.values())]
    return Shown(
        svg=_svg([*_length_axes(), *dots], SQUARE, list(pairs_by_series), label),
        total=total,
        drawn=sum(map(len, thinned.values())),
        unplaced=total - kept,
        outside=sum(int(((pairs < LOW_M) | (pairs > HIGH_M)).any(axis=1).sum()) for pairs in placed.values()),
    )


def factors_svg(pairs_by_series: Mapping[str, Pairs], label: str) -> str:
    """Plot, a line for each series, which share of its answers is off by which factor (predicted / true).

    Factors beyond a thousand are counted at the border. A model without a sense of scale shows humps at powers of ten.
    """
    bins = round(math.log10(FACTORS[1] / FACTORS[0])) * BINS_PER_DECADE
    # Shifted by half a bin, so that a factor of 1 lies in the middle of one.
    edges = np.geomspace(*FACTORS, bins + 1) * 10 ** (0.5 / BINS_PER_DECADE)
    shares = [_shares(pairs, edges) for pairs in pairs_by_series.values()]
    top = max([float(share.max()) for share in shares if len(share)] + [1e-9])
    lines = [
        _line(
            LEFT + SIDE * (np.arange(bins) + 1) / bins, ABOVE + SIDE * (1 - share / top), COLORS[number % len(COLORS)]
        )
        for number, share in enumerate(shares)
    ]
    return _svg([*_factor_axes(top), *lines], SQUARE, list(pairs_by_series), label)


def scores_svg(scores_by_group: Sequence[tuple[str, Mapping[str, Measured]]], runs: Sequence[str], label: str) -> str:
    """Plot a dot with its interval for each group and run, a colour for each run; an empty group has no dot.

    Args:
        scores_by_group: name of each group, and run -> its score there, 0 to 1.
        runs: in the order of their colours.
    """
    height = ROW + STEP * (len(runs) - 1)
    floor = ABOVE + height * len(scores_by_group)
    parts: list[str] = []
    for share in SHARES:
        x = LABELS + RANGE * share
        parts.append(f'<path d="M{x:g} {ABOVE}V{floor}" {FAINT}/>{_text(x, floor + 15, f"{100 * share:g}")}')
    for place, (group, scores) in enumerate(scores_by_group):
        top = ABOVE + place * height
        parts.append(f'<path d="M0 {top}H{LABELS + RANGE}" {FAINT}/>')
        parts.append(_text(LABELS - 12, top + height / 2 + 4, short(group), "end"))
        parts += [
            _whisker(scores[run], top + ROW / 2 + STEP * number, COLORS[number % len(COLORS)])
            for number, run in enumerate(runs)
            if run in scores
        ]
    return _svg(parts, (LABELS + RANGE + RIGHT + 10, floor + 24), runs, label)


def shares_svg(shares_by_row: Sequence[tuple[str, Sequence[float]]], kinds: Sequence[str], label: str) -> str:
    """Plot one bar for each row, cut into the shares of the kinds (0 to 1, together at most 1)."""
    parts: list[str] = []
    for place, (row, shares) in enumerate(shares_by_row):
        y, x = place * ROW, float(LABELS)
        parts.append(_text(LABELS - 12, y + 14, short(row), "end"))
        for share, kind, color in zip(shares, kinds, KIND_COLORS, strict=True):
            width = BAR * share
            if share > 0:
                told = f"<title>{escape(f'{kind}: {100 * share:.1f} %')}</title>"
                parts.append(
                    f'<rect x="{x:.1f}" y="{y + 2}" width="{width:.1f}" height="{ROW - 6}" fill="{color}">{told}</rect>'
                )
            x += width
    return _svg(parts, (LABELS + BAR + RIGHT, ROW * len(shares_by_row) + 4), kinds, label, KIND_COLORS)


def short(name: str, most: int = MOST_LETTERS) -> str:
    """Return a name that fits: of a long one the middle is left out, as many differ at their end only."""
    head = most // 2
    return name if len(name) <= most else f"{name[:head]}…{name[head + 1 - most :]}"


def _thinned(pairs: FloatArray, share: float) -> FloatArray:
    """Return an even selection: every n-th in the order of the file, which has no order by length."""
    return pairs[np.unique(np.linspace(0, len(pairs) - 1, math.floor(len(pairs) * share)).astype(np.int64))]


def _dots(pairs: FloatArray, color: str) -> str:
    unit = np.clip(np.log10(pairs / LOW_M) / math.log10(HIGH_M / LOW_M), 0, 1)
    marks = "".join(f"M{LEFT + SIDE * x:.1f} {ABOVE + SIDE * (1 - y):.1f}h0" for x, y in unit.tolist())
    style = f'stroke="{color}" stroke-width="4.5" stroke-linecap="round" stroke-opacity=".55"'
    return f'<path d="{marks}" fill="none" {style}/>' if marks else ""


def _shares(pairs: Pairs, edges: FloatArray) -> FloatArray:
    values = np.asarray(pairs, dtype=np.float64).reshape(-1, 2)
    values = values[(values > 0).all(axis=1)]
    with np.errstate(over="ignore"):  # beyond every factor that the axis shows
        counts, _ = np.histogram(np.clip(values[:, 1] / values[:, 0], edges[0], edges[-1]), edges)
    return np.asarray(counts / max(len(values), 1))


def _line(xs: FloatArray, ys: FloatArray, color: str) -> str:
    points = "L".join(f"{x:.1f} {y:.1f}" for x, y in zip(xs, ys, strict=True))
    return f'<path d="M{points}" fill="none" stroke="{color}" stroke-width="1.8" stroke-linejoin="round"/>'


def _whisker(score: Measured, y: float, color: str) -> str:
    if score.value is None:
        return ""
    dot = f'<circle cx="{LABELS + RANGE * score.value:.1f}" cy="{y:g}" r="3.6" fill="{color}"/>'
    if score.interval is None:
        return dot
    low, high = (LABELS + RANGE * end for end in score.interval)
    return f'<path d="M{low:.1f} {y:g}H{high:.1f}" stroke="{color}" stroke-width="2.2" stroke-opacity=".6"/>{dot}'


def _length_axes() -> list[str]:
    floor, right, decade = ABOVE + SIDE, LEFT + SIDE, SIDE / math.log10(HIGH_M / LOW_M)
    parts = [f'<path d="M{LEFT} {floor}L{right} {ABOVE}" {PLAIN}/>']
    for x1, y1, x2, y2 in (
        (LEFT, floor - decade, right - decade, ABOVE),
        (LEFT + decade, floor, right, ABOVE + decade),
    ):
        parts.append(f'<path d="M{x1:.1f} {y1:.1f}L{x2:.1f} {y2:.1f}" {PLAIN} stroke-dasharray="4 4"/>')
    for number in range(round(SIDE / decade) + 1):
        at, name = decade * number, length_label(LOW_M * 10**number)
        parts.append(f'<path d="M{LEFT + at:.1f} {ABOVE}V{floor}M{LEFT} {floor - at:.1f}H{right}" {FAINT}/>')
        parts += [_text(LEFT + at, floor + 15, name), _text(LEFT - 6, floor - at + 4, name, "end")]
    parts.append(_text(right - decade - 30, ABOVE + 18, "10 × too long", "end"))
    parts.append(_text(right - 6, ABOVE + decade + 108, "10 × too short", "end"))
    return [*parts, *_titles("true length", "predicted length")]


def _factor_axes(top: float) -> list[str]:
    floor, right, low = ABOVE + SIDE, LEFT + SIDE, math.log10(FACTORS[0])
    decades = round(math.log10(FACTORS[1]) - low)
    parts = []
    for number in range(decades + 1):
        x, power = LEFT + SIDE * number / decades, number + low
        name = "1" if power == 0 else f"× {10**power:g}" if power > 0 else f"÷ {10**-power:g}"
        parts.append(f'<path d="M{x:.1f} {ABOVE}V{floor}" {PLAIN if power == 0 else FAINT}/>')
        parts.append(_text(x, floor + 15, name))
    parts.append(f'<path d="M{LEFT} {floor}H{right}" {PLAIN}/>')
    parts += [_text(LEFT - 6, ABOVE + 4, f"{100 * top:.0f} %", "end"), _text(LEFT - 6, floor + 4, "0", "end")]
    return [*parts, *_titles("predicted / true", "share of answers")]


def _titles(below: str, beside: str) -> list[str]:
    middle = ABOVE + SIDE / 2
    return [
        _text(LEFT + SIDE / 2, SQUARE[1] - 6, below),
        f'<text transform="translate(13 {middle:g}) rotate(-90)" text-anchor="middle" {TEXT}>{escape(beside)}</text>',
    ]


def _legend(names: Sequence[str], colors: Sequence[str], width: float) -> tuple[list[str], int]:
    """Return the names with their colours, in as many lines as the width needs, and their height."""
    parts: list[str] = []
    x, y = MARGIN, 6
    for number, name in enumerate(names):
        text = short(name)
        needed = 14 + LETTER * len(text)
        if x > MARGIN and x + needed > width:
            x, y = MARGIN, y + 18
        parts.append(f'<rect x="{x:.1f}" y="{y}" width="9" height="9" rx="2" fill="{colors[number % len(colors)]}"/>')
        parts.append(_text(x + 14, y + 8.5, text, "start"))
        x += needed + 16
    return parts, y + 20


def _text(x: float, y: float, text: str, anchor: str = "middle") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" {TEXT}>{escape(text)}</text>'


def _svg(
    parts: Sequence[str], size: tuple[float, float], names: Sequence[str], label: str, colors: Sequence[str] = COLORS
) -> str:
    """Return a plot of `size` (width, height) below its legend."""
    legend, above = _legend(names, colors, size[0])
    return (
        f'<svg viewBox="0 0 {size[0]:g} {size[1] + above:g}" role="img" aria-label="{escape(label)}">'
        f'{"".join(legend)}<g transform="translate(0 {above})">{"".join(parts)}</g></svg>'
    )
