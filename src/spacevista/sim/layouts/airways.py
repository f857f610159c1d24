"""Flights over a piece of land: an orbit, lines flown with an oblique camera, a grid of pictures straight down."""

from __future__ import annotations

import math

import numpy as np

from spacevista.geometry.arrays import FloatArray
from spacevista.geometry.poses import Pose
from spacevista.sim.paths import flight, orbit

FRAMES = 20
Path = tuple[Pose, ...]


def air_path(rng: np.random.Generator, middle_m: FloatArray, spread_m: float, fov_deg: float) -> Path:
    """Draw a flight over things within `spread_m` of a point, far enough that the picture holds about all of them."""
    # At this range the picture is 0.75 to 1.0 times as wide as the place.
    distance = spread_m / math.tan(math.radians(fov_deg) / 2) * float(rng.uniform(0.75, 1.0))
    kind = rng.random()
    if kind < 0.6:
        return _orbit(rng, middle_m, distance)
    if kind < 0.8:
        return _oblique(rng, middle_m, spread_m, distance)
    return _nadir(rng, middle_m, spread_m, distance)


def _orbit(rng: np.random.Generator, middle: FloatArray, distance: float) -> Path:
    """Circle the middle once, or three quarters, 35 to 62 degrees above the horizon."""
    turn = 360.0 if rng.random() < 0.8 else 270.0
    elevation = float(rng.uniform(35, 62))
    return orbit(middle, distance, elevation, FRAMES, start_deg=float(rng.uniform(0, 360)), turn_deg=turn)


def _oblique(rng: np.random.Generator, middle: FloatArray, spread: float, distance: float) -> Path:
    """Fly to and fro on two lines with the camera tilted forwards, so that both sides of things are seen."""
    height, side = 0.8 * distance, 0.25 * spread
    ahead = height / math.tan(math.radians(53))  # what the camera looks at lies this far ahead
    heading = float(rng.uniform(0, 2 * math.pi))
    half = FRAMES // 2
    poses: Path = ()
    for turn, frames in ((heading, half), (heading + math.pi, FRAMES - half)):
        along = np.array([math.cos(turn), math.sin(turn), 0.0])
        right = np.array([along[1], -along[0], 0.0])
        reach = np.array([-0.7, 0.0, 0.7]) * spread - ahead
        line = middle + reach[:, None] * along + side * right + (0.0, 0.0, height)
        poses += flight(line, frames, rng, down_deg=(48, 58))
    return poses


def _nadir(rng: np.random.Generator, middle: FloatArray, spread: float, distance: float) -> Path:
    """Take pictures straight down on a grid of five by four, in the order a survey flies it."""
    height = distance
    poses = []
    for row, y in enumerate((np.linspace(-0.6, 0.6, 4) * spread).tolist()):
        xs = np.linspace(-0.65, 0.65, 5) * spread
        for x in (xs if row % 2 == 0 else xs[::-1]).tolist():
            eye = middle + (x, y, height) + rng.normal(0, 0.01, 3) * height
            down = np.array([*rng.normal(0, 0.02, 2), -1.0])  # a gimbal holds the camera to about a degree
            poses.append(Pose.looking_at(eye, eye + height * down, up=(0.0, 1.0, 0.0)))
    return tuple(poses)
