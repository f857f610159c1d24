"""Which sizes there are: five bands of log10 metres, the gaps between them, one decade beyond either end.

A band is 0.905 decades wide, a factor of 8.04; a gap has 0.295 decades. Sizes are drawn so that each object's own size
is log-uniform over the whole band whatever stands beside it, while the objects of one scene are of like sizes.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from spacevista.geometry.arrays import FloatArray
from spacevista.scales import Scale

CENTRES = (-2.4, -1.2, 0.0, 1.2, 2.4)
HALF_WIDTH = 0.4525
NEIGHBOURS = 0.2  # decades by which the objects of a scene may differ from its middle: a ratio of 2.5 at most


@dataclass(frozen=True)
class Sizes:
    """A range of longest dimensions: `low` to `high` in log10 metres, and what it is called."""

    name: str
    low: float
    high: float


BANDS = tuple(
    Sizes(scale.value, centre - HALF_WIDTH, centre + HALF_WIDTH) for scale, centre in zip(Scale, CENTRES, strict=True)
)
GAPS = tuple(
    Sizes(f"gap_{number}", lower.high, upper.low) for number, (lower, upper) in enumerate(pairwise(BANDS), start=1)
)
BELOW = Sizes("below", BANDS[0].low - 1.0, BANDS[0].low)
ABOVE = Sizes("above", BANDS[-1].high, BANDS[-1].high + 1.0)


def draw_sizes(sizes: Sizes, count: int, rng: np.random.Generator) -> FloatArray:
    """Return the longest dimensions (count,) of a scene's objects in metres, each log-uniform over `sizes`.

    All start at one log-uniform value, each moves by an even step of at most NEIGHBOURS and is reflected at the ends:
    an even step with reflection keeps the uniform distribution uniform.
    """
    middle = rng.uniform(sizes.low, sizes.high)
    steps = rng.uniform(-NEIGHBOURS, NEIGHBOURS, count)
    return np.asarray(10.0 ** reflected(middle + steps, sizes.low, sizes.high))


def reflected(values: FloatArray, low: float, high: float) -> FloatArray:
    """Return values folded back into low..high at both ends, as often as it takes."""
    width = high - low
    place = np.mod(values - low, 2 * width)
    return np.asarray(low + np.where(place > width, 2 * width - place, place))


def scale_of(size_m: float) -> Scale:
    """Return the scale whose band's centre is nearest to a size: the label of scenes in gaps and beyond the ends."""
    nearest = int(np.argmin([abs(np.log10(size_m) - centre) for centre in CENTRES]))
    return tuple(Scale)[nearest]
