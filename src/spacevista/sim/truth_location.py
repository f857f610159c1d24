"""The truth of where one object lies relative to another, as a camera looks: a direction, a distance.

Frame: level, from the reference camera: degrees from its right over its back (away from it). Distance: closest points.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from spacevista.sim.truth_rotation import level_axes, level_middle

if TYPE_CHECKING:
    from spacevista.sim.truth import Truth

WORDS = ("right", "back-right", "back", "back-left", "left", "front-left", "front", "front-right")


def direction(truth: Truth, aspect: str, objects: tuple[int, ...], frames: tuple[int, ...]) -> str:
    """Return the word, one of eight, for the way from the second object to the first."""
    return WORDS[round(azimuth_deg(truth, objects[0], objects[1], frames[0]) / 45) % 8]


def place(truth: Truth, aspect: str, objects: tuple[int, ...], frames: tuple[int, ...]) -> tuple[float, float]:
    """Return the distance (m) and the azimuth (degrees) of the first object from the second."""
    return truth.distance_m(objects[0], objects[1]), azimuth_deg(truth, objects[0], objects[1], frames[0])


def azimuth_deg(truth: Truth, first: int, second: int, frame: int) -> float:
    """Return the direction from the middle of the second object to that of the first, degrees."""
    way = level_middle(truth, first, frame) - level_middle(truth, second, frame)
    right, away = level_axes(truth, frame) @ way
    return math.degrees(math.atan2(away, right))
