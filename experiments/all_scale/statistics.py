"""Intervals, tests, power: what may be concluded from some seeds of a figure.

Every seed has scenes of its own, so scenes are nested in seeds. A replicate of the hierarchical bootstrap draws seeds
with replacement and, within each drawn seed, scenes; its value is the mean over the drawn seeds (Davison and Hinkley
1997, section 3.8). Percentiles of few drawn seeds are too narrow: with three they hold the truth three times in four,
as no mean of seeds lies beyond the outermost. Therefore the part of a replicate that lies between seeds is stretched by
sqrt(K / (K - 1)) t / z (t of K - 1 degrees of freedom and z the normal quantile at the level). The part within seeds is
counted once more than the spread of the seeds already holds it: where scenes and not seeds make the spread, intervals
are too wide, never too narrow (tests/test_experiment_statistics.py measures both).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

from spacevista.evals.intervals import LEVEL, REPLICATES
from spacevista.geometry.arrays import FloatArray

MOST_SEEDS = 1_000  # what a plan could ask for before it is no plan any more
QUANTILES = (np.arange(1000) + 0.5) / 1000

Figure = Callable[[FloatArray], FloatArray]  # weights of scenes (R, S) -> (R,)


@dataclass(frozen=True)
class Sample:
    """One seed: its number of scenes and the figure that is asked of them."""

    scenes: int
    figure: Figure

    def own(self) -> float:
        """Return the figure of all scenes as they are."""
        return float(self.figure(np.ones((1, self.scenes)))[0])


@dataclass(frozen=True)
class Replicates:
    """A figure and its bootstrap replicates, in two parts that add up.

    Attributes:
        own: (K,) the figure of each seed; `value` is their mean.
        between: (R,) mean of the drawn seeds, less `value`.
        within: (R,) what drawing scenes within them added.
    """

    own: FloatArray
    value: float
    between: FloatArray
    within: FloatArray


@dataclass(frozen=True)
class Estimate:
    """A figure over seeds: its 95 % interval and the two-sided p of its being 0, both None with a single seed."""

    value: float
    interval: tuple[float, float] | None
    p: float | None
    own: tuple[float, ...]


def estimate(samples: Sequence[Sample], rng: np.random.Generator, replicates: int = REPLICATES) -> Estimate:
    """Return a figure over seeds with its interval and p.

    Raises:
        ValueError: there is no seed, or a seed has no value.
    """
    drawn = bootstrap(samples, rng, replicates)
    own = tuple(drawn.own.tolist())
    if len(own) == 1:
        return Estimate(drawn.value, None, None, own)
    return Estimate(drawn.value, interval(drawn), p_value(drawn), own)


def bootstrap(samples: Sequence[Sample], rng: np.random.Generator, replicates: int = REPLICATES) -> Replicates:
    """Draw seeds, and scenes within them; every draw of a seed draws its scenes anew."""
    if not samples:
        raise ValueError("expected one seed or more, got none")
    own = np.array([sample.own() for sample in samples])
    if not np.isfinite(own).all():
        raise ValueError(f"expected a value for every seed, got {own.tolist()}")
    picks = rng.integers(len(samples), size=(replicates, len(samples)))
    within = np.zeros(picks.shape)
    for number, sample in enumerate(samples):
        places = np.nonzero(picks == number)
        found = sample.figure(draws(sample.scenes, len(places[0]), rng)) - own[number]
        within[places] = np.where(
            np.isfinite(found), found, 0.0
        )  # a draw without any question that counts says nothing
    value = float(own.mean())
    return Replicates(own, value, own[picks].mean(axis=1) - value, within.mean(axis=1))


def draws(scenes: int, replicates: int, rng: np.random.Generator) -> FloatArray:
    """Return how often each scene is drawn when as many are drawn as there are, (replicates, scenes)."""
    picks = rng.integers(scenes, size=(replicates, scenes)) + scenes * np.arange(replicates)[:, None]
    counts = np.bincount(picks.ravel(), minlength=replicates * scenes)
    return counts.reshape(replicates, scenes).astype(np.float64)


def interval(drawn: Replicates, level: float = LEVEL) -> tuple[float, float]:
    """Return the percentile interval, the part between seeds stretched for their number (2 or more)."""
    spread = drawn.value + stretch(len(drawn.own), level) * drawn.between + drawn.within
    low, high = np.quantile(spread, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)


def stretch(seeds: int, level: float = LEVEL) -> float:
    """Return sqrt(K / (K - 1)) t / z: 2.69 for 3 seeds, 1.29 for 8, towards 1."""
    ends = (1 + level) / 2
    return float(math.sqrt(seeds / (seeds - 1)) * stats.t.ppf(ends, seeds - 1) / stats.norm.ppf(ends))


def p_value(drawn: Replicates) -> float:
    """Return the smallest alpha at which the interval of level 1 - alpha leaves out 0, at least 1 / replicates."""
    least = 1.0 / len(drawn.between)
    low, high = math.log(least), 0.0
    if drawn.value == 0 or not _leaves_out_zero(drawn, math.exp(high) * 0.999):
        return 1.0
    if _leaves_out_zero(drawn, least):
        return least
    for _ in range(24):  # by halves of the logarithm: the interval grows with its level
        middle = (low + high) / 2
        low, high = (low, middle) if _leaves_out_zero(drawn, math.exp(middle)) else (middle, high)
    return math.exp(high)


def _leaves_out_zero(drawn: Replicates, alpha: float) -> bool:
    low, high = interval(drawn, 1 - alpha)
    return low > 0 or high < 0


def holm(p_by_name: Mapping[str, float | None]) -> dict[str, float | None]:
    """Return the p values adjusted for all of the family (Holm 1979); those that are None stay so and count as 1."""
    counted = {name: 1.0 if p is None else p for name, p in p_by_name.items()}
    adjusted: dict[str, float] = {}
    reached = 0.0
    for place, name in enumerate(sorted(counted, key=lambda name: counted[name])):
        reached = max(reached, min(1.0, (len(counted) - place) * counted[name]))
        adjusted[name] = reached
    return {name: None if p is None else adjusted[name] for name, p in p_by_name.items()}


def equivalent(ends: tuple[float, float], margin: float) -> bool:
    """Tell whether a whole interval lies within +-margin: the difference counts as none."""
    return -margin <= ends[0] and ends[1] <= margin


def conclusion(ends: tuple[float, float] | None, margin: float, holm_p: float | None = None) -> str:
    """Return what an interval of a difference allows to say: "no difference", "higher", "lower" or "no conclusion".

    Args:
        ends: None: there is no interval, so nothing to conclude.
        margin: see `equivalent`.
        holm_p: of a primary contrast: at 0.05 or more, neither higher nor lower is said.
    """
    if ends is None:
        return "no conclusion"
    if equivalent(ends, margin):
        return "no difference"
    if holm_p is not None and holm_p >= 1 - LEVEL:
        return "no conclusion"
    return "higher" if ends[0] > 0 else "lower" if ends[1] < 0 else "no conclusion"


def power(spread: float, seeds: int, effect: float, alpha: float) -> float:
    """Return the power of a two-sided t test over seeds' differences: noncentral t, K - 1 degrees of freedom.

    Args:
        spread: standard deviation of the seeds' differences, above 0.
        effect: the true difference, in the same unit.
    """
    freedom, shift = seeds - 1, effect / spread * math.sqrt(seeds)
    # (Z + shift) / sqrt(V / freedom) beyond the bound, V chi-squared: the mean over V of a normal tail. scipy's own
    # noncentral t is no number far out.
    bounds = stats.t.ppf(1 - alpha / 2, freedom) * np.sqrt(stats.chi2.ppf(QUANTILES, freedom) / freedom)
    return float(np.mean(stats.norm.sf(bounds - shift) + stats.norm.sf(bounds + shift)))


def seeds_needed(
    differences: Sequence[float], effect: float = 0.03, wanted: float = 0.8, alpha: float = 0.0125, least: int = 8
) -> int:
    """Return how many seeds it takes to find `effect` with power `wanted`, by the spread of a pilot; `least` or more.

    Args:
        differences: of the pilot's seeds, 2 or more.

    Raises:
        ValueError: there are fewer, or it would take over MOST_SEEDS.
    """
    if len(differences) < 2:
        raise ValueError(f"expected the differences of 2 seeds or more, got {len(differences)}")
    spread = float(np.std(differences, ddof=1))
    if spread < effect * 1e-6 or power(spread, least, effect, alpha) >= wanted:
        return least
    for seeds in range(least + 1, MOST_SEEDS + 1):
        if power(spread, seeds, effect, alpha) >= wanted:
            return seeds
    raise ValueError(f"expected a spread that {MOST_SEEDS:,} seeds can see through, got {spread:g}")
