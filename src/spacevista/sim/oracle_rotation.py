"""Which rotations the views decide: cameras are known exactly, the middle of an object only as far as it was seen."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from spacevista.geometry.arrays import FloatArray
from spacevista.sim.oracle_positions import ends
from spacevista.sim.truth_rotation import clip, level_axes, turn_deg

if TYPE_CHECKING:
    from spacevista.sim.oracle import Oracle

DEAD_ZONE_DEG = 5.0
HALF_TURN_DEG = 170.0
STEP_DEG = 60.0
STEEP_DEG = 70.0  # from level
HALF_WIDTH_DEG, HALF_WIDTH = 1.5, 0.03


def decides_turn(oracle: Oracle, aspect: str, objects: tuple[int, ...], frames: tuple[int, ...]) -> bool:
    """Tell whether an angle is outside the dead zone and known well enough."""
    if aspect == "attitude":
        return oracle.truth.turn_deg(frames[0], frames[-1]) >= DEAD_ZONE_DEG
    if aspect.startswith("turn"):
        numbers = clip(frames)
        forward = np.array([oracle.world.path[n].rotation[:, 2] for n in numbers])
        steep = np.degrees(np.arcsin(np.clip(np.abs(forward[:, 2]), 0, 1))) > STEEP_DEG
        totals = _totals(forward[:, None, :2])
        if steep.any():
            return False
    else:
        found = _around(oracle, objects[0], clip(frames))
        if found is None:
            return False
        totals = found
    if totals is None:
        return False
    true_deg = turn_deg(oracle.truth, aspect, objects, frames)
    half = float(np.ptp(totals)) / 2
    sure = min(abs(true_deg) - half, math.inf) >= DEAD_ZONE_DEG
    if aspect.endswith("net"):
        sure = sure and abs(true_deg) + half <= HALF_TURN_DEG
    return sure and half <= max(HALF_WIDTH_DEG, HALF_WIDTH * abs(true_deg))


def _totals(ways: FloatArray) -> FloatArray | None:
    """Return the sums of the steps (C) between level directions (F, C, 2); None where a step is too large."""
    turns = np.diff(np.arctan2(ways[..., 1], ways[..., 0]), axis=0)
    steps = np.degrees(np.arctan2(np.sin(turns), np.cos(turns)))
    return None if (np.abs(steps) > STEP_DEG).any() else np.asarray(steps.sum(axis=0))


def _around(oracle: Oracle, object_id: int, numbers: list[int]) -> FloatArray | None:
    """Return the angle swept around each place where the middle of an object might be; None where that is not known."""
    space = oracle.space(object_id)
    if space.open or not oracle.measurable(object_id):
        return None
    axes = level_axes(oracle.truth, numbers[0])
    sides = [ends(space.seen_m[:, :2] @ axis, space.possible_m[:, :2] @ axis) for axis in axes]
    middles = [((low.low + high.low) / 2, (low.high + high.high) / 2) for low, high in sides]
    places = np.array([np.array([x, y]) @ axes for x in middles[0] for y in middles[1]])
    eyes = np.array([oracle.world.path[n].translation_m[:2] for n in numbers])
    ways = eyes[:, None] - places
    reach = math.hypot(*(high.high - low.low for low, high in sides)) / 2
    if float(np.linalg.norm(ways, axis=2).min()) <= reach:
        return None
    return _totals(ways)
