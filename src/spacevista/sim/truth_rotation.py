"""The truth of rotations: how far the camera turned, or went around an object, counter-clockwise seen from above.

Frame: world, z up, degrees. A candidate names the first and the last frame of its clip, which may run backwards; the
middle of an object is that of its box along the level axes of the first camera.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from spacevista.geometry.arrays import FloatArray

if TYPE_CHECKING:
    from spacevista.sim.truth import Truth

ASPECTS = ("turn_net", "turn_swept", "around_net", "around_swept", "attitude")


def turn_deg(truth: Truth, aspect: str, objects: tuple[int, ...], frames: tuple[int, ...]) -> float:
    """Return the angle of an aspect, degrees."""
    if aspect == "attitude":
        return truth.turn_deg(frames[0], frames[-1])
    numbers = clip(frames)
    if aspect.startswith("turn"):
        ways = np.array([truth.world.path[n].rotation[:2, 2] for n in numbers])
    else:
        eyes = np.array([truth.world.path[n].translation_m[:2] for n in numbers])
        ways = eyes - level_middle(truth, objects[0], numbers[0])
    angles = np.unwrap(np.arctan2(ways[:, 1], ways[:, 0]))
    total = math.degrees(float(angles[-1] - angles[0]))
    return total if aspect.endswith("swept") else math.remainder(total, 360)


def clip(frames: tuple[int, ...]) -> list[int]:
    """Return the frames from the first to the last."""
    first, last = frames[0], frames[-1]
    step = 1 if last >= first else -1
    return list(range(first, last + step, step))


def level_axes(truth: Truth, frame: int) -> FloatArray:
    """Return the level directions (2, 2; rows) to the right of and away from a camera; the world's if it looks down."""
    away = truth.world.path[frame].rotation[:2, 2]
    length = float(np.hypot(*away))
    if length < 1e-9:
        return np.eye(2)
    x, y = away / length
    return np.array([[y, -x], [x, y]])


def level_middle(truth: Truth, object_id: int, frame: int) -> FloatArray:
    """Return the middle (2) of an object's box along the level axes of a camera, seen from above, world metres."""
    axes = level_axes(truth, frame)
    along = truth.body(object_id).mesh.vertices_m[:, :2] @ axes.T
    return np.asarray((along.min(axis=0) + along.max(axis=0)) / 2 @ axes)
