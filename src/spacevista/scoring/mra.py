"""Mean relative accuracy: the share of ten thresholds that a number's relative error keeps.

Source: VSI-Bench (arXiv 2412.14171), section 3.3: thresholds theta in {0.50, 0.55, ..., 0.95}, a hit where
|prediction - truth| / |truth| <= 1 - theta. The floats are those of numpy's linspace, as in the released scorers: at an
exact boundary they decide (7.7 for 7.0 scores 0.9; thresholds typed by hand give 0.8).
"""

from __future__ import annotations

from bisect import bisect_left

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

THRESHOLDS: Floats = np.linspace(0.5, 0.95, 10)
LIMITS: tuple[float, ...] = tuple(sorted((1 - THRESHOLDS).tolist()))  # largest relative error of each hit, ascending


def relative_error(prediction: float, truth: float) -> float:
    """Return |prediction - truth| / |truth|, or the absolute error where the truth is 0."""
    if truth == 0.0:
        return abs(prediction - truth)
    return abs((prediction - truth) / truth)


def mra_of_error(error: float) -> float:
    """Return the mean relative accuracy, 0 to 1 in tenths, of a relative error; 0 for an error that is no number.

    >>> mra_of_error(0.0), mra_of_error(0.3), mra_of_error(2.0)
    (1.0, 0.5, 0.0)
    """
    if error != error:
        return 0.0
    return (len(LIMITS) - bisect_left(LIMITS, error)) / len(LIMITS)


def mra(prediction: float, truth: float) -> float:
    """Return the mean relative accuracy of one prediction, 0 to 1 in tenths.

    >>> mra(7.7, 7.0)
    0.9
    """
    return mra_of_error(relative_error(prediction, truth))


def mra_many(predictions: Floats, truths: Floats) -> Floats:
    """Return the mean relative accuracies of predictions (n,) against truths (n,), as `mra` gives them one by one."""
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        errors = np.abs(predictions - truths)
        errors = np.where(truths == 0.0, errors, np.abs((predictions - truths) / truths))
    hits = len(LIMITS) - np.searchsorted(LIMITS, errors, side="left")  # an error that is no number sorts last: no hit
    return hits / float(len(LIMITS))
