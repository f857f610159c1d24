"""Ways on foot around things on level ground."""

from __future__ import annotations

import math

import numpy as np

from spacevista.geometry.poses import Pose

FRAMES = 20
Path = tuple[Pose, ...]


def loop(rng: np.random.Generator, radius_m: float, height_m: float, look_at_m: float) -> Path:
    """Walk a full or three-quarter loop about the origin that looks at its middle; the radius breathes by 6 %.

    Args:
        height_m: of the camera over z = 0.
        look_at_m: height of the point it looks at.
    """
    turn = 2 * math.pi if rng.random() < 0.75 else 1.5 * math.pi
    start, way = float(rng.uniform(0, 2 * math.pi)), 1 if rng.random() < 0.5 else -1
    angles = start + way * turn * (np.arange(FRAMES) + rng.uniform(-0.12, 0.12, FRAMES)) / FRAMES
    breath = float(rng.uniform(0, 2 * math.pi))
    poses = []
    for angle in angles.tolist():
        distance = radius_m * (1 + 0.06 * math.sin(2 * angle + breath))
        eye = np.array(
            [distance * math.cos(angle), distance * math.sin(angle), height_m + float(rng.uniform(-0.05, 0.05))]
        )
        aim = np.array([*rng.uniform(-0.08, 0.08, 2) * radius_m, look_at_m + float(rng.uniform(-0.15, 0.15))])
        poses.append(Pose.looking_at(eye, aim))
    return tuple(poses)
