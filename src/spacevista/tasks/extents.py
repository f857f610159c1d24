"""Extents of an object between hard bounds: the surface that was seen, the space that it might fill.

A minimum box is not monotone: a larger set can have a shorter longest side. What is certain is the area (volume): the
true set's best direction has, for the seen points, no more area than the smallest rectangle around the possible ones.
So the bounds are taken over all directions that pass this test, and in each the true side lies between the sides of
the two sets, and is at most the smallest possible area over the seen other side.
"""

from __future__ import annotations

import numpy as np

from spacevista.geometry.arrays import FloatArray
from spacevista.geometry.boxes import flush_rotations, horizontal_axes, side_angles
from spacevista.geometry.points import hull_vertices, hull_volume, hull_volume_and_area
from spacevista.scenes.record import SceneObject
from spacevista.tasks.facts import Interval

ANGLE_STEP_DEG = 0.5


def height_bounds(thing: SceneObject, up: FloatArray) -> Interval:
    """Return the bounds of the vertical extent as placed, metres."""
    seen, possible = thing.seen_m @ up, thing.possible_m @ up
    hard = Interval(float(np.ptp(seen)), max(float(np.ptp(possible)), float(np.ptp(seen))))
    return within_border(hard, thing.border_m)


def footprint_bounds(thing: SceneObject, up: FloatArray) -> tuple[Interval, Interval]:
    """Return the bounds of length and width of the minimum-area rectangle of the footprint, metres."""
    axes = horizontal_axes(up)[:, :2]
    seen, possible = hull_vertices(thing.seen_m @ axes), hull_vertices(thing.possible_m @ axes)
    angles = np.unique(
        np.concatenate([side_angles(seen), side_angles(possible), np.radians(np.arange(0, 90, ANGLE_STEP_DEG))])
    )
    turned = np.stack([np.cos(angles), np.sin(angles), -np.sin(angles), np.cos(angles)], axis=1).reshape(-1, 2, 2)
    least, most = sides(seen, turned), sides(possible, turned)
    length, width = (within_border(bounds, thing.border_m) for bounds in side_bounds(least, most))
    return length, width


def longest_bounds(thing: SceneObject) -> Interval:
    """Return the bounds of the longest side of the minimum-volume box, metres."""
    seen, possible = thing.corners_m, hull_vertices(thing.possible_m)
    rotations = np.concatenate([thing.flush_axes, flush_rotations(possible)]).transpose(0, 2, 1)
    least, most = sides(seen, rotations), sides(possible, rotations)
    return within_border(side_bounds(least, most)[0], thing.border_m)


def volume_bounds(thing: SceneObject) -> tuple[Interval, float]:
    """Return the bounds of the volume of the convex hull (m3), and half its area (m2).

    The latter, times a change of every extent, is by how much the volume changes.
    """
    low = hull_volume(thing.seen_m)
    high, area = hull_volume_and_area(thing.possible_m)
    half_area = area / 2
    return within_border(Interval(low, max(high, low)), half_area * thing.border_m), half_area


def within_border(bounds: Interval, border: float) -> Interval:
    """Lower what was seen by what noisy borders may have added to it; at least nothing is left."""
    return Interval(max(bounds.low - border, 0.0), bounds.high, bounds.statistical)


def sides(points: FloatArray, axes: FloatArray) -> FloatArray:
    """Return the extents (R, D) of points (N, D) along the rows of each of R frames (R, D, D)."""
    return np.asarray(np.ptp(axes.reshape(-1, axes.shape[2]) @ points.T, axis=1).reshape(axes.shape[:2]))


def side_bounds(least: FloatArray, most: FloatArray) -> tuple[Interval, ...]:
    """Return bounds of the minimum box's sides, longest first, from the extents (R, D) of both sets in R frames."""
    most = np.maximum(most, least)
    smallest = float(np.prod(most, axis=1).min())
    chosen = np.prod(least, axis=1) <= smallest * (1 + 1e-9)
    low, high = least[chosen], most[chosen]
    others = np.prod(low, axis=1, keepdims=True) / np.maximum(low, 1e-300)
    high = np.maximum(np.minimum(high, smallest / np.maximum(others, 1e-300)), low)
    low, high = -np.sort(-low, axis=1), -np.sort(-high, axis=1)
    return tuple(Interval(float(low[:, k].min()), float(high[:, k].max())) for k in range(low.shape[1]))
