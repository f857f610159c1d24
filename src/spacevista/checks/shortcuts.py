"""Rules that answer without looking at a picture, each against what its guesses would get by chance.

| rule | guess | chance |
|---|---|---|
| letter | the letter that is right most often, for each number of options | the greatest share of uniform letters |
| middle | the option in the middle of numbers; of an even number one of the two at random | 1/n |
| longest | the option with the most characters, one of the longest at random | 1/n |
| median, of options | the number nearest to the median of the kind | 1/n |
| median, of numbers | the median of the kind | the median with task, aspect and unit alone as kind |

A kind is what the row's words say: task, aspect, unit and named categories; in data sets that are not ours, the words
themselves. Medians come from other scenes: scenes are dealt to FOLDS parts by their ids, and no part is asked about
itself; below MIN_FACTS facts the next wider kind counts. A number is right within 10 % of the truth; only rows count
whose words name something that other scenes have too, the others would be compared with themselves. A camera motion is
guessed among options only. A guess at random among k options of which one is right counts 1/k. Intervals are Wilson's,
95 %, of rows taken as independent; rows about one scene are not quite. Rows that a rule cannot tell apart (all options
equally long, no numbers) are not among its rows.
"""

from __future__ import annotations

import hashlib
import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import chi2

from spacevista.checks.asked import Asked, numbers_of
from spacevista.evals.prior import MIN_FACTS, WIDEST, Kind
from spacevista.evals.replies import MOTION_LENGTH, nearest_motion
from spacevista.qa.audit_table import wilson
from spacevista.qa.options import LETTERS

FOLDS = 10
RIGHT_WITHIN = 0.1
DRAWS = 2_000  # the mean of a greatest count is then known to about 1 % of its spread
SLACK = 1e-9  # sums of floats

Guess = tuple[float, float]  # the credit of a row, and what chance would get
Medians = dict[tuple[int, Kind], tuple[float, ...]]  # of the scenes outside a fold


@dataclass(frozen=True)
class Share:
    """How often a rule is right: `right` of `rows`, with its interval, against `chance`."""

    rows: int
    right: float
    low: float
    high: float
    chance: float

    @property
    def verdict(self) -> str:
        """Say on which side of chance the whole interval lies: above, below, or within."""
        if self.rows == 0:
            return "no rows"
        above, below = self.low - SLACK > self.chance, self.high + SLACK < self.chance
        return "above" if above else "below" if below else "within"


@dataclass(frozen=True)
class Letters:
    """Where the right option stands, among rows with one number of options; few: fewer than 5 expected a letter."""

    rows: int
    counts: dict[str, int]
    chi_square: float
    p: float
    few: bool


def share_of(guesses: Iterable[Guess]) -> Share:
    """Add up what a rule got and what chance would."""
    found = list(guesses)
    if not found:
        return Share(0, math.nan, 0.0, 1.0, math.nan)
    credit, chance = (math.fsum(part) for part in zip(*found, strict=True))
    low, high = wilson(credit, len(found))
    return Share(len(found), credit / len(found), low, high, chance / len(found))


def letters(rows: Sequence[Asked]) -> dict[int, Letters]:
    """Return where the right option stands, by the number of options, with the p value of a uniform draw."""
    places: defaultdict[int, Counter[int]] = defaultdict(Counter)
    for row in _choices(rows):
        places[len(row.options)][row.right or 0] += 1
    return {count: _letters(count, places[count]) for count in sorted(places)}


def all_letters(by_count: dict[int, Letters]) -> tuple[float, float]:
    """Return the sum of the chi-squares and its p value: one test of all rows, whatever their number of options."""
    total = math.fsum(found.chi_square for found in by_count.values())
    freedom = sum(count - 1 for count in by_count)
    return total, float(chi2.sf(total, freedom)) if freedom else 1.0


def letter_rule(rows: Sequence[Asked]) -> Share:
    """Return how often the most frequent letter is right, and what that is where letters are drawn uniformly."""
    by_count = letters(rows)
    total = sum(found.rows for found in by_count.values())
    if not total:
        return share_of(())
    right = sum(max(found.counts.values()) for found in by_count.values())
    chance = math.fsum(_expected_most(found.rows, count) for count, found in by_count.items())
    low, high = wilson(right, total)
    return Share(total, right / total, low, high, chance / total)


def middle_rule(rows: Sequence[Asked]) -> Share:
    """Return how often the middle one of numbers is right."""
    return share_of(guess for row in _choices(rows) if (guess := _middle(row)) is not None)


def longest_rule(rows: Sequence[Asked]) -> Share:
    """Return how often the longest option is right, of rows with options of different lengths."""
    return share_of(guess for row in _choices(rows) if (guess := _longest(row)) is not None)


