"""The part of the demo's page that shows what a model said, beside the truth."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from statistics import median

from spacevista.qa.page_cards import card_with
from spacevista.qa.record import Question
from spacevista.scales import SCALE_FACTS, Scale
from spacevista.scoring.mra import mra

SHOWN = 2  # cards of a scale
FAR = 1.0  # decades: ten times off


@dataclass(frozen=True)
class Said:
    """A reply to a question about one length; `predicted_m` is what the strict parser reads, None nothing."""

    scale: Scale
    question: Question
    reply: str
    predicted_m: float | None
    true_m: float

    @property
    def decades(self) -> float | None:
        """log10 of predicted over true; None where there is no length above 0."""
        return math.log10(self.predicted_m / self.true_m) if self.predicted_m and self.predicted_m > 0 else None


@dataclass(frozen=True)
class ScaleFigures:
    """Of the replies about one scale: how many, how many without a length, and of the others how far off.

    Attributes:
        mra: mean relative accuracy of all, those without a length counted as 0.
        median_decades: of |log10 predicted / true|; NaN without lengths.
        far: share of all that are ten times off or have no length.
    """

    asked: int
    unread: int
    mra: float
    median_decades: float
    far: float


def figures_of(said: Sequence[Said]) -> dict[Scale, ScaleFigures]:
    """Return the figures of each scale that was asked about."""
    found = {}
    for scale in (s for s in Scale if any(one.scale == s for one in said)):
        own = [one for one in said if one.scale == scale]
        off = [abs(one.decades) for one in own if one.decades is not None]
        found[scale] = ScaleFigures(
            asked=len(own),
            unread=len(own) - len(off),
            mra=sum(mra(one.predicted_m, one.true_m) for one in own if one.predicted_m is not None) / len(own),
            median_decades=median(off) if off else math.nan,
            far=(len(own) - sum(decades < FAR for decades in off)) / len(own),
        )
    return found


def model_section(name: str, said: Sequence[Said], root: Path) -> str:
    """Return the section as HTML; "" where no model was asked."""
    if not said:
        return ""
    rows = "".join(_row(scale, one) for scale, one in figures_of(said).items())
    heads = ("scale", "asked", "no length", "MRA", "median factor off", "10 x off")
    head = "".join(f"<th>{text}</th>" for text in heads)
    cards = "".join(_card(one, root) for scale in Scale for one in [s for s in said if s.scale == scale][:SHOWN])
    return (
        f'<section id="model"><h2>What a model says</h2><p>Replies of <b>{escape(name)}</b> to marked lengths of these '
        "worlds, read strictly; the question does not give the unit away. It never saw these worlds.</p>"
        f'<div class="wide"><table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>'
        f'<div class="cards">{cards}</div></section>'
    )


def _row(scale: Scale, found: ScaleFigures) -> str:
    factor = "–" if math.isnan(found.median_decades) else f"{10**found.median_decades:.1f} x"
    cells = (str(found.asked), str(found.unread), f"{100 * found.mra:.0f} %", factor, f"{100 * found.far:.0f} %")
    name = escape(SCALE_FACTS[scale].label)
    return f'<tr><td class="text">{name}</td>' + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>"


def _card(said: Said, root: Path) -> str:
    if said.decades is None:
        return card_with(said.question, f"the model: {said.reply[:200]!r}, which holds no one length", False, root)
    text = f"the model: {said.predicted_m:.3g} m, {10**said.decades:.2g} times the truth"
    return card_with(said.question, text, abs(said.decades) < math.log10(1.1), root)
