"""Options of a multiple-choice question: two to four, one right, in a random place.

Numbers: neighbours stand in a ratio of 1.28 to 1.5 before rounding and the truth takes any rank, so that neither the
middle nor the roundest is the better guess. Rounding is the truth's own; with steps of at most 2 % of the truth the
smallest pair, at least 0.296 of the truth (1.5**-3), keeps (1.28 - 0.034) / (1 + 0.034) > 1.2.

Ratios are not larger than that because of what a reader knows without looking: a truth that lies nearer to the usual
value than half a step is always the option nearest to it. No choice of wrong options mends the rest, for each of them
is 1.2 away from the truth; so a size is asked with options only where words do not say of what (make.py).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import permutations, product

import numpy as np

from spacevista.qa.numbers import DEGREES, motion_numbers, motion_text, place_text, rounding_in, rounding_of

NUMBER_OPTIONS = 4
WORD_OPTIONS = 4
NEAR_STEP, FAR_STEP = 1.28, 1.5  # between numbers
MIN_STEP, MAX_STEP = 1.35, 1.85  # between angles, and between the two distances of a place
COUNT_RATIO = 1.2
LETTERS = "ABCD"
VISIBLE_SHIFT = 0.5  # of the path: two motions nearer than this and than the next look alike
VISIBLE_TURN_DEG = 20.0


def number_options(value: float, error: float, unit: str, rng: np.random.Generator) -> tuple[list[str], int]:
    """Return four lengths as text and the place of the right one, for a positive value known to `error` (relative)."""
    if value <= 0:
        raise ValueError(f"options: expected a positive value, got {value}")
    steps = rng.uniform(math.log(NEAR_STEP), math.log(FAR_STEP), NUMBER_OPTIONS - 1)
    ladder = np.exp(np.concatenate([[0.0], np.cumsum(steps)]))
    rank = int(rng.integers(NUMBER_OPTIONS))
    rounding = rounding_of(value, error)
    texts = [f"{rounding.text(value * float(rung / ladder[rank]))} {unit}" for rung in ladder]
    return shuffled(texts, rank, rng)


def count_options(value: float, rng: np.random.Generator) -> tuple[list[str], int]:
    """Return four counts as text and the place of the right one; as `number_options`, in whole steps, none negative."""
    below, above = [round(value)], [round(value)]
    while below[0] > 0 and len(below) < NUMBER_OPTIONS:
        below.insert(0, min(below[0] - 1, int(below[0] / COUNT_RATIO)))
    rank = int(rng.integers(len(below)))
    while len(above) < NUMBER_OPTIONS - rank:
        above.append(max(above[-1] + 1, math.ceil(above[-1] * COUNT_RATIO)))
    counts = [*below[len(below) - 1 - rank : -1], *above]
    return shuffled([str(count) for count in counts], rank, rng)


def angle_options(value: float, error: float, most_deg: float, rng: np.random.Generator) -> tuple[list[str], int]:
    """Return a signed angle, its opposite, and another angle both ways, as text; and the place of the right one.

    With whole pairs the options do not give the sign away. No angle is larger than `most_deg`.
    """
    step = math.exp(rng.uniform(math.log(MIN_STEP), math.log(MAX_STEP)))
    smaller = rng.random() < 0.5 or abs(value) * step > most_deg
    other = value / step if smaller else value * step
    rounding = rounding_in(value, error, DEGREES)
    texts = [f"{rounding.text(v)} {DEGREES}" for v in (value, -value, other, -other)]
    return shuffled(texts, 0, rng)


def turn_options(value: float, error: float, most_deg: float, rng: np.random.Generator) -> tuple[list[str], int]:
    """Return four angles without signs as `number_options` does, none larger than `most_deg`."""
    steps = rng.uniform(math.log(MIN_STEP), math.log(MAX_STEP), NUMBER_OPTIONS - 1)
    ladder = np.exp(np.concatenate([[0.0], np.cumsum(steps)]))
    possible = np.flatnonzero(value * ladder[-1] / ladder <= most_deg)  # ranks at which all four are small enough
    rank = int(rng.choice(possible)) if len(possible) else NUMBER_OPTIONS - 1
    rounding = rounding_in(value, error, DEGREES)
    texts = [f"{rounding.text(value * float(rung / ladder[rank]))} {DEGREES}" for rung in ladder]
    return shuffled(texts, rank, rng)


def place_options(place: Sequence[float], error: float, unit: str, rng: np.random.Generator) -> tuple[list[str], int]:
    """Return a place, the same distance the opposite way, and another distance both ways; and the place of the first.

    With both directions at both distances neither gives the other away.
    """
    step = math.exp(rng.uniform(math.log(MIN_STEP), math.log(MAX_STEP)))
    distance, azimuth = place
    other = distance * step if rng.random() < 0.5 else distance / step
    places = [(d, a) for d in (distance, other) for a in (azimuth, azimuth + 180)]
    return shuffled([place_text(p, error, unit) for p in places], 0, rng)


def choice_options(texts: Sequence[str], right: int, most: int, rng: np.random.Generator) -> tuple[list[str], int]:
    """Return the right text among at most `most` of `texts`, and its new place."""
    wrong = [i for i in range(len(texts)) if i != right]
    kept = [right, *(wrong[i] for i in rng.permutation(len(wrong))[: most - 1])]
    return shuffled([texts[i] for i in kept], 0, rng)


def opposite_options(texts: Sequence[str], right: int, rng: np.random.Generator) -> tuple[list[str], int]:
    """Return the right one of 2 N directions, its opposite and both ends of another axis, and its new place.

    `texts` are one end of each axis, then the other ends in the same order. With whole axes, what is among the options
    tells nothing: did one opposite stand alone, the pair would be the better guess.
    """
    axes = len(texts) // 2
    other = (right + 1 + int(rng.integers(axes - 1))) % axes
    return shuffled([texts[i] for i in (right, (right + axes) % len(texts), other, other + axes)], 0, rng)


def motion_options(
    motion: Sequence[float], error: float, unit: str, rng: np.random.Generator
) -> tuple[list[str], int] | None:
    """Return a motion among others with flipped signs and swapped axes; None if no other one looks different."""
    written = motion_numbers(motion, error)
    seen = tuple(v if float(number) else 0.0 for v, number in zip(motion, written, strict=True))
    kept = {motion_text(motion, error, unit): seen}
    twisted = twisted_motions(seen)
    for i in rng.permutation(len(twisted)):
        if len(kept) < NUMBER_OPTIONS and all(looks_different(twisted[i], other) for other in kept.values()):
            kept.setdefault(motion_text(twisted[i], error, unit), twisted[i])
    return shuffled(list(kept), 0, rng) if len(kept) > 1 else None


def twisted_motions(motion: Sequence[float]) -> list[tuple[float, ...]]:
    """Return all motions with other signs, or with the three shifts in another order."""
    shifts, turns = motion[:3], motion[3:]
    orders = dict.fromkeys(permutations(shifts))
    signs = product((1, -1), repeat=len(motion))
    all_of_them = (
        tuple(s * v for s, v in zip(sign, (*order, *turns), strict=True)) for sign in signs for order in orders
    )
    return [m for m in dict.fromkeys(all_of_them) if m != tuple(motion)]


def looks_different(first: Sequence[float], second: Sequence[float]) -> bool:
    """Tell whether two motions of one path length differ by half of it, or by 20 degrees of yaw or pitch."""
    shift = math.dist(first[:3], second[:3])
    turn = max(abs(a - b) for a, b in zip(first[3:], second[3:], strict=True))
    path = math.hypot(*first[:3])
    return shift > VISIBLE_SHIFT * path or turn > VISIBLE_TURN_DEG


def shuffled(texts: Sequence[str], right: int, rng: np.random.Generator) -> tuple[list[str], int]:
    """Return texts in random order and the new place of the one at `right`."""
    order = rng.permutation(len(texts)).tolist()
    return [texts[i] for i in order], order.index(right)


def lettered(options: Sequence[str]) -> str:
    """Return options as lines "A. ..."."""
    return "\n".join(f"{letter}. {text}" for letter, text in zip(LETTERS, options, strict=False))
