"""Which relations of two objects the views decide: both plainly shown, and what joins or parts them seen.

Frame: world, metres. What joins: visible points of both within NEAR of the smaller one's longest side of each other; of
a thing inside another, the floor beside it; of a thing around another, the other's foot. What parts them: the gap,
wherever in its bounds it lies, and footprints that do not meet.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.spatial import KDTree

from spacevista.geometry.arrays import FloatArray
from spacevista.sim.raycast import MISS
from spacevista.sim.truth_relations import DIRECTIONS, hull_sides, level_directions, relation

if TYPE_CHECKING:
    from spacevista.sim.oracle import Oracle

NEAR = 0.06  # of the longest side of the smaller of two: visible points so near are at their seam
PARTED = 0.03  # of that side: the least gap
FLOOR = 0.8  # of the way to the nearest wall: what is seen there is a floor
FOOT = 0.1  # of the height of what goes around
FEW = 6  # samples of a surface


def decides_relation(oracle: Oracle, aspect: str, objects: tuple[int, ...], frames: tuple[int, ...]) -> bool:
    """Tell whether the views show how two objects are joined, or that they are not."""
    first, second = objects
    found = relation(oracle.truth, first, second)
    if found is None or not (oracle.shown(first) and oracle.shown(second)):
        return False
    match found:
        case "apart":
            return _parted(oracle, first, second)
        case "in":
            return _floor_seen(oracle, first, second)
        case "holding":
            return _floor_seen(oracle, second, first)
        case "around":
            return _foot_seen(oracle, first, second)
        case "encircled":
            return _foot_seen(oracle, second, first)
    return _seam_seen(oracle, first, second)


def _parted(oracle: Oracle, first: int, second: int) -> bool:
    gap = oracle.gap(first, second)
    if gap is None or gap.low < PARTED * _size_m(oracle, first, second):
        return False
    flat = [_corners(oracle, number)[:, :2] for number in (first, second)]
    return _a_side_parts(flat[0], flat[1]) or _a_side_parts(flat[1], flat[0])


def _a_side_parts(hull_m: FloatArray, others_m: FloatArray) -> bool:
    """Tell whether others (N, 2) lie wholly beyond one side of the hull of level points (M, 2)."""
    sides = hull_sides(hull_m)
    return bool(((others_m @ sides[:, :-1].T + sides[:, -1]).min(axis=0) > 0).any())


def _seam_seen(oracle: Oracle, first: int, second: int) -> bool:
    one, other = oracle.seen_m(first), oracle.seen_m(second)
    if not len(one) or not len(other):
        return False
    near_m = NEAR * _size_m(oracle, first, second)
    distances, _ = KDTree(other).query(one, distance_upper_bound=near_m)
    return int(np.isfinite(distances).sum()) >= FEW


def _floor_seen(oracle: Oracle, inner: int, outer: int) -> bool:
    low, high = oracle.truth.bounds_m(oracle.truth.body(inner))
    rim = float(oracle.truth.bounds_m(oracle.truth.body(outer))[1, 2])
    start = np.array([*((low + high) / 2)[:2], (float(low[2]) + rim) / 2])
    walls = oracle.truth.views.rays_of(outer).hits(start, level_directions(DIRECTIONS)).distance
    nearest_m = float(walls.min())
    if nearest_m >= MISS:
        return False
    seen = oracle.seen_m(outer)
    inside = (seen[:, 2] < start[2]) & (np.linalg.norm(seen[:, :2] - start[:2], axis=1) < FLOOR * nearest_m)
    return int(inside.sum()) >= FEW


def _foot_seen(oracle: Oracle, ring: int, post: int) -> bool:
    low, high = oracle.truth.bounds_m(oracle.truth.body(ring))[:, 2]
    return int((oracle.seen_m(post)[:, 2] <= low + FOOT * (high - low)).sum()) >= FEW


def _size_m(oracle: Oracle, first: int, second: int) -> float:
    return min(float(np.ptp(_corners(oracle, number), axis=0).max()) for number in (first, second))


def _corners(oracle: Oracle, number: int) -> FloatArray:
    return oracle.truth.body(number).mesh.vertices_m
