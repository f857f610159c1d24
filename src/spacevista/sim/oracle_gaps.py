"""The distance of two objects, between their visible parts and between the spaces they might fill.

Frame: world, metres. Only the region between the two is examined: what lies behind them does not bring them nearer.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components
from scipy.spatial import KDTree

from spacevista.geometry.arrays import BoolArray, FloatArray, Int32Array, IntArray
from spacevista.geometry.planes import Plane
from spacevista.sim.oracle_bounds import Bounds
from spacevista.sim.oracle_carve import Carver, body_number
from spacevista.sim.oracle_space import Space, Surface, neighbours
from spacevista.sim.truth import ClosestPoints
from spacevista.sim.truth_views import nearest_on_faces
from spacevista.sim.world import Mesh

CELLS_ALONG = 24  # across the gap: a first layer of unseen cells makes it 2 % shorter
CELLS_ACROSS = 24
BEYOND = 0.25  # of the gap: how far the region goes past the closest points, and past the facing parts sideways
SPARSE = 2000  # points on an object, to find the region and what lies in it
NEAREST = 8  # of the unseen points, whose distance is then computed exactly
BETWEEN = 1.5  # points whose distances to the two add up to more than this many gaps do not lie between them


@dataclass(frozen=True, eq=False)
class Side:
    """One of the two objects: its number in `World.bodies`, solid, sparse points all over it, and known space."""

    number: int
    mesh: Mesh
    points_m: FloatArray
    tree: KDTree
    space: Space
    support: Plane | None

    @staticmethod
    def of(carver: Carver, object_id: int, surface: Surface, space: Space) -> Side:
        world = carver.views.world
        number = body_number(world.bodies, object_id)
        support = world.supports.get(object_id)
        points_m = surface.points_m[:: max(len(surface.points_m) // SPARSE, 1)]
        return Side(number, world.bodies[number].mesh, points_m, KDTree(points_m), space, support)


def gap_bounds(carver: Carver, first: Side, second: Side, closest: ClosestPoints) -> Bounds | None:
    """Return bounds of the distance of two objects that do not touch; None where one of them is not visible."""
    if not (len(first.space.seen_m) and len(second.space.seen_m)):
        return None
    return Bounds(_possible_gap_m(carver, first, second, closest), _seen_gap_m(carver, first, second, closest))


def _seen_gap_m(carver: Carver, first: Side, second: Side, closest: ClosestPoints) -> float:
    """Return the distance between the visible parts."""
    ends = np.stack([closest.first_m, closest.second_m])
    if carver.visible(ends, np.zeros_like(ends)).all():
        return closest.distance_m
    distances, numbers = KDTree(second.space.seen_m).query(first.space.seen_m)
    start = int(np.argmin(distances))
    best_m, point = float(distances[start]), second.space.seen_m[numbers[start]]
    for side in (first, second, first):  # samples are spaced; from one to the other and back finds the points between
        found = _nearest_visible(carver, side.mesh, point, best_m)
        if found is not None:
            best_m, point = float(np.linalg.norm(found - point)), found
        else:
            break
    return max(best_m, closest.distance_m)


def _nearest_visible(carver: Carver, mesh: Mesh, point: FloatArray, within_m: float) -> FloatArray | None:
    """Return the visible one among the points of a mesh's triangles nearest to `point`, if within a distance."""
    points = nearest_on_faces(mesh, point)
    distances = np.linalg.norm(points - point, axis=1)
    points = points[distances <= within_m]
    points = points[np.argsort(np.linalg.norm(points - point, axis=1))]
    seen = carver.visible(points, np.zeros_like(points))
    return points[int(np.argmax(seen))] if seen.any() else None


@dataclass(frozen=True, eq=False)
class _Unseen:
    """Unobserved points between two objects: a graph of neighbours, and who owns each point (-1: nobody).

    `reach_m` is half the diagonal of a cell: a surface within it of a point may lie in the point's cell.
    """

    points_m: FloatArray
    owners: Int32Array
    starts: IntArray
    ends: IntArray
    reach_m: float


def _possible_gap_m(carver: Carver, first: Side, second: Side, closest: ClosestPoints) -> float:
    """Return the distance between what the two might fill, in the region between them."""
    unseen = _unseen_between(carver, first, second, closest)
    if not (unseen.owners < 0).any():
        return closest.distance_m
    ours, theirs = _reached(carver, unseen, first), _reached(carver, unseen, second)
    if (ours & theirs).any():
        return 0.0
    gap_m = closest.distance_m
    if ours.any():
        gap_m = min(gap_m, _distance_m(unseen.points_m[ours], second))
    if theirs.any():
        gap_m = min(gap_m, _distance_m(unseen.points_m[theirs], first))
    if ours.any() and theirs.any():
        gap_m = min(gap_m, float(KDTree(unseen.points_m[ours]).query(unseen.points_m[theirs])[0].min()))
    return gap_m


