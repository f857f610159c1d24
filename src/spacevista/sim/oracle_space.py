"""The visible part of an object and the space it might fill, as an oracle with the true meshes and cameras knows them.

Frame: world, metres. Unobserved space is the object's if it can be reached from the object without crossing its
support plane or the surface of another solid; a layer of one grid cell on the support belongs to the support.
"""

from __future__ import annotations

from dataclasses import dataclass

import numba as nb
import numpy as np
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components
from scipy.spatial import ConvexHull

from spacevista.geometry.arrays import BoolArray, FloatArray, IntArray
from spacevista.geometry.planes import Plane
from spacevista.sim.oracle_carve import Carver, body_number
from spacevista.sim.truth_sizes import minimum_rectangle
from spacevista.sim.world import Mesh

SAMPLES = 12_000  # on an object's surface, beside all its vertices
# Of a grid along each extent of the object, and its margin around the object in extents. The wide, coarser grid is
# looked at where unobserved space leaves the first.
GRIDS = ((40, 0.15), (20, 1.0))
REFINED = 3  # points per cell and axis where unobserved space sticks out of the object's hull
MAX_REFINED = 5_000  # cells; more than that are far beyond any half-width that counts
DIRECTIONS = 300  # and as many facets bound the hull of a solid
OUTSIDE = 1e-8  # relative to the object's size: beyond its hull


@dataclass(frozen=True, eq=False)
class Surface:
    """Points (N, 3) on a mesh with outward normals (N, 3); zero normals at the mesh's own vertices."""

    points_m: FloatArray
    normals: FloatArray


@dataclass(frozen=True, eq=False)
class Space:
    """What is known of one object.

    Attributes:
        seen_m: (N, 3) points of its visible surface.
        possible_m: (M, 3) points whose convex hull holds all it might fill, its own solid included.
        open: the unobserved space runs on beyond the examined region.
        layer_m: thickness on the support that counts as support.
    """

    seen_m: FloatArray
    possible_m: FloatArray
    open: bool
    layer_m: float


@dataclass(frozen=True, eq=False)
class Grid:
    """Points (N, 3) of a regular grid, the last of its three axes fastest; `rim`: at its border, not at its bottom."""

    points_m: FloatArray
    shape: tuple[int, int, int]
    rim: BoolArray
    axes: FloatArray  # (3, 3), rows
    step_m: FloatArray  # (3,)


def surface_of(mesh: Mesh, count: int, rng: np.random.Generator) -> Surface:
    """Return all vertices and `count` points spread evenly over the area."""
    a, b, c = (mesh.vertices_m[mesh.faces[:, i]] for i in range(3))
    normals = np.cross(b - a, c - a)
    doubled = np.linalg.norm(normals, axis=1)
    places = (np.arange(count) + rng.random(count)) / count * doubled.sum()  # one in each of `count` equal shares
    faces = np.minimum(np.searchsorted(np.cumsum(doubled), places), len(doubled) - 1)
    first, second = np.sqrt(rng.random(count)), rng.random(count)
    weights = np.stack([1 - first, first * (1 - second), first * second], axis=1)
    points = np.einsum("nk,nkx->nx", weights, mesh.vertices_m[mesh.faces[faces]])
    used = np.unique(mesh.faces)
    return Surface(
        np.concatenate([mesh.vertices_m[used], points]),
        np.concatenate([np.zeros((len(used), 3)), normals[faces] / np.maximum(doubled[faces], 1e-300)[:, None]]),
    )


@dataclass(frozen=True, eq=False)
class _Hull:
    """Planes (P, 4) around a solid; `slack_m` is the rounding of their offsets."""

    planes: FloatArray
    slack_m: float

    def outside(self, points_m: FloatArray) -> BoolArray:
        """Tell which points (N, 3) lie outside."""
        found = np.zeros(len(points_m), dtype=bool)
        _beyond(self.planes, self.slack_m, points_m, found)
        return found


