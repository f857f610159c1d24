"""The page of `spacevista explain`: one HTML file that needs nothing else and runs nothing."""

from __future__ import annotations

import base64
import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from spacevista.commands.explain_figures import MOST_DRAWN, sizes_svg, weights_svg
from spacevista.qa.plots import COLORS
from spacevista.scales import SCALE_FACTS, Scale
from spacevista.traces import TraceRow, Usage, usage

EXTRA_STYLE = """
.maps { display: flex; flex-wrap: wrap; gap: 20px; }
.maps figure { margin: 0; background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 10px; }
.maps figcaption { font-weight: 600; padding: 2px 8px; }
.maps svg, .sizes svg { max-width: 100%; height: auto; }
"""
BEYOND = math.exp(-2)  # the support two sigmas from the nearest expert
NO_SCALE = "unknown scale"


@dataclass(frozen=True)
class Explained:
    """What a trace file says.

    Attributes:
        rows: those of sequences with a video or pictures.
        without: how many have none, and so weights of 0.
        usage: of each layer, or of the one that all share; empty where there are no rows.
        names: of the experts.
    """

    rows: tuple[TraceRow, ...]
    without: int
    usage: tuple[Usage, ...]
    names: tuple[str, ...]

    @property
    def scales(self) -> list[str]:
        """Keys of the scales that occur, from the smallest; unknown ones last."""
        order = [*Scale]
        found = {row.scale for row in self.rows}
        return sorted(found, key=lambda key: (order.index(Scale(key)) if key in order else len(order), key))

    def mean_usage(self) -> dict[str, float]:
        """Return the mean over the layers, in bits."""
        fields = ("of_mean", "mean_of", "with_scale")
        return {field: float(np.mean([getattr(one, field) for one in self.usage])) for field in fields}


def explain(rows: Sequence[TraceRow], names: Sequence[str]) -> Explained:
    """Sum up trace rows of one shape; `names` of the experts, one each."""
    shown = tuple(row for row in rows if any(map(sum, row.weights)))
    stacked = _weights(shown)
    scales = [row.scale for row in shown]
    uses = tuple(usage(stacked[:, layer], scales) for layer in range(stacked.shape[1])) if shown else ()
    return Explained(shown, len(rows) - len(shown), uses, tuple(names))


def _weights(rows: Sequence[TraceRow]) -> NDArray[np.float64]:
    return np.array([row.weights for row in rows], dtype=float)


def explain_page(explained: Explained) -> str:
    """Return the page."""
    style = files("spacevista.qa").joinpath("page.css").read_text(encoding="utf-8") + EXTRA_STYLE
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    body = [_head(explained)]
    if explained.rows:
        body += [_maps(explained), _sizes(explained), _table(explained)]
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f"<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'sha256-{digest}'; "
        'img-src data:"><meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="color-scheme" content="light dark"><title>What the router chose</title>'
        f'<link rel="icon" href="data:,"><style>{style}</style></head><body>{"".join(body)}</main></body></html>\n'
    )


def _head(explained: Explained) -> str:
    rest = f" {explained.without} more had no video or picture and were answered by the base model." * bool(
        explained.without
    )
    return (
        "<header><h1>What the router chose</h1>"
        f'<p class="lead">The weights of {len(explained.names)} experts for {len(explained.rows)} sequences.{rest}</p>'
        "</header><main>"
    )


def _maps(explained: Explained) -> str:
    figures = []
    for scale in explained.scales:
        rows = [row for row in explained.rows if row.scale == scale]
        label = scale_label(scale)
        svg = weights_svg(_weights(rows).mean(axis=0), explained.names, f"mean weights of the experts, {label}")
        figures.append(f"<figure><figcaption>{escape(label)} ({len(rows)})</figcaption>{svg}</figure>")
    return (
        "<section><h2>Weights by scale</h2><p>Mean over the sequences of a scale; a row a layer, the first on top (one "
        f'row where all layers share their weights).</p><div class="maps">{"".join(figures)}</div></section>'
    )


def _sizes(explained: Explained) -> str:
    rows = [row for row in explained.rows if row.log10_size is not None]
    if not rows:
        return ""
    scales = explained.scales
    legend = ", ".join(
        '<svg viewBox="0 0 10 10" width="10" height="10" aria-hidden="true">'
        f'<circle cx="5" cy="5" r="4" fill="{COLORS[number % len(COLORS)]}"/></svg> {escape(scale_label(scale))}'
        for number, scale in enumerate(scales)
    )
    beyond = sum(row.support is not None and row.support < BEYOND for row in rows)
    some = f" {beyond} of {len(rows)} are more than two sigmas from the size of every expert: extrapolated."
    some += f" {MOST_DRAWN} of {len(rows)} are drawn, evenly spread." * (len(rows) > MOST_DRAWN)
    return (
        "<section><h2>Predicted size of the scene</h2><p>Dots: the prediction, with two standard deviations to each "
        f"side; rings: the truth, where it is known.{some}</p>"
        f'<div class="sizes">{sizes_svg(rows, scales)}</div><p>{legend}</p></section>'
    )


def _table(explained: Explained) -> str:
    lines = "".join(
        f"<tr><td>{number}</td><td>{one.of_mean:.3f}</td><td>{one.mean_of:.3f}</td><td>{one.with_scale:.3f}</td></tr>"
        for number, one in enumerate(explained.usage, start=1)
    )
    return (
        "<section><h2>How the experts are used</h2><p>In bits. H(mean) is high where all experts are used, mean H low "
        "where each sequence uses one; the information is what an expert tells about the scale.</p>"
        '<div class="wide"><table><thead><tr><th>layer</th><th>H(mean weights)</th><th>mean H(weights)</th>'
        f"<th>information on the scale</th></tr></thead><tbody>{lines}</tbody></table></div></section>"
    )


def scale_label(key: str) -> str:
    """Return what people call a scale; a key that is none of ours as it is."""
    return SCALE_FACTS[Scale(key)].label if key in [*Scale] else key or NO_SCALE
