"""View change: how did the camera move and turn between two frames?

Aspects: `vector`, right, up, forward in metres, yaw (right positive) then pitch (up positive) in degrees, all in the
first frame's axes; `direction`, the main one of right, left, up, down, forward, back. Forms: mc, reg, free.
Candidates: each frame with those 1, 2 and 4 after it, in an order drawn by the scene's random numbers, for cameras
mostly go one way round: asked forwards only, "right" would be a good answer without a look.
Declines: below the dead zone (2 % of the first frame's median depth and 2 degrees), no direction 10 % ahead, poses too
noisy for 5 % of the path or 2.5 degrees.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from spacevista.geometry.arrays import FloatArray
from spacevista.geometry.poses import yaw_pitch_deg
from spacevista.scenes.record import Scene, SceneFrame
from spacevista.tasks.facts import Candidate, Decline, Fact, Interval
from spacevista.tasks.pairs import in_drawn_order
from spacevista.tasks.rules import MAX_HALF_WIDTH, NINETY_PERCENT, extreme, margin

STEPS = (1, 2, 4)
DEAD_ZONE = 0.02  # of the first frame's median depth
DEAD_ZONE_DEG = 2.0
MAX_ERROR_DEG = 2.5
DIRECTIONS = ("right", "up", "forward", "left", "down", "back")


def view_change(scene: Scene, rng: np.random.Generator) -> Iterator[Fact | Decline]:
    """Yield both aspects for each pair of frames; `rng` gives one number for each pair, whatever is declined."""
    count = len(scene.frames)
    for early in range(count):
        for late in (early + step for step in STEPS if early + step < count):
            yield from measure(scene, *in_drawn_order((early, late), rng))


def measure(scene: Scene, first: int, second: int) -> Iterator[Fact | Decline]:
    motion = camera_motion(scene.frames[first], scene.frames[second])
    path = float(np.linalg.norm(motion[:3]))
    turn = float(np.abs(motion[3:]).max())
    moved = path > DEAD_ZONE * median_depth(scene.frames[first])
    errors = motion_errors(scene, first, second)
    reason = noise_reason(errors, path, moved)
    vector = Candidate("view_change", "vector", (), (first, second))
    direction = Candidate("view_change", "direction", (), (first, second))
    if not moved and turn <= DEAD_ZONE_DEG:
        reason = "below the dead zone"
    if reason:
        yield Decline(vector, reason)
        yield Decline(direction, reason)
        return
    intervals = motion_intervals(motion, errors)
    yield Fact(vector, "motion", tuple(float(m) for m in motion), intervals)
    yield main_direction(direction, intervals) if moved else Decline(direction, "below the dead zone")


def camera_motion(first: SceneFrame, second: SceneFrame) -> FloatArray:
    """Return right, up, forward (m), yaw, pitch (degrees) of the second camera in the first camera's axes."""
    first_from_second = first.world_from_camera.inverse() @ second.world_from_camera
    x, y, z = first_from_second.translation_m
    return np.array([x, -y, z, *yaw_pitch_deg(first_from_second.rotation)])


def median_depth(frame: SceneFrame) -> float:
    valid = frame.depth_m[frame.depth_m > 0]
    return float(np.median(valid)) if len(valid) else 0.0


def motion_errors(scene: Scene, first: int, second: int) -> FloatArray:
    """Return one standard error of right, up, forward (m), yaw and pitch (degrees), from the covariance of the poses.

    With small rotations w and shifts s of the two cameras in world axes and d the way from the first to the second, the
    way as the first camera sees it changes by R1^T (s2 - s1 + d x w1), the second's forward axis f by
    R1^T (w2 - w1) x f.
    """
    if scene.pose_covariance is None:
        return np.zeros(5)
    one, two = (scene.frames[number].world_from_camera for number in (first, second))
    picked = np.concatenate([6 * number + np.arange(6) for number in (first, second)])
    covariance = scene.pose_covariance[np.ix_(picked, picked)]
    into_first = one.rotation.T
    forward = into_first @ two.rotation[:, 2]
    x, z = forward[0], forward[2]
    flat = x * x + z * z  # not 0, else yaw itself would mean nothing
    angles = np.degrees(np.array([[z / flat, 0, -x / flat], [0, -1 / np.sqrt(flat), 0]])) @ cross_matrix(-forward)
    jacobian = np.zeros((5, 12))
    jacobian[:3, :3] = into_first @ cross_matrix(two.translation_m - one.translation_m)
    jacobian[:3, 3:6], jacobian[:3, 9:] = -into_first, into_first
    jacobian[3:, :3], jacobian[3:, 6:9] = -angles @ into_first, angles @ into_first
    return np.asarray(np.sqrt(np.einsum("ij,jk,ik->i", jacobian, covariance, jacobian)))


def cross_matrix(vector: FloatArray) -> FloatArray:
    """Return the matrix (3, 3) that multiplies by `vector` from the left, as a cross product."""
    x, y, z = vector
    return np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])


def noise_reason(errors: FloatArray, path_m: float, moved: bool) -> str:
    """Return why the poses are too noisy for this motion, or nothing."""
    if NINETY_PERCENT * errors[3:].max() > MAX_ERROR_DEG:
        return "angle too noisy"
    error_m = float(errors[:3].max())
    if error_m > 0 and (not moved or NINETY_PERCENT * error_m > MAX_HALF_WIDTH * path_m):
        return "path too noisy"
    return ""


def motion_intervals(motion: FloatArray, errors: FloatArray) -> tuple[Interval, ...]:
    widths = NINETY_PERCENT * errors
    return tuple(Interval(float(m - w), float(m + w), float(w)) for m, w in zip(motion, widths, strict=True))


def main_direction(candidate: Candidate, intervals: tuple[Interval, ...]) -> Fact | Decline:
    """Decide which of the three axes holds most of the path."""
    sizes = [i if i.middle >= 0 else Interval(-i.high, -i.low, i.statistical) for i in intervals[:3]]
    winner = extreme(sizes, largest=True)
    if winner is None:
        return Decline(candidate, "no direction 10 % ahead of the others")
    word = DIRECTIONS[winner if intervals[winner].middle >= 0 else winner + 3]
    return Fact(candidate, "choice", (), tuple(sizes), word, DIRECTIONS, margin(sizes, winner))
