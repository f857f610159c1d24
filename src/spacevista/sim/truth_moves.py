"""The truth of moving an object over a table: what its mesh runs into, where it ends, what stands in a straight way.

Frame: right, forward and up of a frame's camera, levelled; metres. Ways are followed move by move as they are told.
Meshes are moved by conservative advancement: two that are d apart may move by d before they can touch, so that
nothing is passed through unnoticed, however thin. Nothing here is shared with the code that plans.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence

import coal
import numpy as np

from spacevista.geometry.arrays import FloatArray
from spacevista.sim.truth import CONTACT_SHARE, UNITS_PER_M, Truth
from spacevista.sim.world import Body

MOVES: dict[str, tuple[int, float]] = {
    "right": (0, 1.0), "left": (0, -1.0), "forward": (1, 1.0), "back": (1, -1.0), "up": (2, 1.0), "down": (2, -1.0),
}  # fmt: skip
SIDES = ("left", "right", "front", "behind", "top")
TOUCH = 1e-6  # of the moved object's size: meshes nearer than this touch


def levelled_axes(truth: Truth, frame: int) -> FloatArray:
    """Return right, forward and up (3, 3; rows) of a frame's camera, levelled; the world's z is up."""
    x, y, _ = truth.world.path[frame].rotation[:, 0]
    length = math.hypot(x, y)
    right = np.array([x / length, y / length, 0.0])
    return np.stack([right, np.array([-right[1], right[0], 0.0]), np.array([0.0, 0.0, 1.0])])


def shifts_of(truth: Truth, frame: int, kinds: Sequence[str], lengths_m: Sequence[float]) -> FloatArray:
    """Return the object's shift (K + 1, 3; world) after each of K moves along the axes of a frame, zero first."""
    axes = levelled_axes(truth, frame)
    steps = [MOVES[kind][1] * length * axes[MOVES[kind][0]] for kind, length in zip(kinds, lengths_m, strict=True)]
    return np.concatenate([np.zeros((1, 3)), np.cumsum(np.array(steps).reshape(-1, 3), axis=0)])


def first_hit(truth: Truth, moved: int, shifts_m: FloatArray) -> int | None:
    """Return the id of the body that an object's mesh first touches on its way over shifts (K, 3), None if none.

    The object starts lifted by what counts as contact, so that it may slide over what it stands on.
    """
    body = truth.body(moved)
    lift = np.array([0.0, 0.0, CONTACT_SHARE * truth.sizes(moved).height_m])
    touch = TOUCH * truth.sizes(moved).longest_m
    for start, end in itertools.pairwise(shifts_m):
        found = [
            (share, other.id)
            for other in truth.world.bodies
            if other is not body and boxes_meet(truth, body, other, start + lift, end + lift)
            for share in [advance(truth, body, other, start + lift, end + lift, touch)]
            if share is not None
        ]
        if found:
            return min(found)[1]
    return None


def boxes_meet(truth: Truth, body: Body, other: Body, start_m: FloatArray, end_m: FloatArray) -> bool:
    """Tell whether the box around all that a body passes through, moved from one shift to another, meets another's."""
    (low, high), (other_low, other_high) = truth.bounds_m(body), truth.bounds_m(other)
    return bool(
        (low + np.minimum(start_m, end_m) <= other_high).all()
        and (high + np.maximum(start_m, end_m) >= other_low).all()
    )


def advance(
    truth: Truth, body: Body, other: Body, start_m: FloatArray, end_m: FloatArray, touch_m: float
) -> float | None:
    """Return the share of a straight way at which a body's mesh comes within `touch_m` of another's, None if never."""
    models = truth.model(body), truth.model(other)
    length, share = float(np.linalg.norm(end_m - start_m)), 0.0
    while True:
        here = coal.Transform3s(np.eye(3), UNITS_PER_M * (start_m + share * (end_m - start_m)))
        result = coal.DistanceResult()
        still = coal.Transform3s.Identity()
        gap = coal.distance(models[0], here, models[1], still, coal.DistanceRequest(), result) / UNITS_PER_M
        if gap <= touch_m:
            return share
        if share >= 1:
            return None
        share = min(share + gap / max(length, 1e-300), 1.0)


def extents(truth: Truth, object_id: int, axes: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return lowest and highest corner (3) of an object's box along axes (3, 3; rows)."""
    along = truth.body(object_id).mesh.vertices_m @ axes.T
    return along.min(axis=0), along.max(axis=0)


def side_reached(
    truth: Truth, frame: int, objects: tuple[int, int], shift_m: FloatArray, gap_m: float, tolerance_m: float
) -> str | None:
    """Return at which side of the second object the first is after a shift, `gap_m` from it and level; None if at none.

    On each axis within `tolerance_m`: the gap, the middles beside each other, and for all sides but the top no lift.
    """
    axes = levelled_axes(truth, frame)
    low, high = (corner + axes @ shift_m for corner in extents(truth, objects[0], axes))
    other_low, other_high = extents(truth, objects[1], axes)
    middle = (low + high - other_low - other_high) / 2
    gaps = {
        "left": other_low[0] - high[0],
        "right": low[0] - other_high[0],
        "front": other_low[1] - high[1],
        "behind": low[1] - other_high[1],
        "top": low[2] - other_high[2],
    }
    beside = {0: (abs(middle[1]), abs(shift_m[2])), 1: (abs(middle[0]), abs(shift_m[2])), 2: tuple(np.abs(middle[:2]))}
    axis = {"left": 0, "right": 0, "front": 1, "behind": 1, "top": 2}
    for side in SIDES:
        off = (abs(gaps[side] - gap_m), *beside[axis[side]])
        if max(off) <= tolerance_m:
            return side
    return None


def in_the_way(truth: Truth, frame: int, moved: int, towards: int) -> list[int]:
    """Return the ids of the objects whose boxes meet the volume swept by one object's box on its way to another.

    Straight and level, box centre to box centre, until the two boxes meet.
    """
    axes = levelled_axes(truth, frame)
    low, high = extents(truth, moved, axes)
    goal_low, goal_high = extents(truth, towards, axes)
    step = (goal_low + goal_high - low - high) / 2 * np.array([1.0, 1.0, 0.0])
    stop = min(overlap_from(low, high, goal_low, goal_high, step), 1.0)
    found = []
    for body in truth.world.objects:
        meets = overlap_from(low, high, *extents(truth, body.id, axes), step) <= stop
        if meets and body.id not in (moved, towards):
            found.append(body.id)
    return found


def overlap_from(
    low: FloatArray, high: FloatArray, other_low: FloatArray, other_high: FloatArray, step: FloatArray
) -> float:
    """Return the share of a step after which a moving box overlaps a still one, inf if never."""
    first, last = 0.0, math.inf
    for k in range(3):
        before, behind = other_low[k] - high[k], other_high[k] - low[k]
        if step[k] == 0:
            if before >= 0 or behind <= 0:
                return math.inf
            continue
        near, far = sorted((before / step[k], behind / step[k]))
        first, last = max(first, near), min(last, far)
    return first if first < last else math.inf


def box_seen_from(truth: Truth, frame: int, object_id: int) -> FloatArray:
    """Return lowest and highest corner (2, 3) of an object's box along the levelled axes of a frame."""
    return np.stack(extents(truth, object_id, levelled_axes(truth, frame)))
