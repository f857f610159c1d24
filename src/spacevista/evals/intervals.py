"""Bootstrap intervals over scenes: how far would a score move if other scenes of the same kind had been asked about?

Questions about one scene share its difficulty, so that they are not independent; a bootstrap over questions gives
intervals that are too narrow (by sqrt(k) where the k questions of a scene stand or fall together). Scenes are drawn
with replacement and each brings all its questions (cluster bootstrap; Efron and Tibshirani 1993, chapters 8 and 13).
One drawing serves all figures of a benchmark. The percentiles are those of the expanded percentile interval (Hesterberg
2015, The American Statistician 69), which makes up for the narrowness of plain ones where scenes are few.

A figure is a tree of means, as benchmarks define theirs: a leaf is the mean over the questions of one group, a branch
the plain mean over those of its parts that have a value. None is a part that always counts, as 0.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.stats import norm, t

from spacevista.geometry.arrays import FloatArray, IntArray

Tree: TypeAlias = "int | tuple[Tree, ...] | None"

REPLICATES = 2_000  # the ends then jitter by about 1/20 of the interval's width between seeds
LEVEL = 0.95
MAX_DRAWS = 1 << 23  # drawn scenes held at once (64 MB as float64)
NO_SPREAD = 1e-12  # replicates that differ by less are equal up to rounding
FEW_SCENES = 10  # below it an interval can be too narrow (86 % hold the truth at 3 scenes): it is given, and marked

EMPTY = "no scored question"
ONE_SCENE = "one scene only"
ALL_ALIKE = "the scenes show no spread"


@dataclass(frozen=True)
class Measured:
    """A figure with its interval.

    Attributes:
        value: None where no question counts.
        interval: 95 %, (low, high); None where there is none, for the `reason` given ("" where there is one).
        scenes, questions: that the value rests on.
    """

    value: float | None
    interval: tuple[float, float] | None
    reason: str
    scenes: int
    questions: int


@dataclass(frozen=True)
class Totals:
    """Sums of scores and numbers of questions: sparse, scenes x groups."""

    sums: Any  # scipy.sparse.csr_array of float64; scipy ships no types
    counts: Any


def scene_totals(scenes: IntArray, scores: FloatArray, groups: Sequence[IntArray]) -> Totals:
    """Add up scores by scene and group.

    Args:
        scenes: (N,) number of each question's scene, counting from 0 without gaps.
        scores: (N,) finite.
        groups: for each group the positions (in 0..N-1) of its questions; groups may overlap or be empty.
    """
    rows = np.concatenate([np.asarray(group, dtype=np.int64) for group in groups] or [np.empty(0, np.int64)])
    columns = np.repeat(np.arange(len(groups)), [len(group) for group in groups])
    shape = (int(scenes.max()) + 1 if len(scenes) else 0, len(groups))
    place = (scenes[rows], columns)
    return Totals(*(sparse.csr_array((each, place), shape=shape) for each in (scores[rows], np.ones(len(rows)))))


def scene_numbers(names: Sequence[str]) -> IntArray:
    """Return the number of the scene of each question, counting from 0; a question without a name is a scene itself."""
    numbers: dict[str | int, int] = {}
    return np.array([numbers.setdefault(name or at, len(numbers)) for at, name in enumerate(names)], dtype=np.int64)


def means(totals: Totals) -> FloatArray:
    """Return the mean of each group, (G,); NaN where it has no question."""
    return _divided(np.asarray(totals.sums.sum(axis=0)), np.asarray(totals.counts.sum(axis=0)))


def resampled_means(totals: Totals, rng: np.random.Generator, replicates: int = REPLICATES) -> FloatArray:
    """Return the mean of each group in each bootstrap replicate, (replicates, G); NaN where none of it was drawn."""
    parts = [_divided(drawn @ totals.sums, drawn @ totals.counts) for drawn in _drawn(totals, rng, replicates)]
    return np.concatenate(parts)


def combined(values: FloatArray, tree: Tree) -> FloatArray:
    """Return the figure that `tree` describes of group means (..., G), as (...); NaN where nothing has a value."""
    if isinstance(tree, int):
        return np.asarray(values[..., tree])
    if not tree:
        return np.full(values.shape[:-1], 0.0 if tree is None else np.nan)
    parts = np.stack([combined(values, part) for part in tree])
    present = np.isfinite(parts)
    return _divided(np.where(present, parts, 0.0).sum(axis=0), present.sum(axis=0))


def measured(totals: Totals, replicates: FloatArray, tree: Tree, whole: int) -> Measured:
    """Return the figure that `tree` describes, with its interval.

    Args:
        replicates: `resampled_means` of the same totals.
        whole: the group that holds every question of the tree once (its leaves may overlap).
    """
    counts = totals.counts[:, [whole]].toarray().ravel()
    scenes, questions = int(np.count_nonzero(counts)), int(counts.sum())
    if scenes == 0:
        return Measured(None, None, EMPTY, 0, 0)
    value = float(combined(means(totals), tree))
    if scenes == 1:
        return Measured(value, None, ONE_SCENE, 1, questions)
    found = combined(replicates, tree)
    found = found[np.isfinite(found)]
    if np.ptp(found) < NO_SPREAD:
        return Measured(value, None, ALL_ALIKE, scenes, questions)
    low, high = np.quantile(found, [tail(scenes), 1 - tail(scenes)])
    return Measured(value, (float(low), float(high)), "", scenes, questions)


def tail(scenes: int) -> float:
    """Return the share of replicates beyond each end: Phi(-sqrt(n / (n - 1)) t), t of n - 1 degrees of freedom.

    Replicates of n scenes vary by a factor of (n - 1) / n too little, and the normal curve is too short for n scenes.
    It is 0.0086 for 10 scenes, 0.0212 for 50, and tends to 0.025.
    """
    return float(norm.cdf(-math.sqrt(scenes / (scenes - 1)) * t.ppf((1 + LEVEL) / 2, scenes - 1)))


def _drawn(totals: Totals, rng: np.random.Generator, replicates: int) -> Iterator[FloatArray]:
    """Yield, some replicates at a time, how often each scene was drawn: (some, S)."""
    scenes = totals.sums.shape[0]
    step = max(MAX_DRAWS // max(scenes, 1), 1)
    for start in range(0, replicates, step):
        some = min(step, replicates - start)
        picks = rng.integers(scenes, size=(some, scenes)) + scenes * np.arange(some)[:, None]
        yield np.bincount(picks.ravel(), minlength=some * scenes).reshape(some, scenes).astype(np.float64)


def _divided(sums: FloatArray, counts: NDArray[Any]) -> FloatArray:
    quotient = np.full(np.shape(sums), np.nan)
    np.divide(sums, counts, out=quotient, where=np.asarray(counts) > 0)
    return quotient