def _unseen_between(carver: Carver, first: Side, second: Side, closest: ClosestPoints) -> _Unseen:
    points, shape = _grid_between(first, second, closest)
    unseen = np.ones(len(points), dtype=bool)
    for side in (first, second):
        if side.support is not None:
            unseen &= side.support.signed_distance(points) > side.space.layer_m
    unseen[unseen] = ~carver.carved(points[unseen])
    cells = np.flatnonzero(unseen)
    owners = carver.owners(points[cells])
    keep = (owners < 0) | (owners == first.number) | (owners == second.number)
    free = owners < 0
    sums = first.tree.query(points[cells[free]])[0] + second.tree.query(points[cells[free]])[0]
    keep[free] = sums <= BETWEEN * closest.distance_m
    cells, owners = cells[keep], owners[keep]
    node = np.full(len(points), -1, dtype=np.int64)
    node[cells] = np.arange(len(cells))
    starts, ends = neighbours(node.reshape(shape))
    reach_m = float(np.linalg.norm(points[np.ravel_multi_index((1, 1, 1), shape)] - points[0])) / 2
    return _Unseen(points[cells], owners, starts, ends, reach_m)


def _grid_between(first: Side, second: Side, closest: ClosestPoints) -> tuple[FloatArray, tuple[int, int, int]]:
    """Return points (N, 3) of a grid over the region between two objects, its first axis along the gap."""
    gap_m = closest.distance_m
    along = (closest.second_m - closest.first_m) / gap_m
    helper = np.array([0.0, 0.0, 1.0]) if abs(along[2]) < 0.9 else np.array([1.0, 0.0, 0.0])
    across = np.cross(helper, along)
    across /= np.linalg.norm(across)
    axes = np.stack([along, across, np.cross(along, across)])
    facing = np.concatenate([
        _facing(side, other, BETWEEN * gap_m) for side, other in ((first, second), (second, first))
    ] + [closest.first_m[None], closest.second_m[None]])  # fmt: skip
    local = (facing - closest.first_m) @ axes.T
    low, high = local.min(axis=0) - BEYOND * gap_m, local.max(axis=0) + BEYOND * gap_m
    low[0], high[0] = -BEYOND * gap_m, (1 + BEYOND) * gap_m
    counts = int(CELLS_ALONG * (1 + 2 * BEYOND)), CELLS_ACROSS, CELLS_ACROSS
    numbers = [a + (np.arange(n) + 0.5) / n * (b - a) for a, b, n in zip(low, high, counts, strict=True)]
    places = np.stack(np.meshgrid(*numbers, indexing="ij"), axis=-1).reshape(-1, 3)
    return places @ axes + closest.first_m, counts


def _facing(side: Side, other: Side, within_m: float) -> FloatArray:
    distances, _ = other.tree.query(side.points_m, distance_upper_bound=within_m)
    return np.asarray(side.points_m[np.isfinite(distances)])


def _reached(carver: Carver, unseen: _Unseen, side: Side) -> BoolArray:
    """Tell which unobserved points hang together with an object without crossing another solid."""
    allowed = (unseen.owners < 0) | (unseen.owners == side.number)
    asked = allowed[unseen.starts] & allowed[unseen.ends]
    starts, ends = unseen.starts[asked], unseen.ends[asked]
    free = ~carver.walled(unseen.points_m[starts], unseen.points_m[ends], side.number)
    count = len(unseen.owners)
    graph = coo_matrix((np.ones(free.sum()), (starts[free], ends[free])), shape=(count, count))
    _, part = connected_components(graph, directed=False)
    beside = np.zeros(count, dtype=bool)  # an object thinner than a cell has no cell inside
    beside[unseen.owners < 0] = side.tree.query(unseen.points_m[unseen.owners < 0])[0] <= unseen.reach_m
    seeds = part[(unseen.owners == side.number) | beside]
    return np.asarray((unseen.owners < 0) & np.isin(part, np.unique(seeds)))


def _distance_m(points_m: FloatArray, side: Side) -> float:
    """Return the distance of points (N, 3) from an object's surface: exact for those that sparse points call near."""
    distances, _ = side.tree.query(points_m)
    nearest = points_m[np.argsort(distances)[:NEAREST]]
    return min(float(np.linalg.norm(nearest_on_faces(side.mesh, p) - p, axis=1).min()) for p in nearest)