def explore(carver: Carver, object_id: int, surface: Surface) -> Space:
    """Find the visible part of an object and the space it might fill."""
    world = carver.views.world
    own = body_number(world.bodies, object_id)
    vertices_m = world.bodies[own].mesh.vertices_m
    support = world.supports.get(object_id)
    seen_m = surface.points_m[carver.visible(surface.points_m, surface.normals)]
    solid = ConvexHull(vertices_m)
    corners_m = vertices_m[solid.vertices]
    hull = _Hull(_limits(solid), OUTSIDE * float(np.ptp(vertices_m, axis=0).max()))
    extra_m, is_open = np.zeros((0, 3)), True
    layer_m = float(np.ptp(vertices_m[:, 2])) / GRIDS[0][0]
    for cells, margin in GRIDS:
        grid = grid_around(corners_m, cells, margin, support)
        extra_m, is_open = _unobserved(carver, own, surface, grid, hull, _Floor(support, layer_m))
        if not is_open:
            break
    return Space(seen_m, np.concatenate([corners_m, extra_m]), is_open, layer_m)


@dataclass(frozen=True)
class _Floor:
    """The support of an object and the layer on it that belongs to it."""

    plane: Plane | None
    layer_m: float

    def above(self, points_m: FloatArray) -> BoolArray:
        if self.plane is None:
            return np.ones(len(points_m), dtype=bool)
        return np.asarray(self.plane.signed_distance(points_m) > self.layer_m)


def grid_around(corners_m: FloatArray, cells: int, margin: float, support: Plane | None) -> Grid:
    """Return a grid in the box around an object's footprint rectangle, `margin` extents wider on every side."""
    _, angle = minimum_rectangle(corners_m[:, :2])
    axes = np.array([[np.cos(angle), np.sin(angle), 0], [-np.sin(angle), np.cos(angle), 0], [0, 0, 1]])
    local = corners_m @ axes.T
    low, extent = local.min(axis=0), np.ptp(local, axis=0)
    step = extent / cells
    beyond = int(np.ceil(margin * cells))
    numbers = [np.arange(-beyond, cells + beyond) + 0.5 for _ in range(3)]
    if support is not None:
        numbers[2] = numbers[2][beyond - 1 :]  # the space under its support is not its own
    shape = len(numbers[0]), len(numbers[1]), len(numbers[2])
    places = np.stack(np.meshgrid(*numbers, indexing="ij"), axis=-1)
    rim = np.zeros(shape, dtype=bool)
    rim[[0, -1]] = rim[:, [0, -1]] = rim[:, :, -1] = True
    rim[:, :, 0] = support is None
    return Grid((places.reshape(-1, 3) * step + low) @ axes, shape, rim.ravel(), axes, step)


def _unobserved(
    carver: Carver, own: int, surface: Surface, grid: Grid, hull: _Hull, floor: _Floor
) -> tuple[FloatArray, bool]:
    """Return unobserved points outside the object's hull that may be the object's, and whether they go on."""
    above = floor.above(grid.points_m)
    outside = hull.outside(grid.points_m)
    unseen = above.copy()
    unseen[above & outside] = ~carver.carved(grid.points_m[above & outside])
    if not (unseen & outside).any():
        return np.zeros((0, 3)), False  # nothing sticks out, so what is inside the hull does not matter
    within = np.flatnonzero(above & ~outside)
    unseen[within] = ~carver.carved(grid.points_m[within])
    reached = _reached(carver, own, surface, grid, np.flatnonzero(unseen))
    beyond = reached[outside[reached]]
    return _refined(carver, grid, beyond, hull, floor), bool(grid.rim[beyond].any())


def _reached(carver: Carver, own: int, surface: Surface, grid: Grid, cells: IntArray) -> IntArray:
    """Return those unobserved cells that hang together with the object."""
    owners = carver.owners(grid.points_m[cells])
    cells, owners = cells[(owners < 0) | (owners == own)], owners[(owners < 0) | (owners == own)]
    node = np.full(len(grid.points_m), -1, dtype=np.int64)
    node[cells] = np.arange(len(cells))
    starts, ends = neighbours(node.reshape(grid.shape))
    asked = (owners[starts] < 0) | (owners[ends] < 0)
    link = np.ones(len(starts), dtype=bool)
    points_m = grid.points_m[cells]
    link[asked] = ~carver.walled(points_m[starts[asked]], points_m[ends[asked]], own)
    graph = coo_matrix((np.ones(link.sum()), (starts[link], ends[link])), shape=(len(cells), len(cells)))
    _, part = connected_components(graph, directed=False)
    seeds = np.concatenate([np.flatnonzero(owners == own), _cells_of(surface, grid, node)])
    return np.asarray(cells[np.isin(part, np.unique(part[seeds])) & (owners < 0)])


