"""Point sets: hulls, closest distances, thinning and outliers. Points are (N, 3) metres."""

from __future__ import annotations

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import ConvexHull, QhullError, cKDTree

from spacevista.errors import GeometryError
from spacevista.geometry.arrays import BoolArray, FloatArray, IntArray


def hull_numbers(points_m: FloatArray) -> IntArray:
    """Return the numbers of the points (N, D), D = 2 or 3, that are corners of their hull; all of a degenerate set."""
    if len(points_m) > points_m.shape[1] + 1:
        try:
            return np.sort(ConvexHull(points_m - points_m.mean(axis=0)).vertices).astype(np.int64)
        except QhullError:
            pass
    return np.arange(len(points_m))


def hull_vertices(points_m: FloatArray) -> FloatArray:
    """Return the points (N, D), D = 2 or 3, that are corners of their convex hull, in order around it for D = 2."""
    if len(points_m) <= points_m.shape[1] + 1:
        return points_m
    try:
        return np.asarray(points_m[ConvexHull(points_m - points_m.mean(axis=0)).vertices])
    except QhullError:
        return np.unique(points_m, axis=0)


def within_hull(points_m: FloatArray, hull_m: FloatArray) -> BoolArray:
    """Tell which points (..., D) lie in the convex hull of others (N, D); none where that is flat."""
    middle = hull_m.mean(axis=0)
    try:
        sides = ConvexHull(hull_m - middle).equations
    except (QhullError, ValueError):
        return np.zeros(points_m.shape[:-1], dtype=bool)
    return np.asarray(((points_m - middle) @ sides[:, :-1].T + sides[:, -1] <= 0).all(axis=-1))


def hull_volume(points_m: FloatArray) -> float:
    """Return the volume of the convex hull in cubic metres, 0 for a flat set."""
    return hull_volume_and_area(points_m)[0]


def hull_volume_and_area(points_m: FloatArray) -> tuple[float, float]:
    """Return the volume (cubic metres) and surface area (square metres) of the convex hull, both 0 for a flat set."""
    try:
        hull = ConvexHull(points_m - points_m.mean(axis=0))
    except (QhullError, ValueError):
        return 0.0, 0.0
    return float(hull.volume), float(hull.area)


def closest_distance(first_m: FloatArray, second_m: FloatArray) -> float:
    """Return the distance between the closest points of two sets."""
    first, second = closest_points(first_m, second_m)
    return float(np.linalg.norm(first - second))


