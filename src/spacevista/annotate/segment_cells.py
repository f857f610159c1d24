"""Cells: what all frames saw, fused into small cubes of the world, each with its surface's normal.

A cube is as wide as two pixels' footprint, or two standard errors of a point where those are more: nothing smaller
can be told apart. Points whose own footprint is wider are left out: so far away, neighbours no longer touch.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from spacevista.annotate.lift import FrameCloud
from spacevista.geometry.arrays import BoolArray, FloatArray, Int32Array, IntArray
from spacevista.scenes.record import SceneFrame

CELL_FOOTPRINTS, CELL_ERRORS = 2.0, 2.0
BORDER = 0.02  # of the picture's longer side: nearer to where depth ends, what goes on beyond is not seen
FAR_REACH = 1.5  # in cells, from a cell's middle: its farthest corner is 0.87 away
HALF_AROUND = np.array([step for step in np.ndindex(3, 3, 3) if step > (1, 1, 1)]) - 1  # the other 13 lead back


@dataclass(frozen=True, eq=False)
class Cells:
    """Occupied cubes of the world.

    Attributes:
        size_m: their edge.
        places: (N, 3) whole numbers, in edges.
        centre_m: (N, 3) mean of the points in each.
        normal: (N, 3) unit normals towards the cameras.
        frames: (N,) how many frames saw each.
        inner: (N,) seen by some frame away from the border of its depth.
        of_pixel: for each frame (H, W) the number of the cell of each pixel, -1: none.
    """

    size_m: float
    places: IntArray
    centre_m: FloatArray
    normal: FloatArray
    frames: IntArray
    inner: BoolArray
    of_pixel: tuple[Int32Array, ...]


def cell_size(clouds: tuple[FrameCloud, ...], error_rel: float) -> float:
    """Return the edge of a cell in metres; `error_rel` is the error of a point, relative to its depth."""
    footprint = float(np.median(np.concatenate([cloud.footprint_m for cloud in clouds])))
    depth = float(np.median(np.concatenate([cloud.depth_m for cloud in clouds])))
    return max(CELL_FOOTPRINTS * footprint, CELL_ERRORS * error_rel * depth)


def fuse(frames: tuple[SceneFrame, ...], clouds: tuple[FrameCloud, ...], size_m: float) -> Cells:
    """Fuse the points of all frames into cells of an edge of `size_m`; at least one point must be near enough."""
    near = [cloud.footprint_m <= size_m for cloud in clouds]
    low = np.min([c.points_m[n].min(axis=0) for c, n in zip(clouds, near, strict=True) if n.any()], axis=0)
    high = np.max([c.points_m[n].max(axis=0) for c, n in zip(clouds, near, strict=True) if n.any()], axis=0)
    sides = np.floor((high - low) / size_m).astype(np.int64) + 1
    keys, sums = [], []
    for frame, cloud, chosen in zip(frames, clouds, near, strict=True):
        points = cloud.points_m[chosen]
        key = np.ravel_multi_index(tuple(np.floor((points - low) / size_m).astype(np.int64).T), tuple(sides))
        found, inverse = np.unique(key, return_inverse=True)
        count = np.bincount(inverse, minlength=len(found))
        middle = np.stack([np.bincount(inverse, axis, len(found)) for axis in points.T], axis=1)
        eye = count[:, None] * frame.world_from_camera.translation_m - middle
        inner = inner_pixels(frame)[frame.depth_m > 0][chosen]
        keys.append(key)
        sums.append((found, np.column_stack([count, middle, eye, np.bincount(inverse[inner], minlength=len(found))])))
    every, inverse = np.unique(np.concatenate([found for found, _ in sums]), return_inverse=True)
    total = np.concatenate([part for _, part in sums])
    total = np.stack([np.bincount(inverse, column, len(every)) for column in total.T], axis=1)
    centre = total[:, 1:4] / total[:, :1]
    places = np.stack(np.unravel_index(every, tuple(sides)), axis=1)
    normal = normals(places, centre, total[:, 4:7])
    tree = cKDTree(centre)
    of_pixel = []
    for frame, cloud, chosen, key in zip(frames, clouds, near, keys, strict=True):
        number = np.full(len(chosen), -1, dtype=np.int32)
        number[chosen] = np.searchsorted(every, key)
        # Points too far away to make cells still lie in those that nearer views made.
        distances, at = tree.query(cloud.points_m[~chosen], distance_upper_bound=FAR_REACH * size_m)
        number[~chosen] = np.where(np.isfinite(distances), at, -1)
        of_pixel.append(pixels_of(frame, number))
    return Cells(size_m, places, centre, normal, np.bincount(inverse), total[:, 7] > 0, tuple(of_pixel))


def pixels_of(frame: SceneFrame, numbers: Int32Array) -> Int32Array:
    """Return (H, W): the numbers of a frame's pixels with depth, -1 elsewhere."""
    out = np.full(frame.depth_m.shape, -1, dtype=np.int32)
    out[frame.depth_m > 0] = numbers
    return out