def median_rules(rows: Sequence[Asked]) -> dict[str, dict[str, Share]]:
    """Return how often the median of a row's kind is right: task -> "mc" and "reg"; tasks without numbers have none."""
    medians = _medians(rows)
    found: defaultdict[str, defaultdict[str, list[Guess]]] = defaultdict(lambda: defaultdict(list))
    rule: dict[str, Callable[[Asked, Medians], Guess | None]] = {"mc": _nearest, "reg": _within}
    for row in rows:
        if row.form in rule and row.value and (guess := rule[row.form](row, medians)) is not None:
            found[row.task][row.form].append(guess)
    return {task: {form: share_of(forms[form]) for form in sorted(forms)} for task, forms in sorted(found.items())}


def fold_of(scene_id: str) -> int:
    """Return the part that a scene is dealt to."""
    return hashlib.sha256(f"fold:{scene_id}".encode()).digest()[0] % FOLDS


def _choices(rows: Iterable[Asked]) -> Iterable[Asked]:
    return (row for row in rows if row.options and row.right is not None)


def _letters(count: int, places: Counter[int]) -> Letters:
    rows = places.total()
    expected = rows / count
    square = math.fsum((places[place] - expected) ** 2 / expected for place in range(count))
    named = {chr(ord(LETTERS[0]) + place): places[place] for place in range(count)}
    return Letters(rows, named, square, float(chi2.sf(square, count - 1)), few=expected < 5)


def _expected_most(rows: int, count: int) -> float:
    """Return the mean of the greatest of `count` uniform counts that add up to `rows`."""
    draws = np.random.default_rng(0).multinomial(rows, np.full(count, 1 / count), DRAWS)
    return float(draws.max(axis=1).mean())


def drawn(guesses: Sequence[int], row: Asked) -> Guess:
    """Return the credit of a guess at random among some places."""
    return (row.right in guesses) / len(guesses), 1 / len(row.options)


def _middle(row: Asked) -> Guess | None:
    numbers = numbers_of(row.options)
    if numbers is None or len(numbers) < 3 or len(set(numbers)) < len(numbers):
        return None
    order, last = sorted(range(len(numbers)), key=numbers.__getitem__), len(numbers) - 1
    return drawn(order[last // 2 : (last + 1) // 2 + 1], row)


def _longest(row: Asked) -> Guess | None:
    lengths = [len(option) for option in row.options]
    longest = [place for place, length in enumerate(lengths) if length == max(lengths)]
    return None if len(longest) == len(lengths) else drawn(longest, row)


def _medians(rows: Iterable[Asked]) -> Medians:
    """Return the median of every kind outside each fold, of at least MIN_FACTS facts; of the widest, of any number."""
    values: defaultdict[Kind, dict[str, tuple[int, tuple[float, ...]]]] = defaultdict(dict)
    for row in rows:
        for kind in row.kinds if row.value else ():
            values[kind][row.fact] = (fold_of(row.scene_id), row.value)
    found: Medians = {}
    for kind, facts in values.items():
        least = 1 if len(kind) == WIDEST else MIN_FACTS
        length = len(next(iter(facts.values()))[1])
        alike = [(fold, value) for fold, value in facts.values() if len(value) == length]
        for fold in range(FOLDS):
            others = [value for own, value in alike if own != fold]
            if len(others) >= least:
                found[fold, kind] = tuple(float(m) for m in np.median(others, axis=0))
    return found


def _median(row: Asked, kinds: Iterable[Kind], medians: Medians) -> tuple[float, ...] | None:
    fold = fold_of(row.scene_id)
    return next((medians[fold, kind] for kind in kinds if (fold, kind) in medians), None)


def _nearest(row: Asked, medians: Medians) -> Guess | None:
    """Return the credit of the option nearest to the median; nearest by ratio where all are over 0."""
    median = _median(row, row.kinds, medians)
    if median is None or row.right is None:
        return None
    if len(median) == MOTION_LENGTH:
        letter = nearest_motion(row.options, median)
        return None if letter is None else drawn([LETTERS.index(letter)], row)
    numbers = numbers_of(row.options)
    if numbers is None or len(median) != 1:
        return None
    if min(*numbers, *median) > 0:
        apart = [abs(math.log(number / median[0])) for number in numbers]
    else:
        apart = [abs(number - median[0]) for number in numbers]
    return drawn([place for place, gap in enumerate(apart) if gap == min(apart)], row)


def _within(row: Asked, medians: Medians) -> Guess | None:
    """Return whether the median of a kind with names is within 10 % of the truth, and whether that without is."""
    wide = [kind for kind in row.kinds if not _names_objects(kind)]
    narrow = [kind for kind in row.kinds if _names_objects(kind)]
    found, plain = _median(row, narrow, medians), _median(row, wide, medians)
    if found is None or plain is None or len(row.value) != 1:
        return None
    return _is_right(found, row.value), _is_right(plain, row.value)


def _names_objects(kind: Kind) -> bool:
    return len(kind) > WIDEST + 1  # task, aspect, unit, and more


def _is_right(guess: Sequence[float], truth: Sequence[float]) -> float:
    return float(len(guess) == 1 and abs(guess[0] - truth[0]) <= RIGHT_WITHIN * abs(truth[0]))
