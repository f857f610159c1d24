"""Which sizes of a room the views decide: the walls were seen along 90 % of their length, the ceiling in part."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from spacevista.geometry.arrays import FloatArray
from spacevista.sim.truth_rooms import room_height_m

if TYPE_CHECKING:
    from spacevista.sim.oracle import Oracle

WALL_SEEN = 0.9
CEILING_SEEN = 0.15
STEP_M = 0.03  # along a wall
LEVELS = (0.1, 0.25, 0.4, 0.55, 0.7, 0.85, 0.95)  # of the room's height
PLACES = 40  # along each side of the ceiling


def decides_room(oracle: Oracle, aspect: str, objects: tuple[int, ...], frames: tuple[int, ...]) -> bool:
    """Tell whether the walls (and, for the volume, the ceiling) were seen well enough."""
    outline, height_m = oracle.world.floor_polygon_m, room_height_m(oracle.truth)
    if outline is None or height_m is None:
        return False
    if wall_seen(oracle, outline, height_m) < WALL_SEEN:
        return False
    return aspect == "area" or ceiling_seen(oracle, outline, height_m) >= CEILING_SEEN


def inside(oracle: Oracle, aspect: str, objects: tuple[int, ...], frames: tuple[int, ...]) -> bool:
    """Tell whether the world is a room: whoever stands in it sees it."""
    return oracle.world.floor_polygon_m is not None


def wall_seen(oracle: Oracle, outline_m: FloatArray, height_m: float) -> float:
    """Return the share of the walls' length along which some camera sees the wall at any height."""
    seen = []
    for start, end in pairwise([*outline_m, outline_m[0]]):
        length = float(np.linalg.norm(end - start))
        count = max(int(np.ceil(length / STEP_M)), 1)
        inward = np.array([start[1] - end[1], end[0] - start[0], 0.0]) / length
        feet = start + (np.arange(count) + 0.5)[:, None] / count * (end - start)
        at = np.zeros(count, dtype=bool)
        for level in LEVELS:
            points = np.column_stack([feet, np.full(count, level * height_m)])
            at |= oracle.carver.visible(points, np.tile(inward, (count, 1)))
        seen.append((length, float(at.mean())))
    lengths, shares = np.array(seen).T
    return float(lengths @ shares / lengths.sum())


def ceiling_seen(oracle: Oracle, outline_m: FloatArray, height_m: float) -> float:
    """Return the share of the ceiling that some camera sees."""
    low, high = outline_m.min(axis=0), outline_m.max(axis=0)
    steps = (np.arange(PLACES) + 0.5) / PLACES
    flat = low + np.stack(np.meshgrid(steps, steps), axis=-1).reshape(-1, 2) * (high - low)
    flat = flat[_holds(outline_m, flat)]
    points = np.column_stack([flat, np.full(len(flat), height_m)])
    return float(oracle.carver.visible(points, np.tile([0.0, 0.0, -1.0], (len(points), 1))).mean())


def _holds(outline_m: FloatArray, flat_m: FloatArray) -> FloatArray:
    """Tell which places (N, 2) lie in an outline: a line to the right crosses it an odd number of times."""
    inside_of = np.zeros(len(flat_m), dtype=bool)
    x, y = flat_m.T
    for (x1, y1), (x2, y2) in pairwise([*outline_m, outline_m[0]]):
        if y1 == y2:
            continue
        inside_of ^= ((y1 <= y) != (y2 <= y)) & (x < x1 + (x2 - x1) * (y - y1) / (y2 - y1))
    return inside_of
