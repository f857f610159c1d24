"""The room: level grounds that things stand on, and planes that bound what was seen.

A ground is grown from cell to cell as long as it stays level and makes no step, so that it may roll like a field. A
plane bounds the scene if next to nothing was seen behind it (a wall, a ceiling), or if it runs through half of it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.spatial import cKDTree

from spacevista.annotate.segment_cells import Cells, groups, links, normals
from spacevista.geometry.arrays import BoolArray, FloatArray, IntArray
from spacevista.geometry.planes import best_plane

LEVEL_DEG = 20.0  # a ground leans at most this much
STEP = 0.35  # in cells: neighbours that are farther apart in height are two levels
GROUND_SHARE = 0.3  # of the largest ground's area: so large a level is a ground too
MOST_PLANES = 12
PLANE_SHARE = 0.015  # of all cells a bounding plane holds
PLANE_REACH = 0.8  # in cells: half the thickness of a plane; as wide as errors that run over many pixels bend it
ALIKE = 0.9  # cosine of a cell's normal to its plane's
BEHIND = 0.01  # of all cells at most lie behind a plane that bounds the scene,
DEEP = 4.0  # so many cells: errors that run over many pixels bend a wall
THROUGH = 0.5  # of the scene's extent: as long is a plane that it is no object's
TRIALS, SAMPLE = 800, 20_000
AROUND = 300  # of a sample, the points among which three of one plane are drawn
NEAREST = 8  # cells of the room that a point is held against
REACH = 3.0  # in cells: how far beyond its cells the room goes on


@dataclass(frozen=True, eq=False)
class Room:
    """Cells of the room: their numbers (N,), and a point (N, 3) and the unit normal (N, 3) of the surface in each."""

    numbers: IntArray
    points_m: FloatArray
    normal: FloatArray

    def heights(self, points_m: FloatArray, reach_m: float) -> tuple[IntArray, FloatArray]:
        """Return for points (M, 3) the cells (M, NEAREST) of the room near each and its signed distances from them.

        Beyond reach the cell is -1, the distance infinite. The room has at least one cell.
        """
        most = min(NEAREST, len(self.points_m))
        distances, at = cKDTree(self.points_m).query(points_m, k=range(1, most + 1), distance_upper_bound=reach_m)
        found = np.isfinite(distances)
        at = np.where(found, at, -1)
        along = np.einsum("nki,nki->nk", points_m[:, None] - self.points_m[at], self.normal[at])
        return at, np.where(found, along, np.inf)

    def and_of(self, other: Room) -> Room:
        return Room(
            np.concatenate([self.numbers, other.numbers]),
            np.concatenate([self.points_m, other.points_m]),
            np.concatenate([self.normal, other.normal]),
        )


@dataclass(frozen=True, eq=False)
class Near:
    """How cells lie to the room.

    Attributes:
        surfaces: (N, K) cells within REACH, by their place in the room's arrays, nearest first; -1: none.
        height_m: (N,) least distance from their surfaces; infinite without any.
    """

    surfaces: IntArray
    height_m: FloatArray


def room_of(cells: Cells, up: FloatArray, rng: np.random.Generator) -> Room:
    """Return the grounds and the bounding planes of a scene; `up` is a unit vector against gravity."""
    levels = level_parts(cells, np.arange(len(cells.centre_m)), up)
    largest = max((len(part) for part in levels), default=0)
    grounds = [part for part in levels if len(part) >= GROUND_SHARE * largest]
    room = Room(np.empty(0, dtype=np.int64), np.empty((0, 3)), np.empty((0, 3)))
    for part in grounds:
        room = room.and_of(ground(cells, part))
    for wall in bounding_planes(cells, room.numbers, rng):
        room = room.and_of(wall)
    return room


def level_parts(cells: Cells, chosen: IntArray, up: FloatArray) -> list[IntArray]:
    """Return the numbers of the cells of each connected level surface among the chosen cells, largest first."""
    level = chosen[cells.normal[chosen] @ up > np.cos(np.radians(LEVEL_DEG))]
    pairs = links(cells.places[level])
    one, two = level[pairs[:, 0]], level[pairs[:, 1]]
    mean = cells.normal[one] + cells.normal[two]
    mean /= np.maximum(np.linalg.norm(mean, axis=1), 1e-300)[:, None]
    step = np.abs(np.einsum("ni,ni->n", mean, cells.centre_m[two] - cells.centre_m[one]))
    group = groups(len(level), pairs[step < STEP * cells.size_m])
    order = np.argsort(group, kind="stable")
    parts = np.split(level[order], np.cumsum(np.bincount(group))[:-1]) if len(level) else []
    return sorted(parts, key=lambda part: (-len(part), int(part[0])))


def ground(cells: Cells, part: IntArray) -> Room:
    """Return the cells of one level surface with its own shape, free of what lies beside it."""
    centre = cells.centre_m[part]
    return Room(part, centre, normals(cells.places[part], centre, cells.normal[part]))


def bounding_planes(cells: Cells, taken: IntArray, rng: np.random.Generator) -> list[Room]:
    """Return the planes that bound the scene among the cells that are not `taken`, largest first."""
    free = np.ones(len(cells.centre_m), dtype=bool)
    free[taken] = False
    left = np.flatnonzero(free)
    extent = float(np.linalg.norm(np.subtract(*np.percentile(cells.centre_m, [98, 2], axis=0))))
    found = []
    for _ in range(MOST_PLANES):
        if len(left) < max(PLANE_SHARE * len(free), 3):
            break
        sample = left if len(left) <= SAMPLE else rng.choice(left, SAMPLE, replace=False)
        points = cells.centre_m[sample]
        hit = best_plane(points, near_triples(points, rng), PLANE_REACH * cells.size_m, rng)
        if hit is None:
            break
        facing = cells.normal[left] @ hit[0].normal
        on = np.abs(hit[0].signed_distance(cells.centre_m[left])) <= PLANE_REACH * cells.size_m
        if on.sum() < PLANE_SHARE * len(free):
            break
        plane = hit[0] if float(np.median(facing[on])) >= 0 else hit[0].facing(-hit[0].normal)
        members = left[on & (np.abs(facing) > ALIKE)]
        left = left[~on]
        height = plane.signed_distance(cells.centre_m)
        if len(members) < PLANE_SHARE * len(free):
            continue
        if float((height < -DEEP * cells.size_m).mean()) <= BEHIND or runs_through(cells, members, extent):
            flat = cells.centre_m[members] - height[members, None] * plane.normal
            found.append(Room(members, flat, np.broadcast_to(plane.normal, flat.shape)))
    return found


def near_triples(points_m: FloatArray, rng: np.random.Generator) -> FloatArray:
    """Return TRIALS times three of the points (N, 3), N >= 3, that are near each other: (TRIALS, 3, 3).

    A wall of 5 % of the points is hit by three of them anywhere once in 8000 draws, by three neighbours once in 20.
    """
    count = len(points_m)
    most = min(AROUND, count - 1)
    first = rng.integers(0, count, TRIALS)
    others = np.sort(rng.permuted(np.tile(np.arange(2, most + 2), (TRIALS, 1)), axis=1)[:, :2], axis=1)
    _, around = cKDTree(points_m).query(points_m[first], k=range(1, most + 2))
    return np.asarray(points_m[np.column_stack([first, np.take_along_axis(around, others - 1, axis=1)])])


def runs_through(cells: Cells, members: IntArray, extent_m: float) -> bool:
    """Tell whether the largest connected part of a plane's cells is as long as THROUGH of the scene's extent."""
    group = groups(len(members), links(cells.places[members]))
    largest = cells.centre_m[members[group == np.bincount(group).argmax()]]
    return float(np.linalg.norm(np.ptp(largest, axis=0))) >= THROUGH * extent_m


def nearness(room: Room, cells: Cells) -> Near:
    """Return how all cells lie to the room."""
    if not len(room.points_m):
        return Near(np.full((len(cells.centre_m), 1), -1), np.full(len(cells.centre_m), np.inf))
    surfaces, heights = room.heights(cells.centre_m, REACH * cells.size_m)
    return Near(surfaces, np.abs(heights).min(axis=1))


def on_surfaces(room: Room, near: IntArray, points_m: FloatArray, tolerance_m: FloatArray) -> BoolArray:
    """Tell which points (N, 3) lie, to their own tolerances (N,), on a surface of the room.

    `near` (N, K) are rows of `Near.surfaces`, those of the points' cells.
    """
    out = np.zeros(len(points_m), dtype=bool)
    for at in near.T:
        open_ = np.flatnonzero((at >= 0) & ~out)
        gone = points_m[open_] - room.points_m[at[open_]]
        out[open_] = np.abs(np.einsum("ni,ni->n", gone, room.normal[at[open_]])) <= tolerance_m[open_]
    return out
