"""Where an object is as one camera sees it, between hard bounds: the surface that was seen, the space it might fill.

Frame: the camera of a frame (x right, y down, z forward) for extents to the right, columns, rows and distances;
gravity for heights. Metres; columns and rows are tangents (x / z, -y / z), so that no picture size is in them.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np

from spacevista.geometry.arrays import FloatArray
from spacevista.scenes.record import Scene, SceneObject
from spacevista.tasks.facts import Interval
from spacevista.tasks.rules import NINETY_PERCENT, enough_points


@dataclass(frozen=True)
class Extent:
    """The two ends of an object along a direction, each within an interval."""

    low: Interval
    high: Interval

    @property
    def middle(self) -> Interval:
        return Interval((self.low.low + self.high.low) / 2, (self.low.high + self.high.high) / 2)

    @property
    def most(self) -> float:
        """The longest that it can be."""
        return self.high.high - self.low.low


@dataclass(frozen=True)
class Placed:
    """An object as a camera sees it: its extents, and the distances of its nearest, farthest and middle point."""

    right: Extent
    column: Extent
    row: Extent
    height: Extent
    nearest: Interval
    farthest: Interval
    centre: Interval


Placements = Callable[[int, int], "Placed | str"]


def placements(scene: Scene) -> Placements:
    """Return a function of frame and object id that measures each pair once."""
    return cache(lambda frame, number: placed(scene, scene.object(number), frame))


def placed(scene: Scene, thing: SceneObject, frame: int) -> Placed | str:
    """Return where an object is as a frame's camera sees it, or why that is not known."""
    if reason := unusable(thing):
        return reason
    pose = scene.frames[frame].world_from_camera
    seen, possible = ((points - pose.translation_m) @ pose.rotation for points in (thing.seen_m, thing.possible_m))
    if min(float(seen[:, 2].min()), float(possible[:, 2].min())) <= 0:
        return "not wholly in front of the camera"
    error_m = NINETY_PERCENT * position_error(scene, thing, frame, float(np.linalg.norm(seen.mean(axis=0))))
    depth_m = float(np.median(seen[:, 2]))
    axes = [extent(seen[:, k], possible[:, k], thing.border_m, error_m) for k in range(3)]
    ways = [
        extent(sign * seen[:, k] / seen[:, 2], sign * possible[:, k] / possible[:, 2], thing.border_m / depth_m,
               error_m / depth_m)
        for k, sign in ((0, 1), (1, -1))
    ]  # fmt: skip
    return Placed(
        right=axes[0],
        column=ways[0],
        row=ways[1],
        height=extent(thing.seen_m @ scene.up, thing.possible_m @ scene.up, thing.border_m, error_m),
        nearest=nearest(seen, possible).widened(error_m),
        farthest=farthest(seen, possible, thing.border_m).widened(error_m),
        centre=length_of([axis.middle for axis in axes]),
    )


def unusable(thing: SceneObject) -> str:
    """Return why an object's extents are not known, or nothing."""
    if not enough_points(thing):
        return "too few points"
    if not (np.isfinite(thing.seen_m).all() and np.isfinite(thing.possible_m).all()):
        return "points that are no numbers"
    return "unseen side without an end" if thing.open_space else ""


def extent(seen: FloatArray, possible: FloatArray, border: float, error: float) -> Extent:
    """Return the ends of what was seen and of what might be there, along one direction."""
    low, high = float(seen.min()), float(seen.max())
    border = min(border, (high - low) / 2)
    return Extent(
        Interval(min(low, float(possible.min())), low + border).widened(error),
        Interval(high - border, max(high, float(possible.max()))).widened(error),
    )


def nearest(seen: FloatArray, possible: FloatArray) -> Interval:
    """Return the bounds of the distance to the nearest point, from points in the camera's frame.

    A hull comes no nearer than any plane that it lies behind; of those, the one across the way to its middle is taken.
    """
    middle = (possible.min(axis=0) + possible.max(axis=0)) / 2
    towards = middle / max(float(np.linalg.norm(middle)), 1e-300)
    high = float(np.linalg.norm(seen, axis=1).min())
    return Interval(min(max(float((possible @ towards).min()), 0.0), high), high)


def farthest(seen: FloatArray, possible: FloatArray, border: float) -> Interval:
    """Return the bounds of the distance to the farthest point, from points in the camera's frame."""
    low = float(np.linalg.norm(seen, axis=1).max())
    return Interval(low - border, max(low, float(np.linalg.norm(possible, axis=1).max())))


def length_of(parts: list[Interval]) -> Interval:
    """Return the bounds of the length of a vector whose parts lie in intervals."""
    least = [0.0 if i.low <= 0 <= i.high else min(abs(i.low), abs(i.high)) for i in parts]
    most = [max(abs(i.low), abs(i.high)) for i in parts]
    return Interval(math.hypot(*least), math.hypot(*most))


def position_error(scene: Scene, thing: SceneObject, frame: int, distance_m: float) -> float:
    """Return one standard error of a point of an object in a camera's frame: its own, the camera's place and turn."""
    if scene.pose_covariance is None:
        return thing.error_m
    turn, shift = pose_sigmas(scene.pose_covariance, frame)
    return math.hypot(thing.error_m, shift, turn * distance_m)


def pose_sigmas(covariance: FloatArray, frame: int) -> tuple[float, float]:
    """Return one standard error of a frame's rotation (rad) and place (m), each about or along one axis."""
    variances = np.diagonal(covariance)[6 * frame : 6 * frame + 6]
    return math.sqrt(float(variances[:3].mean())), math.sqrt(float(variances[3:].mean()))