def inner_pixels(frame: SceneFrame) -> BoolArray:
    """Tell which pixels (H, W) lie away from the border of the rectangle in which a frame has depth."""
    there = frame.depth_m > 0
    inner = np.zeros(there.shape, dtype=bool)
    rows, columns = np.flatnonzero(there.any(axis=1)), np.flatnonzero(there.any(axis=0))
    if len(rows):
        margin = max(1, round(BORDER * max(there.shape)))
        inner[rows[0] + margin : rows[-1] + 1 - margin, columns[0] + margin : columns[-1] + 1 - margin] = True
    return inner


def normals(places: IntArray, centre_m: FloatArray, towards: FloatArray) -> FloatArray:
    """Return the unit normals (N, 3) of the surface through cells, each from those around it, on the side of `towards`.

    Cells up to two steps away count by the number of ways there (1 to 3 along an axis): near ones more than far ones.
    A cell with fewer than two others around it faces `towards`.
    """
    count = len(places)
    pairs = links(places)
    one, two = np.concatenate([pairs, pairs[:, ::-1], np.repeat(np.arange(count)[:, None], 2, axis=1)]).T
    around = coo_array((np.ones(len(one)), (one, two)), shape=(count, count)).tocsr()
    local = centre_m - centre_m.mean(axis=0)
    local /= max(float(np.abs(local).max()), 1e-300)
    moments = np.column_stack([np.ones(count), local, np.einsum("ni,nj->nij", local, local).reshape(-1, 9)])
    moments = around @ (around @ moments)
    mean = moments[:, 1:4] / moments[:, :1]
    spread = (moments[:, 4:] / moments[:, :1]).reshape(-1, 3, 3) - np.einsum("ni,nj->nij", mean, mean)
    normal = np.linalg.eigh(spread)[1][:, :, 0]
    towards = towards / np.maximum(np.linalg.norm(towards, axis=1), 1e-300)[:, None]
    alone = np.diff(around.indptr) < 3
    normal[alone] = towards[alone]
    return np.asarray(normal * np.where(np.einsum("ni,ni->n", normal, towards) < 0, -1.0, 1.0)[:, None])


def links(places: IntArray) -> IntArray:
    """Return the pairs (P, 2) of cells, by number, that touch at a face, an edge or a corner; each is there once."""
    if not len(places):
        return np.empty((0, 2), dtype=np.int64)
    sides = np.ptp(places, axis=0) + 3  # with an empty layer around, no step leads to the other end
    key = (places - places.min(axis=0) + 1) @ np.array([sides[1] * sides[2], sides[2], 1])
    order = np.argsort(key, kind="stable")
    ranked = key[order]
    pairs = []
    for step in HALF_AROUND @ np.array([sides[1] * sides[2], sides[2], 1]):
        at = np.minimum(np.searchsorted(ranked, ranked + step), len(ranked) - 1)
        hit = ranked[at] == ranked + step
        pairs.append(np.stack([order[hit], order[at[hit]]], axis=1))
    return np.concatenate(pairs)


def groups(count: int, pairs: IntArray) -> IntArray:
    """Return the number of the connected group (N,) of each of `count` cells; pairs (P, 2) are connected."""
    graph = coo_array((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=(count, count))
    return np.asarray(connected_components(graph, directed=False)[1], dtype=np.int64)


def parted(numbers: IntArray, group: IntArray) -> list[IntArray]:
    """Return the numbers (N,) of each group; `group` (N,) counts from 0."""
    order = np.argsort(group, kind="stable")
    return np.split(numbers[order], np.cumsum(np.bincount(group))[:-1]) if len(numbers) else []
