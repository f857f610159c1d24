"""Dominant planes of the surroundings (floor, walls, boards) and which of them an object cannot cross."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from spacevista.annotate.lift import FrameCloud
from spacevista.geometry.arrays import FloatArray
from spacevista.geometry.planes import Plane, find_plane

MOST_PLANES = 8
LEAST_SHARE = 0.02  # of the background points a plane holds
SAMPLE = 20_000
TRIALS = 800  # a plane of 10 % of the points is hit by three of them at once in one draw of a thousand
LOCAL_POINTS = 40  # a plane counts where this many of its points lie around the object
OWN_SIDE = 0.98  # of the object's points lie on one side of a plane it does not cross


@dataclass(frozen=True, eq=False)
class SeenPlane:
    """A plane and the sampled background points (N, 3) that lie on it; `tolerance_m` is how near they are."""

    plane: Plane
    points_m: FloatArray
    tolerance_m: float


def dominant_planes(clouds: tuple[FrameCloud, ...], error_rel: float, rng: np.random.Generator) -> list[SeenPlane]:
    """Return the largest planes in what is not an object, largest first.

    `error_rel` is the relative error of a point; a plane is as thick as two of them, or half a pixel's footprint.
    """
    points = np.concatenate([cloud.points_m[cloud.ids == 0] for cloud in clouds])
    footprint = np.concatenate([cloud.footprint_m[cloud.ids == 0] for cloud in clouds])
    depth = np.concatenate([cloud.depth_m[cloud.ids == 0] for cloud in clouds])
    if len(points) < LOCAL_POINTS:
        return []
    tolerance = max(float(np.median(footprint)) / 2, 2 * error_rel * float(np.median(depth)))
    left = points[rng.choice(len(points), min(SAMPLE, len(points)), replace=False)]
    least = max(LEAST_SHARE * len(left), LOCAL_POINTS)
    planes = []
    for _ in range(MOST_PLANES):
        found = find_plane(left, tolerance, rng, TRIALS)
        if found is None or found[1].sum() < least:
            break
        planes.append(SeenPlane(found[0], left[found[1]], tolerance))
        left = left[~found[1]]
    return planes


def barriers(planes: list[SeenPlane], points_m: FloatArray, reach_m: float) -> tuple[Plane, ...]:
    """Return the planes, normals towards the object, that are seen within `reach_m` of its points and not crossed."""
    centre = (points_m.min(axis=0) + points_m.max(axis=0)) / 2
    half = np.ptp(points_m, axis=0) / 2 + reach_m
    out = []
    for seen in planes:
        near = (np.abs(seen.points_m - centre) <= half).all(axis=1)
        if near.sum() < LOCAL_POINTS:
            continue
        side = seen.plane.signed_distance(points_m)
        plane = seen.plane if float(np.median(side)) >= 0 else Plane(-seen.plane.normal, -seen.plane.offset_m)
        if float((plane.signed_distance(points_m) > -2 * seen.tolerance_m).mean()) >= OWN_SIDE:
            out.append(plane)
    return tuple(out)
