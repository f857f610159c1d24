"""How large the things of a scene are: the size that the scale anchor of an answer is compared with."""

from __future__ import annotations

from collections.abc import Iterable

from spacevista.geometry.boxes import least_box
from spacevista.scales import scale_anchor
from spacevista.scenes.record import SceneObject


def longest_sides_m(things: Iterable[SceneObject]) -> dict[int, float]:
    """Return by id the longest side of the smallest box around what was seen of each object, metres.

    It is 0 for a single point; objects of which nothing was seen are left out.
    """
    return {t.id: float(least_box(t.corners_m, t.flush_axes).size_m.max()) for t in things if len(t.seen_m)}


def scene_size_m(longest_m: Iterable[float]) -> float | None:
    """Return the geometric mean of the longest sides that are above 0, metres; None if there is none."""
    sized = [length for length in longest_m if length > 0]
    return float(10 ** scale_anchor(sized)) if sized else None
