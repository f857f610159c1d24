"""A rod that stands in a vessel: its foot on the floor near one side, its shaft on the rim opposite."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from spacevista.geometry.poses import Pose, rotation_about
from spacevista.sim.contact import DOWN, hair_m, nearest_m, slid, turned
from spacevista.sim.placement import solid_of
from spacevista.sim.shapes import moved, rotated
from spacevista.sim.world import Mesh

LIFT = 0.3  # of the vessel's height: where the rod is moved to the side
PLAY = 0.02  # of the vessel's height, between its wall and the upright rod
MOST_DEG = 60.0


def leaning_inside(rod: Mesh, others: Sequence[Mesh], axis_m: tuple[float, float], azimuth_deg: float) -> Mesh | None:
    """Put an upright rod into a vessel, the first of `others`, whose axis is at (x, y), and lean it to an azimuth.

    It is let down in the middle, moved to the side away from the azimuth, let down to the floor, and leant until its
    shaft meets the rim.

    Returns:
        None where it does not fit, or comes to cross one of the others.
    """
    vessel = rotated(moved(others[0], (-axis_m[0], -axis_m[1], 0)), (0, 0, 1), -azimuth_deg)
    height = float(vessel.vertices_m[:, 2].max())
    lifted = slid(moved(rod, (0, 0, LIFT * height)), (-1, 0, 0), [vessel], height)
    standing = None if lifted is None else slid(moved(lifted, (PLAY * height, 0, 0)), DOWN, [vessel], height)
    if standing is None:
        return None
    gap_m = hair_m(rod, vessel)
    foot = standing.vertices_m[int(np.argmin(standing.vertices_m[:, 2]))]
    foot_x, foot_z = float(foot[0]), float(foot[2]) + gap_m

    def pose_at(angle_deg: float) -> Pose:
        turn = rotation_about((0, 1, 0), angle_deg)
        points = standing.vertices_m @ turn.T
        lowest = points[int(np.argmin(points[:, 2]))]
        return Pose(turn, np.array([foot_x - lowest[0], 0.0, foot_z - lowest[2]]))

    leant = turned(standing, pose_at, (0.2, MOST_DEG), [vessel], gap_m)
    if leant is None:
        return None
    mesh = moved(rotated(leant, (0, 0, 1), azimuth_deg), (*axis_m, 0))
    return mesh if nearest_m(solid_of(mesh), [solid_of(other) for other in others]) > 0 else None
