"""Which directions from one object to another the views decide, and with them which places."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from spacevista.geometry.arrays import FloatArray
from spacevista.sim.oracle_bounds import Bounds
from spacevista.sim.oracle_positions import QUARTER, SLACK, ends
from spacevista.sim.truth_location import azimuth_deg
from spacevista.sim.truth_rotation import level_axes

if TYPE_CHECKING:
    from spacevista.sim.oracle import Oracle

GUARD_DEG = 4.0  # from the border between two words
LEAST_LEVEL = math.cos(math.radians(70))
HALF_WIDTH = 0.03


def decides_place(oracle: Oracle, aspect: str, objects: tuple[int, ...], frames: tuple[int, ...]) -> bool:
    """Tell whether the direction is the same word wherever the objects' middles may be, and the distance is known."""
    first, second = objects
    if not (oracle.measurable(first) and oracle.measurable(second)) or not _has_direction(
        oracle, first, second, frames
    ):
        return False
    if aspect == "direction":
        return True
    gap = oracle.gap(first, second)
    return gap is not None and gap.half_width <= HALF_WIDTH


def _has_direction(oracle: Oracle, first: int, second: int, frames: tuple[int, ...]) -> bool:
    forward = oracle.world.path[frames[0]].rotation[:2, 2]
    if float(np.hypot(*forward)) < LEAST_LEVEL:
        return False
    axes = level_axes(oracle.truth, frames[0])
    true_deg = azimuth_deg(oracle.truth, first, second, frames[0])
    one, other = ([_middle(oracle, number, axis) for axis in axes] for number in (first, second))
    ways = [
        (a - b, c - d)
        for a, b in ((one[0].low, other[0].high), (one[0].high, other[0].low))
        for c, d in ((one[1].low, other[1].high), (one[1].high, other[1].low))
    ]
    off = [abs(math.remainder(math.degrees(math.atan2(y, x)) - 45 * round(true_deg / 45), 360)) for x, y in ways]
    if max(off) > 22.5 - GUARD_DEG:
        return False
    angle = math.radians(true_deg)
    along = np.array([math.cos(angle), math.sin(angle)]) @ axes
    near, far = (ends(*_along(oracle, number, along)) for number in (second, first))
    extents = [high.high - low.low for low, high in (near, far)]
    slack = SLACK * max(extents)
    gap = (far[0].low + far[1].low) / 2 - (near[0].high + near[1].high) / 2
    ordered = all(mine.high + slack < theirs.low for mine, theirs in zip(near, far, strict=True))
    return ordered and gap >= QUARTER * sum(extents) + slack


def _along(oracle: Oracle, object_id: int, axis: FloatArray) -> tuple[FloatArray, FloatArray]:
    space = oracle.space(object_id)
    return space.seen_m[:, :2] @ axis, space.possible_m[:, :2] @ axis


def _middle(oracle: Oracle, object_id: int, axis: FloatArray) -> Bounds:
    low, high = ends(*_along(oracle, object_id, axis))
    return Bounds((low.low + high.low) / 2, (low.high + high.high) / 2)
