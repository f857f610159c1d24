"""One candidate of the audit as it was judged, and how near a fact has to come to the truth."""

from __future__ import annotations

from dataclasses import dataclass

LENGTH_TOLERANCE = 0.10  # of the truth, before rounding
PATH_TOLERANCE = 0.10  # of the length of the camera's path
ANGLE_TOLERANCE_DEG = 5.0
ANGLE_TOLERANCE = 0.10  # or so much of the truth, for an angle that is asked alone
# Truth is float64 from meshes, captures are float32: bounds that meet the truth to rounding hold it.
FLOAT_SLACK = 2e-5


@dataclass(frozen=True)
class Judged:
    """One candidate of one world at one level.

    Attributes:
        reason: why it was declined; "" when it was asked.
        right: the fact agrees with the truth (False where there is none).
        rel_error: of the value (of the path for a motion); None for choices and declines.
        half_width: of the interval, relative; None likewise.
        covered: share of the fact's values that lie in their intervals; None likewise.
        noise_leads: the statistical part of the interval exceeds the carving part.
        size_m: longest extent of the first object; None without one.
        distance_m: of the first object from the first frame that shows it; None without one.
    """

    scene_id: str
    scale: str
    level: str
    task: str
    aspect: str
    objects: tuple[int, ...]
    reason: str
    decidable: bool
    visible: bool
    right: bool = False
    rel_error: float | None = None
    half_width: float | None = None
    covered: float | None = None
    noise_leads: bool = False
    size_m: float | None = None
    distance_m: float | None = None
