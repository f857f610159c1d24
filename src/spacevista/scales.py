"""The five scene scales, their units, and the scale anchor.

Source: SpaceVista (arXiv 2510.09606), section on scene scales; sizes and distances are the typical ranges of each
scale, not limits. The anchor of a scene is log10 of the geometric mean of the longest dimensions of its objects.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Scale(StrEnum):
    """Key of a scene scale, from the smallest to the largest."""

    TINY_TABLETOP = "tiny_tabletop"
    TABLETOP = "tabletop"
    INDOOR = "indoor"
    OUTDOOR = "outdoor"
    DRONE = "drone"


@dataclass(frozen=True)
class ScaleFacts:
    """What people mean by a scale: its name, the unit they write lengths in, typical object sizes and distances."""

    label: str
    unit: str
    object_size_m: tuple[float, float]
    camera_distance_m: tuple[float, float]


SCALE_FACTS: dict[Scale, ScaleFacts] = {
    Scale.TINY_TABLETOP: ScaleFacts("Tiny Tabletop", "mm", (1e-3, 5e-2), (0.05, 0.5)),
    Scale.TABLETOP: ScaleFacts("Tabletop", "cm", (3e-2, 0.5), (0.3, 2.0)),
    Scale.INDOOR: ScaleFacts("Indoor", "m", (0.1, 5.0), (0.5, 20.0)),
    Scale.OUTDOOR: ScaleFacts("Outdoor", "m", (0.5, 100.0), (2.0, 200.0)),
    Scale.DRONE: ScaleFacts("Drone view", "m", (1.0, 500.0), (20.0, 1000.0)),
}

METRES_PER_UNIT: dict[str, float] = {"mm": 1e-3, "cm": 1e-2, "m": 1.0, "km": 1e3}


def in_unit(length_m: float, unit: str) -> float:
    """Convert a length in metres to `unit` (one of mm, cm, m, km)."""
    return length_m / METRES_PER_UNIT[unit]


def scale_anchor(longest_dimensions_m: Iterable[float]) -> float:
    """Return log10 of the geometric mean of the objects' longest dimensions in metres.

    Raises:
        ValueError: there is no length, or one is not positive.
    """
    lengths = list(longest_dimensions_m)
    if not lengths or min(lengths) <= 0:
        raise ValueError(f"expected at least one positive length in metres, got {lengths}")
    return sum(math.log10(length) for length in lengths) / len(lengths)