def neighbours(node: IntArray) -> tuple[IntArray, IntArray]:
    """Return the node numbers at both ends of all links between neighbours of a 3D array (-1: no node)."""
    pairs = [(node[:-1], node[1:]), (node[:, :-1], node[:, 1:]), (node[:, :, :-1], node[:, :, 1:])]
    starts, ends = (np.concatenate([pair[i].ravel() for pair in pairs]) for i in (0, 1))
    both = (starts >= 0) & (ends >= 0)
    return starts[both], ends[both]


def _cells_of(surface: Surface, grid: Grid, node: IntArray) -> IntArray:
    """Return the nodes whose cells hold points of a surface: a solid thinner than a cell has no cell inside."""
    offsets = (surface.points_m - grid.points_m[0]) @ grid.axes.T / np.where(grid.step_m > 0, grid.step_m, 1)
    places = np.rint(offsets).astype(np.int64)
    inside = ((places >= 0) & (places < grid.shape)).all(axis=1)
    found = node[np.ravel_multi_index(tuple(places[inside].T), grid.shape)]
    return np.unique(found[found >= 0])


def _refined(carver: Carver, grid: Grid, beyond: IntArray, hull: _Hull, floor: _Floor) -> FloatArray:
    """Return the uncarved points of a finer grid in the cells `beyond` the object's hull."""
    centres_m = grid.points_m[beyond]
    if not 0 < len(centres_m) <= MAX_REFINED:
        return centres_m
    steps = (np.arange(REFINED) + 0.5) / REFINED - 0.5
    offsets = np.stack(np.meshgrid(steps, steps, steps), axis=-1).reshape(-1, 3) * grid.step_m @ grid.axes
    fine_m = (centres_m[:, None] + offsets).reshape(-1, 3)
    fine_m = fine_m[hull.outside(fine_m) & floor.above(fine_m)]
    return fine_m[~carver.carved(fine_m)]


def _limits(hull: ConvexHull) -> FloatArray:
    """Return planes (P, 4; normal and offset as in `ConvexHull.equations`) that enclose a convex hull closely.

    The planes of its largest facets, and of directions all around: a smooth solid has thousands of facets, and between
    DIRECTIONS planes it reaches out by less than half a percent of its radius.
    """
    planes, group = np.unique(np.round(hull.equations, 9), axis=0, return_inverse=True)
    a, b, c = (hull.points[hull.simplices[:, i]] for i in range(3))
    areas = np.bincount(group.ravel(), weights=np.linalg.norm(np.cross(b - a, c - a), axis=1))
    number = np.arange(DIRECTIONS) + 0.5
    height, turn = 1 - 2 * number / DIRECTIONS, np.pi * (1 + 5**0.5) * number  # a spiral with equal areas
    radius = np.sqrt(1 - height**2)
    around = np.stack([radius * np.cos(turn), radius * np.sin(turn), height], axis=1)
    offsets = -(hull.points[hull.vertices] @ around.T).max(axis=0)
    return np.concatenate([planes[np.argsort(-areas)[:DIRECTIONS]], np.column_stack([around, offsets])])


@nb.njit(cache=True)
def _beyond(planes: FloatArray, slack: float, points_m: FloatArray, outside: BoolArray) -> None:
    for point in range(len(points_m)):
        x, y, z = points_m[point]
        for plane in range(len(planes)):
            if planes[plane, 0] * x + planes[plane, 1] * y + planes[plane, 2] * z + planes[plane, 3] > slack:
                outside[point] = True
                break
