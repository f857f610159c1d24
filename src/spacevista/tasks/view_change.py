"""View change: how did the camera move and turn between two frames?

Aspects: `vector`, right, up, forward in metres, yaw (right positive) then pitch (up positive) in degrees, all in the
first frame's axes; `direction`, the main one of right, left, up, down, forward, back. Forms: mc, reg, free.
Candidates: each frame with those 1, 2 and 4 after it. Declines: below the dead zone (2 % of the first frame's median
depth and 2 degrees), no direction 10 % ahead, poses too noisy for 5 % of the path or 2.5 degrees.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from spacevista.geometry.poses import yaw_pitch_deg
from spacevista.scenes.record import Scene, SceneFrame
from spacevista.tasks.facts import Candidate, Decline, Fact, Interval
from spacevista.tasks.rules import MAX_HALF_WIDTH, NINETY_PERCENT, extreme, margin

STEPS = (1, 2, 4)
DEAD_ZONE = 0.02  # of the first frame's median depth
DEAD_ZONE_DEG = 2.0
MAX_ERROR_DEG = 2.5
DIRECTIONS = ("right", "up", "forward", "left", "down", "back")


def view_change(scene: Scene, rng: np.random.Generator) -> Iterator[Fact | Decline]:
    """Yield both aspects for each pair of frames."""
    count = len(scene.frames)
    for first in range(count):
        for second in (first + step for step in STEPS if first + step < count):
            yield from measure(scene, first, second)


def measure(scene: Scene, first: int, second: int) -> Iterator[Fact | Decline]:
    motion = camera_motion(scene.frames[first], scene.frames[second])
    path = float(np.linalg.norm(motion[:3]))
    turn = float(np.abs(motion[3:]).max())
    moved = path > DEAD_ZONE * median_depth(scene.frames[first])
    reason = noise_reason(scene, path, moved)
    vector = Candidate("view_change", "vector", (), (first, second))
    direction = Candidate("view_change", "direction", (), (first, second))
    if not moved and turn <= DEAD_ZONE_DEG:
        reason = "below the dead zone"
    if reason:
        yield Decline(vector, reason)
        yield Decline(direction, reason)
        return
    intervals = motion_intervals(scene, motion, path)
    yield Fact(vector, "motion", tuple(float(m) for m in motion), intervals)
    yield main_direction(direction, intervals) if moved else Decline(direction, "below the dead zone")


def camera_motion(first: SceneFrame, second: SceneFrame) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    """Return right, up, forward (m), yaw, pitch (degrees) of the second camera in the first camera's axes."""
    first_from_second = first.world_from_camera.inverse() @ second.world_from_camera
    x, y, z = first_from_second.translation_m
    return np.array([x, -y, z, *yaw_pitch_deg(first_from_second.rotation)])


def median_depth(frame: SceneFrame) -> float:
    valid = frame.depth_m[frame.depth_m > 0]
    return float(np.median(valid)) if len(valid) else 0.0


def pose_errors(scene: Scene, path_m: float) -> tuple[float, float]:
    """Return one standard error of each translation component (m) and of each angle (degrees)."""
    angle_deg = float(np.sqrt(2)) * scene.noise.frame_rotation_deg
    turned = path_m * float(np.radians(scene.noise.frame_rotation_deg))
    return float(np.hypot(np.sqrt(2) * scene.noise.frame_translation_m, turned)), angle_deg


def noise_reason(scene: Scene, path_m: float, moved: bool) -> str:
    """Return why the poses are too noisy for this motion, or nothing."""
    error_m, error_deg = pose_errors(scene, path_m)
    if NINETY_PERCENT * error_deg > MAX_ERROR_DEG:
        return "angle too noisy"
    if error_m > 0 and (not moved or NINETY_PERCENT * error_m > MAX_HALF_WIDTH * path_m):
        return "path too noisy"
    return ""


def motion_intervals(
    scene: Scene, motion: np.ndarray[tuple[int, ...], np.dtype[np.float64]], path_m: float
) -> tuple[Interval, ...]:
    error_m, error_deg = pose_errors(scene, path_m)
    widths = NINETY_PERCENT * np.array([error_m] * 3 + [error_deg] * 2)
    return tuple(Interval(float(m - w), float(m + w), float(w)) for m, w in zip(motion, widths, strict=True))


def main_direction(candidate: Candidate, intervals: tuple[Interval, ...]) -> Fact | Decline:
    """Decide which of the three axes holds most of the path."""
    sizes = [i if i.middle >= 0 else Interval(-i.high, -i.low, i.statistical) for i in intervals[:3]]
    winner = extreme(sizes, largest=True)
    if winner is None:
        return Decline(candidate, "no direction 10 % ahead of the others")
    word = DIRECTIONS[winner if intervals[winner].middle >= 0 else winner + 3]
    return Fact(candidate, "choice", (), tuple(sizes), word, DIRECTIONS, margin(sizes, winner))
