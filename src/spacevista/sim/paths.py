"""Camera paths: orbits, hand-held arcs, walks, drives and flights, as `world_from_camera` poses in order of time.

Every generator takes the number of frames; frame t of n is at t / (n - 1) of an open path, at t / n of a full turn.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from spacevista.geometry.arrays import FloatArray, frozen_floats
from spacevista.geometry.poses import Pose


def orbit(
    target_m: Any,
    distance_m: float,
    elevation_deg: float,
    frames: int,
    *,
    start_deg: float = 0.0,
    turn_deg: float = 360.0,
) -> tuple[Pose, ...]:
    """Circle a target at constant distance and elevation, looking at it; a full turn stops short of its first frame."""
    steps = frames if turn_deg >= 360 else frames - 1
    angles = start_deg + turn_deg * np.arange(frames) / max(steps, 1)
    target = frozen_floats(target_m, (3,), "orbit target")
    return tuple(
        Pose.looking_at(target + distance_m * _direction(angle, elevation_deg), target) for angle in angles.tolist()
    )


def hand_held_arc(
    target_m: Any,
    distance_m: tuple[float, float],
    elevation_deg: tuple[float, float],
    turn_deg: float,
    frames: int,
    rng: np.random.Generator,
    *,
    target_radius_m: float = 0.0,
    start_deg: float | None = None,
) -> tuple[Pose, ...]:
    """Move around a target as a person does: distance and elevation wander smoothly within their ranges.

    Args:
        turn_deg: angle walked about the target; negative is clockwise seen from above.
        target_radius_m: the point looked at wanders horizontally within this radius of the target.
        start_deg: azimuth of the first frame; drawn if None.
    """
    first = float(rng.uniform(0, 360)) if start_deg is None else start_deg
    angles = first + turn_deg * np.linspace(0, 1, frames) + 4.0 * _wander(frames, rng)  # 4 degrees: uneven pace
    distances = np.interp(_wander(frames, rng), (-1, 1), distance_m)
    elevations = np.interp(_wander(frames, rng), (-1, 1), elevation_deg)
    targets = np.broadcast_to(frozen_floats(target_m, (3,), "arc target"), (frames, 3)).copy()
    targets[:, :2] += target_radius_m / math.sqrt(2) * np.stack([_wander(frames, rng), _wander(frames, rng)], axis=1)
    return tuple(
        Pose.looking_at(target + distance * _direction(angle, elevation), target)
        for target, distance, angle, elevation in zip(targets, distances, angles, elevations, strict=True)
    )


def walk(
    waypoints_m: Any, targets_m: Any, frames: int, rng: np.random.Generator, *, sway_m: float = 0.02
) -> tuple[Pose, ...]:
    """Carry a camera by hand along a smooth curve through way points (N, 3), looking at targets (N, 3) on the way."""
    eyes = _along(frozen_floats(waypoints_m, (None, 3), "way points"), frames)
    targets = _along(frozen_floats(targets_m, (None, 3), "targets"), frames)
    eyes += sway_m * np.stack([_wander(frames, rng) for _ in range(3)], axis=1)
    return tuple(Pose.looking_at(eye, target) for eye, target in zip(eyes, targets, strict=True))


def drive(
    waypoints_m: Any,
    frames: int,
    rng: np.random.Generator,
    *,
    look_ahead_m: float,
    yaw_deg: float = 0.0,
    pitch_deg: float = 0.0,
) -> tuple[Pose, ...]:
    """Drive along way points (N, 3; at the height of the camera), looking along the road.

    Args:
        look_ahead_m: how far along the tangent the camera looks before yaw and pitch are added.
        yaw_deg, pitch_deg: constant turn of the view, right and up positive; it wanders by a degree on top.
    """
    curve = frozen_floats(waypoints_m, (None, 3), "way points")
    eyes = _along(curve, frames)
    tangents = np.gradient(eyes, axis=0)
    headings = np.arctan2(tangents[:, 1], tangents[:, 0]) - np.radians(yaw_deg + _wander(frames, rng))
    pitches = np.radians(pitch_deg + _wander(frames, rng))
    level = np.cos(pitches)
    ahead = np.stack([np.cos(headings) * level, np.sin(headings) * level, np.sin(pitches)], axis=1)
    return tuple(Pose.looking_at(eye, eye + look_ahead_m * along) for eye, along in zip(eyes, ahead, strict=True))


def flight(
    waypoints_m: Any, frames: int, rng: np.random.Generator, *, down_deg: tuple[float, float], yaw_deg: float = 0.0
) -> tuple[Pose, ...]:
    """Fly along way points (N, 3), the camera tilted `down_deg` (from, to; under 90) below the horizon."""
    eyes = _along(frozen_floats(waypoints_m, (None, 3), "way points"), frames)
    tangents = np.gradient(eyes, axis=0)
    headings = np.arctan2(tangents[:, 1], tangents[:, 0]) - np.radians(yaw_deg + 2.0 * _wander(frames, rng))
    downs = np.radians(np.interp(_wander(frames, rng), (-1, 1), down_deg))
    ahead = np.stack([np.cos(headings) * np.cos(downs), np.sin(headings) * np.cos(downs), -np.sin(downs)], axis=1)
    return tuple(Pose.looking_at(eye, eye + along) for eye, along in zip(eyes, ahead, strict=True))


def _direction(azimuth_deg: float, elevation_deg: float) -> FloatArray:
    azimuth, elevation = math.radians(azimuth_deg), math.radians(elevation_deg)
    return np.array(
        [math.cos(azimuth) * math.cos(elevation), math.sin(azimuth) * math.cos(elevation), math.sin(elevation)]
    )


def _along(points: FloatArray, frames: int) -> FloatArray:
    """Return `frames` points (frames, 3) at even lengths along a smooth curve through points (N, 3), N >= 2."""
    dense = _catmull_rom(points, 32)
    lengths = np.append(0.0, np.cumsum(np.linalg.norm(np.diff(dense, axis=0), axis=1)))
    if lengths[-1] == 0:
        return np.repeat(points[:1], frames, axis=0)
    wanted = np.linspace(0, lengths[-1], frames)
    return np.stack([np.interp(wanted, lengths, dense[:, k]) for k in range(3)], axis=1)


def _catmull_rom(points: FloatArray, steps: int) -> FloatArray:
    """Return a smooth curve through the points, `steps` samples a stretch (uniform Catmull-Rom spline)."""
    padded = np.vstack([2 * points[0] - points[1], points, 2 * points[-1] - points[-2]])
    t = np.arange(steps)[:, None, None] / steps
    p0, p1, p2, p3 = (padded[k : len(padded) - 3 + k] for k in range(4))
    curve = 0.5 * (2 * p1 + (p2 - p0) * t + (2 * p0 - 5 * p1 + 4 * p2 - p3) * t**2 + (3 * p1 - p0 - 3 * p2 + p3) * t**3)
    return np.vstack([curve.transpose(1, 0, 2).reshape(-1, 3), points[-1:]])


def _wander(frames: int, rng: np.random.Generator) -> FloatArray:
    """Return a smooth random curve within -1 to 1: three slow sines of random phase."""
    time = np.linspace(0, 1, frames)
    cycles, phases = rng.uniform(0.4, 2.2, size=3), rng.uniform(0, 2 * math.pi, size=3)
    return np.asarray(np.sin(2 * math.pi * cycles * time[:, None] + phases).mean(axis=1))
