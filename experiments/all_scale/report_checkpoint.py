"""The report's part on the demo's model: band by band beside the prior, on the same questions."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from experiments.all_scale.cell_records import Answers
from experiments.all_scale.checkpoint_record import Checkpoint
from experiments.all_scale.endpoints import TEN_TIMES, Asked, asked_in, log_errors, log_ratios, macro_mean, mra_scores
from experiments.all_scale.protocol import BANDS, CENTRES
from experiments.all_scale.report_text import MINUS, decimal, table
from experiments.all_scale.statistics import draws

from spacevista.evals.intervals import LEVEL, REPLICATES
from spacevista.geometry.arrays import FloatArray

SEED = 0
NOT_SCORED = "Not scored: `python -m experiments.all_scale.checkpoint_scores`.\n"


@dataclass(frozen=True)
class Beside:
    """A band's mean of something for the model and for the prior, and their paired difference with its 95 % interval.

    Attributes:
        difference: value, low, high.
    """

    model: float
    prior: float
    difference: tuple[float, float, float]


def beside(model: Asked, prior: Asked, values: tuple[FloatArray, FloatArray]) -> Beside:
    """Compare a mean over the same questions; the interval is of a bootstrap over scenes."""
    weights = draws(len(model.scenes), REPLICATES, np.random.default_rng(SEED))
    once = np.ones((1, len(model.scenes)))
    drawn = macro_mean(model, values[0] - values[1], weights)
    low, high = np.quantile(drawn[np.isfinite(drawn)], [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    own, other = (float(macro_mean(model, value, once)[0]) for value in values)
    return Beside(own, other, (own - other, float(low), float(high)))


def checkpoint_part(found: Checkpoint | None) -> str:
    """Return the table of the model beside the prior, and the bands in which it is not better."""
    if found is None:
        return NOT_SCORED
    rows, behind = [], []
    for band in (*BANDS, ""):
        model, prior = asked_in(found.model, band), asked_in(found.prior, band)
        mra = beside(model, prior, (mra_scores(model), mra_scores(prior)))
        far = beside(model, prior, (_far(model), _far(prior)))
        rows.append(
            [
                band or "all (mean of bands)",
                f"{len(model.true_m)} of {len(model.scenes)}",
                *(decimal(100 * value, 1) for value in (mra.model, mra.prior)),
                _points(mra.difference),
                *(decimal(_middle(asked), 2) for asked in (model, prior)),
                *(decimal(100 * value, 1) for value in (far.model, far.prior)),
            ]
        )
        if band and mra.difference[1] <= 0:
            behind.append(band)
    head = ["band", "questions of scenes", "MRA, points", "prior's", f"model {MINUS} prior"]
    head += ["median |log10 ratio|", "prior's", "10 x off, percent", "prior's"]
    said = (
        f"Its interval does not lie above zero in: {', '.join(behind)}."
        if behind
        else "In every band the interval of the paired difference lies above zero."
    )
    note = (
        f"Weights {found.weights}; the prior is the package's, of {found.prior_source}. Every test scene of the main "
        "split was asked once; in brackets 95 % intervals, paired, over scenes.\n"
    )
    return f"{said} {_why(found.prior)}\n\n{table(head, rows)}{_read_line(found.model)}\n{note}"


def _why(prior: Answers) -> str:
    """Say where the prior's one guess lies: within that band it is told what no look at the pictures told it."""
    guess_m = float(np.median(asked_in(prior).predicted_m))
    nearest = BANDS[int(np.argmin(np.abs(np.array(CENTRES) - np.log10(guess_m))))]
    return (
        f"The prior does not look: its guesses are the medians over all bands, {guess_m:.2g} m in the middle, a length "
        f"of {nearest}. In that band it is as good as an answerer that is told the band, in the others it is nothing."
    )


def _points(difference: tuple[float, float, float]) -> str:
    value, low, high = (decimal(100 * each, 1, True) for each in difference)
    return f"{value} ({low} to {high})"


def _far(asked: Asked) -> FloatArray:
    return (log_errors(asked) >= TEN_TIMES).astype(np.float64)


def _middle(asked: Asked) -> float:
    return float(np.median(log_errors(asked)))


def _read_line(rows: Answers) -> str:
    asked = asked_in(rows)
    unread = int(np.isnan(log_ratios(asked)).sum())
    return f"{unread} of {len(asked.true_m)} answers of the model are no length above 0; they count as wrong.\n"