def closest_points(first_m: FloatArray, second_m: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the closest points, one of each set, as two arrays of 3.

    Raises:
        GeometryError: one of the sets is empty.
    """
    if not len(first_m) or not len(second_m):
        raise GeometryError(f"closest points: expected two non-empty sets, got {len(first_m)} and {len(second_m)}")
    first_m, second_m = _near(first_m, second_m)
    few, many = (first_m, second_m) if len(first_m) < len(second_m) else (second_m, first_m)
    distances, nearest = cKDTree(many, balanced_tree=False, compact_nodes=False).query(few)
    at = int(distances.argmin())
    pair = few[at], many[int(nearest[at])]
    return pair if few is first_m else (pair[1], pair[0])


def _near(first_m: FloatArray, second_m: FloatArray, samples: int = 300) -> tuple[FloatArray, FloatArray]:
    """Leave out points that are farther from the other set's box than two sampled points are from each other."""
    some, others = (p[:: max(len(p) // samples, 1)] for p in (first_m, second_m))
    bound = float(cKDTree(others).query(some)[0].min()) * (1 + 1e-9)
    kept = []
    for points, other in ((first_m, second_m), (second_m, first_m)):
        low, high = other.min(axis=0), other.max(axis=0)
        beyond = np.maximum(np.maximum(low - points, points - high), 0)
        kept.append(points[np.einsum("ij,ij->i", beyond, beyond) <= bound**2])
    return kept[0], kept[1]


def within_reach(points_m: FloatArray, others_m: FloatArray, reach_m: float) -> BoolArray:
    """Tell which points (N, 3) have one of the others (M, 3) nearer than `reach_m`.

    Only what lies so near the other set's box is looked up: of things that touch, that is a small part of both.
    """
    found = np.zeros(len(points_m), dtype=bool)
    if not len(points_m) or not len(others_m):
        return found
    here, there = (
        ((some >= other.min(axis=0) - reach_m) & (some <= other.max(axis=0) + reach_m)).all(axis=1)
        for some, other in ((points_m, others_m), (others_m, points_m))
    )
    if here.any() and there.any():
        tree = cKDTree(others_m[there], balanced_tree=False, compact_nodes=False)
        found[here] = np.isfinite(tree.query(points_m[here], distance_upper_bound=reach_m)[0])
    return found


def thinned(points_m: FloatArray, cell_m: float) -> IntArray:
    """Return the numbers of one point per cubic cell of `cell_m`, in the order of the points."""
    return np.sort(np.unique(cell_keys(points_m, cell_m), return_index=True)[1])


def cell_keys(points_m: FloatArray, cell_m: float) -> IntArray:
    """Return one number (N,) for each point's cubic cell of `cell_m`; cells are numbered along z, then y, then x.

    Numbers sort several times faster than rows of three.
    """
    cells = np.floor((points_m - points_m.min(axis=0)) / cell_m).astype(np.int64)
    sides = cells.max(axis=0) + 1
    return np.asarray((cells[:, 0] * sides[1] + cells[:, 1]) * sides[2] + cells[:, 2])


def onto_surface(points_m: FloatArray, cloud_m: FloatArray, reach_m: float, most: int = 64) -> FloatArray:
    """Return points (N, 3) moved along the normal onto the plane through the `cloud_m` (M, 3) within `reach_m`.

    Planes are fitted to the `most` nearest neighbours at most; a point with fewer than 6 stays.
    """
    distances, numbers = cKDTree(cloud_m).query(points_m, k=min(most, len(cloud_m)), distance_upper_bound=reach_m)
    found = np.isfinite(distances)
    around = cloud_m[np.where(found, numbers, 0)]
    weight = found[..., None] / np.maximum(found.sum(axis=1), 1)[:, None, None]
    centre = (around * weight).sum(axis=1)
    gone = (around - centre[:, None]) * found[..., None]
    normal = np.linalg.eigh(np.einsum("nki,nkj->nij", gone, gone))[1][:, :, 0]
    shift = np.einsum("ni,ni->n", points_m - centre, normal)
    shift[found.sum(axis=1) < 6] = 0
    return np.asarray(points_m - shift[:, None] * normal)


def largest_cluster(points_m: FloatArray, cell_m: float) -> BoolArray:
    """Tell which points belong to the largest group of points linked over touching cells of `cell_m`."""
    cells = np.floor((points_m - points_m.min(axis=0)) / cell_m).astype(np.int64)
    places, inverse = np.unique(cells, axis=0, return_inverse=True)
    links = cKDTree(places).query_pairs(1.8, output_type="ndarray")  # cells that share a corner are sqrt(3) apart
    graph = coo_array((np.ones(len(links)), (links[:, 0], links[:, 1])), shape=(len(places), len(places)))
    group = connected_components(graph, directed=False)[1][inverse.ravel()]
    return np.asarray(group == np.bincount(group).argmax())


def outliers(points_m: FloatArray, neighbours: int = 8, factor: float = 4.0) -> BoolArray:
    """Tell which points stand alone: mean distance to their neighbours over `factor` times the median of all."""
    if len(points_m) <= neighbours:
        return np.zeros(len(points_m), dtype=bool)
    distances = cKDTree(points_m).query(points_m, k=neighbours + 1)[0][:, 1:].mean(axis=1)
    return np.asarray(distances > factor * max(float(np.median(distances)), 1e-300))


def directions_all_around(count: int) -> FloatArray:
    """Return about `count` unit directions (N, 3), spread evenly: a spiral with equal areas and its mirror images."""
    turns = np.arange(count // 4) + 0.5
    height = 1 - 2 * turns / len(turns)
    radius, angle = np.sqrt(1 - height**2), np.pi * (1 + 5**0.5) * turns
    quarter = np.stack([radius * np.cos(angle), radius * np.sin(angle), height], axis=1)
    return np.concatenate([quarter * np.array([x, y, 1.0]) for x in (1, -1) for y in (1, -1)])
