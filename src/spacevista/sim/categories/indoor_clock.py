"""Wall clock: a round case with a dial, twelve marks and two hands."""

import numpy as np

from spacevista.sim.categories.shape import Shape
from spacevista.sim.categories.small_looks import vivid
from spacevista.sim.shapes import box, cylinder, lathe, moved, rotated, settled, union
from spacevista.sim.world import Material, Mesh

CATEGORY = "wall clock"
# Wall clocks: 0.24-0.40 m across, 0.035-0.05 m deep.
DIAMETER_M = (0.24, 0.40)
DEPTH_M = (0.035, 0.050)


def build(rng: np.random.Generator) -> Shape:
    """Draw a clock; it faces +x."""
    radius, depth = rng.uniform(*DIAMETER_M) / 2, rng.uniform(*DEPTH_M)
    dial = 0.7 * depth
    profile = [(0, 0), (radius, 0), (radius, depth), (0.92 * radius, depth), (0.88 * radius, dial), (0, dial)]
    parts = [lathe(profile, 64, [0, 0, 0, 0, 1])]
    for hour in range(12):
        long = 0.16 if hour % 3 == 0 else 0.09
        mark = moved(box((0.03 * radius, long * radius, 0.001), 2), (0, (0.84 - long / 2) * radius, dial))
        parts.append(rotated(mark, (0, 0, 1), 30.0 * hour))
    minute = int(rng.integers(60))
    hour_turn = 30.0 * int(rng.integers(12)) + 0.5 * minute
    parts += [
        _hand(0.50 * radius, 0.05 * radius, dial + 0.001, hour_turn),
        _hand(0.75 * radius, 0.035 * radius, dial + 0.003, 6.0 * minute),
    ]
    parts.append(moved(cylinder(0.04 * radius, 0.006, 16, 2), (0, 0, dial)))
    upright = rotated(rotated(union(*parts), (0, 0, 1), 90), (0, 1, 0), 90)  # twelve goes up
    white = Material((0.80, 0.79, 0.76), gloss=0.3)
    case = vivid(rng, gloss=0.5) if rng.random() < 0.5 else Material((0.04, 0.04, 0.045), gloss=0.5)
    return Shape(settled(upright), (case, white, Material((0.02, 0.02, 0.02), gloss=0.2)))


def _hand(length: float, width: float, z: float, turn_deg: float) -> Mesh:
    """A hand that points to +y at 0 and turns clockwise."""
    hand = moved(box((width, 1.15 * length, 0.0015), 2), (0, 0.425 * length, z))
    return rotated(hand, (0, 0, 1), -turn_deg)
